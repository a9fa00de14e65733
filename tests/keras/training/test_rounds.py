"""Loops of steps as a GPU runs them are the same steps."""

import numpy as np
import pytest

import penstock as tf
from penstock.keras import fit_step


@pytest.mark.parametrize("count", [5 * 8, 71 * 8, 64 * 8 + 3])
def test_blocks_of_known_length(count, monkeypatch):
    draw = np.random.RandomState(0)
    x = draw.rand(count, 4).astype(np.float32)
    y = draw.rand(count, 1).astype(np.float32)
    found = []
    for backend in ("cpu", "gpu"):
        monkeypatch.setattr(fit_step, "backend", lambda name=backend: name)
        tf.keras.backend.clear_session()
        tf.keras.utils.set_random_seed(1)
        model = tf.keras.Sequential(
            [tf.keras.layers.Dense(3), tf.keras.layers.Dense(1)]
        )
        model.compile("adam", "mse")
        told = model.fit(x, y, batch_size=8, epochs=4, shuffle=False, verbose=0)
        outs = model.predict(x, batch_size=8, verbose=0)
        found.append([*model.get_weights(), outs, told.history["loss"]])
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6)
