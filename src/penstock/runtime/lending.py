"""Which variables a step may write in place.

XLA writes the new value of a variable over the old one where it knows that whoever
reads the old one is done: where the new value follows from what the reader computed.
It copies the variable first where a moving average, or the part of a loss that nobody
differentiates, reads it beside its update. Such a variable is better lent than given
away: the new value gets memory of its own, and nothing is copied
(docs/adr/0013-what-a-step-is-given-and-lent.md).
"""

from __future__ import annotations

from collections.abc import Mapping

from penstock.ir.node import Node
from penstock.ir.tensor import Tensor
from penstock.ops.subgraph import effects
from penstock.runtime.plan import KNOWN_WHEN_COMPILED, Segment

#: What they give is the variable's own array.
_PASS_ON = ("Identity", "ReadVariableOp")
#: What they give follows from the shapes of what they take.
_OF_SHAPES = (*KNOWN_WHEN_COMPILED, "OnesLike", "ZerosLike")


def read_beside(segment: Segment) -> set[Node]:
    """The variables that `segment` writes and of which something else reads the old
    value: something from which the new value does not follow."""
    found = _Reads(segment)
    for node in _computed(segment):
        found.visit(node)
    passed = (found.values.get(id(t)) for t in segment.outputs)
    return found.beside | {v for v in passed if v in found.last}


class _Reads:
    """Who reads the old value of which variable, as nodes are visited in order."""

    def __init__(self, segment: Segment):
        self.aliases = segment.aliases
        self.last = {v: n for n in segment.nodes for v in _written(n, self.aliases)}
        #: Old values that were passed on, by the tensor's id.
        self.values: dict[int, Node] = {}
        #: Sets of readers, as bits: of each variable, and before each node.
        self.readers: dict[Node, int] = dict.fromkeys(self.last, 0)
        self.leads: dict[Node, int] = {}
        self.beyond: set[Node] = set()  # variables that have their new value
        self.beside: set[Node] = set()
        self._next = 1

    def visit(self, node: Node) -> None:
        read = {v for v in map(self._old, node.inputs) if v in self.last}
        follows = 0
        for tensor in node.inputs:
            follows |= self.leads.get(tensor._node, 0)
        if node.type in _PASS_ON:
            passed = [t for t in node.outputs if id(t) not in self.aliases]
            self.values.update((id(t), v) for t in passed for v in read)
        elif read:
            self.beside |= read & self.beyond
            for variable in read:
                self.readers[variable] |= self._next
            follows |= self._next
            self._next <<= 1
        self.leads[node] = follows
        for variable in _written(node, self.aliases):
            if self.last[variable] is node:
                self.beyond.add(variable)
                if self.readers[variable] & ~follows:
                    self.beside.add(variable)

    def _old(self, tensor: Tensor) -> Node | None:
        """The variable whose old value `tensor` is."""
        variable = self.aliases.get(id(tensor))
        if variable is None:
            return self.values.get(id(tensor))
        return None if variable in self.beyond else variable


def _computed(segment: Segment) -> list[Node]:
    """The nodes, in order, of which more is needed than a shape."""
    needed = {id(t) for t in segment.outputs}
    found: list[Node] = []
    for node in reversed(segment.nodes):
        done = effects(node)
        acts = done.written or done.keeps or node.op.guard is not None
        if node.type not in _OF_SHAPES and (
            acts or not node.outputs or any(id(t) in needed for t in node.outputs)
        ):
            found.append(node)
            needed.update(map(id, node.inputs))
    return found[::-1]


def _written(node: Node, aliases: Mapping[int, Node]) -> set[Node]:
    found = (aliases.get(id(node.inputs[i])) for i in effects(node).written)
    return {variable for variable in found if variable is not None}
