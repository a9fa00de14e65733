"""Reductions of `tf.experimental.numpy`: sums, means, orders, searches."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array_sort
from penstock.api import math_functions as functions
from penstock.api import math_reduce as reduce
from penstock.ir.op import TABLE
from penstock.v2.numpy_dtypes import array_of, cast, floating, kind_of, result_type


def _wide(a, dtype=None):
    """What sums are counted in: small integers as 64 bits wide."""
    a = array_of(a)
    if dtype is not None:
        return cast(a, dtype)
    kind = kind_of(a)
    if kind == np.bool_ or (kind.kind == "i" and kind.itemsize < 8):
        return cast(a, np.int64)
    return cast(a, np.uint64) if kind.kind == "u" and kind.itemsize < 8 else a


def sum(a, axis=None, dtype=None, keepdims=None):
    return reduce.reduce_sum(_wide(a, dtype), axis, bool(keepdims))


def prod(a, axis=None, dtype=None, keepdims=None):
    return reduce.reduce_prod(_wide(a, dtype), axis, bool(keepdims))


def mean(a, axis=None, dtype=None, out=None, keepdims=None):
    a = floating(a) if dtype is None else cast(array_of(a), dtype)
    return reduce.reduce_mean(a, axis, bool(keepdims))


def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=None):
    """The mean square deviation, over n - `ddof`."""
    a = floating(a) if dtype is None else cast(array_of(a), dtype)
    apart = a - reduce.reduce_mean(a, axis, True)
    square = functions.square(functions.abs(apart))
    total = reduce.reduce_sum(square, axis, bool(keepdims))
    if axis is None:
        count = TABLE["Size"](a)
    else:
        axes = np.atleast_1d(axis) % len(a.shape)
        count = TABLE["Prod"](TABLE["GatherV2"](TABLE["Shape"](a), axes, 0), [0])
    return total / cast(count - np.int32(ddof), total.dtype)


def std(a, axis=None, keepdims=None):
    return functions.sqrt(var(a, axis, keepdims=keepdims))


def max(a, axis=None, out=None, keepdims=None):
    return reduce.reduce_max(array_of(a), axis, bool(keepdims))


def min(a, axis=None, out=None, keepdims=None):
    return reduce.reduce_min(array_of(a), axis, bool(keepdims))


amax, amin = max, min


def ptp(a, axis=None, keepdims=None):
    return max(a, axis, None, keepdims) - min(a, axis, None, keepdims)


def all(a, axis=None, keepdims=None):
    return reduce.reduce_all(array_of(a, np.bool_), axis, bool(keepdims))


def any(a, axis=None, keepdims=None):
    return reduce.reduce_any(array_of(a, np.bool_), axis, bool(keepdims))


def _along(a, axis):
    """A tensor and an axis of it; without one, all entries in a row."""
    a = array_of(a)
    return (TABLE["Reshape"](a, [-1]), 0) if axis is None else (a, axis)


def argmax(a, axis=None):
    a, axis = (
        (TABLE["Reshape"](array_of(a), [-1]), 0)
        if axis is None
        else (array_of(a), axis)
    )
    return reduce.argmax(a, axis)


def argmin(a, axis=None):
    a, axis = (
        (TABLE["Reshape"](array_of(a), [-1]), 0)
        if axis is None
        else (array_of(a), axis)
    )
    return reduce.argmin(a, axis)


def count_nonzero(a, axis=None):
    return reduce.count_nonzero(array_of(a), axis)


def cumsum(a, axis=None, dtype=None):
    return _running(reduce.cumsum, a, axis, dtype)


def cumprod(a, axis=None, dtype=None):
    return _running(reduce.cumprod, a, axis, dtype)


def _running(function, a, axis, dtype):
    a = _wide(a, dtype)
    return function(TABLE["Reshape"](a, [-1]), 0) if axis is None else function(a, axis)


def _without_nan(a, instead):
    a = array_of(a)
    if kind_of(a).kind not in "fc":
        return a
    return TABLE["SelectV2"](functions.is_nan(a), array_of(instead, a.dtype), a)


def nansum(a, axis=None, dtype=None, keepdims=False):
    return sum(_without_nan(a, 0), axis, dtype, keepdims)


def nanprod(a, axis=None, dtype=None, keepdims=False):
    return prod(_without_nan(a, 1), axis, dtype, keepdims)


def nanmean(a, axis=None, dtype=None, keepdims=None):
    a = floating(a)
    there = cast(~functions.is_nan(a), a.dtype)
    count = reduce.reduce_sum(there, axis, bool(keepdims))
    return nansum(a, axis, dtype, bool(keepdims)) / count


def average(a, axis: Any = None, weights=None, returned=False):
    """The mean by `weights`; with `returned` also their sum."""
    a = floating(a)
    if weights is None:
        out = reduce.reduce_mean(a, axis)
        total = cast(TABLE["Size"](a) // TABLE["Size"](out), a.dtype)
        total = TABLE["BroadcastTo"](total, TABLE["Shape"](out))
    else:
        common = result_type(a, weights)
        a, weights = array_of(a, common), array_of(weights, common)
        if len(weights.shape) < len(a.shape):
            shape = [1] * len(a.shape)
            shape[axis] = -1
            weights = TABLE["Reshape"](weights, shape)
        weights = TABLE["BroadcastTo"](weights, TABLE["Shape"](a))
        total = reduce.reduce_sum(weights, axis)
        out = reduce.reduce_sum(a * weights, axis) / total
    return (out, total) if returned else out


def sort(a, axis=-1, kind="quicksort", order=None):
    a, axis = (
        (TABLE["Reshape"](array_of(a), [-1]), 0)
        if axis is None
        else (array_of(a), axis)
    )
    return array_sort.sort(a, axis)


def argsort(a, axis=-1, kind="quicksort", order=None):
    a, axis = (
        (TABLE["Reshape"](array_of(a), [-1]), 0)
        if axis is None
        else (array_of(a), axis)
    )
    stable = kind == "stable"
    return cast(array_sort.argsort(a, axis, stable=stable), np.int64)


def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Where |a - b| <= atol + rtol * |b|."""
    common = np.result_type(result_type(a, b), np.float32)
    a, b = array_of(a, common), array_of(b, common)
    room = array_of(atol, common) + array_of(rtol, common) * functions.abs(b)
    close = (functions.abs(a - b) <= room) & functions.is_finite(b)
    same = close | TABLE["Equal"](a, b)
    if equal_nan:
        same = same | (functions.is_nan(a) & functions.is_nan(b))
    return same


def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    return all(isclose(a, b, rtol, atol, equal_nan))


def array_equal(a1, a2):
    """Whether both have one shape and equal entries."""
    common = result_type(a1, a2)
    a, b = array_of(a1, common), array_of(a2, common)
    if a.shape.rank != b.shape.rank or a.shape != b.shape:
        return array_of(False)
    return all(TABLE["Equal"](a, b))


def clip(a, a_min, a_max):
    """Values below `a_min` or above `a_max` become those; None bounds nothing."""
    if a_min is None and a_max is None:
        raise ValueError("Not more than one of `a_min` and `a_max` may be `None`.")
    given = [v for v in (a, a_min, a_max) if v is not None]
    common = result_type(*given)
    a = array_of(a, common)
    if a_min is not None:
        a = TABLE["Maximum"](a, array_of(a_min, common))
    return a if a_max is None else TABLE["Minimum"](a, array_of(a_max, common))


def around(a, decimals=0):
    """`np.round`: halves to the even neighbour."""
    a = array_of(a)
    if kind_of(a).kind in "biu" and decimals >= 0:
        return a
    factor = array_of(10.0**decimals, floating(a).dtype)
    rounded = functions.rint(floating(a) * factor) / factor
    return cast(rounded, a.dtype)


round = around


def iscomplex(x):
    imaginary = functions.imag(array_of(x))
    return TABLE["NotEqual"](imaginary, TABLE["ZerosLike"](imaginary))


def isreal(x):
    return ~iscomplex(x)


def iscomplexobj(x) -> bool:
    return kind_of(array_of(x)).kind == "c"


def isrealobj(x) -> bool:
    return not iscomplexobj(x)


def isscalar(num) -> bool:
    return np.isscalar(num) or (hasattr(num, "shape") and len(num.shape) == 0)


__all__ = [
    "all", "allclose", "amax", "amin", "any", "argmax", "argmin", "argsort", "around",
    "array_equal", "average", "clip", "count_nonzero", "cumprod", "cumsum", "isclose",
    "iscomplex", "iscomplexobj", "isreal", "isrealobj", "isscalar", "max", "mean",
    "min", "nanmean", "nanprod", "nansum", "prod", "ptp", "round", "sort", "std", "sum",
    "var",
]  # fmt: skip
