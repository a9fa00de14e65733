"""Resizing with kernels that widen when a picture shrinks, as `ScaleAndTranslate`."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import REAL
from penstock.ir.constant import constant_value
from penstock.ir.op import op
from penstock.ops import rules
from penstock.ops.array import shape_of
from penstock.ops.xla import jnp


def _cubic(a: float, b: float):
    """The cubic family of Mitchell and Netravali (1988) as (B, C) = (a, b)."""

    def kernel(x):
        near = ((12 - 9 * a - 6 * b) * x + (-18 + 12 * a + 6 * b)) * x * x + 6 - 2 * a
        far = (((-a - 6 * b) * x + 6 * a + 30 * b) * x - 12 * a - 48 * b) * x
        far = far + 8 * a + 24 * b
        return np.where(x < 1, near, np.where(x < 2, far, 0)) / 6

    return kernel


def _lanczos(radius: int):
    def kernel(x):
        return np.where(x < radius, np.sinc(x) * np.sinc(x / radius), 0)

    return kernel


def _gaussian(x):
    radius = 1.5
    return np.where(x < radius, np.exp(-np.square(x) / (2 * (radius / 3) ** 2)), 0)


#: Kernel (of distances >= 0) and its radius.
_KERNELS: dict[str, tuple[Any, float]] = {
    "lanczos1": (_lanczos(1), 1), "lanczos3": (_lanczos(3), 3),
    "lanczos5": (_lanczos(5), 5), "gaussian": (_gaussian, 1.5),
    "box": (lambda x: np.where(x < 0.5, 1.0, np.where(x == 0.5, 0.5, 0.0)), 1),
    "triangle": (lambda x: np.maximum(1 - x, 0), 1),
    "keyscubic": (_cubic(0, 0.5), 2), "mitchellcubic": (_cubic(1 / 3, 1 / 3), 2),
}  # fmt: skip


def weights(
    n: int, m: int, scale: float, translation: float, kernel: str, antialias: bool
) -> np.ndarray:
    """How much of each of `n` inputs is in each of `m` outputs: float32 [m, n].

    Output k lies at (k + 0.5 - translation) / scale. An output that lies outside of
    the picture is 0.
    """
    function, _ = _KERNELS[kernel]
    step = np.float32(1) / np.float32(scale)
    wide = max(step, np.float32(1)) if antialias else np.float32(1)
    half = np.float32(0.5)  # places in float32: what lies on a kernel's edge is out
    at = (np.arange(m, dtype=np.float32) + half) * step - np.float32(translation) * step
    distance = np.abs(at[:, None] - (np.arange(n, dtype=np.float32) + half)) / wide
    found = function(distance)
    total = found.sum(1, keepdims=True)
    found = found / np.where(np.abs(total) < 1000 * np.finfo(np.float32).tiny, 1, total)
    found[(at < 0) | (at > n)] = 0
    return found.astype(np.float32)


def _scaled(images, size, *_, **__):
    b, _, _, c = rules.ranked(images, 4, "images")
    wanted = constant_value(size)
    if wanted is None:
        return (b, None, None, c)
    return (b, int(wanted[0]), int(wanted[1]), c)


def _both(rows: int, columns: int, size, scale, translation, kernel, antialias):
    height, width = map(int, size)
    return (
        weights(
            rows, height, float(scale[0]), float(translation[0]), kernel, antialias
        ),
        weights(
            columns, width, float(scale[1]), float(translation[1]), kernel, antialias
        ),
    )


@op(
    "ScaleAndTranslate",
    "images: T, size: int32, scale: float32, translation: float32"
    " -> resized_images: float32",
    shape=_scaled,
    where={"T": REAL},
    static=(1, 2, 3),
)
def scale_and_translate(
    images, size, scale, translation, *, kernel_type="lanczos3", antialias=True
):
    x = jnp.asarray(images).astype(jnp.float32)
    down, across = _both(
        x.shape[1], x.shape[2], size, scale, translation, kernel_type, antialias
    )
    return jnp.einsum("yh,bhwc,xw->byxc", down, x, across, precision="highest")


@op(
    "ScaleAndTranslateGrad",
    "grads: T, original_image: T, scale: float32, translation: float32 -> output: T",
    shape=rules.same_as(1),
    static=(2, 3),
)
def scale_and_translate_grad(
    grads, original_image, scale, translation, *, kernel_type="lanczos3", antialias=True
):
    dy = jnp.asarray(grads)
    _, rows, columns, _ = original_image.shape
    down, across = _both(
        rows, columns, dy.shape[1:3], scale, translation, kernel_type, antialias
    )
    return jnp.einsum("yh,byxc,xw->bhwc", down, dy, across, precision="highest")


@scale_and_translate.gradient
def _(node, dy):
    x, _, scale, translation = node.inputs
    attrs = {k: node.attrs[k] for k in ("kernel_type", "antialias")}
    dx = scale_and_translate_grad(dy, x, scale, translation, **attrs)
    return dx, None, None, None


@scale_and_translate_grad.gradient
def _(node, dy):
    grads, _, scale, translation = node.inputs
    attrs = {k: node.attrs[k] for k in ("kernel_type", "antialias")}
    size = shape_of(grads)[1:3]
    return scale_and_translate(dy, size, scale, translation, **attrs), None, None, None
