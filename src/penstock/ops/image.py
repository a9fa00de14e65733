"""Pictures resized, cropped to boxes, and changed in colour.

Resizing is linear and separable: each output row and column is a weighted sum of
input rows and columns, whose weights depend on sizes alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import FLOATING, REAL
from penstock.ir.constant import constant_dims, constant_value
from penstock.ir.op import STOPS, TABLE, op
from penstock.ops import rules
from penstock.ops.array import shape_of
from penstock.ops.xla import jax, jnp

_MODES = {"align_corners": False, "half_pixel_centers": False}


def _resized(images, size, **_):
    b, _, _, c = rules.ranked(images, 4, "images")
    wanted = constant_value(size)
    if wanted is None:
        return (b, None, None, c)
    return (b, int(wanted[0]), int(wanted[1]), c)


def _scale(n: int, m: int, align: bool) -> np.float32:
    """Input steps per output step, from `n` to `m` of them."""
    if align and m > 1:
        return np.float32(n - 1) / np.float32(m - 1)
    return np.float32(n) / np.float32(m)


def _places(n: int, m: int, align: bool, half: bool) -> np.ndarray:
    """Where the `m` outputs lie among the `n` inputs, in float32 as TensorFlow's."""
    scale = _scale(n, m, align)
    at = np.arange(m, dtype=np.float32)
    if half:
        return (at + np.float32(0.5)) * scale - np.float32(0.5)
    return at * scale


def _neighbours(n: int, m: int, align: bool, half: bool):
    """(lower, upper, how far from lower to upper) for each output."""
    at = _places(n, m, align, half)
    floor = np.floor(at)
    lower = np.maximum(floor, 0).astype(int)
    upper = np.minimum(np.ceil(at), n - 1).astype(int)
    return lower, upper, (at - floor).astype(np.float32)


def _bilinear(images, height, width, align, half):
    x = images.astype(jnp.float32)
    top, bottom, dy = _neighbours(x.shape[1], height, align, half)
    left, right, dx = _neighbours(x.shape[2], width, align, half)
    rows = [x[:, top], x[:, bottom]]
    dx = dx[:, None]
    rows = [r[:, :, left] + (r[:, :, right] - r[:, :, left]) * dx for r in rows]
    return rows[0] + (rows[1] - rows[0]) * dy[:, None, None]


def _cubic_weights(n: int, m: int, align: bool, half: bool) -> np.ndarray:
    """[m, n] weights of cubic convolution, in steps of 1/1024. Keys (1981)."""
    a = -0.5 if half else -0.75
    steps = 1024
    at = _places(n, m, align, half)
    first = np.floor(at).astype(int)
    offset = np.rint((at - first) * steps).astype(int)

    def near(k):
        x = k / steps
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(k):
        x = k / steps + 1
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    taps = [far(offset), near(offset), near(steps - offset), far(steps - offset)]
    weights = np.zeros((m, n))
    for k, tap in enumerate(taps):
        place = first - 1 + k
        inside = np.clip(place, 0, n - 1)
        kept = np.where(place == inside, tap, 0.0) if half else tap
        np.add.at(weights, (np.arange(m), inside), kept)
    if half:
        weights /= weights.sum(1, keepdims=True)
    return weights.astype(np.float32)


def _area_weights(n: int, m: int, align: bool, half: bool) -> np.ndarray:
    """[m, n]: how much of each input pixel an output pixel covers."""
    del half
    scale = float(_scale(n, m, align))
    edges = np.arange(m)[:, None] * scale
    wide = max(n, int(np.ceil(edges.max() + scale)))
    pixels = np.arange(wide)[None, :]
    overlap = np.minimum(edges + scale, pixels + 1) - np.maximum(edges, pixels)
    weights = np.clip(overlap, 0, None) / scale
    weights[:, n - 1] += weights[:, n:].sum(1)  # beyond the edge is the edge again
    return weights[:, :n].astype(np.float32)


def _weighted(weights):
    def resize(images, height, width, align, half):
        x = images.astype(jnp.float32)
        rows = weights(x.shape[1], height, align, half)
        columns = weights(x.shape[2], width, align, half)
        return jnp.einsum("yh,bhwc,xw->byxc", rows, x, columns, precision="highest")

    return resize


def _nearest_at(n: int, m: int, align: bool, half: bool) -> np.ndarray:
    scale = _scale(n, m, align)
    at = np.arange(m, dtype=np.float32)
    place = (at + np.float32(0.5)) * scale if half else at * scale
    # Halves go up, as C's roundf; np.round would send them to even numbers.
    place = np.floor(place + np.float32(0.5)) if align else np.floor(place)
    return np.clip(place, 0, n - 1).astype(int)


def _nearest(images, height, width, align, half):
    rows = _nearest_at(images.shape[1], height, align, half)
    columns = _nearest_at(images.shape[2], width, align, half)
    return images[:, rows][:, :, columns]


_METHODS: dict[str, Any] = {
    "ResizeBilinear": _bilinear,
    "ResizeBicubic": _weighted(_cubic_weights),
    "ResizeArea": _weighted(_area_weights),
    "ResizeNearestNeighbor": _nearest,
}


def _declare_resize(name: str) -> None:
    method = _METHODS[name]
    nearest = name == "ResizeNearestNeighbor"

    def body(images, size, *, align_corners=False, half_pixel_centers=False):
        height, width = map(int, size)
        images = jnp.asarray(images)
        return method(images, height, width, align_corners, half_pixel_centers)

    def area(images, size, *, align_corners=False):
        return body(images, size, align_corners=align_corners)

    declared = op(
        name,
        f"images: T, size: int32 -> resized_images: {'T' if nearest else 'float32'}",
        shape=_resized,
        where={"T": REAL},
        static=(1,),
    )(area if name == "ResizeArea" else body)
    if name == "ResizeArea":
        declared.gradient(STOPS)
        return

    def back(shape, dy, *, align_corners=False, half_pixel_centers=False):
        dims = tuple(map(int, shape))
        kind = jax.ShapeDtypeStruct(dims, dy.dtype)

        def forward(images):
            out = method(images, *dy.shape[1:3], align_corners, half_pixel_centers)
            return out.astype(dy.dtype)

        return jax.linear_transpose(forward, kind)(dy)[0]

    transpose = op(
        f"_{name}Grad",
        "shape: int32, dy: T -> output: T",
        shape=lambda shape, *_, **__: constant_dims(shape),
        static=(0,),
    )(back)

    @declared.gradient
    def _(node, dy):
        attrs = {k: node.attrs[k] for k in _MODES}
        x = node.inputs[0]
        dx = transpose(shape_of(x), dy, **attrs)
        return TABLE["Cast"](
            dx, DstT=x.dtype.base_dtype
        ) if x.dtype != dy.dtype else dx, None

    @transpose.gradient
    def _(node, dy):
        attrs = {k: node.attrs[k] for k in _MODES}
        size = shape_of(node.inputs[1])
        return None, declared(dy, size[1:3], **attrs)


for _name in _METHODS:
    _declare_resize(_name)


def _cropped(image, boxes, box_ind, crop_size, **_):
    wanted = constant_value(crop_size)
    n = boxes.dims[0] if boxes.dims else None
    if n is None and box_ind.dims:
        n = box_ind.dims[0]
    c = image.dims[3] if image.dims else None
    h, w = (None, None) if wanted is None else map(int, wanted)
    return (n, h, w, c)


def _crop(image, boxes, box_ind, crop_size, method, outside):
    height, width = map(int, crop_size)
    n_rows, n_cols = image.shape[1:3]

    def places(low, high, n, count):
        if count > 1:
            step = (high - low) * (n - 1) / (count - 1)
            return low * (n - 1) + np.arange(count, dtype=np.float32) * step
        return jnp.full(1, 0.5 * (low + high) * (n - 1))

    def one(box, which):
        picture = image[which].astype(jnp.float32)
        ys = places(box[0], box[2], n_rows, height)
        xs = places(box[1], box[3], n_cols, width)
        inside = ((ys >= 0) & (ys <= n_rows - 1))[:, None, None]
        inside = inside & ((xs >= 0) & (xs <= n_cols - 1))[None, :, None]
        if method == "nearest":
            rows = jnp.clip(jnp.floor(ys + 0.5), 0, n_rows - 1).astype(jnp.int32)
            columns = jnp.clip(jnp.floor(xs + 0.5), 0, n_cols - 1).astype(jnp.int32)
            out = picture[rows][:, columns]
        else:
            top = jnp.clip(jnp.floor(ys), 0, n_rows - 1).astype(jnp.int32)
            bottom = jnp.clip(jnp.ceil(ys), 0, n_rows - 1).astype(jnp.int32)
            left = jnp.clip(jnp.floor(xs), 0, n_cols - 1).astype(jnp.int32)
            right = jnp.clip(jnp.ceil(xs), 0, n_cols - 1).astype(jnp.int32)
            dy = (ys - jnp.floor(ys))[:, None, None]
            dx = (xs - jnp.floor(xs))[None, :, None]
            above, below = picture[top], picture[bottom]
            above = above[:, left] + (above[:, right] - above[:, left]) * dx
            below = below[:, left] + (below[:, right] - below[:, left]) * dx
            out = above + (below - above) * dy
        return jnp.where(inside, out, outside)

    return jax.vmap(one)(boxes, box_ind)


@op(
    "CropAndResize",
    "image: T, boxes: float32, box_ind: int32, crop_size: int32 -> crops: float32",
    shape=_cropped,
    static=(3,),
)
def crop_and_resize(
    image, boxes, box_ind, crop_size, *, method="bilinear", extrapolation_value=0.0
):
    image, boxes = jnp.asarray(image), jnp.asarray(boxes)
    return _crop(
        image, boxes, jnp.asarray(box_ind), crop_size, method, extrapolation_value
    )


@op(
    "_CropAndResizeGrad",
    "image: T, boxes: float32, box_ind: int32, dy: float32 -> image_grad: T, "
    "boxes_grad: float32",
    shape=lambda image, boxes, *_, **__: [image.dims, boxes.dims],
)
def crop_and_resize_grad(image, boxes, box_ind, dy, *, method, extrapolation_value):
    def forward(image, boxes):
        size = dy.shape[1:3]
        return _crop(image, boxes, box_ind, size, method, extrapolation_value)

    _, back = jax.vjp(forward, jnp.asarray(image), jnp.asarray(boxes))
    return back(dy)


@crop_and_resize.gradient
def _(node, dy):
    image, boxes, which, _ = node.inputs
    attrs = {k: node.attrs[k] for k in ("method", "extrapolation_value")}
    d_image, d_boxes = crop_and_resize_grad(image, boxes, which, dy, **attrs)
    return d_image, d_boxes, None, None


# --- colour ---------------------------------------------------------------------------


def _to_hsv(rgb):
    """Hue, saturation, value in [0, 1] of colours along the last axis."""
    r, g, b = (rgb[..., i] for i in range(3))
    high, low = rgb.max(-1), rgb.min(-1)
    spread = high - low
    safe = jnp.where(spread > 0, spread, 1)
    saturation = jnp.where(high > 0, spread / jnp.where(high > 0, high, 1), 0)
    norm = 1.0 / (6.0 * safe)
    hue = jnp.where(
        r == high,
        norm * (g - b),
        jnp.where(g == high, norm * (b - r) + 2 / 6, norm * (r - g) + 4 / 6),
    )
    hue = jnp.where(spread > 0, hue, 0)
    hue = jnp.where(hue < 0, hue + 1, hue)
    return jnp.stack([hue, saturation, high], -1).astype(rgb.dtype)


def _to_rgb(hsv):
    h, s, v = (hsv[..., i] for i in range(3))
    dh = h * 6.0
    red = jnp.clip(jnp.abs(dh - 3) - 1, 0, 1)
    green = jnp.clip(2 - jnp.abs(dh - 2), 0, 1)
    blue = jnp.clip(2 - jnp.abs(dh - 4), 0, 1)
    parts = [((1 - s) + s * c) * v for c in (red, green, blue)]
    return jnp.stack(parts, -1).astype(hsv.dtype)


_SAME: dict[str, Any] = {"shape": rules.same_as(0), "where": {"T": FLOATING}}


def _coloured(images, **_):
    return None if images.dims is None else (*images.dims[:-1], 3)


_RGB: dict[str, Any] = {"shape": _coloured, "where": {"T": FLOATING}}


@op("RGBToHSV", "images: T -> output: T", **_RGB)
def rgb_to_hsv(images):
    return _to_hsv(jnp.asarray(images))


@op("HSVToRGB", "images: T -> output: T", **_RGB)
def hsv_to_rgb(images):
    return _to_rgb(jnp.asarray(images))


@op("AdjustHue", "images: T, delta: float32 -> output: T", **_SAME)
def adjust_hue(images, delta):
    hsv = _to_hsv(jnp.asarray(images))
    hue = jnp.mod(hsv[..., 0] + delta, 1.0)
    return _to_rgb(hsv.at[..., 0].set(hue))


@op("AdjustSaturation", "images: T, scale: float32 -> output: T", **_SAME)
def adjust_saturation(images, scale):
    hsv = _to_hsv(jnp.asarray(images))
    return _to_rgb(hsv.at[..., 1].set(jnp.clip(hsv[..., 1] * scale, 0, 1)))


@op("AdjustContrastv2", "images: T, contrast_factor: float32 -> output: T", **_SAME)
def adjust_contrast(images, contrast_factor):
    x = jnp.asarray(images)
    mean = x.mean((-3, -2), keepdims=True)
    return ((x - mean) * contrast_factor + mean).astype(x.dtype)
