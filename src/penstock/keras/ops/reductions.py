"""`keras.ops`: sums, means, extremes and order."""

from __future__ import annotations

import math as numbers
from collections.abc import Callable

from penstock.api import array, math
from penstock.api import array_sort as sorting
from penstock.api.scopes import tensor as as_tensor
from penstock.keras.ops.operands import (
    axes_of,
    floating,
    named_as,
    pair,
    tensor,
)


def _reduced(function: Callable, prepare: Callable = tensor) -> Callable:
    @named_as(function)
    def call(x, axis=None, keepdims=False):
        return function(prepare(x), axis=axes_of(axis), keepdims=keepdims)

    return call


def _truth(x):
    return math.cast(tensor(x), "bool")


def _countable(x):
    x = tensor(x)
    return math.cast(x, "int32") if x.dtype.base_dtype.name == "bool" else x


sum, prod = _reduced(math.reduce_sum, _countable), _reduced(math.reduce_prod)
mean = _reduced(math.reduce_mean, floating)
std, var = (
    _reduced(math.reduce_std, floating), _reduced(math.reduce_variance, floating)
)  # fmt: skip
any, all = _reduced(math.reduce_any, _truth), _reduced(math.reduce_all, _truth)
logsumexp = _reduced(math.reduce_logsumexp, floating)


def _extreme(reduce: Callable, pick: Callable) -> Callable:
    @named_as(reduce)
    def call(x, axis=None, keepdims=False, initial=None):
        out = reduce(tensor(x), axis=axes_of(axis), keepdims=keepdims)
        return out if initial is None else pick(*pair(out, initial))

    return call


max = amax = _extreme(math.reduce_max, math.maximum)
min = amin = _extreme(math.reduce_min, math.minimum)


def average(x, axis=None, weights=None):
    """The mean, weighted by `weights`."""
    x = floating(x)
    if weights is None:
        return math.reduce_mean(x, axis=axes_of(axis))
    x, w = pair(x, weights)
    if len(w.dims) == 1 and axis is not None and len(x.dims) > 1:
        place = [1] * len(x.dims)
        place[axis] = -1
        w = array.reshape(w, place)
    w = array.broadcast_to(w, array.shape(x))
    total = math.reduce_sum(x * w, axis=axes_of(axis))
    return total / math.reduce_sum(w, axis=axes_of(axis))


def count_nonzero(x, axis=None):
    return math.cast(math.count_nonzero(tensor(x), axis=axes_of(axis)), "int32")


def ptp(x, axis=None, keepdims=False):
    """The largest less the smallest."""
    return max(x, axis, keepdims) - min(x, axis, keepdims)


def median(x, axis=None, keepdims=False):
    return quantile(x, 0.5, axis, keepdims=keepdims)


def quantile(x, q, axis=None, method="linear", keepdims=False):
    """The value below which a part `q` lies, between neighbours as `method` says."""

    def ordered(flat):
        return sorting.sort(flat, axis=-1), array.shape(flat)[-1:]

    return spread_quantile(x, q, axis, method, keepdims, ordered)


#: Between the neighbours a and b with b's share t: how each method chooses.
_BETWEEN: dict[str, Callable] = {
    "linear": lambda a, b, t: a + (b - a) * t,
    "lower": lambda a, b, t: a + array.zeros_like(t),
    "higher": lambda a, b, t: array.where(math.equal(t, 0.0), a, b),
    "midpoint": lambda a, b, t: array.where(math.equal(t, 0.0), a, (a + b) / 2.0),
    "nearest": lambda a, b, t: array.where(math.equal(math.round(t), 0.0), a, b),
}


def spread_quantile(x, q, axis, method, keepdims, ordered: Callable):
    """Quantiles; `ordered(flat)` sorts the last axis and counts what is to be used."""
    if method not in _BETWEEN:
        raise ValueError(
            f"Invalid method: {method}. Method must be in {tuple(_BETWEEN)}."
        )
    x = floating(x)
    rank = len(x.dims)
    axes = list(range(rank)) if axis is None else [
        a % rank for a in (axis if isinstance(axis, tuple | list) else [axis])
    ]  # fmt: skip
    rest = [a for a in range(rank) if a not in axes]
    moved = array.transpose(x, [*rest, *axes])
    sizes = array.shape(x)
    flat = array.reshape(
        moved, array.concat([array.gather(sizes, rest), [-1]], 0) if rest else [-1]
    )
    inner = [x.dims[a] for a in axes]
    total = None if None in inner else numbers.prod(inner)
    flat.set_shape([*(x.dims[a] for a in rest), total])
    up, count = ordered(flat)
    kind = x.dtype.base_dtype
    parts = tensor(q, kind)
    many = len(parts.dims)
    place = array.reshape(parts, [-1]) * math.cast(count - 1, kind)
    place = place + array.zeros_like(up[..., :1])  # [*rest, q]
    low = math.floor(place)
    first, second = (
        array.gather(up, math.cast(math.maximum(at, 0.0), "int32"), axis=-1,
                     batch_dims=len(rest))
        for at in (low, math.ceil(place))
    )  # fmt: skip
    out = _BETWEEN[method](first, second, place - low)
    out = array.where(place < 0.0, as_tensor(float("nan"), kind), out)
    n = len(out.dims)
    if many:  # several q come first
        out = array.transpose(out, [n - 1, *range(n - 1)])
    else:
        out = array.squeeze(out, [-1])
    if keepdims:
        for a in sorted(axes):
            out = array.expand_dims(out, a + many)
    return out


def percentile(x, q, axis=None, method="linear", keepdims=False):
    return quantile(x, floating(q) / 100.0, axis, method, keepdims)


def argmax(x, axis=None, keepdims=False):
    """The first place of the largest, int32; of the flattened x without `axis`."""
    return _place(math.argmax, x, axis, keepdims)


def argmin(x, axis=None, keepdims=False):
    return _place(math.argmin, x, axis, keepdims)


def _place(function, x, axis, keepdims):
    x = tensor(x)
    rank = len(x.dims)
    flat = array.reshape(x, [-1]) if axis is None else x
    out = function(flat, 0 if axis is None else axis, output_type="int32")
    if not keepdims:
        return out
    if axis is None:
        return array.reshape(out, [1] * rank)
    return array.expand_dims(out, axis)


def sort(x, axis=-1):
    return sorting.sort(tensor(x), axis=axis)


def argsort(x, axis=-1):
    x = tensor(x)
    if axis is None:
        x, axis = array.reshape(x, [-1]), -1
    return math.cast(sorting.argsort(x, axis=axis), "int32")


def top_k(x, k, sorted=True):
    """(the k largest along the last axis, their places)."""
    return math.top_k(tensor(x), k, sorted)


def in_top_k(targets, predictions, k):
    return math.in_top_k(tensor(targets), tensor(predictions), k)


def cumsum(x, axis=None, dtype=None):
    return _running(math.cumsum, x, axis, dtype)


def cumprod(x, axis=None, dtype=None):
    return _running(math.cumprod, x, axis, dtype)


def _running(function, x, axis, dtype):
    x = tensor(x, dtype)
    if axis is None:
        x, axis = array.reshape(x, [-1]), 0
    return function(x, axis)


def _segments(function: Callable) -> Callable:
    @named_as(function)
    def call(data, segment_ids, num_segments=None, sorted=False):
        if num_segments is None:
            num_segments = math.reduce_max(tensor(segment_ids)) + 1
        return function(tensor(data), tensor(segment_ids), num_segments)

    return call


segment_sum = _segments(math.unsorted_segment_sum)
segment_max = _segments(math.unsorted_segment_max)
segment_min = _segments(math.unsorted_segment_min)
segment_prod = _segments(math.unsorted_segment_prod)
