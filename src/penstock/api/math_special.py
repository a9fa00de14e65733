"""Special functions: error, gamma, beta and Bessel functions."""

from __future__ import annotations

import math

from penstock.api.math_reduce import reduce_sum
from penstock.api.operands import tensor_named
from penstock.api.scopes import scope
from penstock.ops import math_arithmetic as arithmetic
from penstock.ops import math_special as special


def erf(x, name=None):
    """The error function."""
    return special.erf(x, name=name)


def erfc(x, name=None):
    """1 - erf(x)"""
    return special.erfc(x, name=name)


def erfinv(x, name=None):
    """The inverse of `erf` on (-1, 1)."""
    with scope(name, "erfinv"):
        return special.erfinv(x)


def ndtri(x, name=None):
    """The quantile of the standard normal distribution."""
    with scope(name, "ndtri"):
        return special.ndtri(x)


def erfcinv(x, name=None):
    """The inverse of `erfc` on (0, 2)."""
    with scope(name, "erfcinv"):
        x = tensor_named(x, None, "x")
        half = arithmetic.mul(0.5, x, name="mul")
        lower = arithmetic.neg(ndtri(half))
        return arithmetic.mul(lower, math.sqrt(0.5), name="mul")


def lgamma(x, name=None):
    """log |Γ(x)|"""
    return special.lgamma(x, name=name)


def digamma(x, name=None):
    """The derivative of log Γ(x)."""
    return special.digamma(x, name=name)


def polygamma(a, x, name=None):
    """The a-th derivative of `digamma` at x."""
    return special.polygamma(a, x, name=name)


def zeta(x, q, name=None):
    """The Hurwitz zeta function."""
    return special.zeta(x, q, name=name)


def igamma(a, x, name=None):
    """The lower regularised incomplete gamma function P(a, x)."""
    return special.igamma(a, x, name=name)


def igammac(a, x, name=None):
    """The upper regularised incomplete gamma function Q(a, x)."""
    return special.igammac(a, x, name=name)


def betainc(a, b, x, name=None):
    """The regularised incomplete beta function."""
    return special.betainc(a, b, x, name=name)


def lbeta(x, name=None):
    """log |Beta| over the last axis of `x` [..., k]."""
    with scope(name, "lbeta"):
        x = tensor_named(x, None, "x")
        logs = reduce_sum(special.lgamma(x), axis=[-1])
        total = special.lgamma(reduce_sum(x, axis=[-1]))
        return arithmetic.sub(logs, total, name="sub")


def bessel_i0(x, name=None):
    """The modified Bessel function of order 0."""
    with scope(name, "bessel_i0"):
        return special.bessel_i0(x)


def bessel_i0e(x, name=None):
    """e⁻|ˣ| I₀(x)"""
    with scope(name, "bessel_i0e"):
        return special.bessel_i0e(x)


def bessel_i1(x, name=None):
    """The modified Bessel function of order 1."""
    with scope(name, "bessel_i1"):
        return special.bessel_i1(x)


def bessel_i1e(x, name=None):
    """e⁻|ˣ| I₁(x)"""
    with scope(name, "bessel_i1e"):
        return special.bessel_i1e(x)
