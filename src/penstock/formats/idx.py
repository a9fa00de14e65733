"""IDX files, the form of MNIST: a type, the sizes of the dimensions, the values.

All numbers are big-endian (yann.lecun.com/exdb/mnist); a file may be gzipped.
"""

from __future__ import annotations

import gzip
import io
import math
import os
import struct
from typing import Any, BinaryIO

import numpy as np

from penstock.formats.atomic import write_bytes
from penstock.formats.errors import (
    LimitError,
    MalformedError,
    NotThisFormatError,
    TruncatedError,
)
from penstock.formats.inflate import CHUNK, Inflater

MOST_BYTES = 1 << 31

_KINDS = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_NUMBERS = {np.dtype(kind).newbyteorder("="): n for n, kind in _KINDS.items()}

Array = np.ndarray[Any, Any]


def read_idx(path: str | os.PathLike[str], dimensions: int | None = None) -> Array:
    """The array in the (perhaps gzipped) IDX file at `path`.

    `dimensions` says how many there must be: 3 for images, 1 for labels. Raises
    a FormatError that names the file where it is none, is damaged or goes on
    beyond its values.
    """
    path = os.fspath(path)
    with open(path, "rb") as file:
        return _read(file, path, dimensions)


def idx_from_bytes(data: bytes, what: str = "IDX data") -> Array:
    """As `read_idx`, of bytes in memory."""
    return _read(io.BytesIO(data), what, None)


def write_idx(path: str | os.PathLike[str], values: Array) -> None:
    """Write `values` to `path`, whole or not at all; gzipped if it ends in .gz."""
    number = _NUMBERS.get(values.dtype.newbyteorder("="))
    if number is None or values.ndim > 255:
        raise TypeError(f"an IDX file can't hold {values.dtype} of {values.ndim} axes")
    head = bytes([0, 0, number, values.ndim])
    head += struct.pack(f">{values.ndim}I", *values.shape)
    data = head + values.astype(_KINDS[number]).tobytes()
    if os.fspath(path).endswith(".gz"):
        # Without the time of day, equal values make equal files.
        data = gzip.compress(data, mtime=0)
    write_bytes(path, data)


def _read(file: BinaryIO, what: str, dimensions: int | None) -> Array:
    zipped = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    source = Inflater(file, "GZIP", what) if zipped else file
    head = source.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in _KINDS:
        raise NotThisFormatError(f"{what} is no IDX file: it begins with {head.hex()}")
    if dimensions is not None and head[3] != dimensions:
        raise MalformedError(f"{what}: {head[3]} dimensions where {dimensions} belong")
    sizes = source.read(4 * head[3])
    if len(sizes) < 4 * head[3]:
        raise TruncatedError(f"{what}: the file ends inside its header")
    shape = struct.unpack(f">{head[3]}I", sizes)
    kind = np.dtype(_KINDS[head[2]])
    size = math.prod(shape) * kind.itemsize
    if len(shape) > 64 or size > MOST_BYTES:
        raise LimitError(f"{what}: shape {shape} takes {size} bytes")
    data = bytearray()
    # In pieces: the header's sizes are claims until the bytes are there.
    while len(data) < size:
        piece = source.read(min(CHUNK, size - len(data)))
        if not piece:
            raise TruncatedError(f"{what}: {size} bytes of values, {len(data)} there")
        data += piece
    if source.read(1):
        raise MalformedError(f"{what}: bytes behind the {size} of its values")
    values = np.frombuffer(data, kind).reshape(shape)
    return values.astype(kind.newbyteorder("="), copy=False)
