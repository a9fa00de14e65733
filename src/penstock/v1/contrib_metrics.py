"""`tf.contrib.metrics`: the streaming metrics, predictions first, and confusion."""

from __future__ import annotations

import functools
from typing import Any

from penstock.api import sets
from penstock.api.math_functions import cast
from penstock.api.math_reduce import reduce_mean
from penstock.core.dtypes import float32, int32
from penstock.v1 import metrics

_PAIRS = (
    "accuracy auc false_negatives false_positives mean_absolute_error mean_iou"
    " mean_squared_error precision precision_at_thresholds recall"
    " recall_at_thresholds root_mean_squared_error sensitivity_at_specificity"
    " specificity_at_sensitivity true_negatives true_positives"
    " false_negatives_at_thresholds false_positives_at_thresholds"
    " true_negatives_at_thresholds true_positives_at_thresholds"
).split()


def _streaming(name: str):
    metric: Any = getattr(metrics, name)

    @functools.wraps(metric)
    def streaming(predictions, labels, *args, **kwargs):
        return metric(labels, predictions, *args, **kwargs)

    streaming.__name__ = f"streaming_{name}"
    return streaming


for _name in _PAIRS:
    globals()[f"streaming_{_name}"] = _streaming(_name)

streaming_mean = metrics.mean
streaming_mean_tensor = metrics.mean_tensor


def streaming_percentage_less(values, threshold, weights=None, *args, **kwargs):
    return metrics.percentage_below(values, threshold, weights, *args, **kwargs)


def streaming_mean_relative_error(predictions, labels, normalizer, *args, **kwargs):
    return metrics.mean_relative_error(labels, predictions, normalizer, *args, **kwargs)


def streaming_mean_cosine_distance(predictions, labels, dim, *args, **kwargs):
    return metrics.mean_cosine_distance(labels, predictions, dim, *args, **kwargs)


def streaming_sparse_recall_at_k(predictions, labels, k, *args, **kwargs):
    return metrics.recall_at_k(labels, predictions, k, *args, **kwargs)


def streaming_sparse_precision_at_k(predictions, labels, k, *args, **kwargs):
    return metrics.precision_at_k(labels, predictions, k, *args, **kwargs)


def streaming_recall_at_k(
    predictions, labels, k, weights=None, metrics_collections=None,
    updates_collections=None, name=None,
):  # fmt: skip
    """How often the label [batch] is among the k largest predictions."""
    from penstock.api.nn import in_top_k

    hit = cast(in_top_k(labels, predictions, k), float32)
    return metrics.mean(
        hit, weights, metrics_collections, updates_collections,
        name or f"recall_at_{k}",
    )  # fmt: skip


def accuracy(predictions, labels, weights=None, name=None):
    """The share of equal entries, in one batch."""
    from penstock.api.math_arithmetic import equal

    if predictions.dtype != labels.dtype:
        raise ValueError(
            f"Dtypes of predictions and labels must be the same: {predictions.dtype},"
            f" {labels.dtype}."
        )
    same = cast(equal(predictions, labels), float32)
    if weights is None:
        return reduce_mean(same)
    from penstock.api.math_reduce import reduce_sum

    return reduce_sum(same * weights) / reduce_sum(weights + 0.0 * same)


def confusion_matrix(
    labels, predictions, num_classes=None, dtype=int32, name=None, weights=None
):
    from penstock.v1.math import confusion_matrix as matrix

    return matrix(labels, predictions, num_classes, dtype, name, weights)


def aggregate_metrics(*value_update_tuples):
    """([values], [updates]) of pairs."""
    if not value_update_tuples:
        raise ValueError("Expected at least one value_tensor/update_op pair")
    values, updates = zip(*value_update_tuples, strict=True)
    return list(values), list(updates)


def aggregate_metric_map(names_to_tuples: dict):
    """({name: value}, {name: update}) of {name: pair}."""
    values, updates = zip(*names_to_tuples.values(), strict=True)
    names = names_to_tuples.keys()
    return dict(zip(names, values, strict=True)), dict(zip(names, updates, strict=True))


set_size = sets.size
set_intersection = sets.intersection
set_difference = sets.difference
set_union = sets.union

__all__: list[str] = [
    "accuracy", "aggregate_metric_map", "aggregate_metrics", "confusion_matrix",
    "set_difference", "set_intersection", "set_size", "set_union",
]  # fmt: skip
__all__ += [n for n in list(globals()) if n.startswith("streaming_")]  # pyright: ignore[reportUnsupportedDunderAll]
