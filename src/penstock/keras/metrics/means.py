"""Means and sums over batches, and means of a function of labels and predictions."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, math
from penstock.api.scopes import tensor
from penstock.keras.losses.functions import FAMILY as LOSSES
from penstock.keras.losses.reduction import aligned, fitted
from penstock.keras.masks import getattr_mask
from penstock.keras.metrics.base import FAMILY, Metric


def cast_to(metric: Metric, value):
    """`value` as a tensor of the metric's dtype."""
    return math.cast(tensor(value), metric.dtype)


def _weighed(values, weight, dtype):
    """(values, weights) of one shape; values averaged over axes weights lack."""
    weight = aligned(math.cast(tensor(weight), dtype), values)
    if weight.dims is not None and values.dims is not None:
        if len(weight.dims) < len(values.dims) and weight.dims:
            if len(weight.dims) + 1 < len(values.dims) or weight.dims[-1] != 1:
                extra = list(range(len(weight.dims), len(values.dims)))
                values = math.reduce_mean(values, axis=extra)
    if weight.dims is None or weight.dims != values.dims or None in weight.dims:
        weight = array.broadcast_to(weight, array.shape(values))
    return values, weight


@FAMILY.add()
class Sum(Metric):
    """The weighted sum of all values."""

    def __init__(self, name="sum", dtype=None):
        super().__init__(name, dtype)
        self.total = self.add_weight("total", initializer="zeros")

    def update_state(self, values, sample_weight=None):
        values = cast_to(self, values)
        if sample_weight is not None:
            values, weight = _weighed(values, sample_weight, self.dtype)
            values = values * weight
        self.total.assign_add(math.reduce_sum(values))

    def result(self):
        return self.total.read_value()


@FAMILY.add()
class Mean(Metric):
    """The weighted mean of all values."""

    def __init__(self, name="mean", dtype=None):
        super().__init__(name, dtype)
        self.total = self.add_weight("total", initializer="zeros")
        self.count = self.add_weight("count", initializer="zeros")

    def update_state(self, values, sample_weight=None):
        values = cast_to(self, values)
        if sample_weight is None:
            self.total.assign_add(math.reduce_sum(values))
            self.count.assign_add(_size(values, self.dtype))
            return
        values, weight = _weighed(values, sample_weight, self.dtype)
        self.total.assign_add(math.reduce_sum(values * weight))
        self.count.assign_add(math.reduce_sum(weight))

    def result(self):
        return math.divide_no_nan(self.total.read_value(), self.count.read_value())


def _size(values, dtype):
    dims = values.dims
    if dims is None or None in dims:
        return math.cast(array.size(values), dtype)
    count = 1
    for d in dims:
        count *= d
    return tensor(float(count), dtype)


@FAMILY.add()
class MeanMetricWrapper(Mean):
    """The mean of `fn(y_true, y_pred, **kwargs)` over samples."""

    def __init__(self, fn=None, name=None, dtype=None, **kwargs):
        super().__init__(name or getattr(fn, "__name__", "mean"), dtype)
        self._fn, self._fn_kwargs = fn, kwargs

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = cast_to(self, y_true)
        y_pred = tensor(y_pred)
        if y_pred.dtype.base_dtype.name != self.dtype:
            y_pred = math.cast(y_pred, self.dtype)
        y_true, y_pred = fitted(y_true, y_pred)
        values = self._fn(y_true, y_pred, **self._fn_kwargs)  # type: ignore[misc]
        mask = getattr_mask(values)
        if mask is not None:
            valid = math.cast(mask, self.dtype)
            sample_weight = (
                valid
                if sample_weight is None
                else valid * aligned(cast_to(self, sample_weight), valid)
            )
        super().update_state(values, sample_weight)

    def get_config(self):
        config = {**super().get_config(), **self._fn_kwargs}
        if type(self) is MeanMetricWrapper:
            config["fn"] = LOSSES.serialize(self._fn)
        return config

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        if cls is MeanMetricWrapper and not callable(config.get("fn")):
            config["fn"] = FAMILY.get(config.pop("fn", None))
        return cls(**config)

    def __deepcopy__(self, memo):
        if type(self) is MeanMetricWrapper:
            return MeanMetricWrapper(self._fn, self.name, self.dtype, **self._fn_kwargs)
        return super().__deepcopy__(memo)


@FAMILY.add()
class MeanTensor(Metric):
    """The weighted mean of tensors, element by element."""

    def __init__(self, name="mean_tensor", dtype=None, shape=None):
        super().__init__(name, dtype)
        self._shape = None
        if shape is not None:
            self._start(tuple(shape))

    def _start(self, shape) -> None:
        self._shape = shape
        self.total = self.add_weight("total", shape)
        self.count = self.add_weight("count", shape)

    def update_state(self, values, sample_weight=None):
        values = cast_to(self, values)
        if self._shape is None:
            self._start(tuple(values.shape.as_list()))
        elif tuple(values.shape.as_list()) != tuple(self._shape):
            raise ValueError(
                "MeanTensor input values must always have the same shape. Expected "
                f"shape (set during the first call): {self._shape}. Got: "
                f"{values.shape}."
            )
        weight = array.ones_like(values)
        if sample_weight is not None:
            values, weight = _weighed(values, sample_weight, self.dtype)
        self.total.assign_add(values * weight)
        self.count.assign_add(weight)

    def result(self):
        if self._shape is None:
            raise ValueError(
                "MeanTensor does not have any value yet. Please use "
                "`.update_state(value)` before retrieving the result."
            )
        return math.divide_no_nan(self.total.read_value(), self.count.read_value())

    def get_config(self):
        return {**super().get_config(), "shape": self._shape}


@FAMILY.add()
class RootMeanSquaredError(Mean):
    """sqrt(mean (p - t)²)."""

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name, dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = fitted(cast_to(self, y_true), cast_to(self, y_pred))
        super().update_state(math.squared_difference(y_pred, y_true), sample_weight)

    def result(self):
        return math.sqrt(super().result())


@FAMILY.add()
class MeanRelativeError(Mean):
    """mean |p - t| / normalizer."""

    def __init__(self, normalizer, name: Any = None, dtype=None):
        super().__init__(name, dtype)
        self.normalizer = np.asarray(normalizer, self.dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = fitted(cast_to(self, y_true), cast_to(self, y_pred))
        scale = cast_to(self, self.normalizer)
        values = math.divide_no_nan(math.abs(y_true - y_pred), scale)
        super().update_state(values, sample_weight)

    def get_config(self):
        return {**super().get_config(), "normalizer": self.normalizer}
