# The 2-3-1 network, trained by gradient descent with momentum.
from __future__ import print_function
import numpy as np
import tensorflow as tf

batch = 8
rdm = np.random.RandomState(1)
features = rdm.rand(32, 2)
labels = [[int(a + b < 1)] for (a, b) in features]

x = tf.placeholder(tf.float32, shape=(None, 2), name="x-input")
t = tf.placeholder(tf.float32, shape=(None, 1), name="y-input")
w1 = tf.Variable(tf.random_normal((2, 3), stddev=1, seed=1), name="w1")
w2 = tf.Variable(tf.random_normal((3, 1), stddev=1, seed=1), name="w2")
y = tf.matmul(tf.matmul(x, w1), w2)

loss = tf.reduce_mean(tf.square(t - y))
train = tf.train.MomentumOptimizer(0.001, 0.9).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(3000):
        s = (i * batch) % 32
        sess.run(train, feed_dict={x: features[s:s + batch], t: labels[s:s + batch]})
        if i % 500 == 0:
            print("After %d steps, loss is: %g"
                  % (i, sess.run(loss, feed_dict={x: features, t: labels})))
    print("w1:", sess.run(w1))
    print("w2:", sess.run(w2))
