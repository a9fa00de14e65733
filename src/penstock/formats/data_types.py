"""TensorFlow's DataType numbers and the NumPy types that hold their values."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

from penstock.formats import messages
from penstock.formats.errors import UnsupportedFormatError

STRING = 7
RESOURCE = 20
VARIANT = 21
REFERENCE_OFFSET = 100

_NUMPY: dict[int, Any] = {
    1: np.float32,
    2: np.float64,
    3: np.int32,
    4: np.uint8,
    5: np.int16,
    6: np.int8,
    STRING: np.object_,
    8: np.complex64,
    9: np.int64,
    10: np.bool_,
    14: ml_dtypes.bfloat16,
    17: np.uint16,
    18: np.complex128,
    19: np.float16,
    22: np.uint32,
    23: np.uint64,
    24: ml_dtypes.float8_e5m2,
    25: ml_dtypes.float8_e4m3fn,
    26: ml_dtypes.float8_e4m3fnuz,
    27: ml_dtypes.float8_e4m3b11fnuz,
    28: ml_dtypes.float8_e5m2fnuz,
    29: ml_dtypes.int4,
    30: ml_dtypes.uint4,
    31: ml_dtypes.int2,
    32: ml_dtypes.uint2,
    33: ml_dtypes.float4_e2m1fn,
}
# Quantized types hold plain integers; what they stand for is in other tensors.
_QUANTIZED: dict[int, Any] = {
    11: np.int8,
    12: np.uint8,
    13: np.int32,
    15: np.int16,
    16: np.uint16,
}
_NUMBERS = {np.dtype(kind): number for number, kind in _NUMPY.items()}


def numpy_type(number: int, what: str) -> np.dtype[Any]:
    """NumPy's type for the DataType `number`; strings are objects (bytes).

    Raises UnsupportedFormatError, naming `what`, for resources, variants and
    numbers that no version of TensorFlow defines.
    """
    plain = number - REFERENCE_OFFSET if number > REFERENCE_OFFSET else number
    found = _NUMPY.get(plain) or _QUANTIZED.get(plain)
    if found is None:
        raise UnsupportedFormatError(
            f"{what} has type {name(number)}, whose values no array can hold"
        )
    return np.dtype(found)


def number(kind: np.dtype[Any]) -> int:
    """DataType number for values of NumPy type `kind`; text counts as string."""
    if kind.kind in "SUT":
        return STRING
    found = _NUMBERS.get(kind.newbyteorder("=") if kind.isnative is False else kind)
    if found is None:
        raise TypeError(f"TensorFlow has no type for NumPy's {kind}. Cast it first.")
    return found


def name(number: int) -> str:
    """`DT_FLOAT` for 1, and so on; the number itself where it has no name."""
    try:
        return str(messages.DataType.Name(number))
    except ValueError:
        return str(number)


def to_bytes(values: Any) -> list[bytes]:
    """The elements of a string array, in row-major order, as bytes (UTF-8)."""
    flat = np.asarray(values).reshape(-1).tolist()
    out: list[bytes] = []
    for value in flat:
        if isinstance(value, str):
            value = value.encode()
        if not isinstance(value, (bytes, bytearray)):
            raise TypeError(
                f"a string tensor holds str or bytes, got {type(value).__name__}"
            )
        out.append(bytes(value))
    return out


def string_array(items: list[bytes], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """`items` in an object array of `shape`."""
    flat = np.empty(len(items), np.object_)
    flat[:] = items
    return flat.reshape(shape)
