"""Convolutions in two and three dimensions, and the two gradients of each.

Inputs are [batch, *space, channels] (`NHWC`, `NDHWC`) or channels first; filters are
[*window, in, out].
"""

from __future__ import annotations

from penstock.core.dtypes import FLOATING, int32
from penstock.core.errors import ShapeError
from penstock.core.shapes import Dims, show
from penstock.ir.constant import constant_dims
from penstock.ir.op import op
from penstock.ops import rules
from penstock.ops.nn_window import (
    all_pads,
    channels_last,
    explicit_pads,
    spatial,
    window_outputs,
)
from penstock.ops.source import shape as shape_of
from penstock.ops.xla import lax


def _numbers(rank: int, data_format: str) -> tuple[str, str, str]:
    space = "DHW"[3 - rank :]
    data = f"N{space}C" if channels_last(data_format) else f"NC{space}"
    return data, f"{space}IO", data


def convolve(x, w, strides, padding, dilations, data_format, groups=1):
    """The convolution itself: `x` and `w` as above, per-dimension attributes."""
    rank = x.ndim - 2
    return lax.conv_general_dilated(
        x,
        w,
        window_strides=spatial(strides, data_format),
        padding=padding,
        rhs_dilation=spatial(dilations, data_format),
        dimension_numbers=_numbers(rank, data_format),
        feature_group_count=groups,
    )


def _conv_shape(rank: int):
    def rule(
        x,
        filter,
        *,
        strides, padding, data_format, dilations, explicit_paddings=(), **_,
    ) -> Dims:  # fmt: skip
        dims = rules.ranked(x, rank + 2, "input")
        window = rules.ranked(filter, rank + 2, "filter")
        channel = -1 if channels_last(data_format) else 1
        channels = dims[channel]
        if channels is not None and window[-2] and channels % window[-2]:
            raise ShapeError(
                f"The input has {channels} channels (shape {show(dims)}), which is not "
                f"a multiple of the filter's {window[-2]} (shape {show(window)})."
            )
        sizes = window_outputs(
            dims, window[:rank], strides, padding, data_format, dilations,
            explicit_paddings,
        )  # fmt: skip
        if channels_last(data_format):
            return (dims[0], *sizes, window[-1])
        return (dims[0], window[-1], *sizes)

    return rule


def _declare(rank: int, type: str, default_format: str, **extra_attrs):
    """Declare a convolution and its gradients; `Conv2D` or `Conv3D`."""
    ones = (1,) * (rank + 2)
    suffix = "" if rank == 2 else "V2"
    sizes_type = "int32" if rank == 2 else "Tshape"
    where = {"T": FLOATING}

    @op(
        type,
        "input: T, filter: T -> output: T",
        shape=_conv_shape(rank),
        where=where,
        attrs=extra_attrs,
        slow_in_loops=True,
    )
    def conv(
        input, filter, *, strides, padding, explicit_paddings=(),
        data_format=default_format, dilations=ones,
    ):  # fmt: skip
        groups = (
            input.shape[-1 if channels_last(data_format) else 1] // filter.shape[-2]
        )
        pads = explicit_pads(padding, explicit_paddings, data_format)
        return convolve(input, filter, strides, pads, dilations, data_format, groups)

    @op(
        f"{type}BackpropInput{suffix}",
        f"input_sizes: {sizes_type}, filter: T, out_backprop: T -> output: T",
        shape=lambda input_sizes, *_, **__: constant_dims(input_sizes),
        where=where,
        attrs=extra_attrs,
        static=(0,),
        slow_in_loops=True,
    )
    def backprop_input(
        input_sizes, filter, out_backprop, *, strides, padding, explicit_paddings=(),
        data_format=default_format, dilations=ones,
    ):  # fmt: skip
        sizes = tuple(map(int, input_sizes))
        if len(sizes) == rank:  # space alone is allowed: batch and channels follow
            sizes = _completed(sizes, filter, out_backprop, data_format)
        return input_gradient(
            sizes, filter, out_backprop, strides, padding, explicit_paddings,
            data_format, dilations,
        )  # fmt: skip

    @op(
        f"{type}BackpropFilter{suffix}",
        "input: T, filter_sizes: int32, out_backprop: T -> output: T",
        shape=lambda _, filter_sizes, *__, **___: constant_dims(filter_sizes),
        where=where,
        attrs=extra_attrs,
        static=(1,),
        slow_in_loops=True,
    )
    def backprop_filter(
        input, filter_sizes, out_backprop, *, strides, padding, explicit_paddings=(),
        data_format=default_format, dilations=ones,
    ):  # fmt: skip
        return filter_gradient(
            input, tuple(map(int, filter_sizes)), out_backprop, strides, padding,
            explicit_paddings, data_format, dilations,
        )  # fmt: skip

    declare_gradients(conv, backprop_input, backprop_filter)
    return conv, backprop_input, backprop_filter


def declare_gradients(conv, backprop_input, backprop_filter):
    """Each of the three is linear in its two arrays: its gradients are the others."""

    def kept(node):
        names = ("strides", "padding", "explicit_paddings", "data_format", "dilations")
        return {k: node.attrs[k] for k in names}

    @conv.gradient
    def _(node, dy):
        x, w = node.inputs
        return [
            backprop_input(shape_of(x, out_type=int32), w, dy, **kept(node)),
            backprop_filter(x, shape_of(w, out_type=int32), dy, **kept(node)),
        ]

    @backprop_input.gradient
    def _(node, dy):
        _, w, grad = node.inputs
        return [
            None,
            backprop_filter(dy, shape_of(w, out_type=int32), grad, **kept(node)),
            conv(dy, w, **kept(node)),
        ]

    @backprop_filter.gradient
    def _(node, dy):
        x, _, grad = node.inputs
        return [
            backprop_input(shape_of(x, out_type=int32), dy, grad, **kept(node)),
            None,
            conv(x, dy, **kept(node)),
        ]


def _completed(sizes, filter, out_backprop, data_format):
    batch, channels = out_backprop.shape[0], filter.shape[-2]
    if channels_last(data_format):
        return (batch, *sizes, channels)
    return (batch, channels, *sizes)


def input_gradient(
    sizes, filter, dy, strides, padding, explicit, data_format, dilations
):  # fmt: skip
    """d loss/d input [sizes]: a convolution of `dy` with the mirrored filter."""
    rank = len(sizes) - 2
    window = filter.shape[:rank]
    step = spatial(strides, data_format)
    spread = spatial(dilations, data_format)
    pads = all_pads(sizes, window, strides, padding, explicit, data_format, dilations)
    channel = -1 if channels_last(data_format) else 1
    groups = sizes[channel] // filter.shape[-2]
    mirrored = lax.rev(filter, tuple(range(rank)))
    if groups > 1:
        mirrored = _swap_groups(mirrored, groups)
    layout = f"{'DHW'[3 - rank :]}{'IO' if groups > 1 else 'OI'}"
    out_space = spatial(dy.shape, data_format)
    in_space = spatial(sizes, data_format)
    around = []
    for i in range(rank):
        reach = (window[i] - 1) * spread[i] + 1
        before = reach - 1 - pads[i][0]
        grown = (out_space[i] - 1) * step[i] + 1
        after = in_space[i] - grown - before + reach - 1
        around.append((before, after))
    data, _, _ = _numbers(rank, data_format)
    return lax.conv_general_dilated(
        dy, mirrored, window_strides=(1,) * rank, padding=around, lhs_dilation=step,
        rhs_dilation=spread, dimension_numbers=(data, layout, data),
        feature_group_count=groups,
    )  # fmt: skip


def _swap_groups(filter, groups: int):
    """[*window, in/g, out] -> [*window, out/g, in]: each group transposed."""
    *window, inner, out = filter.shape
    split = filter.reshape(*window, inner, groups, out // groups)
    rank = len(window)
    order = (*range(rank), rank + 2, rank + 1, rank)
    return split.transpose(order).reshape(*window, out // groups, groups * inner)


def filter_gradient(
    x, window_sizes, dy, strides, padding, explicit, data_format, dilations
):
    """d loss/d filter [window_sizes]: the input convolved with `dy`, batch summed."""
    rank = x.ndim - 2
    window = window_sizes[:rank]
    step = spatial(strides, data_format)
    spread = spatial(dilations, data_format)
    pads = all_pads(x.shape, window, strides, padding, explicit, data_format, dilations)
    in_space, out_space = spatial(x.shape, data_format), spatial(dy.shape, data_format)
    around = []
    for i in range(rank):
        needed = (out_space[i] - 1) * step[i] + 1 + (window[i] - 1) * spread[i]
        around.append((pads[i][0], needed - in_space[i] - pads[i][0]))
    space = "DHW"[3 - rank :]
    last = channels_last(data_format)
    channel = -1 if last else 1
    groups = x.shape[channel] // window_sizes[-2]
    lhs = f"C{space}N" if last else f"CN{space}"
    rhs = f"I{space}O" if last else f"IO{space}"
    return lax.conv_general_dilated(
        x, dy, window_strides=spread, padding=around, rhs_dilation=step,
        dimension_numbers=(lhs, rhs, f"{space}NC"), batch_group_count=groups,
    )  # fmt: skip


conv2d, conv2d_backprop_input, conv2d_backprop_filter = _declare(
    2, "Conv2D", "NHWC", use_cudnn_on_gpu=True
)
conv3d, conv3d_backprop_input, conv3d_backprop_filter = _declare(3, "Conv3D", "NDHWC")
