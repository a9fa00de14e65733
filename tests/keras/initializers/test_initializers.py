"""Initialisers and small functions against tf_keras' numbers."""

import json

import numpy as np
import pytest
from tests.keras.initializers import rows

import penstock as tf
from penstock.keras.initializers import drawn
from penstock.ops import sampling_initializers

keras = tf.keras


def test_equal_tf_keras(fixtures):
    kept = json.loads((fixtures / "keras_initializers.json").read_text())
    found = rows.measure(keras)
    assert list(found) == list(kept["values"])
    for name, wanted in kept["values"].items():
        np.testing.assert_allclose(
            found[name], wanted, rtol=1e-5, atol=kept["tolerance"], err_msg=name
        )


@pytest.mark.parametrize(
    ("module", "rows"),
    [
        (keras.initializers, rows.INITIALIZERS),
        (keras.regularizers, rows.REGULARIZERS),
        (keras.constraints, rows.CONSTRAINTS),
    ],
)
def test_config_round_trip(module, rows):
    for name, options in rows:
        made = getattr(module, name)(**options)
        again = module.deserialize(module.serialize(made))
        assert type(again) is type(made)
        assert again.get_config() == made.get_config()


def test_names():
    assert isinstance(keras.initializers.get("he_normal"), keras.initializers.HeNormal)
    assert keras.regularizers.get("l2").l2 == 0.01
    assert keras.activations.get("relu") is keras.activations.relu
    assert keras.activations.get(None) is keras.activations.linear
    with pytest.raises(ValueError, match="Unknown initializer: 'nonsense'"):
        keras.initializers.get("nonsense")


def test_own_objects():
    @keras.saving.register_keras_serializable("mine")
    class Twos(keras.initializers.Initializer):
        def __call__(self, shape, dtype=None):
            return tf.fill(shape, 2.0)

    config = keras.initializers.serialize(Twos())
    assert config["registered_name"] == "mine>Twos"
    assert isinstance(keras.initializers.deserialize(config), Twos)

    def threes(x):
        return x * 3.0

    with keras.saving.custom_object_scope({"threes": threes}):
        assert keras.activations.get("threes") is threes
    with pytest.raises(ValueError, match="threes"):
        keras.activations.get("threes")


@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 5), (3, 3, 2, 4)])
@pytest.mark.parametrize("seed", [0, 3, -1, 10**9])
def test_small_uniform_draws_are_the_compiled_ones(shape, seed):
    pair = np.array([seed, 0], np.int64)
    by_numpy = drawn._uniform(pair, shape, -0.3, 0.7)
    compiled = sampling_initializers.uniform(pair, shape, -0.3, 0.7, np.float32)
    assert np.array_equal(by_numpy, np.asarray(compiled))
