"""Areas under curves, and one rate at a bound of another."""

from __future__ import annotations

import numpy as np

from penstock.api import array, math
from penstock.api.scopes import tensor
from penstock.keras.backend_config import epsilon
from penstock.keras.metrics.base import FAMILY, Metric
from penstock.keras.metrics.confusion import counts

#: In the order in which Keras makes the variables.
_NAMES = ("true_positives", "true_negatives", "false_positives", "false_negatives")


def _spaced(count: int) -> list[float]:
    """`count` thresholds from just below 0 to just above 1."""
    inner = [(i + 1) / (count - 1) for i in range(count - 2)]
    return [0.0 - epsilon(), *inner, 1.0 + epsilon()]


class _Counted(Metric):
    """Keeps the four counts at many thresholds."""

    def _keep(self, shape) -> None:
        for name in _NAMES:
            setattr(self, name, self.add_weight(name, shape))

    def _add(self, found) -> None:
        tp, fp, fn, tn = found
        for name, value in zip(_NAMES, (tp, tn, fp, fn), strict=True):
            getattr(self, name).assign_add(value)

    def _read(self):
        tp, tn, fp, fn = (getattr(self, name).read_value() for name in _NAMES)
        return tp, fp, fn, tn


def _rate(a, b):
    return math.divide_no_nan(a, a + b)


@FAMILY.add()
class AUC(_Counted):
    """The area under the ROC or precision-recall curve, by Riemann sums.

    curve: "ROC" or "PR". summation_method: "interpolation", "minoring", "majoring".
    """

    def __init__(
        self, num_thresholds=200, curve="ROC", summation_method="interpolation",
        name=None, dtype=None, thresholds=None, multi_label=False, num_labels=None,
        label_weights=None, from_logits=False,
    ):  # fmt: skip
        super().__init__(name, dtype)
        if str(curve) not in ("ROC", "PR"):
            raise ValueError(f"Invalid AUC curve value {curve!r}. Use 'ROC' or 'PR'.")
        if summation_method not in ("interpolation", "minoring", "majoring"):
            raise ValueError(
                f"Invalid AUC summation method {summation_method!r}. Use "
                "'interpolation', 'minoring' or 'majoring'."
            )
        if thresholds is None and num_thresholds <= 1:
            raise ValueError(
                "Argument `num_thresholds` must be an integer > 1. Received: "
                f"num_thresholds={num_thresholds}"
            )
        self.curve, self.summation_method = str(curve), summation_method
        self._given = None if thresholds is None else sorted(map(float, thresholds))
        if self._given is None:
            self._limits = _spaced(num_thresholds)
        else:
            if any(not 0 <= t <= 1 for t in self._given):
                raise ValueError("Threshold values must be in [0, 1].")
            self._limits = [0.0 - epsilon(), *self._given, 1.0 + epsilon()]
        self.num_thresholds = len(self._limits)
        self.multi_label, self.num_labels = multi_label, num_labels
        self.label_weights, self.from_logits = label_weights, from_logits
        self._made = False
        if not multi_label:
            self._build(())
        elif num_labels:
            self._build((num_labels,))

    @property
    def thresholds(self) -> list[float]:
        return list(self._limits)

    def _build(self, labels) -> None:
        self._keep((self.num_thresholds, *labels))
        self._made = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        p = tensor(y_pred)
        if self.from_logits:
            p = math.sigmoid(p)
        if not self._made:
            self._build((p.shape[-1],))
        weights = self.label_weights
        self._add(
            counts(
                self, y_true, p, sample_weight, self._limits,
                per_label=self.multi_label,
                label_weights=None if self.multi_label else weights,
            )
        )  # fmt: skip

    def result(self):
        tp, fp, fn, tn = self._read()
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._interpolated(tp, fp, fn)
        recall = _rate(tp, fn)
        if self.curve == "ROC":
            x, y = _rate(fp, tn), recall
        else:
            x, y = recall, _rate(tp, fp)
        if self.summation_method == "interpolation":
            heights = (y[:-1] + y[1:]) / tensor(2.0, y.dtype)
        elif self.summation_method == "minoring":
            heights = math.minimum(y[:-1], y[1:])
        else:
            heights = math.maximum(y[:-1], y[1:])
        return self._summed((x[:-1] - x[1:]) * heights)

    def _summed(self, areas):
        """The area; over labels, their (weighted) mean."""
        if not self.multi_label:
            return math.reduce_sum(areas)
        by_label = math.reduce_sum(areas, axis=0)
        if self.label_weights is None:
            return math.reduce_mean(by_label)
        weights = tensor(np.asarray(self.label_weights, self.dtype))
        return math.divide_no_nan(
            math.reduce_sum(by_label * weights), math.reduce_sum(weights)
        )

    def _interpolated(self, tp, fp, fn):
        """Precision interpolated in true positives; Davis and Goadrich (2006)."""
        zero = tensor(0.0, tp.dtype)
        step = tp[:-1] - tp[1:]
        called = tp + fp
        slope = math.divide_no_nan(step, math.maximum(called[:-1] - called[1:], zero))
        intercept = tp[1:] - slope * called[1:]
        both = math.logical_and(called[:-1] > zero, called[1:] > zero)
        ratio = array.where(
            both,
            math.divide_no_nan(called[:-1], math.maximum(called[1:], zero)),
            array.ones_like(called[1:]),
        )
        gained = slope * (step + intercept * math.log(ratio))
        positives = math.maximum(tp[1:] + fn[1:], zero)
        return self._summed(math.divide_no_nan(gained, positives))

    def get_config(self):
        return {
            **super().get_config(), "num_thresholds": self.num_thresholds,
            "curve": self.curve, "summation_method": self.summation_method,
            "multi_label": self.multi_label, "num_labels": self.num_labels,
            "label_weights": self.label_weights, "from_logits": self.from_logits,
            "thresholds": self._given,
        }  # fmt: skip


class _AtBound(_Counted):
    """The best of one rate among thresholds where another reaches `bound`."""

    bound_name: str

    def __init__(self, bound, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(name, dtype)
        if not 0 <= bound <= 1:
            raise ValueError(
                f"Argument `{self.bound_name}` must be in the range [0, 1]. Received: "
                f"{self.bound_name}={bound}"
            )
        if num_thresholds <= 0:
            raise ValueError(
                f"`num_thresholds` must be an integer > 0, not {num_thresholds}"
            )
        self.bound, self.class_id = bound, class_id
        setattr(self, self.bound_name, bound)
        self.num_thresholds = num_thresholds
        self.thresholds = [0.5] if num_thresholds == 1 else _spaced(num_thresholds)
        if num_thresholds > 1:
            self.thresholds = [0.0, *self.thresholds[1:-1], 1.0]
        self._keep((len(self.thresholds),))

    def update_state(self, y_true, y_pred, sample_weight=None):
        self._add(
            counts(self, y_true, y_pred, sample_weight, self.thresholds,
                   class_id=self.class_id)
        )  # fmt: skip

    def rates(self, tp, fp, fn, tn):
        """(the rate that is bounded, the rate that is wanted)."""
        raise NotImplementedError

    def result(self):
        bounded, wanted = self.rates(*self._read())
        fits = math.greater_equal(bounded, tensor(float(self.bound), bounded.dtype))
        none = tensor(-1.0, wanted.dtype)
        best = math.reduce_max(array.where(fits, wanted, none))
        return math.maximum(best, tensor(0.0, wanted.dtype))

    def get_config(self):
        return {
            **super().get_config(), "num_thresholds": self.num_thresholds,
            self.bound_name: self.bound, "class_id": self.class_id,
        }  # fmt: skip


@FAMILY.add()
class SensitivityAtSpecificity(_AtBound):
    """The best tp / (tp + fn) where tn / (tn + fp) is at least `specificity`."""

    bound_name = "specificity"

    def __init__(
        self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None
    ):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)

    def rates(self, tp, fp, fn, tn):
        return _rate(tn, fp), _rate(tp, fn)


@FAMILY.add()
class SpecificityAtSensitivity(_AtBound):
    """The best tn / (tn + fp) where tp / (tp + fn) is at least `sensitivity`."""

    bound_name = "sensitivity"

    def __init__(
        self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None
    ):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)

    def rates(self, tp, fp, fn, tn):
        return _rate(tp, fn), _rate(tn, fp)


@FAMILY.add()
class PrecisionAtRecall(_AtBound):
    """The best precision where recall is at least `recall`."""

    bound_name = "recall"

    def __init__(
        self, recall, num_thresholds=200, class_id=None, name=None, dtype=None
    ):
        super().__init__(recall, num_thresholds, class_id, name, dtype)

    def rates(self, tp, fp, fn, tn):
        return _rate(tp, fn), _rate(tp, fp)


@FAMILY.add()
class RecallAtPrecision(_AtBound):
    """The best recall where precision is at least `precision`."""

    bound_name = "precision"

    def __init__(
        self, precision, num_thresholds=200, class_id=None, name=None, dtype=None
    ):
        super().__init__(precision, num_thresholds, class_id, name, dtype)

    def rates(self, tp, fp, fn, tn):
        return _rate(tp, fp), _rate(tp, fn)
