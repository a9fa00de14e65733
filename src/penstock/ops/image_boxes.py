"""Boxes in pictures: drawn, suppressed, and windows by chance."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from penstock.core.dtypes import FLOATING, float32
from penstock.core.errors import InvalidArgumentError
from penstock.ir.constant import constant_value
from penstock.ir.op import STOPS, op
from penstock.ops import rules
from penstock.ops.xla import jnp

_HOST: dict[str, Any] = {"gradient": STOPS, "host": True}


def overlaps(boxes: np.ndarray, one: int, others) -> np.ndarray:
    """Intersection over union of a box [y1, x1, y2, x2] with others, any corners."""
    low = np.minimum(boxes[:, :2], boxes[:, 2:])
    high = np.maximum(boxes[:, :2], boxes[:, 2:])
    areas = (high - low).prod(1)
    both = np.minimum(high[one], high[others]) - np.maximum(low[one], low[others])
    shared = np.clip(both, 0, None).prod(-1)
    union = areas[one] + areas[others] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def chosen(overlap, scores, most: int, iou, score, sigma) -> tuple[list, list]:
    """Indices of boxes by falling score, and their scores.

    With `sigma` 0 a box that overlaps a chosen one by more than `iou` is left out.
    Otherwise its score falls by exp(-overlap² / (2 sigma)) and it waits for its turn.
    Bodla and others, "Soft-NMS" (2017). `overlap(i, others)` gives overlaps.
    """
    waiting = [(float(s), -i, 0) for i, s in enumerate(scores) if s > score]
    picked: list[int] = []
    kept: list[float] = []
    while waiting and len(picked) < most:
        best = max(waiting)
        waiting.remove(best)
        value, negative, begin = best
        index, start = -negative, value
        gone = False
        for other in reversed(picked[begin:]):
            shared = float(overlap(index, [other])[0])
            if sigma > 0:
                value *= float(np.exp(-(shared**2) / (2 * sigma)))
            gone = value <= score or (sigma <= 0 and shared > iou)
            if gone:
                break
        if gone:
            continue
        if value == start:
            picked.append(index)
            kept.append(value)
        else:
            waiting.append((value, negative, len(picked)))
    return picked, kept


def _some(*_, **__):
    return (None,)


@op(
    "NonMaxSuppressionV5",
    "boxes: T, scores: T, max_output_size: int32, iou_threshold: T, "
    "score_threshold: T, soft_nms_sigma: T -> selected_indices: int32, "
    "selected_scores: T, valid_outputs: int32",
    shape=lambda *_, **__: [(None,), (None,), ()],
    **_HOST,
)
def non_max_suppression_v5(
    boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma,
    *, pad_to_max_output_size=False,
):  # fmt: skip
    most = int(max_output_size)
    picked, kept = chosen(
        lambda one, others: overlaps(boxes, one, others), scores, most,
        float(iou_threshold), float(score_threshold), float(soft_nms_sigma),
    )  # fmt: skip
    room = most - len(picked) if pad_to_max_output_size else 0
    return (
        np.array(picked + [0] * room, np.int32),
        np.array(kept + [0] * room, scores.dtype),
        np.int32(len(picked)),
    )


@op(
    "NonMaxSuppressionWithOverlaps",
    "overlaps: float32, scores: float32, max_output_size: int32, "
    "overlap_threshold: float32, score_threshold: float32 -> selected_indices: int32",
    shape=_some, **_HOST,
)  # fmt: skip
def non_max_suppression_with_overlaps(
    overlaps, scores, max_output_size, overlap_threshold, score_threshold
):
    picked, _ = chosen(
        lambda one, others: overlaps[one, others], scores, int(max_output_size),
        float(overlap_threshold), float(score_threshold), 0.0,
    )  # fmt: skip
    return np.array(picked, np.int32)


@op(
    "CombinedNonMaxSuppression",
    "boxes: float32, scores: float32, max_output_size_per_class: int32, "
    "max_total_size: int32, iou_threshold: float32, score_threshold: float32 -> "
    "nmsed_boxes: float32, nmsed_scores: float32, nmsed_classes: float32, "
    "valid_detections: int32",
    shape=lambda boxes, *_, **__: [
        (None, None, 4), (None, None), (None, None), (None,)
    ],
    **_HOST,
)  # fmt: skip
def combined_non_max_suppression(
    boxes, scores, max_output_size_per_class, max_total_size, iou_threshold,
    score_threshold, *, pad_per_class=False, clip_boxes=True,
):  # fmt: skip
    """Per class and picture; the best of all classes, padded with zeros."""
    per_class, total = int(max_output_size_per_class), int(max_total_size)
    classes = scores.shape[2]
    size = min(total, per_class * classes) if pad_per_class else total
    out = [np.zeros((len(boxes), size, *more), np.float32) for more in ((4,), (), ())]
    valid = np.zeros(len(boxes), np.int32)
    for b in range(len(boxes)):
        found = []
        for c in range(classes):
            own = boxes[b, :, c if boxes.shape[2] > 1 else 0]
            picked, kept = chosen(
                partial(overlaps, own), scores[b, :, c], per_class,
                float(iou_threshold), float(score_threshold), 0.0,
            )  # fmt: skip
            found += [(s, -c, own[i]) for i, s in zip(picked, kept, strict=True)]
        found.sort(key=lambda entry: -entry[0])
        valid[b] = min(len(found), size)
        for at, (score, negative, box) in enumerate(found[:size]):
            out[0][b, at] = np.clip(box, 0, 1) if clip_boxes else box
            out[1][b, at], out[2][b, at] = score, -negative
    return (*out, valid)


#: The colours of boxes that are given none, one after the other: RGBA.
_COLOURS = np.array([
    [1, 1, 0, 1], [0, 0, 1, 1], [1, 0, 0, 1], [0, 1, 0, 1], [0.5, 0, 0.5, 1],
    [0.5, 0.5, 0, 1], [0.5, 0, 0, 1], [0, 0, 0.5, 1], [0, 1, 1, 1], [1, 0, 1, 1],
], np.float32)  # fmt: skip


@op(
    "DrawBoundingBoxesV2",
    "images: T, boxes: float32, colors: float32 -> output: T",
    shape=rules.same_as(0), where={"T": FLOATING}, **_HOST,
)  # fmt: skip
def draw_bounding_boxes(images, boxes, colors):
    """One pixel wide outlines of boxes [batch, n, 4] (0 to 1) in pictures."""
    out = np.array(images)
    _, height, width, depth = out.shape
    given = np.asarray(colors, np.float32)
    palette = given if given.size else _COLOURS
    if depth == 1:
        palette = np.ones_like(palette)
    for picture, corners in zip(out, np.asarray(boxes), strict=True):
        for number, (y1, x1, y2, x2) in enumerate(corners):
            colour = palette[number % len(palette)][:depth].astype(out.dtype)
            top, bottom = int(y1 * (height - 1)), int(y2 * (height - 1))
            left, right = int(x1 * (width - 1)), int(x2 * (width - 1))
            if top > bottom or left > right or bottom < 0 or right < 0:
                continue
            if top >= height or left >= width:
                continue
            rows = slice(max(top, 0), min(bottom, height - 1) + 1)
            columns = slice(max(left, 0), min(right, width - 1) + 1)
            for row in (top, bottom):
                if 0 <= row < height:
                    picture[row, columns] = colour
            for column in (left, right):
                if 0 <= column < width:
                    picture[rows, column] = colour
    return out


def _glimpsed(input, size, offsets, **_):
    b, _, _, c = rules.ranked(input, 4, "input")
    wanted = constant_value(size)
    rows, columns = (None, None) if wanted is None else map(int, wanted)
    return (b, rows, columns, c)


@op(
    "ExtractGlimpseV2",
    "input: float32, size: int32, offsets: float32 -> glimpse: float32",
    shape=_glimpsed,
    gradient=STOPS, static=(1,),
)  # fmt: skip
def extract_glimpse(
    input, size, offsets, *, centered=True, normalized=True, uniform_noise=False,
    noise="uniform",
):  # fmt: skip
    """Windows of `size` around `offsets`; what lies outside of the picture is 0."""
    if noise != "zero":
        raise InvalidArgumentError(
            None, None, "extract_glimpse: only noise='zero' is in Penstock."
        )
    x, offsets = jnp.asarray(input), jnp.asarray(offsets, float32.np)
    height, width = map(int, size)
    full = jnp.array(x.shape[1:3], float32.np)
    window = jnp.array([height, width], float32.np)
    if normalized:
        offsets = offsets * full
    if centered:
        offsets = offsets / (2.0 if normalized else 1.0) + (full - window) / 2
    corner = jnp.trunc(offsets).astype(jnp.int32)
    padded = jnp.pad(x, ((0, 0), (height, height), (width, width), (0, 0)))
    corner = jnp.clip(
        corner + jnp.array([height, width]), 0,
        jnp.array([x.shape[1] + height, x.shape[2] + width]),
    )  # fmt: skip
    rows = corner[:, :1] + jnp.arange(height)
    columns = corner[:, 1:] + jnp.arange(width)
    batch = jnp.arange(x.shape[0])[:, None, None]
    return padded[batch, rows[:, :, None], columns[:, None, :]]


@op(
    "_DistortedBox",
    "image_size: T, boxes: float32, covered: float32, draws: float64 -> "
    "begin: T, size: T, bboxes: float32",
    shape=lambda *_, **__: [(3,), (3,), (1, 1, 4)],
    **_HOST,
)
def distorted_box(
    image_size, boxes, covered, draws, *, aspect_ratio_range, area_range, whole
):
    """The first window of `draws` [attempts, 4] that fits; the whole picture if none.

    It has an aspect ratio and a part of the area within the ranges, and covers at
    least `covered` of one of `boxes` [1, n, 4].
    """
    height, width = int(image_size[0]), int(image_size[1])
    given = np.asarray(boxes, np.float64).reshape(-1, 4)
    if not len(given):
        if not whole:
            raise InvalidArgumentError(
                None, None, "sample_distorted_bounding_box: no bounding boxes; pass "
                "use_image_if_no_bounding_boxes=True to use the whole picture.",
            )  # fmt: skip
        given = np.array([[0.0, 0, 1, 1]])
    scaled = given * [height, width, height, width]
    found = (0, 0, height, width)
    for aspect, area, down, across in np.asarray(draws):
        ratio = aspect_ratio_range[0] + aspect * np.ptp(aspect_ratio_range)
        wanted = (area_range[0] + area * np.ptp(area_range)) * height * width
        rows = round(np.sqrt(wanted / ratio))
        columns = round(rows * ratio)
        if not (0 < rows <= height and 0 < columns <= width):
            continue
        if not area_range[0] <= rows * columns / (height * width) <= area_range[1]:
            continue
        top, left = int(down * (height - rows + 1)), int(across * (width - columns + 1))
        low = np.maximum(scaled[:, :2], [top, left])
        high = np.minimum(scaled[:, 2:], [top + rows, left + columns])
        inside = np.clip(high - low, 0, None).prod(1)
        own = (scaled[:, 2:] - scaled[:, :2]).prod(1)
        if (inside >= float(covered) * own).any():
            found = (top, left, rows, columns)
            break
    top, left, rows, columns = found
    kind = np.asarray(image_size).dtype
    box = [top / height, left / width, (top + rows) / height, (left + columns) / width]
    return (
        np.array([top, left, 0], kind), np.array([rows, columns, -1], kind),
        np.array(box, np.float32).reshape(1, 1, 4),
    )  # fmt: skip
