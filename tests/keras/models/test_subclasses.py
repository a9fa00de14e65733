"""Subclasses of Model made from inputs and outputs; terms added to models."""

import numpy as np
import pytest

import penstock as tf

keras, layers = tf.keras, tf.keras.layers
X = np.random.RandomState(0).rand(32, 4).astype(np.float32)
Y = X.sum(1, keepdims=True)


class Custom(keras.Model):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compiled_loss(y, self(x, training=True))
        self.optimizer.minimize(loss, self.trainable_variables, tape=tape)
        return {"loss": loss, "mine": tf.constant(7.0)}


class Tracked(keras.Model):
    def __init__(self, units):
        x = keras.Input((4,))
        super().__init__(inputs=x, outputs=layers.Dense(units)(x))
        self.tracker = keras.metrics.Mean(name="loss")

    @property
    def metrics(self):
        return [self.tracker]

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
        self.optimizer.minimize(loss, self.trainable_variables, tape=tape)
        self.tracker.update_state(loss)
        return {"loss": self.tracker.result()}


def custom():
    x = keras.Input((4,))
    return Custom(x, layers.Dense(1)(layers.Dense(3, activation="relu")(x)))


@pytest.mark.parametrize("ending", ["h5", "keras"])
def test_a_functional_subclass_needs_no_call(ending, tmp_path):
    model = custom()
    model.compile("sgd", "mse")
    assert model.fit(X, Y, verbose=0).history["mine"] == [7.0]
    assert type(model).__name__ == "Custom" and isinstance(model, Custom)
    assert type(custom()) is type(model)
    assert type(keras.models.clone_model(model)) is type(model)
    model.save(tmp_path / f"m.{ending}")
    objects = {"Custom": Custom}
    again = keras.models.load_model(tmp_path / f"m.{ending}", objects)
    assert isinstance(again, Custom)
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X))


def test_a_functional_subclass_with_a_start_of_its_own():
    model = Tracked(1)
    model.compile("adam")
    losses = model.fit(X, Y, epochs=3, verbose=0).history["loss"]
    assert losses[2] < losses[0]
    # A model's own metrics count among its weights, as tf_keras counts them.
    assert [w.name.rpartition("/")[2] for w in model.weights] == [
        "kernel:0", "bias:0", "total:0", "count:0",
    ]  # fmt: skip


def with_terms():
    x = keras.Input((4,))
    h = layers.Dense(2, kernel_initializer="ones")(x)
    model = keras.Model(x, h)
    model.add_loss(tf.reduce_mean(h))
    model.add_metric(tf.reduce_sum(h), name="hs", aggregation="mean")
    return model


def test_symbolic_terms_are_layers_and_are_computed_in_each_call():
    keras.backend.clear_session()
    model = with_terms()
    model.compile("sgd")
    history = model.fit(np.ones((2, 4)), epochs=2, verbose=0).history
    # tf_keras gives these.
    np.testing.assert_allclose(history["loss"], [4.0, 3.975], rtol=1e-6)
    np.testing.assert_allclose(history["hs"], [16.0, 15.9], rtol=1e-6)
    names = [x.name for x in model.layers]
    assert names == [
        "input_1", "dense", "tf.math.reduce_mean", "add_loss", "tf.math.reduce_sum",
        "add_metric",
    ]  # fmt: skip
    again = keras.Model.from_config(model.get_config())
    again.compile("sgd")
    assert [x.name for x in again.layers] == names
    assert list(again.evaluate(np.ones((2, 4)), verbose=0, return_dict=True)) == [
        "loss", "hs",
    ]  # fmt: skip


class Reconstruction(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(4)

    def call(self, x):
        found = self.dense(x)
        self.add_loss(0.5 * tf.reduce_mean(tf.square(found - x)))
        self.add_metric(tf.reduce_mean(found), name="kl", aggregation="mean")
        return found


def test_building_counts_for_no_metric():
    keras.utils.set_random_seed(2)
    model = Reconstruction()
    model.compile(keras.optimizers.Adam())
    history = model.fit(np.ones((2, 4), np.float32), epochs=2, verbose=0).history
    np.testing.assert_allclose(history["loss"], [0.62017, 0.61503], atol=1e-5)
    np.testing.assert_allclose(history["kl"], [0.21489, 0.21739], atol=1e-5)


def test_a_metric_needs_a_name():
    with pytest.raises(ValueError, match="Please provide a name for your metric"):
        layers.Dense(1).add_metric(1.0)


def test_a_stack_that_was_built_stays_built():
    model = keras.Sequential([layers.Dense(3), layers.Dense(2)])
    model(X)
    model.add(layers.Dense(5))
    assert model.built and len(model.weights) == 6
    assert model(X[:3]).shape == (3, 5)
    model.pop()
    assert model.built and model(X).shape == (32, 2)
    model.pop()
    model.pop()
    np.testing.assert_array_equal(model(X), X)
    with pytest.raises(TypeError, match="There are no layers in the model"):
        model.pop()


@pytest.mark.parametrize(
    ("make", "shape", "wanted"),
    [
        # tf_keras' first number of each weight that is drawn, from seed 7.
        (lambda: layers.MultiHeadAttention(2, 3), None,
         [-0.1633053719997406, 0.3832411766052246, 0.43722087144851685,
          0.40899890661239624]),
        (lambda: layers.Bidirectional(layers.GRU(2)), (None, 2, 3),
         [-0.29815346002578735, -0.12765228748321533, 0.7982525825500488,
          -0.25749874114990234]),
        (lambda: layers.SeparableConv2D(2, 3), (None, 5, 5, 2),
         [-0.17213895916938782, 1.0495492219924927]),
        (lambda: layers.TimeDistributed(layers.Dense(3)), (None, 2, 3),
         [-0.3651618957519531]),
    ],
)  # fmt: skip
def test_seeds_are_taken_when_weights_are_drawn(make, shape, wanted):
    keras.utils.set_random_seed(7)
    layer = make()
    if shape is None:
        given = keras.Input((4, 6))
        layer(given, given)
    else:
        layer.build(shape)
    drawn = [w.numpy().ravel()[0] for w in layer.weights if "bias" not in w.name]
    np.testing.assert_allclose(drawn, wanted, atol=1e-6)
