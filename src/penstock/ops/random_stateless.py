"""Stateless draws on given values: integers, shuffles, gamma, Poisson, binomial."""

from __future__ import annotations

import math

from penstock.core import shapes
from penstock.core.dtypes import (
    FLOATING,
    INDEX,
    REAL,
    float64,
    int32,
    int64,
    uint32,
    uint64,
)
from penstock.core.errors import InvalidArgumentError
from penstock.ir.constant import constant_dims
from penstock.ir.op import STOPS, op
from penstock.ops import rules
from penstock.ops.random import sizes
from penstock.ops.sampling import random_integers, uniform
from penstock.ops.sampling_binomial import binomial
from penstock.ops.sampling_discrete import permutation
from penstock.ops.sampling_gamma import gamma, poisson
from penstock.ops.sampling_stateless import key_and_counter, unpacked
from penstock.ops.xla import jax, jnp


def _of_shape(shape, *_, **__):
    return constant_dims(shape)


@op(
    "StatelessRandomUniformFullIntV2",
    "shape: Tshape, key: uint64, counter: uint64, alg: int32 -> output: dtype",
    shape=_of_shape,
    where={"Tshape": INDEX, "dtype": (int32, int64, uint32, uint64)},
    gradient=STOPS,
    static=(0,),
)
def stateless_uniform_full_int(shape, key, counter, alg, *, dtype=uint64):
    del alg
    return random_integers(*unpacked(key, counter), sizes(shape), dtype.np)


@op(
    "StatelessShuffle",
    "value: T, key: uint64, counter: uint64, alg: int32 -> output: T",
    shape=rules.same_as(0),
    gradient=STOPS,
)
def stateless_shuffle(value, key, counter, alg):
    del alg
    value = jnp.asarray(value)
    if not value.ndim or value.shape[0] < 2:
        return value
    return value[permutation(*unpacked(key, counter), value.shape[0])]


def _ending_with(first: int):
    """The shape rule of a draw: `shape`, which ends with that of inputs `first`..."""

    def rule(shape, *inputs, **_):
        dims = constant_dims(shape)
        inner: shapes.Dims = ()
        for parameter in inputs[first:]:
            inner = shapes.broadcast(inner, parameter.dims)
        if dims is None or inner is None:
            return dims
        end = dims[len(dims) - len(inner) :] if len(inner) <= len(dims) else None
        if end is None or not shapes.compatible(end, inner):
            raise InvalidArgumentError(
                None, None, "Shape passed in must end with broadcasted shape: got "
                f"{list(dims)} for parameters of shape {list(inner)}.",
            )  # fmt: skip
        return dims

    return rule


def _per_parameter(shape, *parameters) -> tuple[list, int]:
    """Parameters [n] of one broadcast shape, and how many draws there are for each."""
    arrays = jnp.broadcast_arrays(*map(jnp.asarray, parameters))
    count = math.prod(shape[: len(shape) - arrays[0].ndim])
    return [array.reshape(-1) for array in arrays], count


def _by_parameter(shape, drawn):
    """Draws [parameter, sample] in the order of `shape`, samples first."""
    return drawn.T.reshape(shape)


@op(
    "StatelessRandomBinomial",
    "shape: S, seed: Tseed, counts: T, probs: T -> output: dtype",
    shape=_ending_with(1),
    where={"S": INDEX, "Tseed": INDEX, "T": REAL, "dtype": REAL},
    gradient=STOPS,
    static=(0,),
)
def stateless_binomial(shape, seed, counts, probs, *, dtype=int64):
    return _binomial(key_and_counter(jnp.asarray(seed)), shape, counts, probs, dtype)


@op(
    "_GeneratorBinomial",
    "shape: S, key: uint64, counter: uint64, counts: T, probs: T -> output: dtype",
    shape=_ending_with(2),
    where={"S": INDEX, "T": REAL, "dtype": REAL},
    gradient=STOPS,
    static=(0,),
)
def generator_binomial(shape, key, counter, counts, probs, *, dtype=int64):
    return _binomial(unpacked(key, counter), shape, counts, probs, dtype)


def _binomial(place, shape, counts, probs, dtype):
    dims = sizes(shape)
    (counts, probs), samples = _per_parameter(dims, counts, probs)
    key, counter = place
    drawn = binomial(key, counter, counts, probs, samples, dtype.np)
    return _by_parameter(dims, drawn)


@op(
    "StatelessRandomPoisson",
    "shape: T, seed: Tseed, lam: Rtype -> output: dtype",
    shape=_ending_with(1),
    where={"T": INDEX, "Tseed": INDEX, "Rtype": REAL, "dtype": REAL},
    gradient=STOPS,
    static=(0,),
)
def stateless_poisson(shape, seed, lam, *, dtype=float64):
    dims = sizes(shape)
    (rate,), samples = _per_parameter(dims, lam)
    place = key_and_counter(jnp.asarray(seed))
    return poisson(*place, rate, samples, dtype.np).reshape(dims)


@op(
    "StatelessRandomGammaV2",
    "shape: T, seed: Tseed, alpha: dtype -> output: dtype",
    shape=_ending_with(1),
    where={"T": INDEX, "Tseed": INDEX, "dtype": FLOATING},
    static=(0,),
)
def stateless_gamma(shape, seed, alpha):
    dims = sizes(shape)
    (shapes,), samples = _per_parameter(dims, alpha)
    place = key_and_counter(jnp.asarray(seed))
    return gamma(*place, shapes, samples, shapes.dtype).reshape(dims)


@op(
    "StatelessParameterizedTruncatedNormal",
    "shape: S, seed: Tseed, means: dtype, stddevs: dtype, minvals: dtype,"
    " maxvals: dtype -> output: dtype",
    shape=_ending_with(1),
    where={"S": INDEX, "Tseed": INDEX, "dtype": FLOATING},
    gradient=STOPS,
    static=(0,),
)
def stateless_parameterized_truncated_normal(
    shape, seed, means, stddevs, minvals, maxvals
):
    """By the inverse of the distribution, one uniform for each value.

    TensorFlow rejects, by rules that depend on the bounds, so that its values differ
    (their distribution does not).
    """
    dims = sizes(shape)
    kind = jnp.asarray(means).dtype
    mean, deviation, low, high = (
        jnp.asarray(p, jnp.float64) for p in (means, stddevs, minvals, maxvals)
    )
    point = uniform(*key_and_counter(jnp.asarray(seed)), dims, jnp.float64)
    below, above = (low - mean) / deviation, (high - mean) / deviation
    # The upper tail is looked at from below, where differences keep their digits.
    upper = below > 0
    below, above = jnp.where(upper, -above, below), jnp.where(upper, -below, above)
    first, last = jax.scipy.special.ndtr(below), jax.scipy.special.ndtr(above)
    value = jax.scipy.special.ndtri(first + point * (last - first))
    value = jnp.clip(jnp.where(upper, -value, value) * deviation + mean, low, high)
    return value.astype(kind)
