"""A generator and a discriminator, two tapes, on a ring of points."""

import numpy as np
import tensorflow as tf

draw = np.random.RandomState(3)
angle = draw.rand(256) * 2 * np.pi
real = tf.constant(np.c_[np.cos(angle), np.sin(angle)], tf.float32)


def layer(n, m, seed):
    w = tf.Variable(tf.random.normal([n, m], stddev=0.3, seed=seed))
    return [w, tf.Variable(tf.zeros([m]))]


tf.random.set_seed(11)
g = layer(4, 16, 1) + layer(16, 2, 2)
d = layer(2, 16, 3) + layer(16, 1, 4)


def generator(z):
    return tf.nn.leaky_relu(z @ g[0] + g[1]) @ g[2] + g[3]


def discriminator(x):
    return tf.nn.leaky_relu(x @ d[0] + d[1]) @ d[2] + d[3]


def cross_entropy(labels, logits):
    found = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    return tf.reduce_mean(found)


@tf.function
def train_step(batch, z):
    with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
        fake = generator(z)
        real_out, fake_out = discriminator(batch), discriminator(fake)
        g_loss = cross_entropy(tf.ones_like(fake_out), fake_out)
        d_loss = cross_entropy(tf.ones_like(real_out), real_out)
        d_loss += cross_entropy(tf.zeros_like(fake_out), fake_out)
    for v, grad in zip(g, g_tape.gradient(g_loss, g)):
        v.assign_sub(0.05 * grad)
    for v, grad in zip(d, d_tape.gradient(d_loss, d)):
        v.assign_sub(0.05 * grad)
    return g_loss, d_loss


dataset = tf.data.Dataset.from_tensor_slices(real).shuffle(256, seed=5).batch(64)
for epoch in range(30):
    for batch in dataset:
        g_loss, d_loss = train_step(batch, tf.random.normal([64, 4], seed=9))
    if epoch % 10 == 9:
        print("epoch", epoch, "generator %.5f discriminator %.5f" % (g_loss, d_loss))
