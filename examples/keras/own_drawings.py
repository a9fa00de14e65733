"""Saying which digit a drawing shows, with the checkpoint of clothes.py.

penstock run own_drawings.py checkpoint/digits.ckpt seven.png [more.png ...]
"""

import sys

import numpy as np
import tensorflow as tf
from PIL import Image

model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(128, activation="relu"),
        tf.keras.layers.Dense(10, activation="softmax"),
    ]
)
model.load_weights(sys.argv[1])
for path in sys.argv[2:]:
    picture = Image.open(path).resize((28, 28), Image.LANCZOS)
    pixels = np.array(picture.convert("L"))
    pixels = np.where(pixels < 200, 255, 0)
    x_predict = (pixels / 255.0)[tf.newaxis, ...]
    result = model.predict(x_predict)
    pred = tf.argmax(result, axis=1)
    tf.print(pred)
