"""Activation functions that Keras 3 added. As `keras.activations` of Keras 3."""

from __future__ import annotations

from penstock.api import array, math, nn
from penstock.api.array_sort import sort
from penstock.api.scopes import tensor
from penstock.keras.activations.classic import FAMILY, _number

_named = FAMILY.add


def _between(x, low, high):
    return math.clip_by_value(x, _number(low, x), _number(high, x))


@_named()
def celu(x, alpha=1.0):
    """x where positive, else alpha·(e^(x/alpha) - 1); Barron (2017)."""
    x = tensor(x)
    below = _number(alpha, x) * math.expm1(
        math.minimum(x, _number(0, x)) / _number(alpha, x)
    )
    return nn.relu(x) + below


@_named()
def glu(x, axis=-1):
    """a · sigmoid(b), a and b the halves of x along `axis`; Dauphin et al. (2017)."""
    a, b = array.split(tensor(x), 2, axis=axis)
    return a * math.sigmoid(b)


@_named()
def hard_shrink(x, threshold=0.5):
    """x where |x| > threshold, else 0."""
    x = tensor(x)
    kept = math.greater(math.abs(x), _number(threshold, x))
    return array.where(kept, x, array.zeros_like(x))


@_named("hard_swish")
def hard_silu(x):
    """x · relu6(x + 3) / 6; Howard et al. (2019)."""
    x = tensor(x)
    return x * _between(x / _number(6, x) + _number(0.5, x), 0, 1)


hard_swish = hard_silu


@_named()
def hard_tanh(x):
    """x cut to [-1, 1]."""
    return _between(tensor(x), -1, 1)


@_named()
def log_sigmoid(x):
    """log of 1 / (1 + e^-x)."""
    return -nn.softplus(-tensor(x))


@_named()
def soft_shrink(x, threshold=0.5):
    """x moved towards 0 by `threshold`."""
    x = tensor(x)
    return math.sign(x) * nn.relu(math.abs(x) - _number(threshold, x))


@_named()
def sparse_plus(x):
    """0 below -1, x above 1, ((x + 1) / 2)² between."""
    x = tensor(x)
    middle = math.square(x + _number(1, x)) * _number(0.25, x)
    above = array.where(math.less(x, _number(1, x)), middle, x)
    return array.where(math.less_equal(x, _number(-1, x)), array.zeros_like(x), above)


@_named()
def sparse_sigmoid(x):
    """(x + 1) / 2 cut to [0, 1]."""
    x = tensor(x)
    return _between(_number(0.5, x) * (x + _number(1, x)), 0, 1)


@_named()
def sparsemax(x, axis=-1):
    """The nearest distribution to x along `axis`; Martins and Astudillo (2016)."""
    x = tensor(x)
    rank, last = len(x.dims), axis in (-1, len(x.dims) - 1)
    order = [*(i for i in range(rank) if i != axis % rank), axis % rank]
    z = x if last else array.transpose(x, order)
    ranked = sort(z, axis=-1, direction="DESCENDING")
    sums = math.cumsum(ranked, axis=-1)
    places = math.cast(math.range(1, array.shape(z)[-1] + 1), z.dtype)
    chosen = math.greater(_number(1, z) + places * ranked, sums)
    count = math.reduce_sum(math.cast(chosen, z.dtype), axis=-1, keepdims=True)
    total = math.reduce_sum(
        array.where(chosen, ranked, array.zeros_like(ranked)), axis=-1, keepdims=True
    )
    out = nn.relu(z - (total - _number(1, z)) / count)
    back = [order.index(i) for i in range(rank)]
    return out if last else array.transpose(out, back)


@_named()
def squareplus(x, b=4):
    """(x + √(x² + b)) / 2; Barron (2021)."""
    x = tensor(x)
    return (x + math.sqrt(math.square(x) + _number(b, x))) / _number(2, x)


@_named()
def tanh_shrink(x):
    """x - tanh x."""
    x = tensor(x)
    return x - math.tanh(x)


@_named()
def threshold(x, threshold=0.0, default_value=0.0):
    """x above `threshold`, else `default_value`."""
    x = tensor(x)
    above = math.greater(x, _number(threshold, x))
    return array.where(above, x, array.zeros_like(x) + _number(default_value, x))
