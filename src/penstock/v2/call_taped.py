"""A call of a traced graph as tapes see it.

Most graphs are differentiated by looking inside: the tape makes their nodes again. What
that would compute anew and differently (random numbers, loops and branches with their
saved values) must come from the call itself. So it gives more outputs while a tape
watches: what the gradient uses. As TensorFlow's functions do.
"""

from __future__ import annotations

from typing import Any

from penstock import backward
from penstock.backward_control import GradientGraph
from penstock.core.dtypes import resource
from penstock.ir import context
from penstock.ir.func_graph import FuncGraph
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ir.trace import TracedGraph
from penstock.runtime.eager.recorder import RECORDER
from penstock.runtime.eager.tensor import EagerTensor
from penstock.v2.call import Call


def as_taped(call: Call, depth: int):
    """What to call in place of `call` under `depth` tapes; None for `call` itself."""
    if any(node.op.nested for node in call.nodes):
        return Taped(call, depth)
    drawn = [t for n in call.nodes if n.op.keeps for t in n.outputs]
    if not drawn or call.op is None:
        return None
    more = Call(call.graph, call.arguments, [*call.outputs, *drawn])
    return lambda inputs: more.untaped(inputs)[: len(call.outputs)]


class Taped:
    """A call with a gradient of its own, for tapes inside of tapes too.

    The gradient of the call is a call. A tape around a tape differentiates that one,
    so what it uses is among the results that the outer tape gets gradients for.
    """

    def __init__(self, call: Call, depth: int):
        self.count = len(call.outputs)
        self.backward: list[_Backward] = []
        outputs = list(call.outputs)
        for _ in range(depth):
            made = _Backward(call, outputs)
            self.backward.append(made)
            outputs = [*outputs, *made.used]
        # As in TensorFlow its random ops start anew: it is another function.
        self.forward = Call(call.graph, call.arguments, outputs)
        call.replan()

    def __call__(self, inputs: list[EagerTensor]) -> list:
        call = self.forward
        variables = [cell._dense_tensor() for cell in call.variables]
        sources = [*inputs, *(outer for outer, _ in call.values), *variables]
        with RECORDER.untaped():
            outs = call.untaped(inputs)
        frozen = [_Frozen(t) for t in variables]

        def backward(*douts):
            level = max(len(self.backward) - 1 - len(RECORDER.tapes), 0)
            return self.backward[level](douts, outs, frozen)

        RECORDER.custom(sources, outs, backward)
        return outs[: self.count]


class _Backward:
    """The gradient of `outputs` of a call with regard to all that goes into it."""

    def __init__(self, call: Call, outputs: list[Tensor]):
        self.outputs = outputs
        self.used: list[Tensor] = []
        self.handles = [inner for _, inner in call.handles]
        sources = [*call.arguments, *(i for _, i in call.values), *self.handles]
        graph = _BackwardGraph(f"{call.graph.name}_grad", call.graph, self._fetch)
        with context.entered(graph):
            self.seeded = [i for i, y in enumerate(outputs) if _real(y)]
            dys = [
                graph.add_input(outputs[i].dtype.base_dtype, outputs[i].dims, "dy")
                for i in self.seeded
            ]
            kept = [i for i, s in enumerate(sources) if backward._differentiable(s)]
            found = backward.gradients(
                [outputs[i] for i in self.seeded], [sources[i] for i in kept], dys
            )
            dense = dict(zip(kept, map(backward.densify, found), strict=True))
        self.results = [dense.get(i) for i in range(len(sources))]
        graph.outputs = [g for g in self.results if g is not None]
        arguments = [*dys, *(graph.here[id(t)] for t in self.used)]
        self.call = Call(graph, arguments)
        self.frozen = [
            next(i for i, h in enumerate(self.handles) if h is graph.handles[id(inner)])
            for _, inner in self.call.handles
        ]

    def _fetch(self, graph: _BackwardGraph, tensor: Tensor) -> Tensor:
        if tensor.dtype is resource:
            outer = next(o for o, i in graph.forward.captures.values() if i is tensor)
            made = FuncGraph.own(graph, outer)
            graph.handles[id(made)] = tensor
            return made
        self.used.append(tensor)
        return graph.add_input(tensor.dtype.base_dtype, tensor.dims, "used")

    def __call__(self, douts, outs: list[EagerTensor], frozen: list[_Frozen]) -> list:
        dys = [
            TABLE["ZerosLike"](outs[i]) if douts[i] is None else douts[i]
            for i in self.seeded
        ]
        first = len(self.outputs)
        used = outs[first : first + len(self.used)]
        self.call.variables = [frozen[i] for i in self.frozen]
        found = iter(self.call([*dys, *used]))
        return [None if g is None else next(found) for g in self.results]


class _BackwardGraph(GradientGraph, TracedGraph):
    """A gradient graph whose nodes keep the order of their effects."""

    forward: TracedGraph

    def __init__(self, name: str, forward: TracedGraph, fetch):
        TracedGraph.__init__(self, name, RECORDER)
        self.forward = forward
        self.fetch = fetch
        self.again = lambda tensor: False
        self.here: dict[int, Tensor] = {}
        self.used: list[Tensor] = []
        self.handles: dict[int, Tensor] = {}


class _Frozen:
    """A variable as it was when the call began: gradients are taken there."""

    def __init__(self, tensor: EagerTensor):
        self._tensor = tensor
        self.dtype = tensor.dtype

    def _dense_tensor(self) -> EagerTensor:
        return self._tensor

    def _set(self, tensor: Any) -> None:
        raise AssertionError("A gradient assigns to no variable.")


def _real(tensor: Tensor) -> bool:
    return tensor.dtype.is_floating or tensor.dtype.is_complex
