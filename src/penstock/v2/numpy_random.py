"""`tf.experimental.numpy.random`: TensorFlow's draws under NumPy's names."""

from __future__ import annotations

import numpy as np

from penstock.api import random as draws
from penstock.core.dtypes import as_dtype
from penstock.v2.numpy_dtypes import PREFERRED, array_of, cast
from penstock.v2.random import set_seed


def seed(s):
    """The global seed. As `tf.random.set_seed`."""
    set_seed(int(np.asarray(s)))


def _sizes(size) -> list:
    return [] if size is None else np.atleast_1d(size).tolist()


def randn(*args):
    """Standard normal values of a shape."""
    return standard_normal(args if args else None)


def standard_normal(size=None):
    return draws.random_normal(_sizes(size), dtype=as_dtype(PREFERRED[float]))


def uniform(low=0.0, high=1.0, size=None):
    kind = as_dtype(PREFERRED[float])
    low, high = array_of(low, kind), array_of(high, kind)
    if size is None:
        size = np.broadcast_shapes(low.shape.as_list(), high.shape.as_list())
    return draws.random_uniform(_sizes(size), low, high, kind)


def random(size=None):
    return uniform(0.0, 1.0, size)


def rand(*args):
    return uniform(0.0, 1.0, args)


def randint(low, high=None, size=None, dtype=np.int64):
    """Integers from `low` (or 0) up to but not including `high` (or `low`)."""
    if high is None:
        low, high = 0, low
    wide = as_dtype(np.int64 if dtype in (int, np.int64) else np.int32)
    made = draws.random_uniform(_sizes(size), int(low), int(high), wide)
    return cast(made, np.int64 if dtype is int else dtype)


def poisson(lam=1.0, size=None):
    lam = array_of(lam, PREFERRED[float])
    return cast(
        draws.random_poisson(lam=lam, shape=_sizes(size), dtype=lam.dtype), np.int64
    )


__all__ = [
    "poisson", "rand", "randint", "randn", "random", "seed", "standard_normal",
    "uniform",
]  # fmt: skip
