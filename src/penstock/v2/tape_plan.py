"""A tape's backward computation: found by its structure, built where that is new."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

import penstock.backward as backward
from penstock.core import nest
from penstock.core.dtypes import DType
from penstock.core.shapes import Dims
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.func_graph import FuncGraph
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.node import Node
from penstock.ir.op import TABLE, Op
from penstock.ir.signature import Signature
from penstock.ir.tensor import Tensor
from penstock.lowering import Frame
from penstock.runtime.eager.compiled import note_guard
from penstock.runtime.eager.recorder import RECORDER
from penstock.runtime.eager.tensor import EagerTensor
from penstock.runtime.eager.trail import Baked, Custom, Recipe
from penstock.runtime.plan import make_plan, order, prune
from penstock.runtime.step import Runnable, Store


def backwards(records, targets, sources, seeds, one_window: bool = False) -> list:
    """The gradients, going through what programs differentiate themselves.

    `one_window` says that all records were made in one window of this thread.
    Records after the last such computation come first; then its own rule; then, with
    what was found as upstream gradients, the records before it.
    """
    in_window = one_window and seeds is None
    if in_window and (found := _remembered(records, targets, sources)):
        return _results(*found)
    last = next(
        (i for i in range(len(records) - 1, -1, -1) if type(records[i][0]) is Custom),
        None,
    )
    if last is None:
        plan, inputs = _differentiate(records, targets, sources, seeds)
        if in_window:
            _remember(records, targets, sources, plan, inputs)
        return _results(plan, inputs)
    custom, used, outs = records[last]
    before, after = records[:last], records[last + 1 :]
    made_after = {id(t) for _, _, results in after for t in results}
    frontier: dict[int, EagerTensor] = {}
    for tensor in [*sources, *outs, *(t for _, ins, _ in after for t in ins), *targets]:
        if id(tensor) not in made_after and is_real(tensor):
            frontier.setdefault(id(tensor), tensor)
    points = list(frontier.values())
    found = dict(
        zip(
            frontier,
            _results(*_differentiate(after, targets, points, seeds)),
            strict=True,
        )
    )
    upstream = [found.pop(id(t), None) for t in outs]
    if any(g is not None for g in upstream):
        full = [
            TABLE["ZerosLike"](t) if g is None else backward.densify(g)
            for g, t in zip(upstream, outs, strict=True)
        ]
        for tensor, grad in zip(used, custom.backward(*full), strict=True):
            if grad is None or not is_real(tensor):
                continue
            kept = found.get(id(tensor))
            frontier[id(tensor)] = tensor
            grad = as_tensor(RECORDER, grad, tensor.dtype, None)
            found[id(tensor)] = grad if kept is None else backward.add_up([kept, grad])
    reached = [(frontier[k], g) for k, g in found.items() if g is not None]
    if not reached:
        return [None] * len(sources)
    ys = [t for t, _ in reached]
    dys = [backward.densify(g) for _, g in reached]
    return backwards(before, ys, sources, dys)


def is_real(tensor) -> bool:
    return tensor.dtype.is_floating or tensor.dtype.is_complex


@dataclass(frozen=True, slots=True, eq=False)
class _Backward:
    """How to get the gradients from tensors the forward computation knows.

    `needed` are positions in the numbering of the tape's tensors. A result is None,
    one position among the outputs, or three for IndexedSlices.
    """

    nodes: list[Node]
    needed: list[int]
    inputs: list[Tensor]
    outputs: list[Tensor]
    results: list[Any]
    op: Op | None
    specs: list[tuple[DType, Dims]]
    in_order: bool  # the results are the outputs, one for one
    #: Where there is no op: host and device parts in turn, made at their first use.
    runnable: list[Runnable] = field(default_factory=list)


_known: dict[Any, _Backward] = {}
_MOST_KNOWN = 4096


@dataclass(frozen=True, slots=True, eq=False)
class _InWindow:
    """Where the tensors of a backward computation stand among a tape's records.

    A place is (record, 1 for what it used or 2 for its results, position).
    """

    plan: _Backward
    needed: list[tuple[int, int, int]]
    ends: list[tuple[int, int, int]]  # of targets and sources


_by_recipes: dict[Any, _InWindow] = {}


def _remembered(records, targets, sources) -> tuple | None:
    """(plan, inputs) for records made in one window, if these were met before.

    A recipe stands at one place in the tree of all records, so the recipes say how the
    records are connected. What may differ is which of them targets and sources are.
    """
    found = _by_recipes.get((len(targets), *[record[0] for record in records]))
    if found is None or len(found.ends) != len(targets) + len(sources):
        return None
    for (i, side, at), tensor in zip(found.ends, [*targets, *sources], strict=True):
        if records[i][side][at] is not tensor:
            return None
    return found.plan, [records[i][side][at] for i, side, at in found.needed]


def _remember(records, targets, sources, plan: _Backward, inputs) -> None:
    places = _places(records)
    if not all(id(t) in places for t in (*targets, *sources)):
        return
    ends = [places[id(t)] for t in (*targets, *sources)]
    if len(_by_recipes) >= _MOST_KNOWN:
        _by_recipes.clear()
    key = (len(targets), *[record[0] for record in records])
    _by_recipes[key] = _InWindow(plan, [places[id(t)] for t in inputs], ends)


def _places(records) -> dict[int, tuple[int, int, int]]:
    return {
        id(tensor): (i, side, at)
        for i, record in enumerate(records)
        for side in (1, 2)
        for at, tensor in enumerate(record[side])
    }


def _differentiate(records, targets, sources, seeds) -> tuple[_Backward, list]:
    """(the plan, its inputs)."""
    numbers: dict[int, int] = {}
    tensors: list[EagerTensor] = []
    key: list[Any] = []

    def number(tensor) -> int:
        n = numbers.get(id(tensor))
        if n is None:
            n = numbers[id(tensor)] = len(tensors)
            tensors.append(tensor)
            key.append((tensor.dtype, tensor.dims))
        return n

    for recipe, used, outs in records:
        key.append(recipe.kind)
        for t in used:
            key.append(number(t))
        for t in outs:
            numbers[id(t)] = len(tensors)
            tensors.append(t)
    key.append("|")
    for t in targets:
        key.append(number(t))
    key.append("|")
    for t in sources:
        key.append(number(t))
    if seeds is not None:
        key.append("|")
        for t in seeds:
            key.append(None if t is None else number(t))
    whole = tuple(key)
    plan = _known.get(whole)
    if plan is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        plan = _known[whole] = _plan(records, tensors, numbers, targets, sources, seeds)
    return plan, [tensors[i] for i in plan.needed]


def _results(plan: _Backward, inputs: list[EagerTensor]) -> list:
    """The gradients from the tensors that `plan` needs."""
    tapes = RECORDER.window.tapes
    if tapes and any(id(t) in tape._tracked for tape in tapes for t in inputs):
        outs = _replay(plan, inputs)
    elif plan.op is not None:
        outs = RECORDER.composite(plan.op, inputs, plan.specs)
    else:
        outs = _run_now(plan, inputs)
    if plan.in_order:
        return outs
    return [_assemble(result, outs) for result in plan.results]


def _assemble(result, outs):
    if result is None:
        return None
    if isinstance(result, int):
        return outs[result]
    parts: list[Any] = [None if i is None else outs[i] for i in result]
    return IndexedSlices(*parts)


def _plan(records, tensors, numbers, targets, sources, seeds) -> _Backward:
    graph = FuncGraph("tape")
    inside: dict[int, Tensor] = {}
    with context.entered(graph):
        made = {id(t) for _, _, outs in records for t in outs}
        for i, tensor in enumerate(tensors):
            if id(tensor) not in made:
                inside[i] = graph.add_input(tensor.dtype, tensor.dims)
        for recipe, used, outs in records:
            node = _add(graph, recipe, [inside[numbers[id(t)]] for t in used])
            for t, symbol in zip(outs, node, strict=True):
                symbol.dims = t.dims
                inside[numbers[id(t)]] = symbol
        position = {id(s): i for i, s in inside.items()}
        grads = backward.gradients(
            [inside[numbers[id(t)]] for t in targets],
            [inside[numbers[id(t)]] for t in sources],
            [_one(graph, t) for t in targets]
            if seeds is None
            else [None if s is None else inside[numbers[id(s)]] for s in seeds],
        )
    outputs: list[Tensor] = []

    def output(tensor):
        outputs.append(tensor)
        return len(outputs) - 1

    results: list[Any] = []
    for g in grads:
        if isinstance(g, IndexedSlices):
            shape = None if g.dense_shape is None else output(g.dense_shape)
            results.append((output(g.values), output(g.indices), shape))
        else:
            results.append(None if g is None else output(g))
    fed = set(position)
    nodes = order(prune(outputs, fed))
    taken = [*outputs, *[t for n in nodes for t in n.inputs]]
    needed = sorted({position[id(t)] for t in taken if id(t) in fed})
    inputs = [inside[i] for i in needed]
    op = _as_op(nodes, inputs, outputs)
    specs = [(t.dtype, t.dims) for t in outputs]
    if any(d is None or None in d for _, d in specs):
        op = None
    in_order = results == list(range(len(outputs)))
    return _Backward(nodes, needed, inputs, outputs, results, op, specs, in_order)


def _one(graph, target: EagerTensor) -> Tensor | None:
    """The gradient of a number with regard to itself, which needs no input."""
    return graph.constant(np.ones((), target.dtype.np)) if target.dims == () else None


def _add(graph, recipe: Recipe, used: list[Tensor]) -> list[Tensor]:
    """The record again, as a node of `graph`; its output tensors."""
    rest = iter(used)

    def argument(place):
        if isinstance(place, Baked):
            if isinstance(place.value, list):
                return [graph.constant(v) for v in place.value]
            return graph.constant(place.value)
        if isinstance(place, tuple):
            return [next(rest) for _ in place]
        return next(rest)

    args = [argument(place) for place in recipe.args]
    inline = getattr(recipe.op, "inline", None)
    if inline is not None:
        return inline(graph, args)
    out = recipe.op(*args, **recipe.attrs)
    if isinstance(out, Tensor):
        return [out]
    if isinstance(out, Node):
        return []
    return nest.flatten(out)


def _as_op(nodes: list[Node], inputs, outputs) -> Op | None:
    """The backward graph as one op, if all of it runs on the device."""
    plan = make_plan(outputs, inputs)
    if any(s.host or s.static for s in plan.segments) or len(plan.segments) > 1:
        return None
    keys = [id(t) for t in inputs]

    def body(*arrays):
        frame = Frame({})
        frame.values.update(zip(keys, arrays, strict=True))
        frame.run(nodes)
        for node, holds, message in frame.guards:
            note_guard(holds, f"{message} [gradient of {node.type}]")
        return tuple(frame.value(t) for t in outputs)

    return Op("TapeGradient", Signature((), ()), body, lambda *_: [])


def _replay(plan: _Backward, inputs: list[EagerTensor]) -> list[EagerTensor]:
    """The backward computation op by op, so that outer tapes can see it."""
    values: dict[int, Any] = {
        id(s): t for s, t in zip(plan.inputs, inputs, strict=True)
    }
    for node in plan.nodes:
        if node.type == "Const":
            value = node.attrs["value"]
            values[id(node.outputs[0])] = RECORDER.constant(value)
            continue
        args = [
            [values[id(t)] for t in item]
            if isinstance(item, list)
            else values[id(item)]
            for item in node.grouped
        ]
        out = nest.flatten(node.op(*args, **node.attrs))
        values.update((id(t), v) for t, v in zip(node.outputs, out, strict=True))
    return [values[id(t)] for t in plan.outputs]


def _run_now(plan: _Backward, inputs: list[EagerTensor]) -> list[EagerTensor]:
    if not plan.runnable:
        plan.runnable.append(Runnable(make_plan(plan.outputs, plan.inputs)))
    values = {id(s): t.array() for s, t in zip(plan.inputs, inputs, strict=True)}
    plan.runnable[0].run(Store(), values)
    out = []
    for tensor in plan.outputs:
        value = values.get(id(tensor))
        if value is None:
            value = tensor._node.attrs["value"]
        out.append(EagerTensor(tensor.dtype, tuple(value.shape), value))
    return out
