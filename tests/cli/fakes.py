"""Small faces that stand in for the real ones, where a test is about the finder."""

import sys
from types import ModuleType


def _module(name: str, **names) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(names)
    return module


class Saver:
    """A class with methods, as `tf.train.Saver`."""

    def __init__(self, var_list=None, max_to_keep=5):
        self.last = None

    def save(self, sess, save_path, global_step=None):
        return save_path


def matmul(a, b, transpose_b=False, name=None):
    return ("matmul", a, b)


def faces() -> dict[str, ModuleType]:
    """Module name -> module, for `sys.modules`."""
    layers = _module("penstock.keras.layers", Dense=type("Dense", (), {}))
    datasets = _module("penstock.keras.datasets")
    datasets.mnist = _module("penstock.keras.datasets.mnist", load_data=lambda: "data")
    utils = _module("penstock.keras.utils", to_categorical=lambda y: y)
    keras = _module("penstock.keras", layers=layers, datasets=datasets, utils=utils)
    rnn_cell = _module("penstock.compat.v1.nn.rnn_cell", BasicLSTMCell="cell")
    contrib_layers = _module("penstock.compat.v1.contrib.layers", flatten="flatten")
    v1 = _module(
        "penstock.compat.v1",
        __doc__="1.x",
        Session="Session 1",
        matmul=matmul,
        constant=lambda value: value,
        keras=keras,
        train=_module("penstock.compat.v1.train", Saver=Saver),
        nn=_module("penstock.compat.v1.nn", rnn_cell=rnn_cell, relu="relu"),
        gfile=_module("penstock.compat.v1.gfile", Exists="exists"),
        contrib=_module("penstock.compat.v1.contrib", layers=contrib_layers),
    )
    compat = _module("penstock.compat", v1=v1, as_str=str)
    v2 = _module(
        "penstock", GradientTape="tape", keras=keras, compat=compat, matmul=matmul
    )
    v2.ir = _module("penstock.ir", secret=1)
    v2.core = _module("penstock.core", secret=1)
    reader = _module("penstock.v1.mnist_tutorial", read_data_sets="reader")
    found = [v2, compat, v1, keras, layers, datasets, datasets.mnist, utils, reader]
    return {module.__name__: module for module in found}


def install(monkeypatch) -> None:
    """Put the small faces in the real ones' place, loaded before or not."""
    for name in list(sys.modules):
        if name.partition(".")[0] == "keras":  # pytest's name for tests/keras
            monkeypatch.delitem(sys.modules, name)
    for name, module in faces().items():
        parent, _, child = name.rpartition(".")
        if parent:  # the real package itself stays importable
            monkeypatch.setitem(sys.modules, name, module)
        if parent == "penstock":
            monkeypatch.setitem(vars(sys.modules["penstock"]), child, module)
