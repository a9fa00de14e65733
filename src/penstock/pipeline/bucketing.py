"""Sequences of similar length in one batch: the parts of bucket_by_sequence_length."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from penstock.core.errors import InvalidArgumentError
from penstock.pipeline.spec import ArraySpec
from penstock.pipeline.structure import flatten, pack, transform


def bucket_of(length: int, boundaries: list[int]) -> np.int64:
    """Bucket k holds lengths in [boundaries[k - 1], boundaries[k])."""
    return np.int64(bisect_right(boundaries, length))


def bucket_batches(
    group, boundary, size, shapes, values, to_boundary, no_padding, drop_remainder
):
    """One bucket's elements as a data set of (padded) batches.

    `boundary` is the bucket's upper end, None for the last bucket.
    """
    if no_padding:
        return group.batch(size, drop_remainder=drop_remainder)
    shapes = _as_shapes(shapes)
    if to_boundary:
        if boundary is None:
            raise InvalidArgumentError(
                None,
                None,
                "When pad_to_bucket_boundary=True, elements must have "
                "length < max(bucket_boundaries).",
            )
        shapes = _filled(shapes, boundary - 1)
    return group.padded_batch(size, shapes, values, drop_remainder=drop_remainder)


def _as_shapes(given):
    leaves = flatten(given)
    if all(isinstance(leaf, ArraySpec) for leaf in leaves):
        return transform(lambda leaf: list(leaf.shape), given)
    return given


def _filled(shapes, size: int):
    """Unknown sizes made `size`."""

    def fill(shape):
        return [size if n is None or n == -1 else n for n in shape]

    if isinstance(shapes, tuple) and not all(
        isinstance(n, int | type(None)) for n in shapes
    ):
        return tuple(_filled(part, size) for part in shapes)
    if isinstance(shapes, dict):
        return {key: _filled(part, size) for key, part in shapes.items()}
    return pack(0, [fill(shapes)])
