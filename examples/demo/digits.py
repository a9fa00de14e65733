"""Handwritten digits, learned by a graph program of the TensorFlow 1.x years.

1,797 pictures of 8 x 8 pixels that come with scikit-learn; 64-96-10 network with L2,
a decaying learning rate and a moving average of the weights. Takes a few seconds.
"""

import os
import sys
import time

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

BATCH_SIZE = 50
STEPS = 2000
LEARNING_RATE_BASE = 0.2
LEARNING_RATE_DECAY = 0.97
REGULARIZER = 0.0005
MOVING_AVERAGE_DECAY = 0.99
OUTPUT = os.path.join(os.getcwd(), "demo_output")


def load():
    """Pictures scaled to 0..1 and one-hot labels: 1,437 to train on, 360 to test."""
    digits = load_digits()
    order = np.random.RandomState(0).permutation(len(digits.data))
    pictures = (digits.data[order] / 16.0).astype(np.float32)
    labels = np.eye(10, dtype=np.float32)[digits.target[order]]
    cut = 1437
    return pictures[:cut], labels[:cut], pictures[cut:], labels[cut:]


def get_weight(shape, seed):
    w = tf.Variable(tf.truncated_normal(shape, stddev=0.1, seed=seed))
    tf.add_to_collection("losses", tf.contrib.layers.l2_regularizer(REGULARIZER)(w))
    return w


def forward(x):
    b1 = tf.Variable(tf.zeros([96]))
    y1 = tf.nn.relu(tf.matmul(x, get_weight([64, 96], seed=1)) + b1)
    b2 = tf.Variable(tf.zeros([10]))
    return tf.matmul(y1, get_weight([96, 10], seed=2)) + b2


def show(step, loss, started):
    """One progress line, rewritten in place on a terminal."""
    done = 30 * step // STEPS
    bar = "=" * done + "." * (30 - done)
    line = "%5d/%d [%s] loss %.4f  %.1f s" % (
        step,
        STEPS,
        bar,
        loss,
        time.time() - started,
    )
    end = "\r" if sys.stdout.isatty() and step < STEPS else "\n"
    sys.stdout.write(line + end)
    sys.stdout.flush()


def main():
    train_x, train_y, test_x, test_y = load()
    x = tf.placeholder(tf.float32, [None, 64], name="pictures")
    y_ = tf.placeholder(tf.float32, [None, 10], name="labels")
    y = forward(x)

    global_step = tf.Variable(0, trainable=False)
    entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(
        logits=y, labels=tf.argmax(y_, 1)
    )
    loss = tf.reduce_mean(entropy) + tf.add_n(tf.get_collection("losses"))
    learning_rate = tf.train.exponential_decay(
        LEARNING_RATE_BASE,
        global_step,
        len(train_x) // BATCH_SIZE,
        LEARNING_RATE_DECAY,
        staircase=True,
    )
    train_step = tf.train.GradientDescentOptimizer(learning_rate).minimize(
        loss, global_step=global_step
    )
    ema = tf.train.ExponentialMovingAverage(MOVING_AVERAGE_DECAY, global_step)
    with tf.control_dependencies([train_step]):
        train_op = ema.apply(tf.trainable_variables())

    right = tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1))
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
    saver = tf.train.Saver()
    averaged = tf.train.Saver(ema.variables_to_restore())
    if not os.path.isdir(OUTPUT):
        os.makedirs(OUTPUT)

    rng = np.random.RandomState(1)
    curve, started = [], time.time()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(1, STEPS + 1):
            batch = rng.randint(0, len(train_x), BATCH_SIZE)
            _, value = sess.run(
                [train_op, loss], feed_dict={x: train_x[batch], y_: train_y[batch]}
            )
            curve.append(value)
            if step % 200 == 0:
                show(step, np.mean(curve[-200:]), started)
        path = saver.save(sess, os.path.join(OUTPUT, "digits"), global_step=global_step)
        averaged.restore(sess, path)
        score = sess.run(accuracy, feed_dict={x: test_x, y_: test_y})

    plt.figure(figsize=(6, 3.5))
    plt.plot(curve, linewidth=0.6, color="lightsteelblue", label="each batch")
    plt.plot(np.convolve(curve, np.ones(50) / 50, "valid"), label="mean of 50")
    plt.yscale("log")
    plt.xlabel("step")
    plt.ylabel("loss")
    plt.legend()
    plt.tight_layout()
    picture = os.path.join(OUTPUT, "loss.png")
    plt.savefig(picture, dpi=120)

    print("test accuracy %.4f on %d pictures never trained on" % (score, len(test_x)))
    print("checkpoint    %s" % os.path.relpath(path))
    print("loss curve    %s" % os.path.relpath(picture))
    print("")
    print("Try next:")
    print("  .venv/bin/penstock run examples/v1/descent/descent.py")
    print("  .venv/bin/penstock run examples/v1/network/network_sgd.py   # Python 2")
    print("  .venv/bin/penstock check YOUR_PROGRAM.py")
    print("  .venv/bin/penstock run YOUR_PROGRAM.py")


if __name__ == "__main__":
    main()
