"""Iris in six steps, by Sequential and by a class.

penstock run iris.py sequential|class [epochs]
"""

import sys

import numpy as np
import tensorflow as tf
from sklearn import datasets
from tensorflow.keras import Model
from tensorflow.keras.layers import Dense

epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 500
x_train = datasets.load_iris().data
y_train = datasets.load_iris().target
np.random.seed(116)
np.random.shuffle(x_train)
np.random.seed(116)
np.random.shuffle(y_train)
tf.keras.utils.set_random_seed(116)


class IrisModel(Model):
    def __init__(self):
        super().__init__()
        self.d1 = Dense(
            3, activation="softmax", kernel_regularizer=tf.keras.regularizers.l2()
        )

    def call(self, x):
        y = self.d1(x)
        return y


if sys.argv[1] == "class":
    model = IrisModel()
else:
    model = tf.keras.models.Sequential(
        [Dense(3, activation="softmax", kernel_regularizer=tf.keras.regularizers.l2())]
    )
model.compile(
    optimizer=tf.keras.optimizers.SGD(lr=0.1),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=False),
    metrics=["sparse_categorical_accuracy"],
)
model.fit(
    x_train,
    y_train,
    batch_size=32,
    epochs=epochs,
    validation_split=0.2,
    validation_freq=20,
    verbose=2,
)
model.summary()
