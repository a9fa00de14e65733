"""`tf.losses` of 1.x: weighted losses that a graph collects.

Each gives a scalar (by `reduction`) and adds it to `loss_collection`. `weights` is a
scalar, or of the losses' rank with sizes 1 or theirs.
"""

from __future__ import annotations

from typing import Any

from penstock.api import array, nn
from penstock.api import math_arithmetic as arithmetic
from penstock.api import math_reduce as reduce
from penstock.api.math_functions import cast
from penstock.api.passing import stop_gradient
from penstock.api.scopes import scope as name_scope
from penstock.api.scopes import tensor
from penstock.core.dtypes import float32
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.v1.graph_keys import GraphKeys, add_to_collection, get_collection
from penstock.v1.weights import assert_broadcastable, broadcast_weights, same_rank


class Reduction:
    """What becomes of the single losses. As `tf.losses.Reduction`."""

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls):
        return (
            cls.NONE, cls.SUM, cls.MEAN, cls.SUM_OVER_BATCH_SIZE,
            cls.SUM_OVER_NONZERO_WEIGHTS, cls.SUM_BY_NONZERO_WEIGHTS,
        )  # fmt: skip

    @classmethod
    def validate(cls, key):
        """Raises ValueError for a reduction that there is not."""
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key {key}.")


_DEFAULT = Reduction.SUM_BY_NONZERO_WEIGHTS


def compute_weighted_loss(
    losses, weights: Any = 1.0, scope=None, loss_collection=GraphKeys.LOSSES,
    reduction=_DEFAULT,
):  # fmt: skip
    """`losses` times `weights`, reduced, and added to `loss_collection`.

    By default the sum over the number of weights that are not zero. Raises ValueError
    where the weights cannot be broadcast.
    """
    Reduction.validate(reduction)
    with name_scope(scope, "weighted_loss"):
        losses = tensor(losses, name="losses")
        check = assert_broadcastable(weights, losses)
        with context.landing().control_dependencies([check]):
            kind = losses.dtype.base_dtype
            losses = cast(losses, float32)
            weights = cast(weights, float32)
            loss = TABLE["Mul"](losses, weights)
            if reduction != Reduction.NONE:
                weighted = loss
                loss = reduce.reduce_sum(weighted)
                if reduction == Reduction.MEAN:
                    ones = TABLE["Mul"](array.ones_like(weighted), weights, name="mul")
                    loss = _safe_mean(loss, reduce.reduce_sum(ones))
                elif reduction == _DEFAULT:
                    loss = _safe_mean(loss, _num_present(weighted, weights))
                elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
                    loss = _safe_mean(loss, _num_elements(weighted))
            loss = cast(loss, kind)
            add_loss(loss, loss_collection)
            return loss


def _safe_mean(losses, count):
    return TABLE["DivNoNan"](reduce.reduce_sum(losses), count, name="value")


def _num_elements(losses):
    with name_scope(None, "num_elements") as full:
        sizes = array.size(losses, name=full or None)
        return cast(sizes, losses.dtype)


def _num_present(losses, weights, per_batch: bool = False):
    """How many weights are not zero, in all or in each batch entry."""
    if not isinstance(weights, Tensor) and weights == 0.0:
        return array.zeros([])
    with name_scope(None, "num_present") as full:
        weights = cast(weights, float32)
        zero = TABLE["Equal"](weights, 0.0)
        present = TABLE["Select"](
            zero, array.zeros_like(weights), array.ones_like(weights)
        )
        present = broadcast_weights(present, losses)
        if not per_batch:
            return reduce.reduce_sum(present, name=full or None)
        rest = reduce.range(1, array.rank(present))
        return reduce.reduce_sum(present, rest, keepdims=True, name=full or None)


def _pair(labels, predictions) -> tuple[Tensor, Tensor]:
    """(labels, predictions) as float32 of one shape. Raises ValueError for None."""
    if labels is None:
        raise ValueError("labels must not be None.")
    if predictions is None:
        raise ValueError("predictions must not be None.")
    return tensor(labels), tensor(predictions)


def _floats(labels, predictions):
    labels, predictions = _pair(labels, predictions)
    predictions = cast(predictions, float32)
    labels = cast(labels, float32)
    predictions.shape.assert_is_compatible_with(labels.shape)
    return labels, predictions


def absolute_difference(
    labels, predictions, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES,
    reduction=_DEFAULT,
):  # fmt: skip
    """|predictions - labels|."""
    with name_scope(scope, "absolute_difference") as full:
        labels, predictions = _floats(labels, predictions)
        losses = TABLE["Abs"](TABLE["Sub"](predictions, labels))
        return compute_weighted_loss(losses, weights, full, loss_collection, reduction)


def mean_squared_error(
    labels, predictions, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES,
    reduction=_DEFAULT,
):  # fmt: skip
    """(predictions - labels)²."""
    with name_scope(scope, "mean_squared_error") as full:
        labels, predictions = _floats(labels, predictions)
        losses = TABLE["SquaredDifference"](predictions, labels)
        return compute_weighted_loss(losses, weights, full, loss_collection, reduction)


def cosine_distance(
    labels, predictions, axis=None, weights=1.0, scope=None,
    loss_collection=GraphKeys.LOSSES, reduction=_DEFAULT, dim=None,
):  # fmt: skip
    """1 - Σ labels·predictions along `axis`, for vectors of length 1."""
    axis = dim if axis is None else axis
    if axis is None:
        raise ValueError("You must specify argument `axis`.")
    with name_scope(scope, "cosine_distance_loss") as full:
        labels, predictions = _floats(labels, predictions)
        products = TABLE["Mul"](predictions, labels)
        losses = 1 - reduce.reduce_sum(products, axis=(axis,), keepdims=True)
        return compute_weighted_loss(losses, weights, full, loss_collection, reduction)


def hinge_loss(
    labels, logits, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES,
    reduction=_DEFAULT,
):  # fmt: skip
    """max(0, 1 - y·logits), y being -1 or 1 for labels 0 and 1."""
    with name_scope(scope, "hinge_loss") as full:
        logits, labels = cast(logits, float32), cast(labels, float32)
        logits.shape.assert_is_compatible_with(labels.shape)
        ones = array.ones_like(labels)
        labels = TABLE["Sub"](2 * labels, ones)
        losses = nn.relu(TABLE["Sub"](ones, TABLE["Mul"](labels, logits)))
        return compute_weighted_loss(losses, weights, full, loss_collection, reduction)


def huber_loss(
    labels, predictions, weights=1.0, delta=1.0, scope=None,
    loss_collection=GraphKeys.LOSSES, reduction=_DEFAULT,
):  # fmt: skip
    """Half the square where the error is below `delta`, linear beyond; Huber (1964)."""
    with name_scope(scope, "huber_loss") as full:
        labels, predictions = _floats(labels, predictions)
        error = TABLE["Abs"](TABLE["Sub"](predictions, labels))
        quadratic = TABLE["Minimum"](error, delta)
        linear = TABLE["Sub"](error, quadratic)
        half = tensor(0.5, quadratic.dtype)
        mul = TABLE["Mul"]
        losses = TABLE["AddV2"](
            mul(half, mul(quadratic, quadratic)), mul(delta, linear), name="Add"
        )
        return compute_weighted_loss(losses, weights, full, loss_collection, reduction)


def log_loss(
    labels, predictions, weights=1.0, epsilon=1e-7, scope=None,
    loss_collection=GraphKeys.LOSSES, reduction=_DEFAULT,
):  # fmt: skip
    """-labels·log(p + epsilon) - (1 - labels)·log(1 - p + epsilon)."""
    with name_scope(scope, "log_loss") as full:
        labels, predictions = _floats(labels, predictions)
        hit = TABLE["Mul"](labels, TABLE["Log"](predictions + epsilon))
        miss = TABLE["Mul"](1 - labels, TABLE["Log"](1 - predictions + epsilon))
        losses = -hit - miss
        return compute_weighted_loss(losses, weights, full, loss_collection, reduction)


def mean_pairwise_squared_error(
    labels, predictions, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES
):
    """How differently pairs of one row differ in predictions and in labels."""
    with name_scope(scope, "mean_pairwise_squared_error"):
        labels, predictions = _pair(labels, predictions)
        weights = cast(weights, float32)
        check = assert_broadcastable(weights, labels)
        with context.landing().control_dependencies([check]):
            labels, predictions = _floats(labels, predictions)
            deltas = TABLE["Sub"](predictions, labels)
            axes = reduce.range(1, array.rank(deltas))
            squares = reduce.reduce_sum(TABLE["Square"](deltas), axes, keepdims=True)
            count = _num_present(deltas, weights, per_batch=True)
            divide = TABLE["DivNoNan"]
            first = 2.0 * divide(
                squares, TABLE["Maximum"](count - 1, 0.0), name="value"
            )
            total = reduce.reduce_sum(deltas, axes, keepdims=True)
            pairs = TABLE["Mul"](count, count - 1)
            second = 2.0 * divide(
                TABLE["Square"](total), TABLE["Maximum"](pairs, 0.0), name="value"
            )
            weighted = TABLE["Mul"](first - second, weights)
            loss = reduce.reduce_sum(weighted)
            any_there = TABLE["Greater"](reduce.reduce_sum(count), 0.0)
            loss = TABLE["Select"](
                any_there, loss, array.zeros_like(loss), name="value"
            )
            add_loss(loss, loss_collection)
            return loss


def sigmoid_cross_entropy(
    multi_class_labels, logits, weights=1.0, label_smoothing=0, scope=None,
    loss_collection=GraphKeys.LOSSES, reduction=_DEFAULT,
):  # fmt: skip
    """Cross entropy of independent classes; labels moved towards 1/2 by smoothing."""
    with name_scope(scope, "sigmoid_cross_entropy_loss") as full:
        logits = tensor(logits)
        labels = cast(multi_class_labels, logits.dtype)
        logits.shape.assert_is_compatible_with(labels.shape)
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        losses = nn.sigmoid_cross_entropy_with_logits(labels, logits, name="xentropy")
        return compute_weighted_loss(losses, weights, full, loss_collection, reduction)


def softmax_cross_entropy(
    onehot_labels, logits, weights=1.0, label_smoothing=0, scope=None,
    loss_collection=GraphKeys.LOSSES, reduction=_DEFAULT,
):  # fmt: skip
    """Cross entropy of one class in many; labels moved towards 1/n by smoothing."""
    with name_scope(scope, "softmax_cross_entropy_loss") as full:
        logits = tensor(logits)
        labels = cast(onehot_labels, logits.dtype)
        logits.shape.assert_is_compatible_with(labels.shape)
        if label_smoothing > 0:
            classes = cast(array.shape(labels)[-1], logits.dtype)
            kept = 1.0 - label_smoothing
            labels = labels * kept + label_smoothing / classes
        labels = stop_gradient(labels, name="labels_stop_gradient")
        losses = nn.softmax_cross_entropy_with_logits(labels, logits, name="xentropy")
        return compute_weighted_loss(losses, weights, full, loss_collection, reduction)


def sparse_softmax_cross_entropy(
    labels, logits, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES,
    reduction=_DEFAULT,
):  # fmt: skip
    """The same for one class index per row."""
    with name_scope(scope, "sparse_softmax_cross_entropy_loss") as full:
        labels, logits = same_rank(labels, logits, expected=1)
        weights = tensor(weights)
        if weights.dims is not None and labels.dims is not None:
            if len(weights.dims) == len(labels.dims) + 1 and weights.dims[-1] == 1:
                weights = array.squeeze(weights, [-1])
        losses = nn.sparse_softmax_cross_entropy_with_logits(
            labels, logits, name="xentropy"
        )
        return compute_weighted_loss(losses, weights, full, loss_collection, reduction)


def add_loss(loss, loss_collection=GraphKeys.LOSSES) -> None:
    """Add `loss` to the losses that `get_total_loss` sums."""
    if loss_collection:
        add_to_collection(loss_collection, loss)


def get_losses(scope=None, loss_collection=GraphKeys.LOSSES) -> list:
    return get_collection(loss_collection, scope)


def get_regularization_losses(scope=None) -> list:
    return get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


def get_regularization_loss(scope=None, name="total_regularization_loss"):
    """The sum of the regularization losses, 0.0 where there are none."""
    losses = get_regularization_losses(scope)
    return arithmetic.add_n(losses, name=name) if losses else tensor(0.0)


def get_total_loss(add_regularization_losses=True, name="total_loss", scope=None):
    """The sum of all losses, those of regularizers included by default."""
    losses = get_losses(scope)
    if add_regularization_losses:
        losses = losses + get_regularization_losses(scope)
    return arithmetic.add_n(losses, name=name)


__all__ = [
    "Reduction", "absolute_difference", "add_loss", "compute_weighted_loss",
    "cosine_distance", "get_losses", "get_regularization_loss",
    "get_regularization_losses", "get_total_loss", "hinge_loss", "huber_loss",
    "log_loss", "mean_pairwise_squared_error", "mean_squared_error",
    "sigmoid_cross_entropy", "softmax_cross_entropy", "sparse_softmax_cross_entropy",
]  # fmt: skip
