"""`tf.contrib.losses`: `tf.losses` with predictions first, as it was once."""

from __future__ import annotations

from penstock.v1 import losses


def mean_squared_error(predictions, labels=None, weights=1.0, scope=None):
    return losses.mean_squared_error(labels, predictions, weights, scope)


def absolute_difference(predictions, labels=None, weights=1.0, scope=None):
    return losses.absolute_difference(labels, predictions, weights, scope)


def log_loss(predictions, labels=None, weights=1.0, epsilon=1e-7, scope=None):
    return losses.log_loss(labels, predictions, weights, epsilon, scope)


def hinge_loss(logits, labels=None, scope=None):
    return losses.hinge_loss(labels, logits, scope=scope)


def sigmoid_cross_entropy(
    logits, multi_class_labels, weights=1.0, label_smoothing=0, scope=None
):
    return losses.sigmoid_cross_entropy(
        multi_class_labels, logits, weights, label_smoothing, scope
    )


def softmax_cross_entropy(
    logits, onehot_labels, weights=1.0, label_smoothing=0, scope=None
):
    return losses.softmax_cross_entropy(
        onehot_labels, logits, weights, label_smoothing, scope
    )


def sparse_softmax_cross_entropy(logits, labels, weights=1.0, scope=None):
    return losses.sparse_softmax_cross_entropy(labels, logits, weights, scope)


def mean_pairwise_squared_error(predictions, labels=None, weights=1.0, scope=None):
    return losses.mean_pairwise_squared_error(labels, predictions, weights, scope)


def cosine_distance(
    predictions, labels=None, axis=None, weights=1.0, scope=None, dim=None
):
    axis = dim if axis is None else axis
    return losses.cosine_distance(labels, predictions, axis, weights, scope)


add_loss = losses.add_loss
compute_weighted_loss = losses.compute_weighted_loss
get_losses = losses.get_losses
get_regularization_losses = losses.get_regularization_losses
get_total_loss = losses.get_total_loss

__all__ = [
    "absolute_difference", "add_loss", "compute_weighted_loss", "cosine_distance",
    "get_losses", "get_regularization_losses", "get_total_loss", "hinge_loss",
    "log_loss", "mean_pairwise_squared_error", "mean_squared_error",
    "sigmoid_cross_entropy", "softmax_cross_entropy", "sparse_softmax_cross_entropy",
]  # fmt: skip
