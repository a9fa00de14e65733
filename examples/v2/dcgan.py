"""A DCGAN on small pictures of crosses and squares: convolutions, two tapes."""

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

BATCH, NOISE = 16, 8
tf.keras.utils.set_random_seed(7)


def pictures(count):
    draw = np.random.RandomState(1)
    out = -np.ones([count, 8, 8, 1], "float32")
    for picture in out:
        y, x = draw.randint(1, 4, 2)
        if draw.rand() < 0.5:
            picture[y : y + 4, x : x + 4] = 1
        else:
            picture[y + 1, x : x + 4] = picture[y : y + 4, x + 1] = 1
    return out


def make_generator():
    return tf.keras.Sequential(
        [
            layers.Dense(2 * 2 * 16, use_bias=False, input_shape=(NOISE,)),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.3),
            layers.Reshape((2, 2, 16)),
            layers.Conv2DTranspose(8, 3, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.3),
            layers.Conv2DTranspose(
                1, 3, strides=2, padding="same", use_bias=False, activation="tanh"
            ),
        ]
    )


def make_discriminator():
    return tf.keras.Sequential(
        [
            layers.Conv2D(8, 3, strides=2, padding="same", input_shape=[8, 8, 1]),
            layers.LeakyReLU(0.3),
            layers.Dropout(0.3),
            layers.Conv2D(16, 3, strides=2, padding="same"),
            layers.LeakyReLU(0.3),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


generator, discriminator = make_generator(), make_discriminator()
generator_optimizer = tf.keras.optimizers.Adam(1e-3)
discriminator_optimizer = tf.keras.optimizers.Adam(1e-3)
cross_entropy = tf.keras.losses.BinaryCrossentropy(from_logits=True)


def discriminator_loss(real, fake):
    real_loss = cross_entropy(tf.ones_like(real), real)
    return real_loss + cross_entropy(tf.zeros_like(fake), fake)


def generator_loss(fake):
    return cross_entropy(tf.ones_like(fake), fake)


@tf.function
def train_step(images, noise):
    with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
        made = generator(noise, training=True)
        real_output = discriminator(images, training=True)
        fake_output = discriminator(made, training=True)
        gen_loss = generator_loss(fake_output)
        disc_loss = discriminator_loss(real_output, fake_output)
    grads = gen_tape.gradient(gen_loss, generator.trainable_variables)
    generator_optimizer.apply_gradients(zip(grads, generator.trainable_variables))
    grads = disc_tape.gradient(disc_loss, discriminator.trainable_variables)
    discriminator_optimizer.apply_gradients(
        zip(grads, discriminator.trainable_variables)
    )
    return gen_loss, disc_loss


dataset = tf.data.Dataset.from_tensor_slices(pictures(64)).shuffle(64, seed=3)
seed = tf.random.normal([4, NOISE], seed=5)
step = 0
for epoch in range(2):
    for batch in dataset.batch(BATCH):
        noise = tf.random.normal([BATCH, NOISE], seed=9)
        gen_loss, disc_loss = train_step(batch, noise)
        print("step", step, "generator %.5f discriminator %.5f" % (gen_loss, disc_loss))
        step += 1
picture = generator(seed, training=False)
print(picture.shape, "mean %.5f" % tf.reduce_mean(picture))
