"""Check values of RFC 3720, appendix B.4, and of a known TFRecord header."""

import numpy as np
import pytest

from penstock.formats import ordered_code, varint
from penstock.formats.crc32c import crc32c, mask, masked_crc32c, unmask
from penstock.formats.errors import MalformedError, TruncatedError


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_check_values(data, crc):
    assert crc32c(data) == crc
    assert crc32c(bytearray(data)) == crc
    assert crc32c(np.frombuffer(data, np.uint8)) == crc
    assert crc32c(data[5:], crc32c(data[:5])) == crc
    assert unmask(mask(crc)) == crc


def test_mask_is_stored_in_records():
    # The length of a record of 0 bytes, as every TFRecord of one begins.
    assert masked_crc32c(bytes(8)).to_bytes(4, "little").hex() == "29039807"


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 2**32, 2**64 - 1])
def test_varint_round_trip(value):
    data = varint.encode(value)
    assert varint.decode(data, 0, "x") == (value, len(data))
    with pytest.raises(TruncatedError, match="x: the bytes end"):
        varint.decode(data[:-1], 0, "x")


@pytest.mark.parametrize(
    ("data", "bits"),
    [(b"\xff" * 10, 64), (b"\xff" * 9 + b"\x02", 64), (b"\xff" * 4 + b"\x10", 32)],
)
def test_varint_overflow(data, bits):
    with pytest.raises(MalformedError, match="more than"):
        varint.decode(data, 0, "x", bits)


def test_ordered_code_sorts_as_what_it_encodes():
    extents = [(-(2**40), -1), (-65, 0), (-64, 3), (-1, 8191), (0, -1), (63, 8192)]
    extents += [(64, 1), (8191, 1), (8192, 1), (2**62, 2**62)]
    keys = [ordered_code.slice_key("w", [extent]) for extent in extents]
    assert keys == sorted(keys)
    assert ordered_code.slice_key("a\0b", [(0, -1)]) == bytes.fromhex(
        "00 61 00ff 62 0001 0101 80 7f"
    )
