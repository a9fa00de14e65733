"""`tf.random` of 2.x: seeds, and drawing under the names of 2.x."""

from __future__ import annotations

from penstock.api import random as api
from penstock.runtime.eager import RECORDER

normal = api.random_normal
uniform = api.random_uniform
truncated_normal = api.truncated_normal
shuffle = api.shuffle
categorical = api.categorical
gamma = api.random_gamma
poisson = api.random_poisson
stateless_normal = api.stateless_random_normal
stateless_uniform = api.stateless_random_uniform
stateless_truncated_normal = api.stateless_truncated_normal


def set_seed(seed: int) -> None:
    """Start every random op anew from `seed`: the same program, the same numbers."""
    RECORDER.seeds.set_seed(seed)
    RECORDER.forget_random_state()


def get_global_seed() -> int | None:
    return RECORDER.seed


__all__ = [
    "categorical", "gamma", "get_global_seed", "normal", "poisson", "set_seed",
    "shuffle", "stateless_normal", "stateless_truncated_normal", "stateless_uniform",
    "truncated_normal", "uniform",
]  # fmt: skip
