"""A 2-3-1 network on data made from seed 1, by gradient descent."""
import tensorflow as tf
import numpy as np


def make_data(seed=1, n=32):
    rng = np.random.RandomState(seed)
    inputs = rng.rand(n, 2)
    targets = np.array([[1.0 if row.sum() < 1 else 0.0] for row in inputs])
    return inputs, targets


def build():
    x = tf.placeholder(tf.float32, [None, 2])
    y_ = tf.placeholder(tf.float32, [None, 1])
    hidden = tf.matmul(x, tf.Variable(tf.random_normal([2, 3], seed=1)))
    y = tf.matmul(hidden, tf.Variable(tf.random_normal([3, 1], seed=1)))
    loss = tf.reduce_mean(tf.square(y - y_))
    return x, y_, loss


def main():
    inputs, targets = make_data()
    x, y_, loss = build()
    train = tf.train.GradientDescentOptimizer(learning_rate=0.001).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in range(3001):
            lo = (i * 8) % 32
            sess.run(train, {x: inputs[lo:lo + 8], y_: targets[lo:lo + 8]})
            if i % 500 == 0:
                print("{:5d} {:.6f}".format(i, sess.run(loss, {x: inputs, y_: targets})))
        for variable in tf.trainable_variables():
            print(variable.name, variable.eval().ravel())


if __name__ == '__main__':
    main()
