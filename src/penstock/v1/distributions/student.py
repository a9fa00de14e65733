"""Student's t."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from penstock.api import array, debugging, random
from penstock.api import math_arithmetic as a
from penstock.api import math_functions as m
from penstock.api import math_special as special
from penstock.ir.op import TABLE
from penstock.v1.distributions.continuous import _LocationScale
from penstock.v1.distributions.distribution import another_seed


class StudentT(_LocationScale):
    """Of `df` degrees of freedom around `loc`."""

    _names, _positive = ("df", "loc", "scale"), ("df",)

    def __init__(
        self, df, loc, scale, validate_args=False, allow_nan_stats=True, name="StudentT"
    ):
        self._set(dict(locals()))

    @property
    def df(self) -> Any:
        return self._df

    def _sample_n(self, n, seed):
        shape, kind = self._drawn_shape(n), self.dtype
        normal = random.random_normal(shape, dtype=kind, seed=seed)
        df = self._full(self._df)
        other = another_seed(seed, "student_t")
        gamma = random.random_gamma(array.reshape(n, [1]), 0.5 * df, 0.5, kind, other)
        return normal * m.rsqrt(gamma / df) * self._scale + self._loc

    def _log_prob(self, x):
        free = -0.5 * (self._df + 1.0) * m.log1p(m.square(self._z(x)) / self._df)
        return free - self._log_normalization()

    def _log_normalization(self):
        half = 0.5 * self._df
        width = m.log(m.abs(self._scale)) + 0.5 * m.log(self._df)
        return (
            width
            + 0.5 * math.log(math.pi)
            + special.lgamma(half)
            - special.lgamma(half + 0.5)
        )

    def _cdf(self, x):
        z = (x - self._loc) / m.abs(self._scale)
        df = self._df * array.ones_like(z)
        tail = 0.5 * special.betainc(
            0.5 * df, 0.5 * array.ones_like(df), df / (m.square(z) + df)
        )
        return TABLE["SelectV2"](a.less(z, 0.0), tail, 1.0 - tail)

    def _entropy(self):
        df = self._full(self._df)
        half = 0.5 * df
        other = 0.5 * array.ones_like(df)
        beta = special.lgamma(half) + special.lgamma(other) - special.lgamma(half + 0.5)
        spread = (
            0.5 * (df + 1.0) * (special.digamma(half + 0.5) - special.digamma(half))
        )
        return m.log(m.abs(self._scale)) + 0.5 * m.log(df) + beta + spread

    def _mean(self):
        df = self._full(self._df)
        check = partial(debugging.assert_less, array.ones([], self.dtype), df)
        return self._where_defined(
            a.greater(df, 1.0), self._full(self._loc), check,
            "mean not defined for components of df <= 1",
        )  # fmt: skip

    def _mode(self):
        return self._full(self._loc)

    def _variance(self):
        df = self._full(self._df)
        finite = a.greater(df, 2.0)
        safe = TABLE["SelectV2"](finite, df - 2.0, array.ones_like(df))
        value = m.square(self._full(self._scale)) * df / safe
        infinite = np.asarray(np.inf, self.dtype.np)
        value = TABLE["SelectV2"](finite, value, infinite)
        check = partial(debugging.assert_less, array.ones([], self.dtype), df)
        return self._where_defined(
            a.greater(df, 1.0), value, check,
            "variance not defined for components of df <= 1",
        )  # fmt: skip
