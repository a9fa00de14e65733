"""What weights are held to after each update. As `tf.keras.constraints`."""

from __future__ import annotations

from penstock.api import array, math
from penstock.api.scopes import tensor
from penstock.keras import backend_config
from penstock.keras.registry import Family

FAMILY = Family("constraint", "keras.constraints")


class Constraint:
    """Called with a weight, gives the weight to keep instead."""

    def __call__(self, w):
        return w

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def _number(value, like):
    return tensor(float(value), like.dtype.base_dtype)


def _norms(w, axis):
    return math.sqrt(math.reduce_sum(math.square(w), axis=axis, keepdims=True))


@FAMILY.add("max_norm", "maxnorm")
class MaxNorm(Constraint):
    """Norms along `axis` of at most `max_value`; Srivastava et al. (2014)."""

    def __init__(self, max_value=2, axis=0):
        self.max_value, self.axis = max_value, axis

    def __call__(self, w):
        w = tensor(w)
        norms = _norms(w, self.axis)
        wanted = math.clip_by_value(norms, _number(0, w), _number(self.max_value, w))
        return w * (wanted / (_number(backend_config.epsilon(), w) + norms))

    def get_config(self):
        return {"max_value": self.max_value, "axis": self.axis}


@FAMILY.add("non_neg", "nonneg")
class NonNeg(Constraint):
    """Negative weights become zero."""

    def __call__(self, w):
        w = tensor(w)
        return w * math.cast(math.greater_equal(w, _number(0, w)), w.dtype)


@FAMILY.add("unit_norm", "unitnorm")
class UnitNorm(Constraint):
    """Norms along `axis` of one."""

    def __init__(self, axis=0):
        self.axis = axis

    def __call__(self, w):
        w = tensor(w)
        return w / (_number(backend_config.epsilon(), w) + _norms(w, self.axis))

    def get_config(self):
        return {"axis": self.axis}


@FAMILY.add("min_max_norm", "minmaxnorm")
class MinMaxNorm(Constraint):
    """Norms along `axis` moved towards [min_value, max_value] by `rate`."""

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value, self.max_value = min_value, max_value
        self.rate, self.axis = rate, axis

    def __call__(self, w):
        w = tensor(w)
        norms = _norms(w, self.axis)
        low, high = _number(self.min_value, w), _number(self.max_value, w)
        inside = math.clip_by_value(norms, low, high)
        wanted = _number(self.rate, w) * inside + _number(1 - self.rate, w) * norms
        return w * (wanted / (_number(backend_config.epsilon(), w) + norms))

    def get_config(self):
        return {
            "min_value": self.min_value, "max_value": self.max_value,
            "rate": self.rate, "axis": self.axis,
        }  # fmt: skip


@FAMILY.add("radial_constraint", "radialconstraint")
class RadialConstraint(Constraint):
    """A square kernel [h, h, in, out] made the same at equal distance from its middle.

    Each ring takes one entry of the diagonal. Raises ValueError for other ranks.
    """

    def __call__(self, w):
        w = tensor(w)
        dims = w.dims
        if dims is None or len(dims) != 4 or dims[0] != dims[1]:
            raise ValueError(
                "The weight tensor must be of rank 4 with equal height and width, but "
                f"is of shape {w.shape}."
            )
        size = dims[0]
        half, odd = divmod(size, 2)
        # Which entry of the diagonal each ring takes, innermost first (observed).
        rings = half + odd
        places = [half - 1, *(half + k - odd for k in range(1, rings))]
        values = [w[p, p] for p in places]

        def value(i, j):
            outer = min(i, j, size - 1 - i, size - 1 - j)
            return values[rings - 1 - outer]

        rows = [array.stack([value(i, j) for j in range(size)]) for i in range(size)]
        return array.stack(rows)


max_norm, non_neg, unit_norm = MaxNorm, NonNeg, UnitNorm
min_max_norm, radial_constraint = MinMaxNorm, RadialConstraint
maxnorm, nonneg, unitnorm = MaxNorm, NonNeg, UnitNorm


def get(identifier):
    """A constraint from its name, config or itself; None stays None."""
    return FAMILY.get(identifier)


def serialize(constraint, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.serialize(constraint)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.deserialize(config, custom_objects)


__all__ = [
    "Constraint", "MaxNorm", "MinMaxNorm", "NonNeg", "RadialConstraint", "UnitNorm",
    "deserialize", "get", "max_norm", "maxnorm", "min_max_norm", "non_neg", "nonneg",
    "radial_constraint", "serialize", "unit_norm", "unitnorm",
]  # fmt: skip
