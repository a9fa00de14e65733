"""What the metrics share: their variables, and where their results are collected."""

from __future__ import annotations

from penstock.api import array, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api import math_arithmetic as arithmetic
from penstock.core.dtypes import float32
from penstock.ir.op import TABLE
from penstock.v1.graph_keys import GraphKeys, add_to_collections
from penstock.v1.variables import Variable


def metric_variable(shape, dtype, validate_shape=True, name=None):
    """A local variable of zeros, in METRIC_VARIABLES too."""
    return Variable(
        lambda: array.zeros(shape, dtype), trainable=False,
        collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES],
        validate_shape=validate_shape, name=name,
    )  # fmt: skip


def collected(value, update, metrics_collections, updates_collections):
    for keys, item in ((metrics_collections, value), (updates_collections, update)):
        if keys:
            add_to_collections(keys, item)
    return value, update


def counter(shape, name: str, dtype=float32):
    return metric_variable(shape, dtype, name=name)


def ratio(total, count, name: str):
    return TABLE["DivNoNan"](total, arithmetic.maximum(count, 0), name=name)


__all__: list[str] = []  # none of it is a public name
