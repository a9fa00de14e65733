"""NumPy's dtypes for `tf.experimental.numpy`: what values become, how kinds mix."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import DType, as_dtype
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor

#: Python's kinds of numbers and what they become; `prefer_float32` changes floats.
PREFERRED: dict[type, Any] = {float: np.float64}
_PYTHON = (bool, int, float, complex)


def kind_of(value) -> np.dtype:
    """The NumPy dtype of a tensor, an array or a Python value."""
    if hasattr(value, "dtype"):
        return np.dtype(as_dtype(value.dtype).np)
    kind = np.asarray(value).dtype
    if kind == np.float64:
        return np.dtype(PREFERRED[float])
    return kind


def result_type(*arrays_and_dtypes: Any) -> Any:
    """The dtype that these take together, as NumPy's; Python numbers give way."""
    given = []
    item: Any
    for item in arrays_and_dtypes:
        if isinstance(item, _PYTHON) and not isinstance(item, np.generic):
            given.append(item)
        elif isinstance(item, type | np.dtype | str):
            given.append(np.dtype(item))
        elif isinstance(item, DType):
            given.append(np.dtype(item.np))
        else:
            given.append(kind_of(item))
    found = np.result_type(*given) if given else np.dtype(np.float64)
    prefers = PREFERRED[float] is not np.float64
    only_python = all(isinstance(g, _PYTHON) for g in given)
    if found == np.float64 and prefers and only_python:
        return np.dtype(PREFERRED[float])
    return found


def promote_types(type1, type2):
    return np.promote_types(np.dtype(as_dtype(type1).np), np.dtype(as_dtype(type2).np))


def array_of(value: Any, dtype=None) -> Any:
    """`value` as a tensor, of NumPy's dtype for it unless `dtype` says otherwise."""
    kind = (
        None
        if dtype is None
        else as_dtype(np.dtype(dtype) if isinstance(dtype, type) else dtype)
    )
    if isinstance(value, list | tuple) and any(map(_holds_tensor, value)):
        parts = [array_of(part) for part in value]
        common = result_type(*parts) if kind is None else kind
        return TABLE["Pack"]([cast(part, common) for part in parts], axis=0)
    read = getattr(value, "read_value", None)
    if read is not None:  # a variable
        value = read()
    if isinstance(value, Tensor):
        return value if kind is None else cast(value, kind)
    array = np.asarray(value)
    wanted = kind_of(value) if kind is None else kind.np
    return TABLE["Identity"](_constant(array.astype(wanted)))


def _holds_tensor(value) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_holds_tensor, value))
    return isinstance(value, Tensor)


def _constant(array: np.ndarray):
    from penstock.api.scopes import tensor

    return tensor(array)


def cast(value, dtype) -> Any:
    kind = as_dtype(dtype)
    return value if value.dtype == kind else TABLE["Cast"](value, DstT=kind)


def promoted(*values) -> list[Any]:
    """The values as tensors of the dtype that they take together."""
    common = result_type(*values)
    return [array_of(value, common) for value in values]


def floating(value) -> Any:
    """`value` as a tensor of floats (or complex numbers)."""
    value = array_of(value)
    kind = np.dtype(value.dtype.as_numpy_dtype)
    if kind.kind in "biu":
        return cast(value, PREFERRED[float])
    return value


def issubdtype(arg1, arg2) -> bool:
    return np.issubdtype(np.dtype(as_dtype(arg1).np), arg2)


bool_, int8, int16, int32, int64 = np.bool_, np.int8, np.int16, np.int32, np.int64
uint8, uint16, uint32, uint64 = np.uint8, np.uint16, np.uint32, np.uint64
float16, float32, float64 = np.float16, np.float32, np.float64
complex64, complex128 = np.complex64, np.complex128
int_, float_, complex_ = np.int64, np.float64, np.complex128
string_, unicode_, object_ = np.bytes_, np.str_, np.object_
inexact, iinfo, finfo = np.inexact, np.iinfo, np.finfo
ndarray, newaxis = Tensor, None
e, pi, inf = np.e, np.pi, np.inf

__all__ = [
    "bool_", "complex128", "complex64", "complex_", "e", "finfo", "float16", "float32",
    "float64", "float_", "iinfo", "inexact", "inf", "int16", "int32", "int64", "int8",
    "int_", "issubdtype", "ndarray", "newaxis", "object_", "pi", "promote_types",
    "result_type", "string_", "uint16", "uint32", "uint64", "uint8", "unicode_",
]  # fmt: skip
