"""Branches and calls: nodes that hold graphs. Loops are in `control_loop`."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.errors import InvalidArgumentError
from penstock.core.shapes import as_dims, relax
from penstock.ir.op import STOPS, op
from penstock.ops.control_stack import Unshaped
from penstock.ops.subgraph import NotOnDevice, effects, operands, schedule, subgraphs
from penstock.ops.xla import jax, jnp, lax


@op(
    "FakeParam",
    "-> output: dtype",
    shape=lambda *, shape=None, **_: as_dims(shape),
    attrs={"shape": None},
    gradient=STOPS,
    stateful=True,
)
def fake_param(*, dtype):
    """Stands where this branch has no value for what another branch saves."""
    return np.zeros((), dtype.np)


def bound(frame, tensors) -> list[Any]:
    """On the host: the values of `tensors`, or the variables they stand for."""
    return [
        frame.values[id(t)] if id(t) in frame.values else frame.alias[id(t)]
        for t in tensors
    ]


def call(frame, node, graph) -> list[Any]:
    """The outputs of `graph`, run here and now with the node's operands."""
    tensors = operands(node, graph)
    if frame.host:
        return frame.call(graph, bound(frame, tensors), graph.outputs)
    inner = frame.inside(graph, tensors)
    inner.run(schedule(graph))
    return [inner.value(t) for t in graph.outputs]


def state_written(frame, node) -> list[Any]:
    """The variables and random states that running `node` changes."""
    done = effects(node)
    seen: dict[Any, None] = {}
    for position in done.written:
        seen[frame.variable(node.inputs[position])] = None
    return [*seen, *done.keeps]


def is_known(value) -> bool:
    return isinstance(value, np.ndarray | np.generic)


def _pick(frame, node, index, graphs) -> list[Any]:
    """One of `graphs` by `index`, which is computed on the device."""
    written = state_written(frame, node)
    branches = [_Branch(frame, node, graph, written) for graph in graphs]
    specs = [jax.eval_shape(b.run)[0] for b in branches]
    shapes = [_one_spec(node, column) for column in zip(*specs, strict=True)]
    counts = [len(b.guards) for b in branches]
    runs = [
        b.filled(shapes, sum(counts[:i]), sum(counts)) for i, b in enumerate(branches)
    ]
    if len(runs) == 2:
        outs, states, holds = lax.cond(index, runs[1], runs[0])
    else:
        outs, states, holds = lax.switch(index, runs)
    frame.state.update(zip(written, states, strict=True))
    guarded = [g for b in branches for g in b.guards]
    frame.guards += [
        (n, ok, text) for (n, text), ok in zip(guarded, holds, strict=True)
    ]
    return [
        s if isinstance(s, Unshaped | None) else o
        for s, o in zip(shapes, outs, strict=True)
    ]


class _Branch:
    """A branch as a function without arguments; what it uses it closes over."""

    def __init__(self, frame, node, graph, written):
        self.frame, self.node, self.graph, self.written = frame, node, graph, written
        self.guards: list[tuple[Any, str]] = []
        self.unshaped: dict[int, Unshaped] = {}

    def run(self):
        state = dict(self.frame.state)
        graph = self.graph
        inner = self.frame.inside(graph, operands(self.node, graph), state)
        inner.run(schedule(graph))
        outs: list[Any] = [inner.value(t) for t in graph.outputs]
        self.unshaped = {i: o for i, o in enumerate(outs) if isinstance(o, Unshaped)}
        absent = {i for i, t in enumerate(graph.outputs) if t._node.type == "FakeParam"}
        absent |= set(self.unshaped)
        outs = [None if i in absent else o for i, o in enumerate(outs)]
        self.guards = [(n, text) for n, _, text in inner.guards]
        holds = [jnp.asarray(ok).all() for _, ok, _ in inner.guards]
        states = [jnp.asarray(state[v]) for v in self.written]
        return [None if o is None else jnp.asarray(o) for o in outs], states, holds

    def filled(self, shapes, first: int, total: int):
        """`run` with outputs as all branches agreed on, and room for all guards."""

        def run():
            outs, states, holds = self.run()
            outs = [_as_agreed(o, s) for o, s in zip(outs, shapes, strict=True)]
            fine = [jnp.asarray(True)] * total
            fine[first : first + len(holds)] = holds
            return outs, states, fine

        return run


def _as_agreed(value, spec):
    if spec is None or isinstance(spec, Unshaped):
        return jnp.zeros(())
    if value is None:
        return jnp.zeros(spec.shape, spec.dtype)
    return value.astype(spec.dtype)


def _one_spec(node, column):
    known = [s for s in column if s is not None]
    if not known:
        return None
    if any(s.shape != known[0].shape for s in known):
        raise NotOnDevice(node, "its branches give different shapes")
    return known[0]


def _branch_dims(*graphs) -> list:
    out = []
    for tensors in zip(*(g.outputs for g in graphs), strict=True):
        real = [t for t in tensors if t._node.type != "FakeParam"] or list(tensors)
        dims = real[0].dims
        for t in real[1:]:
            dims = relax(dims, t.dims)
        out.append(dims)
    return out


def _from_placeholder(node) -> tuple[int, ...]:
    """A predicate that is fed as it is compiles two steps, each with one branch."""
    source = node.inputs[0]._node
    while source.type in ("Identity", "LogicalNot", "PlaceholderWithDefault"):
        source = source.inputs[0]._node
    return (0,) if source.type in ("Placeholder", "Const") else ()


def one_truth(pred, what: str):
    """`pred`, an array of one element of whatever rank, as a scalar bool.

    Raises InvalidArgumentError for none or several elements.
    """
    if pred.size != 1:
        raise InvalidArgumentError(
            f"The condition of {what} must be one element, it has the shape "
            f"{list(pred.shape)}. Reduce it by tf.reduce_all or tf.reduce_any.",
        )
    return pred.reshape(()).astype(bool)


def _if(frame, node):
    then, other = node.attrs["then_branch"], node.attrs["else_branch"]
    pred = frame.value(node.inputs[0])
    if frame.host or is_known(pred):
        return call(frame, node, then if one_truth(np.asarray(pred), "If") else other)
    return _pick(frame, node, one_truth(jnp.asarray(pred), "If"), [other, then])


def _if_shape(cond, input, *, then_branch, else_branch, **_):
    return _branch_dims(then_branch, else_branch)


for _name in ("If", "StatelessIf"):
    op(
        _name,
        "cond: Tcond, input: *Tin -> output: *Tout",
        shape=_if_shape,
        attrs={"then_branch": None, "else_branch": None, "output_shapes": ()},
        static=_from_placeholder,
        nested=True,
        operands_from=1,
        stateful=True,
    )(_if)


def _case(frame, node):
    graphs = subgraphs(node)
    index = frame.value(node.inputs[0])
    last = len(graphs) - 1
    if frame.host or is_known(index):
        at = int(index)
        return call(frame, node, graphs[at if 0 <= at <= last else last])
    index = jnp.where((index < 0) | (index > last), last, index)
    if last == 1:
        return _pick(frame, node, index == 1, graphs)
    if last == 0:
        return call(frame, node, graphs[0])
    return _pick(frame, node, index, graphs)


for _name in ("Case", "StatelessCase"):
    op(
        _name,
        "branch_index: int32, input: *Tin -> output: *Tout",
        shape=lambda index, input, *, branches, **_: _branch_dims(*branches),
        attrs={"branches": (), "output_shapes": ()},
        nested=True,
        operands_from=1,
        stateful=True,
    )(_case)


for _name in ("PartitionedCall", "StatefulPartitionedCall"):
    op(
        _name,
        "args: *Tin -> output: *Tout",
        shape=lambda args, *, f, **_: [t.dims for t in f.outputs],
        attrs={"f": None, "config": "", "config_proto": "", "executor_type": ""},
        nested=True,
        stateful=True,
    )(lambda frame, node: call(frame, node, node.attrs["f"]))
