"""Angles: trigonometric and hyperbolic functions and their inverses."""

from __future__ import annotations

from penstock.ir.op import op
from penstock.ops.math_arithmetic import add, mul, neg, real_div, sub
from penstock.ops.math_broadcast import conj
from penstock.ops.math_elementwise import SMOOTH, reciprocal, sqrt, square
from penstock.ops.rules import same_as
from penstock.ops.xla import jnp


@op("Sin", shape=same_as(0), where=SMOOTH)
def sin(x):
    return jnp.sin(x)


@sin.gradient
def _(node, dy):
    return mul(dy, conj(cos(node.inputs[0])))


@op("Cos", shape=same_as(0), where=SMOOTH)
def cos(x):
    return jnp.cos(x)


@cos.gradient
def _(node, dy):
    return neg(mul(dy, conj(sin(node.inputs[0]))))


@op("Tan", shape=same_as(0), where=SMOOTH)
def tan(x):
    return jnp.tan(x)


@tan.gradient
def _(node, dy):
    return mul(dy, square(reciprocal(conj(cos(node.inputs[0])))))


@op("Asin", shape=same_as(0), where=SMOOTH)
def asin(x):
    return jnp.arcsin(x)


@asin.gradient
def _(node, dy):
    x = conj(node.inputs[0])
    return mul(dy, reciprocal(sqrt(sub(1.0, square(x)))))


@op("Acos", shape=same_as(0), where=SMOOTH)
def acos(x):
    return jnp.arccos(x)


@acos.gradient
def _(node, dy):
    x = conj(node.inputs[0])
    return neg(mul(dy, reciprocal(sqrt(sub(1.0, square(x))))))


@op("Atan", shape=same_as(0), where=SMOOTH)
def atan(x):
    return jnp.arctan(x)


@atan.gradient
def _(node, dy):
    x = conj(node.inputs[0])
    return mul(dy, reciprocal(add(square(x), 1.0)))


@op("Sinh", shape=same_as(0), where=SMOOTH)
def sinh(x):
    return jnp.sinh(x)


@sinh.gradient
def _(node, dy):
    return mul(dy, conj(cosh(node.inputs[0])))


@op("Cosh", shape=same_as(0), where=SMOOTH)
def cosh(x):
    return jnp.cosh(x)


@cosh.gradient
def _(node, dy):
    return mul(dy, conj(sinh(node.inputs[0])))


@op("Asinh", shape=same_as(0), where=SMOOTH)
def asinh(x):
    return jnp.arcsinh(x)


@asinh.gradient
def _(node, dy):
    return real_div(dy, conj(cosh(node.outputs[0])))


@op("Acosh", shape=same_as(0), where=SMOOTH)
def acosh(x):
    return jnp.arccosh(x)


@acosh.gradient
def _(node, dy):
    return real_div(dy, conj(sinh(node.outputs[0])))


@op("Atanh", shape=same_as(0), where=SMOOTH)
def atanh(x):
    return jnp.arctanh(x)


@atanh.gradient
def _(node, dy):
    x = conj(node.inputs[0])
    return mul(dy, reciprocal(sub(1.0, square(x))))
