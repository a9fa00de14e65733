"""Checkpoint V2: `PREFIX.index` and `PREFIX.data-00000-of-00001`.

The index is a table (see `sstable`): the empty key holds the header, each other
key one tensor's type, shape, shard, offset, size and checksum. A partitioned
variable has an entry without bytes that lists its pieces; each piece is an
entry of its own under an ordered key.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from penstock.formats import data_types, messages, ordered_code, string_codec
from penstock.formats.crc32c import crc32c, mask
from penstock.formats.errors import (
    ChecksumError,
    LimitError,
    MalformedError,
    MissingEntryError,
    TruncatedError,
    UnsupportedFormatError,
)
from penstock.formats.sstable import read_table

OBJECT_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
MOST_DIMENSIONS = 64

Array = np.ndarray[Any, Any]
Extents = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class BundleReader:
    """The tensors of one checkpoint; each is read from disk when asked for."""

    prefix: str
    shards: int
    big_endian: bool
    _raw: dict[bytes, bytes] = field(repr=False)

    def keys(self) -> list[str]:
        """Names of all tensors, sorted as stored; pieces are not listed."""
        # Keys of pieces start with the ordered code of zero.
        names = [key for key in self._raw if not key.startswith(b"\0")]
        return [_text(key, self.prefix) for key in names]

    def __contains__(self, key: str) -> bool:
        return key.encode() in self._raw

    def shape(self, key: str) -> tuple[int, ...]:
        """Shape of the whole tensor `key`."""
        return self._entry(key.encode(), key)[1]

    def dtype(self, key: str) -> np.dtype[Any]:
        """NumPy type of tensor `key`; object for strings."""
        entry, _ = self._entry(key.encode(), key)
        return data_types.numpy_type(entry.dtype, self._what(key))

    def data_type(self, key: str) -> int:
        """TensorFlow's DataType number of tensor `key`."""
        return int(self._entry(key.encode(), key)[0].dtype)

    def read(self, key: str) -> Array:
        """Values of tensor `key`, checked; strings as an object array of bytes.

        Raises MissingEntryError for an unknown name and a FormatError of the
        fitting kind where the checkpoint is damaged.
        """
        entry, shape = self._entry(key.encode(), key)
        if not entry.slices:
            return self._values(entry, shape, key)
        kind = data_types.numpy_type(entry.dtype, self._what(key))
        places = [_extents(spec, shape, self._what(key)) for spec in entry.slices]
        self._check_cover(places, shape, kind, key)
        whole = np.zeros(shape, kind)
        for spec, extents in zip(entry.slices, places, strict=True):
            where = tuple(slice(start, start + length) for start, length in extents)
            whole[where] = self._piece(key, spec, extents)
        return whole

    def _check_cover(
        self,
        places: list[Extents],
        shape: tuple[int, ...],
        kind: np.dtype[Any],
        key: str,
    ) -> None:
        """Pieces add up to the whole, and the whole to bytes that exist."""
        count = _count(shape)
        volumes = sum(_count(length for _, length in place) for place in places)
        if volumes != count or len(set(places)) != len(places):
            raise MalformedError(f"{self._what(key)}: its pieces do not cover it")
        stored = sum(
            Path(path).stat().st_size
            for shard in range(min(self.shards, len(self._raw)))
            if Path(path := shard_path(self.prefix, shard, self.shards)).exists()
        )
        if count * (1 if kind.hasobject else kind.itemsize) > stored:
            raise LimitError(f"{self._what(key)}: shape {shape} in {stored} bytes")

    def _piece(self, key: str, spec: Any, extents: Extents) -> Array:
        stored = [
            (e.start, e.length if e.HasField("length") else -1) for e in spec.extent
        ]
        piece_key = ordered_code.slice_key(key, stored)
        entry, piece_shape = self._entry(piece_key, key)
        if piece_shape != tuple(length for _, length in extents):
            raise MalformedError(f"{self._what(key)}: a piece has another shape")
        return self._values(entry, piece_shape, key)

    def _what(self, key: str) -> str:
        return f"{self.prefix}: tensor '{key}'"

    def _entry(self, raw_key: bytes, key: str) -> tuple[Any, tuple[int, ...]]:
        raw = self._raw.get(raw_key)
        if raw is None:
            raise MissingEntryError(f"Key {key} not found in checkpoint {self.prefix}")
        entry = messages.parse(messages.BundleEntryProto, raw, self._what(key))
        shape = tuple(int(dim.size) for dim in entry.shape.dim)
        if entry.shape.unknown_rank or any(size < 0 for size in shape):
            raise MalformedError(f"{self._what(key)}: shape {shape}")
        if len(shape) > MOST_DIMENSIONS or _count(s or 1 for s in shape) >> 56:
            raise LimitError(f"{self._what(key)}: shape {shape}")
        return entry, shape

    def _values(self, entry: Any, shape: tuple[int, ...], key: str) -> Array:
        what = self._what(key)
        kind = data_types.numpy_type(entry.dtype, what)
        count = _count(shape)
        if kind.hasobject:
            data = self._bytes(entry, what).tobytes()
            items = string_codec.decode(data, count, entry.crc32c, what)
            return data_types.string_array(items, shape)
        if count * kind.itemsize != entry.size:
            raise MalformedError(
                f"{what}: {entry.size} bytes for shape {shape} of {kind}"
            )
        data = self._bytes(entry, what)
        if mask(crc32c(data)) != entry.crc32c:
            raise ChecksumError(f"{what}: its bytes in the data file are damaged")
        if self.big_endian:
            kind = kind.newbyteorder(">")
        values = data.view(kind).reshape(shape)
        return values.astype(kind.newbyteorder("=")) if self.big_endian else values

    def _bytes(self, entry: Any, what: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
        if not 0 <= entry.shard_id < self.shards:
            raise MalformedError(f"{what}: in shard {entry.shard_id} of {self.shards}")
        path = shard_path(self.prefix, entry.shard_id, self.shards)
        if entry.offset < 0 or entry.size < 0:
            raise MalformedError(f"{what}: at byte {entry.offset}, size {entry.size}")
        try:
            with open(path, "rb") as file:
                # The size comes from the index; the file must really have it.
                if entry.offset + entry.size > os.fstat(file.fileno()).st_size:
                    raise TruncatedError(f"{what}: {path} ends before its bytes")
                data = np.empty(entry.size, np.uint8)
                file.seek(entry.offset)
                if file.readinto(memoryview(data.data)) != entry.size:
                    raise TruncatedError(f"{what}: {path} ends before its bytes")
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"{what} is in {path}, which is missing. "
                "A checkpoint's .index and .data files belong together."
            ) from error
        return data


def read_bundle(prefix: str | os.PathLike[str]) -> BundleReader:
    """Open the checkpoint whose files are `prefix`.index and `prefix`.data-*.

    Raises FileNotFoundError without an index and a FormatError of the fitting
    kind for a damaged one; data files are opened by `read` alone.
    """
    prefix = os.fspath(prefix)
    index = f"{prefix}.index"
    entries = dict(read_table(Path(index).read_bytes(), index))
    header = entries.pop(b"", None)
    if header is None:
        raise MalformedError(f"{index}: a table without the checkpoint header")
    parsed = messages.parse(messages.BundleHeaderProto, header, index)
    if parsed.version.min_consumer > 1:
        raise UnsupportedFormatError(
            f"{index}: needs version {parsed.version.min_consumer} of the format"
        )
    if parsed.num_shards < 1 or parsed.endianness not in (0, 1):
        raise MalformedError(
            f"{index}: {parsed.num_shards} shards, byte order {parsed.endianness}"
        )
    big = parsed.endianness == 1
    return BundleReader(prefix, int(parsed.num_shards), big, entries)


def shard_path(prefix: str, shard: int, shards: int) -> str:
    """Path of data file number `shard` of `shards`."""
    return f"{prefix}.data-{shard:05d}-of-{shards:05d}"


def _count(sizes: Iterable[int]) -> int:
    """Product of `sizes`, which a file claims and which may exceed 64 bits."""
    return math.prod(sizes)


def _extents(spec: Any, shape: tuple[int, ...], what: str) -> Extents:
    """(start, length) of a piece in each dimension of the whole."""
    if len(spec.extent) != len(shape):
        raise MalformedError(f"{what}: a piece of {len(spec.extent)} dimensions")
    out: list[tuple[int, int]] = []
    for extent, full in zip(spec.extent, shape, strict=True):
        length = extent.length if extent.HasField("length") else full
        if not (0 <= extent.start and 0 <= length and extent.start + length <= full):
            raise MalformedError(f"{what}: a piece lies outside shape {shape}")
        out.append((int(extent.start), int(length)))
    return tuple(out)


def _text(key: bytes, prefix: str) -> str:
    try:
        return key.decode()
    except UnicodeDecodeError as error:
        raise MalformedError(f"{prefix}: name {key!r} is not UTF-8") from error
