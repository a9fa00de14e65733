"""`keras.ops`: reductions that leave out what is not a number."""

from __future__ import annotations

from collections.abc import Callable

from penstock.api import array, array_sort, math
from penstock.api.scopes import tensor as as_tensor
from penstock.keras.ops import reductions
from penstock.keras.ops.operands import floating, named_as, tensor
from penstock.keras.ops.reductions import spread_quantile


def _is_nan(x):
    floats = x.dtype.base_dtype.is_floating
    return math.is_nan(x) if floats else array.zeros_like(x, "bool")


def _filled(x, value):
    """x with `value` for each NaN."""
    x = tensor(x)
    if not x.dtype.base_dtype.is_floating:
        return x
    return array.where(math.is_nan(x), as_tensor(value, x.dtype.base_dtype), x)


def _over(reduce: Callable, value) -> Callable:
    @named_as(reduce)
    def call(x, axis=None, keepdims=False):
        return reduce(_filled(x, value), axis, keepdims)

    return call


def _running(run: Callable, value) -> Callable:
    @named_as(run)
    def call(x, axis=None, dtype=None):
        return run(_filled(x, value), axis, dtype)

    return call


def _extreme(reduce: Callable, value) -> Callable:
    """NaN where there is nothing else."""

    @named_as(reduce)
    def call(x, axis=None, keepdims=False):
        x = tensor(x)
        out = reduce(_filled(x, value), axis, keepdims)
        if not x.dtype.base_dtype.is_floating:
            return out
        alone = reductions.all(_is_nan(x), axis, keepdims)
        return array.where(alone, as_tensor(float("nan"), x.dtype.base_dtype), out)

    return call


_INF = float("inf")
nansum, nanprod = _over(reductions.sum, 0.0), _over(reductions.prod, 1.0)
nancumsum, nancumprod = (
    _running(reductions.cumsum, 0.0), _running(reductions.cumprod, 1.0)
)  # fmt: skip
nanmax, nanmin = _extreme(reductions.max, -_INF), _extreme(reductions.min, _INF)


def _place(find: Callable, value) -> Callable:
    """-1 where there is nothing else, as Keras says."""

    @named_as(find)
    def call(x, axis=None, keepdims=False):
        x = tensor(x)
        out = find(_filled(x, value), axis, keepdims)
        alone = reductions.all(_is_nan(x), axis, keepdims)
        return array.where(alone, -array.ones_like(out), out)

    return call


nanargmax = _place(reductions.argmax, -_INF)
nanargmin = _place(reductions.argmin, _INF)


def _count(x, axis):
    known = math.logical_not(_is_nan(x))
    return reductions.sum(math.cast(known, x.dtype.base_dtype), axis, True)


def _squeezed(x, axis, keepdims):
    if keepdims:
        return x
    axes = None if axis is None else [axis] if isinstance(axis, int) else list(axis)
    return array.reshape(x, []) if axes is None else array.squeeze(x, axes)


def nanmean(x, axis=None, keepdims=False):
    x = floating(x)
    out = nansum(x, axis, True) / _count(x, axis)
    return _squeezed(out, axis, keepdims)


def nanvar(x, axis=None, keepdims=False):
    x = floating(x)
    away = math.square(x - nanmean(x, axis, True))
    return _squeezed(nansum(away, axis, True) / _count(x, axis), axis, keepdims)


def nanstd(x, axis=None, keepdims=False):
    return math.sqrt(nanvar(x, axis, keepdims))


def nanquantile(x, q, axis=None, method="linear", keepdims=False):
    """`quantile` of the numbers; NaN where there are none."""

    def ordered(flat):
        """NaNs sorted behind the numbers, and how many numbers there are."""
        known = math.logical_not(math.is_nan(flat))
        up = array_sort.sort(_filled(flat, _INF), axis=-1)
        counts = math.reduce_sum(math.cast(known, "int32"), axis=-1, keepdims=True)
        return up, counts

    return spread_quantile(x, q, axis, method, keepdims, ordered)


def nanmedian(x, axis=None, keepdims=False):
    return nanquantile(x, 0.5, axis, keepdims=keepdims)


def nanpercentile(x, q, axis=None, method="linear", keepdims=False):
    return nanquantile(x, floating(q) / 100.0, axis, method, keepdims)
