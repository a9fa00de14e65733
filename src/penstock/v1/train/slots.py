"""Slot variables: what an optimizer or a moving average keeps for a variable."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from penstock.api.variable import Variable as EagerVariable
from penstock.core.dtypes import resource
from penstock.ir import context
from penstock.ir.graph import Graph
from penstock.ir.op import TABLE
from penstock.v1.variable_scope import get_variable_scope
from penstock.v1.variables import Variable


def is_resource(variable) -> bool:
    """Whether `variable` is a resource variable, not a 1.x reference."""
    reference = getattr(variable, "_ref", None)
    return reference is not None and reference().dtype is resource


def slot_variable(primary, value: Callable, name: str):
    """An untrainable variable named after `primary`: "w/Adam".

    `value()` gives its first value: a number to fill `primary`'s shape with, an array
    or a tensor.
    """
    if context.executing_eagerly():
        return _eager_slot(primary, value(), name)
    graph: Graph = context.landing()
    outer = get_variable_scope().name
    full = f"{outer}/{primary.op.name}/{name}" if outer else f"{primary.op.name}/{name}"
    with graph.name_scope(None), graph.control_dependencies(None):
        return Variable(
            lambda: _first_value(graph, primary, value()),
            trainable=False,
            name=full,
            use_resource=is_resource(primary),
            dtype=primary.dtype.base_dtype,
        )


def _eager_slot(primary, value, name: str):
    kind = primary.dtype.base_dtype
    if isinstance(value, int | float):
        value = np.full(primary.shape.as_list(), value, kind.np)
    return EagerVariable(
        value, trainable=False, name=f"{primary._shared_name}/{name}", dtype=kind
    )


def _first_value(graph: Graph, primary, value):
    if not isinstance(value, int | float):
        return value
    dims = primary.get_shape()
    kind = primary.dtype.base_dtype
    if dims.is_fully_defined():
        return graph.constant(np.full(dims.as_list(), value, kind.np))
    like = primary.initialized_value()
    zeros = TABLE["ZerosLike"](like)
    if value == 0:
        return zeros
    return TABLE["AddV2"](zeros, graph.constant(np.asarray(value, kind.np)))
