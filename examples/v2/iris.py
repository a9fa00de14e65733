"""Irises from scratch: one layer, softmax, gradients by tape, 500 epochs."""

import numpy as np
import tensorflow as tf
from sklearn import datasets

x_data = datasets.load_iris().data
y_data = datasets.load_iris().target
np.random.seed(116)
np.random.shuffle(x_data)
np.random.seed(116)
np.random.shuffle(y_data)
tf.random.set_seed(116)

x_train, y_train = x_data[:-30], y_data[:-30]
x_test, y_test = x_data[-30:], y_data[-30:]
x_train = tf.cast(x_train, tf.float32)
x_test = tf.cast(x_test, tf.float32)
train_db = tf.data.Dataset.from_tensor_slices((x_train, y_train)).batch(32)
test_db = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(32)

w1 = tf.Variable(tf.random.truncated_normal([4, 3], stddev=0.1, seed=1))
b1 = tf.Variable(tf.random.truncated_normal([3], stddev=0.1, seed=1))
lr = 0.1
loss_all = 0

for epoch in range(500):
    for step, (x_batch, y_batch) in enumerate(train_db):
        with tf.GradientTape() as tape:
            y = tf.nn.softmax(tf.matmul(x_batch, w1) + b1)
            y_ = tf.one_hot(y_batch, depth=3)
            loss = tf.reduce_mean(tf.square(y_ - y))
            loss_all += loss.numpy()
        grads = tape.gradient(loss, [w1, b1])
        w1.assign_sub(lr * grads[0])
        b1.assign_sub(lr * grads[1])
    print(f"Epoch {epoch}, loss: {loss_all / 4}")
    loss_all = 0

    correct, number = 0, 0
    for x_batch, y_batch in test_db:
        y = tf.nn.softmax(tf.matmul(x_batch, w1) + b1)
        pred = tf.cast(tf.argmax(y, axis=1), dtype=y_batch.dtype)
        hits = tf.reduce_sum(tf.cast(tf.equal(pred, y_batch), dtype=tf.int32))
        correct += int(hits)
        number += x_batch.shape[0]
    print("Test_acc:", correct / number)
print(w1.numpy(), b1.numpy())
