"""A variational autoencoder in a tf.Module: the trick of the normal draw."""

import numpy as np
import tensorflow as tf


class Dense(tf.Module):
    def __init__(self, n, m, seed, activation=None):
        super().__init__()
        self.w = tf.Variable(tf.random.normal([n, m], stddev=0.2, seed=seed), name="w")
        self.b = tf.Variable(tf.zeros([m]), name="b")
        self.activation = activation or tf.identity

    def __call__(self, x):
        return self.activation(x @ self.w + self.b)


class Autoencoder(tf.Module):
    def __init__(self):
        super().__init__()
        self.encode = [Dense(8, 16, 1, tf.nn.relu), Dense(16, 4, 2)]
        self.decode = [Dense(2, 16, 3, tf.nn.relu), Dense(16, 8, 4)]

    def loss(self, x, noise):
        mean, logvar = tf.split(self.encode[1](self.encode[0](x)), 2, axis=1)
        z = mean + noise * tf.exp(logvar * 0.5)
        logits = self.decode[1](self.decode[0](z))
        crossed = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)
        kl = -0.5 * (1 + logvar - tf.square(mean) - tf.exp(logvar))
        return tf.reduce_mean(tf.reduce_sum(crossed, 1) + tf.reduce_sum(kl, 1))


tf.random.set_seed(2)
draw = np.random.RandomState(1)
rows = draw.rand(4, 8) > 0.5
data = tf.constant(rows[draw.randint(0, 4, 128)], tf.float32)
model = Autoencoder()
print(len(model.trainable_variables), "variables")
for step in range(200):
    noise = tf.random.normal([128, 2], seed=step)
    with tf.GradientTape() as tape:
        loss = model.loss(data, noise)
    grads = tape.gradient(loss, model.trainable_variables)
    for v, g in zip(model.trainable_variables, grads):
        v.assign_sub(0.1 * g)
    if step % 40 == 0:
        print("step", step, "loss %.5f" % loss)
