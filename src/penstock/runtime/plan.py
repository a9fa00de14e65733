"""What a run needs: the nodes, in order, cut into device and host segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from penstock.ir.node import Node
from penstock.ir.tensor import Tensor
from penstock.lowering import is_variable, static_positions
from penstock.ops.subgraph import effects, order, prune

__all__ = ["Plan", "Segment", "make_plan", "order", "prune", "split"]


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


def make_plan(
    fetches: Sequence[Tensor | Node],
    fed: Sequence[Tensor],
    given: Mapping[int, Node] | None = None,
) -> Plan:
    """Prune to what `fetches` need given the `fed` tensors, order, and cut.

    `given` names the variables that inputs of a sub-graph stand for.
    """
    fed_ids = {id(t) for t in fed}
    known = fed_ids | set(given or ())
    nodes = order(prune(fetches, known))
    missing = [
        n.outputs[0]
        for n in nodes
        if n.type == "Placeholder" and id(n.outputs[0]) not in known
    ]
    aliases = alias_table(nodes, fed_ids, given)
    return Plan(_segments(nodes, fed, fetches, aliases), aliases, missing)


def split(segment: Segment) -> list[Segment]:
    """A segment planned again, after one of its nodes was found to need the host."""
    nodes = [n for n in segment.nodes if n.type != "Const"]
    leaves = [n for n in segment.nodes if n.type == "Const"]
    return _segments(
        [*leaves, *nodes], segment.inputs, segment.outputs, segment.aliases
    )


def _segments(nodes, fed, fetches, aliases) -> list[Segment]:
    fed_ids = {id(t) for t in fed}
    needs_value, shaping = static_tensors(nodes, fed_ids)
    stages = _stages(nodes, fed_ids, aliases, needs_value)
    return _cut(nodes, stages, fed, fetches, aliases, shaping)


def alias_table(
    nodes: list[Node], fed: set[int], given: Mapping[int, Node] | None = None
) -> dict[int, Node]:
    """Tensors that stand for a variable -> that variable's node."""
    table: dict[int, Node] = dict(given or {})
    for node in nodes:
        if is_variable(node):
            table.setdefault(id(node.outputs[0]), node)
        elif node.op.writes:
            target = table.get(id(node.inputs[node.op.writes[0]]))
            if target is not None:
                table.update((id(t), target) for t in node.outputs)
        elif node.type == "Identity" and id(node.inputs[0]) in table:
            table[id(node.outputs[0])] = table[id(node.inputs[0])]
    return {k: v for k, v in table.items() if k not in fed}


#: Their values follow from the shapes of what they are given, whatever its values.
KNOWN_WHEN_COMPILED = ("Const", "Rank", "Shape", "ShapeN", "Size")


def static_tensors(
    nodes: list[Node], fed: set[int]
) -> tuple[dict[int, Tensor], set[int]]:
    """Tensors whose values fix shapes and that shape arithmetic cannot find.

    Also the ids of all tensors that take part in such arithmetic: where one comes
    from another segment, its value is known before this one is compiled.
    """
    found: dict[int, Tensor] = {}
    seen: set[int] = set()

    def visit(tensor: Tensor) -> None:
        if id(tensor) in seen:
            return
        seen.add(id(tensor))
        node = tensor._node
        if id(tensor) in fed:
            found[id(tensor)] = tensor
        elif node.type in KNOWN_WHEN_COMPILED:
            pass
        elif (sources := _arithmetic(node)) is not None:
            for t in sources:
                visit(t)
        else:
            found[id(tensor)] = tensor

    for node in nodes:
        for position in static_positions(node):
            item = node.grouped[position]
            for tensor in item if isinstance(item, list) else [item]:
                visit(tensor)
    return found, seen


def _arithmetic(node: Node) -> Sequence[Tensor] | None:
    """The inputs from which the node's value follows at compile time, if it does."""
    if node.op.fold is not None:
        return node.inputs
    if node.op.derives is not None:
        return node.op.derives(node)
    return None


def _stages(nodes, fed, aliases, needs_value) -> dict[Node, int]:
    """Even stages run on the device, odd ones on the host."""
    stage: dict[Node, int] = {}
    last_touch: dict[Node, int] = {}
    for node in nodes:
        on_host = effects(node).host
        free = not node.inputs and not node.control_inputs and not on_host
        before = [stage.get(n, 0) for n in node.control_inputs]
        for tensor in node.inputs:
            if id(tensor) in fed:
                continue
            at = stage.get(tensor._node, 0)
            if id(tensor) in needs_value and not on_host and at % 2 == 0:
                if _fixes_shape(node, tensor):
                    at += 1
            before.append(at)
        touched = [aliases[id(t)] for t in node.inputs if id(t) in aliases]
        before += [last_touch.get(v, 0) for v in touched]
        at = max(before, default=0)
        ordering = not node.outputs and not on_host and not node.op.writes
        ordering = ordering and not node.op.nested
        if on_host:
            at += 1 - at % 2
        elif not free and not ordering:
            at += at % 2
        stage[node] = at
        for variable in touched:
            last_touch[variable] = max(at, last_touch.get(variable, 0))
    _follow_users(nodes, stage)
    return stage


def _follow_users(nodes: list[Node], stage: dict[Node, int]) -> None:
    """Move arrays that have no shape yet to where they get one (TensorArrays)."""
    for node in nodes:
        if node.type == "_StackReserve":
            users = [stage[n] for n in nodes if _has(n.inputs, node.outputs[0])]
            stage[node] = max(stage[node], min(users, default=0))


def _fixes_shape(node: Node, tensor: Tensor) -> bool:
    """Whether `node` needs the value, itself or for shape arithmetic."""
    sources = _arithmetic(node)
    if sources is not None and _has(sources, tensor):
        return True
    for position in static_positions(node):
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


def _has(tensors: Sequence[Tensor], tensor: Tensor) -> bool:
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
        for keeper in effects(node).keeps:
            if keeper not in segment.variables:
                segment.variables.append(keeper)
            segment.written.add(keeper)
    leaves = [n for n in constants if n.type == "Const"]
    segment.nodes[:0] = leaves


def _touch(segment: Segment, node: Node, tensor: Tensor, aliases) -> None:
    variable = aliases.get(id(tensor))
    if variable is None or node.type == "Identity":
        return
    if any(node.inputs[i] is tensor for i in effects(node).written):
        if node.op.overwrites and variable not in segment.variables:
            segment.uninitialized_ok.add(variable)
        segment.written.add(variable)
    if variable not in segment.variables:
        segment.variables.append(variable)
