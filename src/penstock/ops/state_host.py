"""Ops on variables that must look at the state itself: they run on the host."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import int32, int64
from penstock.core.errors import OutOfRangeError
from penstock.ir.op import STOPS, op
from penstock.ops import rules
from penstock.ops.state import handle_shape


def _initialized_or(frame, node):
    found = frame.state.get(frame.variable(node.inputs[0]))
    return frame.value(node.inputs[1]) if found is None else np.array(found)


@op(
    "InitializedOr",
    "ref: Ref(T), initial_value: T -> value: T",
    shape=rules.same_as(1),
    gradient=STOPS,
    stateful=True,
    host=True,
    nested=True,
)
def initialized_or(frame, node):
    """Penstock's own: the variable, or `initial_value` while it has no value."""
    return _initialized_or(frame, node)


@op(
    "ResourceInitializedOr",
    "resource: resource, initial_value: T -> value: T",
    shape=rules.same_as(1),
    gradient=STOPS,
    stateful=True,
    host=True,
    nested=True,
)
def resource_initialized_or(frame, node):
    """`InitializedOr` of a resource variable."""
    return _initialized_or(frame, node)


def _count(frame, node, limit):
    variable = frame.variable(node.inputs[0])
    old = np.array(frame.state[variable])
    if old >= limit:
        raise OutOfRangeError(None, node, f"Reached limit of {limit}")
    frame.state[variable] = old + old.dtype.type(1)
    return old


@op(
    "CountUpTo",
    "ref: Ref(T) -> output: T",
    shape=rules.same_as(0),
    where={"T": (int32, int64)},
    gradient=STOPS,
    stateful=True,
    host=True,
    nested=True,
)
def count_up_to(frame, node, *, limit):
    return _count(frame, node, limit)


@op(
    "ResourceCountUpTo",
    "resource: resource -> output: T",
    shape=lambda resource, **_: handle_shape(resource),
    where={"T": (int32, int64)},
    gradient=STOPS,
    stateful=True,
    host=True,
    nested=True,
)
def resource_count_up_to(frame, node, *, limit):
    return _count(frame, node, limit)
