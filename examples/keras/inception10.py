"""Inception with ten layers (Szegedy et al., 2014): four branches, concatenated.

    penstock run inception10.py [steps]

With a number of steps, it trains on as many batches of made-up pictures of
CIFAR-10's shape instead of the data set.
"""

import sys

import numpy as np
import tensorflow as tf
from tensorflow.keras import Model
from tensorflow.keras.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    MaxPool2D,
)

if len(sys.argv) > 1:
    count = 16 * int(sys.argv[1])
    rng = np.random.RandomState(0)
    x_train = rng.randint(0, 256, (count, 32, 32, 3)).astype(np.uint8)
    y_train = rng.randint(0, 10, (count, 1))
    x_test, y_test = x_train[:16], y_train[:16]
else:
    (x_train, y_train), (x_test, y_test) = tf.keras.datasets.cifar10.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0


class ConvBlock(Model):
    def __init__(self, filters, size=3, strides=1, padding="same"):
        super().__init__()
        self.model = tf.keras.models.Sequential(
            [
                Conv2D(filters, size, strides=strides, padding=padding),
                BatchNormalization(),
                Activation("relu"),
            ]
        )

    def call(self, x):
        # The moving statistics in training too: a known quirk of this network.
        return self.model(x, training=False)


class Inception(Model):
    def __init__(self, filters, strides=1):
        super().__init__()
        self.c1 = ConvBlock(filters, 1, strides)
        self.c2_1 = ConvBlock(filters, 1, strides)
        self.c2_2 = ConvBlock(filters, 3, 1)
        self.c3_1 = ConvBlock(filters, 1, strides)
        self.c3_2 = ConvBlock(filters, 5, 1)
        self.p4_1 = MaxPool2D(3, strides=1, padding="same")
        self.c4_2 = ConvBlock(filters, 1, strides)

    def call(self, x):
        branches = [
            self.c1(x),
            self.c2_2(self.c2_1(x)),
            self.c3_2(self.c3_1(x)),
            self.c4_2(self.p4_1(x)),
        ]
        return tf.concat(branches, axis=3)


class Inception10(Model):
    def __init__(self, blocks, classes, filters=16):
        super().__init__()
        self.c1 = ConvBlock(filters)
        self.blocks = tf.keras.models.Sequential()
        width = filters
        for _ in range(blocks):
            for i in range(2):
                self.blocks.add(Inception(width, strides=2 if i == 0 else 1))
            width *= 2
        self.p1 = GlobalAveragePooling2D()
        self.f1 = Dense(classes, activation="softmax")

    def call(self, x):
        return self.f1(self.p1(self.blocks(self.c1(x))))


model = Inception10(blocks=2, classes=10)
model.compile(
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=False),
    metrics=["sparse_categorical_accuracy"],
)
quick = len(sys.argv) > 1
history = model.fit(
    x_train,
    y_train,
    batch_size=16 if quick else 32,
    epochs=1 if quick else 5,
    validation_data=(x_test, y_test),
    validation_freq=1,
    verbose=2,
)
model.summary()
print("outputs", model.predict(x_test[:4], verbose=0).shape)
