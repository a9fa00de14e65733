"""`While`: a loop as a node. Its gradient needs values of every round: it saves them.

A gradient rule that uses a tensor of the loop's body asks for its values in all
rounds (`save`). The node then has two more kinds of output: the number of rounds, and
one stack for each saved tensor, as long as `_TripCount` says. Where a loop counts by
shape arithmetic, the count is known when the step is compiled; else the loop runs once
more to count, and the step that follows is compiled for that number.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import int32
from penstock.core.errors import UnsupportedError
from penstock.core.shapes import size
from penstock.ir import context
from penstock.ir.op import STOPS, TABLE, op
from penstock.ir.tensor import Tensor
from penstock.ops import rules
from penstock.ops.control import bound, is_known, one_truth, state_written
from penstock.ops.control_stack import Unshaped
from penstock.ops.subgraph import NotOnDevice, effects, operands, prune, schedule
from penstock.ops.xla import jax, jnp, lax

#: Inputs with more elements are not worth computing with while compiling.
_SMALL = 64


def _loop_shape(input, *, body, output_shapes=(), **_):
    # What the body gives keeps the shape that its input declares.
    return [t.dims for t in body.inputs]


def _bound_position(node) -> tuple[int, ...]:
    return (1,) if len(node.grouped) > 1 else ()


def _while(frame, node):
    loop = _Loop(frame, node)
    return loop.on_host() if frame.host else loop.on_device()


for _name in ("While", "StatelessWhile"):
    op(
        _name,
        "input: *T -> output: *T",
        shape=_loop_shape,
        attrs={
            "cond": None, "body": None, "output_shapes": (), "parallel_iterations": 10
        },
        static=_bound_position,
        nested=True,
        stateful=True,
    )(_while)  # fmt: skip


def varying(body) -> list[int]:
    """Positions of the loop variables that the body changes."""
    pairs = zip(body.inputs, body.outputs, strict=True)
    return [i for i, (before, after) in enumerate(pairs) if before is not after]


def saved(node) -> tuple[Tensor, ...]:
    """The tensors of the body whose values of every round the node gives."""
    return node.attrs.get("_saved", ())


class _Loop:
    """One evaluation of a `While`."""

    def __init__(self, frame, node):
        self.frame, self.node = frame, node
        self.cond, self.body = node.attrs["cond"], node.attrs["body"]
        self.tensors = operands(node, self.body)
        self.vary = varying(self.body)
        self.saved = saved(node)
        self.written = state_written(frame, node)
        self.guards: list[tuple[Any, str]] = []

    def outputs(self, values, count, stacks) -> list[Any]:
        """The node's outputs; what the loop leaves alone as it was."""
        out = [
            self.frame.values.get(id(t)) if i not in self.vary else None
            for i, t in enumerate(self.tensors)
        ]
        for i, value in zip(self.vary, values, strict=True):
            out[i] = value
        extra = [count, *stacks] if self.saved else []
        out += extra
        return out + [None] * (len(self.node.outputs) - len(out))

    # --- on the host -----------------------------------------------------------

    def on_host(self) -> list[Any]:
        frame = self.frame
        now = bound(frame, self.tensors)
        kept: list[list[Any]] = [[] for _ in self.saved]
        count = 0
        test = self.cond.outputs
        fetches = [self.body.outputs[i] for i in self.vary] + list(self.saved)
        while one_truth(np.asarray(frame.call(self.cond, now, test)[0]), "While"):
            made = frame.call(self.body, now, fetches)
            for i, value in zip(self.vary, made, strict=False):
                now[i] = value
            for stack, value in zip(kept, made[len(self.vary) :], strict=True):
                stack.append(value)
            count += 1
        stacks = [self._stacked(t, s) for t, s in zip(self.saved, kept, strict=True)]
        values = [now[i] for i in self.vary]
        return self.outputs(values, np.array(count, np.int32), stacks)

    def _stacked(self, tensor, values):
        if not values:
            dims = [d or 0 for d in tensor.dims or ()]
            return np.zeros((0, *dims), tensor.dtype.np)
        if len({np.shape(v) for v in values}) > 1:
            raise UnsupportedError(
                f"The gradient of '{self.node.name}' needs {tensor.name} of every "
                "round, but its shape changes from round to round. Keep the shape: "
                "fill a TensorArray or a tensor of full size."
            )
        return np.stack(values)

    # --- on the device ---------------------------------------------------------

    def on_device(self) -> list[Any]:
        init = [self.frame.value(self.tensors[i]) for i in self.vary]
        states = [jnp.asarray(self.frame.state[v]) for v in self.written]
        init, stacks = self._prepared(init, states)
        fine = [jnp.asarray(True)] * len(self.guards)
        carry = (init, states, fine, jnp.asarray(0, jnp.int32), stacks)
        final = lax.while_loop(self._test, self._round, carry)
        values, states, fine, count, stacks = final
        self.frame.state.update(zip(self.written, states, strict=True))
        self.frame.guards += [
            (n, ok, text) for (n, text), ok in zip(self.guards, fine, strict=True)
        ]
        return self.outputs(values, count, stacks)

    def _enter(self, graph, values, states, also=()):
        state = {**self.frame.state, **dict(zip(self.written, states, strict=True))}
        inner = self.frame.inside(graph, self.tensors, state)
        for i, value in zip(self.vary, values, strict=True):
            inner.values[id(graph.inputs[i])] = value
        inner.run(schedule(graph, also))
        return inner

    def _test(self, carry):
        values, states = carry[:2]
        inner = self._enter(self.cond, values, states)
        return one_truth(jnp.asarray(inner.value(self.cond.outputs[0])), "While")

    def _once(self, values, states):
        """One round: new values, new states, guards, what is saved."""
        body = self.body
        inner = self._enter(body, values, states, self.saved)
        outs = [self._typed(inner.value(body.outputs[i]), i) for i in self.vary]
        keep = [jnp.asarray(inner.value(t)) for t in self.saved]
        self.guards = [(n, text) for n, _, text in inner.guards]
        holds = [jnp.asarray(ok).all() for _, ok, _ in inner.guards]
        return outs, [jnp.asarray(inner.state[v]) for v in self.written], holds, keep

    def _typed(self, value, i):
        if isinstance(value, Unshaped):
            return None
        return jnp.asarray(value, self.body.inputs[i].dtype.np)

    def _round(self, carry):
        values, states, fine, count, stacks = carry
        outs, states, holds, keep = self._once(values, states)
        fine = [a & b for a, b in zip(fine, holds, strict=True)]
        stacks = [
            lax.dynamic_update_index_in_dim(s, k, count, 0)
            for s, k in zip(stacks, keep, strict=True)
        ]
        return outs, states, fine, count + 1, stacks

    def _prepared(self, init, states):
        """First values in the shapes that the body gives, and empty stacks."""
        unshaped = {i: v for i, v in enumerate(init) if isinstance(v, Unshaped)}
        init = [
            v if i in unshaped else self._typed(v, self.vary[i])
            for i, v in enumerate(init)
        ]

        def once(*shaped):
            values = list(init)
            for i, v in zip(plain, shaped, strict=True):
                values[i] = v
            return self._once(values, states)

        plain = [i for i in range(len(init)) if i not in unshaped]
        outs, _, _, keep = jax.eval_shape(once, *[init[i] for i in plain])
        for i, spec in enumerate(outs):
            if i in unshaped:
                shape = () if spec is None else spec.shape[1:]
                init[i] = unshaped[i].filled(shape)
            elif spec is None or tuple(spec.shape) != init[i].shape:  # pyright: ignore
                raise NotOnDevice(self.node, "a loop variable changes its shape")
        if unshaped and self.saved:
            # Zeros in place of unshaped stacks may change what is saved of them.
            keep = jax.eval_shape(lambda v: self._once(v, states), init)[3]
        return init, self._stacks(keep)

    def _stacks(self, keep):
        if not self.saved:
            return []
        limit = self.frame.values.get(id(self.node.inputs[-1]))
        if not is_known(limit):
            raise NotOnDevice(self.node, "how often it runs is not known")
        # Of a loop that never runs nothing is read, but its code is compiled.
        rows = max(int(limit), 1)
        return [jnp.zeros((rows, *k.shape), k.dtype) for k in keep]


# --- how often a loop runs -----------------------------------------------------


def _count_slice(node) -> list[int]:
    """Positions of the inputs on which the number of rounds depends."""
    cond, body = node.attrs["cond"], node.attrs["body"]
    vary = set(varying(body))
    at_cond = {id(t): i for i, t in enumerate(cond.inputs)}
    at_body = {id(t): i for i, t in enumerate(body.inputs)}
    found: set[int] = set()
    queue = _leaves(cond.outputs[0], at_cond)
    while queue:
        i = queue.pop()
        if i in found:
            continue
        found.add(i)
        if i in vary:
            queue += _leaves(body.outputs[i], at_body)
    return sorted(found)


def _leaves(tensor, positions) -> list[int]:
    seen = []
    if id(tensor) in positions:
        return [positions[id(tensor)]]
    for node in prune([tensor], set(positions)):
        seen += [positions[id(t)] for t in node.inputs if id(t) in positions]
    return seen


def _pure(node, needed: list[int]) -> bool:
    """Whether the count follows from values of `needed`, without any state."""
    cond, body = node.attrs["cond"], node.attrs["body"]
    wanted = [cond.outputs[0], *(body.outputs[i] for i in needed)]
    for graph, outs in ((cond, wanted[:1]), (body, wanted[1:])):
        for inner in prune(outs, {id(t) for t in graph.inputs}):
            if inner.op.stateful or inner.op.keeps or inner.op.nested or inner.op.host:
                return False
    return all(
        not body.inputs[i].dtype.is_floating
        and (size(body.inputs[i].dims) or 99) <= _SMALL
        for i in needed
    )


def _derives(node):
    """The inputs that give the count while compiling, None where they cannot."""
    needed = _count_slice(node)
    return [node.inputs[i] for i in needed] if _pure(node, needed) else None


def _trip_count(frame, node):
    if frame.host or effects(node).host:
        return np.array(0, np.int32)  # a loop on the host counts itself
    needed = _count_slice(node)
    values = {i: frame.values.get(id(node.inputs[i])) for i in needed}
    if _pure(node, needed) and all(is_known(v) for v in values.values()):
        with jax.ensure_compile_time_eval():
            return _counted(frame, node, values)
    loop = _Loop(frame, node)
    loop.saved = ()
    state = dict(frame.state)
    guards = len(frame.guards)
    try:
        init = [frame.value(loop.tensors[i]) for i in loop.vary]
        states = [jnp.asarray(state[v]) for v in loop.written]
        init, _ = loop._prepared(init, states)
        fine = [jnp.asarray(True)] * len(loop.guards)
        carry = (init, states, fine, jnp.asarray(0, jnp.int32), [])
        return lax.while_loop(loop._test, loop._round, carry)[3]
    finally:
        del frame.guards[guards:]


def _counted(frame, node, values) -> np.ndarray:
    """The number of rounds, by running what counts them on known values."""
    cond, body = node.attrs["cond"], node.attrs["body"]
    moving = [i for i in varying(body) if i in values]
    inside = {id(t) for t in body.inputs}
    step = _in_order(body, prune([body.outputs[i] for i in moving], inside))
    test = _in_order(cond, prune(cond.outputs, {id(t) for t in cond.inputs}))
    count = 0
    while True:
        inner = _entered(frame, cond, values)
        inner.run(test)
        if not one_truth(np.asarray(inner.value(cond.outputs[0])), "While"):
            return np.array(count, np.int32)
        inner = _entered(frame, body, values)
        inner.run(step)
        values = values | {i: np.asarray(inner.value(body.outputs[i])) for i in moving}
        count += 1


def _in_order(graph, nodes):
    chosen = set(nodes)
    return [n for n in schedule(graph) if n in chosen]


def _entered(frame, graph, values):
    inner = type(frame)({})
    for i, value in values.items():
        inner.values[id(graph.inputs[i])] = value
    return inner


@op(
    "_TripCount",
    "input: *T -> count: int32",
    shape=rules.scalar,
    attrs={"cond": None, "body": None},
    gradient=STOPS,
    nested=True,
    derives=_derives,
    stateful=True,
)
def trip_count(frame, node):
    return _trip_count(frame, node)


def save(node, tensor: Tensor) -> Tensor:
    """A new output of `node`: the values of `tensor`, of its body, in every round."""
    graph = node.graph
    known = node.attrs.get("_saved", ())
    if not known:
        with context.entered(graph), graph.control_dependencies(None):
            with graph.name_scope(None):
                count = TABLE["_TripCount"](
                    list(node.inputs), cond=node.attrs["cond"], body=node.attrs["body"],
                    name=f"{node.name}/trip_count",
                )  # fmt: skip
        count._node.control_inputs = list(node.control_inputs)
        count_rounds(node, count)
        graph.version += 1
    for i, old in enumerate(known):
        if old is tensor:
            return node.outputs[len(node.outputs) - len(known) + i]
    return add_stack(node, tensor)


def count_rounds(node, count: Tensor) -> None:
    """Give `node` the input that bounds its rounds, and an output that counts them."""
    node.grouped = (list(node.inputs), count)
    node.inputs = (*node.inputs, count)
    node.outputs.append(Tensor(node, len(node.outputs), int32, ()))


def add_stack(node, tensor: Tensor) -> Tensor:
    """A new output of `node`, the stack of `tensor`; it counts its rounds already."""
    dims = None if tensor.dims is None else (None, *tensor.dims)
    node.attrs["_saved"] = (*node.attrs.get("_saved", ()), tensor)
    made = Tensor(node, len(node.outputs), tensor.dtype.base_dtype, dims)
    node.outputs.append(made)
    return made


def rounds(node) -> Tensor:
    """How often the loop ran; only once something is saved."""
    return node.outputs[len(node.outputs) - len(saved(node)) - 1]
