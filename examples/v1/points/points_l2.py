#coding:utf-8
# 300 个点：离原点近的是红点（1），远的是蓝点（0）
# 先不加正则化，再加 L2 正则化，把两条分界线画在一起比较
import os
import sys
import numpy as np
import matplotlib.pyplot as plt
import tensorflow as tf

BATCH_SIZE = 30
STEPS = 4000
path = sys.argv[1] if len(sys.argv) > 1 else os.environ.get('DOT_CSV', 'dot.csv')

table = np.genfromtxt(path, delimiter=',', skip_header=1)
X = table[:, :2]
Y_ = table[:, 2:]
Y_c = [['red' if y else 'blue'] for y in Y_]


def get_weight(shape, regularizer):
    w = tf.Variable(tf.random_normal(shape, seed=2), dtype=tf.float32)
    tf.add_to_collection('losses', tf.contrib.layers.l2_regularizer(regularizer)(w))
    return w


def get_bias(shape):
    return tf.Variable(tf.constant(0.01, shape=shape))


x = tf.placeholder(tf.float32, shape=(None, 2))
y_ = tf.placeholder(tf.float32, shape=(None, 1))
w1 = get_weight([2, 11], 0.01)
b1 = get_bias([11])
y1 = tf.nn.relu(tf.matmul(x, w1) + b1)
w2 = get_weight([11, 1], 0.01)
b2 = get_bias([1])
y = tf.matmul(y1, w2) + b2  # 输出层不过激活

loss_mse = tf.reduce_mean(tf.square(y - y_))
loss_total = loss_mse + tf.add_n(tf.get_collection('losses'))

# 网格上每个点的预测值
xx, yy = np.mgrid[-3:3:.05, -3:3:.05]
grid = np.c_[xx.ravel(), yy.ravel()]


def train(loss, title):
    train_step = tf.train.AdamOptimizer(0.005).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in range(STEPS):
            start = (i * BATCH_SIZE) % 300
            end = start + BATCH_SIZE
            sess.run(train_step, feed_dict={x: X[start:end], y_: Y_[start:end]})
            if i % 1000 == 0:
                value = sess.run(loss, feed_dict={x: X, y_: Y_})
                print("%s: after %d steps, loss is: %f" % (title, i, value))
        print("%s: w2:" % title)
        print(sess.run(w2).ravel())
        probs = sess.run(y, feed_dict={x: grid})
        right = np.mean((sess.run(y, feed_dict={x: X}) > 0.5) == (Y_ > 0.5))
        print("%s: right on %.2f of the points" % (title, right))
    return probs.reshape(xx.shape)


colors = np.squeeze(Y_c)
for k, (loss, title) in enumerate([(loss_mse, 'without L2'), (loss_total, 'with L2')]):
    probs = train(loss, title)
    plt.subplot(1, 2, k + 1)
    plt.scatter(X[:, 0], X[:, 1], c=colors, s=8)
    plt.contour(xx, yy, probs, levels=[.5])
    plt.title(title)
plt.savefig('boundaries.png')
