"""Keys whose byte order is the order of what they encode.

Partitioned variables store each piece under such a key: zero, the variable's
name, the number of dimensions, then (start, length) for each; a length of -1
says "the whole dimension".
"""

from __future__ import annotations

from collections.abc import Sequence


def slice_key(name: str, extents: Sequence[tuple[int, int]]) -> bytes:
    """Key of the piece of tensor `name` that covers `extents` (start, length)."""
    key = _unsigned(0) + _text(name.encode()) + _unsigned(len(extents))
    for start, length in extents:
        key += _signed(start) + _signed(length)
    return key


def _unsigned(value: int) -> bytes:
    digits = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes([len(digits)]) + digits


def _text(value: bytes) -> bytes:
    # Escaping 0 and 255 leaves 00 01 free as the terminator that sorts first.
    escaped = b"".join(
        {0x00: b"\x00\xff", 0xFF: b"\xff\x00"}.get(b, bytes([b])) for b in value
    )
    return escaped + b"\x00\x01"


def _signed(value: int) -> bytes:
    # As in UTF-8, leading ones count the bytes; each byte adds seven bits.
    size = 1
    while not -(1 << (7 * size - 1)) <= value < 1 << (7 * size - 1):
        size += 1
    # The header is `size` ones in the top bits, flipped onto the sign extension.
    header = ((1 << size) - 1) << (7 * size)
    pattern = (value & ((1 << (8 * size)) - 1)) ^ header
    return pattern.to_bytes(size, "big")
