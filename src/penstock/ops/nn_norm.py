"""Normalisation: local response, and fused batch normalisation."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import FLOATING, float32
from penstock.core.shapes import merge
from penstock.ir.op import op
from penstock.ops import rules
from penstock.ops.xla import jax, jnp, lax


def _lrn(x, depth_radius, bias, alpha, beta):
    """x / (bias + alpha * sum of squares over 2r+1 neighbouring channels)^beta."""
    around = [(0, 0)] * (x.ndim - 1) + [(depth_radius, depth_radius)]
    window = (1,) * (x.ndim - 1) + (2 * depth_radius + 1,)
    zero = np.zeros((), x.dtype)
    squares = lax.reduce_window(x * x, zero, lax.add, window, (1,) * x.ndim, around)
    return (x / jnp.power(bias + alpha * squares, beta)).astype(x.dtype)


@op("LRN", "input: T -> output: T", shape=rules.same_as(0), where={"T": FLOATING})
def lrn(input, *, depth_radius=5, bias=1.0, alpha=1.0, beta=0.5):
    """Krizhevsky et al. (2012)."""
    return _lrn(input, depth_radius, bias, alpha, beta)


@op(
    "LRNGrad",
    "input_grads: T, input_image: T, output_image: T -> output: T",
    shape=rules.same_as(0),
    where={"T": FLOATING},
)
def lrn_grad(
    input_grads, input_image, output_image, *, depth_radius=5, bias=1.0, alpha=1.0,
    beta=0.5,
):  # fmt: skip
    _, back = jax.vjp(lambda x: _lrn(x, depth_radius, bias, alpha, beta), input_image)
    return back(input_grads)[0]


@lrn.gradient
def _(node, dy):
    keep = {k: node.attrs[k] for k in ("depth_radius", "bias", "alpha", "beta")}
    return lrn_grad(dy, node.inputs[0], node.outputs[0], **keep)


def _batch_norm_shape(x, scale, offset, mean, variance, *, data_format="NHWC", **_):
    dims = rules.at_least(x, 4, "x")
    channels = (None,) if dims is None else (dims[_channel(data_format)],)
    for tensor in (scale, offset):
        channels = merge(channels, rules.ranked(tensor, 1, "scale and offset"))
    return [dims, channels, channels, channels, channels, None]


def _channel(data_format: str) -> int:
    return -1 if data_format[-1] == "C" else 1


def _layout(x, data_format: str):
    """(axes to reduce, shape that spreads a channel vector over `x`)."""
    channel = _channel(data_format) % x.ndim
    axes = tuple(a for a in range(x.ndim) if a != channel)
    return axes, tuple(-1 if a == channel else 1 for a in range(x.ndim))


@op(
    "FusedBatchNormV3",
    "x: T, scale: U, offset: U, mean: U, variance: U -> y: T, batch_mean: U, "
    "batch_variance: U, reserve_space_1: U, reserve_space_2: U, reserve_space_3: U",
    shape=_batch_norm_shape,
    where={"T": FLOATING, "U": (float32,)},
)
def fused_batch_norm(
    x, scale, offset, mean, variance, *, epsilon=1e-4, exponential_avg_factor=1.0,
    data_format="NHWC", is_training=True,
):  # fmt: skip
    """Ioffe and Szegedy (2015). Statistics are float32 and taken in one pass.

    batch_variance is the unbiased one, mixed into `variance` by
    `exponential_avg_factor`; reserve_space_1 and _2 are mean and biased variance (the
    given ones when not training).
    """
    axes, spread = _layout(x, data_format)
    wide = x.astype(jnp.float32)
    if is_training:
        count = x.size // scale.size
        average = jnp.mean(wide, axis=axes)
        spread_out = jnp.maximum(
            jnp.mean(wide * wide, axis=axes) - average * average, 0
        )
        unbiased = spread_out * (count / max(count - 1, 1))
        new_mean, new_variance = average, unbiased
        if exponential_avg_factor != 1.0:
            keep = 1 - exponential_avg_factor
            new_mean = mean * keep + average * exponential_avg_factor
            new_variance = variance * keep + unbiased * exponential_avg_factor
    else:
        average, spread_out = mean, variance
        new_mean, new_variance = mean, variance
    factor = scale * lax.rsqrt(spread_out + epsilon)
    shift = offset - average * factor
    y = (wide * factor.reshape(spread) + shift.reshape(spread)).astype(x.dtype)
    empty = jnp.zeros((0,), jnp.float32)
    return y, new_mean, new_variance, average, spread_out, empty


@op(
    "FusedBatchNormGradV3",
    "y_backprop: T, x: T, scale: float32, reserve_space_1: U, reserve_space_2: U, "
    "reserve_space_3: U -> x_backprop: T, scale_backprop: U, offset_backprop: U, "
    "reserve_space_4: U, reserve_space_5: U",
    shape=lambda y_backprop, x, scale, *_, **__: [
        merge(y_backprop.dims, x.dims), scale.dims, scale.dims, (0,), (0,),
    ],
    where={"T": FLOATING, "U": (float32,)},
)  # fmt: skip
def fused_batch_norm_grad(
    y_backprop, x, scale, reserve_space_1, reserve_space_2, reserve_space_3,
    *, epsilon=1e-4, data_format="NHWC", is_training=True,
):  # fmt: skip
    """From two sums over the batch: of dy, and of dy times the normalised input."""
    axes, spread = _layout(x, data_format)
    dy = y_backprop.astype(jnp.float32)
    inverse = lax.rsqrt(reserve_space_2 + epsilon)
    centred = x.astype(jnp.float32) - reserve_space_1.reshape(spread)
    normal = centred * inverse.reshape(spread)
    sum_dy = jnp.sum(dy, axis=axes)
    sum_dy_normal = jnp.sum(dy * normal, axis=axes)
    dx = dy
    if is_training:
        count = x.size // scale.size
        dx = (
            dy
            - (sum_dy.reshape(spread) + normal * sum_dy_normal.reshape(spread)) / count
        )
    dx = dx * (scale * inverse).reshape(spread)
    empty = jnp.zeros((0,), jnp.float32)
    return dx.astype(x.dtype), sum_dy_normal, sum_dy, empty, empty


@fused_batch_norm.gradient
def _(node, dy, *_):
    x, scale = node.inputs[0], node.inputs[1]
    keep = {k: node.attrs[k] for k in ("epsilon", "data_format", "is_training")}
    mean, variance = node.outputs[3], node.outputs[4]
    dx, dscale, doffset, _, _ = fused_batch_norm_grad(
        dy, x, scale, mean, variance, node.outputs[5], **keep
    )
    return [dx, dscale, doffset, None, None]
