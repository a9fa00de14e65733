"""Running sums and products along an axis."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import FLOATING, NUMBERS
from penstock.ir.constant import constant_value
from penstock.ir.op import TABLE, op
from penstock.ops import rules
from penstock.ops.math_arithmetic import div_no_nan, mul, neg, sub
from penstock.ops.math_comparison import greater, less, select
from penstock.ops.math_elementwise import exp, log
from penstock.ops.xla import jnp, lax

RUNNING = "x: T, axis: Tidx -> out: T"


def _shape(x, axis, **_):
    value = constant_value(axis)
    if x.dims is not None and value is not None:
        rules.axis_in(int(value), len(x.dims), "axis")
    return x.dims


def _run(accumulate, x, axis, exclusive: bool, reverse: bool, start):
    x = jnp.asarray(x)
    axis = rules.axis_in(int(axis), x.ndim, "axis")
    if reverse:
        x = jnp.flip(x, axis)
    if exclusive and x.shape[axis]:
        first = jnp.full_like(lax.slice_in_dim(x, 0, 1, axis=axis), start)
        rest = lax.slice_in_dim(x, 0, x.shape[axis] - 1, axis=axis)
        x = jnp.concatenate([first, rest], axis)
    out = accumulate(x, axis)
    return jnp.flip(out, axis) if reverse else out


@op("Cumsum", RUNNING, shape=_shape, static=(1,), where={"T": NUMBERS})
def cumsum(x, axis, *, exclusive=False, reverse=False):
    def accumulate(x, axis):
        return jnp.cumsum(x, axis, dtype=x.dtype)

    return _run(accumulate, x, axis, exclusive, reverse, 0)


@cumsum.gradient
def _(node, dy):
    attrs = node.attrs
    back = cumsum(
        dy, node.inputs[1], exclusive=attrs["exclusive"], reverse=not attrs["reverse"]
    )
    return back, None


@op("Cumprod", RUNNING, shape=_shape, static=(1,), where={"T": NUMBERS})
def cumprod(x, axis, *, exclusive=False, reverse=False):
    def accumulate(x, axis):
        return jnp.cumprod(x, axis, dtype=x.dtype)

    return _run(accumulate, x, axis, exclusive, reverse, 1)


@cumprod.gradient
def _(node, dy):
    x, axis = node.inputs
    out = node.outputs[0]
    attrs = node.attrs
    total = cumsum(
        mul(out, dy), axis,
        exclusive=attrs["exclusive"], reverse=not attrs["reverse"],
    )  # fmt: skip
    return div_no_nan(total, x), None


@op("CumulativeLogsumexp", RUNNING, shape=_shape, static=(1,), where={"T": FLOATING})
def cumulative_logsumexp(x, axis, *, exclusive=False, reverse=False):
    def accumulate(x, axis):
        return lax.cumlogsumexp(x, axis)

    return _run(accumulate, x, axis, exclusive, reverse, -np.inf)


@cumulative_logsumexp.gradient
def _(node, dy):
    x, axis = node.inputs
    attrs = node.attrs
    out = node.outputs[0]

    def part(weights):
        """exp(x) times the running sum, from the other end, of weights / exp(out)."""
        logs = sub(log(weights), out)
        return exp(
            TABLE["AddV2"](
                cumulative_logsumexp(
                    logs, axis,
                    exclusive=attrs["exclusive"], reverse=not attrs["reverse"],
                ),
                x,
            )
        )  # fmt: skip

    zero = TABLE["ZerosLike"](dy)
    positive = select(greater(dy, zero), dy, zero)
    negative = select(less(dy, zero), neg(dy), zero)
    return sub(part(positive), part(negative)), None
