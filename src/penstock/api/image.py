"""`tf.image`: pictures [height, width, channels], alone or in batches."""

from __future__ import annotations

import numpy as np

from penstock.api import array
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


class ResizeMethod:
    """How `resize` fills in pixels."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


_RESIZE_OPS = {
    "bilinear": "ResizeBilinear", "nearest": "ResizeNearestNeighbor",
    "bicubic": "ResizeBicubic", "area": "ResizeArea",
    0: "ResizeBilinear", 1: "ResizeNearestNeighbor", 2: "ResizeBicubic",
    3: "ResizeArea",
}  # fmt: skip


#: Kernels of methods that `ScaleAndTranslate` knows.
_KERNELS = {
    "bilinear": "triangle", "bicubic": "keyscubic", "lanczos3": "lanczos3",
    "lanczos5": "lanczos5", "gaussian": "gaussian", "mitchellcubic": "mitchellcubic",
}  # fmt: skip


def _picture(image, name="image") -> Tensor:
    x = tensor(image, name=name)
    if x.dims is not None and len(x.dims) not in (3, 4):
        raise ValueError(
            f"'{name}' (shape {x.shape}) must have either 3 or 4 dimensions: [height, "
            "width, channels], with a batch in front or not."
        )
    return x


def _batched(x: Tensor) -> tuple[Tensor, bool]:
    if x.dims is None:
        raise ValueError("'images' contains no shape.")
    alone = len(x.dims) == 3
    return (array.expand_dims(x, 0) if alone else x), alone


def _unbatched(x: Tensor, alone: bool) -> Tensor:
    return array.squeeze(x, [0]) if alone else x


def resize(
    images, size, method="bilinear", preserve_aspect_ratio=False, antialias=False,
    name=None,
):  # fmt: skip
    """`images` resized to `size` [height, width], pixel centres at halves."""
    kernel = _KERNELS.get(method)
    if kernel is not None and (antialias or method not in _RESIZE_OPS):
        return _scaled(images, size, kernel, antialias, preserve_aspect_ratio, name)
    return resize_with(images, size, method, False, True, preserve_aspect_ratio, name)


def _scaled(images, size, kernel: str, antialias, keep_ratio, name):
    """Resize by a kernel, which is as wide as the picture shrinks."""
    with scope(name, "resize"):
        x, alone = _batched(_picture(images, "images"))
        if keep_ratio:
            size = _kept_ratio(x, size)
        size = tensor(size, dtypes.int32, "size")
        out = TABLE["ScaleAndTranslate"](
            x, size, _scale(x, size), np.zeros(2, np.float32), kernel_type=kernel,
            antialias=antialias,
        )  # fmt: skip
        return _unbatched(out, alone)


def _scale(x: Tensor, size: Tensor):
    """Output pixels for each input pixel; divided by NumPy, which rounds once."""
    known = array.get_static_value(size)
    if known is not None and None not in x.dims[1:3]:
        return np.asarray(known, np.float32) / np.array(x.dims[1:3], np.float32)
    wanted = TABLE["Cast"](size, DstT=dtypes.float32)
    return TABLE["RealDiv"](
        wanted, TABLE["Cast"](array.shape(x)[1:3], DstT=dtypes.float32)
    )


def resize_with(images, size, method, align_corners, half_pixel, keep_ratio, name):
    """Resize with the conventions of either era."""
    if method not in _RESIZE_OPS:
        raise ValueError(f"Resize method {method!r} is not implemented.")
    with scope(name, "resize"):
        x, alone = _batched(_picture(images, "images"))
        if keep_ratio:
            size = _kept_ratio(x, size)
        size = tensor(size, dtypes.int32, "size")
        attrs = {"align_corners": align_corners}
        op = _RESIZE_OPS[method]
        if op != "ResizeArea":
            attrs["half_pixel_centers"] = half_pixel
        known = array.get_static_value(size)
        same = known is not None and tuple(map(int, known)) == x.dims[1:3]
        out = (
            x
            if same and op != "ResizeArea" and not half_pixel
            else TABLE[op](x, size, **attrs)
        )
        return _unbatched(out, alone)


def _kept_ratio(x: Tensor, size):
    """The largest size of the picture's own shape that fits in `size`."""
    height, width = x.dims[1:3]
    known = array.get_static_value(tensor(size))
    if None in (height, width) or known is None:
        raise ValueError("preserve_aspect_ratio needs known sizes.")
    scale = min(int(known[0]) / height, int(known[1]) / width)
    return [round(height * scale), round(width * scale)]


# --- turned, cropped, padded ---------------------------------------------------


def _flipped(image, axis: int, default: str) -> Tensor:
    with scope(None, default):
        x = TABLE["Identity"](_picture(image), name="control_dependency")
        return array.reverse(x, [axis if len(x.dims) == 3 else axis + 1])


def flip_left_right(image):
    """`image` with its columns reversed."""
    return _flipped(image, 1, "flip_left_right")


def flip_up_down(image):
    """`image` with its rows reversed."""
    return _flipped(image, 0, "flip_up_down")


def _random_flip(image, axis, seed, default):
    from penstock.api.control_flow import cond
    from penstock.api.random import random_uniform

    with scope(None, default):
        x = TABLE["Identity"](_picture(image), name="control_dependency")
        if len(x.dims) == 3:
            drawn = random_uniform([], 0.0, 1.0, seed=seed)
            return cond(
                TABLE["Less"](drawn, 0.5), lambda: array.reverse(x, [axis]), lambda: x
            )
        count = array.shape(x)[0]
        drawn = random_uniform([count], 0.0, 1.0, seed=seed)
        flips = TABLE["Round"](array.reshape(drawn, [count, 1, 1, 1]))
        if x.dtype.base_dtype is not flips.dtype:
            flips = TABLE["Cast"](flips, DstT=x.dtype.base_dtype)
        turned = array.reverse(x, [axis + 1])
        one = np.ones((), x.dtype.base_dtype.np)
        kept = TABLE["Mul"](TABLE["Sub"](one, flips, name="sub"), x, name="mul")
        return TABLE["AddV2"](TABLE["Mul"](flips, turned, name="mul"), kept, name="add")


def random_flip_left_right(image, seed=None):
    """`image`, its columns reversed in half of the cases (each of a batch alone)."""
    return _random_flip(image, 1, seed, "random_flip_left_right")


def random_flip_up_down(image, seed=None):
    """`image`, its rows reversed in half of the cases."""
    return _random_flip(image, 0, seed, "random_flip_up_down")


def transpose(image, name=None):
    """`image` with rows and columns exchanged."""
    with scope(name, "transpose"):
        x = _picture(image)
        return array.transpose(x, [1, 0, 2] if len(x.dims) == 3 else [0, 2, 1, 3])


def rot90(image, k=1, name=None):
    """`image` turned counter-clockwise `k` times by a quarter."""
    with scope(name, "rot90"):
        x, alone = _batched(_picture(image))
        turns = int(k) % 4
        if turns == 1:
            x = array.transpose(array.reverse(x, [2]), [0, 2, 1, 3])
        elif turns == 2:
            x = array.reverse(x, [1, 2])
        elif turns == 3:
            x = array.reverse(array.transpose(x, [0, 2, 1, 3]), [2])
        return _unbatched(x, alone)


def _sizes(x: Tensor):
    """(height, width) of a batch, as integers where they are known."""
    dims = array.shape(x)
    return [d if d is not None else dims[i + 1] for i, d in enumerate(x.dims[1:3])]


def crop_to_bounding_box(
    image, offset_height, offset_width, target_height, target_width
):
    """The part of `image` of the target's size that starts at the offset."""
    with scope(None, "crop_to_bounding_box"):
        x, alone = _batched(_picture(image))
        height, width = x.dims[1:3]
        for offset, target, whole, side in (
            (offset_height, target_height, height, "height"),
            (offset_width, target_width, width, "width"),
        ):
            known = all(isinstance(v, int) for v in (offset, target, whole))
            if known and (offset < 0 or target <= 0 or offset + target > whole):
                raise ValueError(f"{side} must be >= target + offset.")
        begin = array.stack([0, offset_height, offset_width, 0])
        out = array.slice(x, begin, array.stack([-1, target_height, target_width, -1]))
        return _unbatched(out, alone)


def pad_to_bounding_box(
    image, offset_height, offset_width, target_height, target_width
):
    """`image` in a black picture of the target's size, at the offset."""
    with scope(None, "pad_to_bounding_box"):
        x, alone = _batched(_picture(image))
        height, width = _sizes(x)
        below = target_height - offset_height - height
        right = target_width - offset_width - width
        for room, what in ((below, "height"), (right, "width")):
            if isinstance(room, int) and room < 0:
                raise ValueError(f"{what} must be <= target - offset")
        room = [0, 0, offset_height, below, offset_width, right, 0, 0]
        room = array.reshape(array.stack(room), [4, 2])
        return _unbatched(array.pad(x, room), alone)


def resize_with_crop_or_pad(image, target_height, target_width):
    """`image` cut or padded evenly on both sides to the target's size."""
    with scope(None, "resize_image_with_crop_or_pad"):
        x, alone = _batched(_picture(image))
        height, width = _sizes(x)
        if not isinstance(height, int) or not isinstance(width, int):
            raise ValueError("resize_with_crop_or_pad needs a known height and width.")
        cut = [max((a - b) // 2, 0) for a, b in
               ((height, target_height), (width, target_width))]  # fmt: skip
        kept = min(height, target_height), min(width, target_width)
        x = crop_to_bounding_box(x, cut[0], cut[1], *kept)
        room = [max((b - a) // 2, 0) for a, b in
                ((height, target_height), (width, target_width))]  # fmt: skip
        x = pad_to_bounding_box(x, room[0], room[1], target_height, target_width)
        return _unbatched(x, alone)


def central_crop(image, central_fraction):
    """The middle of `image`, the given part of its height and width."""
    with scope(None, "central_crop"):
        x = _picture(image)
        if not 0.0 < central_fraction <= 1.0:
            raise ValueError("central_fraction must be within (0, 1]")
        if central_fraction == 1.0:
            return x
        at = 0 if len(x.dims) == 3 else 1
        begin, size = [0] * len(x.dims), [-1] * len(x.dims)
        for axis in (at, at + 1):
            n = x.dims[axis]
            if n is None:
                raise ValueError("central_crop needs a known height and width.")
            begin[axis] = int((n - n * central_fraction) / 2)
            size[axis] = n - 2 * begin[axis]
        return array.slice(x, begin, size)


def crop_and_resize(
    image, boxes, box_indices, crop_size, method="bilinear", extrapolation_value=0.0,
    name=None,
):  # fmt: skip
    """Boxes [y1, x1, y2, x2] (0 to 1) of pictures, each resized to `crop_size`."""
    return TABLE["CropAndResize"](
        image, boxes, box_indices, crop_size, method=method,
        extrapolation_value=extrapolation_value, name=name,
    )  # fmt: skip


# --- colour and light ----------------------------------------------------------


def convert_image_dtype(image, dtype, saturate=False, name=None):
    """`image` in `dtype`, its range stretched: floats are 0 to 1, integers full."""
    x = tensor(image, name="image")
    kind, have = as_dtype(dtype), x.dtype.base_dtype
    if kind is have:
        return TABLE["Identity"](x, name=name)
    with scope(name, "convert_image") as full:
        if have.is_integer and kind.is_integer:
            return _between_integers(x, have, kind)
        if have.is_floating and kind.is_floating:
            return TABLE["Cast"](x, DstT=kind)
        if have.is_integer:
            scale = np.array(1.0 / have.max, kind.np)
            return TABLE["Mul"](TABLE["Cast"](x, DstT=kind), scale, name=full or None)
        scale = np.array(kind.max + 0.5, have.np)
        scaled = TABLE["Mul"](x, scale, name="Mul")
        if saturate:
            low, high = (np.array(v, have.np) for v in (kind.min, kind.max))
            scaled = TABLE["Minimum"](TABLE["Maximum"](scaled, low), high)
        return TABLE["Cast"](scaled, DstT=kind)


def _between_integers(x, have, kind):
    if have.max > kind.max:
        step = np.array((int(have.max) + 1) // (int(kind.max) + 1), have.np)
        return TABLE["Cast"](TABLE["FloorDiv"](x, step), DstT=kind)
    step = np.array((int(kind.max) + 1) // (int(have.max) + 1), kind.np)
    return TABLE["Mul"](TABLE["Cast"](x, DstT=kind), step)


def _in_floats(image, change, name, default):
    """`change` of the picture in float32, back in its own dtype."""
    with scope(name, default):
        x = TABLE["Identity"](tensor(image, name="image"), name="Identity")
        own = x.dtype.base_dtype
        floats = x if own.is_floating else convert_image_dtype(x, dtypes.float32)
        out = change(floats)
        return out if own.is_floating else convert_image_dtype(out, own, saturate=True)


def adjust_brightness(image, delta):
    """`image` with `delta` added to every pixel (of a range from 0 to 1)."""
    return _in_floats(
        image, lambda x: TABLE["AddV2"](x, TABLE["Cast"](delta, DstT=x.dtype)),
        None, "adjust_brightness",
    )  # fmt: skip


def adjust_contrast(images, contrast_factor):
    """Each pixel's distance from its channel's mean, times the factor."""
    return _in_floats(
        images, lambda x: TABLE["AdjustContrastv2"](x, contrast_factor),
        None, "adjust_contrast",
    )  # fmt: skip


def adjust_hue(image, delta, name=None):
    """The hue of RGB pictures turned by `delta` (1 is the whole circle)."""
    return _in_floats(image, lambda x: TABLE["AdjustHue"](x, delta), name, "adjust_hue")


def adjust_saturation(image, saturation_factor, name=None):
    """The saturation of RGB pictures times the factor."""
    return _in_floats(
        image, lambda x: TABLE["AdjustSaturation"](x, saturation_factor), name,
        "adjust_saturation",
    )  # fmt: skip


def adjust_gamma(image, gamma=1, gain=1):
    """`gain` times each pixel to the power `gamma`."""

    def change(x):
        kind = x.dtype.base_dtype.np
        return TABLE["Mul"](
            TABLE["Pow"](x, np.array(gamma, kind)), np.array(gain, kind)
        )

    return _in_floats(image, change, None, "adjust_gamma")


def random_brightness(image, max_delta, seed=None):
    """`adjust_brightness` by a number within ±`max_delta`."""
    from penstock.api.random import random_uniform

    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return adjust_brightness(
        image, random_uniform([], -max_delta, max_delta, seed=seed)
    )


def _random_factor(lower, upper, seed):
    from penstock.api.random import random_uniform

    if upper <= lower:
        raise ValueError("upper must be > lower.")
    return random_uniform([], lower, upper, seed=seed)


def random_contrast(image, lower, upper, seed=None):
    """`adjust_contrast` by a factor from [lower, upper)."""
    return adjust_contrast(image, _random_factor(lower, upper, seed))


def random_saturation(image, lower, upper, seed=None):
    """`adjust_saturation` by a factor from [lower, upper)."""
    return adjust_saturation(image, _random_factor(lower, upper, seed))


def random_hue(image, max_delta, seed=None):
    """`adjust_hue` by a number within ±`max_delta`."""
    return adjust_hue(image, _random_factor(-max_delta, max_delta, seed))


def rgb_to_grayscale(images, name=None):
    """0.2989 R + 0.587 G + 0.114 B, one channel."""

    def change(x):
        weights = np.array([0.2989, 0.587, 0.114], x.dtype.base_dtype.np)
        flat = array.reshape(x, [-1, 3])
        grey = TABLE["MatMul"](flat, weights[:, None])
        lead = array.shape(x)[:-1]
        out = array.reshape(grey, array.concat([lead, [1]], 0))
        out.set_shape((*x.dims[:-1], 1))
        return out

    return _in_floats(images, change, name, "rgb_to_grayscale")


def grayscale_to_rgb(images, name=None):
    """One channel copied to three."""
    with scope(name, "grayscale_to_rgb"):
        x = TABLE["Identity"](tensor(images, name="images"))
        return array.tile(x, [1] * (len(x.dims) - 1) + [3])


def rgb_to_hsv(images, name=None):
    return TABLE["RGBToHSV"](images, name=name)


def hsv_to_rgb(images, name=None):
    return TABLE["HSVToRGB"](images, name=name)


def _channels(x):
    return np.arange(len(x.dims) - 3, len(x.dims), dtype=np.int32)


def per_image_standardization(image):
    """Each picture less its mean, over its deviation (at least 1/√pixels)."""
    with scope(None, "per_image_standardization") as full:
        x = TABLE["Identity"](_picture(image), name="control_dependency")
        own = x.dtype.base_dtype
        if not own.is_floating:
            x = TABLE["Cast"](x, DstT=dtypes.float32)
        count = TABLE["Prod"](array.shape(x)[-3:], [0])
        mean = TABLE["Mean"](x, _channels(x), keep_dims=True)
        off = TABLE["Sub"](x, mean, name="sub")
        variance = TABLE["Mean"](TABLE["Square"](off), _channels(x), keep_dims=True)
        least = TABLE["Rsqrt"](TABLE["Cast"](count, DstT=x.dtype.base_dtype))
        spread = TABLE["Maximum"](TABLE["Sqrt"](variance), least)
        return TABLE["RealDiv"](off, spread, name=full or None)
