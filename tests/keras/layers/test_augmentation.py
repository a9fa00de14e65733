"""Keras 3's augmentation and spectrum layers, where nothing is left to chance."""

import numpy as np
import pytest

import penstock as tf

L = tf.keras.layers
X = np.float32([[[[10, 60, 200], [30, 90, 250]], [[128, 0, 255], [70, 80, 90]]]])
SERIES = np.random.RandomState(0).randn(2, 200).astype("float32")
PAIRS = np.random.RandomState(0).randn(2, 200, 2).astype("float32")


@pytest.mark.parametrize(
    ("layer", "wanted"),
    [
        (lambda: L.AutoContrast(), [0, 170, 170, 43.22, 255, 247.27]),
        (lambda: L.RandomGrayscale(1.0), [61.01, 61.01, 61.01, 90.3, 90.3, 90.3]),
        (lambda: L.RandomInvert((1.0, 1.0)), [245, 195, 55, 225, 165, 5]),
        (lambda: L.RandomSaturation((0.3, 0.3)),
         [118.57, 140, 200, 155.71, 181.43, 250]),
        (lambda: L.RandomSaturation((0.5, 0.5)), [10, 60, 200, 30, 90, 250]),
        (lambda: L.RandomHue((0.2, 0.2)), [74, 10, 200, 102, 30, 250]),
        (lambda: L.RandomSharpness((0.3, 0.3)),
         [14.55, 50.46, 169.08, 29.02, 72.15, 205.23]),
        (lambda: L.RandomColorDegeneration((0.3, 0.3)),
         [25.3, 60.3, 158.3, 48.09, 90.09, 202.09]),
        (lambda: L.RandomPosterization(1), [0, 0, 128, 0, 0, 128]),
        (lambda: L.Solarization(0.0, (0.2, 0.2)), [10, 195, 55, 30, 165, 5]),
    ],
)  # fmt: skip
def test_colours(layer, wanted):
    """Keras 3.15's numbers (of Solarization: by its words)."""
    found = layer()(X, training=True)
    np.testing.assert_allclose(np.ravel(found)[:6], wanted, atol=6e-3)
    inside = layer()({"images": X, "labels": [1]}, training=True)
    np.testing.assert_allclose(np.ravel(inside["images"])[:6], wanted, atol=6e-3)


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, [18.96, 10.54, 8.14, 11.66, 13.65, 11.59]),
        ({"power_to_db": False}, [78.62, 11.32, 6.51, 14.64, 23.17, 14.41]),
        ({"mag_exp": 1.0, "top_db": 20.0}, [9.56, 5.38, 4.18, 5.83, 6.95, 5.91]),
        (
            {"window": None, "sequence_length": 24, "max_freq": 3000.0,
             "ref_power": 2.0},
            [8.51, 13.94, 8.72, -2.78, -0.86, 12.15],
        ),
    ],
)  # fmt: skip
def test_mel_spectra(options, wanted):
    layer = L.MelSpectrogram(
        fft_length=32, sequence_stride=16, num_mel_bins=6, sampling_rate=8000, **options
    )
    found = layer(SERIES)
    assert tuple(found.shape) == (2, 6, 13)
    np.testing.assert_allclose(np.ravel(found)[:6], wanted, atol=6e-3)


@pytest.mark.parametrize(
    ("options", "shape", "wanted"),
    [
        ({"padding": "same", "fft_length": 32}, (2, 25, 34),
         [0.866, 0.755, 0.406, -0.126]),
        ({"expand_dims": True, "window": None, "scaling": None}, (2, 24, 9, 2),
         [2.391, 1.062, 1.47, 1.621]),
        ({"mode": "psd", "padding": "same", "fft_length": 32}, (2, 25, 34),
         [5.653, 9.049, 4.507, 0.778]),
        ({"mode": "stft", "periodic": True, "scaling": "spectrum",
          "window": "hamming", "frame_step": 4}, (2, 47, 36), [0.455, -0.05, 0.036, 0]),
    ],
)  # fmt: skip
def test_spectra(options, shape, wanted):
    found = L.STFTSpectrogram(frame_length=16, **{"mode": "log", **options})(PAIRS)
    assert tuple(found.shape) == shape
    np.testing.assert_allclose(np.ravel(found)[[0, 1, 2, -1]], wanted, atol=6e-4)


@pytest.mark.parametrize("layer", [L.MixUp(0.4, seed=1), L.CutMix(seed=1)])
def test_labels_are_mixed_as_pictures(layer):
    images = np.eye(4, dtype="float32")[:, None, None] * np.ones((1, 8, 8, 1), "f4")
    given = {"images": images, "labels": np.eye(4, dtype="float32")}
    out = layer(given, training=True)
    shares = out["images"].numpy().mean(axis=(1, 2))
    np.testing.assert_allclose(shares, out["labels"], atol=1e-5)
    still = layer(given, training=False)
    assert (still["images"].numpy() == images).all()


def test_erased_boxes():
    layer = L.RandomErasing((1.0, 1.0), scale=(0.25, 0.25), fill_value=7.0, seed=1)
    out = layer(np.ones((3, 8, 8, 1), "float32"), training=True).numpy()
    assert [(o == 7).sum() for o in out] == [16] * 3
