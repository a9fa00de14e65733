"""`tf.metrics` over thresholds and over the k best classes."""

from __future__ import annotations

from typing import Any

from penstock.api import array, nn, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api import math_reduce as reduce
from penstock.api.math_functions import cast
from penstock.api.passing import identity
from penstock.api.scopes import tensor
from penstock.core.dtypes import bool as bool_
from penstock.core.dtypes import float32, float64, int64
from penstock.ir.op import TABLE
from penstock.v1.metrics_parts import collected, metric_variable
from penstock.v1.variable_scope import variable_scope
from penstock.v1.weights import broadcast_weights, squeezed

#: What keeps a quotient from 0 / 0, as TensorFlow takes it.
_EPSILON = 1e-7

_KINDS = {
    "tp": ("true_positives", True, True),
    "fn": ("false_negatives", True, False),
    "tn": ("true_negatives", False, False),
    "fp": ("false_positives", False, True),
}


def _at_thresholds(labels, predictions, thresholds, weights, kinds=tuple(_KINDS)):
    """(values, updates): for each kind [thresholds] counts, over all batches."""
    predictions, labels, weights = squeezed(
        cast(predictions, float32), cast(labels, bool_), weights
    )
    flat = array.reshape(predictions, [1, -1])
    truth = array.reshape(labels, [1, -1])
    above = TABLE["Greater"](flat, array.expand_dims(tensor(thresholds, float32), 1))
    if weights is not None:
        weights = broadcast_weights(cast(weights, float32), predictions)
        weights = array.reshape(weights, [1, -1])
    values, updates = {}, {}
    for kind in kinds:
        name, label, prediction = _KINDS[kind]
        total = metric_variable([len(thresholds)], float32, name=name)
        hit = TABLE["LogicalAnd"](
            truth if label else TABLE["LogicalNot"](truth),
            above if prediction else TABLE["LogicalNot"](above),
        )
        hit = cast(hit, float32)
        if weights is not None:
            hit = hit * weights
        values[kind] = identity(total)
        updates[kind] = total.assign_add(reduce.reduce_sum(hit, 1))
    return values, updates


def _thresholds(count: int) -> list[float]:
    inner = [(i + 1) * 1.0 / (count - 1) for i in range(count - 2)]
    return [0.0 - _EPSILON, *inner, 1.0 + _EPSILON]


def auc(
    labels, predictions, weights=None, num_thresholds=200, metrics_collections=None,
    updates_collections=None, curve="ROC", name=None,
    summation_method="trapezoidal", thresholds=None,
):  # fmt: skip
    """The area under the ROC or PR curve, by `num_thresholds` points of it.

    Raises ValueError for another curve or summation method.
    """
    if curve not in ("ROC", "PR"):
        raise ValueError(f"curve must be either ROC or PR, {curve} unknown")
    careful = summation_method == "careful_interpolation"
    if summation_method not in ("trapezoidal", "minoring", "majoring") and not (
        careful and curve == "PR"
    ):
        raise ValueError(f"Invalid summation_method: {summation_method}")
    if thresholds is not None:
        thresholds = [0.0 - _EPSILON, *sorted(thresholds), 1.0 + _EPSILON]
    with variable_scope(name, "auc"):
        values, updates = _at_thresholds(
            labels, predictions, thresholds or _thresholds(num_thresholds), weights
        )
        if careful:
            value, update = (_interpolated(counts) for counts in (values, updates))
        else:
            value = _area(values, curve, summation_method, "value")
            update = _area(updates, curve, summation_method, "update_op")
        return collected(value, update, metrics_collections, updates_collections)


def _area(counts, curve: str, method: str, name: str):
    epsilon = 1e-6
    tp, fn, tn, fp = (counts[k] for k in ("tp", "fn", "tn", "fp"))
    recall = (tp + epsilon) / (tp + fn + epsilon)
    if curve == "ROC":
        x, y = fp / (fp + tn + epsilon), recall
    else:
        x, y = recall, (tp + epsilon) / (tp + fp + epsilon)
    width = x[:-1] - x[1:]
    if method == "trapezoidal":
        height = (y[:-1] + y[1:]) / 2.0
    else:
        height = TABLE["Minimum" if method == "minoring" else "Maximum"](y[:-1], y[1:])
    return reduce.reduce_sum(TABLE["Mul"](width, height), name=name)


def _interpolated(counts):
    """Davis and Goadrich (2006): between two points of a PR curve, tp is linear."""
    tp, fn, fp = counts["tp"], counts["fn"], counts["fp"]
    step = tp[:-1] - tp[1:]
    p = tp + fp
    divide = TABLE["DivNoNan"]
    slope = divide(step, TABLE["Maximum"](p[:-1] - p[1:], 0.0))
    intercept = tp[1:] - slope * p[1:]
    both = TABLE["LogicalAnd"](
        TABLE["Greater"](p[:-1], 0.0), TABLE["Greater"](p[1:], 0.0)
    )
    ratio = divide(p[:-1], TABLE["Maximum"](p[1:], 0.0))
    safe = TABLE["Select"](both, ratio, array.ones_like(p[1:]))
    area = slope * (step + intercept * TABLE["Log"](safe))
    positives = TABLE["Maximum"](tp[1:] + fn[1:], 0.0)
    return reduce.reduce_sum(divide(area, positives), name="interpolate_pr_auc")


def _one_at_thresholds(kind: str, doc: str):
    default = _KINDS[kind][0]

    def metric(
        labels, predictions, thresholds, weights=None, metrics_collections=None,
        updates_collections=None, name=None,
    ):  # fmt: skip
        with variable_scope(name, default):
            values, updates = _at_thresholds(
                labels, predictions, thresholds, weights, (kind,)
            )
            return collected(
                values[kind], updates[kind], metrics_collections, updates_collections
            )

    metric.__doc__ = doc
    metric.__name__ = metric.__qualname__ = f"{default}_at_thresholds"
    return metric


true_positives_at_thresholds = _one_at_thresholds(
    "tp", "True positives where predictions above each threshold count as True."
)
false_negatives_at_thresholds = _one_at_thresholds(
    "fn", "False negatives where predictions above each threshold count as True."
)
true_negatives_at_thresholds = _one_at_thresholds(
    "tn", "True negatives where predictions above each threshold count as True."
)
false_positives_at_thresholds = _one_at_thresholds(
    "fp", "False positives where predictions above each threshold count as True."
)


def _share_at_thresholds(other: str, word: str, doc: str):
    def metric(
        labels, predictions, thresholds, weights=None, metrics_collections=None,
        updates_collections=None, name=None,
    ):  # fmt: skip
        with variable_scope(name, f"{word}_at_thresholds"):
            values, updates = _at_thresholds(
                labels, predictions, thresholds, weights, ("tp", other)
            )

            def share(counts, label):
                whole = _EPSILON + counts["tp"] + counts[other]
                return TABLE["RealDiv"](counts["tp"], whole, name=f"{word}_{label}")

            return collected(
                share(values, "value"), share(updates, "update_op"),
                metrics_collections, updates_collections,
            )  # fmt: skip

    metric.__doc__ = doc
    metric.__name__ = metric.__qualname__ = f"{word}_at_thresholds"
    return metric


precision_at_thresholds = _share_at_thresholds(
    "fp", "precision", "Precision where predictions above each threshold are True."
)
recall_at_thresholds = _share_at_thresholds(
    "fn", "recall", "Recall where predictions above each threshold are True."
)


def _one_at_other(first: tuple[str, str], second: tuple[str, str], default: str):
    """The share `second` at the threshold where the share `first` is as asked."""

    def metric(
        labels, predictions, wanted, weights, num_thresholds, metrics_collections,
        updates_collections, name,
    ):  # fmt: skip
        if not 0 <= wanted <= 1:
            raise ValueError("`sensitivity` and `specificity` must be in [0, 1].")
        with variable_scope(name, default):
            values, updates = _at_thresholds(
                labels, predictions, _thresholds(num_thresholds), weights
            )

            def share(counts, label):
                hit, miss = (counts[k] for k in first)
                given = hit / (hit + miss + _EPSILON)
                at = reduce.argmin(TABLE["Abs"](given - wanted), 0)
                hit, miss = (array.gather(counts[k], at) for k in second)
                return TABLE["RealDiv"](hit, hit + miss + _EPSILON, name=label)

            return collected(
                share(values, "value"), share(updates, "update_op"),
                metrics_collections, updates_collections,
            )  # fmt: skip

    return metric


_sensitivity = _one_at_other(("tn", "fp"), ("tp", "fn"), "sensitivity_at_specificity")
_specificity = _one_at_other(("tp", "fn"), ("tn", "fp"), "specificity_at_sensitivity")


def sensitivity_at_specificity(
    labels, predictions, specificity, weights=None, num_thresholds=200,
    metrics_collections=None, updates_collections=None, name=None,
):  # fmt: skip
    """The share of True found, where the given share of False is."""
    return _sensitivity(
        labels, predictions, specificity, weights, num_thresholds, metrics_collections,
        updates_collections, name,
    )  # fmt: skip


def specificity_at_sensitivity(
    labels, predictions, sensitivity, weights=None, num_thresholds=200,
    metrics_collections=None, updates_collections=None, name=None,
):  # fmt: skip
    """The share of False found, where the given share of True is."""
    return _specificity(
        labels, predictions, sensitivity, weights, num_thresholds, metrics_collections,
        updates_collections, name,
    )  # fmt: skip


# --- the k best ----------------------------------------------------------------------


def _top_k_metric(other: str, word: str):
    """Precision or recall at k; `other` counts what precision or recall divides by."""

    def of_top(
        labels, predictions_idx, k=None, class_id=None, weights=None,
        metrics_collections=None, updates_collections=None, name=None,
    ):  # fmt: skip
        suffix = f"_at_{k}" if k is not None else "_at_k"
        suffix += "" if class_id is None else f"_class{int(class_id)}"
        with variable_scope(name, word + suffix) as entered:
            hit, miss = _hits_and_misses(
                cast(labels, int64), cast(predictions_idx, int64), class_id, other
            )
            if weights is not None:
                weights = broadcast_weights(cast(weights, float64), hit)
                hit, miss = hit * weights, miss * weights
            variables = [
                metric_variable([], float64, name=kind + suffix)
                for kind in ("true_positive", other)
            ]
            updates = [
                v.assign_add(reduce.reduce_sum(cast(n, float64)))
                for v, n in zip(variables, (hit, miss), strict=True)
            ]
            hits, misses = variables
            value = _share(hits, misses, entered.original_name_scope)
            update = _share(updates[0], updates[1], "update")
            return collected(value, update, metrics_collections, updates_collections)

    def of_scores(
        labels, predictions, k, class_id=None, weights=None, metrics_collections=None,
        updates_collections=None, name=None,
    ):  # fmt: skip
        default = f"{word}_at_{k}" + ("" if class_id is None else f"_class{class_id}")
        best = nn.top_k(tensor(predictions), k)[1]
        return of_top(
            labels, best, k, class_id, weights, metrics_collections,
            updates_collections, name or default,
        )  # fmt: skip

    of_top.__doc__ = f"{word.capitalize()} of the classes named by index."
    of_scores.__doc__ = f"{word.capitalize()} of the `k` classes of highest score."
    return of_top, of_scores


def _share(hit, miss, name: Any):
    hit, miss = tensor(hit), tensor(miss)
    return TABLE["RealDiv"](hit, hit + miss, name=name)


def _hits_and_misses(labels, best, class_id, other: str):
    """For each row: how many of `best` are among `labels`, and what `other` counts."""
    if labels.shape.rank == best.shape.rank - 1:
        labels = array.expand_dims(labels, -1)
    same = TABLE["Equal"](
        array.expand_dims(best, -1), array.expand_dims(labels, -2)
    )  # [..., k, labels]
    in_labels = reduce.reduce_any(same, -1)
    in_best = reduce.reduce_any(same, -2)
    if class_id is not None:
        of_class = TABLE["Equal"](best, tensor(class_id, int64))
        wanted = TABLE["Equal"](labels, tensor(class_id, int64))
        hit = reduce.reduce_any(TABLE["LogicalAnd"](in_labels, of_class), -1)
        there = reduce.reduce_any(of_class if other == "false_positive" else wanted, -1)
        miss = TABLE["LogicalAnd"](there, TABLE["LogicalNot"](hit))
        return cast(hit, float64), cast(miss, float64)
    hit = reduce.reduce_sum(cast(in_labels, float64), -1)
    missed = in_labels if other == "false_positive" else in_best
    miss = reduce.reduce_sum(cast(TABLE["LogicalNot"](missed), float64), -1)
    return hit, miss


precision_at_top_k, precision_at_k = _top_k_metric("false_positive", "precision")
recall_at_top_k, recall_at_k = _top_k_metric("false_negative", "recall")
