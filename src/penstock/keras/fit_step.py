"""A training, test or predict step, traced once and run many at a time.

The step is a graph: variables in, variables out. Where nothing in it needs the host,
a chunk of steps is one compiled loop whose body gathers its batch by index from data
that stays on the device.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penstock.core import nest
from penstock.core.dtypes import as_dtype
from penstock.core.errors import InvalidArgumentError
from penstock.ir import context
from penstock.ir.tensor import NeedsValue, Tensor
from penstock.ir.trace import TracedGraph
from penstock.lowering import slow_in_loops
from penstock.ops import extent
from penstock.ops.xla import backend, jax, jnp, lax
from penstock.runtime.eager import RECORDER
from penstock.runtime.eager.tensor import EagerTensor
from penstock.runtime.step import at_node
from penstock.v2.call import Call


class CompiledStep:
    """`function(data)` traced for batches of one structure and shape.

    `eager` steps run as they are: by `run_eagerly`, and where the function looks at
    values in Python.
    """

    def __init__(self, function: Callable, example: Any, eager: bool = False):
        self.function = function
        self.example = example
        self.eager = eager
        self.result_structure: Any = None
        #: How many waiting batches one compiled loop takes; None: not settled.
        self.room: int | None = None
        self._call: Call | None = None
        self._loops: dict[Any, Any] = {}
        self._single: Any = None
        if not eager:
            self._trace(example)

    def _trace(self, example) -> None:
        graph = TracedGraph("step", RECORDER)
        graph.seed = RECORDER.seed
        try:
            with context.entered(graph):
                data = nest.map_structure(
                    lambda a: (
                        None
                        if a is None
                        else graph.add_input(as_dtype(a.dtype), tuple(a.shape), "data")
                    ),
                    example,
                )
                result = self.function(data)
                result = nest.map_structure(_as_output, result)
        except NeedsValue:
            self.eager = True
            return
        self.result_structure = result
        graph.outputs = [t for t in nest.flatten(result) if isinstance(t, Tensor)]
        arguments = [t for t in nest.flatten(data) if t is not None]
        self.graph = graph
        self._call = Call(graph, arguments)

    def draw_on_from(self, other: CompiledStep) -> None:
        """Let random ops go on where those of `other` stopped.

        TensorFlow traces a step once for batches of any size, and has one stream.
        """
        if self._call is None or other._call is None:
            return
        mine = [n for n in self._call.nodes if n.op.keeps]
        theirs = [n for n in other._call.nodes if n.op.keeps]
        if [n.type for n in mine] == [n.type for n in theirs]:
            for node, before in zip(mine, theirs, strict=True):
                self._call.kept[node] = other._call._kept(before)

    # --- one step ---------------------------------------------------------------------

    def __call__(self, data):
        """One step on arrays or tensors; its result in the structure it returned."""
        if self.eager or self._call is None:
            data = nest.map_structure(lambda a: a if a is None else _tensor(a), data)
            return self.function(data)
        inputs = [_tensor(a) for a in nest.flatten(data) if a is not None]
        if self._call.op is None or RECORDER.tapes:
            return self._packed(self._call(inputs))
        return self._packed(self._run_one([t.array() for t in inputs]))

    def _run_one(self, arrays: Sequence[Any]) -> list[EagerTensor]:
        """One compiled call, with the state given away and taken back."""
        call = self._call
        assert call is not None
        if self._single is None:
            pure, order = call.step._pure({}), _argument_order(call)
            reads = len(call.step.donated)

            def single(state, fixed, extra, constants, arrays):
                rest = iter(extra)
                inputs = [next(rest) if n is None else arrays[n] for n in order]
                states, outs, holds = pure(
                    list(state[:reads]), list(fixed), inputs, list(constants)
                )
                held = [jnp.all(jnp.asarray(h)) for h in holds]
                return [outs[p] for p in call.positions], states, held

            self._single = jax.jit(single, donate_argnums=0)
        written = [(n, i) for i, n in enumerate(call.step.written)]
        donated = call.step.donated
        state, fixed, extra, constants = self._operands(donated)
        outs, new, holds = self._single(state, fixed, extra, constants, list(arrays))
        self._take_back([n for n, _ in written], new)
        self._check(holds)
        return [_tensor(o) for o in outs]

    def _operands(self, carried):
        """(state given away, what is only read, captured tensors, large constants)."""
        call = self._call
        assert call is not None
        step, cells = call.step, call.cells()

        def array(node):
            held = cells[node]._tensor if node in cells else call._kept(node)
            return held.array()

        outside: Any = call.values
        captured = {id(i): o.array() for o, i in outside}
        return (
            [array(n) for n in carried],
            [array(n) for n in step.read],
            [captured[k] for k in step.input_keys if k in captured],
            [call._constant(n).array() for n in step.large],
        )

    def _take_back(self, nodes, values) -> None:
        call = self._call
        assert call is not None
        cells = call.cells()
        for node, value in zip(nodes, values, strict=True):
            if node in cells:
                cells[node]._tensor = _tensor(value)
            else:
                call.kept[node] = _tensor(value)

    def _check(self, holds) -> None:
        """Raises InvalidArgumentError naming the node whose guard does not hold."""
        call = self._call
        assert call is not None
        for (node, message), ok in zip(call.step.guarded, holds, strict=True):
            if not np.asarray(ok):
                raise at_node(InvalidArgumentError, node, message)

    def _packed(self, outs: Sequence[Any]):
        rest = iter(outs)
        return nest.map_structure(
            lambda t: next(rest) if isinstance(t, Tensor) else t, self.result_structure
        )

    # --- many steps -------------------------------------------------------------------

    @property
    def loops(self) -> bool:
        """Whether many steps can be one compiled loop, and should be."""
        if self.eager or self._call is None or self._call.op is None:
            return False
        return not any(map(slow_in_loops, self._call.nodes))

    @property
    def looped(self) -> bool:
        """Whether the loop was compiled already."""
        return bool(self._loops)

    def run_many(self, arrays: Sequence[Any], index, start: int, stop: int, kept=None):
        """Steps `start` to `stop`: step i takes rows `index[i]` of `arrays`.

        arrays are on the device, index is [steps, batch]. The last step's result; with
        `kept` (from `blank`) also every step's, written into it at i and given back.
        """
        call = self._call
        assert call is not None and call.op is not None
        carried = _carried(call.step)
        state, fixed, extra, constants = self._operands(carried)
        outs, new, holds, kept = self._loop(len(arrays))(
            state, [] if kept is None else kept, fixed, extra, constants, list(arrays),
            index, np.int32(start), np.int32(stop),
        )  # fmt: skip
        self._take_back(carried, new)
        self._check(holds)
        result = self._packed([_tensor(o) for o in outs])
        return result if not kept else (result, kept)

    def blank(self, steps: int) -> list[Any]:
        """Room for the results of `steps` steps, one array for each output."""
        call = self._call
        assert call is not None
        specs = [(t.dims, t.dtype.np) for t in call.graph.outputs]
        return [jnp.zeros((steps, *dims), kind) for dims, kind in specs]

    @property
    def fixed_outputs(self) -> bool:
        """Whether the shapes of all outputs are known."""
        call = self._call
        return call is not None and all(
            t.dims is not None and None not in t.dims for t in call.graph.outputs
        )

    def _loop(self, count: int):
        """The jitted loop over steps, for `count` data arrays."""
        found = self._loops.get(count)
        if found is not None:
            return found
        call = self._call
        assert call is not None
        step = call.step
        pure = step._pure({})
        order = _argument_order(call)
        reads = len(step.donated)
        at = {node: i for i, node in enumerate(_carried(step))}

        def loop(state, kept, fixed, extra, constants, arrays, index, start, stop):
            def one(i, state):
                rows = index[i]
                batch = [a[rows] for a in arrays]
                rest = iter(extra)
                inputs = [next(rest) if n is None else batch[n] for n in order]
                with extent.looped():
                    states, outs, holds = pure(
                        list(state[:reads]), list(fixed), inputs, list(constants)
                    )
                new = list(state)
                for node, value in zip(step.written, states, strict=True):
                    new[at[node]] = value
                held = [jnp.all(jnp.asarray(h)) for h in holds]
                return new, [outs[p] for p in call.positions], held

            def body(i, carry):
                state, _, before, kept = carry
                new, outs, held = one(i, state)
                held = [a & b for a, b in zip(before, held, strict=True)]
                if kept:
                    kept = [k.at[i].set(o) for k, o in zip(kept, outs, strict=True)]
                return new, outs, held, kept

            _, outs, held = jax.eval_shape(lambda s: one(start, s), state)
            blank = [jnp.zeros(s.shape, s.dtype) for s in outs]
            fine = [jnp.ones((), bool) for _ in held]
            carry = list(state), blank, fine, list(kept)
            state, outs, held, kept = _rounds(start, stop, body, carry)
            return outs, state, held, kept

        made = self._loops[count] = jax.jit(loop, donate_argnums=(0, 1))
        return made


#: So many rounds at a time are a loop whose length the compiler knows.
_KNOWN = 32


def _rounds(start, stop, body, carry):
    """`lax.fori_loop`, made so that a GPU seldom asks the host whether to go on.

    It does after every round of a loop whose length is not known, and waits meanwhile.
    """
    if backend() == "cpu":
        return lax.fori_loop(start, stop, body, carry)
    blocks = (stop - start) // _KNOWN

    def block(n, carry):
        first = start + n * _KNOWN
        return lax.fori_loop(0, _KNOWN, lambda i, c: body(first + i, c), carry)

    carry = lax.fori_loop(0, blocks, block, carry)
    return lax.fori_loop(start + blocks * _KNOWN, stop, body, carry)


def _carried(step) -> list:
    """The nodes whose values go round the loop: read or not, all that is written."""
    return [*step.donated, *(n for n in step.written if n not in step.donated)]


def _argument_order(call: Call) -> list[int | None]:
    """For each input of the compiled step: which data array it is, None if captured."""
    where = {id(t): i for i, t in enumerate(call.arguments)}
    return [where.get(k) for k in call.step.input_keys]


def _as_output(value):
    if hasattr(value, "_dense_tensor"):
        return value._dense_tensor()
    if isinstance(value, int | float):
        return context.landing().constant(np.asarray(value, np.float32))
    return value


def _tensor(array) -> EagerTensor:
    if isinstance(array, EagerTensor):
        return array
    return EagerTensor(as_dtype(array.dtype), tuple(array.shape), array)


class Pace:
    """How many steps make a chunk of 50 to 100 ms: short at first, then as measured.

    The first chunk is not measured: its time is the compiler's.
    """

    def __init__(self, first: int = 8, target: float = 0.07):
        self.steps = first
        self.target = target
        self._compiled = False

    def saw(self, steps: int, seconds: float) -> None:
        """`steps` took `seconds`: at most four times as many next."""
        if not self._compiled:
            self._compiled = True
            return
        rate = self.target * steps / max(seconds, 1e-9)
        self.steps = max(1, min(math.ceil(rate), self.steps * 4))
