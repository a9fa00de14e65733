"""Arithmetic of `tf.keras.backend`: products, reductions, cuts."""

from __future__ import annotations

import builtins
from collections.abc import Callable

import numpy as np

from penstock.api import array, math, nn
from penstock.api.scopes import tensor
from penstock.keras import activations
from penstock.keras.backend_config import (
    floatx,
)


def dot(x, y):
    """x · y; for more axes than two, over the last of x and the last but one of y."""
    x, y = tensor(x), tensor(y)
    if len(x.shape) <= 2 and len(y.shape) <= 2:
        return math.matmul(x, y)
    last = builtins.max(len(y.shape) - 2, 0)
    return math.tensordot(x, y, [[len(x.shape) - 1], [last]])


def batch_dot(x, y, axes=None):
    """The product of each pair along `axes`; the first axis is the batch."""
    x, y = tensor(x), tensor(y)
    a, b = len(x.shape), len(y.shape)
    if axes is None:
        axes = (a - 1, b - 2 if b > 2 else b - 1)
    axes = (axes, axes) if isinstance(axes, int) else tuple(axes)
    i, j = axes[0] % a, axes[1] % b
    letters = "abcdefghijklmnopqrstuvw"
    first = ["z", *letters[: a - 1]]
    second = ["z", *letters[a - 1 : a + b - 2]]
    first[i] = second[j] = "y"
    out = [s for s in first if s != "y"] + [s for s in second[1:] if s != "y"]
    result = math.einsum(f"{''.join(first)},{''.join(second)}->{''.join(out)}", x, y)
    return array.expand_dims(result, 1) if len(out) == 1 else result


def _reduction(reduce: Callable) -> Callable:
    def reduced(x, axis=None, keepdims=False):
        return reduce(x, axis, keepdims)

    return reduced


max, min = _reduction(math.reduce_max), _reduction(math.reduce_min)
sum, prod = _reduction(math.reduce_sum), _reduction(math.reduce_prod)
std, var = _reduction(math.reduce_std), _reduction(math.reduce_variance)
logsumexp = _reduction(math.reduce_logsumexp)


def _truth(reduce: Callable) -> Callable:
    def reduced(x, axis=None, keepdims=False):
        return reduce(math.cast(x, "bool"), axis, keepdims)

    return reduced


any, all = _truth(math.reduce_any), _truth(math.reduce_all)


def mean(x, axis=None, keepdims=False):
    """The mean; of truth values, the share that is true."""
    x = tensor(x)
    if x.dtype.base_dtype.name == "bool":
        x = math.cast(x, floatx())
    return math.reduce_mean(x, axis, keepdims)


def argmax(x, axis=-1):
    return math.argmax(x, axis)


def argmin(x, axis=-1):
    return math.argmin(x, axis)


def cumsum(x, axis=0):
    return math.cumsum(x, axis)


def cumprod(x, axis=0):
    return math.cumprod(x, axis)


def clip(x, min_value, max_value):
    """x cut to [min_value, max_value]; None leaves a side open."""
    x = tensor(x)
    low = -np.inf if min_value is None else min_value
    high = np.inf if max_value is None else max_value
    if isinstance(low, int | float) and isinstance(high, int | float):
        high = builtins.max(low, high)
    kind = x.dtype.base_dtype
    return math.clip_by_value(x, math.cast(low, kind), math.cast(high, kind))


def l2_normalize(x, axis=None):
    return nn.l2_normalize(x, axis=axis)


def softmax(x, axis=-1):
    return activations.softmax(x, axis)
