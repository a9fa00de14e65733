"""Plain operations between the layers of a functional model, in configs.

Keras 2 stores `x * 2.0` as a layer TFOpLambda that names `math.multiply`.
"""

from __future__ import annotations

import importlib
import operator
from typing import Any

from penstock.ir.constant import constant_value
from penstock.ir.node import Node
from penstock.keras import scratch
from penstock.keras.layer import Layer

#: Op type -> (TensorFlow's function, names of its arguments after the first).
_FUNCTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    **{t: (f"math.{n}", ("y",)) for t, n in {
        "AddV2": "add", "Sub": "subtract", "Mul": "multiply", "RealDiv": "divide",
        "Maximum": "maximum", "Minimum": "minimum", "Pow": "pow",
        "SquaredDifference": "squared_difference", "Greater": "greater",
        "Less": "less", "Equal": "equal", "NotEqual": "not_equal",
    }.items()},
    **{t: (f"math.{n}", ()) for t, n in {
        "Neg": "negative", "Exp": "exp", "Log": "log", "Sqrt": "sqrt", "Abs": "abs",
        "Square": "square", "Tanh": "tanh", "Sigmoid": "sigmoid", "Sin": "sin",
        "Cos": "cos",
    }.items()},
    "Relu": ("nn.relu", ()), "Softmax": ("nn.softmax", ()),
    "Identity": ("identity", ()), "Reshape": ("reshape", ("shape",)),
    "ExpandDims": ("expand_dims", ("axis",)), "Transpose": ("transpose", ("perm",)),
}  # fmt: skip

_OPERATORS = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul,
    "truediv": operator.truediv, "floordiv": operator.floordiv, "pow": operator.pow,
    "neg": operator.neg, "matmul": operator.matmul, "getitem": operator.getitem,
    "radd": lambda x, y: y + x, "rsub": lambda x, y: y - x,
    "rmul": lambda x, y: y * x, "rtruediv": lambda x, y: y / x,
}  # fmt: skip


class TFOpLambda(Layer):
    """One function of TensorFlow as a layer. As stored by Keras 2."""

    def __init__(self, function, name=None, **kwargs):
        super().__init__(name=name, autocast=False, **kwargs)
        self.function_name = function
        self._function = _resolve(function)

    def call(self, inputs, *args, **kwargs):
        kwargs.pop("training", None)
        kwargs = {k: _slices(v) for k, v in kwargs.items()}
        if self.function_name.startswith("__operators__."):
            return self._function(inputs, *args, *kwargs.values())
        return self._function(inputs, *args, **kwargs)

    def get_config(self):
        return {**super().get_config(), "function": self.function_name}


def _slices(value):
    if isinstance(value, dict) and set(value) == {"start", "stop", "step"}:
        return slice(value["start"], value["stop"], value["step"])
    if isinstance(value, list):
        items = [_slices(v) for v in value]
        sliced = any(isinstance(v, slice) for v in items)
        return tuple(items) if sliced else items
    return value


def _resolve(name: str) -> Any:
    """The function of the 2.x face called `name`. Raises ValueError for none."""
    module, _, last = name.rpartition(".")
    if module == "__operators__":
        if last not in _OPERATORS:
            raise ValueError(f"Unknown operator in the config: {name!r}.")
        return _OPERATORS[last]
    if any(part.startswith("_") for part in name.split(".")):
        raise ValueError(f"The config names {name!r}, which is no public function.")
    face = importlib.import_module("penstock")
    for part in name.split("."):
        face = getattr(face, part)
    return face


def operation_entries(model: Any, made: dict[int, list]) -> list[dict[str, Any]]:
    """Layer entries for the plain operations of `model`; `made` notes what they make.

    Raises UnsupportedError for an operation that Keras has no stored form of.
    """
    from penstock.keras.archive_config import plain, refuse

    entries = []
    counts: dict[str, int] = {}
    nodes = [s for s in model._steps if isinstance(s, Node) and s.type != "Const"]
    names = {}
    for node in nodes:
        known = _FUNCTIONS.get(node.type)
        if known is None:
            raise refuse(f"The operation {node.type} between layers of {model.name}")
        n = counts.get(known[0], 0)
        counts[known[0]] = n + 1
        names[id(node)] = f"tf.{known[0]}" + (f"_{n}" if n else "")
        made[id(node.outputs[0])] = [names[id(node)], 0, 0]
    for node in nodes:
        function, rest = _FUNCTIONS[node.type]

        def value(tensor):
            if id(tensor) in made:
                return made[id(tensor)]
            return plain(constant_value(tensor))

        first, *others = node.inputs
        kwargs = {k: value(t) for k, t in zip(rest, others, strict=True)}
        at = value(first)
        if id(first) not in made:  # 2.0 - x: the tensor comes second
            function = f"__operators__.r{_REVERSED[node.type]}"
            at, kwargs = value(others[0]), {"y": at}
        name = names[id(node)]
        entries.append({
            "module": "keras.layers", "class_name": "TFOpLambda",
            "config": {"name": name, "trainable": True, "dtype": "float32",
                       "function": function},
            "registered_name": "TFOpLambda", "name": name,
            "inbound_nodes": [[*at, kwargs]],
        })  # fmt: skip
    return entries


_REVERSED = {"AddV2": "add", "Sub": "sub", "Mul": "mul", "RealDiv": "truediv"}


def symbolic(value) -> bool:
    """Whether `value` is a tensor of the functional API."""
    return scratch.is_symbolic(value)
