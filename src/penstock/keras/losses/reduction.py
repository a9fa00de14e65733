"""From a loss for each sample to one number: weights, masks and `Reduction`."""

from __future__ import annotations

from penstock.api import array, math
from penstock.api.scopes import tensor
from penstock.keras.losses.functions import number
from penstock.keras.masks import getattr_mask


class Reduction:
    """How a loss is made one number. As `tf.keras.losses.Reduction`."""

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        return (cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE)

    @classmethod
    def validate(cls, key) -> None:
        """Raises ValueError for a reduction that is none of these."""
        if key not in (*cls.all(), None, "mean", "mean_with_sample_weight"):
            raise ValueError(
                f'Invalid Reduction Key: {key}. Expected keys are "{cls.all()}"'
            )


ReductionV2 = Reduction


def fitted(y_true, y_pred):
    """`y_true` and `y_pred` with a last axis of one taken from the longer.

    So that predictions [batch, 1] meet labels [batch].
    """
    if y_true.dims is None or y_pred.dims is None:
        return y_true, y_pred
    more = len(y_pred.dims) - len(y_true.dims)
    if more == 1 and y_pred.dims[-1] == 1:
        return y_true, array.squeeze(y_pred, [-1])
    if more == -1 and y_true.dims[-1] == 1:
        return array.squeeze(y_true, [-1]), y_pred
    return y_true, y_pred


def aligned(weight, values):
    """`weight` with an axis added at the end, or one of size 1 removed, to fit."""
    if weight.dims is None or values.dims is None or not weight.dims:
        return weight
    more = len(weight.dims) - len(values.dims)
    if more == 1 and weight.dims[-1] == 1:
        return array.squeeze(weight, [-1])
    if more == -1:
        return array.expand_dims(weight, -1)
    return weight


def weighted(values, sample_weight):
    """values · sample_weight, the weight broadcast over later axes."""
    if sample_weight is None:
        return values
    weight = math.cast(tensor(sample_weight), values.dtype.base_dtype)
    return values * aligned(weight, values)


def reduced(values, sample_weight, reduction: str):
    """One number (or `values` weighted, for "none") from losses [batch, ...].

    Masked entries do not count where the mean over entries is taken.
    """
    mask = getattr_mask(values)
    if mask is not None:
        sample_weight = _valid(values, sample_weight, mask, reduction)
    total = weighted(values, sample_weight)
    if reduction in ("none", None):
        return total
    if reduction == "mean_with_sample_weight" and sample_weight is not None:
        weight = math.cast(tensor(sample_weight), values.dtype.base_dtype)
        weight = array.broadcast_to(aligned(weight, values), array.shape(total))
        return math.divide_no_nan(math.reduce_sum(total), math.reduce_sum(weight))
    if reduction == "sum":
        return math.reduce_sum(total)
    summed = math.reduce_sum(total)
    dims = total.dims
    if dims is not None and None not in dims:
        count = 1
        for d in dims:
            count *= d
        return summed / number(count, total) if count else summed
    size = math.cast(array.size(total), total.dtype.base_dtype)
    return math.divide_no_nan(summed, size)


def _valid(values, sample_weight, mask, reduction: str):
    """Weights that count masked entries zero, and the others up to the same total."""
    weight = math.cast(mask, values.dtype.base_dtype)
    if reduction in ("auto", "sum_over_batch_size"):
        total = math.cast(array.size(weight), values.dtype.base_dtype)
        weight = weight * math.divide_no_nan(total, math.reduce_sum(weight))
    if sample_weight is None:
        return weight
    given = math.cast(tensor(sample_weight), values.dtype.base_dtype)
    return weight * aligned(given, weight)
