"""Irises by five optimizers, written by hand on the gradients of a tape."""

import numpy as np
import tensorflow as tf
from sklearn import datasets

x_data, y_data = datasets.load_iris(return_X_y=True)
order = np.random.RandomState(116).permutation(150)
x_train = tf.cast(x_data[order][:-30], tf.float32)
y_train = y_data[order][:-30]
train_db = tf.data.Dataset.from_tensor_slices((x_train, y_train)).batch(32)


def sgd(state, i, g, step):
    return 0.1 * g


def momentum(state, i, g, step):
    state["m"][i] = 0.9 * state["m"][i] + (1 - 0.9) * g
    return 0.1 * state["m"][i]


def adagrad(state, i, g, step):
    state["v"][i] += tf.square(g)
    return 0.1 * g / tf.sqrt(state["v"][i])


def rmsprop(state, i, g, step):
    state["v"][i] = 0.9 * state["v"][i] + (1 - 0.9) * tf.square(g)
    return 0.01 * g / tf.sqrt(state["v"][i])


def adam(state, i, g, step):
    state["m"][i] = 0.9 * state["m"][i] + (1 - 0.9) * g
    state["v"][i] = 0.999 * state["v"][i] + (1 - 0.999) * tf.square(g)
    m = tf.divide(state["m"][i], (1 - tf.pow(0.9, int(step))))
    v = tf.divide(state["v"][i], (1 - tf.pow(0.999, int(step))))
    return 0.01 * m / tf.sqrt(v)


for rule in (sgd, momentum, adagrad, rmsprop, adam):
    tf.random.set_seed(1)
    w1 = tf.Variable(tf.random.truncated_normal([4, 3], stddev=0.1, seed=1))
    b1 = tf.Variable(tf.random.truncated_normal([3], stddev=0.1, seed=1))
    state = {"m": [0, 0], "v": [0, 0]}
    global_step = 0
    for epoch in range(60):
        total = 0
        for x_batch, y_batch in train_db:
            global_step += 1
            with tf.GradientTape() as tape:
                y = tf.nn.softmax(tf.matmul(x_batch, w1) + b1)
                y_ = tf.one_hot(y_batch, depth=3)
                loss = tf.reduce_mean(tf.square(y_ - y))
            total += loss.numpy()
            grads = tape.gradient(loss, [w1, b1])
            for i, v in enumerate([w1, b1]):
                v.assign_sub(rule(state, i, grads[i], global_step))
        if epoch % 10 == 9:
            print(f"{rule.__name__} epoch {epoch}: {total / 4:.6f}")
