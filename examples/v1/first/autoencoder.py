# -*- coding: utf-8 -*-
# 自编码器：784 -> 128 -> 32 -> 128 -> 784
from __future__ import division, print_function
import sys
import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST_data", one_hot=False)
num_steps = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
sizes = [784, 128, 32]

X = tf.placeholder("float", [None, sizes[0]])
weights, biases = {}, {}
for k, (m, n) in enumerate(zip(sizes[:-1], sizes[1:])):
    weights['encoder_h%d' % k] = tf.Variable(tf.random_normal([m, n], stddev=0.1))
    weights['decoder_h%d' % k] = tf.Variable(tf.random_normal([n, m], stddev=0.1))
    biases['encoder_b%d' % k] = tf.Variable(tf.random_normal([n], stddev=0.1))
    biases['decoder_b%d' % k] = tf.Variable(tf.random_normal([m], stddev=0.1))


def encoder(x):
    for k in range(2):
        x = tf.nn.sigmoid(tf.add(tf.matmul(x, weights['encoder_h%d' % k]),
                                 biases['encoder_b%d' % k]))
    return x


def decoder(x):
    for k in reversed(range(2)):
        x = tf.nn.sigmoid(tf.add(tf.matmul(x, weights['decoder_h%d' % k]),
                                 biases['decoder_b%d' % k]))
    return x


y_pred = decoder(encoder(X))
loss = tf.reduce_mean(tf.pow(X - y_pred, 2))
optimizer = tf.train.RMSPropOptimizer(0.01).minimize(loss)

config = tf.ConfigProto(allow_soft_placement=True)
config.gpu_options.allow_growth = True
with tf.Session(config=config) as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(1, num_steps + 1):
        batch_x, _ = mnist.train.next_batch(256)
        _, l = sess.run([optimizer, loss], feed_dict={X: batch_x})
        if i % 250 == 0 or i == 1:
            print('Step %i: Minibatch Loss: %f' % (i, l))
    batch_x, labels = mnist.test.next_batch(4)
    g = sess.run(decoder(encoder(X)), feed_dict={X: batch_x})
    canvas = np.concatenate([g[k].reshape(28, 28) for k in range(4)], axis=1)
    print('canvas', canvas.shape, canvas.dtype, labels.shape)
    print('Test loss: %f' % sess.run(loss, feed_dict={X: mnist.test.images[:1000]}))
