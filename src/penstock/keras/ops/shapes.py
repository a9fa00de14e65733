"""`keras.ops`: making arrays, their shapes, parts and order."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, math
from penstock.api.scopes import tensor as as_tensor
from penstock.core.dtypes import as_dtype
from penstock.keras.backend_config import floatx
from penstock.keras.ops.operands import is_tensor, pair, tensor


def _shape(shape):
    return [shape] if isinstance(shape, int) else list(shape)


# --- making ---------------------------------------------------------------------------


def zeros(shape, dtype=None):
    return array.zeros(_shape(shape), as_dtype(dtype or floatx()))


def ones(shape, dtype=None):
    return array.ones(_shape(shape), as_dtype(dtype or floatx()))


empty = zeros


def full(shape, fill_value, dtype=None):
    return array.broadcast_to(tensor(fill_value, dtype or floatx()), _shape(shape))


def zeros_like(x, dtype=None):
    return array.zeros_like(tensor(x), dtype)


def ones_like(x, dtype=None):
    return array.ones_like(tensor(x), dtype)


empty_like = zeros_like


def full_like(x, fill_value, dtype=None):
    x = tensor(x)
    value = tensor(fill_value, dtype or x.dtype.base_dtype)
    return array.broadcast_to(value, array.shape(x))


def array_of(x, dtype=None):
    """`x` as a tensor; `keras.ops.array`."""
    return tensor(x, dtype)


def arange(start, stop=None, step=None, dtype=None):
    if stop is None:
        start, stop = 0, start
    step = 1 if step is None else step
    if not any(is_tensor(v) for v in (start, stop, step)):
        return tensor(np.arange(start, stop, step).tolist(), dtype)
    return math.range(start, stop, step, dtype=dtype)


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    made, step = np.linspace(
        np.asarray(start), np.asarray(stop), num, endpoint, retstep=True, axis=axis
    )
    out = as_tensor(made.astype(dtype or floatx()))
    return (out, tensor(float(step))) if retstep else out


def eye(N, M=None, k=0, dtype=None):
    return as_tensor(np.eye(N, M, k, dtype or floatx()))


def identity(n, dtype=None):
    return eye(n, dtype=dtype)


def tri(N, M=None, k=0, dtype=None):
    return as_tensor(np.tri(N, M, k, dtype or floatx()))


def meshgrid(*x, indexing="xy"):
    return array.meshgrid(*map(tensor, x), indexing=indexing)


# --- shapes ---------------------------------------------------------------------------


def shape(x) -> tuple:
    """The sizes; a scalar tensor for one that is not known yet."""
    x = tensor(x)
    sizes: Any = array.shape(x) if None in x.dims else None
    return tuple(sizes[i] if d is None else d for i, d in enumerate(x.dims))


def ndim(x):
    return len(tensor(x).dims)


def size(x):
    return array.size(tensor(x))


def reshape(x, newshape):
    return array.reshape(tensor(x), _shape(newshape))


def ravel(x):
    return array.reshape(tensor(x), [-1])


def transpose(x, axes=None):
    return array.transpose(tensor(x), axes)


def swapaxes(x, axis1, axis2):
    x = tensor(x)
    order = list(range(len(x.dims)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return array.transpose(x, order)


def moveaxis(x, source, destination):
    x = tensor(x)
    rank = len(x.dims)
    sources = [s % rank for s in _shape(source)]
    places = [d % rank for d in _shape(destination)]
    rest = [i for i in range(rank) if i not in sources]
    for place, origin in sorted(zip(places, sources, strict=True)):
        rest.insert(place, origin)
    return array.transpose(x, rest)


def expand_dims(x, axis):
    x = tensor(x)
    axes = _shape(axis)
    rank = len(x.dims) + len(axes)
    for a in sorted(a % rank for a in axes):
        x = array.expand_dims(x, a)
    return x


def squeeze(x, axis=None):
    return array.squeeze(tensor(x), None if axis is None else _shape(axis))


def broadcast_to(x, shape):
    return array.broadcast_to(tensor(x), _shape(shape))


def flip(x, axis=None):
    x = tensor(x)
    axes = list(range(len(x.dims))) if axis is None else _shape(axis)
    return array.reverse(x, axes)


def roll(x, shift, axis=None):
    x = tensor(x)
    if axis is not None:
        return array.roll(x, shift, axis)
    return array.reshape(array.roll(ravel(x), shift, 0), array.shape(x))


# --- joining and parts ----------------------------------------------------------------


def _alike(xs):
    """Tensors of one dtype."""
    xs = [tensor(x) for x in xs]
    whole = xs[0]
    for x in xs[1:]:
        whole, _ = pair(whole, x)
    return [math.cast(x, whole.dtype.base_dtype) for x in xs]


def concatenate(xs, axis=0):
    return array.concat(_alike(xs), axis)


def stack(x, axis=0):
    return array.stack(_alike(x), axis)


def vstack(xs):
    return concatenate([x if ndim(x) > 1 else reshape(x, (1, -1)) for x in xs], 0)


def hstack(xs):
    return concatenate(xs, 0 if ndim(xs[0]) == 1 else 1)


def append(x1, x2, axis=None):
    if axis is None:
        x1, x2, axis = ravel(x1), ravel(x2), 0
    return concatenate([x1, x2], axis)


def split(x, indices_or_sections, axis=0):
    """Equal parts, or those that end at the given places."""
    x = tensor(x)
    if isinstance(indices_or_sections, int):
        return array.split(x, indices_or_sections, axis)
    ends = [*map(int, indices_or_sections), x.dims[axis]]
    starts = [0, *ends[:-1]]
    sizes = [b - a for a, b in zip(starts, ends, strict=True)]
    return array.split(x, sizes, axis)


def unstack(x, num=None, axis=0):
    return array.unstack(tensor(x), num, axis)


def tile(x, repeats):
    x, times = tensor(x), _shape(repeats)
    while len(x.dims) < len(times):
        x = array.expand_dims(x, 0)
    return array.tile(x, [1] * (len(x.dims) - len(times)) + times)


def repeat(x, repeats, axis=None):
    x = tensor(x)
    return array.repeat(x if axis is not None else ravel(x), repeats, axis or 0)


def pad(x, pad_width, mode="constant", constant_values=None):
    x = tensor(x)
    pairs = [pad_width] * 2 if isinstance(pad_width, int) else pad_width
    if isinstance(pairs[0], int):
        pairs = [pairs] * len(x.dims)
    pairs = list(pairs) * (len(x.dims) if len(pairs) == 1 else 1)
    return array.pad(x, [list(p) for p in pairs], mode, constant_values or 0)


def take(x, indices, axis=None):
    x, at = tensor(x), math.cast(tensor(indices), "int32")
    x, axis = (ravel(x), 0) if axis is None else (x, axis)
    length = array.shape(x)[axis]
    at = array.where(math.less(at, 0), at + length, at)
    return array.gather(x, at, axis=axis)


def take_along_axis(x, indices, axis=None):
    """The entry of x at each of `indices` along `axis`."""
    x, at = tensor(x), math.cast(tensor(indices), "int32")
    if axis is None:
        x, at, axis = ravel(x), ravel(at), 0
    axis %= len(x.dims)
    at = array.where(math.less(at, 0), at + array.shape(x)[axis], at)
    hot = array.one_hot(at, x.dims[axis], dtype="bool", axis=-1)
    spread = array.expand_dims(moveaxis(x, axis, -1), axis)
    chosen = array.where(hot, spread, array.zeros_like(spread))
    return math.cast(math.reduce_sum(chosen, axis=-1), x.dtype.base_dtype)


def slice(inputs, start_indices, shape):
    return array.slice(tensor(inputs), start_indices, shape)


def slice_update(inputs, start_indices, updates):
    """`inputs` with `updates` from `start_indices` on."""
    x, new = tensor(inputs), tensor(updates)
    grid = np.stack(np.meshgrid(*map(np.arange, new.dims), indexing="ij"), -1)
    places = as_tensor(grid.astype(np.int32)) + tensor(start_indices, "int32")
    return array.tensor_scatter_nd_update(x, places, new)


def scatter(indices, values, shape):
    return array.scatter_nd(tensor(indices), tensor(values), _shape(shape))


def scatter_update(inputs, indices, updates, reduction=None):
    """`inputs` with `updates` put (or added, ...) at `indices`."""
    put = {
        None: array.tensor_scatter_nd_update, "add": array.tensor_scatter_nd_add,
        "max": array.tensor_scatter_nd_max, "min": array.tensor_scatter_nd_min,
    }[reduction]  # fmt: skip
    return put(tensor(inputs), tensor(indices), tensor(updates))


def nonzero(x):
    """The places of what is not zero, a vector for each axis."""
    found = math.cast(array.where(math.cast(tensor(x), "bool")), "int32")
    return tuple(array.unstack(found, axis=1))


def searchsorted(sorted_sequence, values, side="left"):
    return array.searchsorted(tensor(sorted_sequence), tensor(values), side)


def diff(a, n=1, axis=-1):
    """Each entry less the one before, n times."""
    a = tensor(a)
    for _ in range(n):
        count = array.shape(a)[axis]
        a = take(a, math.range(1, count), axis) - take(a, math.range(count - 1), axis)
    return a


# --- diagonals ------------------------------------------------------------------------


def _between(x, keep):
    """x where `keep(row, column)` of its last two axes holds, else 0."""
    x = tensor(x)
    rows, columns = np.indices(x.dims[-2:])
    return array.where(as_tensor(keep(rows, columns)), x, array.zeros_like(x))


def tril(x, k=0):
    return _between(x, lambda i, j: j - i <= k)


def triu(x, k=0):
    return _between(x, lambda i, j: j - i >= k)


def diagonal(x, offset=0, axis1=0, axis2=1):
    x = moveaxis(tensor(x), (axis1, axis2), (-2, -1))
    rows, columns = x.dims[-2:]
    count = max(0, min(rows, columns - offset) if offset >= 0 else min(
        rows + offset, columns))  # fmt: skip
    first = max(0, -offset) * columns + max(0, offset)
    flat = array.reshape(x, [*x.dims[:-2], rows * columns])
    return array.gather(flat, first + np.arange(count) * (columns + 1), axis=-1)


def diag(x, k=0):
    """A vector as a matrix, a matrix's diagonal as a vector."""
    x = tensor(x)
    if len(x.dims) == 2:
        return diagonal(x, k)
    n = x.dims[0] + abs(k)
    at = np.arange(x.dims[0])
    places = np.stack([at + max(0, -k), at + max(0, k)], 1).astype(np.int32)
    return array.scatter_nd(as_tensor(places), x, [n, n])
