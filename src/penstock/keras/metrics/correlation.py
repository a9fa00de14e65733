"""How well two series go together. As `keras.metrics` of Keras 3."""

from __future__ import annotations

from penstock.api import math, nn
from penstock.keras.losses.functions import number, pair
from penstock.keras.metrics.base import FAMILY
from penstock.keras.metrics.means import MeanMetricWrapper


def _centred(x, axis):
    mean = math.reduce_mean(x, axis=axis, keepdims=True)
    return mean, x - mean


@FAMILY.add()
def pearson_correlation(y_true, y_pred, axis=-1):
    """The covariance of both along `axis` by their deviations; Pearson (1895)."""
    t, p = pair(y_true, y_pred)
    (_, t), (_, p) = _centred(t, axis), _centred(p, axis)
    t, p = nn.l2_normalize(t, axis=axis), nn.l2_normalize(p, axis=axis)
    return math.reduce_sum(t * p, axis=axis)


@FAMILY.add()
def concordance_correlation(y_true, y_pred, axis=-1):
    """2·cov / (var t + var p + (mean t - mean p)²) along `axis`; Lin (1989)."""
    t, p = pair(y_true, y_pred)
    (mean_t, t), (mean_p, p) = _centred(t, axis), _centred(p, axis)
    spread = math.reduce_mean(
        math.square(t) + math.square(p) + math.square(mean_t - mean_p), axis=axis
    )
    return number(2.0, p) * math.reduce_mean(t * p, axis=axis) / spread


@FAMILY.add()
class PearsonCorrelation(MeanMetricWrapper):
    """The mean Pearson correlation along `axis`."""

    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        super().__init__(pearson_correlation, name, dtype, axis=axis)


@FAMILY.add()
class ConcordanceCorrelation(MeanMetricWrapper):
    """The mean concordance correlation along `axis`."""

    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        super().__init__(concordance_correlation, name, dtype, axis=axis)
