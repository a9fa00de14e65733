"""`tf.sparse`: working with SparseTensors without making them dense.

What only moves entries about runs on the host; sums go through segment ops.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api.scopes import tensor
from penstock.api.sparse import SparseTensor, from_dense, to_dense
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir.constant import constant_value
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.op import TABLE
from penstock.ops import sparse as ops


def _made(parts) -> SparseTensor:
    return SparseTensor(*parts)


def _cast_shape(shape):
    return TABLE["Cast"](tensor(shape), DstT=dtypes.int64)


def add(a, b, threshold=0):
    """`a + b`; sparse where both are, else dense. Sums within `threshold` vanish."""
    if isinstance(a, SparseTensor) and isinstance(b, SparseTensor):
        indices, at, shape = ops.sparse_union(a.indices, b.indices, a.dense_shape)
        both = TABLE["ConcatV2"]([a.values, b.values], 0)
        count = TABLE["Shape"](indices, out_type=dtypes.int32)[0]
        values = TABLE["UnsortedSegmentSum"](both, at, count)
        out = SparseTensor(indices, values, shape)
        if threshold == 0:
            return out
        kept = TABLE["Greater"](TABLE["Abs"](values), tensor(threshold, values.dtype))
        return retain(out, kept)
    dense = [to_dense(x) if isinstance(x, SparseTensor) else tensor(x) for x in (a, b)]
    return TABLE["AddV2"](*dense)


def reorder(sp_input, name=None):
    """The entries in row-major order."""
    order = ops.sparse_order(sp_input.indices)
    return SparseTensor(
        TABLE["GatherV2"](sp_input.indices, order, 0),
        TABLE["GatherV2"](sp_input.values, order, 0),
        sp_input.dense_shape,
    )


def retain(sp_input, to_retain):
    """The entries where the vector `to_retain` is True."""
    at = TABLE["Reshape"](TABLE["Where"](tensor(to_retain)), [-1])
    return _at(sp_input, at)


def _at(sp, at):
    return SparseTensor(
        TABLE["GatherV2"](sp.indices, at, 0), TABLE["GatherV2"](sp.values, at, 0),
        sp.dense_shape,
    )  # fmt: skip


def reshape(sp_input, shape, name=None):
    """The same entries in another shape; one size may be -1."""
    indices, new = ops.sparse_reshape(
        sp_input.indices, sp_input.dense_shape, _cast_shape(shape)
    )
    return SparseTensor(indices, sp_input.values, new)


def transpose(sp_input, perm=None, name=None):
    """The axes in the order `perm`, reversed by default."""
    rank = sp_input.dense_shape.dims[0]
    perm = np.arange(rank)[::-1] if perm is None else np.asarray(perm)
    perm = np.ascontiguousarray(perm, np.int32)
    return reorder(
        SparseTensor(
            TABLE["GatherV2"](sp_input.indices, perm, 1), sp_input.values,
            TABLE["GatherV2"](sp_input.dense_shape, perm, 0),
        )
    )  # fmt: skip


def slice(sp_input, start, size, name=None):
    """The entries in a box of `size` from `start` on."""
    at, indices, shape = ops.sparse_slice(
        sp_input.indices, sp_input.dense_shape, _cast_shape(start), _cast_shape(size)
    )
    return SparseTensor(indices, TABLE["GatherV2"](sp_input.values, at, 0), shape)


def concat(axis, sp_inputs, expand_nonconcat_dims=False, name=None):
    """SparseTensors joined along `axis`."""
    items = list(sp_inputs)
    rank = items[0].dense_shape.dims[0]
    axis = int(axis) % rank
    unit = np.eye(rank, dtype=np.int64)[axis]
    before = np.int64(0)
    indices = []
    for item in items:
        indices.append(TABLE["AddV2"](item.indices, before * unit))
        before = before + item.dense_shape[axis]
    shapes = TABLE["Pack"]([i.dense_shape for i in items], axis=0)
    widest = TABLE["Max"](shapes, [0])
    shape = TABLE["SelectV2"](unit.astype(bool), before * unit, widest)
    joined = SparseTensor(
        TABLE["ConcatV2"](indices, 0),
        TABLE["ConcatV2"]([i.values for i in items], 0), shape,
    )  # fmt: skip
    return reorder(joined)


def split(sp_input=None, num_split=None, axis=None, name=None):
    """`num_split` parts along `axis`, the first ones larger by one where need be."""
    known = constant_value(sp_input.dense_shape)  # type: ignore
    if known is None:
        raise ValueError("sparse.split needs a shape that is known: give a constant.")
    shape = np.asarray(known)
    size, rest = divmod(int(shape[axis]), int(num_split))  # type: ignore
    out, first = [], 0
    for i in range(int(num_split)):  # type: ignore
        width = size + (i < rest)
        start, extent = np.zeros_like(shape), shape.copy()
        start[axis], extent[axis] = first, width
        out.append(slice(sp_input, start, extent))
        first += width
    return out


def expand_dims(sp_input, axis=None, name=None):
    """A new axis of size 1 before `axis` (last by default)."""
    rank = sp_input.dense_shape.dims[0]
    axis = (rank if axis is None else int(axis)) % (rank + 1)
    zeros = TABLE["ZerosLike"](sp_input.indices[:, :1])
    indices = TABLE["ConcatV2"](
        [sp_input.indices[:, :axis], zeros, sp_input.indices[:, axis:]], 1
    )
    shape = sp_input.dense_shape
    shape = TABLE["ConcatV2"]([shape[:axis], [np.int64(1)], shape[axis:]], 0)
    return SparseTensor(indices, sp_input.values, shape)


def fill_empty_rows(sp_input, default_value, name=None):
    """Rows without an entry given `default_value`; and which rows those were."""
    value = tensor(default_value, sp_input.dtype.base_dtype)
    indices, at, empty = ops.sparse_fill_empty_rows(
        sp_input.indices, sp_input.dense_shape
    )
    values = TABLE["ConcatV2"]([sp_input.values, TABLE["ExpandDims"](value, 0)], 0)
    filled = SparseTensor(indices, TABLE["GatherV2"](values, at, 0),
                          sp_input.dense_shape)  # fmt: skip
    return filled, empty


def map_values(op, *args, **kwargs):
    """`op` of the values of SparseTensors of the same indices."""
    first = next(a for a in args if isinstance(a, SparseTensor))

    def values(item):
        return item.values if isinstance(item, SparseTensor) else item

    out = op(*map(values, args), **{k: values(v) for k, v in kwargs.items()})
    return SparseTensor(first.indices, out, first.dense_shape)


def _parted_axes(shape, axis) -> tuple[Any, Any]:
    """(the axes that stay, a mask of those that go) for `shape`, of any length."""
    rank = shape.dims[0] if shape.dims else None
    if rank is not None:
        axes = np.arange(rank) if axis is None else np.atleast_1d(axis) % rank
        gone = np.isin(np.arange(rank), axes)
        return np.flatnonzero(~gone).astype(np.int32), gone
    count = TABLE["Size"](shape)
    every = TABLE["Range"](np.int32(0), count, np.int32(1))
    if axis is None:
        return np.zeros(0, np.int32), TABLE["GreaterEqual"](every, 0)
    axes = TABLE["FloorMod"](np.atleast_1d(np.int32(axis)), count)
    same = TABLE["Equal"](TABLE["ExpandDims"](every, 1), axes)
    gone = TABLE["Any"](same, [1])
    left = TABLE["Where"](TABLE["LogicalNot"](gone))
    return TABLE["Cast"](
        TABLE["Squeeze"](left, squeeze_dims=[1]), DstT=dtypes.int32
    ), gone


def _reduce(op: str):
    def reduce(sp_input, axis=None, keepdims=None, output_is_sparse=False, name=None):
        left, gone = _parted_axes(sp_input.dense_shape, axis)
        sizes = TABLE["GatherV2"](sp_input.dense_shape, left, 0)
        ids = ops.sparse_flat_ids(TABLE["GatherV2"](sp_input.indices, left, 1), sizes)
        count = TABLE["Cast"](TABLE["Prod"](sizes, [0]), DstT=dtypes.int32)
        out = TABLE[op](sp_input.values, ids, count)
        if op != "UnsortedSegmentSum":  # rows without entries count as zeros
            ones = TABLE["OnesLike"](sp_input.values)
            there = TABLE["UnsortedSegmentSum"](ones, ids, count)
            none = TABLE["Equal"](there, TABLE["ZerosLike"](there))
            out = TABLE["SelectV2"](none, TABLE["ZerosLike"](out), out)
        if keepdims:
            sizes = TABLE["SelectV2"](gone, np.int64(1), sp_input.dense_shape)
        out = TABLE["Reshape"](out, sizes)
        return from_dense(out) if output_is_sparse else out

    return reduce


reduce_sum = _reduce("UnsortedSegmentSum")
reduce_max = _reduce("UnsortedSegmentMax")


def _elementwise(op: str):
    def combine(sp_a, sp_b, name=None):
        both = add(sp_a, sp_b)
        at = both.indices
        a = TABLE["GatherNd"](to_dense(sp_a), at)
        b = TABLE["GatherNd"](to_dense(sp_b), at)
        return SparseTensor(at, TABLE[op](a, b), sp_a.dense_shape)

    return combine


maximum = _elementwise("Maximum")
minimum = _elementwise("Minimum")


def softmax(sp_input, name=None):
    """Softmax over the entries of each row of the last axis."""
    sizes = sp_input.dense_shape[:-1]
    ids = ops.sparse_flat_ids(sp_input.indices[:, :-1], sizes)
    count = TABLE["Cast"](TABLE["Prod"](sizes, [0]), DstT=dtypes.int32)
    most = TABLE["UnsortedSegmentMax"](sp_input.values, ids, count)
    raised = TABLE["Exp"](sp_input.values - TABLE["GatherV2"](most, ids, 0))
    total = TABLE["UnsortedSegmentSum"](raised, ids, count)
    values = raised / TABLE["GatherV2"](total, ids, 0)
    return SparseTensor(sp_input.indices, values, sp_input.dense_shape)


def eye(num_rows, num_columns=None, dtype=dtypes.float32, name=None):
    """Ones on the diagonal."""
    columns = num_rows if num_columns is None else num_columns
    at = np.arange(min(int(num_rows), int(columns)), dtype=np.int64)
    ones = np.ones(len(at), as_dtype(dtype).np)
    return SparseTensor(np.stack([at, at], 1), ones, np.array([num_rows, columns]))


def mask(a, mask_indices, name=None):
    """IndexedSlices without the rows that `mask_indices` names."""
    keep = ~np.isin(np.asarray(a.indices), np.asarray(mask_indices))
    at = tensor(np.flatnonzero(keep).astype(np.int32))
    return IndexedSlices(
        TABLE["GatherV2"](a.values, at, 0), TABLE["GatherV2"](a.indices, at, 0),
        a.dense_shape,
    )  # fmt: skip


def reset_shape(sp_input, new_shape=None):
    """The same entries in a larger shape, or in the smallest that holds them."""
    if new_shape is None:
        new_shape = TABLE["Max"](sp_input.indices, [0]) + np.int64(1)
    return SparseTensor(sp_input.indices, sp_input.values, _cast_shape(new_shape))


def to_indicator(sp_input, vocab_size, name=None):
    """Bools [..., vocab_size]: True where a value of the row names the column."""
    column = TABLE["Cast"](sp_input.values, DstT=dtypes.int64)
    indices = TABLE["ConcatV2"](
        [sp_input.indices[:, :-1], TABLE["ExpandDims"](column, 1)], 1
    )
    shape = TABLE["ConcatV2"]([sp_input.dense_shape[:-1], [np.int64(vocab_size)]], 0)
    true = TABLE["Fill"](TABLE["Shape"](column, out_type=dtypes.int32), np.bool_(True))
    return TABLE["ScatterNd"](indices, TABLE["Cast"](true, DstT=dtypes.int32),
                              shape) > 0  # fmt: skip


def _segment(op: str):
    def reduce(data, indices, segment_ids, num_segments=None, sparse_gradient=False,
               name=None):  # fmt: skip
        rows = TABLE["GatherV2"](tensor(data), tensor(indices), 0)
        ids = tensor(segment_ids)
        if num_segments is None:
            num_segments = ids[-1] + 1
        total = TABLE["UnsortedSegmentSum"](rows, ids, num_segments)
        if op == "sum":
            return total
        ones = TABLE["OnesLike"](rows)
        count = TABLE["UnsortedSegmentSum"](ones, ids, num_segments)
        count = TABLE["Maximum"](count, TABLE["OnesLike"](count))
        return total / (TABLE["Sqrt"](count) if op == "sqrt_n" else count)

    return reduce


segment_sum = _segment("sum")
segment_mean = _segment("mean")
segment_sqrt_n = _segment("sqrt_n")

__all__ = [
    "add", "concat", "expand_dims", "eye", "fill_empty_rows", "map_values", "mask",
    "maximum", "minimum", "reduce_max", "reduce_sum", "reorder", "reset_shape",
    "reshape", "retain", "segment_mean", "segment_sqrt_n", "segment_sum", "slice",
    "softmax", "split", "to_indicator", "transpose",
]  # fmt: skip
