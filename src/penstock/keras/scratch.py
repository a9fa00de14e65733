"""The scratch graph of the functional API: `Input` tensors and what is made of them.

A symbolic Keras tensor is an ordinary tensor of this graph, so every tf function and
operator works on it. What a layer made is remembered in its `made_by`; the nodes in
between are plain operations, called again when the model is. The graph itself holds
nothing: nodes live as long as a model or a program holds tensors that need them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from penstock.core import nest
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import as_dims
from penstock.ir import context
from penstock.ir.func_graph import FuncGraph
from penstock.ir.tensor import Tensor
from penstock.keras import names
from penstock.keras.keras_tensor import KerasTensor


@dataclass(eq=False)
class LayerCall:
    """One call of a layer on symbolic tensors."""

    layer: Any
    args: tuple
    kwargs: dict[str, Any]
    outputs: list[Any]  # KerasTensors
    index: int = 0  # which call of the layer this is

    @property
    def input_tensors(self) -> list[Tensor]:
        return [t for t in nest.flatten((self.args, self.kwargs)) if is_symbolic(t)]


class Captures:
    """id of an outer tensor -> (outer, inner), for the inner ones that are held."""

    def __init__(self):
        self._inner: WeakValueDictionary[int, KerasTensor] = WeakValueDictionary()

    def get(self, key: int) -> tuple[Tensor, KerasTensor] | None:
        inner = self._inner.get(key)
        return None if inner is None else (inner.outer, inner)

    def __setitem__(self, key: int, pair: tuple[Tensor, KerasTensor]) -> None:
        outer, inner = pair
        inner.outer = outer
        self._inner[key] = inner

    def values(self) -> list[tuple[Tensor, KerasTensor]]:
        return [(inner.outer, inner) for inner in list(self._inner.values())]


class ScratchGraph(FuncGraph):
    """Takes operations on its tensors though calls land elsewhere."""

    open_to_eager = True
    tensor_class = KerasTensor

    def __init__(self):
        super().__init__("keras")
        self._nodes: Any = WeakValueDictionary()
        self.captures: Any = Captures()

    def add_input(self, dtype, dims, name="input") -> KerasTensor:
        tensor: Any = super().add_input(dtype, dims, name)
        self.inputs.clear()
        return tensor


_graph = ScratchGraph()


def graph() -> ScratchGraph:
    return _graph


def reset() -> None:
    """A new scratch graph; part of `clear_session`. Models made keep working."""
    global _graph
    _graph = ScratchGraph()


def is_symbolic(value) -> bool:
    """Whether `value` is a symbolic Keras tensor."""
    if not isinstance(value, Tensor) or getattr(value, "is_eager", False):
        return False
    return isinstance(value._node.graph, ScratchGraph)


def placeholder(shape, dtype, name: str) -> KerasTensor:
    """A new input of the functional API; `shape` includes the batch."""
    where = graph()
    with context.entered(where):
        tensor = where.add_input(as_dtype(dtype), as_dims(shape), name)
    tensor.given_name = name
    return tensor


def history(tensor: Tensor) -> tuple[LayerCall, int] | None:
    """The layer call that made `tensor` and which output it is, or None."""
    return getattr(tensor, "made_by", None)


def remember(call: LayerCall) -> None:
    """Note that `call.outputs` come from a layer."""
    for i, tensor in enumerate(call.outputs):
        tensor.made_by = (call, i)


def clear_session() -> None:
    """Forget names and symbolic tensors, as between two notebooks."""
    names.reset()
    reset()
