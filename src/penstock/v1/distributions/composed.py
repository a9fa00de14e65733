"""Distributions made of others: mixtures, independent entries, transformed draws."""

from __future__ import annotations

from typing import Any

from penstock.api import array, nn
from penstock.api import math_functions as m
from penstock.api import math_reduce as reduce
from penstock.v1.distributions.distribution import (
    NOT_REPARAMETERIZED,
    Distribution,
    another_seed,
)
from penstock.v1.distributions.kl import RegisterKL, kl_divergence


class Independent(Distribution):
    """`distribution`, its last batch axes made part of the event.

    All but the first batch axis, or `reinterpreted_batch_ndims` of them.
    """

    def __init__(
        self, distribution, reinterpreted_batch_ndims=None, validate_args=False,
        name=None,
    ):  # fmt: skip
        given = dict(locals())
        self._inner: Any = distribution
        if reinterpreted_batch_ndims is None:
            rank = distribution.batch_shape.rank
            if rank is None:
                raise ValueError(
                    "Independent needs reinterpreted_batch_ndims where the rank of the"
                    " batch is not known."
                )
            reinterpreted_batch_ndims = max(0, rank - 1)
        self._count = int(reinterpreted_batch_ndims)
        name = name or f"Independent{distribution.name}"
        super().__init__(
            distribution.dtype, distribution.reparameterization_type, validate_args,
            distribution.allow_nan_stats, given, None, name.rstrip("/"),
        )  # fmt: skip

    @property
    def distribution(self):
        return self._inner

    @property
    def reinterpreted_batch_ndims(self):
        return self._count

    def _batch_shape(self):
        dims = self._inner._batch_shape()
        return None if dims is None else dims[: len(dims) - self._count]

    def _event_shape(self):
        batch, event = self._inner._batch_shape(), self._inner._event_shape()
        if batch is None or event is None:
            return None
        return batch[len(batch) - self._count :] + event

    def _batch_shape_tensor(self):
        shape = self._inner.batch_shape_tensor()
        return shape[: -self._count or None]

    def _event_shape_tensor(self):
        shape = self._inner.batch_shape_tensor()
        moved = shape[-self._count :] if self._count else shape[:0]
        return array.concat([moved, self._inner.event_shape_tensor()], 0)

    def _sample_n(self, n, seed):
        return self._inner.sample(n, seed)

    def _summed(self, value):
        if not self._count:
            return value
        return reduce.reduce_sum(value, [-1 - i for i in range(self._count)])

    def _log_prob(self, x):
        return self._summed(self._inner.log_prob(x))

    def _entropy(self):
        return self._summed(self._inner.entropy())

    def _mean(self):
        return self._inner.mean()

    def _variance(self):
        return self._inner.variance()

    def _stddev(self):
        return self._inner.stddev()

    def _mode(self):
        return self._inner.mode()


@RegisterKL(Independent, Independent)
def _(p: Any, q: Any, name=None):
    return p._summed(kl_divergence(p.distribution, q.distribution))


class TransformedDistribution(Distribution):
    """bijector(x) for draws x of `distribution`."""

    def __init__(
        self, distribution, bijector=None, batch_shape=None, event_shape=None,
        validate_args=False, name=None,
    ):  # fmt: skip
        given = dict(locals())
        from penstock.v1.distributions import bijectors

        self._inner: Any = distribution
        self._bijector: Any = bijector or bijectors.Identity()
        self._shapes = (batch_shape, event_shape)
        name = name or self._bijector.name + distribution.name.rstrip("/")
        super().__init__(
            distribution.dtype, distribution.reparameterization_type, validate_args,
            distribution.allow_nan_stats, given, None, name,
        )  # fmt: skip

    @property
    def distribution(self):
        return self._inner

    @property
    def bijector(self):
        return self._bijector

    def _batch_shape(self):
        given, _ = self._shapes
        if given is not None:
            return list(given)
        return self._inner._batch_shape()

    def _event_shape(self):
        given = self._shapes[1]
        return list(given) if given is not None else self._inner._event_shape()

    def _batch_shape_tensor(self):
        return self._inner.batch_shape_tensor()

    def _event_shape_tensor(self):
        return self._inner.event_shape_tensor()

    def _sample_n(self, n, seed):
        batch, event = self._shapes
        shape = [array.reshape(n, [1]), *(list(s) for s in (batch, event) if s)]
        drawn = self._inner.sample(array.concat(shape, 0), seed)
        return self._bijector.forward(drawn)

    def _log_prob(self, y):
        event = len(self.event_shape.as_list())
        x = self._bijector.inverse(y)
        inside = self._inner.log_prob(x)
        extra = event - len(self._inner.event_shape.as_list())
        if extra:
            inside = reduce.reduce_sum(inside, [-1 - i for i in range(extra)])
        return inside + self._bijector.inverse_log_det_jacobian(y, event)

    def _cdf(self, y):
        return self._inner.cdf(self._bijector.inverse(y))

    def _quantile(self, p):
        return self._bijector.forward(self._inner.quantile(p))

    def _mean(self):
        if not self._bijector.is_constant_jacobian:
            raise NotImplementedError(
                "mean is not implemented for bijectors whose jacobian is not constant"
            )
        return self._bijector.forward(self._inner.mean())

    def _entropy(self):
        if not self._bijector.is_constant_jacobian:
            raise NotImplementedError("entropy is not implemented")
        event = len(self.event_shape.as_list())
        mean = self._bijector.forward(self._inner.mean())
        inside = self._inner.entropy()
        return inside - self._bijector.inverse_log_det_jacobian(mean, event)


class MixtureSameFamily(Distribution):
    """One of the last batch axis of `components_distribution`, chosen by
    `mixture_distribution` (a Categorical)."""

    def __init__(
        self, mixture_distribution, components_distribution, validate_args=False,
        allow_nan_stats=True, name="MixtureSameFamily",
    ):  # fmt: skip
        given = dict(locals())
        self._mixture: Any = mixture_distribution
        self._parts: Any = components_distribution
        super().__init__(
            components_distribution.dtype, NOT_REPARAMETERIZED, validate_args,
            allow_nan_stats, given, None, name,
        )  # fmt: skip

    @property
    def mixture_distribution(self):
        return self._mixture

    @property
    def components_distribution(self):
        return self._parts

    def _batch_shape(self):
        dims = self._parts._batch_shape()
        return None if dims is None else dims[:-1]

    def _batch_shape_tensor(self):
        return self._parts.batch_shape_tensor()[:-1]

    def _event_shape(self):
        return self._parts._event_shape()

    def _event_shape_tensor(self):
        return self._parts.event_shape_tensor()

    def _rank(self) -> int:
        return len(self._parts.event_shape.as_list())

    def _chosen(self, values, weights):
        """Values over components, weighted: their sum over that axis."""
        rank = self._rank()
        for _ in range(rank):
            weights = array.expand_dims(weights, -1)
        return reduce.reduce_sum(values * weights, -1 - rank)

    def _sample_n(self, n, seed):
        drawn = self._parts.sample(n, seed)
        other = another_seed(seed, "mixture_same_family")
        sizes = array.shape(drawn)
        rank = self._rank()
        places = len(drawn.shape.as_list()) - rank - 1
        batch = self._mixture.batch_shape.as_list()
        shape = sizes[:places] if not batch else sizes[:1]
        which = self._mixture.sample(shape, other)
        count = array.shape(drawn)[places]
        hot = array.one_hot(which, count, dtype=self.dtype)
        return self._chosen(drawn, hot)

    def _spread(self, x):
        return array.expand_dims(x, -1 - self._rank())

    def _log_prob(self, x):
        inside = self._parts.log_prob(self._spread(x))
        weights = nn.log_softmax(self._mixture.logits)
        return reduce.reduce_logsumexp(inside + weights, -1)

    def _cdf(self, x):
        inside = self._parts.cdf(self._spread(x))
        return reduce.reduce_sum(inside * self._mixture.probs, -1)

    def _mean(self):
        return self._chosen(self._parts.mean(), self._mixture.probs)

    def _variance(self):
        """The mean of the variances plus the variance of the means."""
        probs, mean = self._mixture.probs, self._mean()
        apart = m.square(self._parts.mean() - self._spread(mean))
        return self._chosen(self._parts.variance() + apart, probs)


class Mixture(Distribution):
    """One of `components`, chosen by the Categorical `cat`."""

    def __init__(
        self, cat, components, validate_args=False, allow_nan_stats=True,
        use_static_graph=False, name="Mixture",
    ):  # fmt: skip
        given = dict(locals())
        if not components:
            raise ValueError("components must be a non-empty list or tuple")
        kinds = {c.dtype for c in components}
        if len(kinds) > 1:
            raise TypeError(f"All components must have the same dtype: {kinds}")
        self._cat: Any = cat
        self._components: list[Any] = list(components)
        super().__init__(
            components[0].dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats,
            given, None, name,
        )  # fmt: skip

    @property
    def cat(self):
        return self._cat

    @property
    def components(self):
        return list(self._components)

    @property
    def num_components(self) -> int:
        return len(self._components)

    def _batch_shape(self):
        return self._cat._batch_shape()

    def _batch_shape_tensor(self):
        return self._cat.batch_shape_tensor()

    def _event_shape(self):
        return self._components[0]._event_shape()

    def _event_shape_tensor(self):
        return self._components[0].event_shape_tensor()

    def _weighted(self, values, weights):
        rank = len(self._components[0].event_shape.as_list())
        parts = array.unstack(weights, self.num_components, -1)
        for _ in range(rank):
            parts = [array.expand_dims(p, -1) for p in parts]
        total = values[0] * parts[0]
        for value, part in zip(values[1:], parts[1:], strict=True):
            total = total + value * part
        return total

    def _sample_n(self, n, seed):
        which = self._cat.sample(n, another_seed(seed, "mixture"))
        hot = array.one_hot(which, self.num_components, dtype=self.dtype)
        drawn = [
            c.sample(n, another_seed(seed, f"component{i}"))
            for i, c in enumerate(self._components)
        ]
        return self._weighted(drawn, hot)

    def _log_prob(self, x):
        inside = array.stack([c.log_prob(x) for c in self._components], -1)
        return reduce.reduce_logsumexp(inside + nn.log_softmax(self._cat.logits), -1)

    def _mean(self):
        means = [c.mean() for c in self._components]
        return self._weighted(means, self._cat.probs)

    def _variance(self):
        mean = self._mean()
        parts = [c.variance() + m.square(c.mean() - mean) for c in self._components]
        return self._weighted(parts, self._cat.probs)

    def entropy_lower_bound(self, name="entropy_lower_bound"):
        """The weighted mean of the entropies: what Jensen's inequality leaves."""
        with self._inside(name):
            parts = [c.entropy() for c in self._components]
            weights = array.unstack(self._cat.probs, self.num_components, -1)
            return sum(w * p for w, p in zip(weights, parts, strict=True))
