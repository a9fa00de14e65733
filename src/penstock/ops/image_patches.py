"""Patches of images, side by side in the depth of the result."""

from __future__ import annotations

from penstock.ir.constant import constant_dims
from penstock.ir.op import op
from penstock.ops import rules
from penstock.ops.array import shape_of
from penstock.ops.nn_window import window_output
from penstock.ops.xla import jax, jnp, lax


def _patched(images, *, ksizes, strides, rates, padding, **_):
    b, h, w, c = rules.ranked(images, 4, "The images of extract_image_patches")
    rows, cols = (
        window_output(n, ksizes[i], strides[i], rates[i], padding)
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


def _kept(node):
    return {k: node.attrs[k] for k in ("ksizes", "strides", "rates", "padding")}


@extract_image_patches.gradient
def _(node, dy):
    return patches_grad(shape_of(node.inputs[0]), dy, **_kept(node))


@op(
    "_ExtractImagePatchesGrad",
    "shape: int32, dy: T -> output: T",
    shape=lambda shape, dy, **_: constant_dims(shape),
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
    return None, extract_image_patches(dy, **_kept(node))
