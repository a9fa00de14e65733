"""Functions with Python and strings inside: their device parts compile once."""

import numpy as np
import pytest

import penstock as tf


@pytest.fixture
def lowered():
    """Counts the programs that JAX lowers while the test runs."""
    import jax  # after penstock, which sets XLA's flags

    seen = []

    def count(event, seconds, **_):
        if "jaxpr_to_mlir_module" in event:
            seen.append(event)

    jax.monitoring.register_event_duration_secs_listener(count)
    yield seen
    jax.monitoring.unregister_event_duration_listener(count)


def doubled(x):
    y = tf.py_function(lambda v: v * 2, [x], tf.float32)
    y.set_shape(x.shape)
    return y


def test_a_function_with_a_callback_compiles_its_parts_once(lowered):
    w = tf.Variable([1.0, 2.0])
    step = tf.function(lambda x: tf.reduce_sum(doubled(x * w) * w))
    for i in range(6):
        with tf.GradientTape() as tape:
            loss = step(tf.constant([1.0, float(i)]))
        np.testing.assert_allclose(tape.gradient(loss, w), [4.0, 8.0 * i])
        assert float(loss) == 2 * (1 + 4 * i)
        if i == 2:
            before = len(lowered)
    assert before > 0 and len(lowered) == before


def test_gradients_past_operations_of_the_host_compile_once(lowered):
    w = tf.Variable([3.0, 5.0])
    for i in range(6):
        x = tf.constant([1.0, float(i)])
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.boolean_mask(x * w * w, [False, True]))
        np.testing.assert_allclose(tape.gradient(loss, w), [0.0, 10.0 * i])
        if i == 2:
            before = len(lowered)
    assert len(lowered) == before


def test_a_loop_of_the_host_compiles_the_same_for_every_length(lowered):
    w = tf.Variable(2.0)

    @tf.function
    def powers(n):
        out = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        value = tf.constant(1.0)
        for i in tf.range(n):
            value = doubled(value * w)
            out = out.write(i, value)
        return tf.reduce_sum(out.stack())

    def run(n):
        with tf.GradientTape() as tape:
            total = powers(tf.constant(n))
        return float(total), float(tape.gradient(total, w))

    def wanted(n):
        # Sum of (2w)^k for k = 1..n at w = 2 and its derivative.
        return sum(4**k for k in range(1, n + 1)), sum(
            2 * k * 4 ** (k - 1) for k in range(1, n + 1)
        )

    assert run(3) == wanted(3)
    before = len(lowered)
    assert run(3) == wanted(3)
    assert len(lowered) == before
    assert run(8) == wanted(8)
    assert run(9) == wanted(9)
    assert len(lowered) - before <= 12  # not one for each round of each length
