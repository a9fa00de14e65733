"""Penalties on weights and activities. As `tf.keras.regularizers`."""

from __future__ import annotations

import math as math_of_numbers

from penstock.api import linalg, math
from penstock.api.scopes import tensor
from penstock.keras.registry import Family

FAMILY = Family("regularizer", "keras.regularizers")


class Regularizer:
    """Called with a tensor, gives a scalar to add to the loss."""

    def __call__(self, x):
        return tensor(0.0)

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def get_config(self):
        raise NotImplementedError(f"{type(self).__name__} does not define get_config.")


def _strength(value, name: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        if value is None:
            return 0.0
        raise ValueError(
            f"Invalid value for regularization factor {name}: expected a non-negative "
            f"float. Received: {value!r}."
        )
    if not math_of_numbers.isfinite(value):
        raise ValueError(
            f"Value {value} is not a valid regularization penalty number, an infinite "
            "number or NaN are not valid values."
        )
    return float(value)


def _float(x):
    x = tensor(x)
    return x, lambda n: tensor(n, x.dtype.base_dtype)


@FAMILY.add("l1_l2")
class L1L2(Regularizer):
    """l1·Σ|x| + l2·Σx²."""

    def __init__(self, l1=0.0, l2=0.0):
        self.l1, self.l2 = _strength(l1, "l1"), _strength(l2, "l2")

    def __call__(self, x):
        x, number = _float(x)
        total = number(0.0)
        if self.l1:
            total = total + number(self.l1) * math.reduce_sum(math.abs(x))
        if self.l2:
            total = total + number(self.l2) * math.reduce_sum(math.square(x))
        return total

    def get_config(self):
        return {"l1": self.l1, "l2": self.l2}


@FAMILY.add("l1")
class L1(Regularizer):
    """l1·Σ|x|."""

    def __init__(self, l1=0.01, **kwargs):
        self.l1 = _strength(kwargs.pop("l", l1), "l1")
        _nothing_else(kwargs)

    def __call__(self, x):
        x, number = _float(x)
        return number(self.l1) * math.reduce_sum(math.abs(x))

    def get_config(self):
        return {"l1": self.l1}


@FAMILY.add("l2")
class L2(Regularizer):
    """l2·Σx²."""

    def __init__(self, l2=0.01, **kwargs):
        self.l2 = _strength(kwargs.pop("l", l2), "l2")
        _nothing_else(kwargs)

    def __call__(self, x):
        x, number = _float(x)
        return number(self.l2) * math.reduce_sum(math.square(x))

    def get_config(self):
        return {"l2": self.l2}


@FAMILY.add("orthogonal_regularizer")
class OrthogonalRegularizer(Regularizer):
    """`factor` times the mean |cosine| between different rows (or columns)."""

    def __init__(self, factor=0.01, mode="rows"):
        if mode not in {"rows", "columns"}:
            raise ValueError(
                "Invalid value for argument `mode`. Expected one of {'rows', "
                f"'columns'}}. Received: mode={mode}"
            )
        self.factor, self.mode = float(factor), mode

    def __call__(self, x):
        x, number = _float(x)
        if len(x.shape) != 2:
            raise ValueError(
                "Inputs to OrthogonalRegularizer must have rank 2. Received: "
                f"inputs.shape={x.shape}"
            )
        across = 1 if self.mode == "rows" else 0
        norm = math.sqrt(math.reduce_sum(math.square(x), across, keepdims=True))
        x = x / math.maximum(norm, number(1e-6))
        rows = self.mode == "rows"
        product = linalg.matmul(x, x, transpose_a=not rows, transpose_b=rows)
        size = x.shape[0 if rows else 1]
        off = product * (number(1.0) - linalg.eye(size, dtype=x.dtype))
        pairs = size * (size - 1) / 2
        return number(self.factor * 0.5 / pairs) * math.reduce_sum(math.abs(off))

    def get_config(self):
        return {"factor": self.factor, "mode": self.mode}


def _nothing_else(kwargs) -> None:
    if kwargs:
        raise TypeError(f"Argument(s) not recognized: {sorted(kwargs)}")


def l1_l2(l1=0.01, l2=0.01):
    """`L1L2` with Keras' other defaults."""
    return L1L2(l1=l1, l2=l2)


l1, l2, orthogonal_regularizer = L1, L2, OrthogonalRegularizer


def get(identifier):
    """A regularizer from its name, config or itself; None stays None."""
    if identifier == "l1_l2":
        return L1L2(l1=0.01, l2=0.01)
    return FAMILY.get(identifier)


def serialize(regularizer, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.serialize(regularizer)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    del use_legacy_format
    if config == "l1_l2":
        return L1L2(l1=0.01, l2=0.01)
    return FAMILY.deserialize(config, custom_objects)


__all__ = [
    "L1", "L1L2", "L2", "OrthogonalRegularizer", "Regularizer", "deserialize", "get",
    "l1", "l1_l2", "l2", "orthogonal_regularizer", "serialize",
]  # fmt: skip
