"""Accuracies: the share of samples whose prediction is right."""

from __future__ import annotations

from penstock.api import array, math, nn
from penstock.api.scopes import tensor
from penstock.keras import backend_config
from penstock.keras.metrics.base import FAMILY
from penstock.keras.metrics.means import MeanMetricWrapper

_named = FAMILY.add


def _float(matches):
    return math.cast(matches, backend_config.floatx())


@_named("acc", "ACC")
def accuracy(y_true, y_pred):
    """1 where label and prediction are equal."""
    t, p = tensor(y_true), tensor(y_pred)
    if t.dtype.base_dtype is not p.dtype.base_dtype:
        p = math.cast(p, t.dtype.base_dtype)
    return _float(math.equal(t, p))


def binary_matches(y_true, y_pred, threshold=0.5):
    """1 where `y_pred` > `threshold` agrees with the label 0 or 1, elementwise."""
    p = tensor(y_pred)
    said = math.cast(math.greater(p, tensor(float(threshold), p.dtype)), p.dtype)
    t = math.cast(tensor(y_true), p.dtype)
    return _float(math.equal(t, said))


@_named()
def binary_accuracy(y_true, y_pred, threshold=0.5):
    """The share of the last axis where `y_pred` > `threshold` agrees with the label."""
    return math.reduce_mean(binary_matches(y_true, y_pred, threshold), axis=-1)


@_named()
def categorical_accuracy(y_true, y_pred):
    """1 where the largest entries of `y_true` and `y_pred` are at one place."""
    t, p = math.argmax(tensor(y_true), axis=-1), math.argmax(tensor(y_pred), axis=-1)
    return _float(math.equal(t, p))


@_named()
def sparse_categorical_accuracy(y_true, y_pred):
    """1 where the largest entry of `y_pred` is at the place that `y_true` names."""
    t, p = tensor(y_true), tensor(y_pred)
    if None not in (t.dims, p.dims) and len(t.dims) == len(p.dims):
        t = array.squeeze(t, [-1])
    best = math.argmax(p, axis=-1)
    return _float(math.equal(math.cast(t, best.dtype), best))


def _top_k(t, p, k: int):
    """Whether class t [...] is among the k largest of p [..., classes]."""
    if len(p.shape) == 2 and len(t.shape) == 1:
        return _float(nn.in_top_k(math.cast(t, "int64"), p, k))
    rows = array.reshape(p, [-1, p.shape[-1]])
    found = nn.in_top_k(math.cast(array.reshape(t, [-1]), "int64"), rows, k)
    return array.reshape(_float(found), array.shape(t))


@_named()
def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """1 where the class of the one-hot label is among the `k` most probable."""
    return _top_k(math.argmax(tensor(y_true), axis=-1), tensor(y_pred), k)


@_named()
def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5):
    """1 where the labelled class is among the `k` most probable."""
    t, p = tensor(y_true), tensor(y_pred)
    if None not in (t.dims, p.dims) and len(t.dims) == len(p.dims):
        t = array.squeeze(t, [-1])
    return _top_k(t, p, k)


@_named()
class Accuracy(MeanMetricWrapper):
    """How often predictions equal labels."""

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(accuracy, name, dtype)


@_named()
class BinaryAccuracy(MeanMetricWrapper):
    """How often `y_pred` > `threshold` agrees with labels 0 and 1."""

    def __init__(self, name="binary_accuracy", dtype=None, threshold=0.5):
        super().__init__(binary_matches, name, dtype, threshold=threshold)


@_named()
class CategoricalAccuracy(MeanMetricWrapper):
    """How often the most probable class is the one-hot label's."""

    def __init__(self, name="categorical_accuracy", dtype=None):
        super().__init__(categorical_accuracy, name, dtype)


@_named()
class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the most probable class is the labelled one."""

    def __init__(self, name="sparse_categorical_accuracy", dtype=None):
        super().__init__(sparse_categorical_accuracy, name, dtype)


@_named()
class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the one-hot label's class is among the `k` most probable."""

    def __init__(self, k=5, name="top_k_categorical_accuracy", dtype=None):
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)


@_named()
class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the labelled class is among the `k` most probable."""

    def __init__(self, k=5, name="sparse_top_k_categorical_accuracy", dtype=None):
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k)
