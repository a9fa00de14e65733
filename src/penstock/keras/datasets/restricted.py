"""Arrays and lists out of pickles, without running anything that a pickle names.

Some published data sets are pickles (CIFAR's batches; IMDB's and Reuters' lists of
numbers inside `.npz`). They name three things of NumPy: its array, its dtype and the
function that makes an empty array. Each gets a stand-in that only remembers what it is
given; the arrays are then built here, from checked values. Any other name is refused.
"""

from __future__ import annotations

import io
import math
import pickle
import re
import zipfile
from typing import Any, BinaryIO

import numpy as np


class UnsafeFileError(ValueError):
    """A file that asks for more than arrays, lists, numbers and strings."""


class _DType:
    def __init__(self, name="", align=False, copy=False):
        self.name = name if isinstance(name, str) else bytes(name).decode("latin-1")
        self.order = "|"

    def __setstate__(self, state):
        order = state[1]
        self.order = order if isinstance(order, str) else bytes(order).decode()

    def numpy(self) -> Any:
        if not re.fullmatch(r"[biuf][1248]|b1|O8?", self.name) or self.order not in (
            *"<>|=",
        ):
            raise UnsafeFileError(f"An array of dtype {self.name!r} is not expected.")
        kind: Any = np.dtype(self.name.replace("O8", "O"))
        return kind.newbyteorder(self.order)


class _Array:
    def __init__(self, *_):
        self.state = None

    def __setstate__(self, state):
        self.state = state

    def build(self):
        if not isinstance(self.state, tuple) or len(self.state) != 5:
            raise UnsafeFileError("An array without its contents.")
        _, shape, dtype, fortran, data = self.state
        kind = dtype.numpy() if isinstance(dtype, _DType) else None
        sizes_right = isinstance(shape, tuple) and all(
            isinstance(n, int) and n >= 0 for n in shape
        )
        if kind is None or not sizes_right:
            raise UnsafeFileError("An array without dtype or shape.")
        if kind.kind == "O":
            return _objects(data, shape)
        if isinstance(data, str):
            data = data.encode("latin-1")
        if not isinstance(data, bytes) or len(data) != math.prod(shape) * kind.itemsize:
            raise UnsafeFileError(f"An array of shape {shape} with other contents.")
        order = "F" if fortran else "C"
        return np.frombuffer(data, kind).reshape(shape, order=order).copy()


def _objects(data, shape: tuple) -> np.ndarray:
    if not isinstance(data, list) or len(data) != math.prod(shape):
        raise UnsafeFileError(f"An array of shape {shape} with other contents.")
    out = np.empty(len(data), object)
    for index, item in enumerate(data):
        out[index] = _plain(item)
    return out.reshape(shape)


def _plain(value):
    """Stand-ins as arrays, inside lists, tuples and dicts."""
    if isinstance(value, _Array):
        return value.build()
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        if all(type(item) is int for item in value):
            return value
        return type(value)(map(_plain, value))
    if isinstance(value, int | float | str | bytes | bool | type(None)):
        return value
    raise UnsafeFileError(f"A {type(value).__name__} is not expected.")


_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _DType,
    ("_codecs", "encode"): lambda text, codec: text.encode("latin-1"),
}


class _Reader(pickle.Unpickler):
    def find_class(self, module, name):
        found = _ALLOWED.get((module, name))
        if found is None:
            raise UnsafeFileError(
                f"The file asks for {module}.{name}. Only arrays, lists, numbers and "
                "strings are read; get the file anew from its publisher."
            )
        return found

    def persistent_load(self, pid):
        raise UnsafeFileError("The file refers to objects outside itself.")


def read_pickle(file: BinaryIO, encoding="ASCII"):
    """The lists, dicts, numbers, strings and arrays of a pickle.

    Raises UnsafeFileError for anything else, and for a damaged file.
    """
    try:
        return _plain(_Reader(file, encoding=encoding).load())
    except UnsafeFileError:
        raise
    except Exception as error:
        raise UnsafeFileError(f"The file is damaged: {error}.") from error


def read_npz(path: str, *names: str) -> list[np.ndarray]:
    """Arrays of an `.npz` file, object arrays too. Raises UnsafeFileError, KeyError."""
    with zipfile.ZipFile(path) as archive:
        return [_read_npy(archive.read(f"{name}.npy"), path) for name in names]


def _read_npy(data: bytes, path: str) -> np.ndarray:
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, _, dtype = read(file)
        if not dtype.hasobject:
            return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    except (ValueError, KeyError) as error:
        raise UnsafeFileError(f"{path} is damaged: {error}.") from error
    array = read_pickle(file, encoding="latin1")
    if not isinstance(array, np.ndarray) or array.shape != shape:
        raise UnsafeFileError(f"{path}: the contents do not fit the header {shape}.")
    return array
