"""Damaged files of every format give a FormatError: no crash, hang or huge memory.

Each format has one small good file. It is cut at every byte, single bits are
flipped (a seeded sample), and lengths are forged. A changed file may still be
read where the change means something else (a float's bit in a format without
checksums); it must never raise another error or take memory beyond its size.
"""

import gzip
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from penstock.formats import (
    events,
    example,
    graphdef,
    hdf5,
    idx,
    keras_zip,
    sstable,
    tensor_proto,
    tfrecord,
    varint,
)
from penstock.formats.bundle import read_bundle, shard_path
from penstock.formats.bundle_writer import Partitioned, write_bundle
from penstock.formats.checkpoint_state import (
    read_checkpoint_state,
    write_checkpoint_state,
)
from penstock.formats.crc32c import masked_crc32c
from penstock.formats.errors import (
    ChecksumError,
    FormatError,
    LimitError,
    MalformedError,
    TruncatedError,
    UnsupportedFormatError,
)

FLIPS = 300
SEED = 4
MOST_MEMORY = 64 << 20


@dataclass(frozen=True)
class Format:
    """A good file, its reader, and whether a checksum covers every byte."""

    name: str
    make: Callable[[Path], Path]
    read: Callable[[Path], object]
    checked: bool = False


def _bundle(folder):
    tensors = {f"net/w{i}": np.full((3, 2), i, np.float32) for i in range(5)}
    tensors["text"] = np.array(["a", "longer"], object)
    whole = np.arange(12.0).reshape(4, 3)
    tensors["parts"] = Partitioned((4, 3), (((0, 0), whole[:2]), ((2, 0), whole[2:])))
    write_bundle(folder / "m", tensors)
    return folder / "m.index"


def _read_bundle(path):
    bundle = read_bundle(path.with_suffix(""))
    return {key: bundle.read(key) for key in bundle.keys()}


def _records(folder, compression=""):
    with tfrecord.RecordWriter(folder / "r", compression) as writer:
        for record in (b"", b"first", bytes(300)):
            writer.write(record)
    return folder / "r"


def _events(folder):
    with events.EventWriter(folder) as writer:
        writer.add_summary(events.summary(events.histogram("h", [1.0, 2.0])), 3)
    return Path(writer.path)


def _state(folder):
    write_checkpoint_state(folder, str(folder / "m-1"), [], [1.5], 2.0)
    return folder / "checkpoint"


def _idx(folder, name="a"):
    idx.write_idx(folder / name, np.arange(24, dtype=np.uint8).reshape(2, 3, 4))
    return folder / name


def _example(folder):
    made = example.Example()
    made.features.feature["a"].float_list.value.extend([1.0, 2.0])
    made.features.feature["b"].bytes_list.value.append(b"raw")
    (folder / "e").write_bytes(made.SerializeToString(deterministic=True))
    return folder / "e"


def _tensor(folder):
    proto = tensor_proto.make_tensor_proto(np.arange(6.0).reshape(2, 3))
    graphdef.write_message(folder / "t", proto)
    return folder / "t"


def _read_tensor(path):
    kind = tensor_proto.messages.TensorProto
    return tensor_proto.make_ndarray(graphdef.read_message(path, kind))


def _graph(folder, name="g.pb"):
    graph = graphdef.GraphDef()
    graph.node.add(name="a", op="Const").attr["dtype"].type = 1
    graph.node.add(name="b", op="Neg", input=["a"])
    graphdef.write_message(folder / name, graph)
    return folder / name


def _read_graph(path):
    return graphdef.read_message(path, graphdef.GraphDef)


def _h5(folder):
    layer = hdf5.LayerWeights("a", (("a/w:0", np.arange(6.0).reshape(2, 3)),))
    hdf5.write_h5(folder / "m.h5", hdf5.H5Model((layer,), model_config={"a": 1}))
    return folder / "m.h5"


def _tree():
    arrays = {"layers/a/vars/0": np.arange(6.0)}
    return keras_zip.WeightTree(arrays, {"layers/a/vars": {"name": "a"}})


def _keras(folder):
    archive = keras_zip.KerasArchive({"keras_version": "3"}, {"a": 1}, _tree())
    keras_zip.write_keras(folder / "m.keras", archive)
    return folder / "m.keras"


def _weights(folder):
    keras_zip.write_weights(folder / "m.weights.h5", _tree())
    return folder / "m.weights.h5"


def _all(read):
    return lambda path: list(read(path))


FORMATS = [
    Format("index", _bundle, _read_bundle, checked=True),
    Format(
        "data",
        lambda folder: Path(shard_path(str(_bundle(folder).with_suffix("")), 0, 1)),
        lambda path: _read_bundle(path.with_name("m.index")),
        checked=True,
    ),
    Format("tfrecord", _records, _all(tfrecord.read_records), checked=True),
    Format(
        "tfrecord gzip",
        lambda folder: _records(folder, "GZIP"),
        _all(lambda path: tfrecord.read_records(path, "GZIP")),
    ),
    Format(
        "tfrecord zlib",
        lambda folder: _records(folder, "ZLIB"),
        _all(lambda path: tfrecord.read_records(path, "ZLIB")),
    ),
    Format("events", _events, _all(events.read_events), checked=True),
    Format("state", _state, lambda path: read_checkpoint_state(path.parent)),
    Format("idx", _idx, idx.read_idx),
    Format("idx gz", lambda folder: _idx(folder, "a.gz"), idx.read_idx),
    Format("example", _example, lambda path: example.parse_example(path.read_bytes())),
    Format("tensor", _tensor, _read_tensor),
    Format("graph", _graph, _read_graph),
    Format("graph text", lambda folder: _graph(folder, "g.pbtxt"), _read_graph),
    Format("h5", _h5, hdf5.read_h5),
    Format("keras", _keras, keras_zip.read_keras),
    Format("weights.h5", _weights, keras_zip.read_weights),
]
EACH = pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)

# Cutting these between two records leaves a shorter, good file.
MAY_END_EARLY = {"tfrecord", "events", "state", "example", "tensor", "graph"}
MAY_END_EARLY |= {"graph text"}


def _attempt(kind, path):
    """The FormatError that reading gave, or None."""
    try:
        kind.read(path)
    except FormatError as error:
        return error
    return None


@EACH
def test_cut_at_every_byte(kind, tmp_path):
    path = kind.make(tmp_path)
    good = path.read_bytes()
    kind.read(path)
    # HDF5 files are mostly empty space: every 13th byte shows the same.
    step = 1 if len(good) < 3000 else 13
    unnoticed = []
    for size in range(0, len(good), step):
        path.write_bytes(good[:size])
        if _attempt(kind, path) is None:
            unnoticed.append(size)
    if kind.name in ("tfrecord gzip", "tfrecord zlib"):
        # TensorFlow too takes an empty file for one without records.
        assert unnoticed == [0]
    elif kind.name not in MAY_END_EARLY:
        assert unnoticed == []


@EACH
def test_flipped_bits(kind, tmp_path):
    path = kind.make(tmp_path)
    good = path.read_bytes()
    rng = np.random.default_rng(SEED)
    tracemalloc.start()
    try:
        for _ in range(FLIPS):
            at, bit = int(rng.integers(len(good))), int(rng.integers(8))
            bad = bytearray(good)
            bad[at] ^= 1 << bit
            path.write_bytes(bad)
            error = _attempt(kind, path)
            if kind.checked and _covered(kind, at, len(good)):
                assert error is not None, f"bit {bit} of byte {at}"
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()


def _covered(kind, at, size):
    # A table's footer says where its blocks are; its padding says nothing, and
    # the meta-index block is empty and unread.
    return kind.name != "index" or at < size - sstable.FOOTER_SIZE - 80


@EACH
def test_noise(kind, tmp_path):
    path = kind.make(tmp_path)
    rng = np.random.default_rng(SEED)
    for size in (1, 7, 48, 500, 5000):
        path.write_bytes(rng.bytes(size))
        error = _attempt(kind, path)
        if kind.name not in ("example", "tensor"):
            assert error is not None


# --- forged lengths ---------------------------------------------------------------


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
