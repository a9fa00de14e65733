"""The 784-500-10 training step at batch 200, timed; prints one JSON object.

L2, decaying rate and moving average as in examples/v1/mnist_fc. The pictures are
random numbers in memory: the arithmetic is the same and no data set is needed.
"""

import json
import time

import numpy as np
import tensorflow as tf

imported = time.perf_counter()
rng = np.random.RandomState(0)
images = rng.rand(10, 200, 784).astype(np.float32)
labels = np.eye(10, dtype=np.float32)[rng.randint(0, 10, (10, 200))]


def get_weight(shape):
    w = tf.Variable(tf.truncated_normal(shape, stddev=0.1))
    tf.add_to_collection("losses", 0.0001 * tf.nn.l2_loss(w))
    return w


x = tf.placeholder(tf.float32, [None, 784])
y_ = tf.placeholder(tf.float32, [None, 10])
y1 = tf.nn.relu(tf.matmul(x, get_weight([784, 500])) + tf.Variable(tf.zeros([500])))
y = tf.matmul(y1, get_weight([500, 10])) + tf.Variable(tf.zeros([10]))
global_step = tf.Variable(0, trainable=False)
ce = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=y, labels=tf.argmax(y_, 1))
loss = tf.reduce_mean(ce) + tf.add_n(tf.get_collection("losses"))
rate = tf.train.exponential_decay(0.1, global_step, 275, 0.99, staircase=True)
train_step = tf.train.GradientDescentOptimizer(rate).minimize(
    loss, global_step=global_step
)
ema = tf.train.ExponentialMovingAverage(0.99, global_step)
with tf.control_dependencies([train_step, ema.apply(tf.trainable_variables())]):
    train_op = tf.no_op(name="train")
sess = tf.Session()
sess.run(tf.global_variables_initializer())
built = time.perf_counter()


def steps(count):
    for i in range(count):
        sess.run(
            [train_op, loss, global_step],
            feed_dict={x: images[i % 10], y_: labels[i % 10]},
        )


steps(1)
first = time.perf_counter()
steps(50)
blocks = []
for _ in range(6):
    begin = time.perf_counter()
    steps(100)
    blocks.append((time.perf_counter() - begin) / 100 * 1e3)
print(
    json.dumps(
        {
            "build_and_initialise_s": built - imported,
            "first_step_ms": (first - built) * 1e3,
            "steady_ms": sorted(blocks)[len(blocks) // 2],
        }
    )
)
