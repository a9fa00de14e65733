"""`tf.constant` and what turns Python values into tensors, by 1.x's signatures."""

from __future__ import annotations

import numpy as np

from penstock.core.convert import to_array
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import as_dims, show, size
from penstock.ir import context
from penstock.ir.constant import constant_value
from penstock.ir.convert import converted, register
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.tensor import Tensor


def constant(value, dtype=None, shape=None, name="Const", verify_shape=False):
    """A tensor of `value`, of `shape` where given: the last value fills what is left.

    Raises TypeError where `value` does not fit `dtype`, ValueError where it has more
    elements than `shape`, or another shape and `verify_shape` says so.
    """
    kind = None if dtype is None else as_dtype(dtype)
    if isinstance(value, Tensor):
        raise TypeError(
            f"tf.constant needs Python or NumPy values, received {value!r}."
        )
    value = list(value) if isinstance(value, range | map | zip) else value
    array = to_array(value, kind)
    if shape is not None:
        array = _shaped(array, as_dims(shape), verify_shape)
    return context.landing().constant(array, name)


def _shaped(array: np.ndarray, dims, verify_shape: bool) -> np.ndarray:
    count = size(dims)
    if count is None:
        raise ValueError(f"tf.constant needs a whole shape, received {show(dims)}.")
    if array.shape == dims:
        return array
    if verify_shape:
        raise TypeError(
            f"Expected Tensor's shape: {dims}, got {array.shape}. Give the values in "
            "that shape, or leave verify_shape out."
        )
    if array.size > count:
        raise ValueError(
            f"Too many elements provided. Takes at most {count}, but got {array.size}."
        )
    flat = array.reshape(-1)
    if array.size < count:
        last = flat[-1:] if flat.size else np.zeros(1, array.dtype)
        flat = np.concatenate([flat, np.repeat(last, count - flat.size)])
    return flat.reshape(dims)


def convert_to_tensor(
    value, dtype=None, name=None, preferred_dtype=None, dtype_hint=None
):
    """`value` (tensor, variable, array, list, number) as a tensor of `dtype`.

    Raises ValueError where a tensor has another dtype, TypeError where the value does
    not fit. `dtype_hint` is tried where `dtype` is None.
    """
    hint = dtype_hint if preferred_dtype is None else preferred_dtype
    return converted(value, dtype, hint, name)


def convert_to_tensor_or_indexed_slices(value, dtype=None, name=None):
    """`value` as a tensor; IndexedSlices as they are."""
    if isinstance(value, IndexedSlices):
        return value
    return convert_to_tensor(value, dtype, name)


def register_tensor_conversion_function(base_type, conversion_func, priority=100):
    """Let `conversion_func(value, dtype, name, as_ref)` convert a program's type."""
    del priority
    if not callable(conversion_func):
        raise TypeError("Argument `conversion_func` must be callable.")
    register(base_type, conversion_func)


def get_static_value(tensor, partial=False):
    """The value of `tensor` where the graph alone tells it, else None."""
    del partial
    return constant_value(tensor) if isinstance(tensor, Tensor) else None


def make_tensor_proto(values, dtype=None, shape=None, verify_shape=False):
    """`values` as a TensorProto."""
    from penstock.formats import tensor_proto

    array = to_array(values, None if dtype is None else as_dtype(dtype))
    if shape is not None:
        array = _shaped(array, as_dims(shape), verify_shape)
    return tensor_proto.make_tensor_proto(array)


def make_ndarray(tensor):
    """The values of a TensorProto."""
    from penstock.formats import tensor_proto

    return tensor_proto.make_ndarray(tensor)


def is_tensor(x) -> bool:
    """Whether `x` is a tensor, a variable or made of tensors."""
    return isinstance(x, Tensor | IndexedSlices) or hasattr(x, "_dense_tensor")


__all__ = [
    "constant", "convert_to_tensor", "convert_to_tensor_or_indexed_slices",
    "get_static_value", "is_tensor", "make_ndarray", "make_tensor_proto",
    "register_tensor_conversion_function",
]  # fmt: skip
