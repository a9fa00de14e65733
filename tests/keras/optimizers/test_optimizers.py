"""Optimizers against tf_keras' trajectories, and how they are used."""

import json

import numpy as np
import pytest
from tests.keras.optimizers import rows

import penstock as tf
from penstock.keras import optimizers

keras = tf.keras


@pytest.fixture(scope="module")
def kept(fixtures):
    return json.loads((fixtures / "keras_optimizers.json").read_text())


def _compare(found, wanted, tolerance):
    np.testing.assert_allclose(found["losses"], wanted["losses"], atol=tolerance)
    np.testing.assert_allclose(found["weights"], wanted["weights"], rtol=tolerance)


@pytest.mark.parametrize("i", range(len(rows.ROWS)))
def test_trajectory(kept, i):
    name, options = rows.ROWS[i]
    found = rows.follow(keras, getattr(optimizers, name)(**options))
    wanted = kept["values"]["rows"][i]
    _compare(found, wanted, kept["tolerance"])
    assert found["variables"] == wanted["variables"]


@pytest.mark.parametrize("i", range(len(rows.LEGACY)))
def test_old_arguments(kept, i):
    name, options = rows.LEGACY[i]
    found = rows.follow(keras, getattr(optimizers, name)(**options))
    _compare(found, kept["values"]["legacy"][i], kept["tolerance"])


def test_schedules(kept):
    found = rows.rates(optimizers.schedules)
    for name, wanted in kept["values"]["schedules"].items():
        np.testing.assert_allclose(found[name], wanted, rtol=1e-5, err_msg=name)


@pytest.mark.parametrize("i", range(len(rows.ROWS)))
def test_config_round_trip(i):
    name, options = rows.ROWS[i]
    made = getattr(optimizers, name)(**options)
    again = optimizers.deserialize(optimizers.serialize(made))
    assert type(again) is type(made)
    assert again.get_config() == made.get_config()


def test_eager_equals_traced():
    def train(wrap):
        w = tf.Variable([1.0, -2.0])
        optimizer = optimizers.Adam(0.1)

        @wrap
        def step(x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.square(w) * x)
            grads = tape.gradient(loss, [w])
            optimizer.apply_gradients(zip(grads, [w], strict=True))
            return loss

        losses = [float(step(tf.constant([1.0, 3.0]))) for _ in range(5)]
        assert int(optimizer.iterations) == 5
        return losses, w.numpy()

    eager, traced = train(lambda f: f), train(tf.function)
    np.testing.assert_allclose(eager[0], traced[0], rtol=1e-6)
    np.testing.assert_allclose(eager[1], traced[1], rtol=1e-6)


def test_learning_rate_is_read_and_assigned():
    optimizer = optimizers.SGD(lr=0.5)
    w = tf.Variable(1.0)
    optimizer.apply_gradients([(tf.constant(1.0), w)])
    assert float(w) == 0.5
    optimizer.lr = 0.25
    optimizer.apply_gradients([(tf.constant(1.0), w)])
    assert float(w) == 0.25
    optimizer.learning_rate.assign(0.125)
    optimizer.apply_gradients([(tf.constant(1.0), w)])
    assert float(w) == 0.125


def test_rows_named_twice_add_up():
    w = tf.Variable(np.ones((4, 2), np.float32))
    grad = tf.IndexedSlices(tf.ones((2, 2)), tf.constant([1, 1]), tf.constant([4, 2]))
    optimizers.SGD(0.1).apply_gradients([(grad, w)])
    np.testing.assert_allclose(w.numpy()[:, 0], [1, 0.8, 1, 1], rtol=1e-6)


def test_gradients_accumulate():
    w = tf.Variable(0.0)
    optimizer = optimizers.SGD(1.0, gradient_accumulation_steps=3)
    seen = []
    for g in (3.0, 6.0, 9.0, 1.0):
        optimizer.apply_gradients([(tf.constant(g), w)])
        seen.append(float(w))
    assert seen == [0.0, 0.0, -6.0, -6.0]
    assert int(optimizer.iterations) == 1


def test_rprop_takes_only_signs():
    w = tf.Variable([10.0])
    optimizer = optimizers.Rprop(0.1)
    for g in (5.0, 0.001):
        optimizer.apply_gradients([(tf.constant([g]), w)])
    np.testing.assert_allclose(w.numpy(), [10 - 0.1 - 0.12], rtol=1e-6)


def test_loss_scale_skips_steps_that_overflow():
    inner = optimizers.SGD(1.0)
    scaled = optimizers.LossScaleOptimizer(inner, initial_scale=4.0,
                                           dynamic_growth_steps=2)  # fmt: skip
    w = tf.Variable(1.0)
    scaled.apply_gradients([(tf.constant(np.inf), w)])
    # tf_keras counts the step that it skips.
    assert (float(w), float(scaled.loss_scale), int(inner.iterations)) == (1.0, 2.0, 1)
    for _ in range(2):
        scaled.apply_gradients([(tf.constant(0.25), w)])
    assert (float(w), float(scaled.loss_scale)) == (0.5, 4.0)


def test_no_gradient_at_all():
    with pytest.raises(ValueError, match="No gradients provided for any variable"):
        optimizers.SGD().apply_gradients([(None, tf.Variable(1.0))])


def test_other_variables_later():
    optimizer = optimizers.SGD()
    optimizer.apply_gradients([(tf.constant(1.0), tf.Variable(1.0))])
    with pytest.raises(KeyError, match="cannot recognize variable"):
        optimizer.apply_gradients([(tf.constant(1.0), tf.Variable(1.0, name="b"))])
