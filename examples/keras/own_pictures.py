"""A data set of one's own: picture files and a list "name label", augmented.

    penstock run own_pictures.py FOLDER LIST.txt [epochs]

Keeps the arrays as .npy files, which the next run takes.
"""

import os
import sys

import numpy as np
import tensorflow as tf
from PIL import Image
from tensorflow.keras.preprocessing.image import ImageDataGenerator

folder, listing = sys.argv[1:3]
epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 5


def read(folder, listing):
    x, y = [], []
    for line in open(listing):
        name, label = line.split()
        picture = np.array(Image.open(os.path.join(folder, name)).convert("L"))
        x.append(picture / 255.0)
        y.append(int(label))
    return np.array(x), np.array(y).astype(np.int64)


if os.path.exists("x_train.npy") and os.path.exists("y_train.npy"):
    print("-------------Load Datasets-----------------")
    x_train = np.load("x_train.npy").reshape(-1, 28, 28)
    y_train = np.load("y_train.npy")
else:
    print("-------------Generate Datasets-----------------")
    x_train, y_train = read(folder, listing)
    np.save("x_train.npy", x_train.reshape(len(x_train), -1))
    np.save("y_train.npy", y_train)

x_train = x_train.reshape(x_train.shape[0], 28, 28, 1)
augment = ImageDataGenerator(
    rescale=1.0 / 1.0,
    rotation_range=45,
    width_shift_range=0.15,
    height_shift_range=0.15,
    horizontal_flip=False,
    zoom_range=0.5,
)
augment.fit(x_train)
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
model.fit(augment.flow(x_train, y_train, batch_size=32), epochs=epochs, verbose=2)
model.summary()
