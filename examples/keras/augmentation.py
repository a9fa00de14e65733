"""MNIST with pictures that vary: turned, shifted, zoomed, mirrored.

    penstock run augmentation.py [epochs] [pictures]

Writes augmented.png: the first pictures before and after.
"""

import sys

import matplotlib.pyplot as plt
import tensorflow as tf
from tensorflow.keras.preprocessing.image import ImageDataGenerator

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
count = int(sys.argv[2]) if len(sys.argv) > 2 else 60000
(x_train, y_train), (x_test, y_test) = tf.keras.datasets.mnist.load_data()
x_train, y_train = x_train[:count], y_train[:count]
x_test = x_test / 255.0
# The generator wants pictures of rank 4: one channel more.
x_train = x_train.reshape(x_train.shape[0], 28, 28, 1)

image_gen_train = ImageDataGenerator(
    rescale=1.0 / 255,
    rotation_range=45,
    width_shift_range=0.15,
    height_shift_range=0.15,
    horizontal_flip=False,
    zoom_range=0.5,
)
image_gen_train.fit(x_train)

plt.figure(figsize=(12, 2))
batches = image_gen_train.flow(x_train[:12], batch_size=12, shuffle=False, seed=1)
for i, picture in enumerate(next(batches)):
    plt.subplot(2, 12, i + 1)
    plt.imshow(x_train[i, :, :, 0], cmap="gray")
    plt.axis("off")
    plt.subplot(2, 12, i + 13)
    plt.imshow(picture[:, :, 0], cmap="gray")
    plt.axis("off")
plt.savefig("augmented.png")

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

model.fit(
    image_gen_train.flow(x_train, y_train, batch_size=32),
    epochs=epochs,
    validation_data=(x_test, y_test),
    validation_freq=1,
)
model.summary()
