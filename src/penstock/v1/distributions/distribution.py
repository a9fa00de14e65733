"""`Distribution`: what every distribution of `tf.distributions` can be asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from penstock.api import array
from penstock.api import math_reduce as reduce
from penstock.api.math_functions import exp, log, log1p, sqrt
from penstock.api.passing import identity
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import DType, as_dtype, int32
from penstock.core.shapes import TensorShape
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


class ReparameterizationType:
    """Whether gradients flow through samples into the parameters."""

    def __init__(self, rep_type: str):
        self._rep_type = rep_type

    def __repr__(self):
        return f"<Reparameterization Type: {self._rep_type}>"


FULLY_REPARAMETERIZED = ReparameterizationType("FULLY_REPARAMETERIZED")
NOT_REPARAMETERIZED = ReparameterizationType("NOT_REPARAMETERIZED")


def another_seed(seed: int | None, salt: str) -> int | None:
    """The seed of a second draw beside `seed`; None where there is none."""
    if seed is None:
        return None
    digest = hashlib.md5(f"{seed}{salt}".encode()).hexdigest()
    return int(digest[:8], 16) & 0x7FFFFFFF


class Distribution:
    """A batch of distributions over events.

    A sample has the shape sample_shape + batch_shape + event_shape. What a kind of
    distribution does not know raises NotImplementedError. Kinds define `_sample_n`,
    `_log_prob` or `_prob`, `_mean`, ...; `_held` are the parameters whose shapes,
    without their last `_event_rank` axes, broadcast to the batch shape.
    """

    _event_rank = 0
    _held: tuple[Any, ...] = ()

    def __init__(
        self, dtype, reparameterization_type, validate_args, allow_nan_stats,
        parameters=None, graph_parents=None, name=None,
    ):  # fmt: skip
        self._dtype = as_dtype(dtype)
        self._reparameterization_type = reparameterization_type
        self._validate_args, self._allow_nan_stats = validate_args, allow_nan_stats
        given: Mapping[str, Any] = parameters or {}
        self._parameters = {
            k: v for k, v in given.items() if k != "self" and not k.startswith("__")
        }
        self._graph_parents = list(graph_parents or ())
        if name is None or not name.endswith("/"):
            with scope(name, type(self).__name__) as full:
                name = full or f"{name or type(self).__name__}/"
        self._name = name

    # --- what it is

    @property
    def name(self) -> str:
        return self._name

    @property
    def dtype(self) -> DType:
        return self._dtype

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self._parameters)

    @property
    def reparameterization_type(self) -> ReparameterizationType:
        return self._reparameterization_type

    @property
    def allow_nan_stats(self) -> bool:
        return self._allow_nan_stats

    @property
    def validate_args(self) -> bool:
        return self._validate_args

    @property
    def batch_shape(self) -> TensorShape:
        return TensorShape(self._batch_shape())

    @property
    def event_shape(self) -> TensorShape:
        return TensorShape(self._event_shape())

    def batch_shape_tensor(self, name="batch_shape_tensor") -> Tensor:
        with self._inside(name):
            known = _known(self._batch_shape())
            return self._batch_shape_tensor() if known is None else known

    def event_shape_tensor(self, name="event_shape_tensor") -> Tensor:
        with self._inside(name):
            known = _known(self._event_shape())
            return self._event_shape_tensor() if known is None else known

    def is_scalar_batch(self, name="is_scalar_batch"):
        return _is_scalar(self._batch_shape(), self.batch_shape_tensor, name)

    def is_scalar_event(self, name="is_scalar_event"):
        return _is_scalar(self._event_shape(), self.event_shape_tensor, name)

    def copy(self, **override_parameters_kwargs):
        """The same kind with other parameters."""
        return type(self)(**{**self._parameters, **override_parameters_kwargs})

    @classmethod
    def param_shapes(cls, sample_shape, name="DistributionParamShapes"):
        """Shapes of the parameters for samples of `sample_shape`, by their names."""
        with scope(name, "DistributionParamShapes"):
            return cls._param_shapes(sample_shape)

    @classmethod
    def param_static_shapes(cls, sample_shape):
        shape = TensorShape(sample_shape)
        return {name: shape for name in cls._param_shapes(sample_shape)}

    @classmethod
    def _param_shapes(cls, sample_shape) -> dict[str, Any]:
        raise NotImplementedError(f"param_shapes is not implemented: {cls.__name__}")

    # --- what it can be asked

    def sample(self, sample_shape=(), seed=None, name="sample") -> Tensor:
        with self._inside(name):
            shape = tensor(sample_shape, int32)
            count = reduce.reduce_prod(shape)
            drawn = self._sample_n(count, seed)
            shape = array.reshape(shape, [-1])  # one number is one axis
            full = array.concat([shape, array.shape(drawn)[1:]], 0)
            out = array.reshape(drawn, full)
            return out

    def log_prob(self, value, name="log_prob") -> Tensor:
        return self._of(name, value, ("log_prob", None), ("prob", log))

    def prob(self, value, name="prob") -> Tensor:
        return self._of(name, value, ("prob", None), ("log_prob", exp))

    def log_cdf(self, value, name="log_cdf") -> Tensor:
        return self._of(name, value, ("log_cdf", None), ("cdf", log))

    def cdf(self, value, name="cdf") -> Tensor:
        return self._of(name, value, ("cdf", None), ("log_cdf", exp))

    def log_survival_function(self, value, name="log_survival_function") -> Tensor:
        ways = ("log_survival_function", None), ("cdf", lambda cdf: log1p(-cdf))
        return self._of(name, value, *ways)

    def survival_function(self, value, name="survival_function") -> Tensor:
        ways = ("survival_function", None), ("cdf", lambda cdf: 1.0 - cdf)
        return self._of(name, value, *ways)

    def quantile(self, value, name="quantile") -> Tensor:
        return self._of(name, value, ("quantile", None))

    def entropy(self, name="entropy") -> Tensor:
        return self._stat(name, ("entropy", None))

    def mean(self, name="mean") -> Tensor:
        return self._stat(name, ("mean", None))

    def mode(self, name="mode") -> Tensor:
        return self._stat(name, ("mode", None))

    def variance(self, name="variance") -> Tensor:
        return self._stat(name, ("variance", None), ("stddev", lambda s: s * s))

    def stddev(self, name="stddev") -> Tensor:
        return self._stat(name, ("stddev", None), ("variance", sqrt))

    def covariance(self, name="covariance") -> Tensor:
        return self._stat(name, ("covariance", None))

    def cross_entropy(self, other, name="cross_entropy") -> Tensor:
        """The entropy plus the divergence from `other`."""
        with self._inside(name):
            return self.kl_divergence(other) + self.entropy()

    def kl_divergence(self, other, name="kl_divergence") -> Tensor:
        from penstock.v1.distributions.kl import kl_divergence

        with self._inside(name):
            return kl_divergence(self, other, self._allow_nan_stats)

    # --- for the kinds

    def _sample_n(self, n, seed) -> Tensor:
        raise NotImplementedError(f"sample is not implemented: {type(self).__name__}")

    def _batch_shape(self) -> Any:
        """The static batch shape, a list with None where unknown, or None."""
        found = TensorShape([])
        for held in self._held:
            shape = held.shape
            if shape.rank is None:
                return None
            dims = shape.as_list()[: shape.rank - self._event_rank]
            found = array.broadcast_static_shape(found, TensorShape(dims))
        return found.as_list()

    def _batch_shape_tensor(self) -> Tensor:
        shapes = [
            array.shape(h)[: -self._event_rank or None] for h in self._held
        ]  # fmt: skip
        found = shapes[0]
        for other in shapes[1:]:
            found = array.broadcast_dynamic_shape(found, other)
        return found

    def _event_shape(self) -> Any:
        if not self._event_rank:
            return []
        shape = self._held[0].shape
        return None if shape.rank is None else shape.as_list()[-self._event_rank :]

    def _event_shape_tensor(self) -> Tensor:
        return array.shape(self._held[0])[-self._event_rank :]

    def _drawn_shape(self, n) -> Tensor:
        """[n] + batch shape + event shape."""
        parts = [self.batch_shape_tensor(), self.event_shape_tensor()]
        return array.concat([array.reshape(n, [1]), *parts], 0)

    def _checked(self, holds, value, message: str) -> Tensor:
        """`value`, asserted where arguments are validated."""
        if not self._validate_args:
            return identity(value)
        with context.landing().control_dependencies([holds(value, message=message)]):
            return identity(value)

    def _where_defined(self, defined, value, check, message: str) -> Tensor:
        """`value`, and NaN where not `defined`; else `check` says `message`."""
        if self._allow_nan_stats:
            nan = np.asarray(np.nan, self._dtype.np)
            return TABLE["SelectV2"](defined, value, nan)
        with context.landing().control_dependencies([check(message=message)]):
            return identity(value)

    def _inside(self, name: str):
        """The scope of `name` inside the distribution's own."""
        return _Nested(self._name, name)

    def _of(self, name, value, *ways) -> Tensor:
        """The first of `ways`, (method, what is made of its answer), that is there."""
        with self._inside(name):
            if not isinstance(value, Tensor):
                value = tensor(np.asarray(value, self._dtype.np))
            for method, then in ways:
                known = getattr(self, f"_{method}", None)
                if known is not None:
                    out = known(value)
                    return out if then is None else then(out)
        raise NotImplementedError(f"{name} is not implemented: {type(self).__name__}")

    def _stat(self, name, *ways) -> Tensor:
        with self._inside(name):
            for method, then in ways:
                known = getattr(self, f"_{method}", None)
                if known is not None:
                    out = known()
                    return out if then is None else then(out)
        raise NotImplementedError(f"{name} is not implemented: {type(self).__name__}")

    def __str__(self):
        return (
            f'tfp.distributions.{type(self).__name__}("{self.name}"'
            f", batch_shape={self.batch_shape}, event_shape={self.event_shape}"
            f", dtype={self.dtype.name})"
        )

    def __repr__(self):
        return (
            f"<tfp.distributions.{type(self).__name__} '{self.name}'"
            f" batch_shape={self.batch_shape} event_shape={self.event_shape}"
            f" dtype={self.dtype.name}>"
        )


class _Nested:
    """Two scopes, one in the other, as one `with`."""

    def __init__(self, outer: str, inner: str):
        self._outer, self._inner = outer, inner

    def __enter__(self):
        self._scopes = [scope(self._outer, "")]
        self._scopes[0].__enter__()
        self._scopes.append(scope(self._inner, ""))
        return self._scopes[1].__enter__()

    def __exit__(self, *error):
        for entered in reversed(self._scopes):
            entered.__exit__(*error)
        return False


def _known(dims):
    """The shape `dims` as a tensor, None where not all of it is known."""
    if dims is None or None in dims:
        return None
    return tensor(np.asarray(dims, np.int32))


def _is_scalar(dims, shape, name):
    if dims is not None:
        return tensor(not dims, name=name)
    with scope(name, name):
        return TABLE["Equal"](array.shape(shape())[0], 0)
