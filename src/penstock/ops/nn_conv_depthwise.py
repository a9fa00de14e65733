"""Depthwise convolutions: each channel by filters of its own, and the two gradients.

Inputs are [batch, rows, columns, channels] (`NHWC`) or channels first; filters are
[rows, columns, channels, multiplier].
"""

from __future__ import annotations

from penstock.core.dtypes import FLOATING
from penstock.core.shapes import Dims
from penstock.ir.constant import constant_dims
from penstock.ir.op import op
from penstock.ops import rules
from penstock.ops.nn_conv import (
    convolve,
    declare_gradients,
    filter_gradient,
    input_gradient,
)
from penstock.ops.nn_window import channels_last, explicit_pads, window_outputs


def _depthwise_shape(
    x, filter, *, strides, padding, data_format, dilations, explicit_paddings=(), **_
) -> Dims:
    dims = rules.ranked(x, 4, "input")
    window = rules.ranked(filter, 4, "filter")
    inner, multiplier = window[2], window[3]
    out = None if inner is None or multiplier is None else inner * multiplier
    sizes = window_outputs(
        dims, window[:2], strides, padding, data_format, dilations, explicit_paddings
    )
    if channels_last(data_format):
        return (dims[0], *sizes, out)
    return (dims[0], out, *sizes)


@op(
    "DepthwiseConv2dNative",
    "input: T, filter: T -> output: T",
    shape=_depthwise_shape,
    where={"T": FLOATING},
    slow_in_loops=True,
)
def depthwise_conv2d(
    input, filter, *, strides, padding, explicit_paddings=(), data_format="NHWC",
    dilations=(1, 1, 1, 1),
):  # fmt: skip
    height, width, inner, multiplier = filter.shape
    grouped = filter.reshape(height, width, 1, inner * multiplier)
    pads = explicit_pads(padding, explicit_paddings, data_format)
    return convolve(input, grouped, strides, pads, dilations, data_format, inner)


@op(
    "DepthwiseConv2dNativeBackpropInput",
    "input_sizes: int32, filter: T, out_backprop: T -> output: T",
    shape=lambda input_sizes, *_, **__: constant_dims(input_sizes),
    where={"T": FLOATING},
    static=(0,),
    slow_in_loops=True,
)
def depthwise_backprop_input(
    input_sizes, filter, out_backprop, *, strides, padding, explicit_paddings=(),
    data_format="NHWC", dilations=(1, 1, 1, 1),
):  # fmt: skip
    height, width, inner, multiplier = filter.shape
    grouped = filter.reshape(height, width, 1, inner * multiplier)
    return input_gradient(
        tuple(map(int, input_sizes)), grouped, out_backprop, strides, padding,
        explicit_paddings, data_format, dilations,
    )  # fmt: skip


@op(
    "DepthwiseConv2dNativeBackpropFilter",
    "input: T, filter_sizes: int32, out_backprop: T -> output: T",
    shape=lambda _, filter_sizes, *__, **___: constant_dims(filter_sizes),
    where={"T": FLOATING},
    static=(1,),
    slow_in_loops=True,
)
def depthwise_backprop_filter(
    input, filter_sizes, out_backprop, *, strides, padding, explicit_paddings=(),
    data_format="NHWC", dilations=(1, 1, 1, 1),
):  # fmt: skip
    height, width, inner, multiplier = map(int, filter_sizes)
    grad = filter_gradient(
        input, (height, width, 1, inner * multiplier), out_backprop, strides, padding,
        explicit_paddings, data_format, dilations,
    )  # fmt: skip
    return grad.reshape(height, width, inner, multiplier)


declare_gradients(depthwise_conv2d, depthwise_backprop_input, depthwise_backprop_filter)
