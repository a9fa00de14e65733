"""Checkpoints that TensorFlow wrote are read; ours are the same, byte for byte."""

import itertools

import ml_dtypes
import numpy as np
import pytest

from formats.recorded import FIXTURES, as_text, recorder
from penstock.formats import data_types
from penstock.formats.bundle import OBJECT_GRAPH_KEY, read_bundle
from penstock.formats.bundle_writer import Partitioned, write_bundle
from penstock.formats.errors import MissingEntryError
from penstock.formats.messages import TrackableObjectGraph, parse

PARTS = np.arange(70, dtype=np.float32).reshape(7, 10)
ROWS = [0, 3, 5, 7]


@pytest.mark.parametrize(
    ("prefix", "shards"), [("v1/model.ckpt-3", 1), ("sharded/model.ckpt-3", 2)]
)
def test_reads_what_tensorflow_wrote(prefix, shards):
    bundle = read_bundle(FIXTURES / prefix)
    expected = recorder.values()
    assert bundle.shards == shards
    assert set(bundle.keys()) == {*expected, "net/bfloat16", "parts"}
    for key, value in expected.items():
        value = np.asarray(value)
        got = bundle.read(key)
        assert bundle.dtype(key) == got.dtype == value.dtype, key
        assert bundle.shape(key) == got.shape == value.shape, key
        np.testing.assert_array_equal(as_text(got), value)
    got = bundle.read("net/bfloat16")
    assert got.dtype == ml_dtypes.bfloat16
    np.testing.assert_array_equal(got.view(np.uint16), recorder.bfloat16_bits())
    np.testing.assert_array_equal(bundle.read("parts"), PARTS)


def test_reads_merged_shards():
    bundle = read_bundle(FIXTURES / "merged" / "all")
    assert bundle.shards == 3
    for part in range(3):
        for i in range(3):
            expected = np.full((part + 1, i + 1), part * 10 + i, np.int32)
            np.testing.assert_array_equal(bundle.read(f"t{part}_{i}"), expected)


def test_reads_object_graph():
    bundle = read_bundle(FIXTURES / "objects" / "ckpt-3")
    data = bundle.read(OBJECT_GRAPH_KEY)
    assert data.shape == () and bundle.data_type(OBJECT_GRAPH_KEY) == data_types.STRING
    graph = parse(TrackableObjectGraph, data.item(), "object graph")
    keys = {a.checkpoint_key for node in graph.nodes for a in node.attributes}
    assert keys == set(bundle.keys()) - {OBJECT_GRAPH_KEY}
    assert bundle.read("step/.ATTRIBUTES/VARIABLE_VALUE") == 7


def test_writes_tensorflow_s_bytes(tmp_path):
    theirs = FIXTURES / "v1" / "model.ckpt-3"
    bundle = read_bundle(theirs)
    # The 1.x Saver stores in order of the names.
    tensors = {key: bundle.read(key) for key in sorted(bundle.keys())}
    tensors["parts"] = _in_rows(PARTS)
    write_bundle(tmp_path / "mine", tensors)
    for ending in (".index", ".data-00000-of-00001"):
        mine = (tmp_path / f"mine{ending}").read_bytes()
        assert mine == theirs.with_name(theirs.name + ending).read_bytes()


@pytest.mark.parametrize("shards", [1, 3])
def test_round_trip(tmp_path, shards):
    tensors = {**recorder.values(), "parts": _in_rows(PARTS), "s": "one", "b": b"\xff"}
    tensors["fortran"] = np.asfortranarray(PARTS)
    tensors["strided"] = PARTS[::2, ::3]
    tensors["big"] = PARTS.astype(">f4")
    for kind in ("float8_e5m2", "float8_e4m3fn", "int4", "uint4", "bfloat16"):
        tensors[kind] = np.arange(4).astype(getattr(ml_dtypes, kind))
    write_bundle(tmp_path / "m", tensors, shards)
    write_bundle(tmp_path / "m", tensors, shards)
    bundle = read_bundle(tmp_path / "m")
    assert bundle.shards == shards
    assert len(list(tmp_path.iterdir())) == shards + 1
    assert set(bundle.keys()) == set(tensors)
    for key, value in tensors.items():
        value = PARTS if isinstance(value, Partitioned) else np.asarray(value)
        got = bundle.read(key)
        if value.dtype.kind in "OUS":
            assert (
                got.tolist()
                == np.reshape(
                    np.array(data_types.to_bytes(value), object), value.shape
                ).tolist()
            )
        else:
            assert got.dtype == value.dtype.newbyteorder("=")
            np.testing.assert_array_equal(got, value)


def test_another_number_of_shards_leaves_no_old_files(tmp_path):
    write_bundle(tmp_path / "m", {"a": np.zeros(3), "b": np.ones(3)}, shards=2)
    write_bundle(tmp_path / "m", {"a": np.ones(3)})
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["m.data-00000-of-00001", "m.index"]
    np.testing.assert_array_equal(read_bundle(tmp_path / "m").read("a"), np.ones(3))


def test_unknown_name_and_missing_files(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_bundle(tmp_path / "none")
    write_bundle(tmp_path / "m", {"a": np.zeros(3)})
    bundle = read_bundle(tmp_path / "m")
    assert "a" in bundle and "b" not in bundle
    with pytest.raises(MissingEntryError, match=r"^Key b not found in checkpoint"):
        bundle.read("b")
    (tmp_path / "m.data-00000-of-00001").unlink()
    with pytest.raises(FileNotFoundError, match="belong together"):
        bundle.read("a")


def test_refuses_what_has_no_type(tmp_path):
    with pytest.raises(TypeError, match="no type for NumPy's datetime64"):
        write_bundle(tmp_path / "m", {"a": np.array(["2020"], "M8[D]")})
    with pytest.raises(TypeError, match="str or bytes, got int"):
        write_bundle(tmp_path / "m", {"a": np.array([1], object)})
    assert not list(tmp_path.iterdir())


def _in_rows(whole):
    pieces = itertools.pairwise(ROWS)
    return Partitioned(
        whole.shape, tuple(((low, 0), whole[low:high]) for low, high in pieces)
    )
