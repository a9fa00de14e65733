"""`keras.ops`: convolutions beyond the plain one, adaptive pooling, patches."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from penstock.api import array, math
from penstock.api import nn_conv as convs
from penstock.api.scopes import tensor as as_tensor
from penstock.keras.backend_config import image_data_format
from penstock.keras.ops.neural import _all, _layout
from penstock.keras.ops.operands import floating, tensor


def _last(x, data_format):
    """(x with its channels last, how to bring a result back)."""
    if (data_format or image_data_format()) != "channels_first":
        return x, lambda out: out
    rank = len(x.dims)
    back = [0, rank - 1, *range(1, rank - 1)]
    return array.transpose(x, [0, *range(2, rank), 1]), lambda o: array.transpose(
        o, back)  # fmt: skip


def conv_transpose(inputs, kernel, strides=1, padding="valid", output_padding=None,
                   data_format=None, dilation_rate=1):  # fmt: skip
    """The gradient of `conv` as a layer; the kernel is [*window, out, in]."""
    x, back = _last(floating(inputs), data_format)
    w = floating(kernel)
    rank = len(x.dims) - 2
    strides, dilations = _all(strides, rank), _all(dilation_rate, rank)
    more = [None] * rank if output_padding is None else _all(output_padding, rank)
    asked = array.shape(x)
    sizes = []
    for i in range(rank):
        size = x.dims[1 + i] if x.dims[1 + i] is not None else asked[1 + i]
        window = (w.dims[i] - 1) * dilations[i] + 1
        sizes.append(transposed_size(size, window, strides[i], padding, more[i]))
    transpose = [convs.conv1d_transpose, convs.conv2d_transpose,
                 convs.conv3d_transpose][rank - 1]  # fmt: skip
    out = transpose(
        x, w, array.stack([asked[0], *sizes, w.dims[-2]]), strides=strides,
        padding=padding.upper(), data_format=_layout("channels_last", rank),
        dilations=dilations,
    )  # fmt: skip
    known = [n if isinstance(n, int) else None for n in sizes]
    out.set_shape([x.dims[0], *known, w.dims[-2]])
    return back(out)


def transposed_size(size, window: int, stride: int, padding: str, more):
    """How long a transposed convolution makes an axis."""
    if more is not None:
        cut = 2 * (window // 2) if padding == "same" else 0
        return (size - 1) * stride + window - cut + more
    return size * stride + (0 if padding == "same" else max(window - stride, 0))


def depthwise_conv(inputs, kernel, strides=1, padding="valid", data_format=None,
                   dilation_rate=1):  # fmt: skip
    """Each channel by itself with kernel [*window, channels, times]."""
    x, back = _last(floating(inputs), data_format)
    w = floating(kernel)
    flat = len(x.dims) == 3
    if flat:  # a series is a picture of one row
        x, w = array.expand_dims(x, 1), array.expand_dims(w, 0)
    steps, wide = _pairs(strides, flat), _pairs(dilation_rate, flat)
    out = convs.depthwise_conv2d(
        x, w, [1, *steps, 1], padding.upper(), "NHWC", wide
    )  # fmt: skip
    return back(array.squeeze(out, [1]) if flat else out)


def _pairs(value, flat: bool) -> list:
    found = _all(value, 1 if flat else 2)
    return found * 2 if flat else found


def separable_conv(inputs, depthwise_kernel, pointwise_kernel, strides=1,
                   padding="valid", data_format=None, dilation_rate=1):  # fmt: skip
    """`depthwise_conv`, then a convolution of window 1."""
    x, back = _last(floating(inputs), data_format)
    deep = depthwise_conv(x, depthwise_kernel, strides, padding, "channels_last",
                          dilation_rate)  # fmt: skip
    wide = floating(pointwise_kernel)
    flat = array.reshape(wide, wide.dims[-2:])
    return back(math.tensordot(deep, flat, [[-1], [0]]))


def _adaptive(reduce: Callable) -> Callable:
    def pool(inputs, output_size, data_format=None):
        """Each of `output_size` cells holds the entries that it touches."""
        x, back = _last(floating(inputs), data_format)
        sizes = _all(output_size, len(x.dims) - 2)
        for i, count in enumerate(sizes):
            x = _cells(reduce, x, 1 + i, count)
        return back(x)

    return pool


def _cells(reduce: Callable, x, axis: int, count: int):
    """Cell i along `axis` from floor(i·n/count) to ceil((i + 1)·n/count)."""
    n = x.dims[axis]
    if n is None:
        raise ValueError(f"Adaptive pooling needs known sizes. Received: {x.shape}")
    edges = [(i * n // count, -(-(i + 1) * n // count)) for i in range(count)]
    parts = [
        reduce(array.gather(x, np.arange(a, b), axis=axis), axis=axis, keepdims=True)
        for a, b in edges
    ]
    return array.concat(parts, axis)


adaptive_average_pool = _adaptive(math.reduce_mean)
adaptive_max_pool = _adaptive(math.reduce_max)


def depth_to_space(x, block_size, data_format="channels_last"):
    """Channels spread over block_size² places."""
    x, back = _last(tensor(x), data_format)
    return back(array.depth_to_space(x, block_size))


def space_to_depth(x, block_size, data_format="channels_last"):
    """block_size² places gathered into channels."""
    x, back = _last(tensor(x), data_format)
    return back(array.space_to_depth(x, block_size))


def _windows(sizes, kernel, dilation, padding, stride) -> tuple[np.ndarray, list]:
    """(the places each window reads in the padded, flat picture, windows per axis)."""
    count = [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, d, p, s in zip(sizes, kernel, dilation, padding, stride, strict=True)
    ]
    rows, columns = (
        (np.arange(k) * d)[:, None] + np.arange(c) * s
        for k, d, c, s in zip(kernel, dilation, count, stride, strict=True)
    )
    wide = sizes[1] + 2 * padding[1]
    places = rows[:, None, :, None] * wide + columns[None, :, None, :]
    return places.reshape(int(np.prod(kernel)), -1), count


def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    """Windows of pictures [batch, c, h, w] as columns [batch, c·window, windows]."""
    x = tensor(x)
    kernel, dilation, padding, stride = (
        _all(v, 2) for v in (kernel_size, dilation, padding, stride)
    )
    places, _ = _windows(x.dims[2:], kernel, dilation, padding, stride)
    padded = array.pad(x, [[0, 0], [0, 0], [padding[0]] * 2, [padding[1]] * 2])
    flat = array.reshape(padded, [-1, x.dims[1], int(np.prod(padded.dims[2:]))])
    taken = array.gather(flat, places, axis=2)
    return array.reshape(taken, [-1, x.dims[1] * len(places), places.shape[1]])


def fold(x, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Columns put back where `unfold` took them, added where they overlap."""
    x = tensor(x)
    size, kernel, dilation, padding, stride = (
        _all(v, 2) for v in (output_size, kernel_size, dilation, padding, stride)
    )
    places, _ = _windows(size, kernel, dilation, padding, stride)
    channels = x.dims[1] // len(places)
    whole = [n + 2 * p for n, p in zip(size, padding, strict=True)]
    values = array.reshape(x, [-1, channels, places.size])
    first = array.transpose(values, [2, 0, 1])
    summed = math.unsorted_segment_sum(
        first, as_tensor(places.reshape(-1)), int(np.prod(whole))
    )
    flat = array.transpose(summed, [1, 2, 0])
    out = array.reshape(flat, [-1, channels, *whole])
    (top, left), (height, width) = padding, size
    return out[:, :, top : top + height, left : left + width]
