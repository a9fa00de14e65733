"""`keras.random` of Keras 3: numbers that a seed alone decides.

A seed is an integer (the same numbers at each call) or a `SeedGenerator` (the next
ones). Without one they come from a generator that `set_random_seed` starts anew. The
numbers are those of Keras 3 on TensorFlow.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, math
from penstock.api import random as draw
from penstock.api import random_stateless as stateless
from penstock.api.array_sort import argsort
from penstock.api.scopes import tensor
from penstock.api.variable import Variable
from penstock.core.dtypes import DType, as_dtype
from penstock.keras.backend_config import floatx
from penstock.keras.utils.seeding import made_up_seed, register_seeder


class SeedGenerator:
    """Seeds one after another: (seed, 0), (seed, 1), ..."""

    def __init__(self, seed=None, name=None, **kwargs):
        del kwargs
        if seed is not None and (not isinstance(seed, int) or seed < 0):
            raise ValueError(
                f"Argument `seed` must be a non-negative integer. Received: {seed}"
            )
        self.seed = made_up_seed() if seed is None else seed
        self.name = name or "seed_generator"
        self.state = Variable(
            np.array([self.seed, 0], np.int64), trainable=False, name=self.name
        )

    def next(self, ordered=True):
        """The next seed, int64 [2]."""
        del ordered
        now = self.state.read_value()
        self.state.assign_add(np.array([0, 1], np.int64))
        return now

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, "name": self.name}

    @classmethod
    def from_config(cls, config) -> SeedGenerator:
        return cls(**config)


_shared: list[SeedGenerator | None] = [None]
register_seeder(lambda seed: _shared.__setitem__(0, None))


def _seed(seed):
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        _shared[0] = _shared[0] or SeedGenerator()
        return _shared[0].next()
    if isinstance(seed, int | np.integer):
        return np.array([seed, 0], np.int64)
    raise ValueError(
        "Argument `seed` must be either an integer or an instance of `SeedGenerator`. "
        f"Received: seed={seed!r}"
    )


def _kind(dtype) -> DType:
    return as_dtype(dtype or floatx())


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Evenly spread numbers in [minval, maxval)."""
    return draw.stateless_uniform(shape, _seed(seed), minval, maxval, _kind(dtype))


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normal numbers."""
    return draw.stateless_normal(shape, _seed(seed), mean, stddev, _kind(dtype))


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normal numbers within two standard deviations."""
    return draw.stateless_truncated_normal(
        shape, _seed(seed), mean, stddev, _kind(dtype)
    )


def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Integers in [minval, maxval)."""
    return draw.stateless_uniform(shape, _seed(seed), minval, maxval, _kind(dtype))


def dropout(inputs, rate, noise_shape=None, seed=None):
    """`inputs` with a part `rate` of them 0, the others larger by 1 / (1 - rate)."""
    x = tensor(inputs)
    shape = array.shape(x) if noise_shape is None else noise_shape
    chance = draw.stateless_uniform(shape, _seed(seed), dtype=x.dtype)
    kept = math.cast(math.greater_equal(chance, tensor(rate, x.dtype)), x.dtype)
    return x * kept / tensor(1.0 - rate, x.dtype)


def shuffle(x, axis=0, seed=None):
    """`x` in another order along `axis`."""
    x = tensor(x)
    chance = draw.stateless_uniform([array.shape(x)[axis]], _seed(seed))
    return array.gather(x, argsort(chance), axis=axis)


def categorical(logits, num_samples, dtype="int32", seed=None):
    """Classes [batch, num_samples], each as likely as its logits [batch, classes]."""
    return stateless.stateless_categorical(
        tensor(logits), num_samples, _seed(seed), as_dtype(dtype)
    )


def gamma(shape, alpha, dtype=None, seed=None):
    """Numbers of the gamma distribution of shape `alpha`."""
    kind = _kind(dtype)
    return stateless.stateless_gamma(
        shape, _seed(seed), tensor(alpha, kind), dtype=kind
    )


def binomial(shape, counts, probabilities, dtype=None, seed=None):
    """How many of `counts` trials succeed."""
    kind = _kind(dtype)
    counts, probabilities = tensor(counts, kind), tensor(probabilities, kind)
    return stateless.stateless_binomial(
        shape, _seed(seed), counts, probabilities, output_dtype=kind
    )


def beta(shape, alpha, beta, dtype=None, seed=None):
    """Numbers of the beta distribution, of two gamma numbers; not Keras 3's own."""
    kind, first = _kind(dtype), tensor(_seed(seed))
    one, two = (
        stateless.stateless_gamma(shape, now, tensor(shaped, kind), dtype=kind)
        for now, shaped in ((first, alpha), (first + np.array([0, 1]), beta))
    )
    return one / (one + two)


__all__ = [
    "SeedGenerator", "beta", "binomial", "categorical", "dropout", "gamma", "normal",
    "randint", "shuffle", "truncated_normal", "uniform",
]  # fmt: skip
