"""Powers, extremes, and functions of two numbers beyond arithmetic."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import FLOATING, NUMBERS, REAL
from penstock.ir.op import op
from penstock.ops.array import ones_like, zeros_like
from penstock.ops.math_arithmetic import (
    BINARY,
    CONTINUOUS,
    add,
    broadcasting,
    folded,
    mul,
    neg,
    real_div,
    sub,
)
from penstock.ops.math_broadcast import conj, unbroadcast
from penstock.ops.math_comparison import (
    greater,
    greater_equal,
    less_equal,
    not_equal,
    select,
)
from penstock.ops.math_elementwise import log, square
from penstock.ops.xla import jnp


def _not_negative(x, y) -> tuple:
    del x
    if not jnp.issubdtype(y.dtype, jnp.signedinteger):
        return True, ""
    if isinstance(y, np.ndarray | np.generic) and not np.any(np.less(y, 0)):
        return True, ""
    message = "Integers to negative integer powers are not allowed"
    return jnp.all(jnp.greater_equal(y, 0)), message


@op("Pow", BINARY, shape=broadcasting, guard=_not_negative, where={"T": NUMBERS})
def power(x, y):
    if jnp.issubdtype(jnp.asarray(y).dtype, jnp.integer):
        y = jnp.maximum(y, 0)
    return jnp.power(x, y)


@power.gradient
def _(node, dy):

    x, y = map(conj, node.inputs)
    z = conj(node.outputs[0])
    gx = mul(dy, mul(y, power(x, sub(y, ones_like(y)))))
    # log x only where x > 0: 0 ** y is flat in y as far as anyone uses it.
    inside = not_equal(x, zeros_like(x)) if x.dtype.is_complex else greater(
        x, zeros_like(x)
    )  # fmt: skip
    logs = select(inside, log(select(inside, x, ones_like(x))), zeros_like(x))
    x, y = node.inputs
    return unbroadcast(x, y, gx, mul(dy, mul(z, logs)))


@op(
    "Maximum", BINARY, shape=broadcasting,
    fold=folded(np.maximum), where={"T": REAL},
)  # fmt: skip
def maximum(x, y):
    return jnp.maximum(x, y)


@maximum.gradient
def _(node, dy):

    x, y = node.inputs
    first = greater_equal(x, y)
    zero = zeros_like(dy)
    return unbroadcast(x, y, select(first, dy, zero), select(first, zero, dy))


@op(
    "Minimum", BINARY, shape=broadcasting,
    fold=folded(np.minimum), where={"T": REAL},
)  # fmt: skip
def minimum(x, y):
    return jnp.minimum(x, y)


@minimum.gradient
def _(node, dy):

    x, y = node.inputs
    first = less_equal(x, y)
    zero = zeros_like(dy)
    return unbroadcast(x, y, select(first, dy, zero), select(first, zero, dy))


@op("Atan2", "y: T, x: T -> z: T", shape=broadcasting, where={"T": FLOATING})
def atan2(y, x):
    return jnp.arctan2(y, x)


@atan2.gradient
def _(node, dy):
    y, x = node.inputs
    over = real_div(dy, add(square(x), square(y)))
    return unbroadcast(y, x, mul(x, over), mul(neg(y), over))


def _where_zero(x, value):
    """`value` where x is not 0, else 0: 0 times anything, infinity too."""
    return jnp.where(jnp.equal(x, 0), jnp.zeros_like(value), value)


def _one_where_not_zero(x):
    from penstock.ops.math_cast import cast

    return cast(not_equal(x, zeros_like(x)), DstT=x.dtype.base_dtype)


@op("Xlogy", BINARY, shape=broadcasting, where={"T": CONTINUOUS})
def xlogy(x, y):
    return _where_zero(x, jnp.multiply(x, jnp.log(y)))


@xlogy.gradient
def _(node, dy):
    x, y = node.inputs
    gx = mul(dy, xlogy(_one_where_not_zero(x), y))
    return unbroadcast(x, y, gx, mul(dy, xdivy(x, y)))


@op("Xlog1py", BINARY, shape=broadcasting, where={"T": CONTINUOUS})
def xlog1py(x, y):
    return _where_zero(x, jnp.multiply(x, jnp.log1p(y)))


@xlog1py.gradient
def _(node, dy):
    x, y = node.inputs
    gx = mul(dy, xlog1py(_one_where_not_zero(x), y))
    return unbroadcast(x, y, gx, mul(dy, xdivy(x, add(y, 1))))


@op("Xdivy", BINARY, shape=broadcasting, where={"T": CONTINUOUS})
def xdivy(x, y):
    return _where_zero(x, jnp.divide(x, y))


@xdivy.gradient
def _(node, dy):
    x, y = node.inputs
    gx = mul(dy, xdivy(_one_where_not_zero(x), y))
    return unbroadcast(x, y, gx, mul(dy, xdivy(neg(x), square(y))))


@op("NextAfter", "x1: T, x2: T -> output: T", shape=broadcasting,
    where={"T": FLOATING[2:]})  # fmt: skip
def next_after(x1, x2):
    return jnp.nextafter(x1, x2)


@next_after.gradient
def _(node, dy):
    x1, x2 = node.inputs
    return unbroadcast(x1, x2, dy, zeros_like(dy))
