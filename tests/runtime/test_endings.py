"""Results that nobody looked at are left out of a window, and are right if asked for.

Every loop here goes round often enough that its windows' endings have been watched.
"""

import gc
import threading

import numpy as np
import pytest

from penstock.runtime.eager import RECORDER, compiled

ROUNDS = 20


@pytest.fixture
def tf():
    import penstock

    yield penstock
    RECORDER.flush()


def test_a_result_left_out_is_computed_when_looked_at(tf):
    w = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    for number in range(ROUNDS):
        hidden = tf.square(w * float(number % 2))
        total = tf.reduce_sum(hidden)
        total.numpy()
    np.testing.assert_array_equal(hidden.numpy(), [[1, 4], [9, 16]])
    assert total.numpy() == 30


def test_what_a_program_keeps_for_later_is_handed_out(tf):
    x = tf.Variable(2.0)
    kept = []
    for _ in range(ROUNDS):
        y = x * 3.0
        kept.append(y)
        x.assign(y - 4.0)
        x.numpy()
    expected, value = [], 2.0
    for _ in range(ROUNDS):
        expected.append(value * 3)
        value = value * 3 - 4
    assert [float(y) for y in kept] == expected


def test_keeping_results_from_some_round_on_holds_no_inputs(tf):
    """Names alone keep them first, a list later: inputs must not pile up behind it."""
    x = tf.constant(np.ones((64, 64), np.float32))
    kept = []

    def go_round(rounds, keep):
        for number in range(rounds):
            big = x + tf.constant(np.full((64, 64), number, np.float32))
            small = tf.reduce_max(big)
            tf.reduce_sum(big).numpy()
            if keep:
                kept.append(small)

    go_round(ROUNDS, keep=False)
    before = compiled.compiled_total()
    go_round(ROUNDS, keep=True)
    assert compiled.compiled_total() - before <= 4
    gc.collect()
    pending = [t for t in kept if t._value is None]
    assert len(pending) <= 1
    assert [float(t) for t in kept] == [1.0 + n for n in range(ROUNDS)]


@pytest.mark.parametrize("looks", [False, True], ids=["one window", "two windows"])
def test_equal_tapes_are_asked_for_different_gradients(tf, looks):
    x = tf.constant([1.0, 2.0])
    v, w = tf.Variable([3.0, 4.0]), tf.Variable([5.0, 6.0])

    def gradient(target, sources):
        with tf.GradientTape() as tape:
            product = x * v
            if looks:
                product.numpy()
            targets = [product * w, product + w]
        return [
            None if g is None else g.numpy().tolist()
            for g in tape.gradient(targets[target], [[v], [w], [w, v]][sources])
        ]

    for _ in range(3):
        assert gradient(0, 0) == [[5, 12]]
        assert gradient(0, 1) == [[3, 8]]
        assert gradient(0, 2) == [[3, 8], [5, 12]]
        assert gradient(1, 1) == [[1, 1]]
        assert gradient(1, 2) == [[1, 1], [1, 2]]


def test_one_tensor_or_two_equal_ones(tf):
    """The same records on one tensor twice, or on two: other sources, other sums."""
    for _ in range(3):
        a, b = tf.constant(3.0), tf.constant(3.0)
        for other, expected in ((a, 6.0), (b, 3.0)):
            with tf.GradientTape() as tape:
                tape.watch(a)
                y = a * other
            assert tape.gradient(y, a).numpy() == expected


@pytest.mark.parametrize("looks", [False, True], ids=["pending", "computed"])
def test_a_variable_is_not_the_tensor_it_was_assigned(tf, looks):
    x, v = tf.constant(2.0), tf.Variable(0.0)
    for _ in range(ROUNDS):
        y = x * 2.0
        v.assign(y)
        if looks:
            y.numpy()
        with tf.GradientTape() as tape:
            z = v * 3.0 + y
        assert tape.gradient(z, v).numpy() == 3.0


def test_threads_share_a_constant(tf):
    shared = tf.constant(np.arange(6, dtype=np.float32))
    found = []

    def work(factor):
        for _ in range(ROUNDS * 5):
            with tf.GradientTape() as tape:
                tape.watch(shared)
                y = tf.reduce_sum(tf.square(shared * factor) + shared)
            found.append((factor, tape.gradient(y, shared).numpy()))

    threads = [threading.Thread(target=work, args=(f,)) for f in (1.0, 2.0, 3.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3 * ROUNDS * 5
    for factor, gradient in found:
        np.testing.assert_allclose(gradient, 2 * factor**2 * np.arange(6) + 1)


def test_a_broken_guard_is_told_at_every_look(tf):
    from penstock.core.errors import InvalidArgumentError

    for number in range(ROUNDS):
        labels = tf.constant([0, 1]) + number // (ROUNDS - 1)
        logits = tf.constant([[1.0, 2.0], [2.0, 1.0]]) * 1.0
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        if number < ROUNDS - 1:
            loss.numpy()
        else:
            for _ in range(2):
                with pytest.raises(InvalidArgumentError, match="label"):
                    loss.numpy()


def test_a_step_that_looks_once_is_one_window(tf):
    """Also where a variable is read by an operator, or twice by one operation."""
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    w, b = tf.Variable([[0.5], [0.25]]), tf.Variable([1.0])

    def go_round(rounds):
        for _ in range(rounds):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.matmul(x, w) + b * b)
                loss.numpy()
            for variable, slope in zip(
                [w, b], tape.gradient(loss, [w, b]), strict=True
            ):
                variable.assign_sub(0.01 * slope)

    go_round(ROUNDS)
    before = RECORDER.window.ended
    go_round(ROUNDS)
    assert RECORDER.window.ended - before == ROUNDS
