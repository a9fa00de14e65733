"""Sorted string tables, the container of a checkpoint's `.index` file.

Layout (LevelDB, table_format.md): data blocks, a meta-index block, an index
block whose values are (offset, size) of the data blocks, and a footer of 48
bytes. In a block each key drops the prefix that it shares with the one before;
every 16th entry stands whole and is listed at the end ("restart points"). Each
block is followed by its compression type and a masked CRC-32C.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable, Sequence

from penstock.formats import varint
from penstock.formats.crc32c import crc32c, mask
from penstock.formats.errors import (
    ChecksumError,
    LimitError,
    MalformedError,
    NotThisFormatError,
    TruncatedError,
    UnsupportedFormatError,
)

MAGIC = 0xDB4775248B80FB57
BLOCK_SIZE = 262_144
RESTART_INTERVAL = 16
FOOTER_SIZE = 48
TRAILER_SIZE = 5

LONGEST_KEY = 65_536
# Shared prefixes let a small file claim long keys; this bounds their sum.
KEY_BYTES_PER_FILE_BYTE = 256

Entry = tuple[bytes, bytes]


def read_table(data: bytes, name: str) -> list[Entry]:
    """All (key, value) of the table, in key order; `name` stands in errors.

    Raises a FormatError of the fitting kind for anything that is not a table
    in which every block is intact and the keys ascend.
    """
    if len(data) < FOOTER_SIZE:
        raise TruncatedError(
            f"{name}: {len(data)} bytes, but a table ends with {FOOTER_SIZE}"
        )
    footer = data[-FOOTER_SIZE:]
    if struct.unpack("<Q", footer[-8:])[0] != MAGIC:
        raise NotThisFormatError(
            f"{name} is no checkpoint index: its last eight bytes are "
            f"{footer[-8:].hex()}, or the file was cut short"
        )
    _, at = _handle(footer, 0, name)
    index_handle, _ = _handle(footer, at, name)
    entries: list[Entry] = []
    budget = [LONGEST_KEY + KEY_BYTES_PER_FILE_BYTE * len(data)]
    end_of_last = 0
    for key, value in _block_entries(_block(data, index_handle, name), name, budget):
        handle, _ = _handle(value, 0, name)
        if handle[0] < end_of_last:
            raise MalformedError(f"{name}: blocks overlap at byte {handle[0]}")
        end_of_last = handle[0] + handle[1] + TRAILER_SIZE
        block = _block_entries(_block(data, handle, name), name, budget)
        if block and block[-1][0] > key:
            raise MalformedError(f"{name}: a block holds keys beyond its index entry")
        entries += block
    for (before, _), (after, _) in itertools.pairwise(entries):
        if before >= after:
            raise MalformedError(f"{name}: key {after!r} is out of order")
    return entries


def write_table(entries: Iterable[Entry]) -> bytes:
    """The table of `entries`, whose keys must ascend strictly."""
    out = bytearray()
    index: list[Entry] = []
    pending: list[Entry] = []
    size = 0
    last: bytes | None = None
    for key, value in entries:
        if last is not None and key <= last:
            raise ValueError(f"table keys must ascend: {key!r} after {last!r}")
        if pending and size >= BLOCK_SIZE:
            index.append((_between(pending[-1][0], key), _append(out, pending)))
            pending, size = [], 0
        pending.append((key, value))
        size += len(key) + len(value)
        last = key
    if pending:
        index.append((_after(pending[-1][0]), _append(out, pending)))
    meta = _append(out, [])
    # Every index entry is a restart point, so that one can be found by bisection.
    handle = _append(out, index, restart_interval=1)
    footer = meta + handle
    return bytes(out + footer.ljust(40, b"\0") + struct.pack("<Q", MAGIC))


def _handle(data: bytes, at: int, name: str) -> tuple[tuple[int, int], int]:
    offset, at = varint.decode(data, at, f"{name}: block address")
    size, at = varint.decode(data, at, f"{name}: block size")
    return (offset, size), at


def _block(data: bytes, handle: tuple[int, int], name: str) -> bytes:
    offset, size = handle
    if offset + size + TRAILER_SIZE > len(data) - FOOTER_SIZE:
        raise LimitError(
            f"{name}: a block of {size} bytes at {offset} does not fit the file's "
            f"{len(data)} bytes"
        )
    end = offset + size
    kind = data[end]
    (stored,) = struct.unpack_from("<I", data, end + 1)
    if mask(crc32c(data[offset : end + 1])) != stored:
        raise ChecksumError(f"{name}: block at byte {offset} is damaged")
    if kind == 1:
        raise UnsupportedFormatError(
            f"{name}: Snappy-compressed blocks are not read. Save the checkpoint "
            "again with tf.train.Saver, which does not compress."
        )
    if kind != 0:
        raise UnsupportedFormatError(f"{name}: unknown compression {kind}")
    return data[offset:end]


def _block_entries(block: bytes, name: str, budget: list[int]) -> list[Entry]:
    """The entries of one block; takes the bytes of their keys off `budget`."""
    if len(block) < 4:
        raise TruncatedError(f"{name}: a block without restart points")
    (restarts,) = struct.unpack_from("<I", block, len(block) - 4)
    end = len(block) - 4 - 4 * restarts
    if end < 0:
        raise LimitError(f"{name}: {restarts} restart points in a smaller block")
    entries: list[Entry] = []
    key = b""
    at = 0
    while at < end:
        shared, at = varint.decode(block, at, f"{name}: key", bits=32)
        fresh, at = varint.decode(block, at, f"{name}: key", bits=32)
        length, at = varint.decode(block, at, f"{name}: value", bits=32)
        if shared > len(key):
            raise MalformedError(f"{name}: a key shares more than there is")
        if at + fresh + length > end:
            raise TruncatedError(f"{name}: an entry runs past its block")
        if shared + fresh > LONGEST_KEY:
            raise LimitError(f"{name}: a key of {shared + fresh} bytes")
        budget[0] -= shared + fresh
        if budget[0] < 0:
            raise LimitError(f"{name}: keys far larger than the file")
        key = key[:shared] + block[at : at + fresh]
        at += fresh
        entries.append((key, block[at : at + length]))
        at += length
    return entries


def _append(
    out: bytearray, entries: Sequence[Entry], restart_interval: int = RESTART_INTERVAL
) -> bytes:
    """Add a block to `out` and return its encoded address."""
    body = bytearray()
    restarts = [0]
    last = b""
    for count, (key, value) in enumerate(entries):
        if count % restart_interval:
            shared = _shared(last, key)
        else:
            shared = 0
            if count:
                restarts.append(len(body))
        body += varint.encode(shared) + varint.encode(len(key) - shared)
        body += varint.encode(len(value)) + key[shared:] + value
        last = key
    body += struct.pack(f"<{len(restarts) + 1}I", *restarts, len(restarts))
    body += b"\0"
    address = varint.encode(len(out)) + varint.encode(len(body) - 1)
    out += body + struct.pack("<I", mask(crc32c(body)))
    return address


def _shared(one: bytes, other: bytes) -> int:
    """Length of the prefix that both keys have."""
    length = min(len(one), len(other))
    for position in range(length):
        if one[position] != other[position]:
            return position
    return length


def _between(low: bytes, high: bytes) -> bytes:
    """A short key k with low <= k < high."""
    shared = _shared(low, high)
    if shared < min(len(low), len(high)):
        byte = low[shared]
        if byte < 0xFF and byte + 1 < high[shared]:
            return low[:shared] + bytes([byte + 1])
    return low


def _after(low: bytes) -> bytes:
    """A short key k >= low."""
    for position, byte in enumerate(low):
        if byte != 0xFF:
            return low[:position] + bytes([byte + 1])
    return low
