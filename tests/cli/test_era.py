"""The face follows from the names that a program and its own modules use."""

import ast
import importlib
import textwrap

import pytest

from penstock.cli.era import era
from penstock.cli.names import uses
from penstock.cli.program import read_program

V1, V2 = "import tensorflow.compat.v1 as tf\n", "import tensorflow as tf\n"

# Program -> its era.
ERAS = {
    V2 + "x = tf.placeholder(tf.float32)": 1,
    V2 + "with tf.Session() as sess: pass": 1,
    V2 + "tf.contrib.layers.flatten(x)": 1,
    V2 + "from tensorflow.examples.tutorials.mnist import input_data": 1,
    V2 + "from tensorflow.python.framework import graph_util": 2,
    V2 + "from tensorflow.python.client import device_lib": 2,
    V2 + "from tensorflow.python.client.session import Session": 1,
    V2 + "tf.mul(a, b)": 1,
    V2 + "tf.reduce_sum(x, keep_dims=True)": 1,
    V2 + "tf.enable_eager_execution()\nx = tf.constant(1)": 1,
    V2 + "import tensorflow.contrib.eager as tfe\ntfe.Variable(1)": 1,
    V2 + "tf.train.Saver()": 1,
    V2 + "tf.train.AdamOptimizer(0.1)": 1,
    V2 + "tf.get_default_graph()": 1,
    V2 + "with tf.GradientTape() as tape: pass": 2,
    V2 + "print(tf.reduce_sum(tf.constant([1, 2])))": 2,
    V2 + "tf.keras.Sequential()": 2,
    V2 + "tf.random.set_seed(1); tf.losses.MSE(a, b)": 2,
    V2 + "tf.compat.v1.disable_eager_execution()\ntf.compat.v1.Session()": 2,
    V2 + "tf.compat.v1.disable_v2_behavior()\ntf.placeholder(tf.float32)": 1,
    V2 + "import tensorflow.compat.v1 as v1\nv1.Session()": 2,
    V1 + "tf.disable_v2_behavior()\ntf.placeholder(tf.float32)": 2,
    V1 + "from tensorflow import keras\nkeras.Sequential()": 2,
    V2 + "assert tf.__version__.startswith('2.')\ntf.Session": 2,
    V2 + "assert tf.__version__.split('.')[0] == '1'\ntf.constant(1)": 1,
    V2 + "print(tf.__version__.startswith('2'))\ntf.Session()": 1,
    V2 + "if hasattr(tf, 'x'):\n    tf.Session()\ntf.random.set_seed(1)\n"
    "tf.optimizers.Adam()": 2,
    "import keras\nkeras.Sequential()": 2,
    "print(1)": 2,
}  # fmt: skip


@pytest.mark.parametrize("source", ERAS)
def test_era(source):
    tree = ast.parse(source)
    assert era(uses(tree, "p.py"), [tree]).face == ERAS[source]


def test_python_2_is_of_the_first_era():
    tree = ast.parse(V2 + "x = tf.constant(1)")
    assert era(uses(tree, "p.py"), [tree], python2=True).face == 1
    tree = ast.parse(V2 + "tf.random.set_seed(1)")
    assert era(uses(tree, "p.py"), [tree], python2=True).face == 2


def test_the_eras_names_are_apart():
    eras = importlib.import_module("penstock.cli.eras")
    assert "train.AdamOptimizer" in eras.ONLY_1X and "app" in eras.ONLY_1X
    assert "random.set_seed" in eras.ONLY_2X
    assert not eras.ONLY_1X & eras.ONLY_2X
    assert not {"constant", "Variable", "matmul", "GradientTape"} & eras.ONLY_1X


def test_the_era_of_a_programs_own_modules_counts(folder):
    folder.write("program.py", "import forward\nforward.build()\n")
    folder.write("forward.py", "from lib.net import build\n")
    folder.write("lib/__init__.py", "")
    folder.write(
        "lib/net.py",
        "import tensorflow as tf\ndef build(): print 'x', tf.placeholder\n",
    )
    program = read_program(str(folder.path / "program.py"))
    assert program.era.face == 1
    assert "tf.placeholder (line 2)" in program.era.why
    assert [sign.what.split(" ")[0] for _, sign in program.signs] == ["Missing"]


def test_folders_added_to_the_path_are_read(folder, monkeypatch):
    monkeypatch.chdir(folder.path)
    folder.write("app/program.py", "import sys\nsys.path.append('lib')\nimport net\n")
    folder.write("lib/net.py", "import tensorflow as tf\ntf.Session()\n")
    assert read_program("app/program.py").era.face == 1


def test_uses_have_lines_calls_and_methods():
    tree = ast.parse(
        textwrap.dedent("""
        import tensorflow as tf
        from tensorflow.contrib import layers as L
        slim = tf.contrib.slim
        saver = tf.train.Saver(max_to_keep=3)
        saver.save(sess, "x")
        L.flatten(tf.nn.relu(x, name="r"), *more)
        with slim.arg_scope([]): pass
        def f(saver=tf.int32): return saver
    """)
    )
    shown = [
        (use.path, use.line, use.positional, use.keywords, use.method)
        for use in uses(tree, "p.py")
    ]
    assert ("tensorflow.train.Saver", 5, 0, ("max_to_keep",), None) in shown
    assert ("tensorflow.contrib.layers.flatten", 7, None, (), None) in shown
    assert ("tensorflow.nn.relu", 7, 1, ("name",), None) in shown
    assert ("tensorflow.contrib.slim.arg_scope", 8, 1, (), None) in shown
    assert ("tensorflow.int32", 9, None, None, None) in shown
    # `saver` is a parameter too: what it holds is not known.
    assert not any(method for *_, method in shown)


# 2.x programs that touch compat.v1, and whether calls stay eager, as in TensorFlow 2.
TOUCHES = {
    "tf.compat.v1.logging.set_verbosity('ERROR')": True,
    "tf.compat.v1.reset_default_graph()": True,
    "from tensorflow.compat.v1 import ConfigProto, InteractiveSession\n"
    "InteractiveSession(config=ConfigProto())": True,
    "with tf.compat.v1.Session(graph=tf.Graph()): pass": True,
    "tf.compat.v1.disable_eager_execution()": False,
    "tf.compat.v1.disable_v2_behavior()": False,
    "import tensorflow.compat.v1 as v1\nv1.placeholder(v1.float32)": False,
    "import tensorflow.compat.v1 as v1\nv1.disable_v2_behavior()": False,
}


@pytest.mark.parametrize("source", TOUCHES)
def test_compat_v1_leaves_a_program_of_2x_eager(folder, source):
    folder.write("program.py", f"{V2}{source}\nprint(tf.executing_eagerly())\n")
    done = folder.run("program.py")
    assert done.stdout == f"{TOUCHES[source]}\n", done.stderr
