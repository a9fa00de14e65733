"""IDX files of every type, plain and gzipped."""

import gzip
import struct

import numpy as np
import pytest

from penstock.formats.errors import (
    LimitError,
    MalformedError,
    NotThisFormatError,
    TruncatedError,
)
from penstock.formats.idx import idx_from_bytes, read_idx, write_idx

KINDS = [np.uint8, np.int8, np.int16, np.int32, np.float32, np.float64]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["a", "a.gz"])
def test_round_trip(tmp_path, kind, name):
    values = np.arange(24).reshape(2, 3, 4).astype(kind)
    write_idx(tmp_path / name, values)
    got = read_idx(tmp_path / name, 3)
    assert got.dtype == kind
    np.testing.assert_array_equal(got, values)
    with pytest.raises(MalformedError, match="3 dimensions where 1 belong"):
        read_idx(tmp_path / name, 1)


def test_literal_bytes():
    data = bytes.fromhex("0000 0b 02 00000001 00000002 0102 fffe")
    assert idx_from_bytes(data).tolist() == [[258, -2]]


def _head(*shape, kind=8):
    return bytes([0, 0, kind, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"PK\x03\x04", NotThisFormatError),
        (_head(2, kind=7) + b"ab", NotThisFormatError),
        (b"", NotThisFormatError),
        (_head(3) + b"ab", TruncatedError),
        (_head(2)[:6], TruncatedError),
        (_head(2) + b"abc", MalformedError),
        (_head(2**32 - 1, 2**32 - 1) + b"abc", LimitError),
        (_head(2**31 - 1) + b"abc", TruncatedError),
        (_head(*[1] * 70) + b"a", LimitError),
    ],
)
def test_bad_files(pack, data, error):
    with pytest.raises(error, match=r"^x"):
        idx_from_bytes(pack(data), "x")
