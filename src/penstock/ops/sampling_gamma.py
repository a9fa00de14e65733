"""Gamma and Poisson draws in the order of TensorFlow's CPU kernels.

Sample i of parameter j has a stream of its own, 256 (j * count + i) blocks on. Within
it, normals and uniforms each take whole blocks (two float64 values, the second one
first) whenever their last block is used up.
"""

from __future__ import annotations

from typing import NamedTuple

from penstock.ops import boxmuller
from penstock.ops.philox import block
from penstock.ops.sampling import unit_float64
from penstock.ops.xla import jax, jnp, lax


class _Buffer(NamedTuple):
    """The half block that is left, for each lane."""

    value: jax.Array
    held: jax.Array


def _empty(lanes: int) -> _Buffer:
    return _Buffer(jnp.zeros(lanes, jnp.float64), jnp.zeros(lanes, bool))


def _uniforms(words):
    x0, x1, x2, x3 = words
    return unit_float64(x0, x1), unit_float64(x2, x3)


def _normals(words):
    return boxmuller.float64(*_uniforms(words))


def _take(key, counter, at, buffer: _Buffer, values, wanted):
    """One value for each lane where `wanted`: (value, next block, buffer)."""
    first, second = values(block(key, counter, at))
    value = jnp.where(buffer.held, buffer.value, second)
    fresh = wanted & ~buffer.held
    return (
        value,
        at + fresh.astype(jnp.uint64),
        _Buffer(
            jnp.where(fresh, first, buffer.value),
            jnp.where(wanted, fresh, buffer.held),
        ),
    )


def _lanes(parameter: jax.Array, count: int) -> tuple[jax.Array, jax.Array]:
    """`parameter` and first block of every sample, parameter-major: float64, uint64."""
    value = jnp.repeat(parameter.reshape(-1).astype(jnp.float64), count)
    return value, lax.iota(jnp.uint64, value.size) * 256


def _arrange(value: jax.Array, parameter: jax.Array, count: int, dtype) -> jax.Array:
    value = value.astype(dtype).reshape(-1, count).T
    return value.reshape(count, *parameter.shape)


def gamma(
    key: jax.Array, counter: jax.Array, alpha: jax.Array, count: int, dtype
) -> jax.Array:
    """`count` gamma draws of shape `alpha` [...], scale 1: [count, ...] of `dtype`.

    Marsaglia and Tsang, "A simple method for generating gamma variables" (2000), with
    their boost below 1; an exponential at 1. One run of op `RandomGamma` advances by
    256 blocks for each output.
    """
    shape, at = _lanes(alpha, count)
    below = shape < 1
    d = jnp.where(below, shape + 1, shape) - 1 / 3
    c = 1 / jnp.sqrt(9 * d)
    uniform = lambda at, left, wanted: _take(key, counter, at, left, _uniforms, wanted)  # noqa: E731

    def unfinished(state):
        return ~jnp.all(state[0])

    def propose(state):
        done, result, at, normals, uniforms = state
        x, at, normals = _take(key, counter, at, normals, _normals, ~done)
        v = 1 + c * x
        positive = ~done & (v > 0)
        u, at, uniforms = uniform(at, uniforms, positive)
        v = v * v * v
        bound = 0.5 * x * x + d * (1 - v + jnp.log(v))
        fits = (u < 1 - 0.0331 * (x * x) * (x * x)) | (jnp.log(u) < bound)
        accepted = positive & fits
        result = jnp.where(accepted, d * v, result)
        return done | accepted, result, at, normals, uniforms

    lanes = shape.size
    exponential = shape == 1
    start = (exponential, jnp.zeros(lanes), at, _empty(lanes), _empty(lanes))
    _, result, at, _, uniforms = lax.while_loop(unfinished, propose, start)
    u, _, _ = uniform(at, uniforms, below | exponential)
    result = jnp.where(below, result * u ** (1 / shape), result)
    result = jnp.where(exponential, -jnp.log1p(-u), result)
    return _arrange(result, alpha, count, dtype)


def poisson(
    key: jax.Array, counter: jax.Array, rate: jax.Array, count: int, dtype
) -> jax.Array:
    """`count` Poisson draws of mean `rate` [...]: [count, ...] of `dtype`.

    Below 10, Knuth's product of uniforms; from 10 on, Hörmann, "The transformed
    rejection method for generating Poisson random variables" (1993). One run of op
    `RandomPoissonV2` advances by 256 blocks for each output.
    """
    mean, at = _lanes(rate, count)
    small = mean < 10
    limit = jnp.exp(-mean)
    b = 0.931 + 2.53 * jnp.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)

    def unfinished(state):
        return ~jnp.all(state[0])

    def propose(state):
        done, result, product, at, left = state
        u, at, left = _take(key, counter, at, left, _uniforms, ~done)
        v, at, left = _take(key, counter, at, left, _uniforms, ~done & ~small)
        product = product * u
        knuth = product <= limit
        u = u - 0.5
        edge = 0.5 - jnp.abs(u)
        k = jnp.floor((2 * a / edge + b) * u + mean + 0.43)
        inside = (edge >= 0.07) & (v <= 0.9277 - 3.6224 / (b - 2))
        outside = (k < 0) | ((edge < 0.013) & (v > edge))
        height = jnp.log(v * inverse_alpha / (a / (edge * edge) + b))
        fits = height <= -mean + k * jnp.log(mean) - lax.lgamma(k + 1)
        accepted = ~done & jnp.where(small, knuth, inside | (~outside & fits))
        step = jnp.where(small & ~done & ~accepted, result + 1, result)
        result = jnp.where(accepted & ~small, k, step)
        return done | accepted, result, product, at, left

    lanes = mean.size
    # A mean that is not finite or is negative has no draws: NaN, and no endless loop.
    refused = ~jnp.isfinite(mean) | (mean < 0)
    start = (refused, jnp.zeros(lanes), jnp.ones(lanes), at, _empty(lanes))
    _, result, *_ = lax.while_loop(unfinished, propose, start)
    return _arrange(jnp.where(refused, jnp.nan, result), rate, count, dtype)
