"""A plan made runnable: device segments compiled, host segments run as Python."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from penstock.core.errors import FailedPreconditionError, InvalidArgumentError
from penstock.ir.func_graph import FuncGraph
from penstock.ir.node import Node
from penstock.ir.tensor import Tensor
from penstock.lowering import Frame
from penstock.ops import extent
from penstock.ops.control_stack import Unshaped
from penstock.ops.subgraph import NotOnDevice, move_to_host
from penstock.ops.xla import backend, jax, jnp
from penstock.runtime.berths import Berth
from penstock.runtime.lending import read_beside
from penstock.runtime.plan import Plan, Segment, make_plan, split

#: Constants with more elements are passed to a compiled step, not built into it.
_INLINE_CONSTANT = 256


class Store(dict):
    """Variable (or node that keeps a state) -> its current value."""

    def __init__(self):
        super().__init__()
        self.lock = threading.RLock()

    def clear(self) -> None:
        """Forget all values, and let threads go that wait for one (queues)."""
        for value in list(self.values()):
            end = getattr(value, "end_session", None)
            if end is not None:
                end()
        super().clear()

    def initial(self, node: Node) -> Any:
        """The value of `node`, which keeps a state of its own from the first run on."""
        with self.lock:
            if node not in self:
                self[node] = node.op.keeps(node)
            return self[node]


class DeviceStep:
    """One device segment: `run(store, values)` computes its outputs into `values`."""

    def __init__(self, segment: Segment):
        self.segment = segment
        self.keeps = [v for v in segment.variables if v.op.keeps is not None]
        fresh = segment.uninitialized_ok
        self.written = [v for v in segment.variables if v in segment.written]
        self.donated = [v for v in self.written if v not in fresh]
        self.read = [v for v in segment.variables if v not in segment.written]
        self.inputs = [t for t in segment.inputs if id(t) not in segment.static]
        self.static = [t for t in segment.inputs if id(t) in segment.static]
        self.input_keys = [id(t) for t in self.inputs]
        self.output_keys = [id(t) for t in segment.outputs]
        leaves = [n for n in segment.nodes if n.type == "Const"]
        self.large = [n for n in leaves if n.attrs["value"].size > _INLINE_CONSTANT]
        self._constants: list[Any] | None = None
        self._one: Any = None
        #: Of `donated`: whose memory the new values take, and whose they leave alone.
        self._given: list[Node] = []
        self._lent: list[Node] = []
        self._returned: list[Node] = []
        self._compiled: dict[Any, Any] = {}
        self._berths: list[Berth] = []
        self.guarded: list[tuple[Node, str]] = []

    def run(self, store: Store, values: dict[int, Any]) -> None:
        compiled = self._compiled.get(None) if not self.static else None
        if compiled is None:
            compiled = self._compile(values)
        for node in self.keeps:
            store.initial(node)
        with store.lock:
            try:
                given = [store[v] for v in self._given]
                lent = [store[v] for v in self._lent]
                read = [store[v] for v in self.read]
            except KeyError as error:
                raise uninitialized(error.args[0]) from None
            inputs = [values[k] for k in self.input_keys]
            for i, berth in enumerate(self._berths):
                if type(inputs[i]) is np.ndarray:
                    inputs[i] = berth.lay(inputs[i])
            done: list[Any] = []
            rest = (read,), (inputs,), (self._constants,), (self._one,)
            try:
                # One call: Ctrl-C comes before or after it, and loses no result. The
                # old values are given away, so the new ones must reach the store.
                done.extend(map(compiled, (given,), (lent,), *rest))
            finally:
                interrupt = None
                while done:  # again where Ctrl-C comes between the two
                    try:
                        store.update(zip(self._returned, done[0][0], strict=True))
                        break
                    except KeyboardInterrupt as error:
                        interrupt = error
                if interrupt is not None:
                    raise interrupt
            _, outputs, holds = done[0]
        if self.guarded:
            self.check(holds)
        for key, value in zip(self.output_keys, outputs, strict=True):
            values[key] = value

    def _compile(self, values: Mapping[int, Any]):
        known = {id(t): np.asarray(values[id(t)]) for t in self.static}
        key = (
            tuple((v.shape, v.dtype.str, v.tobytes()) for v in known.values())
            if known
            else None
        )
        compiled = self._compiled.get(key)
        if compiled is None:
            if self._constants is None:
                self._constants = [jnp.asarray(n.attrs["value"]) for n in self.large]
                if extent.fences(self.segment.nodes):
                    self._one = jnp.ones((), jnp.float32)
            if backend() == "cpu":
                self._berths = [Berth() for _ in self.inputs]
            compiled = jax.jit(self._lending(self._pure(known)), donate_argnums=0)
            self._compiled[key] = compiled
        return compiled

    def _lending(self, pure):
        """`pure` with `donated` in two parts: what it is given, and what it is lent.

        New values come back in the order of `_returned`, those of what was given first:
        JAX lays results in the memory that it was given in this order.
        """
        beside = read_beside(self.segment)
        self._given = [v for v in self.donated if v not in beside]
        self._lent = [v for v in self.donated if v in beside]
        rest = [v for v in self.written if v not in self._given]
        self._returned = [*self._given, *rest]

        def step(given, lent, *others):
            held = dict(zip([*self._given, *self._lent], [*given, *lent], strict=True))
            states, outputs, holds = pure([held[v] for v in self.donated], *others)
            new = dict(zip(self.written, states, strict=True))
            return [new[v] for v in self._returned], outputs, holds

        return step

    def _pure(self, known: Mapping[int, np.ndarray]):
        """`step(donated, read, inputs, constants) -> (states, outputs, holds)`.

        `one` is a 1 for `extent.fences`; without it there are none.
        """
        segment = self.segment
        nodes = [n for n in segment.nodes if n not in set(self.large)]

        def step(donated, read, inputs, constants, one=None):
            frame = Frame(
                dict(zip(self.donated, donated, strict=True))
                | dict(zip(self.read, read, strict=True))
            )
            frame.alias.update(segment.aliases)
            frame.values.update(known)
            frame.values.update(zip(self.input_keys, inputs, strict=True))
            frame.one = one
            for node, value in zip(self.large, constants, strict=True):
                frame.values[id(node.outputs[0])] = value
            with extent.compiling(n.type for n in nodes):
                frame.run(nodes)
            taken = [*donated, *read, *inputs, *constants]
            states = _distinct([frame.state[v] for v in self.written], taken)
            outputs = _distinct(
                [frame.value(t) for t in segment.outputs], [*taken, *states]
            )
            self.guarded = [(node, message) for node, _, message in frame.guards]
            return states, outputs, [holds for _, holds, _ in frame.guards]

        return step

    def check(self, holds: Sequence[Any]) -> None:
        """Raises InvalidArgumentError naming the first node whose guard fails."""
        for (node, message), ok in zip(self.guarded, holds, strict=True):
            if not np.asarray(ok).all():
                raise at_node(InvalidArgumentError, node, message)


def _distinct(arrays: list[Any], taken: list[Any]) -> list[Any]:
    """Copies where an array is returned twice or passed through.

    The state is donated at the next call: no other array may share its buffer.
    """
    seen = {id(t) for t in taken}
    out = []
    for array in arrays:
        if not isinstance(array, Unshaped):
            array = jnp.copy(array) if id(array) in seen else jnp.asarray(array)
        seen.add(id(array))
        out.append(array)
    return out


class HostStep:
    """One host segment: nodes run in order on NumPy arrays."""

    def __init__(self, segment: Segment):
        self.segment = segment

    def run(
        self,
        store: Store,
        values: dict[int, Any],
        execute: Callable[[Frame, Node], None] = Frame.execute,
    ) -> None:
        frame = Frame(store, lambda *call: call_graph(store, *call))
        frame.alias.update(self.segment.aliases)
        for tensor in self.segment.inputs:
            frame.values[id(tensor)] = _as_array(values[id(tensor)])
        for node in self.segment.nodes:
            if node.op.keeps is not None:
                store.initial(node)
            try:
                execute(frame, node)
            except KeyError as error:
                if isinstance(error.args[0], Node):
                    raise uninitialized(error.args[0]) from None
                raise
        for tensor in self.segment.outputs:
            values[id(tensor)] = frame.value(tensor)


def _as_array(value: Any) -> Any:
    plain = isinstance(value, Unshaped) or not hasattr(value, "dtype")
    return value if plain else np.asarray(value)


def call_graph(
    store: Store, graph: FuncGraph, bound: Sequence[Any], fetches: Sequence[Tensor]
) -> list[Any]:
    """Run a sub-graph from the host: its own plan, its own compiled segments.

    `bound` holds for each input of `graph` its value, or the variable it stands for.
    """
    variables = {
        id(t): b
        for t, b in zip(graph.inputs, bound, strict=True)
        if isinstance(b, Node)
    }
    wanted = [*fetches, *getattr(graph, "control_outputs", ())]
    key = (graph.version, *map(id, wanted), *variables.values())
    made = graph.scratch.setdefault("runnables", {})
    if key not in made:
        fed = [t for t in graph.inputs if id(t) not in variables]
        made[key] = Runnable(make_plan(wanted, fed, variables))
    values = {
        id(t): b
        for t, b in zip(graph.inputs, bound, strict=True)
        if id(t) not in variables
    }
    runnable = made[key]
    runnable.run(store, values)
    return [_found(runnable.plan, store, values, t) for t in fetches]


def _found(plan: Plan, store: Store, values: dict[int, Any], tensor: Tensor) -> Any:
    if id(tensor) in values:
        return _as_array(values[id(tensor)])
    variable = plan.aliases.get(id(tensor))
    if variable is not None:
        return np.asarray(store[variable])
    return tensor._node.attrs["value"]


class Runnable:
    """A whole plan; `run` returns the values of tensors by id."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.steps = [_step(s) for s in plan.segments]

    def run(self, store: Store, values: dict[int, Any]) -> dict[int, Any]:
        at = 0
        while at < len(self.steps):
            try:
                self.steps[at].run(store, values)
                at += 1
            except NotOnDevice as found:
                self.replan(at, found.node)
        return values

    def replan(self, at: int, node: Node) -> None:
        """Cut step `at`, of which nothing ran yet, so that `node` runs on the host."""
        move_to_host(node)
        parts = split(self.steps[at].segment)
        self.steps[at : at + 1] = map(_step, parts)


def _step(segment: Segment) -> HostStep | DeviceStep:
    return HostStep(segment) if segment.host else DeviceStep(segment)


def uninitialized(variable: Node) -> Exception:
    """The error for a variable without a value."""
    return at_node(
        FailedPreconditionError,
        variable,
        f"Attempting to use uninitialized value {variable.name}. Run "
        "tf.global_variables_initializer() first, or restore a checkpoint",
    )


def at_node(kind: type, node: Node, message: str) -> Exception:
    """An error of `kind` that names `node` and the user's line that made it."""
    file, number = node.line
    where = f", defined at {file}:{number}" if file else ""
    return kind(None, node, f"{message}\n\t [[node {node.name}{where}]]")
