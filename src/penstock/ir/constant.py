"""What is known of a tensor's value while the graph is built."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.shapes import Dims, is_static
from penstock.ir.tensor import Tensor

_SYMBOLIC = object()


def constant_value(tensor: Tensor) -> Any:
    """The array that shape arithmetic alone gives for `tensor`, else None."""
    known = getattr(tensor, "known_value", _SYMBOLIC)
    if known is not _SYMBOLIC:  # an eager tensor, or what stands for one
        return known() if callable(known) else known
    node = tensor._node
    if node.type == "Const":
        return node.attrs["value"]
    if node.type == "Shape":
        dims = node.inputs[0].dims
        if not is_static(dims):
            return None
        return np.array(dims, node.attrs["out_type"].np)
    fold = node.op.fold
    if fold is None:
        return None
    arrays = []
    for item in node.grouped:
        known = (
            [constant_value(t) for t in item]
            if isinstance(item, list)
            else constant_value(item)
        )
        if known is None or (isinstance(known, list) and any(k is None for k in known)):
            return None
        arrays.append(known)
    out = fold(*arrays, **node.op.body_attrs(node.attrs))
    return out[tensor.value_index] if isinstance(out, tuple) else np.asarray(out)


def constant_dims(tensor: Tensor) -> Dims:
    """A 1-D integer tensor read as a shape, sizes that are not known being None.

    Looks through packing, joining and slicing of `tf.shape`, so that
    `tf.reshape(x, [tf.shape(x)[0], 10])` has the static shape [?, 10].
    """
    value = constant_value(tensor)
    if value is not None:
        return tuple(None if int(v) < 0 else int(v) for v in np.atleast_1d(value))
    if hasattr(tensor, "known_value"):
        return _unknown_sizes(tensor)
    node = tensor._node
    if node.type == "Shape":
        return node.inputs[0].dims
    if node.type == "Pack" and node.attrs.get("axis", 0) == 0:
        return tuple(_size(t) for t in node.inputs)
    if node.type == "ConcatV2":
        parts = [constant_dims(t) for t in node.inputs[:-1]]
        if any(p is None for p in parts):
            return None
        return tuple(d for p in parts for d in p)  # type: ignore[union-attr]
    if node.type in ("Identity", "Cast"):
        return constant_dims(node.inputs[0])
    if node.type == "StridedSlice":
        return _sliced(tensor)
    return _unknown_sizes(tensor)


def _unknown_sizes(tensor) -> Dims:
    length = tensor.dims
    return None if length is None or None in length else (None,) * int(length[0] or 0)


def _size(tensor: Tensor) -> int | None:
    value = constant_value(tensor)
    if value is not None:
        return None if int(value) < 0 else int(value)
    node = tensor._node
    if node.type == "Cast":
        return _size(node.inputs[0])
    if node.type == "StridedSlice" and node.attrs.get("shrink_axis_mask") == 1:
        dims = constant_dims(node.inputs[0])
        at = constant_value(node.inputs[1])
        if dims is not None and at is not None and at.size == 1:
            return dims[int(at[0])]
    return None


def _sliced(tensor: Tensor) -> Dims:
    node = tensor._node
    dims = constant_dims(node.inputs[0])
    begin, end, step = (constant_value(t) for t in node.inputs[1:])
    if dims is None or begin is None or end is None or step is None:
        return None
    if node.attrs.get("shrink_axis_mask") or node.attrs.get("new_axis_mask"):
        return None
    first = None if node.attrs.get("begin_mask") else int(begin[0])
    last = None if node.attrs.get("end_mask") else int(end[0])
    return dims[first : last : int(step[0])]
