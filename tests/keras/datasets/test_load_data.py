"""load_data on files in the published form: as Keras reads them; nothing unpickled."""

import io
import json
import os
import pickle
import urllib.error

import numpy as np
import pytest

from keras.datasets.published import LOADS, summary, write_all
from penstock.keras import datasets
from penstock.keras.datasets.restricted import UnsafeFileError, read_npz, read_pickle
from penstock.keras.utils import download


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    place = tmp_path_factory.mktemp("keras") / "home"
    write_all(place)
    return place


@pytest.fixture
def offline(monkeypatch):
    def refuse(*_, **__):
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(download.urllib.request, "urlopen", refuse)


@pytest.mark.parametrize("name", LOADS)
def test_as_keras_reads_it(name, home, offline, fixtures, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(home))
    module, settings = LOADS[name]
    with pytest.warns(UserWarning, match="another checksum"):
        loaded = getattr(datasets, module).load_data(**settings)
    wanted = json.loads((fixtures / "datasets.json").read_text())["loads"][name]
    for got, kept in zip(summary(loaded), wanted, strict=True):
        assert got[:2] == kept[:2]
        if isinstance(kept[2], float):
            assert got[2] == pytest.approx(kept[2], rel=1e-6, abs=1e-6)
        else:
            assert got[2] == kept[2]


def test_cifar10(home, offline, monkeypatch):
    """Keras wants 10,000 pictures in each batch, so its own reader is not recorded."""
    monkeypatch.setenv("KERAS_HOME", str(home))
    with pytest.warns(UserWarning, match="another checksum"):
        (x, y), (u, v) = datasets.cifar10.load_data()
    assert (x.shape, y.shape, u.shape) == ((20, 32, 32, 3), (20, 1), (4, 32, 32, 3))
    assert {a.dtype.name for a in (x, y, u, v)} == {"uint8"}
    path = home / "datasets" / "cifar-10-batches-py" / "test_batch"
    # The file is our own.
    rows = pickle.loads(path.read_bytes(), encoding="bytes")
    assert rows[b"data"][1].reshape(3, 32, 32)[2, 5, 7] == u[1, 5, 7, 2]
    assert rows[b"labels"] == v[:, 0].tolist()


def test_the_topics_of_reuters(fixtures):
    wanted = json.loads((fixtures / "datasets.json").read_text())["labels"]
    assert list(datasets.reuters.get_label_names()) == wanted


def test_word_indices(home, offline, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(home))
    for module, word in ((datasets.imdb, "the"), (datasets.reuters, "mln")):
        with pytest.warns(UserWarning, match="another checksum"):
            assert module.get_word_index() == {word: 1}


@pytest.mark.parametrize("module", ["mnist", "fashion_mnist", "cifar10", "imdb"])
def test_offline_says_which_file_to_put_where(module, offline, tmp_path):
    with pytest.raises(OSError, match="put the file at ") as caught:
        getattr(datasets, module).load_data(cache_dir=str(tmp_path))
    assert str(tmp_path) in str(caught.value)


def test_the_real_ones(shared, offline, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(shared / "keras_home"))
    (x, y), (u, v) = datasets.fashion_mnist.load_data()
    assert (x.shape, y.shape) == ((60000, 28, 28), (60000,))
    assert (u.shape, v.shape) == ((10000, 28, 28), (10000,))
    assert x.dtype == y.dtype == np.uint8
    assert np.bincount(y).tolist() == [6000] * 10


class Evil:
    def __reduce__(self):
        return os.system, ("echo caught > /dev/null",)


@pytest.mark.parametrize(
    "content",
    [
        Evil(),
        {"data": Evil()},
        np.array([Evil()], object),
        np.array([1, 2], "datetime64[D]"),
        pytest,
    ],
    ids=["call", "inside", "array", "dtype", "module"],
)
def test_a_pickle_that_asks_for_more_is_refused(content):
    try:
        data = pickle.dumps(content, protocol=2)
    except TypeError:
        data = b"cpytest\nraises\n."
    with pytest.raises(UnsafeFileError):
        read_pickle(io.BytesIO(data))


@pytest.mark.parametrize("cut", range(0, 180, 9))
def test_cut_pickles_are_refused(cut):
    data = pickle.dumps({"a": np.arange(20), "b": [1, "x"]}, protocol=2)
    assert cut < len(data)
    with pytest.raises(UnsafeFileError):
        read_pickle(io.BytesIO(data[:cut]))


def test_an_npz_that_runs_code_is_refused(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, x=np.array([Evil(), 1], object))
    with pytest.raises(UnsafeFileError):
        read_npz(str(path), "x")


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_arrays_and_lists_come_back(protocol):
    kept = {
        "a": np.arange(6, dtype="<f4").reshape(2, 3),
        "f": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "o": np.array([[1, 2], [3]], object),
        "big": np.arange(3, dtype=">i4"),
        "l": [1, (2.5, "x"), None, True],
    }
    if protocol == 5:  # a different construction, which no data set uses
        kept = {"l": kept["l"]}
    found = read_pickle(io.BytesIO(pickle.dumps(kept, protocol)), encoding="latin1")
    assert found.keys() == kept.keys()
    for name, value in kept.items():
        if isinstance(value, np.ndarray):
            assert found[name].dtype == value.dtype
            assert found[name].tolist() == value.tolist()
        else:
            assert found[name] == value
