"""Binomial draws in the order of TensorFlow's CPU kernel.

Sample i of parameter j has a stream of its own, so many blocks times (j * count + i)
on (observed from TensorFlow 2.21), of float64 uniforms, the second of each block first.
"""

from __future__ import annotations

from penstock.ops.sampling_gamma import _empty, _take, _uniforms
from penstock.ops.xla import jax, jnp, lax

#: Between the streams of samples with a small and with a large mean.
_APART_SMALL, _APART_LARGE = 42, 256
#: From this mean on rejection is used instead of waiting times.
_LARGE_MEAN = 10


def reserved_by_binomial(samples: int, parameters: int) -> int:
    """Blocks by which `Generator.binomial` advances (observed from TensorFlow 2.21)."""
    return 50 * (samples + 3) * parameters * 256


def _stirling(k: jax.Array) -> jax.Array:
    """What Stirling's formula for log k! lacks: Hörmann's table and series."""
    table = jnp.array([
        0.0810614667953272, 0.0413406959554092, 0.0276779256849983,
        0.02079067210376509, 0.0166446911898211, 0.0138761288230707,
        0.0118967099458917, 0.0104112652619720, 0.00925546218271273,
        0.00833056343336287,
    ])  # fmt: skip
    square = jnp.square(k + 1)
    series = (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)
    index = jnp.clip(k, 0, 9).astype(jnp.int32)
    return jnp.where(k <= 9, table[index], series)


def binomial(
    key: jax.Array, counter: jax.Array, counts: jax.Array, probs: jax.Array,
    samples: int, dtype,
) -> jax.Array:  # fmt: skip
    """`samples` draws for each of `counts`, `probs` [n]: [n, samples] of `dtype`.

    Small means by waiting times (Devroye, "Non-uniform random variate generation",
    X.4.3), others by Hörmann, "The generation of binomial random variates" (1993).
    As ops `StatelessRandomBinomial` and `StatefulRandomBinomial`.
    """
    n = jnp.repeat(jnp.floor(counts.reshape(-1).astype(jnp.float64)), samples)
    given = jnp.repeat(probs.reshape(-1).astype(jnp.float64), samples)
    flipped = given > 0.5
    p = jnp.where(flipped, 1 - given, given)
    small = n * p < _LARGE_MEAN
    apart = jnp.where(small, _APART_SMALL, _APART_LARGE).astype(jnp.uint64)
    at = lax.iota(jnp.uint64, n.size) * apart
    refused = ~jnp.isfinite(n) | (n < 0) | ~(p >= 0)
    q = 1 - p
    spread = jnp.sqrt(n * p * q)
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    alpha = (2.83 + 5.1 / b) * spread
    ratio = p / q
    mode = jnp.floor((n + 1) * p)

    def unfinished(state):
        return ~jnp.all(state[0])

    def propose(state):
        done, result, waited, at, left = state
        u, at, left = _take(key, counter, at, left, _uniforms, ~done)
        v, at, left = _take(key, counter, at, left, _uniforms, ~done & ~small)
        waited = waited + jnp.ceil(jnp.log(u) / jnp.log1p(-p))
        over = ~(waited <= n)
        u = u - 0.5
        edge = 0.5 - jnp.abs(u)
        k = jnp.floor((2 * a / edge + b) * u + n * p + 0.5)
        inside = (edge >= 0.07) & (v <= 0.92 - 4.2 / b)
        outside = (k < 0) | (k > n)
        height = jnp.log(v * alpha / (a / (edge * edge) + b))
        bound = (
            (mode + 0.5) * jnp.log((mode + 1) / (ratio * (n - mode + 1)))
            + (n + 1) * jnp.log((n - mode + 1) / (n - k + 1))
            + (k + 0.5) * jnp.log(ratio * (n - k + 1) / (k + 1))
            + _stirling(mode) + _stirling(n - mode) - _stirling(k) - _stirling(n - k)
        )  # fmt: skip
        fits = inside | (~outside & (height <= bound))
        accepted = ~done & jnp.where(small, over, fits)
        result = jnp.where(small & ~done & ~over, result + 1, result)
        result = jnp.where(accepted & ~small, k, result)
        return done | accepted, result, waited, at, left

    lanes = n.size
    start = (refused, jnp.zeros(lanes), jnp.zeros(lanes), at, _empty(lanes))
    _, result, *_ = lax.while_loop(unfinished, propose, start)
    result = jnp.where(flipped, n - result, result)
    result = jnp.where(refused, jnp.nan, result)
    return result.astype(dtype).reshape(-1, samples)
