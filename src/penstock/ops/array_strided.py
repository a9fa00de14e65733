"""Strided slices, their gradients, updates."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import INDEX
from penstock.ir.constant import constant_dims
from penstock.ir.op import TABLE, op
from penstock.ops import rules
from penstock.ops.array import shape_of, unbroadcast
from penstock.ops.slice_spec import (
    MASKS,
    axes_of,
    bounds_of,
    fixed_positions,
    index_of,
    pick,
    strided_dims,
)
from penstock.ops.xla import jnp, lax


def _strided(input, begin, end, strides, **attrs):
    dims = input.dims
    return strided_dims(dims, begin, end, strides, attrs)


def _cut(x, index):
    """`x[index]` in slices, reversals and dynamic picks, which compile well."""
    at = 0
    picked, widened = [], []
    for item in index:
        if item is None:
            widened.append(item)
            continue
        if isinstance(item, slice):
            x = _cut_axis(x, item, at)
            widened.append(slice(None))
            at += 1
            continue
        n = x.shape[at]
        item = (
            item % n if isinstance(item, int) else jnp.where(item < 0, item + n, item)
        )
        picked.append(at)
        x = (
            lax.slice_in_dim(x, item, item + 1, axis=at)
            if isinstance(item, int)
            else lax.dynamic_slice_in_dim(x, item, 1, axis=at)
        )
        at += 1
    x = lax.squeeze(x, picked)
    return x[tuple(widened)] if None in widened else x


def _cut_axis(x, item: slice, axis: int):
    first, last, step = item.indices(x.shape[axis])
    count = len(range(first, last, step))
    if step < 0:
        low = first + (count - 1) * step if count else 0
        return lax.rev(
            lax.slice_in_dim(x, low, low + (count - 1) * -step + 1 if count else 0,
                             -step, axis),
            (axis,),
        )  # fmt: skip
    if (first, count, step) == (0, x.shape[axis], 1):
        return x
    return lax.slice_in_dim(x, first, max(last, first), step, axis)


def _fold_strided(x, begin, end, strides, **masks: Any):
    return x[index_of(x, begin, end, strides, masks)]


def _inside(x, begin, end, strides, **masks):
    """Whether the picked positions exist, where they are not known before."""
    holds = True
    if not isinstance(begin, np.ndarray):
        for axis in axes_of(len(strides), np.ndim(x), masks):
            if axis.shrink:
                n = np.shape(x)[axis.source]
                at = begin[axis.at]
                holds = holds & (at >= -n) & (at < n)
    return holds, "slice index out of bounds"


@op(
    "StridedSlice",
    "input: T, begin: Index, end: Index, strides: Index -> output: T",
    shape=_strided,
    where={"Index": INDEX},
    static=lambda node: fixed_positions(node.inputs[1], node.inputs[3], node.attrs, 1),
    fold=_fold_strided,
    guard=_inside,
)
def strided_slice(
    input, begin, end, strides, *, begin_mask=0, end_mask=0, ellipsis_mask=0,
    new_axis_mask=0, shrink_axis_mask=0,
):  # fmt: skip
    masks = {
        "begin_mask": begin_mask, "end_mask": end_mask, "ellipsis_mask": ellipsis_mask,
        "new_axis_mask": new_axis_mask, "shrink_axis_mask": shrink_axis_mask,
    }  # fmt: skip
    return _cut(jnp.asarray(input), index_of(input, begin, end, strides, masks))


def masks_of(node) -> dict[str, Any]:
    """The five masks of a strided slice."""
    return {k: node.attrs[k] for k in MASKS}


@strided_slice.gradient
def _(node, dy):
    x, begin, end, strides = node.inputs
    shape = shape_of(x, begin.dtype)
    dx = strided_slice_grad(shape, begin, end, strides, dy, **masks_of(node))
    return dx, None, None, None


@op(
    "StridedSliceGrad",
    "shape: Index, begin: Index, end: Index, strides: Index, dy: T -> output: T",
    shape=lambda shape, *_, **__: constant_dims(shape),
    where={"Index": INDEX},
    static=lambda node: (
        0, *fixed_positions(node.inputs[1], node.inputs[3], node.attrs, 1)
    ),
)  # fmt: skip
def strided_slice_grad(
    shape, begin, end, strides, dy, *, begin_mask=0, end_mask=0, ellipsis_mask=0,
    new_axis_mask=0, shrink_axis_mask=0,
):  # fmt: skip
    masks = {
        "begin_mask": begin_mask, "end_mask": end_mask, "ellipsis_mask": ellipsis_mask,
        "new_axis_mask": new_axis_mask, "shrink_axis_mask": shrink_axis_mask,
    }  # fmt: skip
    dims = tuple(map(int, shape))
    axes = axes_of(len(strides), len(dims), masks)
    dy = jnp.asarray(dy)
    dy = dy.reshape(_uncut_dims(dy.shape, axes))
    starts: list = [0] * len(dims)
    padding = []
    inner = list(dims)
    for axis in axes:
        if axis.source is None:
            continue
        n = dims[axis.source]
        if axis.shrink:
            at = pick(begin, axis.at)
            starts[axis.source] = jnp.where(at < 0, at + n, at)
            inner[axis.source] = 1
            padding.append((0, 0, 0))
            continue
        first, last, step = bounds_of(axis, begin, end, strides, masks).indices(n)
        count = len(range(first, last, step))
        if step < 0:
            dy = lax.rev(dy, (axis.source,))
            first, step = (first + (count - 1) * step if count else 0), -step
        used = (count - 1) * step + 1 if count else 0
        padding.append((first, n - first - used, step - 1))
    spread = lax.pad(dy, jnp.zeros((), dy.dtype), padding)
    if tuple(inner) == dims:
        return spread
    kind = jnp.result_type(jnp.int32)
    starts = [jnp.asarray(s, kind) for s in starts]
    return lax.dynamic_update_slice(jnp.zeros(dims, dy.dtype), spread, starts)


def _uncut_dims(dims, axes):
    """The sizes of a slice with its new axes gone and its picked ones back as 1."""
    out, at = [], 0
    for axis in axes:
        if axis.shrink:
            out.append(1)
            continue
        if axis.source is not None:
            out.append(dims[at])
        at += 1
    return out


@strided_slice_grad.gradient
def _(node, dy):
    _, begin, end, strides, _ = node.inputs
    return [None] * 4 + [strided_slice(dy, begin, end, strides, **masks_of(node))]


def _updated(x, begin, end, strides, value, masks):
    return jnp.asarray(x).at[index_of(x, begin, end, strides, masks)].set(value)


def _declare_update(type_name, signature, shape, **flags):
    @op(
        type_name,
        signature,
        shape=shape,
        attrs=dict(MASKS),
        static=lambda node: fixed_positions(
            node.inputs[1], node.inputs[3], node.attrs, 1
        ),
        **flags,
    )
    def update(
        input, begin, end, strides, value, *, begin_mask=0, end_mask=0,
        ellipsis_mask=0, new_axis_mask=0, shrink_axis_mask=0,
    ):  # fmt: skip
        masks = {
            "begin_mask": begin_mask, "end_mask": end_mask,
            "ellipsis_mask": ellipsis_mask, "new_axis_mask": new_axis_mask,
            "shrink_axis_mask": shrink_axis_mask,
        }  # fmt: skip
        return _updated(input, begin, end, strides, value, masks)

    return update


tensor_strided_slice_update = _declare_update(
    "TensorStridedSliceUpdate",
    "input: T, begin: Index, end: Index, strides: Index, value: T -> output: T",
    rules.same_as(0),
)


@tensor_strided_slice_update.gradient
def _(node, dy):
    _, begin, end, strides, value = node.inputs
    masks = masks_of(node)
    part = strided_slice(dy, begin, end, strides, **masks)
    dx = tensor_strided_slice_update(
        dy, begin, end, strides, TABLE["ZerosLike"](part), **masks
    )
    return dx, None, None, None, unbroadcast(part, value)


strided_slice_assign = _declare_update(
    "StridedSliceAssign",
    "ref: Ref(T), begin: Index, end: Index, strides: Index, value: T "
    "-> output_ref: Ref(T)",
    rules.same_as(0),
    writes=(0,),
    stateful=True,
)
resource_strided_slice_assign = _declare_update(
    "ResourceStridedSliceAssign",
    "ref: resource, begin: Index, end: Index, strides: Index, value: T ->",
    rules.none,
    writes=(0,),
    stateful=True,
)
