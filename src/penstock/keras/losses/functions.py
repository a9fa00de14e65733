"""Loss functions: one value for each sample, the last axis averaged or summed.

As `tf.keras.losses`; `y_true` and `y_pred` share a shape unless said otherwise.
"""

from __future__ import annotations

from typing import Any

from penstock.api import array, math, nn
from penstock.api.scopes import tensor
from penstock.keras.backend_config import epsilon
from penstock.keras.registry import Family

FAMILY = Family("loss", "keras.losses")
_named = FAMILY.add


def pair(y_true, y_pred):
    """Both as tensors, `y_true` in the dtype of `y_pred`."""
    y_pred = tensor(y_pred)
    if not y_pred.dtype.base_dtype.is_floating:
        y_pred = math.cast(y_pred, "float32")
    return math.cast(tensor(y_true), y_pred.dtype.base_dtype), y_pred


def number(value, like):
    """`value` as a scalar of the dtype of `like`."""
    return tensor(float(value), like.dtype.base_dtype)


def clipped(x, low, high):
    """x cut to [low, high]."""
    return math.clip_by_value(x, number(low, x), number(high, x))


@_named("mse", "MSE")
def mean_squared_error(y_true, y_pred):
    """mean (p - t)²."""
    t, p = pair(y_true, y_pred)
    return math.reduce_mean(math.squared_difference(p, t), axis=-1)


@_named("mae", "MAE")
def mean_absolute_error(y_true, y_pred):
    """mean |p - t|."""
    t, p = pair(y_true, y_pred)
    return math.reduce_mean(math.abs(p - t), axis=-1)


@_named("mape", "MAPE")
def mean_absolute_percentage_error(y_true, y_pred):
    """100 · mean |(t - p) / t|."""
    t, p = pair(y_true, y_pred)
    scale = math.maximum(math.abs(t), number(epsilon(), t))
    return number(100.0, p) * math.reduce_mean(math.abs((t - p) / scale), axis=-1)


@_named("msle", "MSLE")
def mean_squared_logarithmic_error(y_true, y_pred):
    """mean (log(p + 1) - log(t + 1))²."""
    t, p = pair(y_true, y_pred)
    tiny, one = number(epsilon(), p), number(1.0, p)
    first = math.log(math.maximum(p, tiny) + one)
    second = math.log(math.maximum(t, tiny) + one)
    return math.reduce_mean(math.squared_difference(first, second), axis=-1)


def _signs(t):
    """Labels 0 and 1 as -1 and 1; others as they are."""
    zero, one = number(0.0, t), number(1.0, t)
    binary = math.reduce_all(math.logical_or(math.equal(t, zero), math.equal(t, one)))
    return array.where(binary, number(2.0, t) * t - one, t)


@_named()
def hinge(y_true, y_pred):
    """mean max(1 - t·p, 0) for labels -1 and 1 (or 0 and 1)."""
    t, p = pair(y_true, y_pred)
    gap = number(1.0, p) - _signs(t) * p
    return math.reduce_mean(math.maximum(gap, number(0.0, p)), axis=-1)


@_named()
def squared_hinge(y_true, y_pred):
    """mean max(1 - t·p, 0)²."""
    t, p = pair(y_true, y_pred)
    gap = number(1.0, p) - _signs(t) * p
    gap = math.maximum(gap, number(0.0, p))
    return math.reduce_mean(math.square(gap), axis=-1)


@_named()
def categorical_hinge(y_true, y_pred):
    """max(max p over wrong classes - p of the right one + 1, 0)."""
    t, p = pair(y_true, y_pred)
    right = math.reduce_sum(t * p, axis=-1)
    wrong = math.reduce_max((number(1.0, t) - t) * p, axis=-1)
    return math.maximum(wrong - right + number(1.0, p), number(0.0, p))


@_named("huber_loss")
def huber(y_true, y_pred, delta=1.0):
    """mean e²/2 where |e| <= delta, else delta·|e| - delta²/2; Huber (1964)."""
    t, p = pair(y_true, y_pred)
    error = p - t
    size = math.abs(error)
    d, half = number(delta, p), number(0.5, p)
    inside = half * math.square(error)
    outside = d * size - half * math.square(d)
    chosen = array.where(math.less_equal(size, d), inside, outside)
    return math.reduce_mean(chosen, axis=-1)


@_named("logcosh")
def log_cosh(y_true, y_pred):
    """mean log cosh(p - t)."""
    t, p = pair(y_true, y_pred)
    e = p - t
    soft = nn.softplus(number(-2.0, p) * e)
    return math.reduce_mean(e + soft - math.log(number(2.0, p)), axis=-1)


@_named()
def poisson(y_true, y_pred):
    """mean p - t·log p."""
    t, p = pair(y_true, y_pred)
    return math.reduce_mean(p - t * math.log(p + number(epsilon(), p)), axis=-1)


@_named("kld", "KLD", "kullback_leibler_divergence")
def kl_divergence(y_true, y_pred):
    """Σ t·log(t / p)."""
    t, p = pair(y_true, y_pred)
    t: Any = clipped(t, epsilon(), 1.0)
    p: Any = clipped(p, epsilon(), 1.0)
    return math.reduce_sum(t * math.log(t / p), axis=-1)


@_named()
def cosine_similarity(y_true, y_pred, axis=-1):
    """-cos of the angle between both along `axis`: -1 where they point alike."""
    t, p = pair(y_true, y_pred)
    t, p = nn.l2_normalize(t, axis=axis), nn.l2_normalize(p, axis=axis)
    return -math.reduce_sum(t * p, axis=axis)


mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence = kl_divergence
logcosh = log_cosh
