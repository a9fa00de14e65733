"""Distributions over numbers: Normal, Laplace, Uniform, Gamma, Beta and their kin."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from penstock.api import array, debugging, nn, operators, random  # noqa: F401
from penstock.api import math_arithmetic as a
from penstock.api import math_functions as m
from penstock.api import math_special as special
from penstock.api.scopes import scope
from penstock.ir.op import TABLE
from penstock.v1.distributions.distribution import (
    FULLY_REPARAMETERIZED,
    Distribution,
    another_seed,
)
from penstock.v1.distributions.normal_tail import log_ndtr, ndtr
from penstock.v1.distributions.parameters import floats

_HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)


class _Continuous(Distribution):
    """Of the floating parameters that `_names` tells, in order."""

    _names: tuple[str, ...] = ()
    _positive: tuple[str, ...] = ()
    # Set by `_set`, each in the kinds that name it.
    _loc: Any
    _scale: Any
    _low: Any
    _high: Any
    _df: Any
    _rate: Any
    _concentration: Any
    _concentration0: Any
    _concentration1: Any

    def _set(self, given: dict, allow_nan_stats=None, keep=None) -> None:
        """Takes the arguments of `__init__`, its `locals()`."""
        validate = given["validate_args"]
        self._validate_args = validate
        with scope(given["name"], type(self).__name__) as full:
            held = floats(**{n: given[n] for n in self._names})
            for name, value in zip(self._names, held, strict=True):
                if validate and name in self._positive:
                    value = self._checked(
                        debugging.assert_positive, value, f"{name} must be positive"
                    )
                setattr(self, f"_{name}", value)
        self._held = tuple(getattr(self, f"_{n}") for n in self._names)
        super().__init__(
            held[0].dtype, FULLY_REPARAMETERIZED, validate, given["allow_nan_stats"],
            given if keep is None else keep, list(held), full or f"{given['name']}/",
        )  # fmt: skip

    @classmethod
    def _param_shapes(cls, sample_shape):
        shape = array.reshape(sample_shape, [-1])
        return {name: shape for name in cls._names}

    def _full(self, value):
        """`value` over the whole batch."""
        return value * array.ones(self.batch_shape_tensor(), self.dtype)


class _LocationScale(_Continuous):
    _names, _positive = ("loc", "scale"), ("scale",)

    @property
    def loc(self) -> Any:
        return self._loc

    @property
    def scale(self) -> Any:
        return self._scale

    def _z(self, x):
        return (x - self._loc) / self._scale

    def _mean(self):
        return self._full(self._loc)

    _mode = _mean


class Normal(_LocationScale):
    """Of mean `loc` and standard deviation `scale`."""

    def __init__(
        self, loc, scale, validate_args=False, allow_nan_stats=True, name="Normal"
    ):
        self._set(dict(locals()))

    def _sample_n(self, n, seed):
        drawn = random.random_normal(self._drawn_shape(n), 0.0, 1.0, self.dtype, seed)
        return drawn * self._scale + self._loc

    def _log_prob(self, x):
        normalizer = _HALF_LOG_2PI + m.log(self._scale)
        return -0.5 * m.square(self._z(x)) - normalizer

    def _cdf(self, x):
        return ndtr(self._z(x))

    def _log_cdf(self, x):
        return log_ndtr(self._z(x))

    def _survival_function(self, x):
        return ndtr(-self._z(x))

    def _log_survival_function(self, x):
        return log_ndtr(-self._z(x))

    def _entropy(self):
        return 0.5 + _HALF_LOG_2PI + m.log(self._full(self._scale))

    def _stddev(self):
        return self._full(self._scale)

    def _quantile(self, p):
        return special.ndtri(p) * self._scale + self._loc


class Laplace(_LocationScale):
    """Two exponentials back to back around `loc`."""

    def __init__(
        self, loc, scale, validate_args=False, allow_nan_stats=True, name="Laplace"
    ):
        self._set(dict(locals()))

    def _sample_n(self, n, seed):
        # Above -1, whose logarithm is infinite.
        one = np.ones([], self.dtype.np)
        low = np.nextafter(-one, 0 * one)
        shape = self._drawn_shape(n)
        drawn = random.random_uniform(shape, low, 1.0, self.dtype, seed)
        return self._loc - self._scale * m.sign(drawn) * m.log1p(-m.abs(drawn))

    def _log_prob(self, x):
        return -m.abs(self._z(x)) - (math.log(2.0) + m.log(self._scale))

    def _cdf(self, x):
        z = self._z(x)
        return 0.5 + 0.5 * m.sign(z) * (1.0 - m.exp(-m.abs(z)))

    def _log_cdf(self, x):
        return _log_cdf_laplace(self._z(x))

    def _log_survival_function(self, x):
        return _log_cdf_laplace(-self._z(x))

    def _entropy(self):
        return math.log(2.0) + 1.0 + m.log(self._full(self._scale))

    def _stddev(self):
        return math.sqrt(2.0) * self._full(self._scale)


def _log_cdf_laplace(z):
    below = z - math.log(2.0)
    # Of the absolute value, that the branch which is not taken has no overflow.
    above = m.log1p(-0.5 * m.exp(-m.abs(z)))
    return TABLE["SelectV2"](a.less(z, 0.0), below, above)


class Uniform(_Continuous):
    """Every number in [low, high) alike."""

    _names = ("low", "high")

    def __init__(
        self, low=0.0, high=1.0, validate_args=False, allow_nan_stats=True,
        name="Uniform",
    ):  # fmt: skip
        self._set(dict(locals()))
        if validate_args:
            check = partial(debugging.assert_less, self._low)
            self._high = self._checked(
                check, self._high, "uniform not defined when low >= high."
            )

    @property
    def low(self) -> Any:
        return self._low

    @property
    def high(self) -> Any:
        return self._high

    def range(self, name="range"):
        """high - low."""
        with self._inside(name):
            return self._high - self._low

    def _sample_n(self, n, seed):
        shape = self._drawn_shape(n)
        drawn = random.random_uniform(shape, dtype=self.dtype, seed=seed)
        return self._low + self.range() * drawn

    def _prob(self, x):
        x = x * array.ones(self.batch_shape_tensor(), self.dtype)
        outside = a.logical_or(a.less(x, self._low), a.greater_equal(x, self._high))
        inside = array.ones_like(x) / self.range()
        value = TABLE["SelectV2"](outside, array.zeros_like(x), inside)
        return TABLE["SelectV2"](m.is_nan(x), x, value)

    def _cdf(self, x):
        part = a.minimum(a.maximum((x - self._low) / self.range(), 0.0), 1.0)
        return part

    def _quantile(self, p):
        return self._low + self.range() * p

    def _entropy(self):
        return m.log(self.range())

    def _mean(self):
        return (self._low + self._high) / 2.0

    def _variance(self):
        return m.square(self.range()) / 12.0

    def _stddev(self):
        return self.range() / math.sqrt(12.0)


class Gamma(_Continuous):
    """Of `concentration` (shape) and `rate` (inverse scale)."""

    _names = _positive = ("concentration", "rate")

    def __init__(
        self, concentration, rate, validate_args=False, allow_nan_stats=True,
        name="Gamma",
    ):  # fmt: skip
        self._set(dict(locals()))

    @property
    def concentration(self) -> Any:
        return self._concentration

    @property
    def rate(self) -> Any:
        return self._rate

    def _sample_n(self, n, seed):
        return random.random_gamma(
            array.reshape(n, [1]), self._full(self._concentration), self._rate,
            self.dtype, seed,
        )  # fmt: skip

    def _log_prob(self, x):
        free = (self._concentration - 1.0) * m.log(x) - self._rate * x
        return free - self._log_normalization()

    def _log_normalization(self):
        return special.lgamma(self._concentration) - self._concentration * m.log(
            self._rate
        )

    def _cdf(self, x):
        x = x * array.ones(self.batch_shape_tensor(), self.dtype)
        return special.igamma(self._full(self._concentration), self._rate * x)

    def _entropy(self):
        shape = self._concentration
        free = shape + special.lgamma(shape) + (1.0 - shape) * special.digamma(shape)
        return free - m.log(self._rate)

    def _mean(self):
        return self._concentration / self._rate

    def _variance(self):
        return self._concentration / m.square(self._rate)

    def _stddev(self):
        return m.sqrt(self._concentration) / self._rate

    def _mode(self):
        shape = self._full(self._concentration)
        return self._where_defined(
            a.greater(shape, 1.0), (shape - 1.0) / self._rate,
            partial(debugging.assert_less, array.ones([], self.dtype), shape),
            "mode not defined when any concentration <= 1",
        )  # fmt: skip


class Exponential(Gamma):
    """Of `rate`: waiting for what comes `rate` times in one unit."""

    def __init__(
        self, rate, validate_args=False, allow_nan_stats=True, name="Exponential"
    ):
        given = dict(locals())
        kept = {k: v for k, v in given.items() if k != "concentration"}
        (rate,) = floats(rate=rate)
        given.update(rate=rate, concentration=array.ones([], rate.dtype))
        self._set(given, keep=kept)

    @classmethod
    def _param_shapes(cls, sample_shape):
        return {"rate": array.reshape(sample_shape, [-1])}

    def _sample_n(self, n, seed):
        # Above 0, whose logarithm is infinite.
        low = np.finfo(self.dtype.np).tiny
        shape = self._drawn_shape(n)
        drawn = random.random_uniform(shape, low, 1.0, self.dtype, seed)
        return -m.log(drawn) / self._rate

    def _log_survival_function(self, x):
        return self._log_prob(x) - m.log(self._rate)

    def _quantile(self, p):
        return -m.log1p(-p) / self._rate


class Chi2(Gamma):
    """The sum of `df` squared standard normals."""

    def __init__(self, df, validate_args=False, allow_nan_stats=True, name="Chi2"):
        given = dict(locals())
        (self._df,) = floats(df=df)
        shaped = {**given, "concentration": 0.5 * self._df, "rate": 0.5}
        self._set(shaped, keep=given)

    @property
    def df(self):
        return self._df


class Beta(_Continuous):
    """Numbers in (0, 1) by x^(concentration1 - 1) (1 - x)^(concentration0 - 1)."""

    _names = _positive = ("concentration1", "concentration0")

    def __init__(
        self, concentration1=None, concentration0=None, validate_args=False,
        allow_nan_stats=True, name="Beta",
    ):  # fmt: skip
        self._set(dict(locals()))

    @property
    def concentration1(self) -> Any:
        return self._concentration1

    @property
    def concentration0(self) -> Any:
        return self._concentration0

    @property
    def total_concentration(self) -> Any:
        return self._concentration1 + self._concentration0

    def _sample_n(self, n, seed):
        n, kind = array.reshape(n, [1]), self.dtype
        one, zero = self._full(self._concentration1), self._full(self._concentration0)
        first = random.random_gamma(n, one, dtype=kind, seed=seed)
        other = another_seed(seed, "beta")
        second = random.random_gamma(n, zero, dtype=kind, seed=other)
        return first / (first + second)

    def _log_normalization(self):
        one, zero = self._concentration1, self._concentration0
        return (
            special.lgamma(one)
            + special.lgamma(zero)
            - special.lgamma(self.total_concentration)
        )

    def _log_prob(self, x):
        first = (self._concentration1 - 1.0) * m.log(x)
        second = (self._concentration0 - 1.0) * m.log1p(-x)
        return first + second - self._log_normalization()

    def _cdf(self, x):
        one, zero = self._full(self._concentration1), self._full(self._concentration0)
        return special.betainc(one, zero, x * array.ones_like(one))

    def _entropy(self):
        one, zero = self._concentration1, self._concentration0
        total = self.total_concentration
        return (
            self._log_normalization()
            - (one - 1.0) * special.digamma(one)
            - (zero - 1.0) * special.digamma(zero)
            + (total - 2.0) * special.digamma(total)
        )

    def _mean(self):
        return self._concentration1 / self.total_concentration

    def _variance(self):
        mean = self._mean()
        return mean * (1.0 - mean) / (1.0 + self.total_concentration)

    def _mode(self):
        one, zero = self._full(self._concentration1), self._full(self._concentration0)
        defined = a.logical_and(a.greater(one, 1.0), a.greater(zero, 1.0))

        def check(message):
            with scope(None, "mode_checks"):
                ones = array.ones([], self.dtype)
                for number, held in ((1, one), (0, zero)):
                    text = f"{message} for concentration{number} <= 1."
                    found = debugging.assert_less(ones, held, message=text)
            return found

        value = (one - 1.0) / (self.total_concentration - 2.0)
        return self._where_defined(defined, value, check, "Mode undefined")
