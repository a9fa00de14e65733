"""Blocks moved between space, batch and depth."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import INDEX
from penstock.core.errors import ShapeError
from penstock.ir.constant import constant_value
from penstock.ir.op import op
from penstock.ops import rules
from penstock.ops.array_pad import pairs
from penstock.ops.xla import jnp


def _outer_dims(dims, block, block_shape, scaled):
    """What is known where the borders are not: batch, and what follows the blocks."""
    count = block_shape.dims[0] if block_shape.dims else None
    if count is None:
        return (None,) * len(dims)
    known = block is not None and dims[0] is not None
    batch = scaled(dims[0], int(np.prod(np.asarray(block)))) if known else None
    return (batch, *[None] * count, *dims[count + 1 :])


def _space_batched(input, block_shape, paddings, **_):
    block, room = constant_value(block_shape), constant_value(paddings)
    if input.dims is None:
        return None
    if block is None or room is None:
        return _outer_dims(input.dims, block, block_shape, lambda b, n: b * n)
    out = list(input.dims)
    if out[0] is not None:
        out[0] *= int(np.prod(block))
    for i, (b, (before, after)) in enumerate(zip(block, room, strict=True)):
        if out[i + 1] is not None:
            full = out[i + 1] + int(before) + int(after)  # type: ignore[operator]
            if full % int(b):
                raise ShapeError(
                    f"SpaceToBatchND: padded size {full} of dimension {i + 1} must be "
                    f"a multiple of the block {int(b)}."
                )
            out[i + 1] = full // int(b)
    return tuple(out)


@op(
    "SpaceToBatchND",
    "input: T, block_shape: Tblock_shape, paddings: Tpaddings -> output: T",
    shape=_space_batched,
    where={"Tblock_shape": INDEX, "Tpaddings": INDEX},
    static=(1, 2),
)
def space_to_batch_nd(input, block_shape, paddings):
    block = [int(b) for b in block_shape]
    m = len(block)
    room = [(0, 0), *pairs(paddings)] + [(0, 0)] * (np.ndim(input) - 1 - m)
    x = jnp.pad(input, room)
    batch, rest = x.shape[0], x.shape[m + 1 :]
    parts = [n for i, b in enumerate(block) for n in (x.shape[i + 1] // b, b)]
    x = x.reshape(batch, *parts, *rest)
    order = [
        *range(2, 2 * m + 1, 2), 0, *range(1, 2 * m, 2), *range(2 * m + 1, x.ndim)
    ]  # fmt: skip
    x = x.transpose(order)
    return x.reshape(batch * int(np.prod(block)), *parts[::2], *rest)


@space_to_batch_nd.gradient
def _(node, dy):
    return batch_to_space_nd(dy, *node.inputs[1:]), None, None


def _batch_spaced(input, block_shape, crops, **_):
    block, room = constant_value(block_shape), constant_value(crops)
    if input.dims is None:
        return None
    if block is None or room is None:
        return _outer_dims(input.dims, block, block_shape, lambda b, n: b // n)
    out: list[Any] = list(input.dims)
    if out[0] is not None:
        out[0] //= int(np.prod(block))
    for i, (b, (before, after)) in enumerate(zip(block, room, strict=True)):
        if out[i + 1] is not None:
            out[i + 1] = out[i + 1] * int(b) - int(before) - int(after)
    return tuple(out)


@op(
    "BatchToSpaceND",
    "input: T, block_shape: Tblock_shape, crops: Tcrops -> output: T",
    shape=_batch_spaced,
    where={"Tblock_shape": INDEX, "Tcrops": INDEX},
    static=(1, 2),
)
def batch_to_space_nd(input, block_shape, crops):
    block = [int(b) for b in block_shape]
    m = len(block)
    x = jnp.asarray(input)
    batch, space, rest = x.shape[0], x.shape[1 : m + 1], x.shape[m + 1 :]
    x = x.reshape(*block, batch // int(np.prod(block)), *space, *rest)
    order = [m]
    for i in range(m):
        order += [m + 1 + i, i]
    x = x.transpose([*order, *range(2 * m + 1, x.ndim)])
    full = [n * b for n, b in zip(space, block, strict=True)]
    x = x.reshape(x.shape[0], *full, *rest)
    cut = [slice(a, n - b) for n, (a, b) in zip(full, pairs(crops), strict=True)]
    return x[(slice(None), *cut)]


@batch_to_space_nd.gradient
def _(node, dy):
    return space_to_batch_nd(dy, *node.inputs[1:]), None, None


def _layout(data_format):
    """Positions of batch, height, width, depth."""
    return (0, 1, 2, 3) if data_format == "NHWC" else (0, 2, 3, 1)


def _deepened(input, *, block_size, data_format="NHWC", **_):
    dims = rules.ranked(input, 4, "The input of space_to_depth")
    _, h, w, d = _layout(data_format)
    out = list(dims)
    for axis in (h, w):
        if dims[axis] is not None:
            if dims[axis] % block_size:
                raise ShapeError(
                    f"space_to_depth: size {dims[axis]} must be a multiple of the "
                    f"block {block_size}."
                )
            out[axis] = dims[axis] // block_size
    if dims[d] is not None:
        out[d] = dims[d] * block_size**2
    return tuple(out)


def _in_nhwc(body):
    def wrapped(input, *, block_size, data_format="NHWC"):
        if data_format == "NHWC":
            return body(jnp.asarray(input), block_size)
        moved = jnp.transpose(input, (0, 2, 3, 1))
        return jnp.transpose(body(moved, block_size), (0, 3, 1, 2))

    return wrapped


@_in_nhwc
def _to_depth(x, n):
    b, h, w, c = x.shape
    x = x.reshape(b, h // n, n, w // n, n, c).transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(b, h // n, w // n, n * n * c)


@_in_nhwc
def _to_space(x, n):
    b, h, w, c = x.shape
    x = x.reshape(b, h, w, n, n, c // (n * n)).transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(b, h * n, w * n, c // (n * n))


space_to_depth = op("SpaceToDepth", "input: T -> output: T", shape=_deepened)(_to_depth)


def _flattened(input, *, block_size, data_format="NHWC", **_):
    dims = rules.ranked(input, 4, "The input of depth_to_space")
    _, h, w, d = _layout(data_format)
    out = list(dims)
    for axis in (h, w):
        out[axis] = None if dims[axis] is None else dims[axis] * block_size
    if dims[d] is not None:
        if dims[d] % block_size**2:
            raise ShapeError(
                f"depth_to_space: depth {dims[d]} must be a multiple of the block's "
                f"square, {block_size**2}."
            )
        out[d] = dims[d] // block_size**2
    return tuple(out)


depth_to_space = op("DepthToSpace", "input: T -> output: T", shape=_flattened)(
    _to_space
)


def _block_attrs(node):
    return {k: node.attrs[k] for k in ("block_size", "data_format")}


@space_to_depth.gradient
def _(node, dy):
    return depth_to_space(dy, **_block_attrs(node))


@depth_to_space.gradient
def _(node, dy):
    return space_to_depth(dy, **_block_attrs(node))
