"""`tf.enable_eager_execution`: a 1.x program that computes at once."""

import subprocess
import sys

PROGRAM = """
import penstock.compat.v1 as tf
tf.enable_eager_execution()
v = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    y = v * v
print(tape.gradient(y, v).numpy().tolist(), tf.executing_eagerly())
tf.set_random_seed(1)
a = tf.random_normal([2]).numpy()
tf.set_random_seed(1)
print((tf.random_normal([2]).numpy() == a).all())
with tf.Graph().as_default(), tf.Session() as sess:
    print(sess.run(tf.constant(1.0) + 1.0), tf.executing_eagerly())
try:
    tf.placeholder(tf.float32)
except RuntimeError as error:
    print(error)
"""


def test_program():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.splitlines() == [
        "[2.0, 4.0] True",
        "True",
        "2.0 False",
        "tf.placeholder() is not compatible with eager execution.",
    ], done.stderr


def test_too_late():
    text = (
        "import penstock.compat.v1 as tf\ntf.constant(1)\n"
        "try:\n    tf.enable_eager_execution()\n"
        "except ValueError as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=120
    )
    assert "must be called at program startup" in done.stdout, done.stderr
