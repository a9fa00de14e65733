"""Pooling with TensorFlow's padding, and the gradients of pooling."""

from __future__ import annotations

import itertools
import math

import numpy as np

from penstock.core.dtypes import FLOATING, REAL
from penstock.core.shapes import Dims
from penstock.ir.constant import constant_dims
from penstock.ir.op import TABLE, op
from penstock.ops import rules
from penstock.ops.nn_window import channels_last, same_pads, spatial, window_outputs
from penstock.ops.source import shape as shape_of
from penstock.ops.xla import jax, jnp, lax


def pooled(
    x, *, ksize, strides, padding, data_format, explicit_paddings=(), **_
) -> Dims:
    """The shape after pooling `x`."""
    dims = rules.ranked(x, len(ksize), "input")
    sizes = window_outputs(
        dims, spatial(ksize, data_format), strides, padding, data_format,
        explicit_paddings=explicit_paddings,
    )  # fmt: skip
    if channels_last(data_format):
        return (dims[0], *sizes, dims[-1])
    return (dims[0], dims[1], *sizes)


def window_pads(
    x, ksize, strides, padding, explicit, data_format
) -> list[tuple[int, int]]:
    """(before, after) for every dimension of `x`."""
    if padding == "VALID":
        return [(0, 0)] * x.ndim
    if padding == "SAME":
        return [
            same_pads(n, k, s, 1)
            for n, k, s in zip(x.shape, ksize, strides, strict=True)
        ]
    return list(zip(explicit[::2], explicit[1::2], strict=True))


def _lowest(dtype):
    if jnp.issubdtype(dtype, jnp.floating):
        return np.array(-np.inf, dtype)
    return np.array(jnp.iinfo(dtype).min, dtype)


def _tiles(x, ksize, strides, pads) -> bool:
    """Whether windows tile the input: no overlap, no padding, nothing left over."""
    return (
        tuple(ksize) == tuple(strides)
        and not any(map(any, pads))
        and all(n % k == 0 for n, k in zip(x.shape, ksize, strict=True))
    )


def _as_tiles(x, ksize):
    """[.., n, ..] -> [.., n/k, k, ..] for each dimension, and the axes of the k."""
    shape: list[int] = []
    axes = []
    for n, k in zip(x.shape, ksize, strict=True):
        shape.append(n // k)
        if k > 1:
            axes.append(len(shape))
            shape.append(k)
    return x.reshape(shape), tuple(axes)


def max_pool_array(x, ksize, strides, pads):
    """The largest of each window."""
    if _tiles(x, ksize, strides, pads):
        tiles, axes = _as_tiles(x, ksize)
        return tiles.max(axis=axes) if axes else x
    return lax.reduce_window(x, _lowest(x.dtype), lax.max, ksize, strides, pads)


def max_pool_gradient(x, y, dy, ksize, strides, pads):
    """`dy` goes to the first largest element of each window, in row-major order."""
    if _tiles(x, ksize, strides, pads):
        return _tiled_gradient(x, y, dy, ksize)
    _, back = jax.vjp(
        lambda x: lax.reduce_window(x, _lowest(x.dtype), lax.max, ksize, strides, pads),
        x,
    )
    return back(dy)[0]


def _tiled_gradient(x, y, dy, ksize):
    """Without overlap: compare position by position, the first hit takes all.

    Several times faster on a CPU than select-and-scatter.
    """
    tiles, axes = _as_tiles(x, ksize)
    sizes = [tiles.shape[a] for a in axes]
    free = jnp.ones(y.shape, bool)
    parts = {}
    for offsets in itertools.product(*map(range, sizes)):
        at: list = [slice(None)] * tiles.ndim
        for a, o in zip(axes, offsets, strict=True):
            at[a] = o
        hit = (tiles[tuple(at)] == y) & free
        free = free & ~hit
        parts[offsets] = jnp.where(hit, dy, jnp.zeros((), dy.dtype))
    stacked = jnp.stack(list(parts.values()))
    stacked = stacked.reshape(*sizes, *y.shape)
    return jnp.moveaxis(stacked, range(len(axes)), axes).reshape(x.shape)


def _max_args(x, ksize, strides, padding, explicit, data_format):
    del data_format  # windows of 1 over batch and channels are in ksize already
    return (
        tuple(ksize),
        tuple(strides),
        window_pads(x, ksize, strides, padding, explicit, ""),
    )


def _declare_max(type: str, default_format: str, spaces: int):
    grad_type = f"{type}Grad"

    @op(type, "input: T -> output: T", shape=pooled, where={"T": REAL})
    def max_pool(
        input, *, ksize, strides, padding, explicit_paddings=(),
        data_format=default_format,
    ):  # fmt: skip
        return max_pool_array(
            input,
            *_max_args(input, ksize, strides, padding, explicit_paddings, data_format),
        )

    @op(
        grad_type,
        "orig_input: T, orig_output: T, grad: T -> output: T",
        shape=rules.same_as(0),
        where={"T": REAL},
    )
    def max_pool_grad(
        orig_input, orig_output, grad, *, ksize, strides, padding, explicit_paddings=(),
        data_format=default_format,
    ):  # fmt: skip
        args = _max_args(
            orig_input, ksize, strides, padding, explicit_paddings, data_format
        )
        return max_pool_gradient(orig_input, orig_output, grad, *args)

    @op(
        f"{type}GradGrad",
        "orig_input: T, orig_output: T, grad: T -> output: T",
        shape=rules.same_as(1),
        where={"T": REAL},
    )
    def max_pool_grad_grad(
        orig_input, orig_output, grad, *, ksize, strides, padding, explicit_paddings=(),
        data_format=default_format,
    ):  # fmt: skip
        args = _max_args(
            orig_input, ksize, strides, padding, explicit_paddings, data_format
        )
        _, back = jax.vjp(
            lambda dy: max_pool_gradient(orig_input, orig_output, dy, *args),
            orig_output,
        )
        return back(grad)[0]

    def keep(node):
        names = ("ksize", "strides", "padding", "explicit_paddings", "data_format")
        return {k: node.attrs[k] for k in names}

    @max_pool.gradient
    def _(node, dy):
        return max_pool_grad(node.inputs[0], node.outputs[0], dy, **keep(node))

    @max_pool_grad.gradient
    def _(node, dy):
        x, y, _ = node.inputs
        zeros = TABLE["ZerosLike"]
        return [zeros(x), zeros(y), max_pool_grad_grad(x, y, dy, **keep(node))]

    @max_pool_grad_grad.gradient
    def _(node, dy):
        x, y, _ = node.inputs
        zeros = TABLE["ZerosLike"]
        return [zeros(x), zeros(y), max_pool_grad(x, y, dy, **keep(node))]

    return max_pool


def _average(x, ksize, strides, padding, explicit=()):
    pads = window_pads(x, ksize, strides, padding, explicit, "")
    if _tiles(x, ksize, strides, pads):
        tiles, axes = _as_tiles(x, ksize)
        return tiles.mean(axis=axes).astype(x.dtype) if axes else x
    zero = np.zeros((), x.dtype)
    total = lax.reduce_window(x, zero, lax.add, ksize, strides, pads)
    if not any(map(any, pads)):
        return total / math.prod(ksize)
    # Padding does not count in TensorFlow's mean.
    ones = np.ones([n if k > 1 else 1 for n, k in zip(x.shape, ksize, strict=True)])
    count = lax.reduce_window(ones.astype(x.dtype), zero, lax.add, ksize, strides, pads)
    return total / count


def _declare_average(type: str, default_format: str):
    @op(type, "value: T -> output: T", shape=pooled, where={"T": FLOATING})
    def avg_pool(value, *, ksize, strides, padding, data_format=default_format):
        return _average(value, tuple(ksize), tuple(strides), padding)

    @op(
        f"{type}Grad",
        "orig_input_shape: int32, grad: T -> output: T",
        shape=lambda orig_input_shape, *_, **__: constant_dims(orig_input_shape),
        where={"T": FLOATING},
        static=(0,),
    )
    def avg_pool_grad(
        orig_input_shape, grad, *, ksize, strides, padding, data_format=default_format
    ):
        x = jnp.zeros(tuple(map(int, orig_input_shape)), grad.dtype)
        _, back = jax.vjp(
            lambda x: _average(x, tuple(ksize), tuple(strides), padding), x
        )
        return back(grad)[0]

    def keep(node):
        return {
            k: node.attrs[k] for k in ("ksize", "strides", "padding", "data_format")
        }

    @avg_pool.gradient
    def _(node, dy):
        sizes = shape_of(node.inputs[0], out_type="int32")
        return avg_pool_grad(sizes, dy, **keep(node))

    @avg_pool_grad.gradient
    def _(node, dy):
        return [None, avg_pool(dy, **keep(node))]

    return avg_pool


max_pool = _declare_max("MaxPool", "NHWC", 2)
max_pool_3d = _declare_max("MaxPool3D", "NDHWC", 3)
avg_pool = _declare_average("AvgPool", "NHWC")
avg_pool_3d = _declare_average("AvgPool3D", "NDHWC")


def _pooled_twice(x, **attrs):
    dims = pooled(x, data_format="NHWC", **attrs)
    return [dims, dims]


@op(
    "MaxPoolWithArgmax",
    "input: T -> output: T, argmax: Targmax",
    shape=_pooled_twice,
    attrs={"Targmax": "int64"},
    where={"T": REAL},
)
def max_pool_with_argmax(
    input, *, ksize, strides, padding, include_batch_in_index=False
):
    """argmax counts elements row-major within an image, or within the batch."""
    pads = window_pads(input, ksize, strides, padding, (), "NHWC")
    index = jnp.arange(input.size, dtype=jnp.int64).reshape(input.shape)
    if not include_batch_in_index:
        index = index % (input.size // input.shape[0])

    def larger(a, b):
        (va, ia), (vb, ib) = a, b
        first = (va > vb) | ((va == vb) & (ia < ib))
        return jnp.where(first, va, vb), jnp.where(first, ia, ib)

    top = np.array(np.iinfo(np.int64).max)
    return lax.reduce_window(
        (input, index), (_lowest(input.dtype), top), larger, ksize, strides, pads
    )


@max_pool_with_argmax.gradient
def _(node, dy, _dargmax):
    keep = {k: node.attrs[k] for k in ("ksize", "strides", "padding")}
    return TABLE["MaxPoolGrad"](node.inputs[0], node.outputs[0], dy, **keep)
