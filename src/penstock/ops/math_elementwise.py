"""Functions of one number, element by element: powers, exponentials, angles."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import COMPLEX, FLOATING, NUMBERS, REAL, SIGNED
from penstock.ir.op import STOPS, op
from penstock.ops.array import zeros_like
from penstock.ops.math_arithmetic import add, folded, mul, neg, real_div, sub
from penstock.ops.math_broadcast import conj
from penstock.ops.rules import same_as
from penstock.ops.xla import jnp, lax

SMOOTH = {"T": (*FLOATING, *COMPLEX)}
FLOATS = {"T": FLOATING}
SLOPE = "y: T, dy: T -> z: T"


@op("Abs", shape=same_as(0), fold=folded(np.abs), where={"T": REAL[:8]})
def abs_(x):
    return jnp.abs(x)


@abs_.gradient
def _(node, dy):
    return mul(dy, sign(node.inputs[0]))


@op("Sign", shape=same_as(0), where={"T": SIGNED})
def sign(x):
    return jnp.sign(x)


@sign.gradient
def _(node, dy):
    return zeros_like(dy)


@op("Square", shape=same_as(0), fold=folded(np.square), where={"T": NUMBERS})
def square(x):
    return jnp.multiply(x, x)


@square.gradient
def _(node, dy):
    return mul(dy, mul(conj(node.inputs[0]), 2))


@op("Sqrt", shape=same_as(0), where=SMOOTH)
def sqrt(x):
    return jnp.sqrt(x)


@sqrt.gradient
def _(node, dy):
    return sqrt_grad(node.outputs[0], dy)


@op("SqrtGrad", SLOPE, shape=same_as(0), where=SMOOTH)
def sqrt_grad(y, dy):
    half = jnp.asarray(0.5, y.dtype)
    return jnp.divide(jnp.multiply(dy, half), jnp.conj(y))


@sqrt_grad.gradient
def _(node, g):
    y = node.inputs[0]
    slope = real_div(g, conj(y))
    return mul(neg(conj(slope)), conj(node.outputs[0])), mul(slope, 0.5)


@op("Rsqrt", shape=same_as(0), where=SMOOTH)
def rsqrt(x):
    return lax.rsqrt(jnp.asarray(x))


@rsqrt.gradient
def _(node, dy):
    return rsqrt_grad(node.outputs[0], dy)


@op("RsqrtGrad", SLOPE, shape=same_as(0), where=SMOOTH)
def rsqrt_grad(y, dy):
    y = jnp.conj(y)
    half = jnp.asarray(-0.5, y.dtype)
    return jnp.multiply(jnp.multiply(half, dy), jnp.multiply(jnp.multiply(y, y), y))


@rsqrt_grad.gradient
def _(node, g):
    y, dy = node.inputs
    cy, cg = conj(y), mul(conj(g), -1.5)
    return mul(mul(cg, dy), mul(y, y)), rsqrt_grad(cy, g)


@op("Reciprocal", shape=same_as(0), where=SMOOTH)
def reciprocal(x):
    return jnp.reciprocal(x)


@op("Inv", shape=same_as(0), where=SMOOTH)
def inv(x):
    return jnp.reciprocal(x)


def _inverse_slope(node, dy):
    return reciprocal_grad(node.outputs[0], dy)


reciprocal.gradient(_inverse_slope)
inv.gradient(_inverse_slope)


@op("ReciprocalGrad", SLOPE, shape=same_as(0), where=SMOOTH)
def reciprocal_grad(y, dy):
    y = jnp.conj(y)
    return jnp.multiply(jnp.negative(dy), jnp.multiply(y, y))


@op("InvGrad", SLOPE, shape=same_as(0), where=SMOOTH)
def inv_grad(y, dy):
    y = jnp.conj(y)
    return jnp.multiply(jnp.negative(dy), jnp.multiply(y, y))


def _inverse_curvature(node, g):
    y, dy = node.inputs
    cg = conj(g)
    return mul(mul(cg, -2), mul(dy, y)), reciprocal_grad(y, g)


reciprocal_grad.gradient(_inverse_curvature)
inv_grad.gradient(_inverse_curvature)


@op("Exp", shape=same_as(0), where=SMOOTH)
def exp(x):
    return jnp.exp(x)


@exp.gradient
def _(node, dy):
    return mul(dy, conj(node.outputs[0]))


@op("Expm1", shape=same_as(0), where=SMOOTH)
def expm1(x):
    return jnp.expm1(x)


@expm1.gradient
def _(node, dy):
    return mul(dy, conj(exp(node.inputs[0])))


@op("Log", shape=same_as(0), where=SMOOTH)
def log(x):
    return jnp.log(x)


@log.gradient
def _(node, dy):
    return mul(dy, reciprocal(conj(node.inputs[0])))


@op("Log1p", shape=same_as(0), where=SMOOTH)
def log1p(x):
    return jnp.log1p(x)


@log1p.gradient
def _(node, dy):
    return mul(dy, reciprocal(add(conj(node.inputs[0]), 1)))


@op("Sigmoid", shape=same_as(0), where=SMOOTH)
def sigmoid(x):
    one = jnp.ones_like(x)
    return jnp.divide(one, jnp.add(one, jnp.exp(jnp.negative(x))))


@sigmoid.gradient
def _(node, dy):
    return sigmoid_grad(node.outputs[0], dy)


@op("SigmoidGrad", SLOPE, shape=same_as(0), where=SMOOTH)
def sigmoid_grad(y, dy):
    y = jnp.conj(y)
    return jnp.multiply(dy, jnp.multiply(y, jnp.subtract(jnp.ones_like(y), y)))


@sigmoid_grad.gradient
def _(node, g):
    y, dy = node.inputs
    gb = mul(conj(g), dy)
    return sub(gb, mul(mul(gb, 2), y)), sigmoid_grad(y, g)


@op("Tanh", shape=same_as(0), where=SMOOTH)
def tanh(x):
    return jnp.tanh(x)


@tanh.gradient
def _(node, dy):
    return tanh_grad(node.outputs[0], dy)


@op("TanhGrad", SLOPE, shape=same_as(0), where=SMOOTH)
def tanh_grad(y, dy):
    y = jnp.conj(y)
    return jnp.multiply(dy, jnp.subtract(jnp.ones_like(y), jnp.multiply(y, y)))


@tanh_grad.gradient
def _(node, g):
    y, dy = node.inputs
    return mul(mul(conj(g), -2), mul(dy, y)), tanh_grad(y, g)


@op("Floor", shape=same_as(0), fold=folded(np.floor), where=FLOATS, gradient=STOPS)
def floor(x):
    return jnp.floor(x)


@op("Ceil", shape=same_as(0), fold=folded(np.ceil), where=FLOATS, gradient=STOPS)
def ceil(x):
    return jnp.ceil(x)


@op("Rint", shape=same_as(0), where=FLOATS, gradient=STOPS)
def rint(x):
    return lax.round(jnp.asarray(x), lax.RoundingMethod.TO_NEAREST_EVEN)


@op("Round", shape=same_as(0), where={"T": NUMBERS}, gradient=STOPS)
def round_(x):
    x = jnp.asarray(x)
    if jnp.issubdtype(x.dtype, jnp.integer):
        return x
    return lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN)
