"""Kullback-Leibler divergences, by the kinds of both distributions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from penstock.api import array, debugging, nn
from penstock.api import math_functions as m
from penstock.api import math_reduce as reduce
from penstock.api import math_special as special
from penstock.api.passing import identity
from penstock.api.scopes import scope
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.v1.distributions.continuous import Beta, Gamma, Laplace, Normal, Uniform
from penstock.v1.distributions.discrete import (
    Bernoulli,
    Categorical,
    OneHotCategorical,
    Poisson,
)
from penstock.v1.distributions.vectors import Dirichlet

_RULES: dict[tuple[type, type], Callable] = {}


class RegisterKL:
    """Decorator: the function gives KL(dist_cls_a || dist_cls_b).

    Raises TypeError for what cannot be called, ValueError for a second rule.
    """

    def __init__(self, dist_cls_a: type, dist_cls_b: type):
        self._key = (dist_cls_a, dist_cls_b)

    def __call__(self, kl_fn: Callable) -> Callable:
        if not callable(kl_fn):
            raise TypeError(f"kl_fn must be callable, received: {kl_fn}")
        if self._key in _RULES:
            raise ValueError(
                f"KL({self._key[0].__name__} || {self._key[1].__name__})"
                f" has already been registered to: {_RULES[self._key]}"
            )
        _RULES[self._key] = kl_fn
        return kl_fn


def _rule(first: type, second: type) -> Callable | None:
    """The rule for the nearest classes above both, `first`'s distance before."""
    found = [
        (i + j, i, _RULES[a, b])
        for i, a in enumerate(first.__mro__)
        for j, b in enumerate(second.__mro__)
        if (a, b) in _RULES
    ]
    return min(found, key=lambda one: one[:2])[2] if found else None


def kl_divergence(distribution_a, distribution_b, allow_nan_stats=True, name=None):
    """KL(a || b), the batch's shape. Raises NotImplementedError where no rule is."""
    rule = _rule(type(distribution_a), type(distribution_b))
    if rule is None:
        raise NotImplementedError(
            "No KL(distribution_a || distribution_b) registered for distribution_a"
            f" type {type(distribution_a).__name__} and distribution_b type"
            f" {type(distribution_b).__name__}"
        )
    with scope(name, "KullbackLeibler"):
        found = rule(distribution_a, distribution_b, name=name)
        if allow_nan_stats:
            return found
        known = debugging.Assert(
            reduce.reduce_all(~m.is_nan(found)),
            ["KL calculation between", distribution_a.name, "and",
             distribution_b.name, "returned NaN values (and was called with"
             " allow_nan_stats=False).", found],
        )  # fmt: skip
        with context.landing().control_dependencies([] if known is None else [known]):
            return identity(found)


@RegisterKL(Normal, Normal)
def _(p: Any, q: Any, name=None):
    ratio = m.square(p.scale / q.scale)
    apart = m.square((p.loc - q.loc) / q.scale)
    return 0.5 * (apart + ratio - 1.0 - m.log(ratio))


@RegisterKL(Bernoulli, Bernoulli)
def _(p: Any, q: Any, name=None):
    ones = nn.softplus(-q.logits) - nn.softplus(-p.logits)
    zeros = nn.softplus(q.logits) - nn.softplus(p.logits)
    return m.sigmoid(p.logits) * ones + m.sigmoid(-p.logits) * zeros


@RegisterKL(Categorical, Categorical)
@RegisterKL(OneHotCategorical, OneHotCategorical)
def _(p: Any, q: Any, name=None):
    apart = nn.log_softmax(p.logits) - nn.log_softmax(q.logits)
    return reduce.reduce_sum(nn.softmax(p.logits) * apart, -1)


@RegisterKL(Gamma, Gamma)
def _(p: Any, q: Any, name=None):
    a, b = p.concentration, q.concentration
    return (
        (a - b) * special.digamma(a) + special.lgamma(b) - special.lgamma(a)
        + b * (m.log(p.rate) - m.log(q.rate)) + a * (q.rate / p.rate - 1.0)
    )  # fmt: skip


@RegisterKL(Beta, Beta)
def _(p: Any, q: Any, name=None):
    a, b = p.total_concentration, q.total_concentration
    return (
        q._log_normalization() - p._log_normalization()
        - special.digamma(p.concentration1) * (q.concentration1 - p.concentration1)
        - special.digamma(p.concentration0) * (q.concentration0 - p.concentration0)
        + special.digamma(a) * (b - a)
    )  # fmt: skip


@RegisterKL(Dirichlet, Dirichlet)
def _(p: Any, q: Any, name=None):
    a, b = p.concentration, q.concentration
    apart = special.digamma(a) - array.expand_dims(
        special.digamma(p.total_concentration), -1
    )
    return reduce.reduce_sum((a - b) * apart, -1) - special.lbeta(a) + special.lbeta(b)


@RegisterKL(Laplace, Laplace)
def _(p: Any, q: Any, name=None):
    """Gil, Alajaji and Linder (2013), table 3."""
    ratio, apart = p.scale / q.scale, m.abs(p.loc - q.loc) / q.scale
    return ratio * m.exp(-apart / ratio) + apart - m.log(ratio) - 1.0


@RegisterKL(Uniform, Uniform)
def _(p: Any, q: Any, name=None):
    from penstock.api import math_arithmetic as a

    inside = a.logical_and(a.less_equal(q.low, p.low), a.less_equal(p.high, q.high))
    return TABLE["SelectV2"](inside, m.log(q.range()) - m.log(p.range()), math.inf)


@RegisterKL(Poisson, Poisson)
def _(p: Any, q: Any, name=None):
    return p.rate * (p.log_rate - q.log_rate) + q.rate - p.rate
