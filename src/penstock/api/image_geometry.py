"""`tf.image`: pictures turned, cut and padded."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array
from penstock.api.control_flow import cond
from penstock.api.image_parts import batched, picture, unbatched
from penstock.api.math_functions import cast
from penstock.api.random import random_uniform
from penstock.api.scopes import scope
from penstock.core.dtypes import float64, int32
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


def _flipped(image, axis: int, default: str) -> Tensor:
    with scope(None, default):
        x = TABLE["Identity"](picture(image), name="control_dependency")
        return array.reverse(x, [axis if len(x.dims) == 3 else axis + 1])


def flip_left_right(image):
    """`image` with its columns reversed."""
    return _flipped(image, 1, "flip_left_right")


def flip_up_down(image):
    """`image` with its rows reversed."""
    return _flipped(image, 0, "flip_up_down")


def _random_flip(image, axis, seed, default):

    with scope(None, default):
        x = TABLE["Identity"](picture(image), name="control_dependency")
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
        x = picture(image)
        return array.transpose(x, [1, 0, 2] if len(x.dims) == 3 else [0, 2, 1, 3])


def rot90(image, k=1, name=None):
    """`image` turned counter-clockwise `k` times by a quarter."""
    with scope(name, "rot90"):
        x, alone = batched(picture(image))
        turns = int(k) % 4
        if turns == 1:
            x = array.transpose(array.reverse(x, [2]), [0, 2, 1, 3])
        elif turns == 2:
            x = array.reverse(x, [1, 2])
        elif turns == 3:
            x = array.reverse(array.transpose(x, [0, 2, 1, 3]), [2])
        return unbatched(x, alone)


def _sizes(x: Tensor):
    """(height, width) of a batch, as integers where they are known."""
    dims = array.shape(x)
    return [d if d is not None else dims[i + 1] for i, d in enumerate(x.dims[1:3])]


def crop_to_bounding_box(
    image, offset_height, offset_width, target_height, target_width
):
    """The part of `image` of the target's size that starts at the offset."""
    with scope(None, "crop_to_bounding_box"):
        x, alone = batched(picture(image))
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
        return unbatched(out, alone)


def pad_to_bounding_box(
    image, offset_height, offset_width, target_height, target_width
):
    """`image` in a black picture of the target's size, at the offset."""
    with scope(None, "pad_to_bounding_box"):
        x, alone = batched(picture(image))
        height, width = _sizes(x)
        below = target_height - offset_height - height
        right = target_width - offset_width - width
        for room, what in ((below, "height"), (right, "width")):
            if isinstance(room, int) and room < 0:
                raise ValueError(f"{what} must be <= target - offset")
        room = [0, 0, offset_height, below, offset_width, right, 0, 0]
        room = array.reshape(array.stack(room), [4, 2])
        return unbatched(array.pad(x, room), alone)


def resize_with_crop_or_pad(image, target_height, target_width):
    """`image` cut or padded evenly on both sides to the target's size."""
    with scope(None, "resize_image_with_crop_or_pad"):
        x, alone = batched(picture(image))
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
        return unbatched(x, alone)


def central_crop(image, central_fraction):
    """The middle of `image`, the given part of its height and width."""
    with scope(None, "central_crop"):
        x = picture(image)
        if not 0.0 < central_fraction <= 1.0:
            raise ValueError("central_fraction must be within (0, 1]")
        if central_fraction == 1.0:
            return x
        at = 0 if len(x.dims) == 3 else 1
        begin: list[Any] = [0] * len(x.dims)
        size: list[Any] = [-1] * len(x.dims)
        dims = list(x.dims)
        for axis in (at, at + 1):
            n = x.dims[axis]
            if n is None:  # known when the step runs
                n = array.shape(x)[axis]
                # TensorFlow rounds the fraction to float32 here, and here alone.
                part = cast(n, float64) * float(np.float32(central_fraction))
                begin[axis] = cast((cast(n, float64) - part) / 2, int32)
                size[axis] = n - 2 * begin[axis]
            else:
                begin[axis] = int((n - n * central_fraction) / 2)
                size[axis] = dims[axis] = n - 2 * begin[axis]
        cropped = array.slice(x, begin, size)
        cropped.set_shape(dims)
        return cropped


def crop_and_resize(
    image, boxes, box_indices, crop_size, method="bilinear", extrapolation_value=0.0,
    name=None,
):  # fmt: skip
    """Boxes [y1, x1, y2, x2] (0 to 1) of pictures, each resized to `crop_size`."""
    return TABLE["CropAndResize"](
        image, boxes, box_indices, crop_size, method=method,
        extrapolation_value=extrapolation_value, name=name,
    )  # fmt: skip
