"""Predicting the next letter of the alphabet from 1 letter, one-hot.

penstock run letters_onehot_1.py [epochs]
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

pairs = [(i, (i + 1) % 5) for i in range(5)]
windows = [[a] for a, _ in pairs]
y_train = np.array([b for _, b in pairs])
x_train = np.eye(5)[windows]

model = tf.keras.Sequential([SimpleRNN(3), Dense(5, activation="softmax")])
model.compile(
    optimizer=tf.keras.optimizers.Adam(0.01),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=False),
    metrics=["sparse_categorical_accuracy"],
)
path = "./checkpoint/letters_onehot_1.ckpt"
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

for given in ("a", "b", "c", "d", "e"):
    numbers = [index[c] for c in given]
    alphabet = tf.argmax(model.predict(np.eye(5)[[numbers]], verbose=0), axis=1)
    tf.print(given + "->" + letters[int(alphabet[0])])
