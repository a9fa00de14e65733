"""Elements picked, masked, found and scattered."""

from __future__ import annotations

import builtins

import numpy as np

from penstock.api.array_make import (
    broadcast_to,
    expand_dims,
    reshape,
    shape,
    squeeze,
)
from penstock.api.array_make import ones_like as _ones_like
from penstock.api.array_order import concat, tile
from penstock.api.named_results import ListDiff, Unique, UniqueWithCounts
from penstock.api.scopes import maybe_scope, scope, tensor
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import TensorShape
from penstock.core.shapes import size as count_of
from penstock.ir.constant import constant_dims, constant_value
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import array_dynamic, array_gather, array_order


def repeat(input, repeats, axis=None, name=None):
    """Each element (along `axis`) repeated `repeats` times, in place. As np.repeat."""
    x = tensor(input)
    if axis is None:
        x, axis = reshape(x, [-1]), 0
    with scope(name, "Repeat"):
        times = TABLE["Cast"](tensor(repeats, name="repeats"), DstT=dtypes.int32)
        axis = axis % len(x.dims)
        dims = shape(x)
        if times.dims in ((), (1,)):
            times = reshape(times, [])
            wide = expand_dims(x, axis + 1)
            counts = [1] * len(wide.dims)
            counts[axis + 1] = times
            wide = tile(wide, counts)
            long = dims[axis] * times
            new = concat([dims[:axis], [long], dims[axis + 1 :]], 0)
            return reshape(wide, new)
        n = _one_size(x, axis)
        positions = TABLE["Range"](0, n, 1)
        most = TABLE["Max"](times, [0])
        ones_ = tile(expand_dims(positions, 1), [1, most])
        picked = boolean_mask(ones_, sequence_mask(times, most))
        return array_gather.gather_v2(x, picked, axis)


def _one_size(x, axis):
    known = x.dims[axis]
    return known if known is not None else shape(x)[axis]


def slice(input_, begin, size, name=None):
    """`size` elements of each dimension from `begin` on; -1 takes what is left."""
    return TABLE["Slice"](input_, begin, size, name=name)


def strided_slice(
    input_, begin, end, strides=None, begin_mask=0, end_mask=0, ellipsis_mask=0,
    new_axis_mask=0, shrink_axis_mask=0, var=None, name=None,
):  # fmt: skip
    """`input_[begin:end:strides]` for every dimension. As `tf.strided_slice`."""
    if strides is None:
        strides = _ones_like(tensor(begin))
    return TABLE["StridedSlice"](
        input_, begin, end, strides, begin_mask=begin_mask, end_mask=end_mask,
        ellipsis_mask=ellipsis_mask, new_axis_mask=new_axis_mask,
        shrink_axis_mask=shrink_axis_mask, name=name,
    )  # fmt: skip


def gather(params, indices, validate_indices=None, axis=None, batch_dims=0, name=None):
    """The entries of `params` along `axis` that `indices` name.

    Raises InvalidArgumentError at run time for an index out of range.
    """
    del validate_indices
    if axis is None:
        axis = batch_dims
    read = getattr(params, "sparse_read", None)
    if read is not None and not isinstance(axis, Tensor) and axis == 0 == batch_dims:
        return read(indices, name=name)
    return array_gather.gather_v2(
        params, indices, axis, batch_dims=batch_dims, name=name
    )


def gather_nd(params, indices, batch_dims=0, name=None):
    """The slices of `params` that the vectors along `indices`' last axis name."""
    if batch_dims:
        indices = _with_batch(tensor(indices), batch_dims)
    read = getattr(params, "gather_nd", None)
    if read is not None and not batch_dims:
        return read(indices, name=name)
    return array_gather.gather_nd(params, indices, name=name)


def _with_batch(indices, batch_dims):
    """`indices` with the position in the batch in front of every vector."""
    dims = shape(indices)
    lead = dims[:batch_dims]
    total = concat([dims[:-1], [1]], 0)
    parts = []
    for i in builtins.range(batch_dims):
        count = TABLE["Range"](0, lead[i], 1)
        line = [1] * len(indices.dims)
        line[i] = -1
        column = broadcast_to(reshape(count, line), total)
        parts.append(TABLE["Cast"](column, DstT=indices.dtype.base_dtype))
    return concat([*parts, indices], -1)


def scatter_nd(indices, updates, shape, name=None):
    """Zeros of `shape` with `updates` added where `indices` say."""
    return TABLE["ScatterNd"](indices, updates, shape, name=name)


def _tensor_scatter(kind):
    def scatter(tensor, indices, updates, name=None):
        return TABLE[f"TensorScatter{kind}"](tensor, indices, updates, name=name)

    scatter.__doc__ = f"`tensor` with `updates` put at `indices` ({kind.lower()})."
    scatter.__name__ = f"tensor_scatter_nd_{kind.lower()}"
    return scatter


tensor_scatter_nd_update = _tensor_scatter("Update")
tensor_scatter_nd_add = _tensor_scatter("Add")
tensor_scatter_nd_sub = _tensor_scatter("Sub")
tensor_scatter_nd_min = _tensor_scatter("Min")
tensor_scatter_nd_max = _tensor_scatter("Max")


def boolean_mask(tensor, mask, axis=None, name="boolean_mask"):
    """The entries of `tensor`, along the dimensions of `mask`, where it is True."""
    with scope(name, "boolean_mask"):
        x = _convert(tensor, "tensor")
        mask = _convert(mask, "mask")
        if mask.dims is None:
            raise ValueError(
                "Number of mask dimensions must be specified, even if some dimensions "
                "are None. E.g. shape=[None] is ok, but shape=None is not."
            )
        if not mask.dims:
            raise ValueError("mask cannot be scalar.")
        at = 0 if axis is None else int(axis)
        n = len(mask.dims)
        if x.dims is not None:
            at %= len(x.dims)
            TensorShape(x.dims[at : at + n]).assert_is_compatible_with(mask.dims)
        count = TABLE["Prod"](shape(x)[at : at + n], [0])
        lead, rest = shape(x)[:at], shape(x)[at + n :]
        x_dims = x.dims
        x = reshape(x, concat([lead, [count], rest], 0))
        if x_dims is not None:
            first = count_of(x_dims[at : at + n])
            x.set_shape((*x_dims[:at], first, *x_dims[at + n :]))
        flat = reshape(mask, [-1])
        found = squeeze(array_dynamic.where(flat), axis=[1])
        return gather(x, found, axis=at)


def _convert(value, name):
    return tensor(value, name=name)


def sequence_mask(lengths, maxlen=None, dtype=dtypes.bool, name=None):
    """[..., maxlen]: True for the first `lengths[...]` positions."""
    with scope(name, "SequenceMask"):
        lengths = tensor(lengths)
        if maxlen is None:
            every = np.arange(len(lengths.dims), dtype=np.int32)
            most = TABLE["Max"](lengths, tensor(every, name="Const"))
            zero = np.array(0, lengths.dtype.base_dtype.np)
            maxlen = TABLE["Maximum"](tensor(zero, name="Const"), most)
        else:
            maxlen = tensor(maxlen, name="Const")
        kind = maxlen.dtype.base_dtype
        start = tensor(np.array(0, kind.np), name="Const")
        step = tensor(np.array(1, kind.np), name="Const")
        row = TABLE["Range"](start, maxlen, step)
        matrix = TABLE["Cast"](expand_dims(lengths, -1), DstT=kind)
        inside = TABLE["Less"](row, matrix)
        kind = as_dtype(dtype)
        return inside if kind is dtypes.bool else TABLE["Cast"](inside, DstT=kind)


def where(condition, x=None, y=None, name=None):
    """Coordinates of True entries, or `x` where True and `y` elsewhere (broadcast)."""
    if (x is None) != (y is None):
        raise ValueError("x and y must both be non-None or both be None.")
    if x is None:
        with maybe_scope(name):
            return array_dynamic.where(tensor(condition, name="condition"), name=name)
    return TABLE["SelectV2"](condition, x, y, name=name)


def unique(x, out_idx=dtypes.int32, name=None):
    """(y, idx): the distinct values in order of appearance; x = y[idx]."""
    made = array_dynamic.unique(x, out_idx=as_dtype(out_idx), name=name)
    return Unique(*made)


def unique_with_counts(x, out_idx=dtypes.int32, name=None):
    """As `unique`, with how often each value appears."""
    made = array_dynamic.unique_with_counts(x, out_idx=as_dtype(out_idx), name=name)
    return UniqueWithCounts(*made)


def setdiff1d(x, y, out_idx=dtypes.int32, name=None):
    """(out, idx): the values of `x` that `y` lacks, and where they stand in x."""
    return ListDiff(
        *array_dynamic.list_diff(x, y, out_idx=as_dtype(out_idx), name=name)
    )


def dynamic_partition(data, partitions, num_partitions, name=None):
    """`data` sorted into `num_partitions` tensors by `partitions`."""
    return list(
        array_dynamic.dynamic_partition(
            data, partitions, num_partitions=num_partitions, name=name
        )
    )


def dynamic_stitch(indices, data, name=None):
    """The inverse of `dynamic_partition`; the last value at an index counts."""
    return array_dynamic.dynamic_stitch(list(indices), list(data), name=name)


def parallel_dynamic_stitch(indices, data, name=None):
    return array_dynamic.parallel_dynamic_stitch(list(indices), list(data), name=name)


def searchsorted(
    sorted_sequence, values, side="left", out_type=dtypes.int32, name=None
):
    """Where to insert `values` into `sorted_sequence` (along the last dimension)."""
    with maybe_scope(name):
        rows, values = tensor(sorted_sequence), tensor(values)
        if side not in ("left", "right"):
            raise ValueError(
                f"Argument `side` must be either 'left' or 'right'. Received: '{side}'."
            )
        length = _one_size(rows, -1)
        count = _one_size(values, -1)
        find = array_order.lower_bound if side == "left" else array_order.upper_bound
        out = find(
            reshape(rows, [-1, length]),
            reshape(values, [-1, count]),
            out_type=as_dtype(out_type),
        )
        return reshape(out, shape(values))


def tensor_diag(diagonal, name=None):
    """A tensor of twice the rank with `diagonal` on its diagonal."""
    return array_order.diag(diagonal, name=name)


def tensor_diag_part(input, name=None):
    """The diagonal of a tensor of even rank."""
    return array_order.diag_part(input, name=name)


def guarantee_const(input, name=None):
    return TABLE["Identity"](input, name=name)


def get_static_value(tensor, partial=False):
    """The value of `tensor` as NumPy where the graph alone gives it, else None."""
    if isinstance(tensor, np.ndarray | np.generic):
        return tensor
    if not isinstance(tensor, Tensor):
        return np.asarray(tensor)
    return constant_value(tensor)


def constant_value_as_shape(tensor):
    """A 1-D integer tensor as a TensorShape, unknown where it is not known."""
    return TensorShape(constant_dims(tensor))
