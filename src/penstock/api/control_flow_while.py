"""`tf.while_loop`: a loop as one node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from penstock.api.control_flow_parts import (
    counts_as_v1,
    graph_inside,
    pack_parts,
    parts_of,
    skip_to,
)
from penstock.api.scopes import scope, tensor
from penstock.api.tensor_array import TensorArray
from penstock.core import dtypes, nest
from penstock.core.shapes import TensorShape, as_dims
from penstock.ir import context
from penstock.ir.func_graph import FuncGraph
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


def while_loop(
    cond, body, loop_vars, shape_invariants=None, parallel_iterations=10,
    back_prop=True, swap_memory=False, maximum_iterations=None, name=None,
) -> Any:  # fmt: skip
    """Repeat `body(*loop_vars)` while `cond(*loop_vars)`; the final loop_vars.

    `loop_vars` may be nested and hold TensorArrays. A size that changes from round to
    round must be None in `shape_invariants`. Raises ValueError where a shape changes.
    """
    del swap_memory
    if not callable(cond) or not callable(body):
        raise TypeError("'cond' and 'body' must be callable.")
    if not isinstance(loop_vars, list | tuple | Mapping) or not loop_vars:
        raise ValueError("'loop_vars' must be a non-empty list or tuple.")
    landing = context.landing()
    if landing.eager:
        return _eager_loop(cond, body, loop_vars, maximum_iterations)
    with scope(name, "while") as full:
        loop = _LoopGraphs(landing, cond, body, loop_vars, shape_invariants,
                           maximum_iterations)  # fmt: skip
        with landing.control_dependencies(loop.waits):
            outputs = TABLE["While"](
                loop.inputs, cond=loop.test, body=loop.step, name=full or None,
                parallel_iterations=parallel_iterations,
            )  # fmt: skip
        if loop.next_id:
            skip_to(landing, loop.next_id)
        outputs = list(outputs)[: loop.width]
        if not back_prop:
            outputs = [TABLE["StopGradient"](t) for t in outputs]
        return loop.result(outputs)


def _eager_loop(cond, body, loop_vars, limit):
    loop_vars = nest.map_structure(
        lambda v: v if isinstance(v, TensorArray | Tensor) else tensor(v), loop_vars
    )
    count = 0
    while (limit is None or count < int(limit)) and bool(cond(*loop_vars)):
        made = body(*loop_vars)
        loop_vars = made if isinstance(made, list | tuple) else (made,)
        count += 1
    return loop_vars


class _LoopGraphs:
    """The graphs of a loop's test and body, and what goes into them."""

    def __init__(self, landing, cond, body, loop_vars, invariants, limit):
        self.structure = loop_vars
        self.landing = landing
        counted = limit is not None
        extra = []
        if counted:
            extra = [
                tensor(limit, dtypes.int32, "maximum_iterations"),
                tensor(np.array(0, np.int32), name="iteration_counter"),
            ]
        self.leaves = [
            leaf if len(parts_of(leaf)) > 1 or isinstance(leaf, TensorArray)
            else tensor(parts_of(leaf)[0])
            for leaf in nest.flatten(loop_vars)
        ]  # fmt: skip
        init = [landing.own(p) for leaf in self.leaves for p in parts_of(leaf)]
        self.init = extra[1:] + init
        self.width = len(init)
        self.shapes = [None] * len(extra[1:]) + _declared(self.leaves, invariants, init)
        n = len(self.init)
        v1 = counts_as_v1(landing)
        first = landing.version + n if v1 else 0
        self.test = self._graph("while_cond", landing, first)
        with context.entered(self.test):
            go = tensor(cond(*self._arguments(self.test)))
            if counted:
                within = TABLE["Less"](self.test.inputs[0], self.test.own(extra[0]))
                go = TABLE["LogicalAnd"](within, go)
            self.test.outputs = [self.test.own(go)]
        first = self.test.version + 1 + n if v1 else 0
        self.step = self._graph("while_body", landing, first)
        with context.entered(self.step):
            made = body(*self._arguments(self.step))
            self._take(made, counted)
        self.next_id = self.step.version + 2 * n if v1 else 0
        self._join()
        self.waits = [*self.test.waits, *self.step.waits]

    def _graph(self, name, landing, first) -> FuncGraph:
        graph = graph_inside(name, landing)
        graph.version = first
        with context.entered(graph):
            for t, dims in zip(self.init, self.shapes, strict=True):
                graph.add_input(
                    t.dtype.base_dtype, t.dims if dims is None else dims[0], "loop_var"
                )
        self.count = len(self.init) - self.width
        return graph

    def _arguments(self, graph) -> list[Any]:
        packed = pack_parts(self.structure, self.leaves, graph.inputs[self.count :])
        if isinstance(packed, Mapping):
            return [packed]
        return list(packed)

    def _take(self, made, counted) -> None:
        """What the body returned, checked against the loop variables."""
        structure = self.structure
        if isinstance(structure, list | tuple) and len(structure) == 1:
            if not (isinstance(made, list | tuple) and len(made) == 1):
                made = [made] if type(structure) is list else (made,)
        if isinstance(made, list | tuple) and isinstance(structure, list | tuple):
            if len(made) != len(structure):
                raise ValueError(
                    f"The body of the loop gave {len(made)} values for "
                    f"{len(structure)} loop variables."
                )
        nest.assert_same_structure(structure, made, check_types=False)
        if counts_as_v1(self.landing) and type(made) in (list, tuple):
            # Loops of the 1.x years give what the body gave: a tuple for a tuple.
            self.structure = type(made)(structure)
        self.made = nest.flatten(made)
        graph = self.step
        flat = []
        for leaf, new in zip(self.leaves, self.made, strict=True):
            parts = parts_of(new)
            for old, part in zip(parts_of(leaf), parts, strict=True):
                flat.append(graph.own(tensor(part, old.dtype.base_dtype)))
        inputs = graph.inputs[self.count : len(self.init)]
        checked = [not isinstance(leaf, TensorArray) for leaf in self.leaves
                   for _ in parts_of(leaf)]  # fmt: skip
        for before, after, check in zip(inputs, flat, checked, strict=True):
            if check:
                _check_invariant(before, after)
        if counted:
            flat.insert(0, TABLE["AddV2"](graph.inputs[0], 1))
        graph.outputs = flat

    def _join(self) -> None:
        """One list of captured tensors for both graphs; the body passes them on."""
        n = len(self.init)
        wanted = {id(o): o for g in (self.test, self.step) for o in g.captured}
        for graph in (self.test, self.step):
            graph.inputs = [
                *graph.inputs[:n], *(graph.own(o) for o in wanted.values())
            ]  # fmt: skip
        self.step.outputs = [*self.step.outputs, *self.step.inputs[n:]]
        self.inputs = [*self.init, *wanted.values()]
        self.width += self.count

    def result(self, outputs):
        outputs = outputs[self.count :]
        dims = [
            new.element_shape._dims if isinstance(new, TensorArray) else None
            for new in self.made
        ]
        return pack_parts(self.structure, self.leaves, outputs, dims)


def _declared(leaves, invariants, init):
    """The shape that each loop variable keeps: None where it is that of its value."""
    if invariants is None:
        return [
            (None,) if isinstance(leaf, TensorArray) else None
            for leaf in leaves
            for _ in parts_of(leaf)
        ]
    flat = _flat_shapes(invariants)
    if len(flat) != len(leaves):
        raise ValueError(
            f"shape_invariants has {len(flat)} shapes for {len(leaves)} loop variables."
        )
    out = []
    for leaf, given in zip(leaves, flat, strict=True):
        if isinstance(leaf, TensorArray):
            out.append((None,))
            continue
        for part in parts_of(leaf):
            dims = as_dims(getattr(given, "shape", given))
            if not TensorShape(dims).is_compatible_with(part.dims):
                raise ValueError(
                    f"The shape invariant {TensorShape(dims)} does not fit the loop "
                    f"variable {part!r}."
                )
            out.append((dims,))
    return out


def _flat_shapes(value) -> list:
    if isinstance(value, list | tuple) and not nest.is_namedtuple(value):
        return [s for v in value for s in _flat_shapes(v)]
    if isinstance(value, Mapping):
        return [s for k in sorted(value) for s in _flat_shapes(value[k])]
    if nest.is_namedtuple(value):
        return [s for v in value for s in _flat_shapes(v)]
    return [value]


def _check_invariant(before: Tensor, after: Tensor) -> None:
    a, b = before.dims, after.dims
    if a is None:
        return
    fits = (
        b is not None
        and len(a) == len(b)
        and all(m is None or m == n for m, n in zip(a, b, strict=True))
    )
    if not fits:
        raise ValueError(
            f"The shape for {before.name} is not an invariant for the loop. It enters "
            f"the loop with shape {before.shape}, but has shape {after.shape} after "
            "one iteration. Provide shape invariants with the `shape_invariants` "
            "argument of tf.while_loop or set_shape() on the loop variables."
        )


__all__ = ["while_loop"]
