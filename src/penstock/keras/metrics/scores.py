"""F scores and the coefficient of determination."""

from __future__ import annotations

from penstock.api import array, math
from penstock.api.scopes import tensor
from penstock.keras.metrics.base import FAMILY, Metric
from penstock.keras.metrics.means import cast_to


@FAMILY.add()
class FBetaScore(Metric):
    """(1 + beta²)·precision·recall / (beta²·precision + recall), by class.

    average: None (one score a class), "micro", "macro", "weighted". Without
    `threshold` the largest prediction of a row is the positive one.
    """

    def __init__(
        self, average=None, beta=1.0, threshold=None, name="fbeta_score", dtype=None
    ):
        super().__init__(name, dtype)
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(
                "Invalid `average` argument value. Expected one of: {None, 'micro', "
                f"'macro', 'weighted'}}. Received: average={average}"
            )
        if not isinstance(beta, float) or beta <= 0.0:
            raise ValueError(
                f"Invalid `beta` argument value: a positive float, not {beta!r}."
            )
        if threshold is not None and not (
            isinstance(threshold, float) and 0.0 < threshold <= 1.0
        ):
            raise ValueError(
                "Invalid `threshold` argument value: a float in (0, 1], not "
                f"{threshold!r}."
            )
        self.average, self.beta, self.threshold = average, beta, threshold
        self._made = False

    def _build(self, classes) -> None:
        shape = () if self.average == "micro" else (classes,)
        for name in ("true_positives", "false_positives", "false_negatives",
                     "intermediate_weights"):  # fmt: skip
            setattr(self, name, self.add_weight(name, shape))
        self._made = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        t, p = cast_to(self, y_true), cast_to(self, y_pred)
        if not self._made:
            if len(t.shape) != 2 or len(p.shape) != 2:
                raise ValueError(
                    "FBetaScore expects 2D inputs with shape (batch_size, output_dim). "
                    f"Received y_true {t.shape} and y_pred {p.shape}."
                )
            self._build(p.shape[-1])
        if self.threshold is None:
            best = math.reduce_max(p, axis=-1, keepdims=True)
            # an all-zero row calls nothing
            loud = math.greater(math.abs(p), tensor(1e-12, p.dtype))
            said = math.logical_and(math.greater_equal(p, best), loud)
        else:
            said = math.greater(p, tensor(self.threshold, p.dtype))
        p = math.cast(said, self.dtype)
        axis = None if self.average == "micro" else 0
        weight = None
        if sample_weight is not None:
            weight = array.expand_dims(cast_to(self, sample_weight), 1)

        def total(value):
            return math.reduce_sum(
                value if weight is None else value * weight, axis=axis
            )

        one = tensor(1.0, p.dtype)
        self.true_positives.assign_add(total(p * t))
        self.false_positives.assign_add(total(p * (one - t)))
        self.false_negatives.assign_add(total((one - p) * t))
        self.intermediate_weights.assign_add(total(t))

    def result(self):
        hits = self.true_positives.read_value()
        precision = math.divide_no_nan(hits, hits + self.false_positives.read_value())
        recall = math.divide_no_nan(hits, hits + self.false_negatives.read_value())
        b = tensor(float(self.beta**2), hits.dtype)
        score = math.divide_no_nan(
            (tensor(1.0, hits.dtype) + b) * precision * recall, b * precision + recall
        )
        if self.average == "weighted":
            share = self.intermediate_weights.read_value()
            share = math.divide_no_nan(share, math.reduce_sum(share))
            return math.reduce_sum(score * share)
        return score if self.average is None else math.reduce_mean(score)

    def get_config(self):
        return {
            **super().get_config(), "average": self.average, "beta": self.beta,
            "threshold": self.threshold,
        }  # fmt: skip


@FAMILY.add()
class F1Score(FBetaScore):
    """2·precision·recall / (precision + recall), by class."""

    def __init__(self, average=None, threshold=None, name="f1_score", dtype=None):
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self):
        return {k: v for k, v in super().get_config().items() if k != "beta"}


@FAMILY.add()
class R2Score(Metric):
    """1 - Σ(t - p)² / Σ(t - mean t)², by output, then averaged.

    class_aggregation: "uniform_average", "variance_weighted_average" or None.
    `num_regressors` > 0 gives the adjusted score.
    """

    def __init__(
        self, class_aggregation="uniform_average", num_regressors=0, name="r2_score",
        dtype=None,
    ):  # fmt: skip
        super().__init__(name, dtype)
        choices = ("uniform_average", "variance_weighted_average", None)
        if class_aggregation not in choices:
            raise ValueError(
                "Invalid value for argument `class_aggregation`. Expected one of "
                f"{choices}. Received: class_aggregation={class_aggregation}"
            )
        if num_regressors < 0:
            raise ValueError(
                "Invalid value for argument `num_regressors`. Expected a value >= 0. "
                f"Received: num_regressors={num_regressors}"
            )
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self._made = False
        self.num_samples = self.add_weight("num_samples", dtype="int32")

    def _build(self, outputs) -> None:
        for name in ("squared_sum", "sum", "residual", "count"):
            attribute = "total_mse" if name == "residual" else name
            setattr(self, attribute, self.add_weight(name, (outputs,)))
        self._made = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        t, p = cast_to(self, y_true), cast_to(self, y_pred)
        if len(t.shape) != 2 or len(p.shape) != 2:
            raise ValueError(
                "R2Score expects 2D inputs with shape (batch_size, output_dim). "
                f"Received y_true {t.shape} and y_pred {p.shape}."
            )
        if not self._made:
            self._build(p.shape[-1])
        weight = tensor([[1.0]], self.dtype)
        if sample_weight is not None:
            weight = cast_to(self, sample_weight)
            if len(weight.shape) == 1:
                weight = array.expand_dims(weight, 1)
        weight = array.broadcast_to(weight, array.shape(t))
        weighted = t * weight
        self.sum.assign_add(math.reduce_sum(weighted, axis=0))
        self.squared_sum.assign_add(math.reduce_sum(t * weighted, axis=0))
        residual = math.reduce_sum(math.square(t - p) * weight, axis=0)
        self.total_mse.assign_add(residual)
        self.count.assign_add(math.reduce_sum(weight, axis=0))
        self.num_samples.assign_add(array.size(t))

    def result(self):
        count, summed = self.count.read_value(), self.sum.read_value()
        one = tensor(1.0, self.dtype)
        mean = summed / count
        total = self.squared_sum.read_value() - summed * mean
        score = one - self.total_mse.read_value() / total
        score = array.where(math.is_inf(score), array.zeros_like(score), score)
        if self.class_aggregation == "uniform_average":
            score = math.reduce_mean(score)
        elif self.class_aggregation == "variance_weighted_average":
            score = math.reduce_sum(score * total) / math.reduce_sum(total)
        if self.num_regressors:
            n = math.cast(self.num_samples.read_value(), self.dtype)
            k = tensor(float(self.num_regressors), self.dtype)
            score = one - (one - score) * (n - one) / (n - k - one)
        return score

    def get_config(self):
        return {
            **super().get_config(), "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }  # fmt: skip
