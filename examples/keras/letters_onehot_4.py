"""Predicting the next letter of the alphabet from 4 letters, one-hot.

penstock run letters_onehot_4.py [epochs]
"""

import os
import sys

import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Dense, SimpleRNN

letters = "abcde"
index = {letter: i for i, letter in enumerate(letters)}
np.random.seed(7)
tf.keras.utils.set_random_seed(7)

windows = [[(i + k) % 5 for k in range(4)] for i in range(5)]
y_train = np.array([(i + 4) % 5 for i in range(5)])
x_train = np.eye(5)[windows]

model = tf.keras.Sequential([SimpleRNN(3), Dense(5, activation="softmax")])
model.compile(
    optimizer=tf.keras.optimizers.Adam(0.01),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=False),
    metrics=["sparse_categorical_accuracy"],
)
path = "./checkpoint/letters_onehot_4.ckpt"
if os.path.exists(path + ".index"):
    print("-------------load the model-----------------")
    model.load_weights(path)
saver = tf.keras.callbacks.ModelCheckpoint(
    filepath=path, save_weights_only=True, save_best_only=True, monitor="loss"
)
epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 100
history = model.fit(
    x_train, y_train, batch_size=32, epochs=epochs, callbacks=[saver], verbose=2
)
model.summary()
with open("./weights.txt", "w") as file:
    for v in model.trainable_variables:
        file.write(str(v.name) + "\n")
        file.write(str(v.shape) + "\n")
        file.write(str(v.numpy()) + "\n")

for given in ("abcd", "bcde", "cdea", "deab", "eabc"):
    numbers = [index[c] for c in given]
    alphabet = tf.argmax(model.predict(np.eye(5)[[numbers]], verbose=0), axis=1)
    tf.print(given + "->" + letters[int(alphabet[0])])
