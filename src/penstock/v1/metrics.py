"""`tf.metrics` of 1.x: quantities summed up over batches in local variables.

Each gives (value, update operation): run the update with every batch, the value at
the end; `tf.local_variables_initializer()` starts anew.
"""

from __future__ import annotations

from penstock.api import array, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api import math_reduce as reduce
from penstock.api.math_functions import cast
from penstock.api.math_segment import confusion_matrix
from penstock.api.passing import identity
from penstock.api.scopes import tensor
from penstock.core.dtypes import bool as bool_
from penstock.core.dtypes import float32, float64, int64
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.v1.metrics_curves import (
    auc,
    false_negatives_at_thresholds,
    false_positives_at_thresholds,
    precision_at_k,
    precision_at_thresholds,
    precision_at_top_k,
    recall_at_k,
    recall_at_thresholds,
    recall_at_top_k,
    sensitivity_at_specificity,
    specificity_at_sensitivity,
    true_negatives_at_thresholds,
    true_positives_at_thresholds,
)
from penstock.v1.metrics_parts import collected, counter, metric_variable, ratio
from penstock.v1.variable_scope import variable_scope
from penstock.v1.weights import broadcast_weights, squeezed


def mean(
    values, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """The mean of all `values`, by `weights` where given."""
    with variable_scope(name, "mean"):
        values = cast(values, float32)
        total, count = counter([], "total"), counter([], "count")
        if weights is None:
            number = cast(array.size(values), float32)
        else:
            values, _, weights = squeezed(values, None, weights)
            weights = broadcast_weights(cast(weights, float32), values)
            values = TABLE["Mul"](values, weights)
            number = reduce.reduce_sum(weights)
        more = total.assign_add(reduce.reduce_sum(values))
        with context.landing().control_dependencies([values]):
            counted = count.assign_add(number)
        return collected(
            ratio(total, count, "value"), ratio(more, counted, "update_op"),
            metrics_collections, updates_collections,
        )  # fmt: skip


def accuracy(
    labels, predictions, weights=None, metrics_collections=None,
    updates_collections=None, name=None,
):  # fmt: skip
    """The share of `predictions` that equal their `labels`."""
    predictions, labels, weights = squeezed(predictions, labels, weights)
    if labels.dtype.base_dtype is not predictions.dtype.base_dtype:
        predictions = cast(predictions, labels.dtype)
    right = cast(TABLE["Equal"](predictions, labels), float32)
    return mean(
        right, weights, metrics_collections, updates_collections, name or "accuracy"
    )


def mean_tensor(
    values, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """The mean of each element of `values` over the batches."""
    with variable_scope(name, "mean"):
        values = tensor(values)
        values = cast(values, float32)
        sizes = values.shape.as_list()
        total, count = counter(sizes, "total_tensor"), counter(sizes, "count_tensor")
        number = array.ones_like(values)
        if weights is not None:
            values, _, weights = squeezed(values, None, weights)
            weights = broadcast_weights(cast(weights, float32), values)
            values = TABLE["Mul"](values, weights)
            number = TABLE["Mul"](number, weights)
        more = total.assign_add(values)
        with context.landing().control_dependencies([values]):
            counted = count.assign_add(number)
        return collected(
            ratio(total, count, "value"), ratio(more, counted, "update_op"),
            metrics_collections, updates_collections,
        )  # fmt: skip


def _floats(labels, predictions, weights):
    predictions, labels, weights = squeezed(predictions, labels, weights)
    return cast(predictions, float32), cast(labels, float32), weights


def mean_absolute_error(
    labels, predictions, weights=None, metrics_collections=None,
    updates_collections=None, name=None,
):  # fmt: skip
    """The mean of |predictions - labels|."""
    p, y, weights = _floats(labels, predictions, weights)
    return mean(
        TABLE["Abs"](p - y), weights, metrics_collections, updates_collections,
        name or "mean_absolute_error",
    )  # fmt: skip


def mean_squared_error(
    labels, predictions, weights=None, metrics_collections=None,
    updates_collections=None, name=None,
):  # fmt: skip
    """The mean of (predictions - labels)²."""
    p, y, weights = _floats(labels, predictions, weights)
    return mean(
        TABLE["SquaredDifference"](y, p), weights, metrics_collections,
        updates_collections, name or "mean_squared_error",
    )  # fmt: skip


def root_mean_squared_error(
    labels, predictions, weights=None, metrics_collections=None,
    updates_collections=None, name=None,
):  # fmt: skip
    """The square root of `mean_squared_error`."""
    value, update = mean_squared_error(
        labels, predictions, weights, None, None, name or "root_mean_squared_error"
    )
    return collected(
        TABLE["Sqrt"](value), TABLE["Sqrt"](update), metrics_collections,
        updates_collections,
    )  # fmt: skip


def mean_relative_error(
    labels, predictions, normalizer, weights=None, metrics_collections=None,
    updates_collections=None, name=None,
):  # fmt: skip
    """The mean of |labels - predictions| / normalizer, 0 where that is 0."""
    p, y, weights = _floats(labels, predictions, weights)
    normalizer = tensor(normalizer)
    zero = TABLE["Equal"](0.0, normalizer)
    share = TABLE["RealDiv"](TABLE["Abs"](y - p), normalizer)
    errors = TABLE["Select"](zero, array.zeros_like(y), share)
    return mean(
        errors, weights, metrics_collections, updates_collections,
        name or "mean_relative_error",
    )  # fmt: skip


def mean_cosine_distance(
    labels, predictions, dim, weights=None, metrics_collections=None,
    updates_collections=None, name=None,
):  # fmt: skip
    """1 - the mean of Σ labels·predictions along `dim`."""
    p, y, weights = _floats(labels, predictions, weights)
    products = reduce.reduce_sum(TABLE["Mul"](p, y), axis=[dim], keepdims=True)
    value, update = mean(products, weights, None, None, name or "mean_cosine_distance")
    return collected(
        TABLE["Sub"](1.0, value), TABLE["Sub"](1.0, update), metrics_collections,
        updates_collections,
    )  # fmt: skip


def percentage_below(
    values, threshold, weights=None, metrics_collections=None,
    updates_collections=None, name=None,
):  # fmt: skip
    """The share of `values` below `threshold`."""
    below = cast(TABLE["Less"](values, threshold), float32)
    return mean(
        below, weights, metrics_collections, updates_collections,
        name or "percentage_below_threshold",
    )  # fmt: skip


# --- what was hit and missed ----------------------------------------------------------


def _counted(hits, weights, metrics_collections=None, updates_collections=None):
    hits = cast(hits, float32)
    count = counter([], "count")
    if weights is not None:
        hits, _, weights = squeezed(hits, None, weights)
        weights = broadcast_weights(cast(weights, float32), hits)
        hits = TABLE["Mul"](hits, weights)
    value = identity(count)
    update = count.assign_add(reduce.reduce_sum(hits))
    return collected(value, update, metrics_collections, updates_collections)


def _hits(wanted_label: bool, wanted_prediction: bool, name: str, doc: str):
    def metric(
        labels, predictions, weights=None, metrics_collections=None,
        updates_collections=None, name=None, _default=name,
    ):  # fmt: skip
        with variable_scope(name, _default):
            predictions, labels, weights = squeezed(
                cast(predictions, bool_), cast(labels, bool_), weights
            )
            both = TABLE["LogicalAnd"](
                TABLE["Equal"](labels, wanted_label),
                TABLE["Equal"](predictions, wanted_prediction),
            )
            return _counted(both, weights, metrics_collections, updates_collections)

    metric.__doc__ = doc
    metric.__name__ = metric.__qualname__ = name
    return metric


true_positives = _hits(
    True, True, "true_positives", "How many predictions were rightly True."
)
true_negatives = _hits(
    False, False, "true_negatives", "How many predictions were rightly False."
)
false_positives = _hits(
    False, True, "false_positives", "How many predictions were wrongly True."
)
false_negatives = _hits(
    True, False, "false_negatives", "How many predictions were wrongly False."
)


def _share_of(first, second, name: str):
    total = TABLE["AddV2"](first, second)
    zero = array.zeros_like(first)
    right = TABLE["Greater"](total, 0)
    return TABLE["Select"](right, TABLE["RealDiv"](first, total), zero, name=name)


def _hits_among(
    name, default, misses, labels, predictions, weights, metrics_collections,
    updates_collections,
):  # fmt: skip
    """True positives as a share of themselves and of what `misses` counts."""
    with variable_scope(name, default):
        predictions, labels, weights = squeezed(
            cast(predictions, bool_), cast(labels, bool_), weights
        )
        hit, hit_update = true_positives(labels, predictions, weights)
        miss, miss_update = misses(labels, predictions, weights)
        return collected(
            _share_of(hit, miss, "value"),
            _share_of(hit_update, miss_update, "update_op"),
            metrics_collections, updates_collections,
        )  # fmt: skip


def precision(
    labels, predictions, weights=None, metrics_collections=None,
    updates_collections=None, name=None,
):  # fmt: skip
    """Of what was predicted True, the share that was."""
    return _hits_among(
        name, "precision", false_positives, labels, predictions, weights,
        metrics_collections, updates_collections,
    )  # fmt: skip


def recall(
    labels, predictions, weights=None, metrics_collections=None,
    updates_collections=None, name=None,
):  # fmt: skip
    """Of what was True, the share that was predicted so."""
    return _hits_among(
        name, "recall", false_negatives, labels, predictions, weights,
        metrics_collections, updates_collections,
    )  # fmt: skip


def mean_iou(
    labels, predictions, num_classes, weights=None, metrics_collections=None,
    updates_collections=None, name=None,
):  # fmt: skip
    """Intersection over union of each class, averaged over classes that occur."""
    with variable_scope(name, "mean_iou"):
        total, update = _confusion(labels, predictions, num_classes, weights)
        by_row = cast(reduce.reduce_sum(total, 0), float32)
        by_column = cast(reduce.reduce_sum(total, 1), float32)
        hits = cast(TABLE["DiagPart"](total), float32)
        union = by_row + by_column - hits
        present = reduce.reduce_sum(cast(TABLE["NotEqual"](union, 0.0), float32))
        safe = TABLE["Select"](
            TABLE["Greater"](union, 0.0), union, array.ones_like(union)
        )
        shares = TABLE["RealDiv"](hits, safe)
        summed = reduce.reduce_sum(shares)
        value = TABLE["Select"](
            TABLE["Greater"](present, 0.0), TABLE["RealDiv"](summed, present),
            tensor(0.0),
        )  # fmt: skip
        return collected(value, update, metrics_collections, updates_collections)


def _confusion(labels, predictions, num_classes, weights):
    total = metric_variable(
        [num_classes, num_classes], float64, name="total_confusion_matrix"
    )
    flat = [array.reshape(cast(t, int64), [-1]) for t in (predictions, labels)]
    if weights is not None:
        weights = array.reshape(weights, [-1])
    matrix = confusion_matrix(
        flat[1], flat[0], num_classes, weights=weights, dtype=float64
    )
    return total.value(), total.assign_add(matrix)


def mean_per_class_accuracy(
    labels, predictions, num_classes, weights=None, metrics_collections=None,
    updates_collections=None, name=None,
):  # fmt: skip
    """The accuracy within each class of `labels`, averaged over the classes."""
    with variable_scope(name, "mean_accuracy"):
        labels = array.reshape(cast(labels, int64), [-1])
        predictions = array.reshape(cast(predictions, int64), [-1])
        total = counter([num_classes], "total")
        count = counter([num_classes], "count")
        ones = array.ones([array.size(labels)], float32)
        right = cast(TABLE["Equal"](labels, predictions), float32)
        if weights is not None:
            weights = cast(array.reshape(weights, [-1]), float32)
            ones, right = ones * weights, right * weights
        add = TABLE["ScatterAdd"]
        more = add(total._ref(), labels, ones)
        counted = add(count._ref(), labels, right)
        shares = TABLE["DivNoNan"](count, total)
        value = reduce.reduce_mean(shares, name="mean_accuracy")
        update = TABLE["DivNoNan"](counted, more, name="update_op")
        return collected(value, update, metrics_collections, updates_collections)


__all__ = [
    "accuracy", "auc", "false_negatives", "false_negatives_at_thresholds",
    "false_positives", "false_positives_at_thresholds", "mean", "mean_absolute_error",
    "mean_cosine_distance", "mean_iou", "mean_per_class_accuracy",
    "mean_relative_error", "mean_squared_error", "mean_tensor", "percentage_below",
    "precision", "precision_at_k", "precision_at_thresholds", "precision_at_top_k",
    "recall", "recall_at_k", "recall_at_thresholds", "recall_at_top_k",
    "root_mean_squared_error", "sensitivity_at_specificity",
    "specificity_at_sensitivity", "true_negatives", "true_negatives_at_thresholds",
    "true_positives", "true_positives_at_thresholds",
]  # fmt: skip
