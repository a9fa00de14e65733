"""Comparisons, logic, and choosing between two values."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import FLOATING, NUMBERS, REAL
from penstock.core.errors import ShapeError
from penstock.core.shapes import Dims, broadcast, merge, show
from penstock.ir.op import STOPS, op
from penstock.ops import rules
from penstock.ops.array import zeros_like
from penstock.ops.math_arithmetic import broadcasting
from penstock.ops.math_broadcast import unbroadcast
from penstock.ops.xla import jnp

COMPARE = "x: T, y: T -> z: bool"
LOGIC = "x: bool, y: bool -> z: bool"
TEST = "x: T -> y: bool"


def _equality_shape(x, y, *, incompatible_shape_error, **_) -> Dims:
    if incompatible_shape_error:
        return broadcasting(x, y)
    try:
        known = broadcast(x.dims, y.dims)
    except ShapeError:
        return ()
    return known


def _equality(function, when_incompatible: bool):
    def body(x, y, incompatible_shape_error):
        if not incompatible_shape_error:
            try:
                np.broadcast_shapes(np.shape(x), np.shape(y))
            except ValueError:
                return np.array(when_incompatible)
        return function(x, y)

    return body


@op(
    "Equal", COMPARE, shape=_equality_shape, gradient=STOPS,
    fold=lambda x, y, **_: np.asarray(x == y, bool),
)  # fmt: skip
def equal(x, y, *, incompatible_shape_error=True):
    return _equality(jnp.equal, False)(x, y, incompatible_shape_error)


@op(
    "NotEqual", COMPARE, shape=_equality_shape, gradient=STOPS,
    fold=lambda x, y, **_: np.asarray(x != y, bool),
)  # fmt: skip
def not_equal(x, y, *, incompatible_shape_error=True):
    return _equality(jnp.not_equal, True)(x, y, incompatible_shape_error)


@op(
    "Less", COMPARE, shape=broadcasting, gradient=STOPS, where={"T": REAL},
    fold=np.less,
)  # fmt: skip
def less(x, y):
    return jnp.less(x, y)


@op(
    "LessEqual", COMPARE, shape=broadcasting, gradient=STOPS, where={"T": REAL},
    fold=np.less_equal,
)  # fmt: skip
def less_equal(x, y):
    return jnp.less_equal(x, y)


@op(
    "Greater", COMPARE, shape=broadcasting, gradient=STOPS, where={"T": REAL},
    fold=np.greater,
)  # fmt: skip
def greater(x, y):
    return jnp.greater(x, y)


@op(
    "GreaterEqual", COMPARE, shape=broadcasting, gradient=STOPS, where={"T": REAL},
    fold=np.greater_equal,
)  # fmt: skip
def greater_equal(x, y):
    return jnp.greater_equal(x, y)


@op(
    "ApproximateEqual", COMPARE, shape=rules.all_equal, gradient=STOPS,
    where={"T": NUMBERS},
)  # fmt: skip
def approximate_equal(x, y, *, tolerance=1e-5):
    return jnp.less(jnp.abs(jnp.subtract(x, y)), jnp.asarray(tolerance, x.dtype))


@op("LogicalAnd", LOGIC, shape=broadcasting, gradient=STOPS, fold=np.logical_and)
def logical_and(x, y):
    return jnp.logical_and(x, y)


@op("LogicalOr", LOGIC, shape=broadcasting, gradient=STOPS, fold=np.logical_or)
def logical_or(x, y):
    return jnp.logical_or(x, y)


@op(
    "LogicalNot", "x: bool -> y: bool", shape=rules.same_as(0), gradient=STOPS,
    fold=np.logical_not,
)  # fmt: skip
def logical_not(x):
    return jnp.logical_not(x)


@op("IsNan", TEST, shape=rules.same_as(0), gradient=STOPS, where={"T": FLOATING})
def is_nan(x):
    return jnp.isnan(x)


@op("IsInf", TEST, shape=rules.same_as(0), gradient=STOPS, where={"T": FLOATING})
def is_inf(x):
    return jnp.isinf(x)


@op("IsFinite", TEST, shape=rules.same_as(0), gradient=STOPS, where={"T": FLOATING})
def is_finite(x):
    return jnp.isfinite(x)


def _select_shape(condition, x, y, **_) -> Dims:
    out = rules.all_equal(x, y)
    mask = condition.dims
    if mask is None or len(mask) == 0 or out is None:
        return out
    if len(mask) == 1 and len(out) != 1:
        if out:
            merge(mask, out[:1])
        return out
    return merge(mask, out)


@op("Select", "condition: bool, t: T, e: T -> output: T", shape=_select_shape)
def select_rows(condition, t, e):
    rank = np.ndim(t)
    if np.ndim(condition) == 1 and rank > 1:
        condition = jnp.reshape(condition, (-1,) + (1,) * (rank - 1))
    return jnp.where(condition, t, e)


@select_rows.gradient
def _(node, dy):
    condition = node.inputs[0]
    zero = zeros_like(dy)
    return None, select_rows(condition, dy, zero), select_rows(condition, zero, dy)


def _select_v2_shape(condition, x, y, **_) -> Dims:
    try:
        return broadcast(broadcast(condition.dims, x.dims), y.dims)
    except ShapeError:
        raise ShapeError(
            f"condition {show(condition.dims)}, x {show(x.dims)} and y {show(y.dims)} "
            "cannot be broadcast together. Reshape one of them."
        ) from None


@op("SelectV2", "condition: bool, t: T, e: T -> output: T", shape=_select_v2_shape,
    fold=np.where)  # fmt: skip
def select(condition, t, e):
    return jnp.where(condition, t, e)


@select.gradient
def _(node, dy):
    condition, x, y = node.inputs
    out = node.outputs[0]
    zero = zeros_like(dy)
    gx, _unused = unbroadcast(x, out, select(condition, dy, zero), None)
    gy, _unused = unbroadcast(y, out, select(condition, zero, dy), None)
    return None, gx, gy
