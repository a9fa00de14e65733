"""Grey-scale dilation: the largest of window plus filter, channel by channel."""

from __future__ import annotations

from typing import Any

from penstock.core.dtypes import REAL
from penstock.core.shapes import Dims
from penstock.ir.op import op
from penstock.ops import rules
from penstock.ops.nn_window import same_pads, window_output
from penstock.ops.xla import jax, jnp, lax


def _shape(input, filter, *, strides, rates, padding, **_) -> Dims:
    dims = rules.ranked(input, 4, "input")
    window = rules.ranked(filter, 3, "filter")
    sizes = tuple(
        window_output(dims[i + 1], window[i], strides[i + 1], rates[i + 1], padding)
        for i in range(2)
    )
    return (dims[0], *sizes, dims[3])


def _dilate(x, w, strides, rates, padding):
    """max over the window of x + w; padding counts as minus infinity."""
    lowest = jnp.finfo(x.dtype).min if jnp.issubdtype(x.dtype, jnp.floating) else (
        jnp.iinfo(x.dtype).min
    )  # fmt: skip
    pads = [
        same_pads(x.shape[i + 1], w.shape[i], strides[i + 1], rates[i + 1])
        if padding == "SAME"
        else (0, 0)
        for i in range(2)
    ]
    padded = jnp.pad(x, [(0, 0), *pads, (0, 0)], constant_values=lowest)
    sizes = [
        window_output(x.shape[i + 1], w.shape[i], strides[i + 1], rates[i + 1], padding)
        for i in range(2)
    ]
    best: Any = None
    for row in range(w.shape[0]):
        for column in range(w.shape[1]):
            first = (row * rates[1], column * rates[2])
            last = [first[i] + (sizes[i] - 1) * strides[i + 1] + 1 for i in range(2)]
            part = lax.slice(
                padded, (0, *first, 0), (x.shape[0], *last, x.shape[3]),
                (1, strides[1], strides[2], 1),
            )  # fmt: skip
            moved = part + w[row, column]
            # Of equal ones the first counts, as in TensorFlow's gradient.
            best = moved if best is None else jnp.where(moved > best, moved, best)
    return best


@op("Dilation2D", "input: T, filter: T -> output: T", shape=_shape, where={"T": REAL})
def dilation2d(input, filter, *, strides, rates, padding):
    return _dilate(input, filter, strides, rates, padding)


@op(
    "Dilation2DBackpropInput",
    "input: T, filter: T, out_backprop: T -> in_backprop: T",
    shape=rules.same_as(0),
    where={"T": REAL},
)
def dilation2d_backprop_input(input, filter, out_backprop, *, strides, rates, padding):
    _, back = jax.vjp(lambda x: _dilate(x, filter, strides, rates, padding), input)
    return back(out_backprop)[0]


@op(
    "Dilation2DBackpropFilter",
    "input: T, filter: T, out_backprop: T -> filter_backprop: T",
    shape=rules.same_as(1),
    where={"T": REAL},
)
def dilation2d_backprop_filter(input, filter, out_backprop, *, strides, rates, padding):
    _, back = jax.vjp(lambda w: _dilate(input, w, strides, rates, padding), filter)
    return back(out_backprop)[0]


@dilation2d.gradient
def _(node, dy):
    keep = {k: node.attrs[k] for k in ("strides", "rates", "padding")}
    x, w = node.inputs
    return [
        dilation2d_backprop_input(x, w, dy, **keep),
        dilation2d_backprop_filter(x, w, dy, **keep),
    ]
