"""Classes and coins softened by a temperature, so that gradients flow through draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, nn, random
from penstock.api import math_functions as m
from penstock.api import math_reduce as reduce
from penstock.api import math_special as special
from penstock.api.scopes import scope
from penstock.v1.distributions import bijectors
from penstock.v1.distributions.composed import TransformedDistribution
from penstock.v1.distributions.distribution import FULLY_REPARAMETERIZED, Distribution
from penstock.v1.distributions.more import Logistic
from penstock.v1.distributions.parameters import floats, logits_and_probs


class ExpRelaxedOneHotCategorical(Distribution):
    """The logarithm of a relaxed one-hot draw; Maddison, Mnih and Teh (2017)."""

    _event_rank = 1

    def __init__(
        self, temperature, logits=None, probs=None, dtype=None, validate_args=False,
        allow_nan_stats=True, name="ExpRelaxedOneHotCategorical",
    ):  # fmt: skip
        given = dict(locals())
        with scope(name, type(self).__name__) as full:
            logits, probs = logits_and_probs(logits, probs, several=True)
            temperature, logits = floats(temperature=temperature, logits=logits)
        self._temperature, self._logits, self._probs = temperature, logits, probs
        self._held = (logits,)
        super().__init__(
            logits.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, given,
            [logits, temperature], full or f"{name}/",
        )  # fmt: skip

    @property
    def temperature(self) -> Any:
        return self._temperature

    @property
    def logits(self) -> Any:
        return self._logits

    @property
    def probs(self) -> Any:
        return self._probs

    def _heat(self):
        return array.expand_dims(self._temperature, -1)

    def _sample_n(self, n, seed):
        low, shape = np.finfo(self.dtype.np).tiny, self._drawn_shape(n)
        uniform = random.random_uniform(shape, low, 1.0, self.dtype, seed)
        gumbel = -m.log(-m.log(uniform))
        return nn.log_softmax((gumbel + self._logits) / self._heat())

    def _log_prob(self, x):
        k = m.cast(self.event_shape_tensor()[0], self.dtype)
        scores = self._logits - x * self._heat()
        normal = special.lgamma(k) + (k - 1.0) * m.log(self._temperature)
        inside = reduce.reduce_sum(nn.log_softmax(scores), -1)
        return normal + inside


class RelaxedOneHotCategorical(ExpRelaxedOneHotCategorical):
    """One-hot vectors softened by `temperature`: Jang, Gu and Poole (2017)."""

    def __init__(
        self, temperature, logits=None, probs=None, dtype=None, validate_args=False,
        allow_nan_stats=True, name="RelaxedOneHotCategorical",
    ):  # fmt: skip
        super().__init__(
            temperature, logits, probs, dtype, validate_args, allow_nan_stats, name
        )

    def _sample_n(self, n, seed):
        return m.exp(super()._sample_n(n, seed))

    def _log_prob(self, x):
        logs = m.log(x)
        return super()._log_prob(logs) - reduce.reduce_sum(logs, -1)


class RelaxedBernoulli(TransformedDistribution):
    """A coin softened by `temperature`: the sigmoid of a Logistic."""

    def __init__(
        self, temperature, logits=None, probs=None, validate_args=False,
        allow_nan_stats=True, name="RelaxedBernoulli",
    ):  # fmt: skip
        logits, self._probs = logits_and_probs(logits, probs)
        self._temperature, self._logits = floats(temperature=temperature, logits=logits)
        inner = Logistic(
            self._logits / self._temperature, 1.0 / self._temperature,
            validate_args, allow_nan_stats, f"{name}/Logistic",
        )  # fmt: skip
        super().__init__(inner, bijectors.Sigmoid(), name=name)

    @property
    def temperature(self) -> Any:
        return self._temperature

    @property
    def logits(self) -> Any:
        return self._logits

    @property
    def probs(self) -> Any:
        return self._probs
