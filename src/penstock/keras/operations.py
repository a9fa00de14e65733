"""Operations between layers, as layers: `x + y` is a TFOpLambda in `model.layers`.

Keras 2 stores such an operation as a layer that names a function of TensorFlow, Keras 3
as one that names a function of `keras.ops`.
"""

from __future__ import annotations

import importlib
import operator
from typing import Any

import numpy as np

from penstock.core import nest
from penstock.core.dtypes import DType
from penstock.core.shapes import TensorShape
from penstock.keras import names, scratch
from penstock.keras.layer import Layer
from penstock.keras.operation_names import FUNCTION_OF_CLASS, spelled_by_keras_3
from penstock.v2.scopes import name_scope

_OPERATORS = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul,
    "truediv": operator.truediv, "floordiv": operator.floordiv, "pow": operator.pow,
    "neg": operator.neg, "matmul": operator.matmul, "getitem": operator.getitem,
    "eq": operator.eq, "ne": operator.ne,
    "radd": lambda x, y: y + x, "rsub": lambda x, y: y - x,
    "rmul": lambda x, y: y * x, "rtruediv": lambda x, y: y / x,
}  # fmt: skip


class Operation(Layer):
    """A function of tensors as a layer: it has no weights and takes things as given."""

    _function: Any

    def _compute(self, args, kwargs):
        """No building, casting or masks around the function."""
        args, kwargs = [_indices(a) for a in args], _indices(kwargs)
        with name_scope(self.name):
            return self._function(*args, **kwargs)

    def call(self, inputs, *args, **kwargs):
        return self._compute((inputs, *args), kwargs)


class TFOpLambda(Operation):
    """One function of TensorFlow as a layer. As stored by Keras 2."""

    def __init__(self, function, name=None, **kwargs):
        name = name or names.unique(f"tf.{function}")
        super().__init__(name=name, autocast=False, **kwargs)
        self.function_name = function
        self._function = _resolve(function)
        self.built = True

    def get_config(self):
        return {**super().get_config(), "function": self.function_name}


class SlicingOpLambda(TFOpLambda):
    """`x[...]` as a layer. As stored by Keras 2."""


class KerasOperation(Operation):
    """One function of `keras.ops` as a layer. As stored by Keras 3.

    kind: Keras 3's class, `GetItem` for `get_item`. settings: arguments by name.
    """

    def __init__(self, kind, settings=None, name=None, module="keras.src.ops.numpy"):
        super().__init__(
            name=name or names.unique(names.snake_case(kind)), autocast=False
        )
        self.kind, self.module = kind, module
        object.__setattr__(self, "settings", settings or {})
        self._function = _operation_of_keras_3(kind)
        self.built = True

    def _compute(self, args, kwargs):
        return super()._compute(args, {**self.settings, **kwargs})

    def get_config(self):
        return {"name": self.name, **self.settings}


def shown_class(layer) -> str:
    """The class of `layer` as tables and files name it."""
    return layer.kind if isinstance(layer, KerasOperation) else type(layer).__name__


# --- indices --------------------------------------------------------------------------


def stored_index(value: Any) -> Any:
    """An index as configs hold it, and as structures of tensors: slices are dicts."""
    if isinstance(value, slice):
        return {"start": value.start, "stop": value.stop, "step": value.step}
    if value is Ellipsis:
        return {"class_name": "__ellipsis__"}
    if isinstance(value, tuple | list):
        return [stored_index(v) for v in value]
    return value


def _indices(value: Any) -> Any:
    """The inverse of `stored_index`, anywhere in a structure."""
    if isinstance(value, dict):
        if set(value) == {"start", "stop", "step"}:
            return slice(value["start"], value["stop"], value["step"])
        if value.get("class_name") == "__ellipsis__":
            return Ellipsis
        return {k: _indices(v) for k, v in value.items()}
    if isinstance(value, list):
        items = [_indices(v) for v in value]
        sliced = any(isinstance(v, slice) or v is Ellipsis for v in items)
        return tuple(items) if sliced else items
    return value


# --- functions ------------------------------------------------------------------------


def _resolve(name: str) -> Any:
    """The function of the 2.x face called `name`. Raises ValueError for none."""
    module, _, last = name.rpartition(".")
    if module == "__operators__":
        if last not in _OPERATORS:
            raise ValueError(f"Unknown operator in the config: {name!r}.")
        return _positional(_OPERATORS[last])
    if any(part.startswith("_") for part in name.split(".")):
        raise ValueError(f"The config names {name!r}, which is no public function.")
    place = importlib.import_module("penstock")
    for part in name.split("."):
        place = getattr(place, part)
    return place


def _positional(function):
    """Python's operators take no names."""
    return lambda x, *rest, **named: function(x, *rest, *named.values())


def _operation_of_keras_3(kind: str) -> Any:
    """The function of `keras.ops` that Keras 3's class `kind` stands for."""
    from penstock.keras import ops
    from penstock.keras.ops import pictures

    name = FUNCTION_OF_CLASS.get(kind) or names.snake_case(kind)
    if name == "get_item":
        return operator.getitem
    return getattr(ops if name in dir(ops) else pictures, name)


# --- in configs -----------------------------------------------------------------------


def entry(layer: Operation, calls: list, reference) -> dict[str, Any]:
    """What a model's config holds of `layer` and its `calls`.

    reference: symbolic tensor -> [layer's name, node, position].
    """
    if isinstance(layer, KerasOperation):
        return {
            "module": layer.module, "class_name": layer.kind,
            "config": _plain(layer.get_config(), reference),
            "registered_name": layer.kind, "name": layer.name,
            "inbound_nodes": [_node_of_keras_3(c, reference) for c in calls],
        }  # fmt: skip
    kind = type(layer).__name__
    return {
        "module": "keras.layers", "class_name": kind,
        "config": _plain(layer.get_config(), reference),
        "registered_name": kind, "name": layer.name,
        "inbound_nodes": [_node(call, reference) for call in calls],
    }  # fmt: skip


def _node(call, reference) -> list:
    """One call as Keras 2 stores it; constants are marked as such."""
    kwargs = {k: _plain(v, reference) for k, v in call.kwargs.items()}

    def item(value):
        if scratch.is_symbolic(value):
            return [*reference(value), kwargs]
        return ["_CONSTANT_VALUE", -1, _plain(value, reference), kwargs]

    first = call.args[0]
    if nest.is_nested(first):
        return [item(v) for v in nest.flatten(first)]
    return item(first)


def _node_of_keras_3(call, reference) -> dict[str, Any]:
    def stored(value):
        return spelled_by_keras_3(value, reference)

    return {
        "args": [stored(a) for a in call.args],
        "kwargs": {k: stored(v) for k, v in call.kwargs.items()},
    }


def _plain(value: Any, reference) -> Any:
    """`value` as JSON takes it."""
    if scratch.is_symbolic(value):
        return reference(value)
    if isinstance(value, dict):
        return {k: _plain(v, reference) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v, reference) for v in value]
    if isinstance(value, DType):
        return value.name
    if isinstance(value, TensorShape):
        return value.as_list()
    if hasattr(value, "numpy"):  # tensors of constants, variables
        value = value.numpy()
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return value
