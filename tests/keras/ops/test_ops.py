"""`keras.ops` and `keras.random` against Keras 3 on TensorFlow."""

import json

import numpy as np
import pytest
from tests.keras.ops import rows

import penstock as tf
from penstock.keras import ops, random


def test_equal_keras_3(fixtures):
    kept = json.loads((fixtures / "keras3_ops.json").read_text())
    found = rows.measure(ops)
    assert list(found) == list(kept["values"])
    for name, wanted in kept["values"].items():
        for mine, theirs in zip(found[name], wanted, strict=True):
            assert mine[:2] == theirs[:2], name  # dtype and shape
            np.testing.assert_allclose(
                mine[2], theirs[2], rtol=1e-4, atol=kept["tolerance"], err_msg=name
            )


def test_loops():
    i, x = ops.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2), (0, 1.0))
    assert (int(i), float(x)) == (3, 8.0)
    assert int(ops.fori_loop(0, 4, lambda i, x: x + i, 0)) == 6
    assert ops.map(lambda x: x * 2, np.arange(3)).numpy().tolist() == [0, 2, 4]
    assert (
        float(ops.cond(True, lambda: tf.constant(1.0), lambda: tf.constant(2.0))) == 1
    )


def test_between_layers():
    first = tf.keras.Input((3,))
    last = ops.concatenate([ops.relu(first), ops.square(first) + 1], axis=-1)
    model = tf.keras.Model(first, last)
    found = model.predict(np.array([[-1.0, 0.0, 2.0]]), verbose=0)
    assert found.tolist() == [[0, 0, 2, 2, 1, 5]]


@pytest.mark.parametrize(
    ("draw", "wanted"),
    [
        (
            lambda s: random.uniform((3,), 2.0, 5.0, seed=s),
            [4.635465, 3.37994, 3.800874],
        ),
        (
            lambda s: random.normal((3,), 1.0, 2.0, seed=s),
            [1.253301, 0.013967, 2.262382],
        ),
        (
            lambda s: random.truncated_normal((3,), seed=s),
            [0.12665, -0.493017, 0.631191],
        ),
        (lambda s: random.randint((4,), 0, 100, seed=s), [89, 34, 80, 16]),
        (lambda s: random.dropout(np.ones(4, "f4"), 0.5, seed=s), [2, 0, 2, 0]),
        (lambda s: random.shuffle(np.arange(6), seed=s)[:4], [4, 3, 5, 1]),
    ],
)
def test_random_numbers(draw, wanted):
    """What Keras 3.15 on TensorFlow 2.21 gave for seed 1."""
    np.testing.assert_allclose(draw(1).numpy(), wanted, rtol=1e-5, atol=1e-6)
    assert (draw(1).numpy() == draw(random.SeedGenerator(1)).numpy()).all()


def test_seeds_come_one_after_another():
    seeds = random.SeedGenerator(7)
    first, second = random.uniform((2,), seed=seeds), random.uniform((2,), seed=seeds)
    np.testing.assert_allclose(first, [0.7470788, 0.6721802], rtol=1e-6)
    np.testing.assert_allclose(second, [0.0401207, 0.542347], rtol=1e-6)
