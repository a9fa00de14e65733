"""Metrics by name, and what "accuracy" means for given shapes."""

from __future__ import annotations

import copy
import inspect
import re

from penstock.keras import names
from penstock.keras.losses.classes import Loss
from penstock.keras.metrics.base import FAMILY, Metric
from penstock.keras.metrics.means import MeanMetricWrapper


def get(identifier):
    """A metric function or object from its name, config or itself."""
    return FAMILY.get(identifier)


def serialize(metric, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.serialize(metric)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.deserialize(config, custom_objects)


_BY_SHAPE = {
    "accuracy": ("binary_accuracy", "sparse_categorical_accuracy",
                 "categorical_accuracy"),
    "crossentropy": ("binary_crossentropy", "sparse_categorical_crossentropy",
                     "categorical_crossentropy"),
}  # fmt: skip
_SHORT = {"acc": "accuracy", "ce": "crossentropy"}


def get_metric(identifier, y_true, y_pred, prefix: str = "") -> Metric:
    """The metric object for one output, named `prefix` and its own name.

    "accuracy" and "crossentropy" choose their kind by the shapes of both tensors.
    """
    metric = identifier
    if isinstance(identifier, str):
        plain = identifier.lower()
        plain = _SHORT.get(plain, plain)
        name = _chosen(plain, y_true, y_pred) if plain in _BY_SHAPE else identifier
        metric = get(name)
        if isinstance(metric, Metric):
            # Named anew for each model, where an object is named for the program.
            plain = names.snake_case(type(metric).__name__)
            metric._name = re.sub(rf"^{plain}_\d+$", plain, metric.name)
    elif not isinstance(identifier, Metric):
        metric = get(identifier)
    if not isinstance(metric, Metric):
        name = identifier if isinstance(identifier, str) else _own_name(metric)
        return MeanMetricWrapper(_function(metric), name=prefix + name)
    if prefix and not metric.name.startswith(prefix):
        metric = copy.deepcopy(metric)
        metric._name = prefix + metric.name
    return metric


def _function(metric):
    """A loss object measures without its reduction."""
    return metric.call if isinstance(metric, Loss) else metric


def _own_name(metric) -> str:
    name = getattr(metric, "name", None) or getattr(metric, "__name__", None)
    if name is None and not inspect.isfunction(metric):
        name = type(metric).__name__
    return str(name)


def _chosen(kind: str, y_true, y_pred) -> str:
    binary, sparse, categorical = _BY_SHAPE[kind]
    t, p = y_true.shape.as_list(), y_pred.shape.as_list()
    if p and p[-1] == 1:
        return binary
    if len(t) < len(p) or (t and t[-1] == 1):
        return sparse
    return categorical
