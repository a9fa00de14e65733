"""A sample evaluated by Penstock: built in a graph of its own and run in a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

import penstock.ops  # noqa: F401  (fills the op table)
from laws.sample import Sample, is_fixed, seed_like
from penstock import backward
from penstock.core.dtypes import as_dtype
from penstock.core.errors import OpError
from penstock.ir.graph import Graph
from penstock.ir.node import Node
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.v1.session import Session


@dataclass
class Call:
    """The sample's op in a graph: its outputs, flat inputs and what to feed."""

    graph: Graph
    node: Node | None
    outputs: list[Tensor]
    inputs: list[Tensor]
    feeds: dict[Tensor, np.ndarray]


@dataclass
class Outcome:
    """What running a sample gave."""

    call: Call
    values: list[np.ndarray] = field(default_factory=list)
    grads: list[np.ndarray | None] | None = None
    error: str | None = None


def build(sample: Sample, *, open_shapes: bool = False) -> Call:
    """Add the op to a new graph, its inputs sized as recorded or of rank alone."""
    graph = Graph()
    feeds: dict[Tensor, np.ndarray] = {}
    flat: list[Tensor] = []

    def tensor(value) -> Tensor:
        array = np.asarray(value)
        if is_fixed(array):
            made = graph.constant(array)
        else:
            shape = (None,) * array.ndim if open_shapes else array.shape
            made = TABLE["Placeholder"](dtype=as_dtype(array.dtype), shape=shape)
            feeds[made] = array
        flat.append(made)
        return made

    with graph.as_default():
        arguments = [
            [tensor(v) for v in item] if isinstance(item, list) else tensor(item)
            for item in sample.inputs
        ]
        made = TABLE[sample.op](*arguments, name="sample", **_typed(sample))
    if isinstance(made, Node):
        return Call(graph, made, [], flat, feeds)
    outputs = _flat(made)
    return Call(graph, outputs[0].op if outputs else None, outputs, flat, feeds)


def _typed(sample: Sample) -> dict[str, Any]:
    """The attributes, names of types made types where the op calls for them."""
    op = TABLE[sample.op]
    out = {}
    for name, value in sample.attrs.items():
        default = op.attrs.get(name)
        is_type = name in op.signature.type_attrs or hasattr(default, "as_numpy_dtype")
        out[name] = as_dtype(value) if is_type and isinstance(value, str) else value
    return out


def _flat(made) -> list[Tensor]:
    if isinstance(made, Tensor):
        return [made]
    return [t for item in made for t in _flat(item)]


@cache
def outcome(sample: Sample) -> Outcome:
    """Values and gradients of `sample`, once for all laws."""
    call = build(sample)
    session = Session(graph=call.graph)
    try:
        values = session.run(call.outputs, call.feeds)
        values = [np.asarray(v, _object(t)) for v, t in zip(values, call.outputs)]  # noqa: B905
    except OpError as error:
        return Outcome(call, error=type(error).__name__)
    return Outcome(call, values, gradients(sample, call, values, session))


def _object(tensor: Tensor):
    return object if tensor.dtype.name == "string" else None


def differentiable(tensor: Tensor) -> bool:
    return tensor.dtype.is_floating or tensor.dtype.is_complex


def gradients(sample: Sample, call: Call, values, session):
    """One array or None for each differentiable input; None where there is no rule."""
    ys = [y for y in call.outputs if differentiable(y)]
    xs = [x for x in call.inputs if differentiable(x)]
    if not sample.grad or not ys or not xs:
        return None
    with call.graph.as_default():
        seeds = [
            call.graph.constant(seed_like(v.dtype, v.shape, i))
            for i, (y, v) in enumerate(zip(call.outputs, values, strict=True))
            if differentiable(y)
        ]
        try:
            found = backward.gradients(ys, xs, seeds)
        except LookupError:
            return None
        dense = [backward.densify(g) for g in found]
    kept = [g for g in dense if g is not None]
    got = iter(session.run(kept, call.feeds))
    return [None if g is None else np.asarray(next(got)) for g in dense]
