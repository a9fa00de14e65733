"""`keras.ops`: counting, binning, and measures between series."""

from __future__ import annotations

import builtins

import numpy as np

from penstock.api import array, linalg, math
from penstock.api.scopes import tensor as as_tensor
from penstock.keras.backend_config import floatx
from penstock.keras.ops.operands import floating, pair, tensor
from penstock.keras.ops.reductions import argsort, max, min
from penstock.keras.ops.shapes import moveaxis, ravel, reshape, searchsorted


def bincount(x, weights=None, minlength=0, sparse=False):
    """How often each whole number is in x, or the sums of its weights."""
    del sparse
    x = math.cast(tensor(x), "int32")
    length = math.maximum(math.reduce_max(x) + 1, minlength)
    added = array.ones_like(x) if weights is None else tensor(weights)
    if len(x.dims) == 1:
        return math.unsorted_segment_sum(added, x, length)
    rows = math.range(array.shape(x)[0])[:, None]
    total = array.shape(x)[0] * length
    sums = math.unsorted_segment_sum(added, x + rows * length, total)
    return array.reshape(sums, array.stack([-1, length]))


def digitize(x, bins):
    """How many of the rising `bins` are at or below each x, int32."""
    x, edges = pair(x, bins)
    return reshape(searchsorted(edges, ravel(x), "right"), x.dims)


def histogram(x, bins=10, range=None):
    """(how many of x are in each bin, the bins' edges)."""
    if not isinstance(bins, int) or bins < 0:
        raise ValueError(
            f"Argument `bins` should be a non-negative integer. Received: bins={bins}"
        )
    x = ravel(tensor(x))
    x = math.cast(x, floatx()) if not x.dtype.base_dtype.is_floating else x
    kind = x.dtype.base_dtype
    if range:
        if range[1] < range[0]:
            raise ValueError(
                "The second element of `range` must be greater than or equal to the "
                f"first. Received: range={range}"
            )
        low, high = (as_tensor(v, kind) for v in range)
    else:
        low, high = min(x), max(x)
    same = math.equal(low, high)
    low, high = array.where(same, low - 0.5, low), array.where(same, high + 0.5, high)
    edges = low + (high - low) * as_tensor(np.linspace(0, 1, bins + 1), kind)
    place = searchsorted(edges, x, "right") - 1
    place = math.minimum(place, bins - 1 + 0 * place)
    outside = math.logical_or(math.less(x, low), math.greater(x, high))
    place = array.where(outside, -array.ones_like(place), place)
    counts = math.unsorted_segment_sum(array.ones_like(x), place, bins)
    return counts, edges


def unique(x, sorted=True, return_index=False, return_inverse=False,
           return_counts=False, axis=None, size=None, fill_value=None):  # fmt: skip
    """The different entries, rising; with `axis` the different slices along it.

    With `size` that many of them, the rest `fill_value` (else the first of them).
    """
    del sorted
    x = tensor(x)
    flat = ravel(x) if axis is None else moveaxis(x, axis, 0)
    ids = _ranks(flat)
    kept, inverse, counts = array.unique_with_counts(ids)
    order = argsort(kept)
    first = math.unsorted_segment_min(
        math.range(array.shape(ids)[0]), inverse, array.shape(kept)[0]
    )
    first, counts = array.gather(first, order), array.gather(counts, order)
    inverse = array.gather(array.invert_permutation(order), inverse)
    values = array.gather(flat, first)
    if size is not None:
        values, first, counts = (
            _resized(v, size, f)
            for v, f in ((values, fill_value), (first, None), (counts, 0))
        )
    out = [values if axis is None else moveaxis(values, 0, axis)]
    if return_index:
        out.append(first)
    if return_inverse:
        out.append(inverse if axis is not None else reshape(inverse, x.dims))
    if return_counts:
        out.append(counts)
    return out[0] if len(out) == 1 else tuple(out)


def _ranks(rows):
    """A number for each row, in the rows' order, equal for equal rows."""
    if len(rows.dims) == 1:
        return rows
    flat = array.reshape(rows, [rows.dims[0], -1])
    order = math.range(array.shape(flat)[0])
    for column in reversed(range(flat.dims[1])):
        keys = array.gather(flat[:, column], order)
        order = array.gather(order, argsort(keys))
    up = array.gather(flat, order)
    new = math.reduce_any(math.not_equal(up[1:], up[:-1]), axis=1)
    rank = math.cumsum(math.cast(array.pad(new, [[1, 0]]), "int32"))
    return array.gather(rank, array.invert_permutation(order))


def _resized(values, size: int, fill):
    """The first `size`, and behind them `fill` or the first again."""
    missing = math.maximum(size - array.shape(values)[0], 0)
    last = values[:1] if fill is None else array.zeros_like(values[:1]) + as_tensor(
        fill, values.dtype.base_dtype)  # fmt: skip
    more = array.repeat(last, missing, axis=0)
    out = array.concat([values[:size], more], 0)
    out.set_shape([size, *values.dims[1:]])
    return out


def corrcoef(x):
    """The correlations of x's rows."""
    x = floating(x)
    x = x[None] if len(x.dims) == 1 else x
    away = x - math.reduce_mean(x, axis=-1, keepdims=True)
    shared = math.matmul(away, away, transpose_b=True)
    spread = math.sqrt(linalg.diag_part(shared))
    out = shared / spread[:, None] / spread[None]
    return array.squeeze(out)


def correlate(x1, x2, mode="valid"):
    """Σ x1[n + k]·x2[n] for each shift k where they overlap."""
    x1, x2 = (floating(x) for x in pair(x1, x2))
    n, m = x1.dims[0], x2.dims[0]
    full = n + m - 1
    padded = array.pad(x1, [[m - 1, m - 1]])
    frames = array.gather(padded, np.arange(full)[:, None] + np.arange(m))
    out = math.reduce_sum(frames * x2, axis=-1)
    length = {"full": full, "same": builtins.max(n, m),
              "valid": builtins.max(n, m) - builtins.min(n, m) + 1}[mode]  # fmt: skip
    first = (full - length) // 2
    return out[first : first + length]


def trapezoid(y, x=None, dx=1.0, axis=-1):
    """The area under y by trapezia, x apart or `dx`."""
    y = moveaxis(floating(y), axis, -1)
    if x is None:
        steps = as_tensor(dx, y.dtype.base_dtype)
    else:
        x = math.cast(tensor(x), y.dtype.base_dtype)
        x = moveaxis(x, axis, -1) if len(x.dims) > 1 else x
        steps = x[..., 1:] - x[..., :-1]
    return math.reduce_sum((y[..., 1:] + y[..., :-1]) * steps / 2.0, axis=-1)


def cdist(x, y):
    """The distances between the rows of x [..., n, d] and of y [..., m, d]."""
    x, y = (floating(v) for v in pair(x, y))
    away = array.expand_dims(x, -2) - array.expand_dims(y, -3)
    return math.sqrt(math.reduce_sum(math.square(away), axis=-1))
