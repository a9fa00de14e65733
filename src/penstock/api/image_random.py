"""`tf.image.stateless_random_*`, and what they share with those that keep a state."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from penstock.api import array
from penstock.api.control_flow import cond
from penstock.api.image_adjust import (
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_saturation,
)
from penstock.api.image_colour import adjust_jpeg_quality
from penstock.api.image_parts import picture
from penstock.api.random import random_uniform, stateless_random_uniform
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import float64, int32
from penstock.ir.op import TABLE


def _within(lower, upper, who: str) -> None:
    if upper <= lower:
        raise ValueError(f"{who}: upper must be > lower, received {lower}, {upper}.")


def stateless_random_brightness(image, max_delta, seed):
    """`adjust_brightness` by a number within ±`max_delta` that `seed` [2] decides."""
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    drawn = stateless_random_uniform([], seed, -max_delta, max_delta)
    return adjust_brightness(image, drawn)


def stateless_random_contrast(image, lower, upper, seed):
    """`adjust_contrast` by a factor from [lower, upper)."""
    _within(lower, upper, "stateless_random_contrast")
    if lower < 0:
        raise ValueError("lower must be non-negative.")
    return adjust_contrast(image, stateless_random_uniform([], seed, lower, upper))


def stateless_random_saturation(image, lower, upper, seed=None):
    """`adjust_saturation` by a factor from [lower, upper)."""
    _within(lower, upper, "stateless_random_saturation")
    if lower < 0:
        raise ValueError("lower must be non-negative.")
    return adjust_saturation(image, stateless_random_uniform([], seed, lower, upper))


def stateless_random_hue(image, max_delta, seed):
    """`adjust_hue` by a number within ±`max_delta`, at most 0.5."""
    if not 0 <= max_delta <= 0.5:
        raise ValueError("max_delta must be in [0, 0.5].")
    return adjust_hue(image, stateless_random_uniform([], seed, -max_delta, max_delta))


def _check_quality(low: int, high: int) -> None:
    if not 0 <= low <= 100 or not 0 <= high <= 100:
        raise ValueError("jpeg encoding range must be between 0 and 100.")
    if low >= high:
        raise ValueError("`min_jpeg_quality` must be less than `max_jpeg_quality`.")


def stateless_random_jpeg_quality(image, min_jpeg_quality, max_jpeg_quality, seed):
    """`adjust_jpeg_quality` by a quality from [min, max)."""
    _check_quality(min_jpeg_quality, max_jpeg_quality)
    drawn = stateless_random_uniform(
        [], seed, min_jpeg_quality, max_jpeg_quality, int32
    )
    return adjust_jpeg_quality(image, drawn)


def random_jpeg_quality(image, min_jpeg_quality, max_jpeg_quality, seed=None):
    """`adjust_jpeg_quality` by a quality from [min, max)."""
    _check_quality(min_jpeg_quality, max_jpeg_quality)
    drawn = random_uniform([], min_jpeg_quality, max_jpeg_quality, int32, seed=seed)
    return adjust_jpeg_quality(image, drawn)


def stateless_random_crop(value, size, seed, name=None):
    """A part of `value` of shape `size`, at a place that `seed` [2] decides."""
    with scope(name, "random_crop"):
        x = tensor(value, name="value")
        size = tensor(size, int32, "size")
        room = TABLE["AddV2"](TABLE["Sub"](array.shape(x), size), 1)
        place = stateless_random_uniform(array.shape(size), seed, 0, int32.max, int32)
        return TABLE["Slice"](x, TABLE["FloorMod"](place, room), size)


def _flipped(image, axis: int, seed):
    x = picture(image)
    if len(x.dims) == 3:
        drawn = stateless_random_uniform([], seed)
        return cond(
            TABLE["Less"](drawn, 0.5), lambda: array.reverse(x, [axis]), lambda: x
        )
    count = array.shape(x)[0]
    drawn = stateless_random_uniform([count], seed)
    flips = TABLE["Round"](array.reshape(drawn, [count, 1, 1, 1]))
    turned = array.reverse(x, [axis + 1])
    return TABLE["SelectV2"](TABLE["Greater"](flips, 0.5), turned, x)


def stateless_random_flip_left_right(image, seed):
    """`image`, its columns reversed in half of the cases (each of a batch alone)."""
    return _flipped(image, 1, seed)


def stateless_random_flip_up_down(image, seed):
    """`image`, its rows reversed in half of the cases."""
    return _flipped(image, 0, seed)


class DistortedBox(NamedTuple):
    """Where a window begins, its size (both for `tf.slice`), and it as a box."""

    begin: Any
    size: Any
    bboxes: Any


def _distorted(image_size, boxes, draw, covered, ratios, areas, attempts, whole):
    """TensorFlow's rules for the window; which one it is, is drawn otherwise."""
    return DistortedBox(
        *TABLE["_DistortedBox"](
            image_size, boxes, np.float32(covered), draw([attempts or 100, 4]),
            aspect_ratio_range=tuple(ratios or (0.75, 1.33)),
            area_range=tuple(areas or (0.05, 1.0)), whole=bool(whole),
        )
    )  # fmt: skip


def sample_distorted_bounding_box(
    image_size, bounding_boxes, seed=0, min_object_covered=0.1, aspect_ratio_range=None,
    area_range=None, max_attempts=None, use_image_if_no_bounding_boxes=None, name=None,
):  # fmt: skip
    """A window of a picture that covers enough of one of its boxes, by chance."""

    def draw(shape):
        return random_uniform(shape, dtype=float64, seed=seed or None)

    return _distorted(
        image_size, bounding_boxes, draw, min_object_covered, aspect_ratio_range,
        area_range, max_attempts, use_image_if_no_bounding_boxes,
    )  # fmt: skip


def stateless_sample_distorted_bounding_box(
    image_size, bounding_boxes, seed, min_object_covered=0.1, aspect_ratio_range=None,
    area_range=None, max_attempts=None, use_image_if_no_bounding_boxes=None, name=None,
):  # fmt: skip
    """The same, decided by `seed` [2]."""

    def draw(shape):
        return stateless_random_uniform(shape, seed, dtype=float64)

    return _distorted(
        image_size, bounding_boxes, draw, min_object_covered, aspect_ratio_range,
        area_range, max_attempts, use_image_if_no_bounding_boxes,
    )  # fmt: skip


__all__ = [
    "random_jpeg_quality", "sample_distorted_bounding_box",
    "stateless_random_brightness", "stateless_random_contrast",
    "stateless_random_crop", "stateless_random_flip_left_right",
    "stateless_random_flip_up_down", "stateless_random_hue",
    "stateless_random_jpeg_quality", "stateless_random_saturation",
    "stateless_sample_distorted_bounding_box",
]  # fmt: skip
