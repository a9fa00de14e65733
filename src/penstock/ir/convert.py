"""`as_tensor`: whatever a program passes, as a tensor of the graph it lands in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.core.convert import to_array
from penstock.core.dtypes import DType, as_dtype
from penstock.core.shapes import Dimension, TensorShape
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor

# (type, function(value, dtype, name, as_ref)), as programs register them
_REGISTERED: list[tuple[Any, Callable]] = []


def register(base_type, conversion_func: Callable) -> None:
    """As `tf.register_tensor_conversion_function`."""
    _REGISTERED.append((base_type, conversion_func))


def as_tensor(where, value, dtype: DType | None, name: str | None) -> Any:
    """`value` as a tensor of landing `where`, a constant named `name` if need be.

    A tensor is returned as it is, whatever `dtype`: the caller checks.
    """
    if isinstance(value, Tensor):
        return where.own(value)
    dense = getattr(value, "_dense_tensor", None)
    if dense is not None:
        return where.own(dense(dtype=dtype, name=name))
    for base, function in _REGISTERED:
        if isinstance(value, base):
            made = function(value, dtype=dtype, name=name, as_ref=False)
            if made is not NotImplemented:
                return made
    if isinstance(value, list | tuple) and _holds_tensors(value):
        return _pack(where, value, dtype, name)
    return where.constant(_array(value, dtype), name)


def converted(value, dtype, hint, name: str | None) -> Tensor:
    """As `tf.convert_to_tensor`: of `dtype`; where that is None, of `hint` if it fits.

    Raises ValueError where a tensor has another dtype, TypeError where the value does
    not fit.
    """
    where = context.landing()
    kind = None if dtype is None else as_dtype(dtype)
    if kind is None and hint is not None:
        try:
            return as_tensor(where, value, as_dtype(hint), name)
        except (TypeError, ValueError):
            pass
    tensor = as_tensor(where, value, kind, name)
    if kind is not None and tensor.dtype.base_dtype is not kind.base_dtype:
        raise ValueError(
            f"Tensor conversion requested dtype {kind.name} for Tensor with dtype "
            f"{tensor.dtype.name}: {tensor!r}. Use tf.cast."
        )
    return tensor


def _array(value, dtype: DType | None) -> np.ndarray:
    if isinstance(value, TensorShape):
        sizes = value._dims
        if sizes is None or None in sizes:
            raise ValueError(
                f"Cannot convert a partially known TensorShape {value} to a Tensor."
            )
        if not sizes:
            return np.zeros(0, np.int32 if dtype is None else dtype.np)
        value = list(sizes)
    elif isinstance(value, Dimension):
        value = value.value
    elif isinstance(value, list | tuple):
        if any(isinstance(v, Dimension) for v in value):
            value = [v.value if isinstance(v, Dimension) else v for v in value]
    return to_array(value, dtype)


def _holds_tensors(value) -> bool:
    return any(
        isinstance(item, Tensor)
        or hasattr(item, "_dense_tensor")
        or (isinstance(item, list | tuple) and _holds_tensors(item))
        for item in value
    )


def _pack(where, items, dtype: DType | None, name: str | None) -> Tensor:
    """A list with tensors inside: stacked, numbers taking the tensors' dtype.

    Numbers become constants named by their position, as TensorFlow names them.
    """
    if dtype is None:
        dtype = next(_tensor_dtypes(items))
    with where.name_scope(name or "packed") as scope:
        parts = [as_tensor(where, item, dtype, str(i)) for i, item in enumerate(items)]
        return TABLE["Pack"](parts, axis=0, name=scope or None)


def _tensor_dtypes(items):
    for item in items:
        if isinstance(item, Tensor) or hasattr(item, "_dense_tensor"):
            yield item.dtype.base_dtype
        elif isinstance(item, list | tuple):
            yield from _tensor_dtypes(item)
