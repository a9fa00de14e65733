"""Fashion-MNIST or MNIST in six steps, resumed from a checkpoint, with curves.

    penstock run clothes.py fashion|digits sequential|class [epochs]

Writes checkpoint/*.ckpt, weights.txt and curves.png; a second run goes on from the
checkpoint.
"""

import os
import sys

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from tensorflow.keras import Model
from tensorflow.keras.layers import Dense, Flatten

which, way = sys.argv[1:3]
epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 5
data = (
    tf.keras.datasets.fashion_mnist if which == "fashion" else (tf.keras.datasets.mnist)
)
(x_train, y_train), (x_test, y_test) = data.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0
np.set_printoptions(threshold=np.inf)


class ClothesModel(Model):
    def __init__(self):
        super().__init__()
        self.flatten = Flatten()
        self.d1 = Dense(128, activation="relu")
        self.d2 = Dense(10, activation="softmax")

    def call(self, x):
        return self.d2(self.d1(self.flatten(x)))


if way == "class":
    model = ClothesModel()
else:
    model = tf.keras.models.Sequential(
        [
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(128, activation="relu"),
            tf.keras.layers.Dense(10, activation="softmax"),
        ]
    )
model.compile(
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=False),
    metrics=["sparse_categorical_accuracy"],
)

checkpoint_save_path = f"./checkpoint/{which}.ckpt"
if os.path.exists(checkpoint_save_path + ".index"):
    print("-------------load the model-----------------")
    model.load_weights(checkpoint_save_path)
cp_callback = tf.keras.callbacks.ModelCheckpoint(
    filepath=checkpoint_save_path, save_weights_only=True, save_best_only=True
)
history = model.fit(
    x_train,
    y_train,
    batch_size=32,
    epochs=epochs,
    validation_data=(x_test, y_test),
    validation_freq=1,
    callbacks=[cp_callback],
)
model.summary()

with open("./weights.txt", "w") as file:
    for v in model.trainable_variables:
        file.write(str(v.name) + "\n")
        file.write(str(v.shape) + "\n")
        file.write(str(v.numpy()) + "\n")

plt.subplot(1, 2, 1)
plt.plot(history.history["sparse_categorical_accuracy"], label="Training Accuracy")
plt.plot(history.history["val_sparse_categorical_accuracy"], label="Validation")
plt.legend()
plt.subplot(1, 2, 2)
plt.plot(history.history["loss"], label="Training Loss")
plt.plot(history.history["val_loss"], label="Validation Loss")
plt.legend()
plt.savefig("curves.png")
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print("test accuracy %.4f" % accuracy)
