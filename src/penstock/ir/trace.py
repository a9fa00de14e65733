"""`TracedGraph`: a function's graph, in which effects keep the program's order."""

from __future__ import annotations

from typing import Any

from penstock.core.dtypes import resource
from penstock.ir.func_graph import FuncGraph
from penstock.ir.node import Node


class TracedGraph(FuncGraph):
    """The graph of one traced call of a Python function.

    Nodes that touch a variable wait for what the program did to it before: a read for
    the last assignment, an assignment for the reads since. `effects` are the nodes
    that must run though nothing may depend on them.
    """

    def __init__(self, name: str, outer=None):
        super().__init__(name, outer)
        self.effects: list[Node] = self.control_outputs
        self.variables: list[Any] = []
        self._writer: dict[Any, Node] = {}
        self._readers: dict[Any, list[Node]] = {}

    def variable_made(self, variable) -> None:
        self.variables.append(variable)

    def _add(self, op, name, bound, shapes, line) -> Node:
        node = super()._add(op, name, bound, shapes, line)
        if op.derives is not None:
            return node  # counts what another node does, and does nothing itself
        if (op.host and op.stateful) or _has_host_inside(node):
            self._effect(node, "host", writes=True)
        for position, tensor in enumerate(node.inputs):
            if tensor.dtype is resource:
                writes = position in op.writes or op.nested
                self._effect(node, id(tensor), writes)
        return node

    def _effect(self, node: Node, key: Any, writes: bool) -> None:
        before = [self._writer[key]] if key in self._writer else []
        if writes:
            before += self._readers.pop(key, [])
            self._writer[key] = node
            if node not in self.effects:
                self.effects.append(node)
        else:
            self._readers.setdefault(key, []).append(node)
        for other in before:
            if other is not node and other not in node.control_inputs:
                node.control_inputs.append(other)


def _has_host_inside(node: Node) -> bool:
    return any(
        isinstance(graph, TracedGraph) and "host" in graph._writer
        for value in node.attrs.values()
        for graph in (value if isinstance(value, tuple) else (value,))
    )
