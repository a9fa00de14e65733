"""How much yoghurt to make: squared error, and a loss that costs by its sign."""

import numpy as np
import tensorflow as tf

draw = np.random.RandomState(seed=23455)
x = draw.rand(32, 2)
y_ = [[x1 + x2 + (draw.rand() / 10.0 - 0.05)] for (x1, x2) in x]
x = tf.cast(x, dtype=tf.float32)
COST, PROFIT = 1, 99

for asymmetric in (False, True):
    w1 = tf.Variable(tf.random.normal([2, 1], stddev=1, seed=1))
    for epoch in range(3000):
        with tf.GradientTape() as tape:
            y = tf.matmul(x, w1)
            if asymmetric:
                gap = tf.where(tf.greater(y, y_), (y - y_) * COST, (y_ - y) * PROFIT)
                loss = tf.reduce_sum(gap)
            else:
                loss = tf.reduce_mean(tf.square(y_ - y))
        w1.assign_sub(0.002 * tape.gradient(loss, w1))
        if epoch % 500 == 0:
            print("After %d training steps, w1 is" % epoch)
            print(w1.numpy(), "\n")
    print("Final w1 is:", w1.numpy())
