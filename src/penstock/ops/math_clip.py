"""`ClipByValue`."""

from __future__ import annotations

from penstock.core.dtypes import NUMBERS
from penstock.core.shapes import Dims
from penstock.ir.op import op
from penstock.ops import rules
from penstock.ops.array import zeros_like
from penstock.ops.math_broadcast import unbroadcast
from penstock.ops.math_comparison import greater, less, logical_or, select
from penstock.ops.xla import jnp


def _clipped(t, low, high, **_) -> Dims:
    rules.broadcasting(t, low)
    rules.broadcasting(t, high)
    return t.dims


@op(
    "ClipByValue", "t: T, clip_value_min: T, clip_value_max: T -> output: T",
    shape=_clipped, where={"T": NUMBERS},
)  # fmt: skip
def clip_by_value(t, low, high):
    return jnp.maximum(jnp.minimum(t, high), low)


@clip_by_value.gradient
def _(node, dy):
    """At a bound the gradient still passes to what was clipped."""
    t, low, high = node.inputs
    zero = zeros_like(dy)
    under, over = less(t, low), greater(t, high)
    gt = select(logical_or(under, over), zero, dy)
    glow, _unused = unbroadcast(low, node.outputs[0], select(under, dy, zero), None)
    ghigh, _unused = unbroadcast(high, node.outputs[0], select(over, dy, zero), None)
    return gt, glow, ghigh
