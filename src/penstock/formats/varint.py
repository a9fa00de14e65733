"""Base-128 integers, least significant group first (Protocol Buffers, LevelDB)."""

from __future__ import annotations

from penstock.formats.errors import MalformedError, TruncatedError


def encode(value: int) -> bytes:
    """`value` (0 <= value < 2**64) in one to ten bytes."""
    if not 0 <= value < 1 << 64:
        raise ValueError(f"a varint holds 0 to 2**64 - 1, got {value}")
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def decode(
    data: bytes | memoryview, at: int, what: str, bits: int = 64
) -> tuple[int, int]:
    """The varint at offset `at` and the offset behind it.

    `what` names the file and field for the error: TruncatedError where the
    bytes end inside the number, MalformedError where it exceeds `bits` bits.
    """
    value = 0
    for position in range((bits + 6) // 7):
        if at >= len(data):
            raise TruncatedError(f"{what}: the bytes end inside a number")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            if value >> bits:
                break
            return value, at
    raise MalformedError(f"{what}: a number has more than {bits} bits")
