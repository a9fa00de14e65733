"""`tf.contrib.nn`: dropout for self-normalising networks."""

from __future__ import annotations

import math

from penstock.api import array, random
from penstock.api.math_functions import floor
from penstock.api.scopes import scope, tensor

#: What selu gives far below zero: -scale * alpha.
_LOWEST = -1.7580993408473766


def alpha_dropout(x, keep_prob, noise_shape=None, seed=None, name=None):
    """Dropout that keeps mean and variance: Klambauer et al. (2017), section 2.

    Dropped entries get the lowest value of selu, then all are scaled and moved.
    """
    with scope(name, "alpha_dropout"):
        x = tensor(x, name="x")
        if keep_prob == 1:
            return x
        shape = array.shape(x) if noise_shape is None else noise_shape
        drawn = random.random_uniform(shape, dtype=x.dtype, seed=seed)
        kept = floor(drawn + keep_prob)
        a = 1.0 / math.sqrt(keep_prob + keep_prob * (1 - keep_prob) * _LOWEST**2)
        b = -a * _LOWEST * (1 - keep_prob)
        out = a * (x * kept + _LOWEST * (1.0 - kept)) + b
        out.set_shape(x.shape)
        return out


__all__ = ["alpha_dropout"]
