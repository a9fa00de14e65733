"""Damaged files of every format give a FormatError: no crash, hang or huge memory.

Each format has one small good file. It is cut at every byte, single bits are
flipped (a seeded sample), and lengths are forged. A changed file may still be
read where the change means something else (a float's bit in a format without
checksums); it must never raise another error or take memory beyond its size.
"""

import tracemalloc
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
)
from penstock.formats.bundle import read_bundle, shard_path
from penstock.formats.bundle_writer import Partitioned, write_bundle
from penstock.formats.checkpoint_state import (
    read_checkpoint_state,
    write_checkpoint_state,
)
from penstock.formats.errors import (
    FormatError,
)

SEED = 4
# Each takes 0.2 s: a process of its own reads the file first.
HDF5_FLIPS = 25
MOST_MEMORY = 64 << 20


@dataclass(frozen=True)
class Format:
    """A good file, its reader, and whether a checksum covers every byte."""

    name: str
    make: Callable[[Path], Path]
    read: Callable[[Path], object]
    checked: bool = False
    flips: int = 300


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
    Format("h5", _h5, hdf5.read_h5, flips=HDF5_FLIPS),
    Format("keras", _keras, keras_zip.read_keras, flips=HDF5_FLIPS),
    Format("weights.h5", _weights, keras_zip.read_weights, flips=HDF5_FLIPS),
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
        for _ in range(kind.flips):
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
