"""Files of the real Keras 2 and Keras 3 are read; what is written comes back.

The files are made by tools/record/keras_files.py.
"""

import json
import os

import numpy as np
import pytest

import penstock as tf
from penstock.core.errors import NotFoundError

keras, layers = tf.keras, tf.keras.layers


@pytest.fixture(scope="module")
def files(fixtures):
    return fixtures / "keras_files"


@pytest.fixture(scope="module")
def outputs(files):
    with np.load(files / "outputs.npz", allow_pickle=False) as held:
        return dict(held)


def graph():
    x = keras.Input((5, 2), name="x")
    h = layers.Bidirectional(layers.LSTM(2))(x)
    h = layers.BatchNormalization()(h)
    h = layers.Dense(2, activation="relu")(h)
    y = layers.Dense(2, name="o", kernel_regularizer="l2")(h)
    return keras.Model(x, layers.Add()([h, y]), name="graph")


def stack():
    return keras.Sequential(
        [layers.Flatten(), layers.Dense(3), layers.BatchNormalization(),
         layers.Dense(2)], name="stack")  # fmt: skip


def near(got, wanted):
    np.testing.assert_allclose(got, wanted, atol=2e-6)


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
@pytest.mark.parametrize("name", ["keras2", "keras3"])
def test_models_of_both_kerases_are_read(files, outputs, name, suffix):
    compiled = name == "keras2"  # Keras 3.15 stores no optimizer in .keras
    model = keras.models.load_model(files / (name + suffix), compile=compiled)
    near(model.predict(outputs["series"], verbose=0), outputs[name])
    if compiled:
        assert int(model.optimizer.iterations) == 2
        assert float(model.optimizer.learning_rate) == pytest.approx(0.01)
        model.fit(outputs["series"], np.ones((4, 2)), verbose=0)


@pytest.mark.parametrize("name", ["keras2", "keras3"])
def test_trees_of_weights_are_read(files, outputs, name):
    model = graph()
    model.load_weights(files / f"{name}.weights.h5")
    near(model.predict(outputs["series"], verbose=0), outputs[name])


def test_checkpoint_is_restored_as_weights_are_made(files, outputs):
    model = stack()
    model.compile("adam", "mse")
    model.load_weights(files / "stack.ckpt")  # nothing is built yet
    near(model.predict(outputs["images"], verbose=0), outputs["stack"])
    model.fit(outputs["images"], np.ones((4, 2)), verbose=0, shuffle=False)
    assert int(model.optimizer.iterations) == 2
    # A bias before batch normalisation has a gradient of rounding errors only, and
    # Adam scales those up: hence the tolerance. A fresh optimizer is 1e-3 away.
    np.testing.assert_allclose(
        model.predict(outputs["images"], verbose=0),
        outputs["stack after another step"], atol=3e-4,
    )  # fmt: skip


def trained(outputs):
    model = graph()
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    model.fit(outputs["series"], np.ones((4, 2)), verbose=0)
    return model


@pytest.mark.parametrize("file", ["m.h5", "m.keras"])
def test_models_come_back(tmp_path, outputs, file):
    model = trained(outputs)
    model.save(tmp_path / file)
    again = keras.models.load_model(tmp_path / file)
    near(
        again.predict(outputs["series"], verbose=0),
        model.predict(outputs["series"], verbose=0),
    )
    for mine, theirs in zip(
        model.optimizer.weights, again.optimizer.weights, strict=True
    ):
        near(theirs.numpy(), mine.numpy())
    for one in (model, again):
        one.fit(outputs["series"], np.ones((4, 2)), verbose=0, shuffle=False)
    near(again.get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize("file", ["w.ckpt", "w.h5", "w.weights.h5", "deep/er/w.h5"])
def test_weights_come_back(tmp_path, outputs, file):
    model = trained(outputs)
    model.save_weights(str(tmp_path / file))
    other = graph()
    other.load_weights(str(tmp_path / file))
    for mine, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
        assert np.array_equal(mine, theirs)
    if file == "w.ckpt":
        assert os.path.exists(tmp_path / "w.ckpt.index")
        assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "w.ckpt")


def test_subclassed_model_goes_through_a_checkpoint(tmp_path):
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Dense(3, activation="relu")
            self.more = [layers.Dense(2), layers.BatchNormalization()]

        def call(self, x, training=None):
            x = self.first(x)
            for layer in self.more:
                x = layer(x)
            return x

    x = np.ones((2, 4), np.float32)
    model = Net()
    before = model(x).numpy()
    model.save_weights(tmp_path / "net")
    keys = tf.train.load_checkpoint(str(tmp_path / "net")).get_variable_to_shape_map()
    assert "first/kernel/.ATTRIBUTES/VARIABLE_VALUE" in keys
    assert "more/1/moving_mean/.ATTRIBUTES/VARIABLE_VALUE" in keys
    other = Net()
    other.load_weights(tmp_path / "net").expect_partial()
    near(other(x).numpy(), before)


def test_by_name_takes_what_fits(tmp_path):
    model = stack()
    model.build((None, 2, 2))
    model.layers[1]._name, model.layers[3]._name = "a", "b"
    model.save_weights(tmp_path / "w.h5")
    other = keras.Sequential(
        [keras.Input((7,)), layers.Dense(3, name="c"), layers.Dense(2, name="b")]
    )
    kept = other.layers[0].get_weights()[0]
    other.load_weights(tmp_path / "w.h5", by_name=True)
    assert np.array_equal(
        other.get_layer("b").get_weights()[0], model.layers[3].get_weights()[0]
    )
    assert np.array_equal(other.layers[0].get_weights()[0], kept)


def test_mismatches_are_told_and_can_be_skipped(tmp_path):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="d")])
    model.save_weights(tmp_path / "w.h5")
    other = keras.Sequential([keras.Input((4,)), layers.Dense(2, name="d")])
    with pytest.raises(ValueError, match="Shape mismatch in layer #0"):
        other.load_weights(tmp_path / "w.h5")
    with pytest.warns(UserWarning, match="Skipping"):
        other.load_weights(tmp_path / "w.h5", by_name=True, skip_mismatch=True)
    other.add(layers.Dense(1))
    with pytest.raises(ValueError, match="Layer count mismatch"):
        other.load_weights(tmp_path / "w.h5")


def test_missing_files_are_named(tmp_path):
    model = stack()
    with pytest.raises(NotFoundError):
        model.load_weights(tmp_path / "nothing")
    with pytest.raises(OSError, match="No file or directory"):
        keras.models.load_model(tmp_path / "nothing.keras")
    with pytest.raises(ValueError, match="have not yet been created"):
        model.save_weights(tmp_path / "w")
    model.build((None, 2))


def test_lambda_code_runs_only_if_asked(tmp_path):
    model = keras.Sequential(
        [keras.Input((2,)), layers.Lambda(lambda x: x * 3.0), layers.Dense(1)]
    )
    model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="safe_mode=False"):
        keras.models.load_model(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras", safe_mode=False)
    x = np.ones((1, 2), np.float32)
    near(again(x).numpy(), model(x).numpy())


class Scale(layers.Layer):
    def __init__(self, by=2.0, **kwargs):
        super().__init__(**kwargs)
        self.by = by

    def build(self, input_shape):
        self.gain = self.add_weight("gain", (input_shape[-1],), initializer="ones")

    def call(self, inputs):
        return inputs * self.by * self.gain

    def get_config(self):
        return {**super().get_config(), "by": self.by}


@pytest.mark.parametrize("file", ["m.h5", "m.keras"])
def test_custom_layers_need_their_class(tmp_path, file):
    model = keras.Sequential([keras.Input((2,)), Scale(5.0), layers.Dense(1)])
    model.save(tmp_path / file)
    with pytest.raises(ValueError, match=r"Unknown layer: .*Scale"):
        keras.models.load_model(tmp_path / file)
    again = keras.models.load_model(tmp_path / file, custom_objects={"Scale": Scale})
    x = np.ones((1, 2), np.float32)
    near(again(x).numpy(), model(x).numpy())
    with keras.saving.custom_object_scope({"Scale": Scale}):
        assert keras.models.model_from_json(model.to_json()).layers[0].by == 5.0


def test_operations_between_layers_come_back(tmp_path):
    x = keras.Input((3,), name="x")
    h = layers.Dense(2, name="h")
    y = h(x) + h(x * 2.0)
    model = keras.Model(x, [y, layers.Add()([y, 1.0 - y])])
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    data = np.ones((2, 3), np.float32)
    for mine, theirs in zip(model(data), again(data), strict=True):
        near(theirs.numpy(), mine.numpy())
    assert json.loads(model.to_json())["config"]["input_layers"] == [["x", 0, 0]]
