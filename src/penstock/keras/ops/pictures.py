"""`keras.ops.image`: pictures [batch, h, w, channels], or one of them without batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.api import array, image_adjust, image_measures, linalg, math
from penstock.api import image_resize as pictures
from penstock.api.scopes import tensor as as_tensor
from penstock.keras.backend_config import image_data_format
from penstock.keras.ops.filters import depthwise_conv
from penstock.keras.ops.image_sampling import (
    CURVES,
    map_coordinates,
    scale_and_translate,
)
from penstock.keras.ops.neural import _all
from penstock.keras.ops.operands import floating, named_as, tensor
from penstock.keras.resampling import sampled


def _on_batches(function: Callable) -> Callable:
    """`function` of channels-last batches for every layout, one picture too."""

    @named_as(function)
    def call(images, *args, data_format=None, **options):
        x = tensor(images)
        if len(x.dims) not in (3, 4):
            raise ValueError(
                "Invalid images rank: expected rank 3 (single image) or rank 4 (batch "
                f"of images). Received: images.shape={x.shape}"
            )
        alone = len(x.dims) == 3
        x = array.expand_dims(x, 0) if alone else x
        first = (data_format or image_data_format()) == "channels_first"
        x = array.transpose(x, [0, 2, 3, 1]) if first else x
        out = function(x, *args, **options)
        if first:
            rank = len(out.dims)
            out = array.transpose(out, [0, 3, 1, 2, *range(4, rank)])
        return array.squeeze(out, [0]) if alone else out

    return call


@_on_batches
def resize(images, size, interpolation="bilinear", antialias=False,
           crop_to_aspect_ratio=False, pad_to_aspect_ratio=False, fill_mode="constant",
           fill_value=0.0):  # fmt: skip
    """Pictures of `size`; cut or padded first where their proportions are to stay."""
    height, width = _all(size, 2)
    x = images
    if crop_to_aspect_ratio or pad_to_aspect_ratio:
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ValueError(
                "Only one of `crop_to_aspect_ratio` & `pad_to_aspect_ratio` can be "
                "`True`."
            )
        tall, wide = x.dims[1:3]
        other = int(wide * height / width), int(tall * width / height)
        pick = min if crop_to_aspect_ratio else max
        to = pick(tall, max(other[0], 1)), pick(wide, max(other[1], 1))
        down, right = abs(tall - to[0]) // 2, abs(wide - to[1]) // 2
        if crop_to_aspect_ratio:
            x = x[:, down : down + to[0], right : right + to[1]]
        else:
            rows, columns = to[0] - tall - down, to[1] - wide - right
            edges = [[0, 0], [down, rows], [right, columns], [0, 0]]
            fill: Any = fill_value
            x = array.pad(x, edges, constant_values=fill)
    if antialias and interpolation in CURVES:
        ratios = np.array([height / x.dims[1], width / x.dims[2]], np.float32)
        out_shape = [0, height, width, x.dims[3]]
        out = scale_and_translate(x, out_shape, ratios, np.zeros(2, np.float32), (1, 2),
                                  interpolation)  # fmt: skip
    else:
        out = pictures.resize(x, [height, width], method=interpolation)
    kind = images.dtype.base_dtype
    return math.cast(out, kind) if interpolation == "nearest" else out


rgb_to_grayscale = _on_batches(image_adjust.rgb_to_grayscale)
rgb_to_hsv = _on_batches(image_adjust.rgb_to_hsv)
hsv_to_rgb = _on_batches(image_adjust.hsv_to_rgb)


@_on_batches
def affine_transform(images, transform, interpolation="bilinear",
                     fill_mode="constant", fill_value=0):  # fmt: skip
    """Pictures read where `transform` [8] or [batch, 8] sends each point."""
    maps = floating(transform)
    maps = _for_each(
        images, array.expand_dims(maps, 0) if len(maps.dims) == 1 else maps
    )
    x = images
    x = x if x.dtype.is_floating else math.cast(x, "float32")
    out = sampled(x, maps, fill_mode, fill_value, interpolation)
    return math.cast(out, images.dtype.base_dtype)


@_on_batches
def perspective_transform(images, start_points, end_points, interpolation="bilinear",
                          fill_value=0):  # fmt: skip
    """The corners `start_points` [(batch,) 4, 2] (x, y) moved to `end_points`."""
    begin, end = floating(start_points), floating(end_points)
    begin, end = (array.reshape(p, [-1, 4, 2]) for p in (begin, end))
    maps = _for_each(images, _homography(end, begin))
    x = images if images.dtype.is_floating else math.cast(images, "float32")
    out = sampled(x, maps, "constant", fill_value, interpolation)
    return math.cast(out, images.dtype.base_dtype)


def _for_each(images, maps):
    """`maps` [1 or batch, 8] for every picture."""
    zeros = array.zeros_like(images[:, 0, 0, :1])
    return maps + math.cast(zeros, maps.dtype.base_dtype)


def _homography(here, there):
    """Eight numbers [batch, 8] that send four points `here` to those `there`."""
    x, y = here[..., 0], here[..., 1]
    u, v = there[..., 0], there[..., 1]
    one, zero = array.ones_like(x), array.zeros_like(x)
    across = array.stack([x, y, one, zero, zero, zero, -u * x, -u * y], axis=-1)
    along = array.stack([zero, zero, zero, x, y, one, -v * x, -v * y], axis=-1)
    wanted = array.concat([u, v], axis=-1)
    return linalg.solve(array.concat([across, along], 1), wanted[..., None])[..., 0]


def _edges(before, after, size, total, names: str, sign: int) -> tuple[int, int]:
    """(before, after) of which one follows from the size wanted."""
    given = [before, after, size]
    if sum(v is not None for v in given) != 2:
        one, two, three = names.split()
        raise ValueError(
            f"Must specify exactly two of {one}, {two}, {three}. Received: "
            f"{one}={before}, {two}={after}, {three}={size}"
        )
    if size is not None:
        left = sign * (size - total)
        before = left - after if before is None else before
        after = left - before if after is None else after
    if before < 0 or after < 0:
        raise ValueError(f"{names.split()[0]} and its pair must be >= 0: {given}")
    return before, after


@_on_batches
def pad_images(images, top_padding=None, left_padding=None, bottom_padding=None,
               right_padding=None, target_height=None,
               target_width=None):  # fmt: skip
    """Zeros around pictures; two of each direction's three numbers are given."""
    rows = _edges(top_padding, bottom_padding, target_height, images.dims[1],
                  "top_padding bottom_padding target_height", 1)  # fmt: skip
    columns = _edges(left_padding, right_padding, target_width, images.dims[2],
                     "left_padding right_padding target_width", 1)  # fmt: skip
    return array.pad(images, [[0, 0], list(rows), list(columns), [0, 0]])


@_on_batches
def crop_images(images, top_cropping=None, left_cropping=None, bottom_cropping=None,
                right_cropping=None, target_height=None,
                target_width=None):  # fmt: skip
    """Pictures without their edges; two of each direction's three numbers are given."""
    height, width = images.dims[1:3]
    top, bottom = _edges(top_cropping, bottom_cropping, target_height, height,
                         "top_cropping bottom_cropping target_height", -1)  # fmt: skip
    left, right = _edges(left_cropping, right_cropping, target_width, width,
                         "left_cropping right_cropping target_width", -1)  # fmt: skip
    return images[:, top : height - bottom, left : width - right]


@_on_batches
def extract_patches(images, size, strides=None, dilation_rate=1, padding="valid"):
    """Patches of `size`, each as the channels of one place."""
    size = _all(size, 2)
    steps = size if strides is None else _all(strides, 2)
    rates = _all(dilation_rate, 2)
    return array.extract_patches(
        images, [1, *size, 1], [1, *steps, 1], [1, *rates, 1], padding.upper()
    )


def extract_patches_3d(volumes, size, strides=None, dilation_rate=1, padding="valid",
                       data_format=None):  # fmt: skip
    """Patches of volumes [batch, d, h, w, c], each as the channels of one place."""
    x = tensor(volumes)
    alone = len(x.dims) == 4
    x = array.expand_dims(x, 0) if alone else x
    first = (data_format or image_data_format()) == "channels_first"
    x = array.transpose(x, [0, 2, 3, 4, 1]) if first else x
    size, rates = _all(size, 3), _all(dilation_rate, 3)
    steps = size if strides is None else _all(strides, 3)
    spread = [(k - 1) * r + 1 for k, r in zip(size, rates, strict=True)]
    if padding == "same":
        lack = [
            max((-(-n // s) - 1) * s + k - n, 0)
            for n, s, k in zip(x.dims[1:4], steps, spread, strict=True)
        ]
        edges = [[p // 2, p - p // 2] for p in lack]
        x = array.pad(x, [[0, 0], *edges, [0, 0]])
    for axis, (n, k, s, r) in enumerate(
        zip(x.dims[1:4], spread, steps, rates, strict=True), start=1
    ):
        starts = np.arange((n - k) // s + 1) * s
        x = array.gather(x, starts[:, None] + np.arange(0, k, r), axis=2 * axis - 1)
    out = array.transpose(x, [0, 1, 3, 5, 2, 4, 6, 7])
    out = array.reshape(out, [-1, *out.dims[1:4], int(np.prod(out.dims[4:]))])
    out = array.transpose(out, [0, 4, 1, 2, 3]) if first else out
    return array.squeeze(out, [0]) if alone else out


def _bell(size: int, sigma: float) -> np.ndarray:
    """A normal curve over `size` places, of sum 1."""
    places = np.arange(size) - (size - 1) / 2
    curve = np.exp(-0.5 * (places / sigma) ** 2)
    return curve / curve.sum()


@_on_batches
def gaussian_blur(images, kernel_size=(3, 3), sigma=(1.0, 1.0)):
    """Each place the normal-weighted mean of those around, zeros outside."""
    return blurred(images, kernel_size, sigma)


def blurred(images, kernel_size, sigma):
    """`gaussian_blur` of a batch with channels last."""
    (height, width), (tall, wide) = _all(kernel_size, 2), sigma
    x = floating(images)
    window = np.outer(_bell(height, float(tall)), _bell(width, float(wide)))
    return math.cast(weighted(x, window, "same"), images.dtype.base_dtype)


def weighted(x, window: np.ndarray, padding: str):
    """Each channel's windows, weighed by `window`."""
    kernel = np.repeat(window[:, :, None, None], x.dims[-1], axis=2)
    kernel = as_tensor(kernel.astype(x.dtype.base_dtype.np))
    return depthwise_conv(x, kernel, padding=padding, data_format="channels_last")


sobel_edges = _on_batches(image_measures.sobel_edges)


def ssim(image1, image2, max_val=1.0, filter_size=11, filter_sigma=1.5, k1=0.01,
         k2=0.03, data_format=None):  # fmt: skip
    """How alike pictures are in means, spreads and structure; Wang et al. (2004)."""
    first = (data_format or image_data_format()) == "channels_first"
    a, b = (floating(x) for x in (image1, image2))
    if first:
        a, b = (array.transpose(x, [0, 2, 3, 1]) for x in (a, b))
    curve = _bell(filter_size, filter_sigma)
    window = np.outer(curve, curve)

    def mean(x):
        return weighted(x, window, "valid")

    low, high = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    ma, mb = mean(a), mean(b)
    shared = 2.0 * (mean(a * b) - ma * mb)
    spread = mean(a * a + b * b) - (ma * ma + mb * mb)
    alike = (2.0 * ma * mb + low) / (ma * ma + mb * mb + low)
    alike = alike * (shared + high) / (spread + high)
    return math.reduce_mean(alike, axis=[1, 2, 3])


__all__ = [
    "affine_transform", "crop_images", "extract_patches", "extract_patches_3d",
    "gaussian_blur", "hsv_to_rgb", "map_coordinates", "pad_images",
    "perspective_transform", "resize", "rgb_to_grayscale", "rgb_to_hsv",
    "scale_and_translate", "sobel_edges", "ssim",
]  # fmt: skip
