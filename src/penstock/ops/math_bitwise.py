"""Integers bit by bit."""

from __future__ import annotations

from penstock.core.dtypes import (
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
)
from penstock.ir.op import STOPS, op
from penstock.ops.math_arithmetic import BINARY, broadcasting
from penstock.ops.rules import same_as
from penstock.ops.xla import jnp

WHOLE = {"T": (int8, int16, int32, int64, uint8, uint16, uint32, uint64)}


@op("BitwiseAnd", BINARY, shape=broadcasting, gradient=STOPS, where=WHOLE)
def bitwise_and(x, y):
    return jnp.bitwise_and(x, y)


@op("BitwiseOr", BINARY, shape=broadcasting, gradient=STOPS, where=WHOLE)
def bitwise_or(x, y):
    return jnp.bitwise_or(x, y)


@op("BitwiseXor", BINARY, shape=broadcasting, gradient=STOPS, where=WHOLE)
def bitwise_xor(x, y):
    return jnp.bitwise_xor(x, y)


@op("Invert", shape=same_as(0), gradient=STOPS, where=WHOLE)
def invert(x):
    return jnp.bitwise_not(x)


def _within(x, y):
    """Shifts past the ends stop there: what lies beyond is not defined elsewhere."""
    return jnp.clip(y, 0, x.dtype.itemsize * 8 - 1).astype(y.dtype)


@op("LeftShift", BINARY, shape=broadcasting, gradient=STOPS, where=WHOLE)
def left_shift(x, y):
    return jnp.left_shift(x, _within(jnp.asarray(x), jnp.asarray(y)))


@op("RightShift", BINARY, shape=broadcasting, gradient=STOPS, where=WHOLE)
def right_shift(x, y):
    return jnp.right_shift(x, _within(jnp.asarray(x), jnp.asarray(y)))
