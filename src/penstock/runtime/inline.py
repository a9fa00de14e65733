"""A graph's nodes made again, elsewhere, on other inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.core import nest
from penstock.ir import context
from penstock.ir.tensor import Tensor
from penstock.runtime.plan import order, prune


def emit(
    graph, inputs: Sequence[Tensor], given: Sequence[Any], outputs: Sequence[Tensor]
) -> list[Any]:
    """`outputs` of `graph`, its `inputs` being `given`, where calls land now."""
    del graph
    values: dict[int, Any] = {id(t): v for t, v in zip(inputs, given, strict=True)}
    where = context.landing()
    for node in order(prune(outputs, set(values))):
        if node.outputs and all(id(t) in values for t in node.outputs):
            continue
        if node.type == "Const":
            values[id(node.outputs[0])] = where.constant(node.attrs["value"])
            continue
        args = [
            [values[id(t)] for t in item]
            if isinstance(item, list)
            else values[id(item)]
            for item in node.grouped
        ]
        out = node.op(*args, **node.attrs)
        if node.outputs:
            values.update(
                (id(t), v) for t, v in zip(node.outputs, nest.flatten(out), strict=True)
            )
    return [values[id(t)] for t in outputs]
