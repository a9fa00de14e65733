"""Complex numbers: their parts and their making."""

from __future__ import annotations

from penstock.core.dtypes import (
    COMPLEX,
    FLOATING,
    complex64,
    complex128,
    float32,
    float64,
)
from penstock.ir.op import op
from penstock.ops.array import zeros_like
from penstock.ops.math_arithmetic import broadcasting, mul, neg, real_div
from penstock.ops.math_broadcast import unbroadcast
from penstock.ops.math_elementwise import sign
from penstock.ops.rules import same_as
from penstock.ops.xla import jnp

PART = "input: T -> output: Tout"
PARTS_OF = {"T": COMPLEX}


def _complex(x, y):
    wide = x.dtype.base_dtype is float64
    return complex_(x, y, Tout=complex128 if wide else complex64)


@op(
    "Complex", "real: T, imag: T -> out: Tout", shape=broadcasting,
    where={"T": FLOATING[2:], "Tout": COMPLEX},
)  # fmt: skip
def complex_(real, imag, *, Tout=complex64):
    return (jnp.asarray(real) + 1j * jnp.asarray(imag)).astype(Tout.np)


@complex_.gradient
def _(node, dy):
    x, y = node.inputs
    kind = x.dtype.base_dtype
    return unbroadcast(x, y, real_(dy, Tout=kind), imag_(dy, Tout=kind))


@op("Real", PART, shape=same_as(0), where=PARTS_OF)
def real_(x, *, Tout=float32):
    return jnp.real(x).astype(Tout.np)


@real_.gradient
def _(node, dy):
    return _complex(dy, zeros_like(dy))


@op("Imag", PART, shape=same_as(0), where=PARTS_OF)
def imag_(x, *, Tout=float32):
    return jnp.imag(x).astype(Tout.np)


@imag_.gradient
def _(node, dy):
    return _complex(zeros_like(dy), dy)


@op("Conj", "input: T -> output: T", shape=same_as(0))
def conj_(x):
    return jnp.conj(x)


@conj_.gradient
def _(node, dy):
    return conj_(dy)


@op("ComplexAbs", "x: T -> y: Tout", shape=same_as(0), where=PARTS_OF)
def complex_abs(x, *, Tout=float32):
    return jnp.abs(x).astype(Tout.np)


@complex_abs.gradient
def _(node, dy):
    return mul(_complex(dy, zeros_like(dy)), sign(node.inputs[0]))


@op("Angle", PART, shape=same_as(0), where=PARTS_OF)
def angle_(x, *, Tout=float32):
    return jnp.angle(x).astype(Tout.np)


@angle_.gradient
def _(node, dy):
    z = node.inputs[0]
    kind = node.outputs[0].dtype
    turned = _complex(imag_(z, Tout=kind), real_(z, Tout=kind))
    wide = _complex(dy, zeros_like(dy))
    return neg(real_div(wide, turned))
