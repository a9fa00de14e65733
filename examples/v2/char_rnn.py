"""A recurrent cell on letters: a b c d e, each followed by the next."""

import numpy as np
import tensorflow as tf

letters = "abcde"
index = {c: i for i, c in enumerate(letters)}
inputs = tf.one_hot([index[c] for c in letters], 5)
targets = tf.constant([index[c] for c in "bcdea"])

tf.random.set_seed(7)
wxh = tf.Variable(tf.random.normal([5, 3], stddev=0.5, seed=1))
whh = tf.Variable(tf.random.normal([3, 3], stddev=0.5, seed=2))
why = tf.Variable(tf.random.normal([3, 5], stddev=0.5, seed=3))
bh, by = tf.Variable(tf.zeros([3])), tf.Variable(tf.zeros([5]))
variables = [wxh, whh, why, bh, by]


def step(x, h):
    h = tf.tanh(tf.matmul([x], wxh) + tf.matmul(h, whh) + bh)
    return tf.matmul(h, why) + by, h


for epoch in range(200):
    with tf.GradientTape() as tape:
        h, losses = tf.zeros([1, 3]), []
        for t in range(5):
            logits, h = step(inputs[t], h)
            losses.append(
                tf.nn.sparse_softmax_cross_entropy_with_logits(
                    labels=targets[t : t + 1], logits=logits
                )
            )
        loss = tf.add_n(losses)
    grads, norm = tf.clip_by_global_norm(tape.gradient(loss, variables), 5.0)
    for v, g in zip(variables, grads):
        v.assign_sub(0.1 * g)
    if epoch % 40 == 0:
        print("epoch", epoch, "loss %.5f" % loss.numpy()[0], "norm %.5f" % norm)

h = tf.zeros([1, 3])
for c in letters:
    logits, h = step(inputs[index[c]], h)
    print(
        c,
        "->",
        letters[int(tf.argmax(logits, 1)[0])],
        np.round(tf.nn.softmax(logits), 3),
    )
