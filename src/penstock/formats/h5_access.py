"""HDF5 groups, attributes and arrays, read with limits and without surprises.

HDF5 lets a file point at other files, and claim sizes that it does not hold:
links other than plain ones, external and virtual storage are refused, and sizes
are compared with the bytes that are there before memory is taken.
"""
# h5py carries no types.
# pyright: basic

from __future__ import annotations

import contextlib
import io
import math
import mmap
import os
import struct
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, BinaryIO

import h5py
import ml_dtypes
import numpy as np

from penstock.formats.errors import (
    FormatError,
    LimitError,
    MalformedError,
    MissingEntryError,
    NotThisFormatError,
    TruncatedError,
    UnsupportedFormatError,
)
from penstock.formats.h5_probe import probe

Array = np.ndarray[Any, Any]

SIGNATURE = b"\x89HDF\r\n\x1a\n"
DEEPEST_GROUP = 64
# Compression can't do better than about this.
MOST_EXPANSION = 1024
FREE_BYTES = 1 << 20

# Keras marks arrays of types that HDF5 lacks by an attribute `dtype`.
_MARKED = {"bfloat16": ml_dtypes.bfloat16}


@dataclass
class Source:
    """An open file: its root, its name for errors, the bytes still to be read."""

    root: Any
    what: str
    size: int
    budget: int


@contextlib.contextmanager
def reading(
    path: str | os.PathLike[str] | BinaryIO, what: str, trusted: bool = False
) -> Generator[Source, None, None]:
    """Open an HDF5 file (a path, or a file in memory) for reading.

    What the HDF5 library objects to becomes a FormatError that names `what`. A
    file in memory that this process wrote is `trusted`: see `h5_probe`.
    """
    if isinstance(path, (str, os.PathLike)):
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not size:
                raise NotThisFormatError(f"{what} is no HDF5 file: it is empty")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
                _check_bytes(view, what)
        source: Any = os.fspath(path)
        probe(source, None, size, what)
    else:
        data = path.read()
        size = len(data)
        _check_bytes(data, what)
        if not trusted:
            probe(None, data, size, what)
        source = io.BytesIO(data)
    try:
        with h5py.File(source, "r") as file:
            yield Source(file, what, size, MOST_EXPANSION * size + FREE_BYTES)
    except FormatError:
        raise
    except OSError as error:
        if "truncated" in str(error):
            raise TruncatedError(f"{what}: the HDF5 file is cut short") from error
        raise MalformedError(f"{what}: damaged HDF5 file ({error})") from error
    except (RuntimeError, ValueError, TypeError, KeyError, MemoryError) as error:
        raise MalformedError(f"{what}: damaged HDF5 file ({error})") from error


def _check_bytes(data: bytes | mmap.mmap, what: str) -> None:
    """Check what the HDF5 library does not: signature, and heaps that never end.

    Strings lie in "global heaps", lists of (number, uses, size, bytes) behind a
    head of 16 bytes. Number 0 is the free rest; when its size is a lie, the
    library walks on the spot for ever ("HDF5 File Format Specification", III.E).
    """
    if data[:8] != SIGNATURE:
        begin = data[:8].hex()
        raise NotThisFormatError(f"{what} is no HDF5 file: it begins with {begin}")
    # Where the file ends, by version of its first block (III.A there).
    end_at = {0: 40, 1: 44, 2: 28, 3: 28}.get(data[8] if len(data) > 8 else 0)
    if end_at is not None:
        stored = data[end_at : end_at + 8]
        if len(stored) < 8 or struct.unpack("<Q", stored)[0] > len(data):
            raise TruncatedError(f"{what}: the HDF5 file is cut short")
    heap = data.find(b"GCOL\x01\0\0\0")
    while heap >= 0:
        at, end = heap + 16, 0
        if at <= len(data):
            end = heap + struct.unpack_from("<Q", data, heap + 8)[0]
        if end > len(data):
            raise TruncatedError(f"{what}: the HDF5 file is cut short")
        while at + 16 <= end:
            number, size = struct.unpack_from("<H6xQ", data, at)
            if number == 0 and size != end - at:
                raise MalformedError(f"{what}: damaged HDF5 file (heap at {heap})")
            at += size if number == 0 else 16 + -(-size // 8) * 8
        heap = data.find(b"GCOL\x01\0\0\0", heap + 8)


def child(source: Source, group: Any, path: str) -> Any:
    """The object at `path` below `group`, reached by plain links alone."""
    for part in path.split("/"):
        if not part:
            continue
        if not isinstance(group, h5py.Group):
            raise MissingEntryError(f"{source.what}: no '{path}'")
        link = group.get(part, getlink=True)
        if link is None:
            raise MissingEntryError(f"{source.what}: no '{path}'")
        if not isinstance(link, h5py.HardLink):
            raise UnsupportedFormatError(
                f"{source.what}: '{path}' is a link to elsewhere, which is not followed"
            )
        group = group[part]
    return group


def values(source: Source, dataset: Any) -> Array:
    """The values of `dataset`, once its size agrees with what the file holds."""
    what = f"{source.what}: '{getattr(dataset, 'name', '?')}'"
    if not isinstance(dataset, h5py.Dataset):
        raise MalformedError(f"{what} is no array")
    if dataset.external or dataset.is_virtual:
        raise UnsupportedFormatError(f"{what} is kept in other files")
    if dataset.shape is None:
        raise MalformedError(f"{what} has no values")
    stored = min(dataset.id.get_storage_size(), source.size)
    if dataset.nbytes > MOST_EXPANSION * stored + FREE_BYTES:
        raise LimitError(f"{what}: {dataset.nbytes} bytes from {stored} in the file")
    source.budget -= dataset.nbytes
    if source.budget < 0:
        raise LimitError(f"{source.what}: its arrays are far larger than the file")
    if dataset.dtype.hasobject:
        raise UnsupportedFormatError(f"{what} holds {dataset.dtype}, not numbers")
    array = np.asarray(dataset[()])
    if array.dtype.kind == "V":
        mark = attribute(source, dataset, "dtype")
        if mark not in _MARKED or array.dtype.itemsize != 2:
            raise UnsupportedFormatError(f"{what} holds {array.dtype}, not numbers")
        return array.view(_MARKED[mark])
    return array


def put(group: Any, path: str, array: Array) -> None:
    """Store `array` under `group` at `path`."""
    array = np.asarray(array)
    if array.dtype == ml_dtypes.bfloat16:
        dataset = group.create_dataset(path, data=array.view("V2"))
        dataset.attrs["dtype"] = "bfloat16"
    else:
        group.create_dataset(path, data=array)


def attribute(source: Source, holder: Any, name: str) -> Any:
    """Attribute `name` of `holder` as str, number or list; None without it."""
    if name not in holder.attrs:
        return None
    claimed = holder.attrs.get_id(name)
    count = math.prod(claimed.shape or ())
    if count * claimed.dtype.itemsize > source.size:
        raise LimitError(f"{source.what}: attribute '{name}' is larger than the file")
    return _plain(holder.attrs[name], f"{source.what}: attribute '{name}'")


def _plain(value: Any, what: str) -> Any:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise MalformedError(f"{what} is not UTF-8") from error
    if isinstance(value, np.ndarray):
        return [_plain(item, what) for item in value.reshape(-1).tolist()]
    if isinstance(value, np.generic):
        return _plain(value.item(), what)
    if isinstance(value, (str, int, float, bool)):
        return value
    raise UnsupportedFormatError(f"{what} is of kind {type(value).__name__}")
