"""HDF5 files that would end, stall or bloat the process that reads them."""

import struct

import numpy as np
import pytest

from penstock.formats import h5_probe, hdf5, keras_zip
from penstock.formats.errors import MalformedError

MODEL = hdf5.H5Model(
    (hdf5.LayerWeights("a", (("a/w:0", np.zeros(3)),)),), keras_version="2"
)


@pytest.fixture
def path(tmp_path):
    """A model file, as if another process had written it."""
    hdf5.write_h5(tmp_path / "m.h5", MODEL)
    h5_probe._own.clear()
    return tmp_path / "m.h5"


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import os; os.abort()", "it ends the HDF5 library"),
        ("while True: pass", "reading never ends"),
        (h5_probe._PROGRAM.replace("walk(file, 0)", "bytearray(2 << 30)"), "Memory"),
        (h5_probe._PROGRAM.replace("walk(file, 0)", "file['none']"), "KeyError"),
    ],
)
def test_what_befalls_the_child_is_told(path, monkeypatch, program, message):
    hdf5.read_h5(path)
    monkeypatch.setattr(h5_probe, "_PROGRAM", program)
    monkeypatch.setattr(h5_probe, "SECONDS", 3)
    with pytest.raises(MalformedError, match=message):
        hdf5.read_h5(path)


def test_own_files_need_no_child(tmp_path, monkeypatch):
    monkeypatch.setattr(h5_probe, "_PROGRAM", "raise SystemExit(3)")
    tree = keras_zip.WeightTree({"a": np.zeros(3)})
    hdf5.write_h5(tmp_path / "m.h5", MODEL)
    keras_zip.write_weights(tmp_path / "m.weights.h5", tree)
    keras_zip.write_keras(tmp_path / "m.keras", keras_zip.KerasArchive({}, {}, tree))
    assert hdf5.read_h5(tmp_path / "m.h5").keras_version == "2"
    assert keras_zip.read_weights(tmp_path / "m.weights.h5").arrays.keys() == {"a"}
    assert keras_zip.read_keras(tmp_path / "m.keras").config == {}
    # Another file of that name is no longer ours.
    (tmp_path / "m.h5").write_bytes((tmp_path / "m.h5").read_bytes() + b"\0")
    with pytest.raises(MalformedError):
        hdf5.read_h5(tmp_path / "m.h5")


def test_a_heap_without_end(path, monkeypatch):
    monkeypatch.setattr(h5_probe, "probe", None)
    data = bytearray(path.read_bytes())
    heap = data.index(b"GCOL")
    # The second object of the heap becomes a free space of no size.
    (size,) = struct.unpack_from("<Q", data, heap + 24)
    second = heap + 32 + -(-size // 8) * 8
    struct.pack_into("<H6xQ", data, second, 0, 0)
    path.write_bytes(data)
    with pytest.raises(MalformedError, match=f"heap at {heap}"):
        hdf5.read_h5(path)
