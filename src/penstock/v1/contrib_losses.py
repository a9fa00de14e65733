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
