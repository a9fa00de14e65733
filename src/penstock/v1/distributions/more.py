"""What `tf.contrib.distributions` has over numbers beyond `tf.distributions`."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from penstock.api import array, debugging, nn, random
from penstock.api import math_arithmetic as a
from penstock.api import math_functions as m
from penstock.api import math_special as special
from penstock.api.passing import identity
from penstock.api.scopes import scope, tensor
from penstock.v1.distributions.continuous import (
    Exponential,
    Gamma,
    Laplace,
    Normal,
    _Continuous,
    _LocationScale,
)
from penstock.v1.distributions.discrete import Bernoulli
from penstock.v1.distributions.distribution import (
    NOT_REPARAMETERIZED,
    Distribution,
)
from penstock.v1.distributions.student import StudentT

_EULER = 0.5772156649015329


def softplus_inverse(x, name=None):
    """The number whose softplus is `x`: log(exp(x) - 1), exact for large x."""
    with scope(name, "softplus_inverse"):
        x = tensor(x)
        return x + m.log(-m.expm1(-x))


class _BySecondUniform(_LocationScale):
    """Samples are quantiles of a uniform draw in (0, 1)."""

    def _sample_n(self, n, seed):
        low = np.finfo(self.dtype.np).tiny
        shape = self._drawn_shape(n)
        return self._quantile(random.random_uniform(shape, low, 1.0, self.dtype, seed))

    def _quantile(self, p) -> Any:
        raise NotImplementedError


class Logistic(_BySecondUniform):
    """Whose distribution function is the sigmoid of (x - loc) / scale."""

    def __init__(
        self, loc, scale, validate_args=False, allow_nan_stats=True, name="Logistic"
    ):
        self._set(dict(locals()))

    def _quantile(self, p):
        return self._loc + self._scale * (m.log(p) - m.log1p(-p))

    def _log_prob(self, x):
        z = self._z(x)
        return -z - 2.0 * nn.softplus(-z) - m.log(self._scale)

    def _log_cdf(self, x):
        return -nn.softplus(-self._z(x))

    def _cdf(self, x):
        return m.sigmoid(self._z(x))

    def _survival_function(self, x):
        return m.sigmoid(-self._z(x))

    def _entropy(self):
        return 2.0 + m.log(self._full(self._scale))

    def _stddev(self):
        return self._full(self._scale) * (math.pi / math.sqrt(3.0))


class Gumbel(_BySecondUniform):
    """The largest of many draws: its cdf is exp(-exp(-(x - loc) / scale))."""

    def __init__(
        self, loc, scale, validate_args=False, allow_nan_stats=True, name="Gumbel"
    ):
        self._set(dict(locals()))

    def _quantile(self, p):
        return self._loc - self._scale * m.log(-m.log(p))

    def _log_prob(self, x):
        z = self._z(x)
        return -z - m.exp(-z) - m.log(self._scale)

    def _log_cdf(self, x):
        return -m.exp(-self._z(x))

    def _entropy(self):
        return 1.0 + _EULER + m.log(self._full(self._scale))

    def _mean(self):
        return self._full(self._loc + _EULER * self._scale)

    def _stddev(self):
        return self._full(self._scale) * (math.pi / math.sqrt(6.0))

    def _mode(self):
        return self._full(self._loc)


class Cauchy(_BySecondUniform):
    """A bell whose tails are so heavy that it has no mean."""

    def __init__(
        self, loc, scale, validate_args=False, allow_nan_stats=True, name="Cauchy"
    ):
        self._set(dict(locals()))

    def _quantile(self, p):
        return self._loc + self._scale * m.tan(math.pi * (p - 0.5))

    def _log_prob(self, x):
        return -m.log1p(m.square(self._z(x))) - math.log(math.pi) - m.log(self._scale)

    def _cdf(self, x):
        return m.atan(self._z(x)) / math.pi + 0.5

    def _entropy(self):
        return math.log(4.0 * math.pi) + m.log(self._full(self._scale))

    def _mean(self):
        raise NotImplementedError("mean is not implemented: Cauchy")

    def _mode(self):
        return self._full(self._loc)


class HalfNormal(_Continuous):
    """The absolute value of a normal around 0."""

    _names = _positive = ("scale",)

    def __init__(
        self, scale, validate_args=False, allow_nan_stats=True, name="HalfNormal"
    ):
        self._set(dict(locals()))

    @property
    def scale(self) -> Any:
        return self._scale

    def _sample_n(self, n, seed):
        drawn = random.random_normal(self._drawn_shape(n), dtype=self.dtype, seed=seed)
        return m.abs(drawn * self._scale)

    def _prob(self, x):
        height = math.sqrt(2.0 / math.pi) / self._scale
        value = height * m.exp(-0.5 * m.square(x / self._scale))
        return value * m.cast(a.greater_equal(x, 0.0), self.dtype)

    def _cdf(self, x):
        return special.erf(a.maximum(x, 0.0) / (self._scale * math.sqrt(2.0)))

    def _entropy(self):
        return 0.5 * m.log(math.pi * m.square(self._scale) / 2.0) + 0.5

    def _mean(self):
        return self._scale * math.sqrt(2.0 / math.pi)

    def _variance(self):
        return m.square(self._scale) * (1.0 - 2.0 / math.pi)

    def _mode(self):
        return array.zeros(self.batch_shape_tensor(), self.dtype)


class InverseGamma(_Continuous):
    """One over a Gamma of `concentration` and `rate`."""

    _names = _positive = ("concentration", "rate")

    def __init__(
        self, concentration, rate, validate_args=False, allow_nan_stats=True,
        name="InverseGamma",
    ):  # fmt: skip
        self._set(dict(locals()))

    @property
    def concentration(self) -> Any:
        return self._concentration

    @property
    def rate(self) -> Any:
        return self._rate

    def _sample_n(self, n, seed):
        shape = self._full(self._concentration)
        n = array.reshape(n, [1])
        return 1.0 / random.random_gamma(n, shape, self._rate, self.dtype, seed)

    def _log_prob(self, x):
        shape = self._concentration
        normalizer = special.lgamma(shape) - shape * m.log(self._rate)
        return -(1.0 + shape) * m.log(x) - self._rate / x - normalizer

    def _cdf(self, x):
        ones = array.ones_like(x)
        return special.igammac(self._full(self._concentration) * ones, self._rate / x)

    def _entropy(self):
        shape = self._concentration
        spread = shape + m.log(self._rate) + special.lgamma(shape)
        return spread - (1.0 + shape) * special.digamma(shape)

    def _defined(self, least, value, what):
        shape = self._full(self._concentration)
        bound = tensor(np.asarray(least, self.dtype.np))
        check = partial(debugging.assert_less, bound, shape)
        message = f"{what} undefined when any concentration <= {least}"
        return self._where_defined(a.greater(shape, bound), value, check, message)

    def _mean(self):
        return self._defined(1, self._rate / (self._concentration - 1.0), "mean")

    def _variance(self):
        less = self._concentration - 1.0
        value = m.square(self._rate / less) / (self._concentration - 2.0)
        return self._defined(2, value, "variance")

    def _mode(self):
        return self._rate / (1.0 + self._concentration)


class Deterministic(Distribution):
    """Always `loc`, within atol + rtol |loc|."""

    _axes = 0

    def __init__(
        self, loc, atol=None, rtol=None, validate_args=False, allow_nan_stats=True,
        name="Deterministic",
    ):  # fmt: skip
        given = dict(locals())
        with scope(name, type(self).__name__) as full:
            self._loc = tensor(loc, name="loc")
        zero = np.zeros([], self._loc.dtype.np)
        self._slack: Any = (zero if atol is None else atol) + (
            zero if rtol is None else rtol
        ) * m.abs(self._loc)
        self._held, self._event_rank = (self._loc,), self._axes
        super().__init__(
            self._loc.dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, given,
            [self._loc], full or f"{name}/",
        )  # fmt: skip

    @property
    def loc(self):
        return self._loc

    def _sample_n(self, n, seed):
        return array.broadcast_to(self._loc, self._drawn_shape(n))

    def _prob(self, x):
        near = a.less_equal(m.abs(x - self._loc), self._slack)
        return m.cast(self._over_event(near), self.dtype)

    def _over_event(self, near):
        return near

    def _cdf(self, x):
        return m.cast(a.greater_equal(x, self._loc - self._slack), self.dtype)

    def _entropy(self):
        return array.zeros(self.batch_shape_tensor(), self.dtype)

    def _mean(self):
        return identity(self._loc)

    _mode = _mean

    def _variance(self):
        return array.zeros_like(self._loc)


class VectorDeterministic(Deterministic):
    """Always the vector `loc`."""

    _axes = 1

    def _over_event(self, near):
        from penstock.api import math_reduce

        return math_reduce.reduce_all(near, -1)

    _cdf: Any = None


def _with(kind, name, **changed):
    """`kind` with parameters that go through a function first."""

    def __init__(self, *args, **kwargs):
        names = [n for n in signature_of(kind) if n != "self"]
        given = dict(zip(names, args, strict=False)) | kwargs
        for parameter, function in changed.items():
            given[parameter] = function(given[parameter])
        kind.__init__(self, **{"name": name, **given})

    return type(name, (kind,), {"__init__": __init__, "__doc__": kind.__doc__})


def signature_of(kind) -> list[str]:
    import inspect

    return list(inspect.signature(kind.__init__).parameters)


def _softplus(value):
    return nn.softplus(tensor(value))


NormalWithSoftplusScale = _with(Normal, "NormalWithSoftplusScale", scale=_softplus)
LaplaceWithSoftplusScale = _with(Laplace, "LaplaceWithSoftplusScale", scale=_softplus)
ExponentialWithSoftplusRate = _with(
    Exponential, "ExponentialWithSoftplusRate", rate=_softplus
)
GammaWithSoftplusConcentrationRate = _with(
    Gamma, "GammaWithSoftplusConcentrationRate",
    concentration=_softplus, rate=_softplus,
)  # fmt: skip
StudentTWithAbsDfSoftplusScale = _with(
    StudentT, "StudentTWithAbsDfSoftplusScale",
    df=lambda df: m.floor(m.abs(tensor(df))), scale=_softplus,
)  # fmt: skip
BernoulliWithSigmoidProbs = _with(
    Bernoulli, "BernoulliWithSigmoidProbs", logits=lambda logits: logits
)
