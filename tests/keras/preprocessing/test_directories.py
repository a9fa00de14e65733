"""Data sets from folders and series give what tf_keras' give, batch for batch."""

import wave

import numpy as np
import pytest

from keras.preprocessing.cases import folder_of_pictures
from keras.preprocessing.directory_cases import PICTURES, TEXTS, WINDOWS, texts
from penstock.keras import preprocessing

TOLERANCE = 1e-3 * 255
# libpng and Pillow weigh red, green and blue in fixed point of their own.
GREY = 1.01


@pytest.fixture(scope="module")
def recorded(fixtures):
    with np.load(fixtures / "directories.npz", allow_pickle=False) as file:
        return dict(file)


def leaves(value):
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in leaves(part)]
    array = np.asarray(value)
    return [array.astype("S") if array.dtype == object else array]


def compare(name, found, recorded):
    got = leaves(found)
    assert len(got) == sum(key.startswith(f"{name}.") for key in recorded) > 0
    for index, array in enumerate(got):
        kept = recorded[f"{name}.{index}"]
        assert array.dtype == kept.dtype
        if array.dtype.kind in "SU":
            assert array.tolist() == kept.tolist()
        else:
            assert array.shape == kept.shape
            atol = GREY if name == "images_categorical" else TOLERANCE
            np.testing.assert_allclose(array, kept, rtol=1e-6, atol=atol)


@pytest.mark.parametrize("name", PICTURES)
def test_pictures(name, recorded, tmp_path):
    folder_of_pictures(str(tmp_path))
    compare(name, PICTURES[name](preprocessing, str(tmp_path)), recorded)


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name, recorded, tmp_path):
    texts(str(tmp_path))
    compare(name, TEXTS[name](preprocessing, str(tmp_path)), recorded)


@pytest.mark.parametrize("name", WINDOWS)
def test_windows(name, recorded):
    compare(name, WINDOWS[name](preprocessing), recorded)


def test_windows_are_gathered_by_index():
    data = preprocessing.timeseries_dataset_from_array(np.arange(50), None, 4)
    assert data.plan is not None
    assert data.spec.shape == (None, 4)


def test_what_is_wrong_is_said(tmp_path):
    folder_of_pictures(str(tmp_path))
    make = preprocessing.image_dataset_from_directory
    for settings, words in [
        ({"label_mode": "ints"}, "label_mode"),
        ({"label_mode": "binary"}, "exactly 2"),
        ({"validation_split": 0.2}, "subset"),
        ({"validation_split": 0.2, "subset": "training"}, "seed"),
        ({"class_names": ["a"]}, "did not match"),
        ({"labels": [1, 2]}, "number of files"),
        ({"color_mode": "grey"}, "color_mode"),
    ]:
        with pytest.raises(ValueError, match=words):
            make(str(tmp_path), **settings)


def test_they_hold_tensors(tmp_path):
    folder_of_pictures(tmp_path)
    data = preprocessing.image_dataset_from_directory(
        tmp_path, image_size=(4, 4), batch_size=3, seed=1
    )
    assert data.class_names == ["a", "b", "c"] and len(data.file_paths) == 10
    scaled = data.map(lambda x, y: (x / 255.0, y))
    pictures, labels = next(iter(scaled))
    assert pictures.numpy().max() <= 1 and labels.shape == (3,)


def test_sounds(tmp_path):
    for name, length in (("a", 5), ("b", 3)):
        (tmp_path / name).mkdir()
        with wave.open(str(tmp_path / name / "s.wav"), "wb") as file:
            file.setparams((1, 2, 8000, length, "NONE", ""))
            file.writeframes(np.full(length, 16384, "<i2").tobytes())
    make = preprocessing.audio_dataset_from_directory
    sounds, labels = next(iter(make(tmp_path, shuffle=False)))
    assert labels.numpy().tolist() == [0, 1]
    assert sounds.numpy()[..., 0].tolist() == [[0.5] * 5, [0.5] * 3 + [0] * 2]
    cut, _ = next(iter(make(tmp_path, shuffle=False, output_sequence_length=4)))
    assert cut.shape == (2, 4, 1)
