"""Red and blue dots, with and without L2, and the border between them as a picture.

python dots.py PATH/dot.csv
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import tensorflow as tf

df = pd.read_csv(sys.argv[1])
x_data = np.array(df[["x1", "x2"]])
y_data = np.array(df["y_c"])
x_train = tf.cast(np.vstack(x_data).reshape(-1, 2), tf.float32)
y_train = tf.cast(np.vstack(y_data).reshape(-1, 1), tf.float32)
colours = [["red" if y else "blue"] for y in y_data]
train_db = tf.data.Dataset.from_tensor_slices((x_train, y_train)).batch(32)

for regularised in (False, True):
    tf.random.set_seed(1)
    w1 = tf.Variable(tf.random.normal([2, 11], seed=1), dtype=tf.float32)
    b1 = tf.Variable(tf.constant(0.01, shape=[11]))
    w2 = tf.Variable(tf.random.normal([11, 1], seed=2), dtype=tf.float32)
    b2 = tf.Variable(tf.constant(0.01, shape=[1]))
    for epoch in range(61):
        for x_batch, y_batch in train_db:
            with tf.GradientTape() as tape:
                h1 = tf.nn.relu(tf.matmul(x_batch, w1) + b1)
                y = tf.matmul(h1, w2) + b2
                loss = tf.reduce_mean(tf.square(y_batch - y))
                if regularised:
                    penalty = [tf.nn.l2_loss(w1), tf.nn.l2_loss(w2)]
                    loss = loss + 0.03 * tf.reduce_sum(penalty)
            variables = [w1, b1, w2, b2]
            grads = tape.gradient(loss, variables)
            for v, g in zip(variables, grads):
                v.assign_sub(0.01 * g)
        if epoch % 20 == 0:
            print("epoch:", epoch, "loss:", float(loss))

    xx, yy = np.mgrid[-3:3:0.1, -3:3:0.1]
    grid = tf.cast(np.c_[xx.ravel(), yy.ravel()], tf.float32)
    probs = []
    for x_test in grid:
        h1 = tf.nn.relu(tf.matmul([x_test], w1) + b1)
        probs.append(tf.matmul(h1, w2) + b2)
    probs = np.array(probs).reshape(xx.shape)
    print("inside:", int((probs > 0.5).sum()))
    plt.scatter(x_data[:, 0], x_data[:, 1], color=np.squeeze(colours))
    plt.contour(xx, yy, probs, levels=[0.5])
    plt.savefig("dots_l2.png" if regularised else "dots.png")
    plt.close()
