"""The 2-3-1 training step, timed in its parts; prints one JSON object."""

import json
import time

import numpy as np
import tensorflow as tf

imported = time.perf_counter()
rng = np.random.RandomState(23455)
X = rng.rand(32, 2)
Y = [[int(a + b < 1)] for (a, b) in X]
x = tf.placeholder(tf.float32, shape=(None, 2))
y_ = tf.placeholder(tf.float32, shape=(None, 1))
w1 = tf.Variable(tf.random_normal([2, 3], stddev=1, seed=1))
w2 = tf.Variable(tf.random_normal([3, 1], stddev=1, seed=1))
loss = tf.reduce_mean(tf.square(tf.matmul(tf.matmul(x, w1), w2) - y_))
train = tf.train.GradientDescentOptimizer(0.001).minimize(loss)
sess = tf.Session()
sess.run(tf.global_variables_initializer())
built = time.perf_counter()


def steps(count):
    for i in range(count):
        k = (i * 8) % 32
        sess.run(train, feed_dict={x: X[k : k + 8], y_: Y[k : k + 8]})


steps(1)
first = time.perf_counter()
steps(500)
blocks = []
for _ in range(8):
    begin = time.perf_counter()
    steps(1000)
    float(sess.run(loss, feed_dict={x: X, y_: Y}))  # nothing is left in flight
    blocks.append((time.perf_counter() - begin) / 1001 * 1e6)
print(
    json.dumps(
        {
            "build_and_initialise_s": built - imported,
            "first_step_ms": (first - built) * 1e3,
            "steady_us": sorted(blocks)[len(blocks) // 2],
        }
    )
)
