"""Metrics that are means of losses."""

from __future__ import annotations

from penstock.api import math, nn
from penstock.keras.losses import crossentropy, functions
from penstock.keras.losses.functions import FAMILY as LOSSES
from penstock.keras.losses.functions import pair
from penstock.keras.metrics.base import FAMILY
from penstock.keras.metrics.means import MeanMetricWrapper

for _name, _function in list(LOSSES.named.items()):
    if not isinstance(_function, type):
        FAMILY.named.setdefault(_name, _function)


def _mean_of(name: str, function, label: str) -> type:
    """A metric class without options: the mean of `function`."""

    def __init__(self, name=label, dtype=None):
        MeanMetricWrapper.__init__(self, function, name, dtype)

    first = (function.__doc__ or name).strip().splitlines()[0]
    made = type(name, (MeanMetricWrapper,), {
        "__init__": __init__, "__doc__": first, "__module__": __name__,
    })  # fmt: skip
    return FAMILY.add()(made)


MeanSquaredError = _mean_of(
    "MeanSquaredError", functions.mean_squared_error, "mean_squared_error"
)
MeanAbsoluteError = _mean_of(
    "MeanAbsoluteError", functions.mean_absolute_error, "mean_absolute_error"
)
MeanAbsolutePercentageError = _mean_of(
    "MeanAbsolutePercentageError", functions.mean_absolute_percentage_error,
    "mean_absolute_percentage_error",
)  # fmt: skip
MeanSquaredLogarithmicError = _mean_of(
    "MeanSquaredLogarithmicError", functions.mean_squared_logarithmic_error,
    "mean_squared_logarithmic_error",
)  # fmt: skip
Hinge = _mean_of("Hinge", functions.hinge, "hinge")
SquaredHinge = _mean_of("SquaredHinge", functions.squared_hinge, "squared_hinge")
CategoricalHinge = _mean_of(
    "CategoricalHinge", functions.categorical_hinge, "categorical_hinge"
)
Poisson = _mean_of("Poisson", functions.poisson, "poisson")
LogCoshError = _mean_of("LogCoshError", functions.log_cosh, "logcosh")
KLDivergence = _mean_of(
    "KLDivergence", functions.kl_divergence, "kullback_leibler_divergence"
)


def cosine_similarity(y_true, y_pred, axis=-1):
    """cos of the angle between both along `axis`: 1 where they point alike."""
    t, p = pair(y_true, y_pred)
    t, p = nn.l2_normalize(t, axis=axis), nn.l2_normalize(p, axis=axis)
    return math.reduce_sum(t * p, axis=axis)


FAMILY.named["cosine_proximity"] = FAMILY.named["cosine_similarity"] = cosine_similarity


@FAMILY.add()
class CosineSimilarity(MeanMetricWrapper):
    """The mean cosine between labels and predictions."""

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        super().__init__(cosine_similarity, name, dtype, axis=axis)


@FAMILY.add()
class BinaryCrossentropy(MeanMetricWrapper):
    """The mean binary cross entropy."""

    def __init__(
        self, name="binary_crossentropy", dtype=None, from_logits=False,
        label_smoothing=0, axis=-1,
    ):  # fmt: skip
        super().__init__(
            crossentropy.binary_crossentropy, name, dtype, from_logits=from_logits,
            label_smoothing=label_smoothing, axis=axis,
        )  # fmt: skip


@FAMILY.add()
class CategoricalCrossentropy(MeanMetricWrapper):
    """The mean cross entropy of one-hot labels."""

    def __init__(
        self, name="categorical_crossentropy", dtype=None, from_logits=False,
        label_smoothing=0, axis=-1,
    ):  # fmt: skip
        super().__init__(
            crossentropy.categorical_crossentropy, name, dtype, from_logits=from_logits,
            label_smoothing=label_smoothing, axis=axis,
        )  # fmt: skip


@FAMILY.add()
class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """The mean cross entropy of class indices."""

    def __init__(
        self, name="sparse_categorical_crossentropy", dtype=None, from_logits=False,
        ignore_class=None, axis=-1,
    ):  # fmt: skip
        super().__init__(
            crossentropy.sparse_categorical_crossentropy, name, dtype,
            from_logits=from_logits, ignore_class=ignore_class, axis=axis,
        )  # fmt: skip
