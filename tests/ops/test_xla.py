"""JAX's late import."""

import subprocess
import sys


def test_the_first_run_leaves_numpys_random_numbers_alone():
    program = (
        "import numpy as np\n"
        "import penstock.compat.v1 as tf\n"
        "x = tf.placeholder(tf.float32)\n"
        "np.random.seed(0)\n"
        "with tf.Session() as sess:\n"
        "    sess.run(x + 1, {x: 1})\n"
        "print(np.random.rand() == np.random.RandomState(0).rand())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
