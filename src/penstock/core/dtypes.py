"""TensorFlow's data types, each with its protocol-buffer number and NumPy type."""

from __future__ import annotations

import builtins

import ml_dtypes
import numpy as np


class DType:
    """One element type, such as `tf.float32`. Compare with `==` or `is`.

    A *ref* dtype (`float32_ref`) marks a tensor that stands for a 1.x variable.
    """

    __slots__ = (
        "_is_ref", "_name", "_numpy", "_ref", "as_datatype_enum",
        "is_bool", "is_complex", "is_floating", "is_integer", "is_unsigned",
    )  # fmt: skip

    def __init__(
        self, name: str, number: int, numpy_type, *, ref: builtins.bool = False
    ):
        self._name = name + ("_ref" if ref else "")
        self._numpy = None if numpy_type is None else np.dtype(numpy_type)
        self.as_datatype_enum = number + (100 if ref else 0)
        self._is_ref = ref
        self.is_bool = name == "bool"
        self.is_complex = name.startswith("complex")
        self.is_floating = name in _FLOATING_NAMES
        self.is_unsigned = name.startswith("uint")
        self.is_integer = self.is_unsigned or name.startswith("int")
        self._ref = self if ref else None

    @property
    def name(self) -> str:
        return self._name

    @property
    def as_numpy_dtype(self):
        """The NumPy scalar type, as TensorFlow gives it (`np.float32`)."""
        if self._numpy is None:
            raise TypeError(f"DType {self._name} has no NumPy type.")
        return self._numpy.type if self._numpy != np.dtype(object) else np.object_

    @property
    def np(self) -> np.dtype:
        """The `np.dtype`; the spelling that Penstock's own code uses."""
        assert self._numpy is not None, f"{self._name} has no NumPy type"
        return self._numpy

    @property
    def is_numpy_compatible(self) -> builtins.bool:
        return self._numpy is not None

    @property
    def base_dtype(self) -> DType:
        return _BY_NUMBER[self.as_datatype_enum % 100]

    @property
    def real_dtype(self) -> DType:
        return {"complex64": float32, "complex128": float64}.get(
            self.base_dtype.name, self
        )

    @property
    def _as_ref(self) -> DType:
        return _REFS[self.as_datatype_enum % 100]

    @property
    def _is_ref_dtype(self) -> builtins.bool:
        return self._is_ref

    @property
    def size(self) -> int:
        """Bytes per element; 1 for strings, as TensorFlow answers."""
        if self._numpy is None or self.base_dtype is string:
            return 1
        return self._numpy.itemsize

    @property
    def min(self):
        return _limits(self)[0]

    @property
    def max(self):
        return _limits(self)[1]

    @property
    def limits(self):
        return _limits(self)

    def is_compatible_with(self, other) -> builtins.bool:
        other = as_dtype(other)
        return self.as_datatype_enum in (
            other.as_datatype_enum,
            other.base_dtype.as_datatype_enum,
        )

    def __eq__(self, other):
        if self is other:
            return True
        if other is None:
            return False
        try:
            return as_dtype(other) is self
        except TypeError:
            return False

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return self.as_datatype_enum

    def __repr__(self):
        return f"tf.{self._name}"

    def __str__(self):
        return f"<dtype: '{self._name}'>"

    def __int__(self):
        return self.as_datatype_enum

    def __reduce__(self):
        return as_dtype, (self._name,)


def _limits(dtype: DType):
    if dtype.base_dtype is bool:
        return False, True
    if dtype.is_integer:
        info = np.iinfo(dtype.np)
    elif dtype.is_floating:
        info = ml_dtypes.finfo(dtype.np)
    else:
        raise TypeError(f"Cannot find the limits of {dtype}.")
    kind = dtype.np.type
    return kind(info.min), kind(info.max)


_FLOATING_NAMES = {
    "half", "float16", "bfloat16", "float32", "float64",
    "float8_e5m2", "float8_e4m3fn",
}  # fmt: skip

# name, number in types.proto, NumPy type
_TABLE = [
    ("float32", 1, np.float32),
    ("float64", 2, np.float64),
    ("int32", 3, np.int32),
    ("uint8", 4, np.uint8),
    ("int16", 5, np.int16),
    ("int8", 6, np.int8),
    ("string", 7, np.object_),
    ("complex64", 8, np.complex64),
    ("int64", 9, np.int64),
    ("bool", 10, np.bool_),
    ("qint8", 11, None),
    ("quint8", 12, None),
    ("qint32", 13, None),
    ("bfloat16", 14, ml_dtypes.bfloat16),
    ("qint16", 15, None),
    ("quint16", 16, None),
    ("uint16", 17, np.uint16),
    ("complex128", 18, np.complex128),
    ("float16", 19, np.float16),
    ("resource", 20, np.object_),
    ("variant", 21, np.object_),
    ("uint32", 22, np.uint32),
    ("uint64", 23, np.uint64),
    ("float8_e5m2", 24, ml_dtypes.float8_e5m2),
    ("float8_e4m3fn", 25, ml_dtypes.float8_e4m3fn),
]
_BY_NUMBER = {number: DType(name, number, kind) for name, number, kind in _TABLE}
_REFS = {number: DType(name, number, kind, ref=True) for name, number, kind in _TABLE}
_BY_NAME = {d.name: d for d in (*_BY_NUMBER.values(), *_REFS.values())}
_SYNONYMS = {"half": "float16", "float": "float32", "double": "float64"}
_BY_NAME.update((word, _BY_NAME[name]) for word, name in _SYNONYMS.items())

float16 = half = _BY_NAME["float16"]
bfloat16 = _BY_NAME["bfloat16"]
float32 = _BY_NAME["float32"]
float64 = double = _BY_NAME["float64"]
int8, int16 = _BY_NAME["int8"], _BY_NAME["int16"]
int32, int64 = _BY_NAME["int32"], _BY_NAME["int64"]
uint8, uint16 = _BY_NAME["uint8"], _BY_NAME["uint16"]
uint32, uint64 = _BY_NAME["uint32"], _BY_NAME["uint64"]
bool = _BY_NAME["bool"]
string = _BY_NAME["string"]
complex64, complex128 = _BY_NAME["complex64"], _BY_NAME["complex128"]
resource, variant = _BY_NAME["resource"], _BY_NAME["variant"]
qint8, quint8 = _BY_NAME["qint8"], _BY_NAME["quint8"]
qint16, quint16, qint32 = _BY_NAME["qint16"], _BY_NAME["quint16"], _BY_NAME["qint32"]
float8_e5m2, float8_e4m3fn = _BY_NAME["float8_e5m2"], _BY_NAME["float8_e4m3fn"]

_BY_NUMPY = {d.np: d for d in _BY_NUMBER.values() if d.is_numpy_compatible}
_BY_NUMPY[np.dtype(np.object_)] = string
_BY_PYTHON = {builtins.float: float32, builtins.bool: bool, object: string}

FLOATING = (float16, bfloat16, float32, float64)
COMPLEX = (complex64, complex128)
SIGNED = (*FLOATING, int8, int16, int32, int64, *COMPLEX)
REAL = (*FLOATING, int8, int16, int32, int64, uint8, uint16, uint32, uint64)
NUMBERS = (*REAL, *COMPLEX)
INDEX = (int32, int64)


def as_dtype(value) -> DType:
    """`value` (DType, name, number, NumPy or Python type) as a `DType`.

    Raises TypeError where it names none.
    """
    if type(value) is DType:
        return value
    found = _BY_NUMPY.get(value) if isinstance(value, np.dtype) else None
    if found is not None:
        return found
    if isinstance(value, str):
        found = _BY_NAME.get(value)
    elif isinstance(value, int) and not isinstance(value, builtins.bool):
        found = _BY_NUMBER.get(value) or _REFS.get(value - 100)
    elif isinstance(value, type) and value in _BY_PYTHON:
        found = _BY_PYTHON[value]
    elif value is not None:
        found = _from_numpy(value)
    if found is None:
        raise TypeError(
            f"Cannot convert {value!r} to a DType. Give a tf.DType, a NumPy type "
            "or a name such as 'float32'."
        )
    return found


def _from_numpy(value) -> DType | None:
    try:
        # A NumPy class has a `dtype` too, but it is a descriptor.
        kind = np.dtype(
            value if isinstance(value, type) else getattr(value, "dtype", value)
        )
    except TypeError:
        return None
    if kind.kind in "SU":
        return string
    return _BY_NUMPY.get(kind)
