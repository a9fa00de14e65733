"""Which tensors are softmaxes or sigmoids of what: losses prefer the logits.

The cross entropy of logits is exact where a probability rounds to 0 or 1.
"""

from __future__ import annotations

import weakref

from penstock.ir.tensor import Tensor
from penstock.keras.keras_tensor import KerasTensor

#: Of eager tensors, by identity; a graph keeps those of its own tensors.
_known: dict[int, tuple[weakref.ref, Tensor]] = {}


def remember(probabilities: Tensor, logits: Tensor) -> Tensor:
    """Note what `probabilities` were made from; gives them back."""
    key = id(probabilities)
    graph = _graph(probabilities)
    if isinstance(probabilities, KerasTensor):
        probabilities.logits = logits
        return probabilities
    if graph is not None:
        # As long as the graph: its tensors hold each other, and no module holds them.
        graph.scratch.setdefault("logits", {})[key] = (probabilities, logits)
        return probabilities
    _known[key] = (
        weakref.ref(probabilities, lambda _: _known.pop(key, None)),
        logits,
    )
    return probabilities


def of(tensor: Tensor, kind: str) -> Tensor | None:
    """The logits under `tensor`, an output of op `kind` (Softmax, Sigmoid), or None."""
    graph = _graph(tensor)
    if graph is None:
        found = _known.get(id(tensor))
        return found[1] if found is not None and found[0]() is tensor else None
    if isinstance(tensor, KerasTensor) and tensor.logits is not None:
        return tensor.logits
    held = graph.scratch.get("logits", {}).get(id(tensor))
    if held is not None:
        return held[1]
    node = tensor._node
    return node.inputs[0] if node.type == kind and node.inputs else None


def _graph(tensor):
    """The graph of a symbolic tensor; None for eager values."""
    node = getattr(tensor, "_node", None)
    return None if node is None else node.graph


def looks_raw(tensor: Tensor) -> bool:
    """Whether `tensor` is the output of a layer without activation."""
    node = getattr(tensor, "_node", None)
    return node is not None and node.type in ("BiasAdd", "MatMul")
