"""Shapes and indices of `tf.experimental.numpy`."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array_index, array_order
from penstock.api.math_arithmetic import polyval as horner
from penstock.api.math_reduce import reduce_sum
from penstock.api.tensordot import einsum as tensor_einsum
from penstock.api.tensordot import tensordot as tensor_tensordot
from penstock.ir.op import TABLE
from penstock.v2.numpy_dtypes import array_of, cast, kind_of, promoted, result_type


def shape(a) -> tuple:
    return tuple(array_of(a).shape.as_list())


def ndim(a) -> int:
    return len(array_of(a).shape)


def size(x, axis=None):
    """How many entries, or how many along `axis`."""
    sizes = shape(x)
    return int(np.prod(sizes)) if axis is None else sizes[axis]


def reshape(a, newshape, order="C"):
    a = array_of(a)
    if order == "F":
        sizes = [newshape] if isinstance(newshape, int) else list(newshape)
        return transpose(TABLE["Reshape"](transpose(a), sizes[::-1]))
    return TABLE["Reshape"](a, [newshape] if isinstance(newshape, int) else newshape)


def ravel(a, order="C"):
    a = transpose(a) if order == "F" else a
    return TABLE["Reshape"](array_of(a), [-1])


flatten = ravel


def transpose(a, axes=None):
    a = array_of(a)
    return TABLE["Transpose"](
        a, list(range(len(a.shape)))[::-1] if axes is None else axes
    )


def swapaxes(a, axis1, axis2):
    order = list(range(ndim(a)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(a, order)


def moveaxis(a, source, destination):
    rank = ndim(a)
    froms = [axis % rank for axis in np.atleast_1d(source).tolist()]
    tos = [axis % rank for axis in np.atleast_1d(destination).tolist()]
    order = [axis for axis in range(rank) if axis not in froms]
    for to, source_axis in sorted(zip(tos, froms, strict=True)):
        order.insert(to, source_axis)
    return transpose(a, order)


def squeeze(a, axis=None):
    axes = [] if axis is None else np.atleast_1d(axis).tolist()
    return TABLE["Squeeze"](array_of(a), squeeze_dims=axes)


def expand_dims(a, axis):
    return TABLE["ExpandDims"](array_of(a), axis)


def broadcast_to(array, shape):
    return TABLE["BroadcastTo"](array_of(array), shape)


def broadcast_arrays(*args, subok=False):
    arrays = [array_of(a) for a in args]
    common = np.broadcast_shapes(*(shape(a) for a in arrays))
    return [broadcast_to(a, common) for a in arrays]


def stack(arrays, axis=0):
    items = list(arrays) if isinstance(arrays, list | tuple) else [*array_of(arrays)]
    return array_order.stack(promoted(*items), axis)


def concatenate(arys, axis=0):
    items = list(arys) if isinstance(arys, list | tuple) else [*array_of(arys)]
    return array_order.concat(promoted(*items), axis)


def append(arr, values, axis=None):
    if axis is None:
        return concatenate([ravel(arr), ravel(values)], 0)
    return concatenate([arr, values], axis)


def atleast_1d(*arys):
    return _each(arys, lambda a: a[None] if not len(a.shape) else a)


def atleast_2d(*arys):
    def grown(a):
        return a[(None,) * (2 - len(a.shape))] if len(a.shape) < 2 else a

    return _each(arys, grown)


def atleast_3d(*arys):
    def grown(a):
        rank = len(a.shape)
        if rank < 2:
            return TABLE["Reshape"](a, [1, -1, 1])
        return a[..., None] if rank == 2 else a

    return _each(arys, grown)


def _each(arrays, function) -> Any:
    made = [function(array_of(a)) for a in arrays]
    return made[0] if len(made) == 1 else made


def vstack(tup):
    return concatenate([atleast_2d(a) for a in tup], 0)


def hstack(tup):
    arrays = [atleast_1d(a) for a in tup]
    return concatenate(arrays, 0 if len(arrays[0].shape) == 1 else 1)


def dstack(tup):
    return concatenate([atleast_3d(a) for a in tup], 2)


def split(ary, indices_or_sections, axis=0):
    """Equal parts, or those that end at the given places."""
    ary = array_of(ary)
    if isinstance(indices_or_sections, int):
        return array_order.split(ary, indices_or_sections, axis)
    ends = [*indices_or_sections, ary.shape[axis]]
    sizes = [b - a for a, b in zip([0, *ends[:-1]], ends, strict=True)]
    return array_order.split(ary, sizes, axis)


def hsplit(ary, indices_or_sections):
    return split(ary, indices_or_sections, 0 if ndim(ary) == 1 else 1)


def vsplit(ary, indices_or_sections):
    return split(ary, indices_or_sections, 0)


def dsplit(ary, indices_or_sections):
    return split(ary, indices_or_sections, 2)


def flip(m, axis=None):
    axes = list(range(ndim(m))) if axis is None else np.atleast_1d(axis).tolist()
    return array_order.reverse(array_of(m), axes)


def flipud(m):
    return flip(m, 0)


def fliplr(m):
    return flip(m, 1)


def roll(a, shift, axis=None):
    if axis is None:
        return reshape(array_order.roll(ravel(a), shift, 0), shape(a))
    return array_order.roll(array_of(a), shift, axis)


def rot90(m, k=1, axes=(0, 1)):
    first, second = axes
    for _ in range(k % 4):
        m = swapaxes(flip(m, second), first, second)
    return array_of(m)


def tile(a, reps):
    a, reps = array_of(a), list(np.atleast_1d(reps))
    if len(reps) > len(a.shape):
        a = a[(None,) * (len(reps) - len(a.shape))]
    return array_order.tile(a, [1] * (len(a.shape) - len(reps)) + reps)


def repeat(a, repeats, axis=None):
    return array_index.repeat(array_of(a), repeats, axis)


def pad(array, pad_width, mode, **kwargs):
    """`mode` "constant" (with `constant_values`), "reflect" or "symmetric"."""
    if mode not in ("constant", "reflect", "symmetric"):
        raise ValueError(f"Unsupported padding mode: {mode}")
    array = array_of(array)
    widths = np.broadcast_to(pad_width, (len(array.shape), 2))
    value = kwargs.get("constant_values", 0)
    return array_order.pad(array, widths, mode.upper(), constant_values=value)


def take(a, indices, axis=None, out=None, mode="clip"):
    """Entries at `indices`; those outside wrap round or stay at the end."""
    a, indices = array_of(a), array_of(indices)
    if axis is None:
        a, axis = ravel(a), 0
    count = array_of(a.shape[axis], indices.dtype)
    if mode == "wrap":
        indices = TABLE["FloorMod"](indices, count)
    else:
        zero = array_of(0, indices.dtype)
        indices = TABLE["Maximum"](zero, TABLE["Minimum"](indices, count - 1))
    return array_index.gather(a, indices, axis=axis)


def take_along_axis(arr, indices, axis):
    """For each place along `axis` the entry that `indices` names there."""
    arr, indices = array_of(arr), array_of(indices)
    if axis is None:
        return take(ravel(arr), ravel(indices))
    rank = len(arr.shape)
    axis %= rank
    common = [
        i if n == axis else max(a, i)
        for n, (a, i) in enumerate(zip(shape(arr), shape(indices), strict=True))
    ]
    indices = broadcast_to(indices, common)
    wide = list(common)
    wide[axis] = shape(arr)[axis]
    arr = broadcast_to(arr, wide)
    count = array_of(wide[axis], indices.dtype)
    indices = TABLE["SelectV2"](indices < 0, indices + count, indices)
    last = moveaxis(indices, axis, -1)
    found = array_index.gather(moveaxis(arr, axis, -1), last, batch_dims=rank - 1)
    return moveaxis(found, -1, axis)


def where(condition, x=None, y=None):
    """From `x` where `condition` holds, from `y` elsewhere; alone, the places."""
    condition = array_of(condition, np.bool_)
    if x is None and y is None:
        return nonzero(condition)
    x, y = promoted(x, y)
    return TABLE["SelectV2"](condition, x, y)


def nonzero(a):
    """The places of entries that are not 0: one vector for each axis."""
    found = TABLE["Where"](array_of(a, np.bool_))
    return array_order.unstack(found, axis=1, num=ndim(a))


def select(condlist, choicelist, default=0):
    """For each entry the first choice whose condition holds."""
    common = result_type(default, *choicelist)
    out = array_of(default, common)
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        out = TABLE["SelectV2"](
            array_of(condition, np.bool_), array_of(choice, common), out
        )
    return out


def compress(condition, a, axis=None):
    """The entries along `axis` where `condition` holds."""
    a = ravel(a) if axis is None else array_of(a)
    at = nonzero(condition)[0]
    return array_index.gather(a, at, axis=axis or 0)


def diff(a, n=1, axis=-1):
    """Differences of neighbours, `n` times."""
    a = array_of(a)
    axis %= len(a.shape)
    later: Any = (slice(None),) * axis + (slice(1, None),)
    earlier: Any = (slice(None),) * axis + (slice(None, -1),)
    for _ in range(n):
        if kind_of(a) == np.bool_:
            a = TABLE["NotEqual"](a[later], a[earlier])
        else:
            a = a[later] - a[earlier]
    return a


def tril(m, k=0):
    return _banded(m, _below(m, k))


def triu(m, k=0):
    return _banded(m, ~_below(m, k - 1))


def _below(m, k: int) -> np.ndarray:
    rows, columns = shape(m)[-2:]
    return np.tri(rows, columns, k, dtype=bool)


def _banded(m, kept: np.ndarray):
    m = array_of(m)
    return TABLE["SelectV2"](kept, m, TABLE["ZerosLike"](m))


def diagonal(a, offset=0, axis1=0, axis2=1):
    """The diagonals of the matrices on two axes."""
    a = moveaxis(a, (axis1, axis2), (-2, -1))
    return TABLE["MatrixDiagPartV3"](a, offset, array_of(0, a.dtype))


def trace(a, offset=0, axis1=0, axis2=1, dtype=None):
    on = diagonal(a, offset, axis1, axis2)
    return reduce_sum(on if dtype is None else cast(on, dtype), -1)


# --- products ---------------------------------------------------------------------


def dot(a, b):
    a, b = promoted(a, b)
    if not (len(a.shape) and len(b.shape)):
        return a * b
    return tensor_tensordot(a, b, [[-1 % len(a.shape)], [max(len(b.shape) - 2, 0)]])


def inner(a, b):
    a, b = promoted(a, b)
    if not (len(a.shape) and len(b.shape)):
        return a * b
    return tensor_tensordot(a, b, [[len(a.shape) - 1], [len(b.shape) - 1]])


def outer(a, b):
    a, b = promoted(a, b)
    return ravel(a)[:, None] * ravel(b)


def vdot(a, b):
    a, b = (ravel(x) for x in promoted(a, b))
    return reduce_sum((TABLE["Conj"](a) if a.dtype.is_complex else a) * b)


def tensordot(a, b, axes=2):
    a, b = promoted(a, b)
    return tensor_tensordot(a, b, axes)


def einsum(subscripts, *operands, **kwargs):
    return tensor_einsum(subscripts, *promoted(*operands))


def kron(a, b):
    """Every entry of `a` times all of `b`."""
    a, b = promoted(a, b)
    rank = max(len(a.shape), len(b.shape))
    a, b = (x[(None,) * (rank - len(x.shape))] for x in (a, b))
    spread = [n for pair in zip(shape(a), [1] * rank, strict=True) for n in pair]
    within = [n for pair in zip([1] * rank, shape(b), strict=True) for n in pair]
    sizes = [m * n for m, n in zip(shape(a), shape(b), strict=True)]
    return reshape(reshape(a, spread) * reshape(b, within), sizes)


def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """The cross products of vectors of 2 or 3 numbers."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = promoted(a, b)
    a, b = moveaxis(a, axisa, -1), moveaxis(b, axisb, -1)
    if a.shape[-1] == 2 and b.shape[-1] == 2:
        return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    a, b = (_of_three(x) for x in (a, b))
    parts = [
        a[..., i] * b[..., j] - a[..., j] * b[..., i]
        for i, j in ((1, 2), (2, 0), (0, 1))
    ]
    return moveaxis(array_order.stack(parts, -1), -1, axisc)


def _of_three(x):
    if x.shape[-1] == 3:
        return x
    return TABLE["ConcatV2"]([x, TABLE["ZerosLike"](x[..., :1])], -1)


def polyval(p, x):
    """The polynomial of coefficients `p`, the highest first, at `x`."""
    common = result_type(p, x)
    return horner([*array_of(p, common)], array_of(x, common))


__all__ = [
    "append", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_arrays",
    "broadcast_to", "compress", "concatenate", "cross", "diagonal", "diff", "dot",
    "dsplit", "dstack", "einsum", "expand_dims", "flatten", "flip", "fliplr", "flipud",
    "hsplit", "hstack", "inner", "kron", "moveaxis", "ndim", "nonzero", "outer", "pad",
    "polyval", "ravel", "repeat", "reshape", "roll", "rot90", "select", "shape", "size",
    "split", "squeeze", "stack", "swapaxes", "take", "take_along_axis", "tensordot",
    "tile", "trace", "transpose", "tril", "triu", "vdot", "vsplit", "vstack", "where",
]  # fmt: skip
