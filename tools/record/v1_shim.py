"""Run one program of the 1.x years on the real TensorFlow 2.21.

    python tools/record/v1_shim.py [--py2] PROGRAM [ARGS]

`tensorflow` becomes `tensorflow.compat.v1`; the few pieces of `contrib` and of the
MNIST tutorial that the example programs use are emulated here in terms of what is
still there, and Python-2 source is converted by the standard library's 2to3 (which
Python 3.11 and 3.12 hold). Only the recorder and the benchmarks run this file.
"""

import builtins
import importlib.abc
import importlib.util
import os
import sys
import types
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")


def _module(name: str, **names: object) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__.update(names)
    module.__path__ = []  # a package, so that its submodules can be imported
    sys.modules[name] = module
    return module


def _contrib(tf):
    """`tf.contrib`: the pieces that the example programs use."""

    def l2_regularizer(scale, scope=None):
        return lambda w: tf.multiply(tf.constant(scale), tf.nn.l2_loss(w))

    def l1_regularizer(scale, scope=None):
        return lambda w: tf.multiply(tf.constant(scale), tf.reduce_sum(tf.abs(w)))

    layers = _module(
        "tensorflow.contrib.layers",
        l2_regularizer=l2_regularizer,
        l1_regularizer=l1_regularizer,
        xavier_initializer=tf.glorot_uniform_initializer,
        flatten=tf.layers.flatten,
    )
    cells = ("BasicLSTMCell", "BasicRNNCell", "GRUCell", "LSTMCell", "MultiRNNCell")
    rnn = _module(
        "tensorflow.contrib.rnn",
        static_rnn=tf.nn.static_rnn,
        **{name: getattr(tf.nn.rnn_cell, name) for name in cells},
    )
    return _module("tensorflow.contrib", layers=layers, rnn=rnn)


class _DataSet:
    """Images and labels that are dealt out in a new order each epoch."""

    def __init__(self, images, labels):
        import numpy as np

        flat = images.reshape(len(images), -1)
        self.images = np.multiply(flat.astype(np.float32), 1.0 / 255.0)
        self.labels = labels
        self.num_examples = len(images)
        self.epochs_completed = 0
        self._at = 0

    def _deal(self):
        import numpy as np

        order = np.arange(self.num_examples)
        np.random.shuffle(order)
        self.images, self.labels = self.images[order], self.labels[order]

    def next_batch(self, batch_size, fake_data=False, shuffle=True):
        import numpy as np

        if self._at == 0 and self.epochs_completed == 0 and shuffle:
            self._deal()
        start, end = self._at, self._at + batch_size
        if end <= self.num_examples:
            self._at = end
            return self.images[start:end], self.labels[start:end]
        rest = self.images[start:], self.labels[start:]
        self.epochs_completed += 1
        if shuffle:
            self._deal()
        self._at = end - self.num_examples
        return (
            np.concatenate([rest[0], self.images[: self._at]]),
            np.concatenate([rest[1], self.labels[: self._at]]),
        )


def _read_data_sets(train_dir, fake_data=False, one_hot=False, validation_size=5000):
    """MNIST of `KERAS_HOME/datasets/mnist.npz`, as the tutorial cuts it up."""
    import numpy as np

    home = Path(os.environ["KERAS_HOME"]) / "datasets" / "mnist.npz"
    with np.load(home, allow_pickle=False) as parts:
        x, y = parts["x_train"], parts["y_train"]
        test_x, test_y = parts["x_test"], parts["y_test"]
    if one_hot:
        y, test_y = (np.eye(10)[labels] for labels in (y, test_y))
    cut = validation_size
    return types.SimpleNamespace(
        train=_DataSet(x[cut:], y[cut:]),
        validation=_DataSet(x[:cut], y[:cut]),
        test=_DataSet(test_x, test_y),
    )


def _as_python3(source: str, name: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lib2to3 import refactor

    names = [n for n in refactor.get_fixers_from_package("lib2to3.fixes")]
    if "print_function" in source:
        names.remove("lib2to3.fixes.fix_print")
    return str(refactor.RefactoringTool(names).refactor_string(source + "\n", name))


class _Python2Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the modules beside a Python-2 program, converted."""

    def __init__(self, folder: Path):
        self.folder = folder

    def find_spec(self, name, path=None, target=None):
        file = self.folder / f"{name}.py"
        if path is None and file.is_file():
            return importlib.util.spec_from_file_location(name, file, loader=self)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        file = module.__spec__.origin
        source = _as_python3(Path(file).read_text(encoding="utf-8"), file)
        exec(compile(source, file, "exec"), module.__dict__)


def _bridge_libraries():
    """What has drifted beside TensorFlow since the programs were written."""
    import PIL.Image

    if not hasattr(PIL.Image, "ANTIALIAS"):
        PIL.Image.ANTIALIAS = PIL.Image.LANCZOS


def _int_of_one_element(value=0, *base):
    """`int`, which NumPy 2.4 no longer allows on an array of one element."""
    return int(getattr(value, "flat", [value])[0] if not base else value, *base)


def install() -> types.ModuleType:
    """Make `import tensorflow` mean `tensorflow.compat.v1`; returns it."""
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.contrib = _contrib(tf)
    input_data = types.SimpleNamespace(read_data_sets=_read_data_sets)
    _module("tensorflow.examples")
    _module("tensorflow.examples.tutorials")
    _module("tensorflow.examples.tutorials.mnist", input_data=input_data)
    sys.modules["tensorflow"] = tf
    return tf


def main() -> None:
    args = sys.argv[1:]
    python2 = args[0] == "--py2"
    program = Path(args[python2]).resolve()
    warnings.simplefilter("ignore")
    install()
    _bridge_libraries()
    builtins.raw_input = builtins.input
    sys.argv = args[python2:]
    sys.path[0] = str(program.parent)
    source = program.read_text(encoding="utf-8")
    if python2:
        import numpy as np

        # A list of scalars printed as [0.5], not [np.float32(0.5)], in those years.
        np.set_printoptions(legacy="1.25")
        source = _as_python3(source, str(program))
        sys.meta_path.insert(0, _Python2Loader(program.parent))
    main_module = types.ModuleType("__main__")
    main_module.__dict__.update(__file__=str(program), int=_int_of_one_element)
    sys.modules["__main__"] = main_module
    exec(compile(source, str(program), "exec"), main_module.__dict__)


if __name__ == "__main__":
    main()
