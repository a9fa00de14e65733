"""Graphs inside nodes: what branches and loop bodies do, and in which order.

`effects` answers for any node what the plan must know: which inputs it assigns to,
which random states it moves on, whether it must run on the host.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from penstock.core.dtypes import string
from penstock.ir.func_graph import FuncGraph
from penstock.ir.node import Node
from penstock.ir.tensor import Tensor


@dataclass(frozen=True, slots=True)
class Effects:
    """What running a node does besides computing its outputs.

    written   positions of (flat) inputs that stand for variables it assigns to
    keeps     nodes, it or inside it, that keep a state of their own
    host      it runs as Python, itself or something inside
    """

    written: tuple[int, ...] = ()
    keeps: tuple[Node, ...] = ()
    host: bool = False


class NotOnDevice(Exception):
    """Compiling found that `node` needs values that only the host can look at."""

    def __init__(self, node: Node, reason: str):
        super().__init__(f"{node.type} '{node.name}': {reason}")
        self.node = node


#: Nodes that compiling could not place on the device; see `move_to_host`.
_moved = "run_on_host"
_epoch = [0]


def move_to_host(node: Node) -> None:
    """From now on, plan `node` (and what contains it) as host work."""
    node.graph.scratch.setdefault(_moved, set()).add(node)
    _epoch[0] += 1


def subgraphs(node: Node) -> list[FuncGraph]:
    """The graphs that `node` runs. Their inputs are its last inputs, in order."""
    found = []
    for value in node.attrs.values():
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, FuncGraph):
                found.append(item)
    return found


def operands(node: Node, graph: FuncGraph) -> tuple[Tensor, ...]:
    """The inputs of `node` that the inputs of its `graph` stand for."""
    first = node.op.operands_from
    return node.inputs[first : first + len(graph.inputs)]


def effects(node: Node) -> Effects:
    """What `node` does, through all graphs inside it."""
    op = node.op
    moved = node in node.graph.scratch.get(_moved, ())
    if not op.nested or not (graphs := subgraphs(node)):
        keeps = (node,) if op.keeps is not None else ()
        return Effects(op.writes, keeps, op.host or moved or _has_text(node))
    memo = node.graph.scratch.setdefault("effects", {})
    kept = memo.get(node)
    stamp = (_epoch[0], tuple(g.version for g in graphs))
    if kept is None or kept[0] != stamp:
        host = moved or op.host or _has_text(node)
        memo[node] = kept = (stamp, _inside(node, graphs, host))
    return kept[1]


def _has_text(node: Node) -> bool:
    """Whether strings are computed with: arrays on the device hold numbers."""
    return bool(node.inputs) and any(
        t.dtype.base_dtype is string for t in (*node.inputs, *node.outputs)
    )


def _inside(node: Node, graphs: list[FuncGraph], host: bool) -> Effects:
    written: set[int] = set()
    keeps: dict[Node, None] = {}
    for graph in graphs:
        stands = {id(t): i for i, t in enumerate(graph.inputs)}
        for inner in schedule(graph):
            done = effects(inner)
            host = host or done.host
            keeps.update(dict.fromkeys(done.keeps))
            for position in done.written:
                at = stands.get(id(inner.inputs[position]))
                if at is not None:
                    written.add(node.op.operands_from + at)
                    if not inner.op.nested:
                        stands.update((id(t), at) for t in inner.outputs)
            if inner.type == "Identity" and id(inner.inputs[0]) in stands:
                stands[id(inner.outputs[0])] = stands[id(inner.inputs[0])]
    return Effects(tuple(sorted(written)), tuple(keeps), host)


def schedule(graph: FuncGraph, also: Sequence[Tensor] = ()) -> list[Node]:
    """The nodes of `graph` to run for its outputs (and `also`), in order."""
    key = (graph.version, len(graph.outputs), *map(id, also))
    kept = graph.scratch.get("schedule")
    if kept is None or kept[0] != key:
        roots = [*graph.outputs, *getattr(graph, "control_outputs", ()), *also]
        fed = {id(t) for t in graph.inputs}
        kept = (key, order(prune(roots, fed)))
        graph.scratch["schedule"] = kept
    return kept[1]


def prune(fetches: Iterable[Tensor | Node], fed: set[int]) -> list[Node]:
    """The nodes that `fetches` depend on, not looking behind fed tensors."""
    seen: dict[Node, None] = {}
    stack = [
        f._node if isinstance(f, Tensor) else f
        for f in fetches
        if not (isinstance(f, Tensor) and id(f) in fed)
    ]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen[node] = None
        stack.extend(t._node for t in node.inputs if id(t) not in fed)
        stack.extend(n for n in node.control_inputs if not _is_fed(n, fed))
    return list(seen)


def _is_fed(node: Node, fed: set[int]) -> bool:
    return bool(node.outputs) and all(id(t) in fed for t in node.outputs)


def order(nodes: list[Node]) -> list[Node]:
    """Topological order in which assignments wait for every read that may go first.

    TensorFlow leaves a read and an assignment without a dependency between them in
    any order; here the read sees the old value, always.
    """
    inside = set(nodes)
    waiting: dict[Node, int] = {}
    users: dict[Node, list[Node]] = {n: [] for n in nodes}
    for node in nodes:
        before = {t._node for t in node.inputs} | set(node.control_inputs)
        before &= inside
        waiting[node] = len(before)
        for other in before:
            users[other].append(node)
    ready = [_rank(n) for n in nodes if not waiting[n]]
    heapq.heapify(ready)
    by_id = {n.id: n for n in nodes}
    out = []
    while ready:
        node = by_id[heapq.heappop(ready)[1]]
        out.append(node)
        for user in users[node]:
            waiting[user] -= 1
            if not waiting[user]:
                heapq.heappush(ready, _rank(user))
    if len(out) != len(nodes):
        raise ValueError("The graph has a cycle; control flow must use tf.while_loop.")
    return out


def _rank(node: Node) -> tuple[bool, int]:
    return bool(effects(node).written), node.id
