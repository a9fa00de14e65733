"""The first value of a variable, made outside whatever is being traced."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import DType
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.tensor import Tensor
from penstock.runtime.eager.recorder import RECORDER
from penstock.runtime.eager.tensor import EagerTensor
from penstock.runtime.inline import emit
from penstock.runtime.plan import prune


def initial_tensor(value, kind: DType | None) -> EagerTensor:
    """The first value, made outside whatever function is being traced."""
    if callable(value):
        value = value()
    if isinstance(value, Tensor) and not isinstance(value, EagerTensor):
        value = _lifted(value)
    with context.entered(RECORDER):
        tensor: Any = as_tensor(RECORDER, value, kind, None)
        if kind is not None and tensor.dtype.base_dtype is not kind:
            raise ValueError(
                f"The initial value has dtype {tensor.dtype.name}, but dtype "
                f"{kind.name} was asked for. Use tf.cast."
            )
        held = tensor if tensor._value is None else tensor._value
        if held is tensor:
            return tensor
        if isinstance(held, np.ndarray):
            held = held.copy()  # the program may go on writing to its own array
        return EagerTensor(tensor.dtype, tensor.dims, held)


def _lifted(tensor: Tensor) -> EagerTensor:
    """A value that a function computes from constants, computed outside it."""
    graph = tensor.graph
    pairs = list(getattr(graph, "captures", {}).values())
    needed = [n for n in prune([tensor], {id(i) for _, i in pairs})]
    if any(n.type == "Placeholder" for n in needed if not _captured(n, pairs)):
        raise ValueError(
            "tf.function: the initial value of a variable must not depend on the "
            "function's arguments. Pass a callable, or make the variable outside."
        )
    with context.entered(RECORDER):
        inner = [i for _, i in pairs]
        return emit(graph, inner, [o for o, _ in pairs], [tensor])[0]


def _captured(node, pairs) -> bool:
    return any(inner._node is node for _, inner in pairs)
