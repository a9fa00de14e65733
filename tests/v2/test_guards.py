"""What must hold of values is checked inside functions and tapes too."""

import numpy as np
import pytest


def test_a_function_checks_its_gathers(tf):
    @tf.function
    def pick(table, i):
        return tf.gather(table, i) * 2.0

    table = tf.constant([1.0, 2.0, 3.0])
    assert pick(table, tf.constant(2)).numpy() == 6
    with pytest.raises(tf.errors.InvalidArgumentError):
        pick(table, tf.constant(7)).numpy()
    assert pick(table, tf.constant(0)).numpy() == 2


def test_labels_out_of_range_are_told(tf):
    logits = tf.Variable(np.ones((2, 3), np.float32))
    with pytest.raises(tf.errors.InvalidArgumentError):
        with tf.GradientTape() as tape:
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits([0, 9], logits)
        tape.gradient(loss, logits).numpy()


def test_a_failed_window_does_not_spoil_the_next(tf):
    table = tf.constant([1.0, 2.0]) + 0.0
    bad = tf.gather(table, tf.constant([5]) + 0)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"test_guards\.py"):
        bad.numpy()
    with pytest.raises(tf.errors.InvalidArgumentError):
        bad.numpy()
    assert (tf.constant(1.0) + 1.0).numpy() == 2


def test_integer_watch_is_said(tf, caplog):
    with tf.GradientTape() as tape:
        tape.watch(tf.constant(1))
    assert any("must be floating" in r.message for r in caplog.records)
