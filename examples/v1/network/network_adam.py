#coding:utf-8
# 同一个网络，换成 Adam；数据种子 1
# 这个程序能被 Python 3 解析，但 print(...) % (...) 只有 Python 2 才能运行
import tensorflow as tf
import numpy as np

BATCH_SIZE = 8
rdm = np.random.RandomState(1)
X = rdm.rand(32, 2)
Y = [[int(x1 + x2 < 1)] for (x1, x2) in X]

x = tf.placeholder(tf.float32, shape=[None, 2])
y_ = tf.placeholder(tf.float32, shape=[None, 1])

w1 = tf.Variable(tf.random_normal([2, 3], stddev=1, seed=1))
w2 = tf.Variable(tf.random_normal([3, 1], stddev=1, seed=1))
y = tf.matmul(tf.matmul(x, w1), w2)

loss = tf.reduce_mean(tf.square(y_ - y))
train_step = tf.train.AdamOptimizer(0.001).minimize(loss)

sess = tf.Session()
sess.run(tf.global_variables_initializer())
for i in range(3000):
    start = (i * BATCH_SIZE) % 32
    end = min(start + BATCH_SIZE, 32)
    sess.run(train_step, feed_dict={x: X[start:end], y_: Y[start:end]})
    if i % 500 == 0:
        total = sess.run(loss, feed_dict={x: X, y_: Y})
        print("After %d steps, loss on all data is %f") % (i, total)
print(sess.run(w1))
print(sess.run(w2))
sess.close()
