"""Initialisers of `tf.contrib.layers`."""

from __future__ import annotations

import math

from penstock.api import random
from penstock.core.dtypes import as_dtype, float32
from penstock.core.shapes import as_dims


def variance_scaling_initializer(
    factor=2.0, mode="FAN_IN", uniform=False, seed=None, dtype=float32
):
    """Weights of variance `factor` / n, n the inputs, outputs or their mean.

    A truncated normal, or with `uniform` spread evenly. Raises TypeError for a dtype
    that is not floating, or another mode. He et al. (2015) with the default factor.
    """
    kind = as_dtype(dtype)
    if not kind.is_floating:
        raise TypeError("Cannot create initializer for non-floating point type.")
    if mode not in ("FAN_IN", "FAN_OUT", "FAN_AVG"):
        raise TypeError(f"Unknown mode {mode} [FAN_IN, FAN_OUT, FAN_AVG]")

    def initializer(shape, dtype=kind, partition_info=None):
        wanted = as_dtype(dtype)
        if not wanted.is_floating:
            raise TypeError("Cannot create initializer for non-floating point type.")
        full = as_dims(getattr(partition_info, "full_shape", None) or shape) or ()
        n = _inputs(full, mode)
        if uniform:
            limit = math.sqrt(3.0 * factor / n)
            return random.random_uniform(shape, -limit, limit, wanted, seed)
        # A normal cut off at two deviations keeps 1 / 1.3 of its variance.
        stddev = math.sqrt(1.3 * factor / n)
        return random.truncated_normal(shape, 0.0, stddev, wanted, seed)

    return initializer


def _inputs(shape, mode: str) -> float:
    fan_in = float(shape[-2]) if len(shape) > 1 else float(shape[-1] if shape else 1)
    fan_out = float(shape[-1]) if shape else 1.0
    field = float(math.prod(shape[:-2]))
    if mode == "FAN_IN":
        return fan_in * field
    if mode == "FAN_OUT":
        return fan_out * field
    return (fan_in + fan_out) * field / 2.0


def xavier_initializer(uniform=True, seed=None, dtype=float32):
    """Weights that keep the scale of what passes through. Glorot and Bengio (2010)."""
    return variance_scaling_initializer(1.0, "FAN_AVG", uniform, seed, dtype)


xavier_initializer_conv2d = xavier_initializer

__all__ = [
    "variance_scaling_initializer", "xavier_initializer", "xavier_initializer_conv2d",
]  # fmt: skip
