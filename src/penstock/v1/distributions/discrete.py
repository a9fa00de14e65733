"""Distributions over whole numbers: Bernoulli, Categorical, Poisson and their kin."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, debugging, nn, nn_loss, random
from penstock.api import math_arithmetic as a
from penstock.api import math_functions as m
from penstock.api import math_reduce as reduce
from penstock.api import math_special as special
from penstock.api.passing import identity
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import as_dtype, int32
from penstock.v1.distributions.distribution import NOT_REPARAMETERIZED, Distribution
from penstock.v1.distributions.parameters import floats, logits_and_probs
from penstock.v1.nn import sparse_softmax_cross_entropy_with_logits


class _OfProbs(Distribution):
    """Known by the logits or the probabilities of its outcomes."""

    _several = False

    def _take(self, given: dict, dtype=None) -> None:
        """Takes the arguments of `__init__`, its `locals()`."""
        with scope(given["name"], type(self).__name__) as full:
            logits, probs = given["logits"], given["probs"]
            logits, probs = logits_and_probs(logits, probs, self._several)
            if given["validate_args"] and given["probs"] is not None:
                self._validate_args = True
                check = debugging.assert_non_negative
                probs = self._checked(check, probs, "probs must be non-negative")
        self._logits, self._probs = logits, probs
        self._held = (logits,)
        super().__init__(
            dtype or probs.dtype, NOT_REPARAMETERIZED, given["validate_args"],
            given["allow_nan_stats"], given, [logits, probs],
            full or f"{given['name']}/",
        )  # fmt: skip

    @property
    def logits(self) -> Any:
        return self._logits

    @property
    def probs(self) -> Any:
        return self._probs


class Bernoulli(_OfProbs):
    """1 with probability `probs`, else 0."""

    def __init__(
        self, logits=None, probs=None, dtype=int32, validate_args=False,
        allow_nan_stats=True, name="Bernoulli",
    ):  # fmt: skip
        self._take(dict(locals()), as_dtype(dtype))

    @classmethod
    def _param_shapes(cls, sample_shape):
        return {"logits": array.reshape(sample_shape, [-1])}

    def _sample_n(self, n, seed):
        kind = self._probs.dtype.base_dtype
        drawn = random.random_uniform(self._drawn_shape(n), dtype=kind, seed=seed)
        return m.cast(a.less(drawn, self._probs), self.dtype)

    def _log_prob(self, event):
        event = m.cast(event, self._logits.dtype)
        both = event + array.zeros_like(self._logits)
        logits = self._logits + array.zeros_like(event)
        return -nn_loss.sigmoid_cross_entropy_with_logits(both, logits)

    def _entropy(self):
        return (
            -self._logits * (m.sigmoid(self._logits) - 1.0)
            + nn.softplus(-self._logits)
        )  # fmt: skip

    def _mean(self):
        return identity(self._probs)

    def _variance(self):
        return self._mean() * (1.0 - self._probs)

    def _mode(self):
        return m.cast(a.greater(self._probs, 0.5), self.dtype)


class Categorical(_OfProbs):
    """One of the classes 0, 1, ... that stand on the last axis of `logits`."""

    _several, _event_rank = True, 1

    def __init__(
        self, logits=None, probs=None, dtype=int32, validate_args=False,
        allow_nan_stats=True, name="Categorical",
    ):  # fmt: skip
        self._take(dict(locals()), as_dtype(dtype))

    @classmethod
    def _param_shapes(cls, sample_shape):
        raise NotImplementedError("param_shapes is not implemented: Categorical")

    @property
    def event_size(self) -> Any:
        """How many classes: a number where known, else a tensor."""
        last = self._logits.shape[-1]
        known = getattr(last, "value", last)
        return known if known is not None else array.shape(self._logits)[-1]

    def _event_shape(self):
        return []

    def _event_shape_tensor(self):
        return tensor(np.zeros([0], np.int32))

    def _sample_n(self, n, seed):
        rows = array.reshape(self._logits, [-1, self.event_size])
        drawn = random.categorical(rows, n, self.dtype, seed, "multinomial")
        shape = array.concat([array.reshape(n, [1]), self.batch_shape_tensor()], 0)
        return array.reshape(array.transpose(drawn), shape)

    def _log_prob(self, k):
        k = m.cast(k, int32) if not k.dtype.is_integer else k
        full = self._logits * array.ones_like(
            array.expand_dims(k, -1), dtype=self._logits.dtype
        )
        k = k * array.ones(array.shape(full)[:-1], k.dtype)
        k.set_shape(full.shape[:-1])
        return -sparse_softmax_cross_entropy_with_logits(labels=k, logits=full)

    def _cdf(self, k):
        """The probability of classes below `k`: k itself is not counted."""
        k = m.cast(k, int32)
        probs = self._probs * array.ones_like(
            array.expand_dims(k, -1), dtype=self._probs.dtype
        )
        k = k * array.ones(array.shape(probs)[:-1], k.dtype)
        mask = array.sequence_mask(k, self.event_size, dtype=probs.dtype)
        return reduce.reduce_sum(probs * mask, -1)

    def _entropy(self):
        return -reduce.reduce_sum(nn.log_softmax(self._logits) * self._probs, -1)

    def _mode(self):
        return m.cast(reduce.argmax(self._logits, -1), self.dtype)


class OneHotCategorical(Categorical):
    """As Categorical; a sample is 1 where the class stands, 0 elsewhere."""

    def __init__(
        self, logits=None, probs=None, dtype=int32, validate_args=False,
        allow_nan_stats=True, name="OneHotCategorical",
    ):  # fmt: skip
        self._take(dict(locals()), as_dtype(dtype))

    def _event_shape(self):
        return self._logits.shape[-1:].as_list()

    def _event_shape_tensor(self):
        return array.shape(self._logits)[-1:]

    def _sample_n(self, n, seed):
        return self._hot(super()._sample_n(n, seed))

    def _hot(self, classes):
        return array.one_hot(classes, self.event_size, dtype=self.dtype)

    def _log_prob(self, x):
        x = m.cast(x, self._logits.dtype)
        return reduce.reduce_sum(nn.log_softmax(self._logits) * x, -1)

    _cdf: Any = None

    def _mean(self):
        return identity(self._probs)

    def _variance(self):
        return self._probs * (1.0 - self._probs)

    def _mode(self):
        return self._hot(reduce.argmax(self._logits, -1))


class _Counts(Distribution):
    """Counts of events that have a rate or a probability."""

    def _start(self, kind, given, held, name) -> None:
        self._held = tuple(held)
        super().__init__(
            kind, NOT_REPARAMETERIZED, given["validate_args"], given["allow_nan_stats"],
            given, list(held), name or f"{given['name']}/",
        )  # fmt: skip


class Poisson(_Counts):
    """How often something happens that happens `rate` times in the mean."""

    def __init__(
        self, rate=None, log_rate=None, validate_args=False, allow_nan_stats=True,
        interpolate_nondiscrete=True, name="Poisson",
    ):  # fmt: skip
        given = dict(locals())
        if (rate is None) == (log_rate is None):
            raise ValueError("Must specify exactly one of `rate` and `log_rate`.")
        with scope(name, "Poisson") as full:
            if rate is None:
                (self._log_rate,) = floats(log_rate=log_rate)
                self._rate = m.exp(self._log_rate)
            else:
                (self._rate,) = floats(rate=rate)
                self._log_rate = m.log(self._rate)
        self._start(self._rate.dtype, given, [self._rate], full)

    @property
    def rate(self):
        return self._rate

    @property
    def log_rate(self):
        return self._log_rate

    def _sample_n(self, n, seed):
        shape = array.reshape(n, [1])
        return random.random_poisson(shape, self._rate, self.dtype, seed)

    def _log_prob(self, x):
        return a.xlogy(x, self._rate) - self._rate - special.lgamma(1.0 + x)

    def _cdf(self, x):
        return special.igammac(m.floor(1.0 + x), self._rate + array.zeros_like(x))

    def _mean(self):
        return identity(self._rate)

    _variance = _mean

    def _mode(self):
        return m.floor(self._rate)


class Binomial(_OfProbs):
    """How many of `total_count` trials succeed."""

    def __init__(
        self, total_count, logits=None, probs=None, validate_args=False,
        allow_nan_stats=True, name="Binomial",
    ):  # fmt: skip
        self._take(dict(locals()))
        self._total = m.cast(tensor(total_count), self._probs.dtype)
        self._held = (self._total, self._probs)

    @property
    def total_count(self):
        return self._total

    def _log_prob(self, x):
        n = self._total
        choose = (
            special.lgamma(1.0 + n)
            - special.lgamma(1.0 + x)
            - special.lgamma(1.0 + n - x)
        )
        return choose + a.xlogy(x, self._probs) + a.xlog1py(n - x, -self._probs)

    def _mean(self):
        return self._total * self._probs

    def _variance(self):
        return self._mean() * (1.0 - self._probs)

    def _mode(self):
        return m.floor((1.0 + self._total) * self._probs)


class Geometric(_OfProbs):
    """How many trials fail before the first that succeeds."""

    def __init__(
        self, logits=None, probs=None, validate_args=False, allow_nan_stats=True,
        name="Geometric",
    ):  # fmt: skip
        self._take(dict(locals()))

    def _sample_n(self, n, seed):
        low = np.finfo(self.dtype.np).tiny
        shape = self._drawn_shape(n)
        drawn = random.random_uniform(shape, low, 1.0, self.dtype, seed)
        return m.floor(m.log(drawn) / m.log1p(-self._probs))

    def _log_prob(self, x):
        return a.xlog1py(x, -self._probs) + m.log(self._probs)

    def _cdf(self, x):
        return -m.expm1((1.0 + m.floor(x)) * m.log1p(-self._probs))

    def _entropy(self):
        p = self._probs
        return -(a.xlogy(p, p) + a.xlog1py(1.0 - p, -p)) / p

    def _mean(self):
        return m.exp(-self._logits)

    def _variance(self):
        return self._mean() / self._probs

    def _mode(self):
        return array.zeros_like(self._probs)
