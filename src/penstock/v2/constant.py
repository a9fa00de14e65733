"""`tf.constant`, `tf.convert_to_tensor`, `tf.cast`-free basics of 2.x."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.convert import to_array
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import as_dims, show, size
from penstock.ir import context
from penstock.ir.constant import constant_value
from penstock.ir.convert import converted, register
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.tensor import Tensor
from penstock.runtime.eager import RECORDER
from penstock.runtime.eager.tensor import EagerTensor
from penstock.runtime.eager.values import eager_array


def constant(value, dtype=None, shape=None, name="Const"):
    """A tensor of `value`; one number fills `shape`.

    Raises TypeError where `value` does not fit `dtype`, or has another number of
    elements than `shape`.
    """
    kind = None if dtype is None else as_dtype(dtype)
    where = context.landing()
    if isinstance(value, EagerTensor) and where.eager:
        return _cast_checked(value, kind) if shape is None else _reshaped(value, shape)
    if isinstance(value, Tensor) or hasattr(value, "_dense_tensor"):
        raise TypeError(f"tf.constant needs values, received {value!r}.")
    if isinstance(value, range | map | zip):
        value = list(value)
    array = eager_array(value, kind) if where.eager else to_array(value, kind)
    if array is value:
        array = array.copy()  # the program may go on writing to its own array
    if shape is not None:
        dims: Any = as_dims(shape)
        if array.shape != dims:
            if array.size != 1 and array.size != size(dims):
                raise TypeError(
                    "Eager execution of tf.constant with unsupported shape. Tensor "
                    f"has {array.size} elements, but got `shape` {show(dims)} with "
                    f"{size(dims)} elements."
                )
            array = (
                np.full(dims, array.reshape(-1)[0], array.dtype)
                if array.size == 1
                else array.reshape(dims)
            )
    return where.constant(array, name)


def _cast_checked(value: EagerTensor, kind):
    if kind is not None and value.dtype is not kind:
        raise TypeError(
            f"Expected tensor with type {kind!r} not {value.dtype!r}. Use tf.cast."
        )
    return value


def _reshaped(value: EagerTensor, shape):
    from penstock.api.array import reshape

    return reshape(value, shape)


def convert_to_tensor(
    value, dtype=None, dtype_hint=None, name=None, preferred_dtype=None
):
    """`value` (tensor, variable, array, list, number) as a tensor of `dtype`.

    Raises ValueError where a tensor has another dtype, TypeError where the value does
    not fit. `dtype_hint` is tried where `dtype` is None.
    """
    hint = dtype_hint if preferred_dtype is None else preferred_dtype
    return converted(value, dtype, hint, name)


def register_tensor_conversion_function(base_type, conversion_func, priority=100):
    """Let `conversion_func(value, dtype, name, as_ref)` convert a program's type."""
    del priority
    register(base_type, conversion_func)


def is_tensor(x) -> bool:
    """Whether `x` is a tensor, a variable or made of tensors."""
    return isinstance(x, Tensor | IndexedSlices) or hasattr(x, "_dense_tensor")


is_symbolic_tensor = is_tensor


def executing_eagerly() -> bool:
    """Whether operations are computed, not added to a graph."""
    return context.executing_eagerly()


def inside_function() -> bool:
    return not context.executing_eagerly()


def get_static_value(tensor, partial=False):
    """The value of `tensor` where it is known already, else None."""
    del partial
    return constant_value(tensor) if isinstance(tensor, Tensor) else None


def make_tensor_proto(values, dtype=None, shape=None):
    """`values` as a TensorProto."""
    from penstock.formats import tensor_proto

    array = to_array(values, None if dtype is None else as_dtype(dtype))
    dims: Any = as_dims(shape)
    return tensor_proto.make_tensor_proto(
        array if shape is None else array.reshape(dims)
    )


def make_ndarray(tensor):
    """The values of a TensorProto."""
    from penstock.formats import tensor_proto

    return tensor_proto.make_ndarray(tensor)


def flush() -> None:
    """Compute everything pending in this thread."""
    RECORDER.flush()


__all__ = [
    "constant", "convert_to_tensor", "executing_eagerly", "get_static_value",
    "inside_function", "is_symbolic_tensor", "is_tensor", "make_ndarray",
    "make_tensor_proto", "register_tensor_conversion_function",
]  # fmt: skip
