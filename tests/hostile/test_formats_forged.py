"""Files whose checksums are right and whose lengths lie."""

import gzip
import struct
import tracemalloc
import zlib

import numpy as np
import pytest

from penstock.formats import sstable, tensor_proto, tfrecord, varint
from penstock.formats.bundle import read_bundle
from penstock.formats.bundle_writer import write_bundle
from penstock.formats.crc32c import masked_crc32c
from penstock.formats.errors import (
    ChecksumError,
    FormatError,
    LimitError,
    MalformedError,
    TruncatedError,
    UnsupportedFormatError,
)

MOST_MEMORY = 64 << 20


def _forged_block(body):
    """A table whose one data block is `body`, checksums right."""
    out = bytearray()

    def add(block):
        address = varint.encode(len(out)) + varint.encode(len(block))
        out.extend(block + b"\0" + struct.pack("<I", masked_crc32c(block + b"\0")))
        return address

    data = add(body)
    empty = struct.pack("<II", 0, 1)
    meta = add(empty)
    index_entry = b"\0" + varint.encode(1) + varint.encode(len(data)) + b"\xff" + data
    index = add(index_entry + empty)
    return (
        bytes(out) + (meta + index).ljust(40, b"\0") + struct.pack("<Q", sstable.MAGIC)
    )


RESTARTS = struct.pack("<II", 0, 1)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", TruncatedError),
        (struct.pack("<I", 2**31), LimitError),
        (b"\x05\x01\x00a" + RESTARTS, MalformedError),
        (b"\x00\xff\xff\xff\xff\x0f\x00a" + RESTARTS, TruncatedError),
        (b"\x00\x01\xff\xff\xff\xff\x0fa" + RESTARTS, TruncatedError),
        (b"\x00" + b"\xff" * 9 + b"\x01" + RESTARTS, MalformedError),
        (b"\x00\x01\x00b\x00\x01\x00a" + RESTARTS, MalformedError),
        (b"\x00\x01\x00a\x00\x01\x00a" + RESTARTS, MalformedError),
        (b"\x00\xf0\xa2\x04\x00" + b"k" * 70_000 + RESTARTS, LimitError),
    ],
)
def test_forged_table_entries(body, error):
    with pytest.raises(error, match="x"):
        sstable.read_table(_forged_block(body), "x")


def test_a_table_of_long_shared_keys_stays_small():
    # 4 bytes a key that stands for 60,000.
    body = bytearray(b"\x00" + varint.encode(60_000) + b"\0" + b"k" * 60_000)
    for i in range(20_000):
        body += varint.encode(59_990) + b"\x03\x00" + i.to_bytes(3, "big")
    with pytest.raises(FormatError):
        sstable.read_table(_forged_block(bytes(body) + RESTARTS), "x")


def test_compressed_blocks_are_refused():
    data = bytearray(sstable.write_table([(b"a", b"b")]))
    size = data.index(struct.pack("<II", 0, 1)) + 8
    data[size] = 1
    struct.pack_into("<I", data, size + 1, masked_crc32c(bytes(data[: size + 1])))
    with pytest.raises(UnsupportedFormatError, match="Snappy"):
        sstable.read_table(bytes(data), "x")


def _forge_entry(tmp_path, key=b"a", **fields):
    """A checkpoint of one tensor `a` whose index entry has `fields` changed."""
    write_bundle(tmp_path / "m", {"a": np.zeros((2, 2), np.float32)})
    index = tmp_path / "m.index"
    table = dict(sstable.read_table(index.read_bytes(), "m"))
    proto = tensor_proto.messages.BundleEntryProto.FromString(table[key])
    sizes = fields.pop("shape", None)
    slices = fields.pop("slices", ())
    for name, value in fields.items():
        setattr(proto, name, value)
    if sizes is not None:
        del proto.shape.dim[:]
        for size in sizes:
            proto.shape.dim.add(size=size)
    for start, length in slices:
        extent = proto.slices.add().extent.add(start=start)
        extent.length = length
    table[key] = proto.SerializeToString()
    index.write_bytes(sstable.write_table(sorted(table.items())))
    return read_bundle(tmp_path / "m")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"shape": [1 << 40], "size": 1 << 42}, TruncatedError),
        ({"shape": [1 << 40]}, MalformedError),
        ({"shape": [1 << 40, 1 << 40]}, LimitError),
        ({"shape": [1] * 65}, LimitError),
        ({"shape": [-2, -2]}, MalformedError),
        ({"size": -16}, MalformedError),
        ({"offset": 1}, TruncatedError),
        ({"offset": -1}, MalformedError),
        ({"shard_id": 1}, MalformedError),
        ({"shard_id": -1}, MalformedError),
        ({"crc32c": 1}, ChecksumError),
        ({"dtype": 21}, UnsupportedFormatError),
        ({"dtype": 98}, UnsupportedFormatError),
        ({"dtype": 7}, FormatError),
        ({"dtype": 7, "shape": [1 << 50]}, LimitError),
        ({"shape": [1 << 50], "slices": [(0, 1 << 50)]}, LimitError),
        ({"shape": [4], "slices": [(0, 2)]}, MalformedError),
        ({"shape": [4], "slices": [(0, 2), (0, 2)]}, MalformedError),
        ({"shape": [4], "slices": [(3, 2), (0, 2)]}, MalformedError),
        ({"shape": [4, 1], "slices": [(0, 4)]}, MalformedError),
        ({"shape": [4], "slices": [(0, 4)]}, FormatError),
    ],
    ids=str,
)
def test_forged_entries(tmp_path, fields, error):
    bundle = _forge_entry(tmp_path, **fields)
    with pytest.raises(error, match=r"'a'|Key a"):
        bundle.read("a")


@pytest.mark.parametrize("fields", [{"num_shards": 0}, {"endianness": 7}])
def test_forged_header(tmp_path, fields):
    write_bundle(tmp_path / "m", {})
    header = tensor_proto.messages.BundleHeaderProto(**{"num_shards": 1, **fields})
    for entry in (header.SerializeToString(), b"\xff\xff"):
        table = sstable.write_table([(b"", entry)])
        (tmp_path / "m.index").write_bytes(table)
        with pytest.raises(MalformedError):
            read_bundle(tmp_path / "m")
    (tmp_path / "m.index").write_bytes(sstable.write_table([(b"a", b"")]))
    with pytest.raises(MalformedError, match="without the checkpoint header"):
        read_bundle(tmp_path / "m")


@pytest.mark.parametrize("length", [1 << 20, 1 << 40, 1 << 63, (1 << 64) - 1])
@pytest.mark.parametrize("compression", tfrecord.COMPRESSIONS)
def test_forged_record_length(tmp_path, length, compression):
    head = struct.pack("<Q", length)
    data = head + struct.pack("<I", masked_crc32c(head)) + bytes(100)
    packed = {"": bytes, "GZIP": gzip.compress, "ZLIB": zlib.compress}[compression]
    (tmp_path / "r").write_bytes(packed(data))
    with pytest.raises(FormatError, match="record 0 at byte 0"):
        list(tfrecord.read_records(tmp_path / "r", compression))


def test_gzip_bomb_is_read_in_pieces(tmp_path):
    # 400 MB of zeros in 400 kB: the first record's checksum ends it at once.
    with gzip.open(tmp_path / "r", "wb") as file:
        for _ in range(100):
            file.write(bytes(4 << 20))
    tracemalloc.start()
    with pytest.raises(ChecksumError):
        list(tfrecord.read_records(tmp_path / "r", "GZIP"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MOST_MEMORY
