"""`tf.contrib.opt`, beside its definition in NumPy."""

import numpy as np
import pytest

import penstock.compat.v1 as tf

START = np.arange(8, dtype=np.float32).reshape(4, 2)
RATE, BETA1, BETA2, EPSILON = 0.1, 0.9, 0.999, 1e-8


@pytest.mark.parametrize("use_resource", [False, True])
def test_lazy_adam_moves_only_the_rows_that_were_read(use_resource):
    steps = [[1, 1, 3], [3, 0, 3]]
    with tf.Graph().as_default(), tf.Session() as session:
        table = tf.get_variable("t", initializer=START, use_resource=use_resource)
        rows = tf.placeholder(tf.int32, [3])
        loss = tf.reduce_sum(tf.square(tf.gather(table, rows)))
        step = tf.contrib.opt.LazyAdamOptimizer(RATE).minimize(loss)
        session.run(tf.global_variables_initializer())
        for read in steps:
            session.run(step, {rows: read})
        found = session.run(table)
    x, m, v = START.astype(np.float64), np.zeros((4, 2)), np.zeros((4, 2))
    for t, read in enumerate(steps, 1):
        gradient = np.zeros((4, 2))
        np.add.at(gradient, read, 2 * x[read])
        at = sorted(set(read))
        m[at] = BETA1 * m[at] + (1 - BETA1) * gradient[at]
        v[at] = BETA2 * v[at] + (1 - BETA2) * gradient[at] ** 2
        rate = RATE * np.sqrt(1 - BETA2**t) / (1 - BETA1**t)
        x[at] -= rate * m[at] / (np.sqrt(v[at]) + EPSILON)
    np.testing.assert_allclose(found, x, rtol=1e-5)


@pytest.mark.parametrize(
    ("make", "step"),
    [
        (lambda: tf.contrib.opt.MomentumWOptimizer(0.1, 0.5, 0.9), 0.5 * 3.0),
        (lambda: tf.contrib.opt.AdamWOptimizer(0.1, 0.5), 0.5),
    ],
)
def test_weights_decay_beside_the_gradient(make, step):
    with tf.Graph().as_default(), tf.Session() as session:
        one, other = tf.Variable(2.0), tf.Variable(4.0)
        optimizer = make()
        pairs = optimizer.compute_gradients(3.0 * one + 3.0 * other)
        update = optimizer.apply_gradients(pairs, decay_var_list=[one])
        session.run(tf.global_variables_initializer())
        session.run(update)
        found = session.run([one, other])
    np.testing.assert_allclose(found, [2.0 * 0.9 - step, 4.0 - step], rtol=1e-5)
