"""Python and NumPy values as arrays, by TensorFlow's rules of dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core import dtypes
from penstock.core.dtypes import DType


def whole(value: Any) -> Any:
    """`value` as an array, strings with the zeros at their end, which NumPy drops."""
    return np.array(value, object) if type(value) is bytes else np.asarray(value)


def to_array(value, dtype: DType | None = None) -> np.ndarray:
    """`value` as an array of `dtype`, or of the dtype TensorFlow would choose.

    Python floats become float32 and integers int32 (int64 where they do not fit);
    NumPy arrays keep their own dtype unless `dtype` says otherwise. Raises TypeError
    where a value does not fit `dtype`, ValueError where a list is ragged.
    """
    if isinstance(value, np.ndarray | np.generic):
        return _from_numpy(value, dtype)
    if hasattr(value, "__array__") and not isinstance(value, list | tuple):
        return _from_numpy(np.asarray(value), dtype)
    kind = None if dtype is None else dtype.base_dtype
    if kind is dtypes.string:
        return _strings(value)
    try:
        raw = np.array(value)
    except ValueError as error:
        raise ValueError(
            f"Can't convert a non-rectangular Python sequence to a Tensor: {error}"
        ) from None
    if raw.dtype.kind in "SU" or (raw.dtype.kind == "O" and _all_strings(raw)):
        if kind is not None:
            raise TypeError(_mismatch(kind, value))
        return _strings(value)
    if raw.dtype.kind == "O":
        return _objects(value, kind)
    numpy_inside = kind is None and _numpy_dtype_inside(value)
    if numpy_inside:
        return raw
    return _from_python(raw, value, kind)


def _from_numpy(value, dtype: DType | None) -> np.ndarray:
    array = np.asarray(value)
    numbers = dtype is not None and dtype.base_dtype is not dtypes.string
    if array.dtype.kind in "SU" or (array.dtype.kind == "O" and not numbers):
        array = _encode(array)
    if dtype is None or array.dtype == dtype.np:
        dtypes.as_dtype(array.dtype)  # TypeError for what TensorFlow has no type for
        return array
    if dtype.base_dtype is dtypes.string or array.dtype.kind == "O":
        if array.dtype.kind == "O" and dtype.base_dtype is not dtypes.string:
            return np.array(array.tolist(), dtype=dtype.np)
        raise TypeError(_mismatch(dtype, value))
    return array.astype(dtype.np)


def _from_python(raw: np.ndarray, value, kind: DType | None) -> np.ndarray:
    code = raw.dtype.kind
    if kind is None:
        default = {"f": np.float32, "c": np.complex128, "b": np.bool_}.get(code)
        if raw.size == 0 and code == "f":
            default = np.float32
        if code in "iu":
            small = raw.size == 0 or (raw.max() <= 2**31 - 1 and raw.min() >= -(2**31))
            default = np.int32 if small else np.int64
        return raw.astype(default)
    fits = (
        raw.size == 0
        or (kind.is_bool and code == "b")
        or (kind.is_integer and code in "iu")
        or (kind.is_floating and code in "fiu")
        or (kind.is_complex and code in "cfiu")
    )
    if not fits:
        raise TypeError(_mismatch(kind, value))
    if kind.is_integer and raw.size:
        limits = np.iinfo(kind.np)
        if int(raw.max()) > limits.max or int(raw.min()) < limits.min:
            raise TypeError(
                f"{value!r} does not fit {kind.name}, whose range is "
                f"{limits.min} to {limits.max}. Give a wider dtype."
            )
    return raw.astype(kind.np)


def _numpy_dtype_inside(value) -> bool:
    """Whether a list holds NumPy values, whose dtype then counts as it stands."""
    while isinstance(value, list | tuple) and value:
        value = value[0]
    return isinstance(value, np.ndarray | np.generic)


def _all_strings(raw: np.ndarray) -> bool:
    return all(isinstance(item, str | bytes) for item in raw.ravel())


def _strings(value) -> np.ndarray:
    array = np.array(value, dtype=object)
    for item in array.ravel():
        if not isinstance(item, str | bytes | np.str_ | np.bytes_):
            raise TypeError(_mismatch(dtypes.string, value))
    return _encode(array)


def _encode(array: np.ndarray) -> np.ndarray:
    """Strings as the bytes TensorFlow keeps. Raises ValueError for other objects."""
    items = array.ravel().tolist()
    if array.dtype.kind == "O" and all(type(item) is bytes for item in items):
        return array
    out = np.empty(len(items), dtype=object)
    for at, item in enumerate(items):
        if not isinstance(item, str | bytes):
            raise ValueError(
                f"Failed to convert a NumPy array to a Tensor: its element {at} is "
                f"{item!r} ({type(item).__name__}), the array's dtype object. Give "
                "strings, or name a numeric dtype: array.astype(np.float32)."
            )
        out[at] = item.encode() if isinstance(item, str) else item
    return out.reshape(array.shape)


def _objects(value, kind: DType | None) -> np.ndarray:
    """A list that NumPy could only make an object array of: arrays, None, ..."""
    if any(item is None for item in np.array(value, dtype=object).ravel()):
        raise ValueError("None values not supported.")
    try:
        if kind is None:
            return to_array(np.array([np.asarray(item) for item in value]))
        return np.array(value, dtype=kind.np)
    except (TypeError, ValueError):
        raise TypeError(
            f"Failed to convert {value!r} (type {type(value).__name__}) to a Tensor. "
            "Its elements must be numbers, bools or strings."
        ) from None


def _mismatch(kind: DType, value) -> str:
    kept = repr(value)
    if len(kept) > 80:
        kept = kept[:77] + "..."
    return (
        f"Expected {kind.name}, but received {kept} of type "
        f"'{type(value).__name__}'. Cast it first, or give another dtype."
    )
