"""Random numbers by their 1.x names and orders of arguments."""

from __future__ import annotations

from penstock.api import random as api
from penstock.api.random import (
    get_seed,
    random_crop,
    random_gamma,
    random_normal,
    random_uniform,
    truncated_normal,
)
from penstock.core.dtypes import float32
from penstock.v1.default_graph import set_random_seed


def random_shuffle(value, seed=None, name=None):
    """`value` with its rows in random order."""
    return api.shuffle(value, seed, name)


def multinomial(logits, num_samples, seed=None, name=None, output_dtype=None):
    """Classes [batch, num_samples] drawn by `logits` [batch, classes]."""
    return api.categorical(
        logits, num_samples, output_dtype, seed, name or "multinomial"
    )


def random_poisson(lam, shape, dtype=float32, seed=None, name="random_poisson"):
    """Poisson counts: for each rate of `lam`, `shape` of them."""
    return api.random_poisson(shape, lam, dtype, seed, name)


poisson = random_poisson

__all__ = [
    "get_seed", "multinomial", "random_crop", "random_gamma", "random_normal",
    "random_poisson", "random_shuffle", "random_uniform", "set_random_seed",
    "truncated_normal",
]  # fmt: skip
