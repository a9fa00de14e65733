"""`class_weight` of `fit`: each row weighted by its class."""

from __future__ import annotations

import numpy as np

from penstock.core import nest
from penstock.keras import feed as feeds


def weighted(feed, class_weight: dict[int, float]):
    """`feed` with each row weighted by its class.

    Raises ValueError for a source that is not arrays with one target.
    """
    if not feed.static:
        return _WeightedIterator(feed, class_weight)
    x, y, sample_weight = feed.template
    weights = _row_weights(y, class_weight, sample_weight)
    again = feeds.ArrayFeed(x, y, weights, feed.batch_size, feed.shuffle, feed.steps)
    return again


def _row_weights(y, class_weight, sample_weight):
    if nest.is_nested(y):
        raise ValueError(
            "`class_weight` is only supported for Models with a single output."
        )
    classes = np.argmax(y, axis=-1) if np.ndim(y) > 1 and y.shape[-1] > 1 else y
    classes = np.asarray(classes).reshape(-1).astype(int)
    known = set(class_weight)
    unknown = set(np.unique(classes)) - known
    if unknown:
        raise ValueError(
            f"`class_weight` must contain all classes in the data. The classes "
            f"{sorted(map(int, unknown))} exist in the data but not in `class_weight`."
        )
    weights = np.array([class_weight[c] for c in classes], np.float32)
    return weights if sample_weight is None else weights * np.asarray(sample_weight)


class _WeightedIterator:
    """A feed of batches with each row weighted by its class."""

    def __init__(self, feed, class_weight):
        self.feed, self.class_weight = feed, class_weight
        self.static = False

    def __getattr__(self, name):
        return getattr(self.feed, name)  # `steps` and `ran_out`

    def __iter__(self):
        for x, y, sample_weight in self.feed:
            yield x, y, _row_weights(y, self.class_weight, sample_weight)
