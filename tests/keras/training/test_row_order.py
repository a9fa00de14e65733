"""The order in which `fit` takes rows, as tf_keras 2.21 on TensorFlow 2.21 told it."""

import random

import numpy as np
import pytest

import penstock as tf

ROWS = np.arange(12, dtype="float32")[:, None]
#: Global seed 1, batches of 5, two epochs.
OF_SEED_1 = [4, 3, 0, 7, 1, 11, 5, 8, 2, 9, 10, 6, 9, 1, 0, 2, 4, 11, 7, 3, 10, 8, 6, 5]


class Batches(tf.keras.utils.Sequence):
    def __len__(self):
        return 6

    def __getitem__(self, index):
        return ROWS[2 * index : 2 * index + 2], ROWS[2 * index : 2 * index + 2]


def seen(*data, **options) -> list[int]:
    """The rows in the order that a model under `fit` was given them."""
    rows: list[int] = []

    class Watching(tf.keras.Model):
        def train_step(self, data):
            rows.extend(np.ravel(data[0]).astype(int).tolist())
            return {"loss": tf.constant(0.0)}

    model = Watching()
    model.compile("sgd", run_eagerly=True)
    model.fit(*data, verbose=0, epochs=2, **options)
    return rows


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ({}, OF_SEED_1),
        ({"steps_per_epoch": 2}, OF_SEED_1[:17]),
        ({"shuffle": False}, [*range(12), *range(12)]),
    ],
)
def test_arrays(options, rows):
    for _ in range(2):
        tf.keras.utils.set_random_seed(1)
        assert seen(ROWS, ROWS, batch_size=5, **options)[: len(rows)] == rows
    assert round(float(np.random.rand()), 3) == 0.417, "NumPy's numbers are untouched"


def test_each_fit_begins_anew():
    tf.random.set_seed(5)
    first = seen(ROWS, ROWS, batch_size=12)
    tf.random.normal([3])
    assert first[:12] == [1, 0, 5, 8, 4, 7, 6, 11, 10, 9, 2, 3]
    assert seen(ROWS, ROWS, batch_size=12) == first


def test_sequences_are_shuffled_by_python():
    random.seed(1)
    rows = seen(Batches())
    assert rows[:12] == [4, 5, 6, 7, 10, 11, 0, 1, 8, 9, 2, 3]
    assert rows[12:] == [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 6, 7]


def test_a_generator_of_images_draws_as_in_tf_keras():
    tf.keras.utils.set_random_seed(1)
    images = np.tile(ROWS[:, :, None, None], (1, 1, 1, 1))
    flow = tf.keras.preprocessing.image.ImageDataGenerator().flow(
        images, ROWS, batch_size=4, seed=3
    )
    assert seen(flow) == [
        11, 6, 7, 0, 3, 9, 8, 10, 5, 4, 1, 2, 8, 11, 4, 1, 0, 9, 7, 5, 3, 6, 10, 2,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("count", "shuffle", "losses"),
    [
        (16, False, [0.2232, 0.27952, 0.4335]),
        (20, False, [0.24805, 0.2929, 0.18919]),
        (20, True, [0.36262, 0.25613, 0.1408]),
    ],
)
def test_draws_go_on_in_a_smaller_last_batch(count, shuffle, losses):
    layers = tf.keras.layers
    x = np.random.RandomState(0).rand(20, 4).astype("float32")[:count]
    tf.keras.utils.set_random_seed(3)
    model = tf.keras.Sequential(
        [layers.Dense(16, input_shape=(4,)), layers.Dropout(0.5), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    found = model.fit(x, x[:, :1], epochs=3, batch_size=8, verbose=0, shuffle=shuffle)
    assert found.history["loss"] == pytest.approx(losses, abs=2e-5)


def test_draws_of_the_backend_are_seeded_by_numpy():
    tf.keras.utils.set_random_seed(3)
    for expected in ([0.15571384, -0.605139], [0.9585948, -1.4648315]):
        drawn = tf.keras.backend.random_normal((3,)).numpy()[:2]
        np.testing.assert_allclose(drawn, expected, rtol=1e-5)
