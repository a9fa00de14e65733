# coding:utf-8
# 用 RandomState 生成 300 个点，指数衰减学习率 + 正则化，sparse 不用
import tensorflow as tf
import numpy as np
import matplotlib.pyplot as plt

STEPS = 3000
BATCH_SIZE = 30
LEARNING_RATE_BASE = 0.005
LEARNING_RATE_DECAY = 0.999
REGULARIZER = 0.01
seed = 2


def generate():
    rdm = np.random.RandomState(seed)
    X = rdm.randn(300, 2)
    Y_ = [int(x0 * x0 + x1 * x1 < 2) for (x0, x1) in X]
    Y_c = [['red' if y else 'blue'] for y in Y_]
    X = np.vstack(X).reshape(-1, 2)
    Y_ = np.vstack(Y_).reshape(-1, 1)
    return X, Y_, Y_c


def weight(shape):
    w = tf.Variable(tf.random_normal(shape, seed=1), dtype=tf.float32)
    tf.add_to_collection('losses', tf.contrib.layers.l2_regularizer(REGULARIZER)(w))
    return w


def forward(x):
    b1 = tf.Variable(tf.constant(0.01, shape=[11]))
    y1 = tf.nn.relu(tf.matmul(x, weight([2, 11])) + b1)
    b2 = tf.Variable(tf.constant(0.01, shape=[1]))
    return tf.matmul(y1, weight([11, 1])) + b2


def backward():
    x = tf.placeholder(tf.float32, shape=(None, 2))
    y_ = tf.placeholder(tf.float32, shape=(None, 1))
    X, Y_, Y_c = generate()
    y = forward(x)
    global_step = tf.Variable(0, trainable=False)
    learning_rate = tf.train.exponential_decay(
        LEARNING_RATE_BASE, global_step, 300 / BATCH_SIZE, LEARNING_RATE_DECAY,
        staircase=True)
    loss_mse = tf.reduce_mean(tf.square(y - y_))
    loss_total = loss_mse + tf.add_n(tf.get_collection('losses'))
    train_step = tf.train.AdamOptimizer(learning_rate).minimize(
        loss_total, global_step=global_step)

    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in xrange(STEPS):
            start = (i * BATCH_SIZE) % 300
            sess.run(train_step, feed_dict={x: X[start:start + BATCH_SIZE],
                                            y_: Y_[start:start + BATCH_SIZE]})
            if i % 500 == 0:
                loss_v, rate = sess.run([loss_total, learning_rate],
                                        feed_dict={x: X, y_: Y_})
                print "After %d steps, loss is: %f, learning rate %.8f" % (i, loss_v, rate)
        xx, yy = np.mgrid[-3:3:.1, -3:3:.1]
        grid = np.c_[xx.ravel(), yy.ravel()]
        probs = sess.run(y, feed_dict={x: grid})
        probs = probs.reshape(xx.shape)
    print "inside:", int((probs > 0.5).sum()), "of", probs.size

    plt.scatter(X[:, 0], X[:, 1], c=np.squeeze(Y_c))
    plt.contour(xx, yy, probs, levels=[.5])
    plt.savefig('random_points.png')


if __name__ == '__main__':
    backward()
