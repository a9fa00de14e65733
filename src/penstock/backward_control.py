"""Gradients of nodes that hold graphs: branches, calls, loops.

The gradient of a branch is a branch over gradient graphs; of a loop, a loop that runs
the rounds backwards. A gradient graph may use any tensor of the forward graph: it
gets constants and shape arithmetic again, what does not change from outside, and the
rest through outputs that the forward node is given for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from penstock.backward import _differentiable, densify, gradients
from penstock.core.dtypes import bool as bool_
from penstock.core.dtypes import int32, resource
from penstock.ir import context
from penstock.ir.func_graph import FuncGraph
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.node import Node
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops.control_loop import rounds, save, saved, varying
from penstock.ops.state import handle_shape
from penstock.ops.subgraph import effects, operands, subgraphs


def differentiate(node: Node, dys: list[Any]) -> list[Any]:
    """The gradient for each input of a nested `node`; dys are None where none came."""
    dys = [densify(dy) for dy in dys]
    with context.landing().name_scope(f"{node.name}_grad"):
        if node.type in ("While", "StatelessWhile"):
            return _loop(node, dys)
        if subgraphs(node) and node.type != "_TripCount":
            return _branches(node, dys)
    return list(node.op.gradient_rule(node, *dys))


class GradientGraph(FuncGraph):
    """A graph in which tensors of the graph `forward` can be used.

    `fetch(tensor)` gives, as a tensor of this graph, one that cannot be made again.
    """

    def __init__(
        self, name: str, outer, forward: FuncGraph, fetch: Callable, again: Callable
    ):
        super().__init__(name, outer)
        self.forward = forward
        self.fetch = fetch
        self.again = again
        self.here: dict[int, Tensor] = {}
        self.used: list[Tensor] = []  # their ids stay theirs

    def own(self, tensor: Tensor) -> Tensor:
        if tensor._node is None or tensor._node.graph is not self.forward:
            return super().own(tensor)
        found = self.here.get(id(tensor))
        if found is None:
            with context.entered(self), self.control_dependencies(None):
                found = self._brought(tensor)
            self.here[id(tensor)] = found
            self.used.append(tensor)
        return found

    def _brought(self, tensor: Tensor) -> Tensor:
        node = tensor._node
        if node.type == "Const":
            return self.constant(node.attrs["value"])
        if _cheap(node) or self.again(tensor):
            grouped = [
                [self.own(t) for t in item]
                if isinstance(item, list)
                else self.own(item)
                for item in node.grouped
            ]
            made = self._apply_again(node, grouped)
            return made.outputs[tensor.value_index]
        return self.fetch(self, tensor)

    def _apply_again(self, node: Node, grouped) -> Node:
        before = len(self._nodes)
        out = node.op(*grouped, **_own_attrs(node))
        first = out if isinstance(out, Tensor) else out[0]
        assert len(self._nodes) > before
        return first._node


def _own_attrs(node: Node) -> dict[str, Any]:
    derived = {a.number_attr for a in node.op.inputs if a.number_attr}
    types = {
        n for a in node.op.inputs for n in (a.type_attr, a.list_attr) if n is not None
    }
    return {k: v for k, v in node.attrs.items() if k not in derived | types}


def _cheap(node: Node) -> bool:
    """Shape arithmetic: made again rather than saved, so that shapes stay known."""
    if node.type in ("Shape", "ShapeN", "Size", "Rank"):
        return True
    if node.op.fold is None or not node.inputs:
        return False
    kinds = [t.dtype for t in node.outputs]
    return all(k.is_integer or k is bool_ for k in kinds)


def _zeros(tensor: Tensor) -> Tensor:
    """Zeros for the gradient of `tensor`, which may be a variable's handle."""
    if tensor.dtype is resource:
        kind = _variable_dtype(tensor)
        tensor = TABLE["ReadVariableOp"](tensor, dtype=kind)
    return TABLE["ZerosLike"](tensor)


def _variable_dtype(handle: Tensor):
    cell = getattr(handle, "cell", None)  # an eager variable
    if cell is not None:
        return cell.dtype
    node = handle._node
    if node.type == "VarHandleOp":
        return node.attrs["dtype"]
    graph = node.graph
    if isinstance(graph, FuncGraph):
        for outer, inner in graph.captures.values():
            if inner is handle:
                kind = getattr(outer, "variable_dtype", None)
                return kind if kind is not None else _variable_dtype(outer)
    kind = getattr(handle, "variable_dtype", None)
    if kind is None:
        raise LookupError(f"The dtype of the variable {handle.name} is not known.")
    return kind


# --- branches and calls --------------------------------------------------------

#: Nodes -> what was saved of each of their branches, by the id of the tensor.
_kept: WeakKeyDictionary[Node, dict[int, Tensor]] = WeakKeyDictionary()


def _branches(node: Node, dys: list[Any]) -> list[Any]:
    graphs = subgraphs(node)
    first = node.op.operands_from
    inner = [_gradient_graph(node, g, dys) for g in graphs]
    reached = sorted({k for _, found in inner for k in found})
    none: list[Any] = [None] * len(node.inputs)
    if not reached:
        return none
    for graph, found in inner:
        with context.entered(graph):
            graph.outputs = [
                graph.own(found[k]) if k in found else _zeros(graph.own(
                    operands(node, graph.forward)[k]))
                for k in reached
            ]  # fmt: skip
    made = _same_inputs([g for g, _ in inner])
    out = _call_like(node, [g for g, _ in inner], made)
    for k, dx in zip(reached, out, strict=True):
        none[first + k] = dx
    return none


def _gradient_graph(node: Node, forward, dys):
    """(graph, gradient by operand) of one branch."""

    def fetch(graph: GradientGraph, tensor: Tensor) -> Tensor:
        stands = {id(t): i for i, t in enumerate(forward.inputs)}
        if id(tensor) in stands:
            outer = operands(node, forward)[stands[id(tensor)]]
            return FuncGraph.own(graph, outer)
        return FuncGraph.own(graph, _kept_output(node, forward, tensor))

    outer = context.landing()
    graph = GradientGraph(
        f"{forward.name}_grad", outer, forward, fetch, lambda t: False
    )
    pairs = [
        (y, dy)
        for y, dy in zip(forward.outputs, dys, strict=False)  # saved ones come after
        if dy is not None and _differentiable(y) and y._node.type != "FakeParam"
    ]
    xs = [t for t in forward.inputs if _differentiable(t)]
    with context.entered(graph):
        found = gradients([y for y, _ in pairs], xs, [graph.own(d) for _, d in pairs])
        dense = [densify(g) for g in found]
    positions = {id(t): i for i, t in enumerate(forward.inputs)}
    return graph, {
        positions[id(x)]: g for x, g in zip(xs, dense, strict=True) if g is not None
    }


def _kept_output(node: Node, forward, tensor: Tensor) -> Tensor:
    """A new output of `node` that gives `tensor` of its branch `forward`."""
    memo = _kept.setdefault(node, {})
    if id(tensor) in memo:
        return memo[id(tensor)]
    for i, known in enumerate(forward.outputs):
        if known is tensor and len(subgraphs(node)) == 1:
            return node.outputs[i]
    for graph in subgraphs(node):
        if graph is forward:
            graph.outputs.append(tensor)
            continue
        with context.entered(graph), graph.control_dependencies(None):
            graph.outputs.append(
                TABLE["FakeParam"](dtype=tensor.dtype.base_dtype, name="missing")
            )
    kind = tensor.dtype.base_dtype
    node.attrs["Tout"] = (*node.attrs["Tout"], kind)
    made = Tensor(node, len(node.outputs), kind, tensor.dims)
    node.outputs.append(made)
    memo[id(tensor)] = made
    return made


def _same_inputs(graphs: list[GradientGraph]) -> list[Tensor]:
    """Give all `graphs` the same inputs; the outer tensors that they stand for."""
    wanted: dict[int, Tensor] = {}
    for graph in graphs:
        wanted.update((id(o), o) for o in graph.captured)
    for graph in graphs:
        with context.entered(graph):
            graph.inputs = [
                graph.captures[key][1]
                if key in graph.captures
                else FuncGraph.own(graph, outer)
                for key, outer in wanted.items()
            ]
    return list(wanted.values())


def _call_like(node: Node, graphs, inputs) -> list[Tensor]:
    kinds = tuple(t.dtype.base_dtype for t in graphs[0].outputs)
    if node.type in ("If", "StatelessIf"):
        return TABLE["If"](
            node.inputs[0], inputs, Tout=kinds, then_branch=graphs[0],
            else_branch=graphs[1], name="If",
        )  # fmt: skip
    if len(graphs) > 1:
        return TABLE["Case"](
            node.inputs[0], inputs, Tout=kinds, branches=tuple(graphs), name="Case"
        )
    return TABLE["StatefulPartitionedCall"](inputs, Tout=kinds, f=graphs[0])


# --- loops ---------------------------------------------------------------------


def _loop(node: Node, dys: list[Any]) -> list[Any]:
    body = node.attrs["body"]
    n = len(body.inputs)
    vary = [k for k in varying(body) if _differentiable(body.inputs[k])]
    fixed = [
        k
        for k in range(n)
        if body.outputs[k] is body.inputs[k] and _differentiable(body.inputs[k])
    ]
    width = len(node.inputs)
    passed = {k: dys[k] for k in fixed if dys[k] is not None}
    extra = [
        (t, dy)
        for t, dy in zip(saved(node), dys[len(dys) - len(saved(node)) :], strict=True)
        if dy is not None and saved(node)
    ]
    out: list[Any] = [None] * width
    for k, dy in passed.items():
        out[k] = dy
    if not extra and all(dys[k] is None for k in vary):
        return out
    for k, dx in _backward_loop(node, vary, fixed, dys, extra):
        out[k] = dx if out[k] is None else TABLE["AddN"]([out[k], dx])
    return out


def _backward_loop(node: Node, vary, fixed, dys, extra):
    """Pairs of position and gradient, from a loop over the rounds, last first."""
    body = node.attrs["body"]
    graph = _backward_graph(node)
    with context.entered(graph):
        at = graph.add_input(int32, (), "round")
        graph.at = at  # type: ignore[attr-defined]
        received = [
            graph.add_input(body.inputs[k].dtype.base_dtype, body.inputs[k].dims, "dy")
            for k in vary
        ]
        ys = [body.outputs[k] for k in vary] + [t for t, _ in extra]
        seeds = received + [TABLE["_StackRead"](graph.own(dy), at) for _, dy in extra]
        xs = [body.inputs[k] for k in (*vary, *fixed)]
        found = gradients(ys, xs, seeds)
        new, rest = found[: len(vary)], found[len(vary) :]
        new = [
            _zeros(d) if g is None else densify(g)
            for g, d in zip(new, received, strict=True)
        ]
        reached = [k for k, g in zip(fixed, rest, strict=True) if g is not None]
        totals = []
        sums = []
        for k, g in zip(fixed, rest, strict=True):
            if g is None:
                continue
            total = graph.add_input(*_variable_spec(body.inputs[k]), "total")
            totals.append(total)
            sums.append(_added(total, g))
        before = TABLE["Sub"](at, 1)
    graph.inputs = [at, *received, *totals]
    outer_inputs = graph.captured
    captured = [inner for _, inner in graph.captures.values()]
    graph.inputs += captured
    outputs: list[Any] = [before, *new, *sums, *captured]
    graph.outputs = outputs
    first = [
        TABLE["Sub"](rounds(node), 1) if saved(node) else _unsaved_count(node),
        *(dys[k] if dys[k] is not None else _zeros(node.outputs[k]) for k in vary),
        *(_zeros(node.inputs[k]) for k in reached),
    ]
    test = _counting_down(graph)
    made = TABLE["While"]([*first, *outer_inputs], cond=test, body=graph, name="While")
    return list(
        zip([*vary, *reached], made[1 : 1 + len(vary) + len(reached)], strict=True)
    )


def _unsaved_count(node: Node) -> Tensor:
    """The last round's number for a loop of which nothing needed to be saved."""
    body = node.attrs["body"]
    save(node, body.outputs[varying(body)[0]])
    return TABLE["Sub"](rounds(node), 1)


def _variable_spec(tensor: Tensor):
    if tensor.dtype is resource:
        return _variable_dtype(tensor), handle_shape(tensor)
    return tensor.dtype.base_dtype, tensor.dims


def _added(total: Tensor, gradient) -> Tensor:
    if isinstance(gradient, IndexedSlices):
        return TABLE["_AddRows"](total, gradient.indices, gradient.values)
    return TABLE["AddV2"](total, gradient)


def _backward_graph(node: Node) -> GradientGraph:
    body = node.attrs["body"]
    stands = {id(t): i for i, t in enumerate(body.inputs)}
    written = set(effects(node).written)
    memo: dict[int, bool] = {}

    def still(tensor: Tensor) -> bool:
        """Whether `tensor` is the same in every round."""
        if id(tensor) not in memo:
            memo[id(tensor)] = _still(tensor)
        return memo[id(tensor)]

    def _still(tensor: Tensor) -> bool:
        if id(tensor) in stands:
            k = stands[id(tensor)]
            return body.outputs[k] is body.inputs[k] and k not in written
        inner = tensor._node
        if inner.type == "Placeholder" or inner.op.keeps or effects(inner).host:
            return False
        if inner.op.nested or effects(inner).written:
            return False
        if inner.op.stateful and inner.type not in ("ReadVariableOp", "Const"):
            return False
        return all(still(t) for t in inner.inputs)

    def again(tensor: Tensor) -> bool:
        return id(tensor) not in stands and still(tensor)

    def fetch(graph, tensor: Tensor) -> Tensor:
        k = stands.get(id(tensor))
        if k is not None and body.outputs[k] is body.inputs[k]:
            return FuncGraph.own(graph, node.inputs[k])
        stack = save(node, tensor)
        read = "_StackReadOnHost" if effects(node).host else "_StackRead"
        return TABLE[read](FuncGraph.own(graph, stack), graph.at)

    return GradientGraph(f"{body.name}_grad", context.landing(), body, fetch, again)


def _counting_down(body: GradientGraph) -> FuncGraph:
    test = FuncGraph(f"{body.name}_cond", body.outer)
    with context.entered(test):
        for tensor in body.inputs:
            test.add_input(tensor.dtype, tensor.dims)
        zero = test.constant(np.array(0, np.int32), "zero")
        test.outputs = [TABLE["GreaterEqual"](test.inputs[0], zero)]
    return test
