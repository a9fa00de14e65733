"""How a checkpoint stores string tensors.

`[length of each][masked checksum of the lengths][the strings, one after another]`,
lengths as varints. The checksums run over the lengths as 4-byte integers (8-byte
from 2**32), not over their varint form.
"""

from __future__ import annotations

import struct

from penstock.formats import varint
from penstock.formats.crc32c import crc32c, mask
from penstock.formats.errors import ChecksumError, LimitError, TruncatedError


def encode(items: list[bytes]) -> tuple[bytes, int]:
    """The stored bytes and their masked checksum."""
    lengths = b"".join(varint.encode(len(item)) for item in items)
    crc = _crc_of_lengths([len(item) for item in items])
    check = struct.pack("<I", mask(crc))
    crc = crc32c(check, crc)
    joined = b"".join(items)
    return lengths + check + joined, mask(crc32c(joined, crc))


def decode(data: bytes, count: int, stored: int, what: str) -> list[bytes]:
    """The `count` strings in `data`, whose masked checksum should be `stored`."""
    if count > len(data):
        raise LimitError(f"{what}: {count} strings in {len(data)} bytes")
    lengths: list[int] = []
    at = 0
    for _ in range(count):
        length, at = varint.decode(data, at, f"{what}: string length")
        lengths.append(length)
    if at + 4 > len(data):
        raise TruncatedError(f"{what}: ends before the checksum of its lengths")
    check = data[at : at + 4]
    at += 4
    if at + sum(lengths) != len(data):
        raise LimitError(
            f"{what}: lengths ask for {sum(lengths)} bytes, there are {len(data) - at}"
        )
    crc = _crc_of_lengths(lengths)
    if struct.pack("<I", mask(crc)) != check:
        raise ChecksumError(f"{what}: the lengths of its strings are damaged")
    if mask(crc32c(data[at:], crc32c(check, crc))) != stored:
        raise ChecksumError(f"{what}: its strings are damaged")
    items: list[bytes] = []
    for length in lengths:
        items.append(data[at : at + length])
        at += length
    return items


def _crc_of_lengths(lengths: list[int]) -> int:
    words = b"".join(
        struct.pack("<I" if length < 1 << 32 else "<Q", length) for length in lengths
    )
    return crc32c(words)
