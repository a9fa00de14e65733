"""The baseline network: one convolution, batch normalisation, pooling, two dense.

    penstock run baseline.py [steps]

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
    Dropout,
    Flatten,
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


class Baseline(Model):
    def __init__(self):
        super().__init__()
        self.c1 = Conv2D(filters=6, kernel_size=(5, 5), padding="same")
        self.b1 = BatchNormalization()
        self.a1 = Activation("relu")
        self.p1 = MaxPool2D(pool_size=(2, 2), strides=2, padding="same")
        self.d1 = Dropout(0.2)
        self.flatten = Flatten()
        self.f1 = Dense(128, activation="relu")
        self.d2 = Dropout(0.2)
        self.f2 = Dense(10, activation="softmax")

    def call(self, x):
        x = self.d1(self.p1(self.a1(self.b1(self.c1(x)))))
        return self.f2(self.d2(self.f1(self.flatten(x))))


model = Baseline()
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
