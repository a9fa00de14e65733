"""`Call`: a traced graph as something to call, eagerly or inside another graph."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from penstock.core.dtypes import as_dtype, resource
from penstock.ir import context
from penstock.ir.node import Node
from penstock.ir.op import TABLE, Op
from penstock.ir.signature import Signature
from penstock.ir.tensor import Tensor
from penstock.ir.trace import TracedGraph
from penstock.ops.xla import jax
from penstock.runtime.eager.compiled import note_guard
from penstock.runtime.eager.recorder import RECORDER
from penstock.runtime.eager.tensor import EagerTensor
from penstock.runtime.plan import make_plan, order, prune
from penstock.runtime.step import DeviceStep, Runnable, Store


class Call:
    """Runs `graph` on argument tensors; variables are read and assigned as it says.

    On the device, a call is one record of the eager window. A graph with host parts
    (strings, files, printing) runs at once.
    """

    def __init__(
        self,
        graph: TracedGraph,
        arguments: list[Tensor],
        outputs: list[Tensor] | None = None,
    ):
        self.graph = graph
        self.arguments = arguments
        self.outputs = graph.outputs if outputs is None else outputs
        pairs = list(graph.captures.values())
        self.handles = [(o, i) for o, i in pairs if o.dtype is resource]
        self.values = [(o, i) for o, i in pairs if o.dtype is not resource]
        self.variables: list[Any] = [getattr(o, "cell", None) for o, _ in self.handles]
        #: Where the graph's random ops have got to in their streams.
        self.kept: dict[Node, EagerTensor] = {}
        self._taped: dict[int, Any] = {}
        self.replan()

    def replan(self) -> None:
        """Find again what to run: a gradient gave the graph's loops more outputs."""
        fed = [*self.arguments, *(i for _, i in self.values)]
        self.fetches: list[Any] = [*self.outputs, *self.graph.effects]
        self.nodes = order(prune(self.fetches, {id(t) for t in fed}))
        self.checks = any(n.type == "CheckNumerics" for n in self.nodes)
        self.plan = make_plan(self.fetches, fed)
        self.op: Op | None = None
        segments = self.plan.segments
        if len(segments) == 1 and not segments[0].host and not segments[0].static:
            self._compile(DeviceStep(segments[0]))

    # --- on the device, as one record -----------------------------------------------

    def _compile(self, step: DeviceStep) -> None:
        outputs = list(self.outputs)
        for tensor in outputs:
            known = any(tensor is t for t in step.segment.outputs)
            if not known and id(tensor) not in self.plan.aliases:
                return  # an output that is an argument or a constant: run at once
        self.step = step
        pure = step._pure({})
        donated, read = len(step.donated), len(step.read)
        taken = len(step.inputs)
        positions = [
            next(i for i, t in enumerate(step.segment.outputs) if t is o)
            for o in outputs
            if id(o) not in self.plan.aliases
        ]
        if len(positions) != len(outputs):
            return
        specs = [(t.dtype, t.dims) for t in outputs]
        if any(d is None or None in d for _, d in specs):
            specs = None
        self.specs = specs
        self.positions = positions

        def body(*arrays):
            states, outs, holds = pure(
                list(arrays[:donated]),
                list(arrays[donated : donated + read]),
                list(arrays[donated + read : donated + read + taken]),
                list(arrays[donated + read + taken :]),
            )
            for (node, message), ok in zip(step.guarded, holds, strict=True):
                note_guard(ok, f"{message} [node {node.name}]")
            return (*(outs[i] for i in positions), *states)

        self.op = Op(
            "Call", Signature((), ()), body, lambda *_: [], inline=self._inline
        )

    def __call__(self, inputs: list[Any]) -> list:
        """Results for eager `inputs`, one for each argument."""
        if RECORDER.tapes:
            taped = self._as_taped(len(RECORDER.tapes))
            if taped is not None:
                return taped(inputs)
        return self.untaped(inputs)

    def _as_taped(self, depth: int):
        """This call as `depth` tapes need it; None where they can look inside."""
        if depth not in self._taped:
            from penstock.v2.call_taped import as_taped

            self._taped[depth] = as_taped(self, depth)
        return self._taped[depth]

    def untaped(self, inputs: list[Any]) -> list:
        """Results for `inputs`; a tape, if one is there, sees one record."""
        if self.op is None:
            return self._run_now(inputs)
        step = self.step
        by_id: dict[int, Any] = {
            id(a): t for a, t in zip(self.arguments, inputs, strict=True)
        }
        by_id.update((id(inner), outer) for outer, inner in self.values)
        cells = {id(inner._node): cell for (_, inner), cell in zip(
            self.handles, self.variables, strict=True)}  # fmt: skip

        def current(node: Node) -> EagerTensor:
            cell = cells.get(id(node))
            if cell is not None:
                return cell._dense_tensor()
            return self._kept(node)

        held = [current(n) for n in (*step.donated, *step.read)]
        taken = [by_id[k] for k in step.input_keys]
        large = [self._constant(n) for n in step.large]
        every = [*held, *taken, *large]
        specs = self._specs(every)
        outs = RECORDER.composite(self.op, every, specs)
        if self.checks:
            RECORDER.flush()  # it fails here, not where its results are looked at
        count = len(self.outputs)
        for node, new in zip(step.written, outs[count:], strict=True):
            cell = cells.get(id(node))
            if cell is not None:
                cell._set(new)
            else:
                self.kept[node] = new
        return outs[:count]

    def cells(self) -> dict[Node, Any]:
        """The captured variables by the node that stands for each in the graph."""
        return {
            inner._node: cell
            for (_, inner), cell in zip(self.handles, self.variables, strict=True)
        }

    def _specs(self, every: list[EagerTensor]):
        states = []
        for node in self.step.written:
            if node.op.keeps is not None:
                kept = self._kept(node)
                states.append((kept.dtype, kept.dims))
            else:
                pairs = zip(self.handles, self.variables, strict=True)
                cell = next(c for (_, i), c in pairs if i._node is node)
                states.append((cell.dtype, cell._tensor.dims))
        if self.specs is not None:
            return [*self.specs, *states]
        return self._measured(every)

    def _measured(self, every: list[EagerTensor]):
        """Result shapes by tracing, where the graph leaves sizes open."""
        arrays = [jax.ShapeDtypeStruct(t.dims, t.dtype.np) for t in every]
        outs = jax.eval_shape(self.op.body, *arrays)  # type: ignore[union-attr]
        return [(as_dtype(o.dtype), tuple(o.shape)) for o in outs]

    def _kept(self, node: Node) -> EagerTensor:
        if node not in self.kept:
            value = np.asarray(node.op.keeps(node))
            self.kept[node] = EagerTensor(as_dtype(value.dtype), value.shape, value)
        return self.kept[node]

    def _constant(self, node: Node) -> EagerTensor:
        if node not in self.kept:
            self.kept[node] = RECORDER.constant(node.attrs["value"])
        return self.kept[node]

    # --- at once --------------------------------------------------------------------

    def _run_now(self, inputs: list[Any]) -> list:
        """Through host and device parts in turn; op by op where a tape must see."""
        if RECORDER.tapes:
            return self.inline(RECORDER, inputs)
        values = {id(a): t.array() for a, t in zip(self.arguments, inputs, strict=True)}
        outside: Any = self.values
        values.update((id(inner), outer.array()) for outer, inner in outside)
        store = Store()
        for node, kept in self.kept.items():
            store[node] = kept.array()
        nodes = [inner._node for _, inner in self.handles]
        for node, cell in zip(nodes, self.variables, strict=True):
            store[node] = cell._tensor.array()
        self._runnable.run(store, values)
        for node, cell in zip(nodes, self.variables, strict=True):
            if node in self._assigned:
                value = store[node]
                cell._set(EagerTensor(cell.dtype, tuple(value.shape), value))
        for node in store:
            if node.op.keeps is not None:
                array = store[node]
                self.kept[node] = EagerTensor(
                    as_dtype(array.dtype), tuple(array.shape), array
                )
        return [self._result(t, values, store) for t in self.outputs]

    @cached_property
    def _runnable(self) -> Runnable:
        return Runnable(self.plan)

    @property
    def _assigned(self) -> set[Node]:
        return {v for s in self.plan.segments for v in s.written}

    def _result(self, tensor: Tensor, values, store) -> EagerTensor:
        value = values.get(id(tensor))
        if value is None:
            variable = self.plan.aliases.get(id(tensor))
            value = store[variable] if variable else tensor._node.attrs["value"]
        return EagerTensor(tensor.dtype, tuple(np.shape(value)), value)

    # --- inside another graph -------------------------------------------------------

    def _inline(self, graph, args: list[Tensor]) -> list[Tensor]:
        """For a tape: `args` are the composite's inputs, in the step's order."""
        step = self.step
        held = len(step.donated) + len(step.read)
        state = dict(zip((*step.donated, *step.read), args[:held], strict=True))
        by_id = dict(
            zip(step.input_keys, args[held : held + len(step.inputs)], strict=True)
        )
        for node, value in zip(
            step.large, args[held + len(step.inputs) :], strict=True
        ):
            by_id[id(node.outputs[0])] = value
        with context.entered(graph):
            values = self._emit(by_id, _Symbolic(state))
        outs = [values[id(t)] for t in self.outputs]
        rest: Any = (state.get(n, outs[0] if outs else None) for n in step.written)
        return [*outs, *rest]

    def inline(self, where, inputs: list[Tensor]) -> list[Any]:
        """The graph's nodes again where calls land now, on `inputs`."""
        by_id: dict[int, Any] = {
            id(a): t for a, t in zip(self.arguments, inputs, strict=True)
        }
        by_id.update((id(inner), where.own(outer)) for outer, inner in self.values)
        handles = {
            id(inner): outer if where.eager else where.own(outer)
            for outer, inner in self.handles
        }
        by_id.update(handles)
        cells = {id(inner): cell for (_, inner), cell in zip(
            self.handles, self.variables, strict=True)}  # fmt: skip
        values = self._emit(by_id, _Cells(cells) if where.eager else _Handles())
        return [values[id(t)] for t in self.outputs]

    def _emit(self, values: dict[int, Any], state) -> dict[int, Any]:
        """Call each node's op again; `state` says how variables are treated."""
        where = context.landing()
        for node in self.nodes:
            if all(id(t) in values for t in node.outputs) and node.outputs:
                continue
            if node.type == "Const":
                values[id(node.outputs[0])] = where.constant(node.attrs["value"])
                continue
            if node.type == "Placeholder":
                continue  # a handle: `state` knows it
            args = [
                [values.get(id(t)) for t in item]
                if isinstance(item, list)
                else values.get(id(item))
                for item in node.grouped
            ]
            if state.handles(node):
                out = state.touch(node, args)
            else:
                out = node.op(*args, **node.attrs)
            if node.outputs:
                flat = list(out) if isinstance(out, tuple | list) else [out]
                flat = [x for o in flat for x in (o if isinstance(o, list) else [o])]
                values.update(
                    (id(t), v) for t, v in zip(node.outputs, flat, strict=True)
                )
        return values


class _Handles:
    """Inside a graph: resource nodes are emitted as they are."""

    def handles(self, node: Node) -> bool:
        return False


class _Cells:
    """Eagerly, op by op: variables are read and assigned through their cells."""

    def __init__(self, cells: dict[int, Any]):
        self.cells = cells

    def handles(self, node: Node) -> bool:
        return any(t.dtype is resource for t in node.inputs)

    def touch(self, node: Node, args):
        cell = self.cells[id(node.inputs[0])]
        if node.type == "ReadVariableOp":
            return cell._dense_tensor()
        assign = {
            "AssignVariableOp": cell.assign,
            "AssignAddVariableOp": cell.assign_add,
            "AssignSubVariableOp": cell.assign_sub,
        }[node.type]
        assign(args[1])
        return None


class _Symbolic:
    """For a tape: reads give the value that stands for the variable so far."""

    _ARITHMETIC: ClassVar[dict[str, str]] = {
        "AssignAddVariableOp": "AddV2",
        "AssignSubVariableOp": "Sub",
    }

    def __init__(self, state: dict[Node, Any]):
        self.state = state

    def handles(self, node: Node) -> bool:
        return any(t.dtype is resource for t in node.inputs)

    def touch(self, node: Node, args):
        variable = node.inputs[0]._node
        if node.type == "ReadVariableOp":
            return TABLE["Identity"](self.state[variable])
        if node.type == "AssignVariableOp":
            self.state[variable] = args[1]
        elif node.type in self._ARITHMETIC:
            add = TABLE[self._ARITHMETIC[node.type]]
            self.state[variable] = add(self.state[variable], args[1])
        return None
