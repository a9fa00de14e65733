"""Convolutions of float32 images on the CPU by oneDNN.

XLA:CPU computes them up to several times slower, and slower still inside a loop. What
the kernels do not take (other types, channels first, empty batches, shapes for which
oneDNN has only its reference code) is left to the ops' plain bodies.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any

import numpy as np

from penstock.kernels import native
from penstock.ops import nn_conv, nn_conv_depthwise, nn_window
from penstock.ops.xla import jax, jnp

_FORWARD, _INPUT, _FILTER = range(3)
Sizes = tuple[int, ...]


def _geometry(x: Sizes, w: Sizes, attrs: dict[str, Any]) -> tuple[Sizes, Sizes]:
    """(strides, dilations, pads before, pads after, groups) and the output's size."""
    layout = attrs["data_format"]
    strides = nn_window.spatial(attrs["strides"], layout)
    dilations = nn_window.spatial(attrs["dilations"], layout)
    pads: Any = nn_window.all_pads(
        x, w[:2], attrs["strides"], attrs["padding"], attrs["explicit_paddings"],
        layout, attrs["dilations"],
    )  # fmt: skip
    before, after = zip(*pads, strict=True)
    space = (
        (n + sum(pad) - (k - 1) * d - 1) // s + 1
        for n, k, s, d, pad in zip(x[1:3], w, strides, dilations, pads, strict=False)
    )
    groups = x[3] // w[2] if w[2] else 0
    numbers = (*strides, *dilations, *before, *after, groups)
    return tuple(map(int, numbers)), (x[0], *space, w[3])


@functools.lru_cache(4096)
def implementation(kind: int, x: Sizes, w: Sizes, y: Sizes, geometry: Sizes) -> str:
    """What oneDNN runs for these shapes; empty where it has nothing."""
    name = ctypes.create_string_buffer(128)

    def array(values):
        return (ctypes.c_int64 * len(values))(*values)

    native.library().conv_implementation(
        kind, array(x), array(w), array(y), array(geometry), name, ctypes.c_int64(128)
    )
    return name.value.decode()


def _takes(kind: int, x: Sizes, w: Sizes, arrays, attrs: dict[str, Any]) -> bool:
    if attrs["data_format"] != "NHWC" or any(a.dtype != np.float32 for a in arrays):
        return False
    sizes = (*x, *w)
    if len(sizes) != 8 or None in sizes or 0 in sizes or x[3] % w[2]:
        return False
    geometry, y = _geometry(x, w, attrs)
    if min(y) <= 0 or w[3] % geometry[-1] or not native.available():
        return False
    name = implementation(kind, x, w, y, geometry)
    return name != "" and not name.startswith("ref")


def _call(handler: str, out: Sizes, a, b, geometry: Sizes):
    call = jax.ffi.ffi_call(
        native.target(handler),
        jax.ShapeDtypeStruct(out, jnp.float32),
        vmap_method="sequential",
    )
    return call(a, b, geometry=np.array(geometry, np.int64))


def _forward(x, w, attrs):
    geometry, out = _geometry(x.shape, w.shape, attrs)
    return _call("conv_forward", out, x, w, geometry)


def _input_gradient(sizes: Sizes, w, dy, attrs):
    geometry, _ = _geometry(sizes, w.shape, attrs)
    return _call("conv_input_gradient", sizes, w, dy, geometry)


def _filter_gradient(x, sizes: Sizes, dy, attrs):
    geometry, _ = _geometry(x.shape, sizes, attrs)
    return _call("conv_filter_gradient", sizes, x, dy, geometry)


def _as_groups(window: Sizes) -> Sizes:
    """Depthwise [height, width, in, multiplier] -> [height, width, 1, out]."""
    return (*window[:2], 1, window[2] * window[3])


def _ints(sizes) -> Sizes:
    return tuple(map(int, sizes))


def _takes_forward(input, filter, **attrs) -> bool:
    return _takes(_FORWARD, input.shape, filter.shape, (input, filter), attrs)


def _takes_input(input_sizes, filter, out_backprop, **attrs) -> bool:
    arrays = (filter, out_backprop)
    return _takes(_INPUT, _ints(input_sizes), filter.shape, arrays, attrs)


def _takes_filter(input, filter_sizes, out_backprop, **attrs) -> bool:
    arrays = (input, out_backprop)
    return _takes(_FILTER, input.shape, _ints(filter_sizes), arrays, attrs)


@nn_conv.conv2d.kernel("cpu", takes=_takes_forward)
def _(input, filter, **attrs):
    return _forward(input, filter, attrs)


@nn_conv.conv2d_backprop_input.kernel("cpu", takes=_takes_input)
def _(input_sizes, filter, out_backprop, **attrs):
    return _input_gradient(_ints(input_sizes), filter, out_backprop, attrs)


@nn_conv.conv2d_backprop_filter.kernel("cpu", takes=_takes_filter)
def _(input, filter_sizes, out_backprop, **attrs):
    return _filter_gradient(input, _ints(filter_sizes), out_backprop, attrs)


def _depthwise_forward(input, filter, **attrs) -> bool:
    groups = _as_groups(filter.shape)
    return _takes(_FORWARD, input.shape, groups, (input, filter), attrs)


def _depthwise_input(input_sizes, filter, out_backprop, **attrs) -> bool:
    arrays, groups = (filter, out_backprop), _as_groups(filter.shape)
    return _takes(_INPUT, _ints(input_sizes), groups, arrays, attrs)


def _depthwise_filter(input, filter_sizes, out_backprop, **attrs) -> bool:
    arrays, groups = (input, out_backprop), _as_groups(_ints(filter_sizes))
    return _takes(_FILTER, input.shape, groups, arrays, attrs)


@nn_conv_depthwise.depthwise_conv2d.kernel("cpu", takes=_depthwise_forward)
def _(input, filter, **attrs):
    return _forward(input, filter.reshape(_as_groups(filter.shape)), attrs)


@nn_conv_depthwise.depthwise_backprop_input.kernel("cpu", takes=_depthwise_input)
def _(input_sizes, filter, out_backprop, **attrs):
    grouped = filter.reshape(_as_groups(filter.shape))
    return _input_gradient(_ints(input_sizes), grouped, out_backprop, attrs)


@nn_conv_depthwise.depthwise_backprop_filter.kernel("cpu", takes=_depthwise_filter)
def _(input, filter_sizes, out_backprop, **attrs):
    window = _ints(filter_sizes)
    grad = _filter_gradient(input, _as_groups(window), out_backprop, attrs)
    return grad.reshape(window)
