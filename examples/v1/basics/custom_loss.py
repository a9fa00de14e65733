# A loss of one's own: predictions that are too low cost ten times as much.
import numpy as np
import tensorflow as tf

loss_less, loss_more = 10.0, 1.0

x = tf.placeholder(tf.float32, shape=(None, 2), name='x-input')
y_ = tf.placeholder(tf.float32, shape=(None, 1), name='y-input')
w1 = tf.Variable(tf.random_normal([2, 1], stddev=1, seed=1))
y = tf.matmul(x, w1)

loss = tf.reduce_sum(tf.where(tf.greater(y, y_), (y - y_) * loss_more, (y_ - y) * loss_less))
train_step = tf.train.AdamOptimizer(0.001).minimize(loss)

rdm = np.random.RandomState(1)
data_size, batch_size = 128, 8
X = rdm.rand(data_size, 2)
Y = [[x1 + x2 + rdm.rand() / 10.0 - 0.05] for (x1, x2) in X]

v1 = tf.constant([1.0, 2.0, 3.0, 4.0])
v2 = tf.constant([4.0, 3.0, 2.0, 1.0])

with tf.Session() as sess:
    print(tf.greater(v1, v2).eval())
    print(tf.where(tf.greater(v1, v2), v1, v2).eval())
    tf.global_variables_initializer().run()
    for i in range(2000):
        start = (i * batch_size) % data_size
        end = min(start + batch_size, data_size)
        sess.run(train_step, feed_dict={x: X[start:end], y_: Y[start:end]})
        if i % 500 == 0:
            print(i, sess.run(w1).ravel())
    print("final", sess.run(w1).ravel())
