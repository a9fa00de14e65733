"""Arithmetic of two numbers, with broadcasting."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from penstock.core.dtypes import COMPLEX, FLOATING, NUMBERS, REAL, string
from penstock.core.errors import InvalidArgumentError
from penstock.core.shapes import Dims, as_dims, merge
from penstock.ir.op import STOPS, op
from penstock.ops import rules
from penstock.ops.math_broadcast import conj, unbroadcast
from penstock.ops.xla import jnp, lax

BINARY = "x: T, y: T -> z: T"
CONTINUOUS = (*FLOATING, *COMPLEX)


def folded(function: Callable) -> Callable:
    """`function` of NumPy arrays, quiet, its result of the first one's dtype."""

    def fold(x, *rest):
        with np.errstate(all="ignore"):
            return np.asarray(function(x, *rest)).astype(np.asarray(x).dtype)

    return fold


def broadcasting(x, y, **_) -> Dims:
    """`rules.broadcasting`, quick for the common case."""
    if x.dims == y.dims:
        return x.dims
    return rules.broadcasting(x, y)


def _add(node, dy):
    x, y = node.inputs
    return unbroadcast(x, y, dy, dy)


@op(
    "Add", BINARY, shape=broadcasting, gradient=_add, text=np.add,
    where={"T": (*NUMBERS, string)},
)  # fmt: skip
def add_v1(x, y):
    return jnp.add(x, y)


@op(
    "AddV2", BINARY, shape=broadcasting, gradient=_add,
    fold=folded(np.add), where={"T": NUMBERS},
)  # fmt: skip
def add(x, y):
    return jnp.add(x, y)


@op("Sub", BINARY, shape=broadcasting, fold=folded(np.subtract), where={"T": NUMBERS})
def sub(x, y):
    return jnp.subtract(x, y)


@sub.gradient
def _(node, dy):
    x, y = node.inputs
    return unbroadcast(x, y, dy, neg(dy))


@op("Mul", BINARY, shape=broadcasting, fold=folded(np.multiply), where={"T": NUMBERS})
def mul(x, y):
    return jnp.multiply(x, y)


@mul.gradient
def _(node, dy):
    x, y = node.inputs
    return unbroadcast(x, y, mul(dy, conj(y)), mul(conj(x), dy))


@op("MulNoNan", BINARY, shape=broadcasting, where={"T": CONTINUOUS})
def mul_no_nan(x, y):
    return jnp.where(jnp.equal(y, 0), jnp.zeros_like(x), jnp.multiply(x, y))


@mul_no_nan.gradient
def _(node, dy):
    x, y = node.inputs
    return unbroadcast(x, y, mul_no_nan(dy, y), mul_no_nan(x, dy))


def _quotient_gradient(divide: Callable) -> Callable:
    """The rule of x / y in terms of the division that x / y itself uses."""

    def rule(node, dy):
        x, y = node.inputs
        cx, cy = conj(x), conj(y)
        slope = divide(divide(neg(cx), cy), cy)
        return unbroadcast(x, y, divide(dy, cy), mul(dy, slope))

    return rule


def _no_zero(x, y) -> tuple:
    """The guard of integer divisions; nothing to watch where y is a known constant."""
    del x
    if not jnp.issubdtype(y.dtype, jnp.integer):
        return True, ""
    if isinstance(y, np.ndarray | np.generic) and np.all(y != 0):
        return True, ""
    return jnp.all(jnp.not_equal(y, 0)), "Integer division by zero"


def _folded_division(function: Callable) -> Callable:
    quiet = folded(function)

    def fold(x, y):
        if np.asarray(y).dtype.kind in "iu" and not np.all(y):
            raise InvalidArgumentError("Integer division by zero")
        return quiet(x, y)

    return fold


def _divisor(y):
    """`y`, for integers with 1 in place of 0, which the guard reports."""
    if jnp.issubdtype(jnp.asarray(y).dtype, jnp.integer):
        return jnp.where(jnp.equal(y, 0), jnp.ones_like(y), y)
    return y


def _rounded(quotient):
    """A scalar `quotient`, out of the reach of fused multiply-add.

    XLA and TensorFlow's graph optimiser divide by a constant by multiplying with its
    reciprocal; fused into 1 - step / steps that is below 0 at the last step.
    """
    if jnp.ndim(quotient) == 0 and jnp.issubdtype(quotient.dtype, jnp.floating):
        return lax.optimization_barrier(quotient)
    return quotient


@op("RealDiv", BINARY, shape=broadcasting, where={"T": (*NUMBERS,)})
def real_div(x, y):
    return _rounded(jnp.divide(x, y).astype(x.dtype))


@op("Div", BINARY, shape=broadcasting, where={"T": NUMBERS}, guard=_no_zero)
def div(x, y):
    if jnp.issubdtype(jnp.asarray(x).dtype, jnp.integer):
        return lax.div(*jnp.broadcast_arrays(x, _divisor(y)))
    return _rounded(jnp.divide(x, y))


@op("DivNoNan", BINARY, shape=broadcasting, where={"T": CONTINUOUS})
def div_no_nan(x, y):
    zero = jnp.equal(y, 0)
    quotient = jnp.divide(x, jnp.where(zero, jnp.ones_like(y), y))
    return jnp.where(zero, jnp.zeros_like(quotient), quotient)


real_div.gradient(_quotient_gradient(real_div))
div.gradient(_quotient_gradient(div))
div_no_nan.gradient(_quotient_gradient(div_no_nan))


@op(
    "FloorDiv", BINARY, shape=broadcasting, gradient=STOPS, guard=_no_zero,
    fold=_folded_division(np.floor_divide), where={"T": REAL},
)  # fmt: skip
def floor_div(x, y):
    if jnp.issubdtype(jnp.asarray(x).dtype, jnp.integer):
        return jnp.floor_divide(x, _divisor(y))
    return jnp.floor(jnp.divide(x, y))


@op(
    "FloorMod", BINARY, shape=broadcasting, guard=_no_zero,
    fold=_folded_division(np.mod), where={"T": REAL},
)  # fmt: skip
def floor_mod(x, y):
    return jnp.remainder(x, _divisor(y))


@floor_mod.gradient
def _(node, dy):
    x, y = node.inputs
    return unbroadcast(x, y, dy, mul(dy, neg(floor_div(x, y))))


@op("TruncateDiv", BINARY, shape=broadcasting, guard=_no_zero, where={"T": REAL})
def truncate_div(x, y):
    if jnp.issubdtype(jnp.asarray(x).dtype, jnp.integer):
        return lax.div(*jnp.broadcast_arrays(x, _divisor(y)))
    return jnp.trunc(jnp.divide(x, y))


truncate_div.gradient(STOPS)


@op("TruncateMod", BINARY, shape=broadcasting, guard=_no_zero, where={"T": REAL})
def truncate_mod(x, y):
    return lax.rem(*jnp.broadcast_arrays(x, _divisor(y)))


@truncate_mod.gradient
def _(node, dy):
    x, y = node.inputs
    return unbroadcast(x, y, dy, mul(dy, neg(truncate_div(x, y))))


@op("Mod", BINARY, shape=broadcasting, guard=_no_zero, where={"T": REAL})
def mod(x, y):
    return lax.rem(*jnp.broadcast_arrays(x, _divisor(y)))


@op("SquaredDifference", BINARY, shape=broadcasting, where={"T": NUMBERS})
def squared_difference(x, y):
    difference = jnp.subtract(x, y)
    return jnp.multiply(difference, jnp.conj(difference))


@squared_difference.gradient
def _(node, dy):
    x, y = node.inputs
    gx = mul(mul(dy, 2), sub(x, y))
    return unbroadcast(x, y, gx, neg(gx))


@op("Neg", shape=rules.same_as(0), fold=folded(np.negative), where={"T": NUMBERS})
def neg(x):
    return jnp.negative(x)


@neg.gradient
def _(node, dy):
    return neg(dy)


SUM = "inputs: N*T -> sum: T"


def _each(node, dy):
    return [dy] * len(node.inputs)


@op("AddN", SUM, shape=rules.all_equal, gradient=_each, where={"T": NUMBERS})
def add_n(inputs):
    total = inputs[0]
    for x in inputs[1:]:
        total = jnp.add(total, x)
    return total


def _accumulated(inputs, *, shape=None, **_) -> Dims:
    return merge(rules.all_equal(inputs), as_dims(shape))


@op(
    "AccumulateNV2", SUM, shape=_accumulated, gradient=_each, attrs={"shape": None},
    where={"T": NUMBERS},
)  # fmt: skip
def accumulate_n(inputs):
    total = inputs[0]
    for x in inputs[1:]:
        total = jnp.add(total, x)
    return total
