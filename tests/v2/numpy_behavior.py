"""Tensors under NumPy's rules, which hold for a whole program; its output is compared.

Run as `python numpy_behavior.py MODULE`, which prints what MODULE's tensors do.
"""

import importlib
import sys

import numpy as np

tf = importlib.import_module(sys.argv[1])
n = tf.experimental.numpy
n.experimental_enable_numpy_behavior()
a, b = tf.constant([1, 2]), tf.constant([1.5], tf.float32)
kinds = [a + 1.5, b + a, b + 1.5, 1.5 + a, a / 2, a // 2, a * 2.0, a - a, 2**a, a % 2]
kinds += [b * np.float64(2), b + np.array([1.0]), a < 1.5, a == 1, a != b, -a, a @ a]
print([(k.dtype.name, k.numpy().tolist()) for k in kinds])
m = tf.constant([[1, 2, 3], [4, 5, 6]])
print(m.T, m.reshape(3, 2), m.reshape((1, -1)), m.astype("float32"), m.ndim, m.size)
print(m.tolist(), m.ravel(), m.flatten(), m.transpose(), m.transpose((1, 0)))
print(m.max(), m.min(), m.mean(), m.clip(2, 4), m.max(axis=0))
print(m[:, [0, 2]], m[[1, 0]], m[tf.constant([True, False])], m[0], m[:, -1], m[..., 1])
print(n.around([1.25, 2.35, -0.5, 1.5], 1), n.round([0.5, 1.5, 2.5]), n.rad2deg(b))
print(
    n.deg2rad([180.0]),
    n.hypot([3], [4]),
    n.sin([1, 2]),
    n.log([1, 2]).dtype,
    n.floor([1]).dtype,
    n.mean([1, 2]),
)
with tf.GradientTape() as tape:
    x = tf.Variable([1.0, 2.0])
    y = n.sum((x + 1) * 2.0 * x)
print(tape.gradient(y, x))


@tf.function
def halved(x):
    return (x / 2).reshape(-1).astype(tf.float32)


print(halved(m))
n.experimental_enable_numpy_behavior(prefer_float32=True)
print(n.array([1.0]).dtype, n.ones(2).dtype, n.array([1]).dtype, n.arange(3.0).dtype)
