"""A variational autoencoder: the trick of the normal draw, a tape for each half."""

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


class Encoder(tf.Module):
    def __init__(self):
        super().__init__()
        self.hidden = Dense(8, 16, 1, tf.nn.relu)
        self.out = Dense(16, 4, 2)

    def __call__(self, x):
        return tf.split(self.out(self.hidden(x)), 2, axis=1)


class Decoder(tf.Module):
    def __init__(self):
        super().__init__()
        self.hidden = Dense(2, 16, 3, tf.nn.relu)
        self.out = Dense(16, 8, 4)

    def __call__(self, z):
        return self.out(self.hidden(z))


def log_normal(sample, mean, logvar):
    log2pi = tf.math.log(2.0 * np.pi)
    terms = (sample - mean) ** 2 * tf.exp(-logvar) + logvar + log2pi
    return tf.reduce_sum(-0.5 * terms, axis=1)


def loss_of(encoder, decoder, x, noise):
    mean, logvar = encoder(x)
    z = mean + noise * tf.exp(logvar * 0.5)
    logits = decoder(z)
    crossed = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)
    log_px = -tf.reduce_sum(crossed, axis=1)
    log_pz = log_normal(z, 0.0, 0.0)
    return -tf.reduce_mean(log_px + log_pz - log_normal(z, mean, logvar))


tf.random.set_seed(2)
draw = np.random.RandomState(1)
rows = draw.rand(4, 8) > 0.5
data = tf.constant(rows[draw.randint(0, 4, 128)], tf.float32)
encoder, decoder = Encoder(), Decoder()
print(len(encoder.trainable_variables), len(decoder.trainable_variables), "variables")
for step in range(201):
    noise = tf.random.normal([128, 2], seed=step)
    with tf.GradientTape() as encoder_tape, tf.GradientTape() as decoder_tape:
        loss = loss_of(encoder, decoder, data, noise)
    for half, tape in (encoder, encoder_tape), (decoder, decoder_tape):
        grads = tape.gradient(loss, half.trainable_variables)
        for v, g in zip(half.trainable_variables, grads):
            v.assign_sub(0.1 * g)
    if step < 5 or step % 40 == 0:
        print("step", step, "loss %.5f" % loss)
print("drawn", tf.sigmoid(decoder(tf.zeros([1, 2]))).numpy().round(3))
