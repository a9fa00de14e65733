"""True and false positives and negatives at thresholds; precision and recall."""

from __future__ import annotations

import numpy as np

from penstock.api import array, math, nn
from penstock.api.scopes import tensor
from penstock.keras.losses.reduction import aligned, fitted
from penstock.keras.metrics.base import FAMILY, Metric
from penstock.keras.metrics.means import cast_to


def as_thresholds(value, default=0.5) -> list[float]:
    """Thresholds as a list. Raises ValueError for one outside [0, 1]."""
    if value is None:
        value = default
    out = [float(v) for v in (value if isinstance(value, list | tuple) else [value])]
    bad = [v for v in out if not (0 <= v <= 1 or v == -np.inf)]
    if bad:
        raise ValueError(f"Threshold values must be in [0, 1]. Received: {bad}.")
    return out


def counts(metric, y_true, y_pred, sample_weight, thresholds, top_k=None,
           class_id=None, per_label=False, label_weights=None):  # fmt: skip
    """(tp, fp, fn, tn), each [thresholds] or, `per_label`, [thresholds, labels]."""
    p, t = cast_to(metric, y_pred), cast_to(metric, y_true)
    t, p = fitted(t, p)
    if top_k is not None:
        p = _only_top(p, top_k)
    if class_id is not None:
        t, p = t[..., class_id], p[..., class_id]
    weight = None
    if sample_weight is not None:
        weight = aligned(cast_to(metric, sample_weight), p)
        weight = array.broadcast_to(weight, array.shape(p))
    if label_weights is not None:
        given = array.broadcast_to(cast_to(metric, label_weights), array.shape(p))
        weight = given if weight is None else weight * given
    labels = p.shape[-1] if per_label else None
    shape = [1, -1] if labels is None else [1, -1, labels]
    axis = 1
    t, p = array.reshape(t, shape), array.reshape(p, shape)
    weight = None if weight is None else array.reshape(weight, shape)
    limits = np.array(thresholds, metric.dtype)
    limits = tensor(limits.reshape([-1] + [1] * (len(shape) - 1)))
    said = math.greater(p, limits)
    real = math.greater(t, tensor(0.0, metric.dtype))

    def total(a, b):
        both = math.cast(math.logical_and(a, b), metric.dtype)
        return math.reduce_sum(both if weight is None else both * weight, axis=axis)

    not_said, not_real = math.logical_not(said), math.logical_not(real)
    return (
        total(said, real), total(said, not_real), total(not_said, real),
        total(not_said, not_real),
    )  # fmt: skip


def _only_top(p, k: int):
    """Predictions with all but the k largest at minus infinity."""
    _, places = nn.top_k(p, k, sorted=False)
    chosen = math.reduce_sum(array.one_hot(places, p.shape[-1]), axis=-2)
    low = tensor(-np.inf, p.dtype)
    return array.where(math.greater(chosen, tensor(0.5)), p, low)


class _Counting(Metric):
    """One of the four counts, at each threshold."""

    which: int

    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(name, dtype)
        self.init_thresholds = thresholds
        self.thresholds = as_thresholds(thresholds)
        self.accumulator = self.add_weight("accumulator", (len(self.thresholds),))

    def update_state(self, y_true, y_pred, sample_weight=None):
        found = counts(self, y_true, y_pred, sample_weight, self.thresholds)
        self.accumulator.assign_add(found[self.which])

    def result(self):
        value = self.accumulator.read_value()
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self):
        return {**super().get_config(), "thresholds": self.init_thresholds}


@FAMILY.add()
class TruePositives(_Counting):
    """How many positives were called so."""

    which = 0


@FAMILY.add()
class FalsePositives(_Counting):
    """How many negatives were called positive."""

    which = 1


@FAMILY.add()
class FalseNegatives(_Counting):
    """How many positives were called negative."""

    which = 2


@FAMILY.add()
class TrueNegatives(_Counting):
    """How many negatives were called so."""

    which = 3


class _Ratio(Metric):
    """tp / (tp + another count), at each threshold."""

    other: int
    other_name: str

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None,
                 dtype=None):  # fmt: skip
        super().__init__(name, dtype)
        self.init_thresholds, self.top_k, self.class_id = thresholds, top_k, class_id
        default = 0.5 if top_k is None else -np.inf
        self.thresholds = as_thresholds(thresholds, default)
        size = (len(self.thresholds),)
        self.true_positives = self.add_weight("true_positives", size)
        setattr(self, self.other_name, self.add_weight(self.other_name, size))

    def update_state(self, y_true, y_pred, sample_weight=None):
        found = counts(self, y_true, y_pred, sample_weight, self.thresholds,
                       self.top_k, self.class_id)  # fmt: skip
        self.true_positives.assign_add(found[0])
        getattr(self, self.other_name).assign_add(found[self.other])

    def result(self):
        hits = self.true_positives.read_value()
        other = getattr(self, self.other_name).read_value()
        value = math.divide_no_nan(hits, hits + other)
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self):
        return {
            **super().get_config(), "thresholds": self.init_thresholds,
            "top_k": self.top_k, "class_id": self.class_id,
        }  # fmt: skip


@FAMILY.add()
class Precision(_Ratio):
    """tp / (tp + fp)."""

    other, other_name = 1, "false_positives"


@FAMILY.add()
class Recall(_Ratio):
    """tp / (tp + fn)."""

    other, other_name = 2, "false_negatives"
