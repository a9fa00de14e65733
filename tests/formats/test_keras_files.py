"""Keras 2's and Keras 3's files are read, and written as they were."""

import io
import json
import zipfile

import h5py
import ml_dtypes
import numpy as np
import pytest

from formats.recorded import FIXTURES
from penstock.formats import hdf5, keras_zip
from penstock.formats.errors import (
    LimitError,
    MalformedError,
    MissingEntryError,
    NotThisFormatError,
    UnsupportedFormatError,
)
from penstock.formats.hdf5 import H5Model, LayerWeights, read_h5, write_h5
from penstock.formats.keras_zip import (
    KerasArchive,
    WeightTree,
    read_keras,
    read_weights,
    write_keras,
    write_weights,
)

FOLDERS = ["keras2", "keras3"]


def _stored(folder):
    with np.load(FIXTURES / folder / "values.npz") as stored:
        return [stored[key] for key in stored.files]


def _in_order(arrays):
    """Weights first, then what training moves, as `get_weights` lists them."""
    return sorted(arrays, key=lambda array: array.tobytes())


@pytest.mark.parametrize("folder", FOLDERS)
def test_reads_h5_models(folder):
    model = read_h5(FIXTURES / folder / "model.h5")
    assert [layer.name for layer in model.layers] == ["hidden", "norm", "out"]
    arrays = [array for layer in model.layers for _, array in layer.weights]
    for got, stored in zip(arrays, _stored(folder), strict=True):
        np.testing.assert_array_equal(got, stored)
    assert model.backend == "tensorflow" and model.keras_version
    assert model.model_config["class_name"] == "Sequential"
    assert "optimizer_config" in model.training_config
    name, iterations = model.optimizer[0]
    assert "iteration" in name and iterations == 1
    _same_h5(FIXTURES / folder / "model.h5", model)


def test_reads_h5_weights(tmp_path):
    path = FIXTURES / "keras2" / "old_weights.h5"
    model = read_h5(path)
    assert model.model_config is None and model.optimizer is None
    names = [name for name, _ in model.layers[0].weights]
    assert names == ["hidden/kernel:0", "hidden/bias:0"]
    _same_h5(path, model)


def _same_h5(path, model):
    """What is written from `model` has the same tree as `path`."""
    again = io.BytesIO()
    with h5py.File(again, "w") as file:
        hdf5._write(file, model)
    with h5py.File(again) as mine, h5py.File(path) as theirs:
        assert _tree(mine) == _tree(theirs)


def _tree(file):
    found = {"": dict(file.attrs)}

    def visit(name, item):
        found[name] = {**item.attrs}
        if isinstance(item, h5py.Dataset):
            found[name][""] = item[()]

    file.visititems(visit)
    return {
        name: {key: np.asarray(value).tolist() for key, value in content.items()}
        for name, content in found.items()
    }


@pytest.mark.parametrize(("fill", "count"), [("x" * 100, 2000), ("", 5000)])
def test_attributes_beyond_64_kb(tmp_path, fill, count):
    names = [f"{fill}{i}" for i in range(count)]
    layers = tuple(LayerWeights(name, ()) for name in names)
    write_h5(tmp_path / "m.h5", H5Model(layers))
    with h5py.File(tmp_path / "m.h5") as file:
        assert "layer_names" not in file.attrs and "layer_names1" in file.attrs
    assert [layer.name for layer in read_h5(tmp_path / "m.h5").layers] == names


@pytest.mark.parametrize("folder", FOLDERS)
def test_reads_and_writes_archives(tmp_path, folder):
    archive = read_keras(FIXTURES / folder / "model.keras")
    assert archive.metadata["keras_version"]
    assert archive.config["class_name"] == "Sequential"
    arrays = archive.weights.arrays
    layers = [arrays[path] for path in arrays if path.startswith("layers/")]
    for got, stored in zip(_in_order(layers), _in_order(_stored(folder)), strict=True):
        np.testing.assert_array_equal(got, stored)
    named = {"name": "net"} if folder == "keras3" else {}
    assert archive.weights.groups["vars"] == named
    write_keras(tmp_path / "m.keras", archive)
    again = read_keras(tmp_path / "m.keras")
    assert again.config == archive.config and again.metadata == archive.metadata
    _same_weights(again.weights, archive.weights)
    tree = read_weights(FIXTURES / folder / "net.weights.h5")
    write_weights(tmp_path / "m.weights.h5", tree)
    _same_weights(read_weights(tmp_path / "m.weights.h5"), tree)


def _same_weights(one, other):
    assert one.groups == other.groups and one.arrays.keys() == other.arrays.keys()
    for path, array in one.arrays.items():
        assert array.dtype == other.arrays[path].dtype
        np.testing.assert_array_equal(array, other.arrays[path])


def test_bfloat16_and_assets(tmp_path):
    values = np.arange(3).astype(ml_dtypes.bfloat16)
    tree = WeightTree({"layers/a/vars/0": values})
    assets = {"assets/words.txt": b"a\nb\n"}
    write_keras(tmp_path / "m.keras", KerasArchive({}, {"a": 1}, tree, assets))
    archive = read_keras(tmp_path / "m.keras")
    got = archive.weights.arrays["layers/a/vars/0"]
    assert got.dtype == ml_dtypes.bfloat16 and got.tolist() == values.tolist()
    assert archive.assets == assets


def _h5(tmp_path, fill):
    path = tmp_path / "bad.h5"
    with h5py.File(path, "w") as file:
        fill(file)
    return path


def _one_weight(file):
    file.attrs["layer_names"] = [b"a"]
    file.create_group("a").attrs["weight_names"] = [b"w"]
    return file["a"]


def test_h5_files_that_reach_elsewhere(tmp_path):
    def external_link(file):
        _one_weight(file)["w"] = h5py.ExternalLink("other.h5", "/w")

    def soft_link(file):
        _one_weight(file)["w"] = h5py.SoftLink("/a")

    def external_data(file):
        _one_weight(file).create_dataset(
            "w", (4,), "u1", external=[("/etc/hostname", 0, 4)]
        )

    def virtual(file):
        layout = h5py.VirtualLayout((4,), "u1")
        layout[:] = h5py.VirtualSource("other.h5", "w", (4,))
        _one_weight(file).create_virtual_dataset("w", layout)

    for fill in (external_link, soft_link, external_data, virtual):
        path = _h5(tmp_path, fill)
        with pytest.raises(UnsupportedFormatError):
            read_h5(path)
        with pytest.raises(UnsupportedFormatError):
            read_weights(path)


def test_h5_files_that_claim_too_much(tmp_path):
    def unwritten(file):
        _one_weight(file).create_dataset("w", (1 << 40,), "f4", chunks=(1 << 20,))

    def own_child(file):
        _one_weight(file)["w"] = np.zeros(3)
        file["a/again"] = file["a"]

    with pytest.raises(LimitError, match="bytes from 0 in the file"):
        read_h5(_h5(tmp_path, unwritten))
    with pytest.raises(LimitError, match="nest without end"):
        read_weights(_h5(tmp_path, own_child))


def test_other_h5_files(tmp_path):
    with pytest.raises(NotThisFormatError, match="without Keras' layer_names"):
        read_h5(_h5(tmp_path, lambda file: None))
    with pytest.raises(MissingEntryError, match="no 'w'"):
        read_h5(_h5(tmp_path, _one_weight))

    def upward(file):
        file.attrs["layer_names"] = [b"../a"]

    with pytest.raises(MalformedError, match="upward"):
        read_h5(_h5(tmp_path, upward))

    def bad_config(file):
        file.attrs["model_config"] = "[1]"
        _one_weight(file)["w"] = np.zeros(1)

    with pytest.raises(MalformedError, match="not a JSON object"):
        read_h5(_h5(tmp_path, bad_config))
    with pytest.raises(FileNotFoundError):
        read_h5(tmp_path / "none.h5")


def _zip(tmp_path, members):
    path = tmp_path / "bad.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_bad_archives(tmp_path, monkeypatch):
    monkeypatch.setattr(keras_zip, "MOST_JSON_BYTES", 1 << 20)
    weights = (FIXTURES / "keras3" / "net.weights.h5").read_bytes()
    good = {"config.json": "{}", "model.weights.h5": weights}
    assert read_keras(_zip(tmp_path, good)).config == {}
    with pytest.raises(MissingEntryError, match=r"no model\.weights\.h5"):
        read_keras(_zip(tmp_path, {"config.json": "{}"}))
    with pytest.raises(MalformedError, match="is no JSON"):
        read_keras(_zip(tmp_path, {**good, "config.json": "[" * 100_000}))
    with pytest.raises(MalformedError, match="list, not a JSON object"):
        read_keras(_zip(tmp_path, {**good, "config.json": "[]"}))
    for name in ("../evil", "/evil", "a\\..\\evil"):
        with pytest.raises(MalformedError, match="the archive holds"):
            read_keras(_zip(tmp_path, {**good, name: "x"}))
    with pytest.raises(NotThisFormatError, match=r"no \.keras archive"):
        read_keras(FIXTURES / "keras3" / "model.h5")
    with pytest.raises(NotThisFormatError, match="no HDF5 file"):
        read_keras(_zip(tmp_path, {**good, "model.weights.h5": "text"}))
    bomb = {**good, "config.json": json.dumps({"a": " " * (1 << 20)})}
    with pytest.raises(LimitError):
        read_keras(_zip(tmp_path, bomb))
