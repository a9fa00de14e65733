"""Pictures, words and sequences come out as tf_keras makes them, number for number."""

import contextlib
import json
import types
import warnings

import numpy as np
import pytest

from keras.preprocessing.cases import FOLDERS, IMAGES, WORDS, folder_of_pictures
from penstock.keras import utils
from penstock.keras.preprocessing import image, sequence, text

# Of 255; see tools/record/preprocessing.py.
TOLERANCE = 1e-4 * 255
WHITENED = 1e-3


def leaves(value):
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in leaves(part)]
    return [] if value is None else [np.asarray(value)]


@pytest.fixture(scope="module")
def pictures(fixtures):
    with np.load(fixtures / "preprocessing_images.npz", allow_pickle=False) as file:
        return dict(file)


def compare(name, found, recorded):
    wanted = [key for key in recorded if key.startswith(f"{name}.")]
    got = leaves(found)
    assert len(got) == len(wanted) > 0
    for index, array in enumerate(got):
        kept = recorded[f"{name}.{index}"]
        assert array.shape == kept.shape
        if array.dtype != np.float64:
            assert array.dtype == kept.dtype
        if array.dtype.kind in "US":
            assert array.tolist() == kept.tolist()
            continue
        tolerance = WHITENED if name == "fit_whitening" else TOLERANCE
        np.testing.assert_allclose(array, kept, rtol=1e-5, atol=tolerance)


@pytest.mark.parametrize("name", IMAGES)
def test_pictures(name, pictures):
    compare(name, IMAGES[name](image), pictures)


@pytest.mark.parametrize("name", FOLDERS)
def test_pictures_from_files(name, pictures, tmp_path):
    folder_of_pictures(str(tmp_path))
    expects = name.startswith("frame")
    warns = pytest.warns(UserWarning, match="invalid image filename")
    with warns if expects else contextlib.nullcontext():
        found = FOLDERS[name](image, str(tmp_path))
    compare(name, found, pictures)


@pytest.fixture(scope="module")
def words(fixtures):
    return json.loads((fixtures / "preprocessing_words.json").read_text())["cases"]


@pytest.mark.parametrize("name", WORDS)
def test_words_and_sequences(name, words):
    K = types.SimpleNamespace(text=text, sequence=sequence, utils=utils)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = WORDS[name](K)
    assert close(json.loads(json.dumps(found)), words[name])


def close(a, b):
    if isinstance(a, float) or isinstance(b, float):
        return abs(a - b) < 1e-12
    if isinstance(a, list):
        return len(a) == len(b) and all(map(close, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(close(a[k], b[k]) for k in a)
    return a == b
