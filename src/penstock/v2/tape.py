"""`GradientTape`: remembers what was computed from watched tensors.

Under eager execution a gradient is one record: the backward graph is built when the
structure of the taped computation is new, and found again afterwards. While a graph
is traced the tape only marks what is watched; the graph itself is differentiated.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

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
from penstock.runtime.eager.recorder import RECORDER
from penstock.runtime.eager.tensor import EagerTensor
from penstock.runtime.eager.trail import Baked, Custom, Recipe
from penstock.runtime.eager.window import note_guard
from penstock.runtime.plan import make_plan, order, prune
from penstock.runtime.step import Runnable, Store

log = logging.getLogger("tensorflow")


class GradientTape:
    """Records operations for differentiation. As `tf.GradientTape`.

    persistent: `gradient` may be called more than once.
    watch_accessed_variables: trainable variables are watched when read.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True):
        self._persistent = persistent
        self._watches_variables = watch_accessed_variables
        self._recording = False
        self._used_up = False
        self._reset()

    def _reset(self) -> None:
        self._records: list[tuple[Recipe, list, list]] = []
        self._tracked: dict[int, Any] = {}
        self._reads: dict[int, tuple[Any, list[EagerTensor]]] = {}

    # --- recording ------------------------------------------------------------------

    def __enter__(self):
        if self._recording:
            raise ValueError("Tape is already recording.")
        if not self._persistent:
            self._reset()
        self._used_up = False
        self._start()
        return self

    def __exit__(self, kind, error, traceback):
        if self._recording:
            self._pause()

    def _start(self) -> None:
        self._recording = True
        RECORDER.tapes = [*RECORDER.tapes, self]

    def _pause(self) -> None:
        self._recording = False
        RECORDER.tapes = [t for t in RECORDER.tapes if t is not self]

    def watch(self, tensor) -> None:
        """Track `tensor` (floating point), a variable, or a structure of them."""
        for item in nest.flatten(tensor):
            if hasattr(item, "_resource") and not isinstance(item, Tensor):
                self._reads.setdefault(id(item), (item, []))
                continue
            if not isinstance(item, Tensor):
                raise ValueError(
                    f"Passed in object {item!r} of type {type(item).__name__!r}, not "
                    "tf.Tensor or tf.Variable."
                )
            if not _real(item):
                log.log(
                    logging.WARN,
                    "The dtype of the watched tensor must be floating (e.g. "
                    "tf.float32), got %r",
                    item.dtype,
                )
            self._tracked[id(item)] = item

    def record(self, recipe: Recipe, used: list, outs: list) -> None:
        """Called by the recorder for each op while this tape is active."""
        tracked = self._tracked
        for tensor in used:
            if id(tensor) in tracked:
                break
        else:
            return
        self._records.append((recipe, used, outs))
        for tensor in outs:
            if tensor.dtype.is_floating or tensor.dtype.is_complex:
                tracked[id(tensor)] = tensor

    def variable_read(self, variable, tensor: EagerTensor) -> None:
        """Called when `variable` is read: `tensor` stands for it."""
        known = self._reads.get(id(variable))
        if known is None:
            if not (self._watches_variables and variable.trainable):
                return
            known = self._reads[id(variable)] = (variable, [])
        if not any(t is tensor for t in known[1]):
            known[1].append(tensor)
            self._tracked[id(tensor)] = tensor

    def watched_variables(self) -> tuple:
        return tuple(variable for variable, _ in self._reads.values())

    @contextmanager
    def stop_recording(self):
        """Nothing inside is recorded. Raises ValueError where nothing was."""
        if not self._recording:
            raise ValueError(
                "Attempting to stop recording while the tape is not recording."
            )
        self._pause()
        try:
            yield
        finally:
            self._start()

    def reset(self) -> None:
        """Forget what was recorded."""
        self._reset()

    # --- differentiating ------------------------------------------------------------

    def gradient(
        self, target, sources, output_gradients=None, unconnected_gradients="none"
    ):
        """d(sum of target)/d(source) for each of `sources`, in their structure.

        None where a source has no part in `target`; zeros with
        `unconnected_gradients="zero"`. Raises RuntimeError for a second call on a tape
        that is not persistent.
        """
        if self._used_up:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of "
                "gradients (or jacobians). Use tf.GradientTape(persistent=True)."
            )
        if target is None:
            raise TypeError(
                "Argument `target` should be a list or nested structure of Tensors or "
                "Variables to be differentiated, but received None."
            )
        was_recording = self._recording
        if was_recording:
            self._pause()
        try:
            flat = nest.flatten(sources)
            targets = nest.flatten(target)
            found = self._gradient(targets, flat, _given(output_gradients, target))
        finally:
            if was_recording and self._persistent:
                self._start()
        if getattr(unconnected_gradients, "value", unconnected_gradients) == "zero":
            found = [
                TABLE["ZerosLike"](as_tensor(context.landing(), s, None, None))
                if g is None
                else g
                for g, s in zip(found, flat, strict=True)
            ]
        if not self._persistent:
            self._used_up = True
            self._records, self._tracked = [], {}
            self._reads = {key: (v, []) for key, (v, _) in self._reads.items()}
        return nest.pack(sources, found)

    def _gradient(self, targets: list, sources: list, given: list | None) -> list:
        where = context.landing()
        if not where.eager:
            return _graph_gradient(where, targets, sources, given)
        values = [self._target(t) for t in targets]
        groups = [self._source(s) for s in sources]
        wanted = [t for group in groups for t in group]
        seeds = None
        if given is not None:
            seeds = [
                None if g is None else as_tensor(where, g, v.dtype, None)
                for g, v in zip(given, values, strict=True)
            ]
        keep = [i for i, v in enumerate(values) if v is not None and _real(v)]
        values = [values[i] for i in keep]
        seeds = None if seeds is None else [seeds[i] for i in keep]
        if not values:
            return [None] * len(sources)
        flat = iter(_backwards(self._records, values, wanted, seeds))
        return [_sum_up([next(flat) for _ in group]) for group in groups]

    def _target(self, target):
        if isinstance(target, EagerTensor):
            return target
        if hasattr(target, "_dense_tensor"):
            known = self._reads.get(id(target))
            if known and known[1]:
                return known[1][-1]
            tensor = target._dense_tensor()
            self.variable_read(target, tensor)  # it may be a source as well
            return tensor
        raise ValueError(f"The target of a gradient must be a tensor, not {target!r}.")

    def _source(self, source) -> list[EagerTensor]:
        """The tensors that stood for `source` while the tape was recording."""
        if isinstance(source, EagerTensor):
            return [source]
        known = self._reads.get(id(source))
        if known is not None:
            return known[1]
        if hasattr(source, "_dense_tensor"):
            return []
        raise TypeError(
            f"The sources of a gradient must be tensors or variables, not {source!r} "
            f"of type {type(source).__name__}."
        )

    def jacobian(
        self, target, sources, unconnected_gradients="none", parallel_iterations=None,
        experimental_use_pfor=True,
    ):  # fmt: skip
        """d target / d source for each source: target.shape + source.shape."""
        from penstock.v2.jacobian import jacobian

        return jacobian(self, target, sources, unconnected_gradients)

    def batch_jacobian(
        self, target, source, unconnected_gradients="none", parallel_iterations=None,
        experimental_use_pfor=True,
    ):  # fmt: skip
        """Row by row: [batch, ...target, ...source]."""
        from penstock.v2.jacobian import batch_jacobian

        return batch_jacobian(self, target, source, unconnected_gradients)


def _given(output_gradients, target) -> list | None:
    """One upstream gradient for each target, or None for ones."""
    if output_gradients is None:
        return None
    if not nest.is_nested(target):
        return [output_gradients]
    return nest.flatten(output_gradients)


def _backwards(records, targets, sources, seeds) -> list:
    """The gradients, going through what programs differentiate themselves.

    Records after the last such computation come first; then its own rule; then, with
    what was found as upstream gradients, the records before it.
    """
    last = next(
        (i for i in range(len(records) - 1, -1, -1) if type(records[i][0]) is Custom),
        None,
    )
    if last is None:
        return _differentiate(records, targets, sources, seeds)
    custom, used, outs = records[last]
    before, after = records[:last], records[last + 1 :]
    made_after = {id(t) for _, _, results in after for t in results}
    frontier: dict[int, EagerTensor] = {}
    for tensor in [*sources, *outs, *(t for _, ins, _ in after for t in ins), *targets]:
        if id(tensor) not in made_after and _real(tensor):
            frontier.setdefault(id(tensor), tensor)
    points = list(frontier.values())
    found = dict(
        zip(frontier, _differentiate(after, targets, points, seeds), strict=True)
    )
    upstream = [found.pop(id(t), None) for t in outs]
    if any(g is not None for g in upstream):
        full = [
            TABLE["ZerosLike"](t) if g is None else backward.densify(g)
            for g, t in zip(upstream, outs, strict=True)
        ]
        for tensor, grad in zip(used, custom.backward(*full), strict=True):
            if grad is None or not _real(tensor):
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
    return _backwards(before, ys, sources, dys)


def _real(tensor) -> bool:
    return tensor.dtype.is_floating or tensor.dtype.is_complex


def _sum_up(parts: list):
    parts = [p for p in parts if p is not None]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else backward.add_up(parts)


def _graph_gradient(graph, targets, sources, given):
    ys = [as_tensor(graph, t, None, None) for t in targets]
    xs = [
        s._resource() if hasattr(s, "_resource") else as_tensor(graph, s, None, None)
        for s in sources
    ]
    return backward.gradients(ys, xs, given)


# --- the backward computation of a tape, found by its structure ---------------------


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


_known: dict[Any, _Backward] = {}
_MOST_KNOWN = 4096


def _differentiate(records, targets, sources, seeds) -> list:  # noqa: C901
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
    inputs = [tensors[i] for i in plan.needed]
    if any(id(t) in tape._tracked for tape in RECORDER.tapes for t in inputs):
        outs = _replay(plan, inputs)
    elif plan.op is not None:
        outs = RECORDER.composite(plan.op, inputs, plan.specs)
    else:
        outs = _run_now(plan, inputs)
    return [_assemble(result, outs) for result in plan.results]


def _assemble(result, outs):
    if result is None:
        return None
    if isinstance(result, int):
        return outs[result]
    return IndexedSlices(*[None if i is None else outs[i] for i in result])


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
            None
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
    return _Backward(nodes, needed, inputs, outputs, results, op, specs)


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
    runnable = Runnable(make_plan(plan.outputs, plan.inputs))
    values = {id(s): t.array() for s, t in zip(plan.inputs, inputs, strict=True)}
    runnable.run(Store(), values)
    out = []
    for tensor in plan.outputs:
        value = values.get(id(tensor))
        if value is None:
            value = tensor._node.attrs["value"]
        out.append(EagerTensor(tensor.dtype, tuple(value.shape), value))
    return out
