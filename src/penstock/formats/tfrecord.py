"""TFRecord files: length, its checksum, the record, its checksum; again and again.

Lengths are 8 bytes, checksums masked CRC-32C, all little-endian; the whole may be
compressed as one GZIP or ZLIB stream (TensorFlow guide, "TFRecord and tf.train").
"""

from __future__ import annotations

import contextlib
import os
import struct
import weakref
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Protocol

from penstock.formats.atomic import beside
from penstock.formats.crc32c import masked_crc32c
from penstock.formats.errors import ChecksumError, LimitError, TruncatedError
from penstock.formats.inflate import CHUNK, Inflater

COMPRESSIONS = ("", "GZIP", "ZLIB")


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_records(
    path: str | os.PathLike[str], compression: str | None = ""
) -> Iterator[bytes]:
    """The records of the file at `path`, one at a time.

    `compression` is "", "GZIP" or "ZLIB". Raises TruncatedError or ChecksumError
    naming the record's number and its offset in the plain data; records before
    the damage have been given out by then.
    """
    compression = _known(compression)
    path = os.fspath(path)
    with open(path, "rb") as file:
        source = Inflater(file, compression, path) if compression else file
        room = None if compression else os.fstat(file.fileno()).st_size
        yield from _records(source, path, room)


def _records(source: _Source, path: str, room: int | None) -> Iterator[bytes]:
    offset = number = 0
    while header := source.read(12):
        what = f"{path}: record {number} at byte {offset}"
        if len(header) < 12:
            raise TruncatedError(f"{what}: the file ends inside its length")
        length, stored = struct.unpack("<QI", header)
        if masked_crc32c(header[:8]) != stored:
            raise ChecksumError(
                f"{what}: its length is damaged. Is the file a TFRecord, and its "
                f"compression one of {COMPRESSIONS}?"
            )
        if length >= 1 << 62:
            raise LimitError(f"{what}: a length of {length} bytes")
        if room is not None and offset + 16 + length > room:
            raise TruncatedError(f"{what}: {length} bytes announced, fewer are there")
        body = _exactly(source, length + 4, what)
        data = body[:length]
        if masked_crc32c(data) != struct.unpack("<I", body[length:])[0]:
            raise ChecksumError(f"{what}: its {length} bytes are damaged")
        yield data
        offset += 16 + length
        number += 1


def _exactly(source: _Source, size: int, what: str) -> bytes:
    # In pieces: the announced size of a compressed record is only a claim.
    pieces: list[bytes] = []
    missing = size
    while missing:
        piece = source.read(min(missing, max(CHUNK, 1 << 24)))
        if not piece:
            raise TruncatedError(f"{what}: {missing} of {size} bytes are missing")
        pieces.append(piece)
        missing -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def frame(record: bytes) -> bytes:
    """`record` with its length and checksums around it."""
    length = struct.pack("<Q", len(record))
    return b"".join(
        (
            length,
            struct.pack("<I", masked_crc32c(length)),
            record,
            struct.pack("<I", masked_crc32c(record)),
        )
    )


class RecordWriter:
    """Writes records to `path`, which appears or is replaced at `close`.

    `flush` makes what was written so far visible at `path` already. A writer that
    is forgotten closes itself. With `compression` "GZIP" or "ZLIB", `level` is
    zlib's 0 to 9, or -1 for its default.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        compression: str | None = "",
        level: int = -1,
    ) -> None:
        self.path = os.fspath(path)
        window = {"": 0, "GZIP": 31, "ZLIB": 15}[_known(compression)]
        self._deflate = (
            zlib.compressobj(level, zlib.DEFLATED, window) if window else None
        )
        unfinished = beside(self.path)
        self._file: BinaryIO = open(unfinished, "wb")
        self._unfinished: list[str] = [unfinished]
        self._finish = weakref.finalize(
            self, _finish, self._file, self._deflate, self._unfinished, self.path
        )

    def write(self, record: Any) -> None:
        """Append `record` (bytes)."""
        if not self._finish.alive:
            raise ValueError(f"{self.path}: the writer is closed")
        accepted: Any = (bytes, bytearray, memoryview)
        if not isinstance(record, accepted):
            raise TypeError(
                f"{self.path}: a record is bytes, got {type(record).__name__}. "
                "Pass example.SerializeToString()."
            )
        framed = frame(bytes(record))
        self._file.write(self._deflate.compress(framed) if self._deflate else framed)

    def flush(self) -> None:
        """Make the records so far readable at `path`."""
        if not self._finish.alive:
            return
        if self._deflate:
            self._file.write(self._deflate.flush(zlib.Z_SYNC_FLUSH))
        self._file.flush()
        _publish(self._unfinished, self.path)

    def close(self) -> None:
        """Complete the file; more calls do nothing."""
        self._finish()

    def __enter__(self) -> RecordWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _finish(file: BinaryIO, deflate: Any, unfinished: list[str], path: str) -> None:
    if deflate:
        file.write(deflate.flush())
    file.flush()
    os.fsync(file.fileno())
    file.close()
    _publish(unfinished, path)


def _publish(unfinished: list[str], path: str) -> None:
    """Rename once; the open file goes on under its new name."""
    if unfinished:
        # Windows can't rename an open file: there, only `close` publishes.
        with contextlib.suppress(PermissionError):
            os.replace(unfinished[0], path)
            unfinished.clear()


def _known(compression: str | None) -> str:
    if (compression or "") not in COMPRESSIONS:
        raise ValueError(
            f"compression is one of {COMPRESSIONS} or None, got {compression!r}"
        )
    return compression or ""
