"""Loops and branches that `control_flow_v1` found, as nodes that hold graphs."""

from __future__ import annotations

from collections.abc import Sequence

from penstock.core.shapes import Dims, relax
from penstock.ir import context
from penstock.ir.func_graph import FuncGraph
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.saving.control_flow_v1 import Construct, Part


def added(importer, found: Construct) -> list[Tensor]:
    """Add `found` to the importer's graph; its outputs."""
    taken = [importer.tensor(i, f"Node '{found.name}'") for i in found.input]
    name = importer.named(found.name)
    with context.entered(importer.graph), importer.graph.name_scope(None):
        make = _branch if found.op == "If" else _loop
        return list(make(importer, found, taken, name))


def _branch(importer, found: Construct, taken: list[Tensor], name: str):
    pred, *values = taken
    dims = [v.dims for v in values]
    other, then = (
        _graph(importer, part, values, dims) for part in (found.first, found.second)
    )
    return TABLE["If"](
        pred, values, then_branch=then, else_branch=other, name=name,
        Tout=[t.dtype.base_dtype for t in then.outputs],
    )  # fmt: skip


def _loop(importer, found: Construct, values: list[Tensor], name: str):
    dims = [v.dims for v in values]
    while True:
        body = _graph(importer, found.second, values, dims)
        after = [relax(d, t.dims) for d, t in zip(dims, body.outputs, strict=True)]
        if after == dims:
            break
        dims = after  # a size that a round changes is not known before it
    cond = _graph(importer, found.first, values, dims)
    return TABLE["While"](values, cond=cond, body=body, name=name)


def _graph(
    importer, part: Part, values: list[Tensor], dims: Sequence[Dims]
) -> FuncGraph:
    """The graph of a condition, a body or a branch that takes `values`."""
    graph = FuncGraph("part", importer.graph)
    with graph.as_default():
        inner = type(importer)(graph, "", {}, importer.library)
        inner.flows = importer.flows
        for i, (value, known) in enumerate(zip(values, dims, strict=True)):
            tensor = graph.add_input(value.dtype, known, f"arg_{i}")
            tensor.variable_dims = getattr(value, "variable_dims", None)
        for reference, i in part.arguments.items():
            inner.arguments[reference] = graph.inputs[i]
        inner.run(part.nodes)
        graph.outputs = [inner.tensor(o, "a loop or branch") for o in part.outputs]
    return graph
