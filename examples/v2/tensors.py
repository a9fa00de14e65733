"""Tensors and operations, one by one."""

import numpy as np
import tensorflow as tf

a = tf.constant([1, 5], dtype=tf.int64)
print("a:", a)
print("a.dtype:", a.dtype)
print("a.shape:", a.shape)

b = tf.convert_to_tensor(np.arange(0, 5), dtype=tf.int64)
print("b:", b)
print(tf.zeros([2, 3]), tf.ones(4), tf.fill([2, 2], 9))

print(tf.random.normal([2, 2], mean=0.5, stddev=1, seed=1))
print(tf.random.truncated_normal([2, 2], mean=0.5, stddev=1, seed=1))
print(tf.random.uniform([2, 2], minval=0, maxval=1, seed=1))

x = tf.constant([1.0, 2.0, 3.0], dtype=tf.float64)
print(tf.cast(x, tf.int32), tf.reduce_min(x), tf.reduce_max(x))
x = tf.constant([[1, 2, 3], [2, 2, 3]])
print(tf.reduce_mean(x), tf.reduce_sum(x, axis=1))

p, q = tf.ones([1, 3]), tf.fill([1, 3], 3.0)
print(tf.add(p, q), tf.subtract(p, q), tf.multiply(p, q), tf.divide(q, p))
r = tf.fill([1, 2], 3.0)
print(tf.pow(r, 3), tf.square(r), tf.sqrt(r))
print(tf.matmul(tf.ones([3, 2]), tf.fill([2, 3], 3.0)))

features = tf.constant([12, 23, 10, 17])
labels = tf.constant([0, 1, 1, 0])
for element in tf.data.Dataset.from_tensor_slices((features, labels)):
    print(element)

with tf.GradientTape() as tape:
    w = tf.Variable(tf.constant(3.0))
    loss = tf.pow(w, 2)
print(tape.gradient(loss, w))

for i, name in enumerate(["one", "two", "three"]):
    print(i, name)
print(tf.one_hot(tf.constant([1, 0, 2]), depth=3))
y = tf.nn.softmax(tf.constant([1.01, 2.01, -0.66]))
print("After softmax, y_pro is:", y, "sum:", tf.reduce_sum(y).numpy())

w = tf.Variable(4)
w.assign_sub(1)
print(w)
test = np.array([[1, 2, 3], [2, 3, 4], [5, 4, 3], [8, 7, 2]])
print(tf.argmax(test, axis=0), tf.argmax(test, axis=1))
a, b = tf.constant([1, 2, 3, 1, 1]), tf.constant([0, 1, 3, 4, 5])
print(tf.where(tf.greater(a, b), a, b))
draw = np.random.RandomState(seed=1)
print(draw.rand(), draw.rand(2, 3))
print(np.vstack((np.array([1, 2, 3]), np.array([4, 5, 6]))))
u, v = np.mgrid[1:3:1, 2:4:0.5]
print(np.c_[u.ravel(), v.ravel()])
print("a is", tf.constant([[1.5, 2.5]]).numpy())
