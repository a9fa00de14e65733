"""Special functions: of errors, gamma, beta, zeta and Bessel.

Definitions: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov.
"""

from __future__ import annotations

import math

from penstock.core.dtypes import FLOATING
from penstock.ir.op import op
from penstock.ops.array import ones_like, zeros_like
from penstock.ops.math_arithmetic import add, broadcasting, mul, neg, real_div, sub
from penstock.ops.math_binary import xlog1py, xlogy
from penstock.ops.math_broadcast import unbroadcast
from penstock.ops.math_comparison import equal, select
from penstock.ops.math_elementwise import exp, reciprocal, sign, square
from penstock.ops.rules import same_as
from penstock.ops.xla import jax, jnp, lax

FLOATS = {"T": FLOATING}
WIDE = {"T": FLOATING[2:]}


def _bell(x, scale: float):
    """scale · exp(-x²)"""
    return mul(exp(neg(square(x))), scale)


@op("Erf", shape=same_as(0), where=FLOATS)
def erf(x):
    return lax.erf(jnp.asarray(x))


@erf.gradient
def _(node, dy):
    return mul(dy, _bell(node.inputs[0], 2 / math.sqrt(math.pi)))


@op("Erfc", shape=same_as(0), where=FLOATS)
def erfc(x):
    return lax.erfc(jnp.asarray(x))


@erfc.gradient
def _(node, dy):
    return mul(dy, _bell(node.inputs[0], -2 / math.sqrt(math.pi)))


@op("Erfinv", shape=same_as(0), where=FLOATS)
def erfinv(x):
    return lax.erf_inv(jnp.asarray(x))


@erfinv.gradient
def _(node, dy):
    return mul(dy, mul(exp(square(node.outputs[0])), math.sqrt(math.pi) / 2))


@op("Ndtri", shape=same_as(0), where=FLOATS)
def ndtri(x):
    return jax.scipy.special.ndtri(x)


@ndtri.gradient
def _(node, dy):
    half = mul(square(node.outputs[0]), 0.5)
    return mul(dy, mul(exp(half), math.sqrt(2 * math.pi)))


@op("Lgamma", shape=same_as(0), where=FLOATS)
def lgamma(x):
    return lax.lgamma(jnp.asarray(x))


@lgamma.gradient
def _(node, dy):
    return mul(dy, digamma(node.inputs[0]))


@op("Digamma", shape=same_as(0), where=FLOATS)
def digamma(x):
    x = jnp.asarray(x)
    # At 0 some versions of JAX give the limit from one side.
    return jnp.where(x == 0, jnp.nan, lax.digamma(x))


@digamma.gradient
def _(node, dy):
    x = node.inputs[0]
    return mul(dy, polygamma(add(mul(x, 0), 1), x))


@op("Polygamma", "a: T, x: T -> z: T", shape=broadcasting, where=WIDE)
def polygamma(a, x):
    return lax.polygamma(*jnp.broadcast_arrays(a, x))


@polygamma.gradient
def _(node, dy):
    a, x = node.inputs
    return unbroadcast(a, x, None, mul(dy, polygamma(add(a, 1), x)))


@op("Zeta", "x: T, q: T -> z: T", shape=broadcasting, where=WIDE)
def zeta(x, q):
    return lax.zeta(*jnp.broadcast_arrays(x, q))


@zeta.gradient
def _(node, dy):
    x, q = node.inputs
    slope = mul(neg(x), zeta(add(x, 1), q))
    return unbroadcast(x, q, None, mul(dy, slope))


GAMMA = "a: T, x: T -> z: T"


@op("Igamma", GAMMA, shape=broadcasting, where=FLOATS)
def igamma(a, x):
    return lax.igamma(*jnp.broadcast_arrays(a, x))


def _gamma_density(a, x):
    """The slope of the regularised lower incomplete gamma function in x."""
    return exp(sub(sub(xlogy(sub(a, 1), x), x), lgamma(a)))


@igamma.gradient
def _(node, dy):
    a, x = node.inputs
    ga = mul(dy, igamma_grad_a(a, x))
    return unbroadcast(a, x, ga, mul(dy, _gamma_density(a, x)))


@op("Igammac", GAMMA, shape=broadcasting, where=FLOATS)
def igammac(a, x):
    return lax.igammac(*jnp.broadcast_arrays(a, x))


@igammac.gradient
def _(node, dy):
    a, x = node.inputs
    ga = neg(mul(dy, igamma_grad_a(a, x)))
    return unbroadcast(a, x, ga, neg(mul(dy, _gamma_density(a, x))))


@op("IgammaGradA", GAMMA, shape=broadcasting, where=WIDE)
def igamma_grad_a(a, x):
    return lax.igamma_grad_a(*jnp.broadcast_arrays(a, x))


def _beta_shape(a, b, x, **_):
    known = [t.dims for t in (a, b, x) if t.dims != ()]
    return known[0] if known else ()


@op("Betainc", "a: T, b: T, x: T -> z: T", shape=_beta_shape, where=WIDE)
def betainc(a, b, x):
    return lax.betainc(*jnp.broadcast_arrays(a, b, x))


@betainc.gradient
def _(node, dy):
    a, b, x = node.inputs
    log_beta = sub(add(lgamma(a), lgamma(b)), lgamma(add(a, b)))
    density = exp(sub(add(xlog1py(sub(b, 1), neg(x)), xlogy(sub(a, 1), x)), log_beta))
    slope, _unused = unbroadcast(x, node.outputs[0], mul(dy, density), None)
    return None, None, slope


@op("BesselI0", shape=same_as(0), where=FLOATS)
def bessel_i0(x):
    return jax.scipy.special.i0(x)


@bessel_i0.gradient
def _(node, dy):
    return mul(dy, bessel_i1(node.inputs[0]))


@op("BesselI1", shape=same_as(0), where=FLOATS)
def bessel_i1(x):
    return jax.scipy.special.i1(x)


def _where_zero(x, at_zero: float, function):
    """`function(x)`, and `at_zero` where x is 0 and the formula has no value."""
    zero = equal(x, zeros_like(x))
    one = ones_like(x)
    return select(zero, mul(one, at_zero), function(select(zero, one, x)))


@bessel_i1.gradient
def _(node, dy):
    def slope(x):
        return sub(bessel_i0(x), real_div(bessel_i1(x), x))

    # The limit at 0 is 1/2; TensorFlow answers 1 there, and so do we.
    return mul(dy, _where_zero(node.inputs[0], 1.0, slope))


@op("BesselI0e", shape=same_as(0), where=FLOATS)
def bessel_i0e(x):
    return lax.bessel_i0e(jnp.asarray(x))


@bessel_i0e.gradient
def _(node, dy):
    x, y = node.inputs[0], node.outputs[0]
    return mul(dy, sub(bessel_i1e(x), mul(sign(x), y)))


@op("BesselI1e", shape=same_as(0), where=FLOATS)
def bessel_i1e(x):
    return lax.bessel_i1e(jnp.asarray(x))


@bessel_i1e.gradient
def _(node, dy):
    def slope(x):
        y = bessel_i1e(x)
        return sub(bessel_i0e(x), mul(y, add(sign(x), reciprocal(x))))

    return mul(dy, _where_zero(node.inputs[0], 0.5, slope))
