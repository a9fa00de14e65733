"""ResNet-18 (He et al., 2015): blocks whose input is added to their output.

    penstock run resnet18.py [steps]

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


class Block(Model):
    def __init__(self, filters, strides=1, residual_path=False):
        super().__init__()
        self.residual_path = residual_path
        self.c1 = Conv2D(
            filters, (3, 3), strides=strides, padding="same", use_bias=False
        )
        self.b1 = BatchNormalization()
        self.a1 = Activation("relu")
        self.c2 = Conv2D(filters, (3, 3), strides=1, padding="same", use_bias=False)
        self.b2 = BatchNormalization()
        if residual_path:
            self.down = Conv2D(
                filters, (1, 1), strides=strides, padding="same", use_bias=False
            )
            self.down_b = BatchNormalization()
        self.a2 = Activation("relu")

    def call(self, inputs):
        residual = inputs
        x = self.a1(self.b1(self.c1(inputs)))
        y = self.b2(self.c2(x))
        if self.residual_path:
            residual = self.down_b(self.down(inputs))
        return self.a2(y + residual)


class ResNet18(Model):
    def __init__(self, blocks, first=64):
        super().__init__()
        self.c1 = Conv2D(first, (3, 3), strides=1, padding="same", use_bias=False)
        self.b1 = BatchNormalization()
        self.a1 = Activation("relu")
        self.blocks = tf.keras.models.Sequential()
        filters = first
        for group, times in enumerate(blocks):
            for i in range(times):
                shrink = group != 0 and i == 0
                self.blocks.add(Block(filters, 2 if shrink else 1, shrink))
            filters *= 2
        self.p1 = GlobalAveragePooling2D()
        self.f1 = Dense(
            10, activation="softmax", kernel_regularizer=tf.keras.regularizers.l2()
        )

    def call(self, inputs):
        x = self.blocks(self.a1(self.b1(self.c1(inputs))))
        return self.f1(self.p1(x))


model = ResNet18([2, 2, 2, 2])
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
