"""A function of a data set's elements: traced and compiled, or run as Python."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.api.elements import (
    DatasetSpec,
    all_parts,
    as_arrays,
    from_all_parts,
    specs_of_parts,
)
from penstock.api.elements import as_tensor as eager
from penstock.api.ragged import RaggedTensor
from penstock.api.rewriting import rewritten
from penstock.core.dtypes import as_dtype
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.tensor import NeedsValue, Tensor
from penstock.ir.trace import TracedGraph
from penstock.lowering import Frame
from penstock.ops.xla import jax
from penstock.pipeline import Dataset as Pipeline
from penstock.pipeline.composite import Ragged, Sparse, from_parts
from penstock.pipeline.spec import ArraySpec, RaggedSpec, SparseSpec
from penstock.pipeline.structure import apply, flatten, pack, transform
from penstock.runtime.eager.recorder import RECORDER
from penstock.runtime.eager.tensor import EagerTensor
from penstock.runtime.plan import make_plan, order, prune
from penstock.runtime.step import Runnable, Store


class _Unseen(Exception):
    """The function cannot be a graph; it runs as Python."""


class Mapped:
    """`function` on elements of `element_spec` (a structure of TensorSpecs).

    `spec` is the pipeline's spec of the results, None where only running shows it.
    """

    def __init__(self, function: Callable, element_spec):
        self.function = function
        self._staged = rewritten(function)
        self.spec = None
        self._graph: Any = None  # the traced function, once it has been asked for
        self._store = Store()
        try:
            self._trace(element_spec)
        except (NeedsValue, _Unseen):
            self._graph = None

    # --- tracing --------------------------------------------------------------------

    def _trace(self, element_spec) -> None:
        leaves = flatten(element_spec)
        if any(isinstance(s, DatasetSpec) for s in leaves):
            raise _Unseen  # data sets
        specs = [part for s in leaves for part in specs_of_parts(s)]
        outer = context.landing()
        graph = TracedGraph("map", outer)
        graph.seed = RECORDER.seed if outer.eager else outer.seed
        with context.entered(graph):
            inputs = [graph.add_input(s.dtype, s.shape._dims, "arg") for s in specs]
            made = apply(self._staged, from_all_parts(element_spec, inputs))
            if isinstance(made, list):
                made = (
                    tuple(made) if _mixed(made) else as_tensor(graph, made, None, None)
                )
            for leaf in flatten(made):
                if isinstance(leaf, Pipeline) or leaf is None:
                    raise _Unseen
            self._made = transform(functools.partial(_in_graph, graph), made)
        self._leaves = flatten(self._made)
        graph.outputs = [part for leaf in self._leaves for part in _parts(leaf)]
        self.spec = transform(_spec_of, self._made)
        outside = [o for o, _ in graph.captures.values()]
        if any(
            not isinstance(o, EagerTensor) or o.dtype.name == "resource"
            for o in outside
        ):
            raise _Unseen  # variables are read anew for every element
        self._captured = [(o, i) for o, i in graph.captures.values()]
        self._inputs = inputs
        fed = [*inputs, *(i for _, i in self._captured)]
        self._plan = make_plan([*graph.outputs, *graph.effects], fed)
        self._runnable = Runnable(self._plan)
        self._graph = graph

    def begin(self) -> None:
        """Random ops of the graph start anew."""
        self._store = Store()

    # --- element by element ---------------------------------------------------------

    def __call__(self, *element):
        if self._graph is None:
            return self._as_python(element)
        arrays = all_parts(element[0] if len(element) == 1 else element)
        values: dict[int, Any] = {
            id(t): _array(v) for t, v in zip(self._inputs, arrays, strict=True)
        }
        captured: Any = self._captured
        for outer, inner in captured:
            values[id(inner)] = outer.array()
        self._runnable.run(self._store, values)
        return pack(self._made, [self._leaf(leaf, values) for leaf in self._leaves])

    def _leaf(self, leaf, values: dict[int, Any]):
        if isinstance(leaf, Tensor):
            return self._value(leaf, values)
        kind = Ragged if isinstance(leaf, RaggedTensor) else Sparse
        return from_parts(kind, [self._value(t, values) for t in _parts(leaf)])

    def _value(self, tensor: Tensor, values: dict[int, Any]):
        value = values.get(id(tensor))
        if value is None:
            value = tensor._node.attrs["value"]
        array = np.asarray(value)
        return array if array.ndim else array[()]

    def _as_python(self, element):
        with context.entered(RECORDER):
            made = self.function(*(transform(eager, part) for part in element))
            if isinstance(made, list) and _mixed(made):
                made = tuple(made)
            return made if isinstance(made, Pipeline) else as_arrays(made)

    # --- whole batches --------------------------------------------------------------

    def on_batches(self) -> Callable | None:
        """The same for [n, ...] leaves at once, where all of it is plain arithmetic."""
        if self._graph is None or not self._is_pure():
            return None
        nodes = order(prune(self._graph.outputs, {id(t) for t in self._fed()}))
        if not nodes:
            return None

        def one(arrays, captured):
            frame = Frame({})
            frame.values.update(
                (id(t), a) for t, a in zip(self._inputs, arrays, strict=True)
            )
            frame.values.update(
                (id(i), a) for (_, i), a in zip(self._captured, captured, strict=True)
            )
            frame.run(nodes)
            return [frame.value(t) for t in self._graph.outputs]

        many = jax.jit(jax.vmap(one, in_axes=(0, None)))

        def call(*element):
            leaves = flatten(element[0] if len(element) == 1 else element)
            outside: Any = self._captured
            captured = [o.array() for o, _ in outside]
            out = many([np.asarray(a) for a in leaves], captured)
            return pack(self._made, [np.asarray(a) for a in out])

        return call

    def _fed(self) -> list[Tensor]:
        return [*self._inputs, *(i for _, i in self._captured)]

    def _is_pure(self) -> bool:
        segments = self._plan.segments
        if len(segments) != 1 or segments[0].host or segments[0].static:
            return False
        if any(not isinstance(leaf, Tensor) for leaf in self._leaves):
            return False
        specs = [t.dims for t in (*self._inputs, *self._graph.outputs)]  # type: ignore[union-attr]
        if any(d is None or None in d for d in specs):
            return False
        return not any(
            n.op.keeps or n.op.guard or n.op.stateful or n.op.nested or n.op.writes
            for n in segments[0].nodes
        )


def _mixed(items: list) -> bool:
    """Whether a list stands for a tuple: it holds tensors or structures."""
    return any(isinstance(i, Tensor | tuple | dict) for i in items)


def _parts(leaf) -> list[Tensor]:
    return leaf._components() if hasattr(leaf, "_components") else [leaf]


def _in_graph(graph: TracedGraph, leaf):
    """What a function returned, as tensors of its graph."""
    if hasattr(leaf, "_components"):
        if all(part.graph is graph for part in _parts(leaf)):
            return leaf
        return type(leaf)(*(as_tensor(graph, p, None, None) for p in _parts(leaf)))
    return as_tensor(graph, leaf, None, None)


def _spec_of(leaf) -> ArraySpec:
    name = as_dtype(leaf.dtype).name
    if isinstance(leaf, RaggedTensor):
        return RaggedSpec(name, leaf.shape._dims, leaf.ragged_rank)
    if hasattr(leaf, "_components"):
        return SparseSpec(name, leaf.shape._dims)
    return ArraySpec(name, leaf.dims)


def _array(value):
    return np.array(value, object) if isinstance(value, bytes) else value
