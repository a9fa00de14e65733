"""`tf.image`: boxes that are chosen or drawn, patches and glimpses."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from penstock.api import array
from penstock.api.image_geometry import pad_to_bounding_box
from penstock.api.image_parts import batched, picture, unbatched
from penstock.api.image_resize import resize
from penstock.api.scopes import scope, tensor
from penstock.ir.op import TABLE


def _suppressed(boxes, scores, size, iou, score, sigma, pad, name):
    with scope(name, "non_max_suppression"):
        x = tensor(boxes, name="boxes")
        kind = x.dtype.base_dtype.np
        limits = [np.asarray(v, kind) if not hasattr(v, "dtype") else v
                  for v in (iou, score, sigma)]  # fmt: skip
        return TABLE["NonMaxSuppressionV5"](
            x, scores, size, *limits, pad_to_max_output_size=pad
        )


def non_max_suppression_with_scores(
    boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=float("-inf"),
    soft_nms_sigma=0.0, name=None,
):  # fmt: skip
    """(indices, scores) of the boxes to keep; with a sigma, overlap lowers scores."""
    indices, kept, _ = _suppressed(
        boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma,
        False, name,
    )  # fmt: skip
    return indices, kept


def non_max_suppression_padded(
    boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=float("-inf"),
    pad_to_max_output_size=False, name=None, sorted_input=False,
    canonicalized_coordinates=False, tile_size=512,
):  # fmt: skip
    """(indices, how many are valid); of one picture, or of a batch where padded."""
    x = tensor(boxes, name="boxes")
    if len(x.dims) == 2:
        indices, _, valid = _suppressed(
            x, scores, max_output_size, iou_threshold, score_threshold, 0.0,
            pad_to_max_output_size, name,
        )  # fmt: skip
        return indices, valid
    scores = tensor(scores, name="scores")
    rows = [
        _suppressed(x[b], scores[b], max_output_size, iou_threshold, score_threshold,
                    0.0, True, name)
        for b in range(x.dims[0])
    ]  # fmt: skip
    return array.stack([r[0] for r in rows]), array.stack([r[2] for r in rows])


def non_max_suppression_overlaps(
    overlaps, scores, max_output_size, overlap_threshold=0.5,
    score_threshold=float("-inf"), name=None,
):  # fmt: skip
    """Indices to keep, where `overlaps` [n, n] says how much boxes overlap."""
    return TABLE["NonMaxSuppressionWithOverlaps"](
        overlaps, scores, max_output_size, np.float32(overlap_threshold),
        np.float32(score_threshold), name=name,
    )  # fmt: skip


class CombinedNonMaxSuppression(NamedTuple):
    """Boxes, scores and classes, padded with zeros, and how many are valid."""

    nmsed_boxes: Any
    nmsed_scores: Any
    nmsed_classes: Any
    valid_detections: Any


def combined_non_max_suppression(
    boxes, scores, max_output_size_per_class, max_total_size, iou_threshold=0.5,
    score_threshold=float("-inf"), pad_per_class=False, clip_boxes=True, name=None,
):  # fmt: skip
    """The best boxes of every class and then of all, for each picture of a batch."""
    return CombinedNonMaxSuppression(
        *TABLE["CombinedNonMaxSuppression"](
            boxes, scores, max_output_size_per_class, max_total_size,
            np.float32(iou_threshold), np.float32(score_threshold),
            pad_per_class=pad_per_class, clip_boxes=clip_boxes, name=name,
        )
    )  # fmt: skip


def draw_bounding_boxes(images, boxes, colors, name=None):
    """Pictures with the outlines of `boxes` [batch, n, 4] in `colors` [k, channels]."""
    given = np.zeros((0, 4), np.float32) if colors is None else colors
    return TABLE["DrawBoundingBoxesV2"](images, boxes, given, name=name)


def extract_patches(images, sizes, strides, rates, padding, name=None):
    """Patches of pictures, each laid out along the last axis."""
    return TABLE["ExtractImagePatches"](
        images, ksizes=sizes, strides=strides, rates=rates, padding=padding, name=name
    )


def extract_glimpse(input, size, offsets, centered=True, normalized=True,
                    noise="uniform", name=None):  # fmt: skip
    """Windows of `size` [height, width] around `offsets` [batch, 2].

    Only `noise="zero"` is in Penstock.
    """
    return TABLE["ExtractGlimpseV2"](
        input, size, offsets, centered=centered, normalized=normalized,
        uniform_noise=False, noise=noise, name=name,
    )  # fmt: skip


def resize_with_pad(image, target_height, target_width, method="bilinear",
                    antialias=False):  # fmt: skip
    """`image` resized without changing its proportions, black bars filling the rest."""
    with scope(None, "resize_image_with_pad"):
        x, alone = batched(picture(image))
        height, width = x.dims[1:3]
        if height is None or width is None:
            raise ValueError("resize_with_pad needs a known height and width.")
        scale = max(height / target_height, width / target_width)
        rows, columns = height / scale, width / scale
        inner = int(rows), int(columns)
        top = max(int((target_height - rows) / 2), 0)
        left = max(int((target_width - columns) / 2), 0)
        small = resize(x, inner, method, antialias=antialias)
        small = pad_to_bounding_box(small, top, left, target_height, target_width)
        return unbatched(small, alone)


__all__ = [
    "combined_non_max_suppression", "draw_bounding_boxes", "extract_glimpse",
    "extract_patches", "non_max_suppression_overlaps", "non_max_suppression_padded",
    "non_max_suppression_with_scores", "resize_with_pad",
]  # fmt: skip
