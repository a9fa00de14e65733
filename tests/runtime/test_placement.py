"""Where eager work is computed, where there is a choice.

A second CPU device stands for an accelerator, in a process of its own: JAX reads the
number of devices once.
"""

import os
import subprocess
import sys

PROGRAM = """
import numpy as np
import penstock as tf
from penstock.ops.xla import jax
from penstock.runtime import devices

main, other = jax.devices()
devices.accelerators = lambda: [other]
a = tf.constant([1.0, 2.0]) + 1  # pending when the scope begins: not the scope's
with tf.device("/job:localhost/replica:0/task:0/device:GPU:0"):
    b = a * 2
    w = tf.Variable(b)
    w.assign_add(b)
with tf.device("/cpu:0"):
    c = b + w
    drawn = tf.random.uniform([3])
with tf.device("GPU:7"), tf.device(None):
    d = c + 1
try:
    with tf.device("GPU:0"):
        e = c * 3
        raise KeyError
except KeyError:
    pass
for t in (a, b, w, c, drawn, d, e):
    print(t.device.rpartition("/")[2], end=" ")
print(d.numpy(), e.numpy())
"""


def test_device_scopes_place_eager_work():
    flags = "--xla_force_host_platform_device_count=2"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    home, away = "device:CPU:0", "device:CPU:1"
    told = " ".join([home, away, away, home, home, home, away])
    assert done.stdout.strip() == f"{told} [13. 19.] [36. 54.]"
