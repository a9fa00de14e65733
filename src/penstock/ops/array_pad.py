"""Borders added, blocks moved between space, batch and depth, patches taken."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import INDEX
from penstock.core.errors import ShapeError
from penstock.core.shapes import show
from penstock.ir.constant import constant_value
from penstock.ir.op import TABLE, op
from penstock.ops import rules
from penstock.ops.array import shape_of
from penstock.ops.array_slice import slice_op
from penstock.ops.xla import jax, jnp, lax


def _padded(input, paddings, *_, **__):
    room = constant_value(paddings)
    n = paddings.dims[0] if paddings.dims else None
    if input.dims is None:
        return None if n is None else (None,) * n
    if n is not None and n != len(input.dims):
        raise ShapeError(
            f"Pad: paddings must have shape [{len(input.dims)}, 2] for an input of "
            f"shape {show(input.dims)}, received {show(paddings.dims)}."
        )
    if room is None:
        return (None,) * len(input.dims)
    return tuple(
        None if d is None else d + int(a) + int(b)
        for d, (a, b) in zip(input.dims, room, strict=True)
    )


def _room(paddings):
    return [(int(a), int(b)) for a, b in paddings]


@op(
    "Pad",
    "input: T, paddings: Tpaddings -> output: T",
    shape=_padded,
    where={"Tpaddings": INDEX},
    static=(1,),
    fold=lambda x, room: np.pad(x, _room(room)),
)
def pad(input, paddings):
    return jnp.pad(input, _room(paddings))


def _pad_gradient(node, dy):
    x, paddings = node.inputs[:2]
    room = constant_value(paddings)
    if room is not None:
        begin = np.ascontiguousarray(room[:, 0])
    else:
        begin = TABLE["StridedSlice"](
            paddings, [0, 0], [0, 1], [1, 1],
            begin_mask=1, end_mask=1, shrink_axis_mask=2,
        )  # fmt: skip
    dx = slice_op(dy, begin, shape_of(x, paddings.dtype))
    if len(node.inputs) == 2:
        return dx, None
    return dx, None, None  # TensorFlow gives none for the filling either


pad.gradient(_pad_gradient)


@op(
    "PadV2",
    "input: T, paddings: Tpaddings, constant_values: T -> output: T",
    shape=_padded,
    where={"Tpaddings": INDEX},
    static=(1,),
    fold=lambda x, room, value: np.pad(x, _room(room), constant_values=value),
)
def pad_v2(input, paddings, constant_values):
    return jnp.pad(input, _room(paddings), constant_values=constant_values)


pad_v2.gradient(_pad_gradient)


def _mirror(x, paddings, mode):
    return jnp.pad(x, _room(paddings), mode=mode.lower())


def _mirrored(input, paddings, *, mode, **_):
    out = _padded(input, paddings)
    room = constant_value(paddings)
    if room is None or input.dims is None:
        return out
    spare = 1 if mode == "REFLECT" else 0
    for d, (a, b) in zip(input.dims, room, strict=True):
        if d is not None and max(int(a), int(b)) > d - spare:
            raise ShapeError(
                f"MirrorPad: paddings {room.tolist()} must be at most size - {spare} "
                f"in mode {mode} for shape {show(input.dims)}."
            )
    return out


def _mirrors(x, paddings, *, mode):
    spare = 1 if mode == "REFLECT" else 0
    holds = all(
        max(a, b) <= n - spare
        for n, (a, b) in zip(np.shape(x), _room(paddings), strict=True)
    )
    return holds, f"paddings must be at most the size less {spare} in mode {mode}"


@op(
    "MirrorPad",
    "input: T, paddings: Tpaddings -> output: T",
    shape=_mirrored,
    where={"Tpaddings": INDEX},
    static=(1,),
    guard=_mirrors,
)
def mirror_pad(input, paddings, *, mode):
    return _mirror(input, paddings, mode)


def _unpadded(input, paddings, **_):
    room = constant_value(paddings)
    if input.dims is None or room is None:
        return None if input.dims is None else (None,) * len(input.dims)
    return tuple(
        None if d is None else d - int(a) - int(b)
        for d, (a, b) in zip(input.dims, room, strict=True)
    )


@op(
    "MirrorPadGrad",
    "input: T, paddings: Tpaddings -> output: T",
    shape=_unpadded,
    where={"Tpaddings": INDEX},
    static=(1,),
)
def mirror_pad_grad(input, paddings, *, mode):
    inner = tuple(
        n - a - b for n, (a, b) in zip(input.shape, _room(paddings), strict=True)
    )
    # Mirroring is linear: its transpose adds every copy to its source.
    back = jax.linear_transpose(
        lambda x: _mirror(x, paddings, mode), jax.ShapeDtypeStruct(inner, input.dtype)
    )
    return back(input)[0]


@mirror_pad.gradient
def _(node, dy):
    return mirror_pad_grad(dy, node.inputs[1], mode=node.attrs["mode"]), None


@mirror_pad_grad.gradient
def _(node, dy):
    return mirror_pad(dy, node.inputs[1], mode=node.attrs["mode"]), None


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
    room = [(0, 0), *_room(paddings)] + [(0, 0)] * (np.ndim(input) - 1 - m)
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
    cut = [slice(a, n - b) for n, (a, b) in zip(full, _room(crops), strict=True)]
    return x[(slice(None), *cut)]


@batch_to_space_nd.gradient
def _(node, dy):
    return space_to_batch_nd(dy, *node.inputs[1:]), None, None


def _layout(dims, data_format):
    """Positions of batch, height, width, depth."""
    return (0, 1, 2, 3) if data_format == "NHWC" else (0, 2, 3, 1)


def _deepened(input, *, block_size, data_format="NHWC", **_):
    dims = rules.ranked(input, 4, "The input of space_to_depth")
    _, h, w, d = _layout(dims, data_format)
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
    _, h, w, d = _layout(dims, data_format)
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


def _patch_size(n, k, rate, stride, padding):
    if n is None:
        return None
    span = (k - 1) * rate + 1
    if padding == "VALID":
        return max(0, -(-(n - span + 1) // stride))
    return -(-n // stride)


def _patched(images, *, ksizes, strides, rates, padding, **_):
    b, h, w, c = rules.ranked(images, 4, "The images of extract_image_patches")
    rows, cols = (
        _patch_size(n, ksizes[i], rates[i], strides[i], padding)
        for i, n in ((1, h), (2, w))
    )
    return (b, rows, cols, None if c is None else c * ksizes[1] * ksizes[2])


def _patches(x, ksizes, strides, rates, padding):
    c = x.shape[3]
    out = lax.conv_general_dilated_patches(
        x, ksizes[1:3], strides[1:3], padding, rhs_dilation=rates[1:3],
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        precision=lax.Precision.HIGHEST,
    )  # fmt: skip
    # From [channel, row, column] of a patch to TensorFlow's [row, column, channel].
    b, h, w, _ = out.shape
    out = out.reshape(b, h, w, c, ksizes[1] * ksizes[2])
    return out.swapaxes(3, 4).reshape(b, h, w, -1)


@op("ExtractImagePatches", "images: T -> patches: T", shape=_patched)
def extract_image_patches(images, *, ksizes, strides, rates, padding):
    images = jnp.asarray(images)
    kind = images.dtype
    if not jnp.issubdtype(kind, jnp.floating):
        images = images.astype(jnp.float64)
    return _patches(images, ksizes, strides, rates, padding).astype(kind)


@extract_image_patches.gradient
def _(node, dy):
    attrs = {k: node.attrs[k] for k in ("ksizes", "strides", "rates", "padding")}
    return patches_grad(shape_of(node.inputs[0]), dy, **attrs)


@op(
    "_ExtractImagePatchesGrad",
    "shape: int32, dy: T -> output: T",
    shape=lambda shape, dy, **_: _from_shape(shape),
    static=(0,),
)
def patches_grad(shape, dy, *, ksizes, strides, rates, padding):
    back = jax.linear_transpose(
        lambda x: _patches(x, ksizes, strides, rates, padding),
        jax.ShapeDtypeStruct(tuple(map(int, shape)), dy.dtype),
    )
    return back(dy)[0]


@patches_grad.gradient
def _(node, dy):
    attrs = {k: node.attrs[k] for k in ("ksizes", "strides", "rates", "padding")}
    return None, extract_image_patches(dy, **attrs)


def _from_shape(shape):
    from penstock.ir.constant import constant_dims

    return constant_dims(shape)
