"""SavedModels: TensorFlow's are read, and what is written here says the same.

That TensorFlow reads what is written here is checked by tools/record/saved_models.py.
"""

import json

import numpy as np
import pytest

from v2 import saved


@pytest.fixture
def kept(fixtures):
    return json.loads((fixtures / "saved_model" / "answers.json").read_text())


def test_a_model_of_tensorflow_answers(tf, fixtures, kept):
    assert saved.answers(tf, str(fixtures / "saved_model" / "model")) == kept["answers"]


def test_a_model_written_here_answers(tf, tmp_path, kept):
    saved.write(tf, str(tmp_path / "model"))
    assert tf.saved_model.contains_saved_model(str(tmp_path / "model"))
    assert saved.answers(tf, str(tmp_path / "model")) == kept["answers"]


def test_a_keras_model_is_served(tf, tmp_path):
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(4, activation="relu", input_shape=(3,)),
         tf.keras.layers.Dropout(0.5), tf.keras.layers.Dense(2)]
    )  # fmt: skip
    tf.saved_model.save(model, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    x = np.ones([2, 3], np.float32)
    np.testing.assert_allclose(loaded(x), model(x), rtol=1e-6)
    (served,) = loaded.signatures["serving_default"](tf.constant(x)).values()
    np.testing.assert_allclose(served, model(x), rtol=1e-6)


def test_variables_must_belong_to_what_is_saved(tf, tmp_path):
    stray = tf.Variable(1.0)

    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def __call__(self, x):
            return x * stray

    with pytest.raises(ValueError, match="does not hold"):
        tf.saved_model.save(Model(), str(tmp_path))


def test_no_stored_function_takes_these_arguments(tf, fixtures):
    model = tf.saved_model.load(str(fixtures / "saved_model" / "model"))
    with pytest.raises(ValueError, match="Could not find matching"):
        model(tf.ones([2, 3]), k=7)


def test_a_folder_without_a_model_is_told(tf, tmp_path):
    with pytest.raises(tf.errors.NotFoundError, match="does not exist"):
        tf.saved_model.load(str(tmp_path))
