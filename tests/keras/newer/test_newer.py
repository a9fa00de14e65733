"""What Keras 3 added, against Keras 3."""

import json

import numpy as np
from tests.keras.newer import rows

from penstock import keras


def test_equal_keras_3(fixtures):
    kept = json.loads((fixtures / "keras3.json").read_text())
    found = rows.measure(keras)
    assert list(found) == list(kept["values"])
    for name, wanted in kept["values"].items():
        np.testing.assert_allclose(
            found[name], wanted, rtol=1e-5, atol=kept["tolerance"], err_msg=name
        )


def test_they_are_found_by_name():
    for name, *_ in rows.LOSSES:
        assert keras.losses.get(name) is getattr(keras.losses, name)
    for name, _ in rows.ACTIVATIONS:
        assert keras.activations.get(name) is getattr(keras.activations, name)


def test_sparsemax_gives_distributions():
    """Keras 3.15's own does not: of six numbers it gave ones that add up to 3.4."""
    x = np.random.RandomState(0).randn(5, 4).astype(np.float32)
    for axis in (0, 1, -1):
        p = keras.activations.sparsemax(x, axis=axis).numpy()
        assert (p >= 0).all() and (p == 0).any()
        np.testing.assert_allclose(p.sum(axis), 1, rtol=1e-6)
