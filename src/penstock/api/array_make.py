"""Tensors made anew, and what they look like: shape, size, rank, reshapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.core.convert import to_array
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import TensorShape, as_dims, broadcast, is_static
from penstock.core.shapes import size as count_of
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import array as ops
from penstock.ops import array_gather

_SMALL = 1000  # elements: what TensorFlow writes as one constant


def zeros(shape, dtype: Any = dtypes.float32, name=None):
    """Zeros of `shape` (a list, a TensorShape or an integer tensor)."""
    return _filled(0, shape, dtype, name, "zeros")


def ones(shape, dtype: Any = dtypes.float32, name=None):
    """Ones of `shape` (a list, a TensorShape or an integer tensor)."""
    return _filled(1, shape, dtype, name, "ones")


def _filled(value, shape, dtype, name, default):
    kind = as_dtype(dtype).base_dtype
    if kind is dtypes.string:
        value = b"" if value == 0 else value
    elif kind.is_bool:
        value = bool(value)
    with scope(name, default) as full:
        if not isinstance(shape, Tensor):
            known = _known_shape(shape)
            scalar = isinstance(shape, int)
            if known is not None and not scalar and (count_of(known) or 0) < _SMALL:
                array = np.full(known, value, kind.np)
                return context.landing().constant(array, full or None)
            if known is not None:
                shape = tensor(np.array(known, np.int32), name="shape_as_tensor")
            else:
                shape = tensor(shape, dtypes.int32)
        if shape.dims is not None and len(shape.dims) == 0:
            shape = reshape(shape, [-1])
        filling = context.landing().constant(np.array(value, kind.np), "Const")
        return ops.fill(shape, filling, name=full or None)


def _known_shape(shape) -> Any:
    """`shape` as sizes where it holds no tensors; ValueError for unknown sizes."""
    if isinstance(shape, np.ndarray):
        shape = shape.tolist()
    items = shape if isinstance(shape, list | tuple) else [shape]
    if any(isinstance(i, Tensor) or hasattr(i, "_dense_tensor") for i in items):
        return None
    dims = as_dims(shape)
    if not is_static(dims):
        raise ValueError(f"Cannot fill a partially known shape: {TensorShape(dims)}.")
    return dims


def zeros_like(input, dtype=None, name=None, layout=None, *, optimize=True):
    """Zeros shaped as `input`, of its dtype unless `dtype` is given."""
    return _like(0, input, dtype, name, optimize)


def ones_like(input, dtype=None, name=None, layout=None, *, optimize=True):
    """Ones shaped as `input`, of its dtype unless `dtype` is given."""
    return _like(1, input, dtype, name, optimize)


def _like(value, input, dtype, name, optimize):
    default = "ones_like" if value else "zeros_like"
    with scope(name, default) as full:
        x = tensor(input, name="tensor")
        kind = x.dtype.base_dtype if dtype is None else as_dtype(dtype)
        known = is_static(x.dims) and optimize
        if value == 0 and known:
            return _filled(0, x.dims, kind, full, default)
        if value == 0 and kind is x.dtype.base_dtype:
            return ops.zeros_like(x, name=full or None)
        if known:
            with scope(None, "Shape"):
                dims = tensor(np.array(x.dims, np.int32), name="shape_as_tensor")
        else:
            dims = ops.TABLE["Shape"](x, out_type=dtypes.int32)
        filling = tensor(np.array(value, kind.np), name="Const")
        return ops.fill(dims, filling, name=full or None)


def fill(dims, value, name=None, layout=None):
    """A tensor of shape `dims` with `value` everywhere."""
    return ops.fill(dims, value, name=name)


def one_hot(
    indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None
):
    """`indices` written along a new `axis` of size `depth`: on at the index.

    An index outside [0, depth) gives a row that is off everywhere.
    """
    if on_value is off_value is dtype is None and context.landing().eager:
        axis = -1 if axis is None else axis
        return array_gather.one_hot(indices, depth, 1.0, 0.0, axis=axis)
    with scope(name, "one_hot") as full:
        kind = _hot_dtype(on_value, off_value, dtype)
        on = _hot_value(on_value, kind, 1, "on_value")
        off = _hot_value(off_value, kind, 0, "off_value")
        return array_gather.one_hot(
            indices, depth, on, off, axis=-1 if axis is None else axis,
            name=full or None,
        )  # fmt: skip


def _hot_dtype(on, off, dtype):
    given = [tensor_dtype(v) for v in (on, off) if v is not None]
    if len(given) == 2 and given[0] is not given[1] and dtype is None:
        raise TypeError(
            f"on_value has dtype {given[0].name}, off_value {given[1].name}: "
            "one_hot needs one dtype."
        )
    if dtype is not None:
        kind = as_dtype(dtype)
        return kind
    return given[0] if given else dtypes.float32


def tensor_dtype(value):
    """The dtype that `value` has as a tensor, without making one."""
    kind = getattr(value, "dtype", None)
    if isinstance(kind, dtypes.DType):
        return kind.base_dtype
    return as_dtype(to_array(value).dtype)


def _hot_value(value, kind, default, name):
    if value is None:
        return tensor(np.array(default, kind.np), name=name)
    return tensor(value, kind)


def shape(input, out_type=None, name=None):
    """The shape of `input` as a 1-D integer tensor."""
    kind = dtypes.int32 if out_type is None else as_dtype(out_type)
    return _asked(input, kind, name, "Shape", lambda d: np.array(d, kind.np))


def size(input, out_type=None, name=None):
    """How many elements `input` has, as a scalar."""
    kind = dtypes.int32 if out_type is None else as_dtype(out_type)
    return _asked(input, kind, name, "Size", lambda d: np.array(count_of(d), kind.np))


def _asked(input, kind, name, op, answer):
    with scope(name, op) as full:
        components = getattr(input, "dense_shape", None)
        if components is not None:
            dense = TABLE["Cast"](components, DstT=kind)
            return dense if op == "Shape" else TABLE["Prod"](dense, [0], name=full)
        x = tensor(input)
        landing = context.landing()
        if is_static(x.dims) and not landing.eager:
            return landing.constant(answer(x.dims), full or None)
        return TABLE[op](x, out_type=kind, name=full or None)


def rank(input, name=None):
    """The number of dimensions of `input`, as an int32 scalar."""
    with scope(name, "Rank") as full:
        x = tensor(input)
        landing = context.landing()
        if x.dims is not None and not landing.eager:
            return landing.constant(np.array(len(x.dims), np.int32), full or None)
        return ops.rank(x, name=full or None)


def shape_n(input, out_type=dtypes.int32, name=None):
    """The shape of each tensor of a list."""
    return list(ops.shape_n(list(input), out_type=as_dtype(out_type), name=name))


def reshape(tensor, shape, name=None):
    """`tensor`'s elements in another shape; one size may be -1."""
    return ops.reshape(tensor, shape, name=name)


def expand_dims(input, axis=None, name=None):
    """`input` with a dimension of size 1 put in at `axis`."""
    if axis is None:
        raise ValueError("expand_dims needs an axis.")
    return ops.expand_dims(input, axis, name=name)


def squeeze(input, axis=None, name=None):
    """`input` without its dimensions of size 1, or without those in `axis`."""
    axes = () if axis is None else np.atleast_1d(axis).tolist()
    return ops.squeeze(input, squeeze_dims=axes, name=name)


def broadcast_to(input, shape, name=None):
    """`input` repeated to `shape` as broadcasting would."""
    return ops.broadcast_to(input, shape, name=name)


def broadcast_dynamic_shape(shape_x, shape_y):
    """The shape, as a tensor, that two shape tensors broadcast to."""
    return ops.broadcast_args(tensor(shape_x, name="shape_x"), shape_y)


def broadcast_static_shape(shape_x, shape_y):
    """The shape that two static shapes broadcast to. Raises ValueError."""
    return TensorShape(broadcast(as_dims(shape_x), as_dims(shape_y)))


def ensure_shape(x, shape, name=None):
    """`x`, checked at run time (and now as far as known) against `shape`."""
    return ops.ensure_shape(x, shape=TensorShape(shape), name=name)


def bitcast(input, type, name=None):
    """`input`'s bytes read as another dtype."""
    return ops.bitcast(input, type=as_dtype(type), name=name)
