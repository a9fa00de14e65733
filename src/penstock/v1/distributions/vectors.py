"""Distributions over vectors: Dirichlet, Multinomial, normal ones of several axes."""

from __future__ import annotations

from functools import partial
from typing import Any

from penstock.api import array, debugging, linalg, loops, operators, random  # noqa: F401
from penstock.api import math_arithmetic as a
from penstock.api import math_functions as m
from penstock.api import math_reduce as reduce
from penstock.api import math_special as special
from penstock.api.passing import identity
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import int32
from penstock.v1.distributions.continuous import _Continuous
from penstock.v1.distributions.discrete import _OfProbs
from penstock.v1.distributions.distribution import (
    NOT_REPARAMETERIZED,
    Distribution,
    another_seed,
)
from penstock.v1.distributions.parameters import floats


class Dirichlet(_Continuous):
    """Probabilities of k classes, by `concentration` [..., k]."""

    _names = _positive = ("concentration",)
    _event_rank = 1

    def __init__(
        self, concentration, validate_args=False, allow_nan_stats=True, name="Dirichlet"
    ):
        self._set(dict(locals()))

    @property
    def concentration(self) -> Any:
        return self._concentration

    @property
    def total_concentration(self) -> Any:
        return reduce.reduce_sum(self._concentration, -1)

    def _sample_n(self, n, seed):
        shape = array.reshape(n, [1])
        drawn = random.random_gamma(
            shape, self._concentration, dtype=self.dtype, seed=seed
        )
        return drawn / reduce.reduce_sum(drawn, -1, True)

    def _log_prob(self, x):
        free = reduce.reduce_sum((self._concentration - 1.0) * m.log(x), -1)
        return free - special.lbeta(self._concentration)

    def _entropy(self):
        shape, total = self._concentration, self.total_concentration
        k = m.cast(self.event_shape_tensor()[0], self.dtype)
        spread = special.lbeta(shape) + (total - k) * special.digamma(total)
        return spread - reduce.reduce_sum((shape - 1.0) * special.digamma(shape), -1)

    def _mean(self):
        return self._concentration / array.expand_dims(self.total_concentration, -1)

    def _variance(self):
        total = array.expand_dims(self.total_concentration, -1)
        mean = self._mean()
        return mean * (1.0 - mean) / (1.0 + total)

    def _covariance(self):
        mean = self._mean()
        total = array.expand_dims(self.total_concentration, -1)
        scale = array.expand_dims(1.0 / (1.0 + total), -1)
        outer = array.expand_dims(mean, -1) * array.expand_dims(mean, -2)
        return scale * (linalg.diag(mean) - outer)

    def _mode(self):
        shape = self._concentration
        k = m.cast(self.event_shape_tensor()[0], self.dtype)
        value = (shape - 1.0) / array.expand_dims(self.total_concentration - k, -1)
        defined = array.expand_dims(reduce.reduce_all(a.greater(shape, 1.0), -1), -1)
        check = partial(debugging.assert_less, array.ones([], self.dtype), shape)
        full = a.logical_and(defined, array.ones_like(shape, dtype="bool"))
        message = "Mode undefined when any concentration <= 1"
        return self._where_defined(full, value, check, message)


class Multinomial(_OfProbs):
    """How often each of k classes comes in `total_count` draws."""

    _several, _event_rank = True, 1

    def __init__(
        self, total_count, logits=None, probs=None, validate_args=False,
        allow_nan_stats=True, name="Multinomial",
    ):  # fmt: skip
        self._take(dict(locals()))
        with scope(self.name, ""):
            self._total = m.cast(tensor(total_count, name="total_count"), self.dtype)
            self._mean_value = array.expand_dims(self._total, -1) * self._probs

    @property
    def total_count(self) -> Any:
        return self._total

    def _batch_shape(self):
        return self._mean_value.shape[:-1].as_list()

    def _batch_shape_tensor(self):
        return array.shape(self._mean_value)[:-1]

    def _sample_n(self, n, seed):
        total = m.cast(self._total, int32)
        k = self.event_shape_tensor()[0]
        batch = self.batch_shape_tensor()
        logits = self._logits + array.zeros(array.concat([batch, [1]], 0), self.dtype)
        totals = array.reshape(total + array.zeros(batch, int32), [-1])
        rows = array.reshape(logits, array.stack([-1, k]))

        def one(row):
            flat, count = row
            flat = array.expand_dims(flat, 0)
            drawn = random.categorical(flat, n * count, seed=seed, name="multinomial")
            hot = array.one_hot(array.reshape(drawn, array.stack([n, -1])), k)
            return reduce.reduce_sum(hot, -2)

        drawn = loops.map_fn(one, (rows, totals), dtype=self.dtype)
        full = array.concat([batch, array.stack([n, k])], 0)
        ahead = array.reshape(array.transpose(drawn, [1, 0, 2]), [-1])
        shape = array.concat([full[-2:-1], batch, full[-1:]], 0)
        return array.reshape(ahead, shape)

    def _log_prob(self, counts):
        from penstock.api.nn import log_softmax

        free = reduce.reduce_sum(counts * log_softmax(self._logits), -1)
        return free + _log_choices(self._total, counts)

    def _mean(self):
        return identity(self._mean_value)

    def _variance(self):
        return self._mean_value - self._mean_value * self._probs

    def _covariance(self):
        p = self._probs * array.expand_dims(array.ones_like(self._total), -1)
        outer = array.expand_dims(self._mean_value, -1) * array.expand_dims(p, -2)
        return linalg.diag(self._mean_value) - outer


def _log_choices(n, counts):
    """The logarithm of n! / (k1! k2! ...)."""
    return special.lgamma(n + 1.0) - reduce.reduce_sum(special.lgamma(counts + 1.0), -1)


class DirichletMultinomial(Distribution):
    """A Multinomial whose probabilities come from a Dirichlet."""

    _event_rank = 1

    def __init__(
        self, total_count, concentration, validate_args=False, allow_nan_stats=True,
        name="DirichletMultinomial",
    ):  # fmt: skip
        given = dict(locals())
        with scope(name, "DirichletMultinomial") as full:
            (self._concentration,) = floats(concentration=concentration)
            kind = self._concentration.dtype
            self._total = m.cast(tensor(total_count, name="total_count"), kind)
        self._sum = reduce.reduce_sum(self._concentration, -1)
        self._held = (self._concentration,)
        super().__init__(
            kind, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, given,
            [self._total, self._concentration], full or f"{name}/",
        )  # fmt: skip

    @property
    def total_count(self) -> Any:
        return self._total

    @property
    def concentration(self) -> Any:
        return self._concentration

    @property
    def total_concentration(self) -> Any:
        return self._sum

    def _batch_shape(self):
        shape = array.broadcast_static_shape(self._sum.shape, self._total.shape)
        return shape.as_list()

    def _batch_shape_tensor(self):
        return array.shape(self._sum + self._total)

    def _sample_n(self, n, seed):
        draws = m.cast(self._total, int32)
        k = self.event_shape_tensor()[0]
        alpha = self._concentration * array.ones_like(
            array.expand_dims(self._total, -1)
        )
        gamma = random.random_gamma(
            array.reshape(n, [1]), alpha, dtype=self.dtype, seed=seed
        )
        logits = array.reshape(m.log(gamma), array.stack([-1, k]))
        other = another_seed(seed, "dirichlet_multinomial")
        drawn = random.categorical(logits, draws, None, other, "multinomial")
        counts = reduce.reduce_sum(array.one_hot(drawn, k), -2)
        shape = array.concat(
            [array.reshape(n, [1]), self.batch_shape_tensor(), array.reshape(k, [1])], 0
        )
        return m.cast(array.reshape(counts, shape), self.dtype)

    def _log_prob(self, counts):
        ordered = special.lbeta(self._concentration + counts) - special.lbeta(
            self._concentration
        )
        return ordered + _log_choices(self._total, counts)

    def _mean(self):
        part = self._concentration / array.expand_dims(self._sum, -1)
        return array.expand_dims(self._total, -1) * part

    def _spread(self):
        """(n + total) / (1 + total), under the root and squared again."""
        return array.expand_dims((self._total + self._sum) / (1.0 + self._sum), -1)

    def _variance(self):
        mean = self._mean()
        part = self._concentration / array.expand_dims(self._sum, -1)
        return mean * (1.0 - part) * self._spread()

    def _covariance(self):
        mean = self._mean()
        part = self._concentration / array.expand_dims(self._sum, -1)
        outer = array.expand_dims(mean, -1) * array.expand_dims(part, -2)
        return array.expand_dims(self._spread(), -1) * (linalg.diag(mean) - outer)
