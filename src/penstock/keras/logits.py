"""Which tensors are softmaxes or sigmoids of what: losses prefer the logits.

The cross entropy of logits is exact where a probability rounds to 0 or 1.
"""

from __future__ import annotations

import weakref

from penstock.ir.tensor import Tensor

_known: dict[int, tuple[weakref.ref, Tensor]] = {}


def remember(probabilities: Tensor, logits: Tensor) -> Tensor:
    """Note what `probabilities` were made from; gives them back."""
    key = id(probabilities)
    _known[key] = (
        weakref.ref(probabilities, lambda _: _known.pop(key, None)),
        logits,
    )
    return probabilities


def of(tensor: Tensor, kind: str) -> Tensor | None:
    """The logits under `tensor`, an output of op `kind` (Softmax, Sigmoid), or None."""
    found = _known.get(id(tensor))
    if found is not None and found[0]() is tensor:
        return found[1]
    node = getattr(tensor, "_node", None)
    if node is not None and node.type == kind and node.inputs:
        return node.inputs[0]
    return None


def looks_raw(tensor: Tensor) -> bool:
    """Whether `tensor` is the output of a layer without activation."""
    node = getattr(tensor, "_node", None)
    return node is not None and node.type in ("BiasAdd", "MatMul")
