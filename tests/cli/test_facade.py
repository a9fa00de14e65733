"""Paths of TensorFlow's and Keras' releases lead to the faces, by any spelling."""

import importlib
import subprocess
import sys
from types import ModuleType

import pytest

from cli import fakes
from penstock.cli import facade, paths
from penstock.core.errors import UnsupportedError


@pytest.fixture
def face(monkeypatch):
    """`face(1)` installs the finder over small faces; undone after the test."""
    fakes.install(monkeypatch)
    real = facade._module

    def module(name):
        return fakes.faces()["penstock"] if name == "penstock" else real(name)

    monkeypatch.setattr(facade, "_module", module)
    yield facade.install
    facade.uninstall()


def run(source):
    names = {}
    exec(compile(source, "program.py", "exec"), names)
    return names.get("x")


# Statements that end in an `x`, and what it must be under the 1.x face.
SPELLINGS = {
    "import tensorflow as tf; x = tf.Session": "Session 1",
    "from tensorflow import Session as x": "Session 1",
    "import tensorflow.compat.v1 as tf; x = tf.Session": "Session 1",
    "from tensorflow.python.framework.ops import Session as x": "Session 1",
    "from tensorflow.python.framework import ops; x = ops.Session": "Session 1",
    "from tensorflow.python.platform import gfile; x = gfile.Exists": "exists",
    "import tensorflow as tf; x = tf.python.platform.gfile.Exists": "exists",
    "from tensorflow.python.ops import rnn_cell; x = rnn_cell.BasicLSTMCell": "cell",
    "from tensorflow.models.rnn import rnn_cell; x = rnn_cell.BasicLSTMCell": "cell",
    "from tensorflow.nn.rnn_cell import BasicLSTMCell as x": "cell",
    "from tensorflow.contrib import layers; x = layers.flatten": "flatten",
    "import tensorflow.contrib.layers as l; x = l.flatten": "flatten",
    "from tensorflow.contrib.layers.python.layers import flatten as x": "flatten",
    "from tensorflow.examples.tutorials.mnist import input_data\n"
    "x = input_data.read_data_sets": "reader",
    "import tensorflow.examples.tutorials.mnist.input_data as input_data\n"
    "x = input_data.read_data_sets": "reader",
    "from tensorflow.contrib.learn.python.learn.datasets.mnist import"
    " read_data_sets as x": "reader",
    "from keras.datasets import mnist; x = mnist.load_data()": "data",
    "from tensorflow.keras.datasets import mnist; x = mnist.load_data()": "data",
    "from tensorflow.python.keras.datasets import mnist; x = mnist.load_data()": "data",
    "from keras.utils.np_utils import to_categorical; x = to_categorical('y')": "y",
    "from keras.utils import np_utils; x = np_utils.to_categorical('y')": "y",
    "from keras.layers.core import Dense; x = Dense.__name__": "Dense",
    "from tensorflow.keras.layers import *\nx = Dense.__name__": "Dense",
    "from tensorflow.python.ops.nn import relu as x": "relu",
    "import tensorflow as tf; x = tf.compat.as_str(3)": "3",
    "from tensorflow.core.framework.graph_pb2 import *\nx = GraphDef.__name__": (
        "GraphDef"
    ),
    "import tensorflow as tf; tf.model = 7; import tensorflow; x = tensorflow.model": 7,
}  # fmt: skip


@pytest.mark.parametrize("source", SPELLINGS)
def test_spellings_under_the_1x_face(face, source):
    face(1)
    assert run(source) == SPELLINGS[source]


def test_the_2x_face(face, monkeypatch):
    monkeypatch.setitem(sys.modules, "penstock", fakes.faces()["penstock"])
    face(2)
    tf = importlib.import_module("tensorflow")
    assert tf.GradientTape == "tape"
    assert tf.compat.v1.Session == "Session 1"
    assert tf.__version__ == "2.15.0" and tf.keras.__version__ == "2.15.0"
    inside = "the package's inside is no part of TensorFlow"
    assert not hasattr(tf, "ir") and not hasattr(tf.core, "secret"), inside


def test_it_is_a_module_like_any_other(face):
    face(1)
    tf = importlib.import_module("tensorflow")
    assert isinstance(tf, ModuleType) and tf.__version__ == "1.15.0"
    assert tf is sys.modules["tensorflow"] and tf.nn is sys.modules["tensorflow.nn"]
    assert tf.__spec__.name == "tensorflow" and tf.__doc__ == "1.x"
    assert "Session" in dir(tf) and "_faces" not in dir(tf)
    assert importlib.reload(tf) is tf
    assert tf.keras.layers.Dense is importlib.import_module("keras.layers").Dense


def test_a_missing_name_says_where(face):
    face(1)
    with pytest.raises(UnsupportedError) as caught:
        run("import tensorflow as tf\n\ntf.contrib.crf.crf_log_likelihood")
    assert str(caught.value) == (
        "tf.contrib.crf is not in Penstock (program.py, line 3)."
        " `penstock check program.py` lists all such names."
    )
    assert run("import tensorflow as tf; x = hasattr(tf, 'no_such')") is False
    assert run("import tensorflow as tf; x = getattr(tf, 'no', 4)") == 4


@pytest.mark.parametrize(
    "statement",
    [
        "import tensorflow.contrib.bayesflow",
        "from tensorflow.contrib import bayesflow",
        "from tensorflow.contrib.bayesflow import nets",
        "from tensorflow import Nothing",
        "import tensorflow.Session",
        "from keras.layers import Nothing",
    ],
)
def test_a_missing_import_says_where(face, statement):
    face(1)
    with pytest.raises(ImportError, match=r"not in Penstock \(program.py, line 2\)"):
        run(f"\n{statement}")
    run(f"try:\n    {statement}\nexcept ImportError:\n    x = 1")


def test_a_fault_inside_a_face_is_not_hidden(face, monkeypatch):
    def broken(name, package=None):
        raise ModuleNotFoundError("No module named 'h5py'", name="h5py")

    monkeypatch.setattr(facade.importlib, "import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="h5py"):
        facade._module("penstock.something")


def test_a_local_module_named_keras_wins(folder):
    folder.write("keras.py", "x = 'my own'")
    folder.write("program.py", "import keras; print(keras.x)")
    assert folder.run("program.py").stdout == "my own\n"


def test_places_of_the_table_are_well_formed():
    for path, places in paths.TABLE.items():
        assert path.partition(".")[0] in paths.ROOTS
        for place in places:
            assert all(
                part.isidentifier() for part in place.lstrip("@").split(".")
            ) or (place == "")


def test_as_tensorflow(folder):
    folder.write(
        "program.py",
        """
        import penstock.as_tensorflow
        import sys
        finders = [f for f in sys.meta_path if type(f).__name__ == "Faces"]
        print(finders[0].face)
        penstock.as_tensorflow.use(2)
        finders = [f for f in sys.meta_path if type(f).__name__ == "Faces"]
        print(len(finders), finders[0].face)
        try:
            penstock.as_tensorflow.use(3)
        except ValueError as error:
            print(error)
        """,
    )
    assert folder.python("program.py", PENSTOCK_FACE="1").stdout == (
        "1\n1 2\nPenstock has face 1 (1.x) and 2 (2.x). Received: 3\n"
    )
    failed = folder.python("program.py", PENSTOCK_FACE="x")
    assert "PENSTOCK_FACE is 1 or 2. Received: 'x'" in failed.stderr


def test_installing_twice_leaves_one_finder(face):
    face(1)
    face(2)
    assert sum(isinstance(finder, facade.Faces) for finder in sys.meta_path) == 1


def test_python_itself_is_left_alone():
    """Nothing of ours is found by a Python that did not ask."""
    code = (
        "import penstock.cli.facade, importlib.util as u; print(u.find_spec('keras'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "None\n"


def test_a_program_gets_the_real_faces(folder):
    folder.write(
        "one.py",
        "import tensorflow as tf\nprint(tf.__version__, tf.Session.__name__)\n"
        "print(tf.compat.as_text(b'x'), hasattr(tf, 'ir'))\n"
        "tf.contrib.no_such_thing\n",
    )
    done = folder.run("one.py")
    assert done.stdout == "1.15.0 Session\nx False\n" and done.code == 1
    assert done.stderr.startswith("Traceback (most recent call last):\n  File ")
    assert done.stderr.count("  File ") == 1
    assert "tf.contrib.no_such_thing is not in Penstock (one.py, line 4)" in done.stderr
    folder.write("two.py", "import tensorflow as tf\nprint(tf.__version__)\n")
    assert folder.run("two.py").stdout == "2.15.0\n"
    assert folder.run("--tf1", "two.py").stdout == "1.15.0\n"
