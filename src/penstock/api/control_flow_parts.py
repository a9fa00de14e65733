"""The graphs of branches and bodies, and the tensors that go into and out of them."""

from __future__ import annotations

from typing import Any

from penstock.api.tensor_array import TensorArray
from penstock.core import nest
from penstock.core.shapes import Dims
from penstock.ir.func_graph import FuncGraph
from penstock.ir.graph import Graph
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.tensor import Tensor
from penstock.ir.trace import TracedGraph


def parts_of(leaf) -> list[Any]:
    """The tensors of one leaf of a nested value."""
    if isinstance(leaf, TensorArray):
        return [leaf.flow]
    if isinstance(leaf, IndexedSlices):
        shape = [] if leaf.dense_shape is None else [leaf.dense_shape]
        return [leaf.values, leaf.indices, *shape]
    components = getattr(leaf, "_components", None)
    if components is not None:
        return list(components())
    return [leaf]


def rebuilt(leaf, parts: list[Tensor], dims: Dims = None):
    if isinstance(leaf, TensorArray):
        return leaf._with(parts[0], dims)
    if isinstance(leaf, IndexedSlices):
        return IndexedSlices(*parts)
    if hasattr(leaf, "_components"):
        return type(leaf)(*parts)
    return parts[0]


def pack_parts(structure, leaves, tensors, dims=None):
    out, at = [], 0
    for i, leaf in enumerate(leaves):
        n = len(parts_of(leaf))
        known = None if dims is None else dims[i]
        out.append(rebuilt(leaf, list(tensors[at : at + n]), known))
        at += n
    return nest.pack(structure, out)


def graph_inside(name: str, landing) -> FuncGraph:
    """A graph for a part of `landing`; in a traced function, effects keep order."""
    kind = TracedGraph if isinstance(landing, TracedGraph) else FuncGraph
    graph = kind(name, landing)
    if isinstance(landing, Graph):
        graph._collections = landing._collections
        graph._devices = list(landing._devices)
    return graph


def counts_as_v1(landing) -> bool:
    """Whether nodes are counted as 1.x control flow makes them: seeds depend on it."""
    while isinstance(landing, FuncGraph):
        landing = landing.outer
    return type(landing) is Graph


def skip_to(landing, number: int) -> None:
    landing.version = max(landing.version, number)


def same_inputs(graphs: list[FuncGraph]) -> list[Tensor]:
    """Give `graphs` the same inputs; the outer tensors that those stand for."""
    wanted = {id(o): o for g in graphs for o in g.captured}
    for graph in graphs:
        graph.inputs = [graph.own(outer) for outer in wanted.values()]
    return list(wanted.values())


__all__: list[str] = []  # none of it is a public name
