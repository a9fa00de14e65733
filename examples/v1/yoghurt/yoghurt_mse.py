# The same forecast with the mean square error: w tends to (1, 1).
import tensorflow as tf
import numpy as np

rdm = np.random.RandomState(23455)
X = rdm.rand(32, 2)
Y = [[a + b + (rdm.rand() / 10.0 - 0.05)] for (a, b) in X]

x = tf.placeholder(tf.float32, shape=(None, 2))
y_ = tf.placeholder(tf.float32, shape=(None, 1))
w1 = tf.Variable(tf.random_normal([2, 1], stddev=1, seed=1))
loss_mse = tf.reduce_mean(tf.square(y_ - tf.matmul(x, w1)))
train_step = tf.train.GradientDescentOptimizer(0.001).minimize(loss_mse)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(10000):
        start = (i * 8) % 32
        sess.run(train_step, feed_dict={x: X[start:start + 8], y_: Y[start:start + 8]})
        if i % 1000 == 0:
            print("After %d training steps, w1 is: " % i)
            print(sess.run(w1), "\n")
    print("Final w1 is: \n", sess.run(w1))
