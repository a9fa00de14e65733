"""TensorProto, the form of constants in graphs, and NumPy arrays.

Values stand either as raw little-endian bytes (`tensor_content`) or in a list
for their type, in which a last value that repeats to the end is written once.
"""

from __future__ import annotations

import math
from typing import Any

import ml_dtypes
import numpy as np

from penstock.formats import data_types, messages
from penstock.formats.errors import LimitError, MalformedError

Array = np.ndarray[Any, Any]

MOST_BYTES = 1 << 31
# Up to here a repeated value is written out without asking how many it repeats.
FREE_BYTES = 64 << 20
MOST_REPEATS = 1024

_FLOAT8 = {24, 25, 26, 27, 28, 33}
_LISTS = {
    1: "float_val",
    2: "double_val",
    3: "int_val",
    4: "int_val",
    5: "int_val",
    6: "int_val",
    8: "scomplex_val",
    9: "int64_val",
    10: "bool_val",
    11: "int_val",
    12: "int_val",
    13: "int_val",
    14: "half_val",
    15: "int_val",
    16: "int_val",
    17: "int_val",
    18: "dcomplex_val",
    19: "half_val",
    22: "uint32_val",
    23: "uint64_val",
    29: "int_val",
    30: "int_val",
    31: "int_val",
    32: "int_val",
}
_HALVES = {14: ml_dtypes.bfloat16, 19: np.float16}


# TensorFlow writes these into lists, however many there are.
_NEVER_CONTENT = {8, 10, 17, 18, 29, 30, 31, 32}


def make_tensor_proto(
    values: Any, data_type: int | None = None, shape: tuple[int, ...] | None = None
) -> Any:
    """`values` (any array, or nested lists) as a TensorProto.

    `data_type` is TensorFlow's number where it isn't the one of the array's type
    (quantized types). Where `shape` holds more elements than `values`, the last
    one fills the rest and is written once. Raises TypeError for types that
    TensorFlow lacks, ValueError for more values than `shape` holds.
    """
    array = np.asarray(values)
    shape = array.shape if shape is None else shape
    count = math.prod(shape)
    if array.size > count or (array.size == 0 and count):
        raise ValueError(f"{array.size} values for a tensor of shape {shape}")
    number = data_type or data_types.number(array.dtype)
    kind = data_types.numpy_type(number, "tensor")
    proto = messages.TensorProto(dtype=number)
    proto.tensor_shape.SetInParent()
    for size in shape:
        proto.tensor_shape.dim.add(size=size)
    if number == data_types.STRING:
        proto.string_val.extend(data_types.to_bytes(array))
        return proto
    if array.size == 0:
        return proto
    flat = np.ascontiguousarray(array, kind.newbyteorder("<")).reshape(-1)
    if flat.size == 1 or flat.size < count or number in _NEVER_CONTENT:
        _fill_list(proto, number, flat)
    else:
        proto.tensor_content = flat.tobytes()
    return proto


def make_ndarray(proto: Any, what: str = "tensor") -> Array:
    """The values of TensorProto `proto`; strings as an object array of bytes.

    Raises UnsupportedFormatError for resources and variants, MalformedError or
    LimitError, naming `what`, where shape and values do not fit together.
    """
    number = int(proto.dtype)
    kind = data_types.numpy_type(number, what)
    shape = tuple(int(dim.size) for dim in proto.tensor_shape.dim)
    if proto.tensor_shape.unknown_rank or any(size < 0 for size in shape):
        raise MalformedError(f"{what}: a constant of unknown shape {shape}")
    if len(shape) > 64 or math.prod(size or 1 for size in shape) >> 56:
        raise LimitError(f"{what}: shape {shape}")
    count = math.prod(shape)
    if proto.tensor_content and not kind.hasobject:
        if len(proto.tensor_content) != count * kind.itemsize:
            raise MalformedError(
                f"{what}: {len(proto.tensor_content)} bytes for shape {shape} of {kind}"
            )
        stored = np.frombuffer(proto.tensor_content, kind.newbyteorder("<"))
        return stored.astype(kind).reshape(shape)
    values = _listed(proto, number, kind, what)
    if values.size > count:
        raise MalformedError(f"{what}: {values.size} values for shape {shape}")
    return _repeat_last(values, count, what).reshape(shape)


def _fill_list(proto: Any, number: int, flat: Array) -> None:
    if number in _FLOAT8:
        proto.float8_val = flat.tobytes()
        return
    if number in _HALVES:
        flat = flat.view(np.uint16)
    elif flat.dtype.kind == "c":
        flat = flat.view(flat.real.dtype)
    elif flat.dtype.kind == "V":
        flat = flat.astype(np.int32)
    getattr(proto, _LISTS[number]).extend(flat.tolist())


def _listed(proto: Any, number: int, kind: np.dtype[Any], what: str) -> Array:
    """The values that are written in the list for the type."""
    if number == data_types.STRING:
        items = list(proto.string_val)
        return data_types.string_array(items, (len(items),))
    if number in _FLOAT8:
        return np.frombuffer(proto.float8_val, kind)
    values = getattr(proto, _LISTS[number])
    if kind.kind == "c":
        if len(values) % 2:
            raise MalformedError(f"{what}: a complex number without imaginary part")
        part = np.float32 if kind.itemsize == 8 else np.float64
        return np.array(values, part).view(kind)
    if number in _HALVES:
        # 16 bits stored in 32; what stands above them carries nothing.
        return np.array(values, np.int64).astype(np.uint16).view(kind)
    if kind.kind in "iu" and kind.itemsize < 4:
        return np.array(values, np.int64).astype(kind)
    return np.array(values).astype(kind) if len(values) else np.empty(0, kind)


def _repeat_last(values: Array, count: int, what: str) -> Array:
    if values.size == count:
        return values
    size = values.dtype.itemsize
    if count * size > MOST_BYTES:
        raise LimitError(f"{what}: {count} values of {size} bytes")
    if count * size > FREE_BYTES and count > MOST_REPEATS * max(values.size, 1):
        if values.size > 1:
            raise LimitError(f"{what}: {values.size} values stand for {count}")
        fill: Any = values[0] if values.size else np.zeros((), values.dtype)
        # A view of the one value takes no memory, whatever the shape says.
        return np.broadcast_to(fill, (count,))
    if values.size:
        return np.concatenate([values, np.repeat(values[-1:], count - values.size)])
    if values.dtype.hasobject:
        return data_types.string_array([b""] * count, (count,))
    return np.zeros(count, values.dtype)
