"""What a run needs: the nodes, in order, cut into device and host segments."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from penstock.ir.node import Node
from penstock.ir.tensor import Tensor
from penstock.lowering import is_variable


@dataclass(slots=True)
class Segment:
    """Consecutive nodes that run in one place.

    `inputs` come from feeds or earlier segments; those in `static` fix shapes and are
    part of the compiled step. `variables` are touched, `written` a subset of them.
    """

    host: bool
    nodes: list[Node]
    inputs: list[Tensor] = field(default_factory=list)
    static: set[int] = field(default_factory=set)
    outputs: list[Tensor] = field(default_factory=list)
    variables: list[Node] = field(default_factory=list)
    written: set[Node] = field(default_factory=set)
    uninitialized_ok: set[Node] = field(default_factory=set)
    aliases: dict[int, Node] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    segments: list[Segment]
    #: Fetched references: read from the store when all is done, as TensorFlow does.
    aliases: dict[int, Node]
    missing: list[Tensor]


def make_plan(fetches: Sequence[Tensor | Node], fed: Sequence[Tensor]) -> Plan:
    """Prune to what `fetches` need given the `fed` tensors, order, and cut."""
    fed_ids = {id(t) for t in fed}
    nodes = order(prune(fetches, fed_ids))
    missing = [
        n.outputs[0]
        for n in nodes
        if n.type == "Placeholder" and id(n.outputs[0]) not in fed_ids
    ]
    aliases = alias_table(nodes, fed_ids)
    needs_value = static_tensors(nodes, fed_ids)
    stages = _stages(nodes, fed_ids, aliases, needs_value)
    segments = _cut(nodes, stages, fed, fetches, aliases, needs_value)
    return Plan(segments, aliases, missing)


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
        stack.extend(node.control_inputs)
    return list(seen)


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
    return bool(node.op.writes), node.id


def alias_table(nodes: list[Node], fed: set[int]) -> dict[int, Node]:
    """Tensors that stand for a variable -> that variable's node."""
    table: dict[int, Node] = {}
    for node in nodes:
        if is_variable(node):
            table[id(node.outputs[0])] = node
        elif node.op.writes:
            target = table.get(id(node.inputs[node.op.writes[0]]))
            if target is not None:
                table.update((id(t), target) for t in node.outputs)
        elif node.type == "Identity" and id(node.inputs[0]) in table:
            table[id(node.outputs[0])] = table[id(node.inputs[0])]
    return {k: v for k, v in table.items() if k not in fed}


def static_tensors(nodes: list[Node], fed: set[int]) -> dict[int, Tensor]:
    """Tensors whose values fix shapes and that shape arithmetic cannot find."""
    found: dict[int, Tensor] = {}
    seen: set[int] = set()

    def visit(tensor: Tensor) -> None:
        if id(tensor) in seen:
            return
        seen.add(id(tensor))
        node = tensor._node
        if id(tensor) in fed:
            found[id(tensor)] = tensor
        elif node.type in ("Const", "Shape"):
            pass
        elif node.op.fold is not None:
            for t in node.inputs:
                visit(t)
        else:
            found[id(tensor)] = tensor

    for node in nodes:
        for position in node.op.static:
            item = node.grouped[position]
            for tensor in item if isinstance(item, list) else [item]:
                visit(tensor)
    return found


def _stages(nodes, fed, aliases, needs_value) -> dict[Node, int]:
    """Even stages run on the device, odd ones on the host."""
    stage: dict[Node, int] = {}
    last_touch: dict[Node, int] = {}
    for node in nodes:
        free = not node.inputs and not node.control_inputs and not node.op.host
        before = [stage[n] for n in node.control_inputs]
        for tensor in node.inputs:
            if id(tensor) in fed:
                continue
            at = stage[tensor._node]
            if id(tensor) in needs_value and not node.op.host and at % 2 == 0:
                if _fixes_shape(node, tensor):
                    at += 1
            before.append(at)
        touched = [aliases[id(t)] for t in node.inputs if id(t) in aliases]
        before += [last_touch.get(v, 0) for v in touched]
        at = max(before, default=0)
        ordering = not node.outputs and not node.op.host and not node.op.writes
        if node.op.host:
            at += 1 - at % 2
        elif not free and not ordering:
            at += at % 2
        stage[node] = at
        for variable in touched:
            last_touch[variable] = max(at, last_touch.get(variable, 0))
    return stage


def _fixes_shape(node: Node, tensor: Tensor) -> bool:
    """Whether `node` needs the value, itself or for shape arithmetic."""
    if node.op.fold is not None:
        return True
    for position in node.op.static:
        item = node.grouped[position]
        if any(t is tensor for t in (item if isinstance(item, list) else [item])):
            return True
    return False


def _cut(nodes, stages, fed, fetches, aliases, needs_value) -> list[Segment]:
    by_stage: dict[int, Segment] = {}
    for node in nodes:
        if node.type == "Const" or is_variable(node):
            continue
        at = stages[node]
        by_stage.setdefault(at, Segment(bool(at % 2), [])).nodes.append(node)
    segments = [by_stage[at] for at in sorted(by_stage)]
    for segment in segments:
        segment.aliases = aliases
    made: dict[int, Segment] = {}
    for segment in segments:
        for node in segment.nodes:
            made.update((id(t), segment) for t in node.outputs)
    sources = {id(t): None for t in fed} | made
    for segment in segments:
        _link(segment, sources, aliases, needs_value)
    for tensor in fetches:
        if isinstance(tensor, Tensor) and id(tensor) not in aliases:
            segment = sources.get(id(tensor))
            if segment is not None and not _has(segment.outputs, tensor):
                segment.outputs.append(tensor)
    return segments


def _has(tensors: list[Tensor], tensor: Tensor) -> bool:
    return any(t is tensor for t in tensors)


def _link(segment: Segment, sources, aliases, needs_value) -> None:
    """Name what `segment` takes from feeds and other segments, and what it touches."""
    seen: set[int] = set()
    constants: dict[Node, None] = {}
    for node in segment.nodes:
        for tensor in node.inputs:
            _touch(segment, node, tensor, aliases)
            key = id(tensor)
            if key in seen or key in aliases:
                continue
            seen.add(key)
            origin = sources.get(key, False)
            if origin is segment:
                continue
            if origin is False:
                constants[tensor._node] = None
                continue
            segment.inputs.append(tensor)
            if key in needs_value:
                segment.static.add(key)
            if origin is not None and not _has(origin.outputs, tensor):
                origin.outputs.append(tensor)
        if node.op.keeps is not None:
            segment.variables.append(node)
            segment.written.add(node)
    leaves = [n for n in constants if n.type == "Const"]
    segment.nodes[:0] = leaves


def _touch(segment: Segment, node: Node, tensor: Tensor, aliases) -> None:
    variable = aliases.get(id(tensor))
    if variable is None or node.type == "Identity":
        return
    writes = any(node.inputs[i] is tensor for i in node.op.writes)
    if writes:
        if node.op.overwrites and variable not in segment.variables:
            segment.uninitialized_ok.add(variable)
        segment.written.add(variable)
    if variable not in segment.variables:
        segment.variables.append(variable)
