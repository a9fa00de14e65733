"""Eager work of 2.x, timed: prints a JSON object of microseconds a step."""

import json
import time

import numpy as np
import tensorflow as tf

ROUNDS = 5


def timed(function, steps):
    """The best of several rounds, in microseconds a step."""
    function(max(steps // 4, 1))
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        function(steps)
        best = min(best, time.perf_counter() - started)
    return best / steps * 1e6


draw = np.random.RandomState(0)
x_iris = draw.rand(120, 4).astype(np.float32)
y_iris = draw.randint(0, 3, 120)
batches = tf.data.Dataset.from_tensor_slices((x_iris, y_iris)).batch(32)
w1 = tf.Variable(tf.random.truncated_normal([4, 3], stddev=0.1, seed=1))
b1 = tf.Variable(tf.random.truncated_normal([3], stddev=0.1, seed=1))


def iris(steps):
    for _ in range(steps // 4):
        total = 0.0
        for x, y in batches:
            with tf.GradientTape() as tape:
                out = tf.nn.softmax(tf.matmul(x, w1) + b1)
                loss = tf.reduce_mean(tf.square(tf.one_hot(y, depth=3) - out))
                total += loss.numpy()
            grads = tape.gradient(loss, [w1, b1])
            w1.assign_sub(0.1 * grads[0])
            b1.assign_sub(0.1 * grads[1])


x_mlp = tf.constant(draw.rand(32, 784).astype(np.float32))
y_mlp = tf.constant(draw.randint(0, 10, 32))
layers = [
    tf.Variable(draw.randn(784, 128).astype(np.float32) * 0.05),
    tf.Variable(np.zeros(128, np.float32)),
    tf.Variable(draw.randn(128, 10).astype(np.float32) * 0.05),
    tf.Variable(np.zeros(10, np.float32)),
]


def mlp(steps):
    for _ in range(steps):
        with tf.GradientTape() as tape:
            hidden = tf.nn.relu(x_mlp @ layers[0] + layers[1])
            logits = hidden @ layers[2] + layers[3]
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(y_mlp, logits)
            )
        for v, g in zip(layers, tape.gradient(loss, layers), strict=True):
            v.assign_sub(0.01 * g)
        loss.numpy()


small = tf.constant([1.0, 2.0, 3.0])


def one_look(steps):
    for _ in range(max(steps // 1000, 1)):
        t = small
        for _ in range(500):
            t = t * 1.0001 + 0.5
        t.numpy()


def look_each(steps):
    for _ in range(max(steps // 1000, 1)):
        t = small
        for _ in range(500):
            t = t * 1.0001
            t.numpy()
            t = t + 0.5
            t.numpy()


print(
    json.dumps(
        {
            "iris step": timed(iris, 400),
            "mlp step": timed(mlp, 300),
            "op, one look per 1000": timed(one_look, 4000),
            "op, a look each": timed(look_each, 2000),
        }
    )
)
