"""What Keras initialisers draw for a given seed: the same in tf_keras and Keras 3.

Observed from tf_keras 2.21 and Keras 3.15 on TensorFlow 2.21:

- `GlorotUniform(seed=s)` and its siblings draw statelessly from the seed pair (s, 0);
  each call of one initialiser gives the same values again.
- Without a seed, s is `randint(1, 10**9)` taken once, when it is made: in Keras 3
  from Python's global `random`; in tf_keras too, unless
  `tf_keras.utils.set_random_seed(n)` was called, then from a `random.Random(n)` of
  its own. `tf.random.set_seed` alone does not make either repeatable.
- `set_random_seed(n)` seeds Python's `random`, NumPy and TensorFlow with n.
- Keras 3's `SeedGenerator(s)` gives (s, 0), (s, 1), ...: dropout, `keras.random` with
  a generator. `keras.random.normal(shape, seed=s)` uses (s, 0).
- tf_keras's `Dropout` is `tf.nn.dropout` with the layer's seed: eager stateful draws.

Each function takes `seed`, two integers [2], and gives an array of `shape`.
"""

from __future__ import annotations

import math

from penstock.ops import sampling
from penstock.ops.sampling_stateless import key_and_counter
from penstock.ops.xla import jax, jnp

# The standard deviation of a standard normal cut off at two.
_TRUNCATED_DEVIATION = 0.87962566103423978


def _scaled(value: jax.Array, factor: float, offset: float) -> jax.Array:
    product = value * jnp.asarray(factor, value.dtype)
    return product + jnp.asarray(offset, value.dtype)


def uniform(seed, shape: tuple[int, ...], minval: float, maxval: float, dtype):
    """Uniform in [minval, maxval)."""
    unit = sampling.uniform(*key_and_counter(jnp.asarray(seed)), shape, dtype)
    low = jnp.asarray(minval, unit.dtype)
    span = jnp.asarray(maxval, unit.dtype) - low
    return _scaled(unit, span, low)


def normal(seed, shape: tuple[int, ...], mean: float, stddev: float, dtype):
    """Normal of `mean` and `stddev`."""
    unit = sampling.normal(*key_and_counter(jnp.asarray(seed)), shape, dtype)
    return _scaled(unit, stddev, mean)


def truncated_normal(seed, shape: tuple[int, ...], mean: float, stddev: float, dtype):
    """Normal of `mean` and `stddev`, cut off at two standard deviations."""
    unit = sampling.truncated_normal(*key_and_counter(jnp.asarray(seed)), shape, dtype)
    return _scaled(unit, stddev, mean)


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(fan in, fan out) of a kernel: its last two sizes times its receptive field."""
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


def _variance(shape: tuple[int, ...], scale: float, mode: str) -> float:
    fan_in, fan_out = fans(shape)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
    return scale / max(1.0, fan[mode])


def uniform_limit(shape: tuple[int, ...], scale: float, mode: str) -> float:
    """The bound of a uniform draw of variance scale / n, n the fan of `mode`."""
    return math.sqrt(3 * _variance(shape, scale, mode))


def variance_scaling(
    seed, shape: tuple[int, ...], scale: float, mode: str, distribution: str, dtype
):
    """Draws of variance scale / n, n the fan of `mode` (fan_in, fan_out, fan_avg).

    `distribution`: uniform, truncated_normal (`normal` means it too) or
    untruncated_normal. Glorot and Bengio (2010); He et al. (2015).
    """
    if distribution == "uniform":
        limit = uniform_limit(shape, scale, mode)
        return uniform(seed, shape, -limit, limit, dtype)
    scale = _variance(shape, scale, mode)
    if distribution == "untruncated_normal":
        return normal(seed, shape, 0.0, math.sqrt(scale), dtype)
    stddev = math.sqrt(scale) / _TRUNCATED_DEVIATION
    return truncated_normal(seed, shape, 0.0, stddev, dtype)


def orthogonal(seed, shape: tuple[int, ...], gain: float, dtype):
    """A matrix of orthogonal rows or columns times `gain`; leading sizes are merged.

    From the QR decomposition of normals, signs by R's diagonal. Saxe et al. (2014).
    """
    rows, columns = math.prod(shape[:-1]), shape[-1]
    tall = (max(rows, columns), min(rows, columns))
    q, r = jnp.linalg.qr(normal(seed, tall, 0.0, 1.0, dtype))
    q = q * jnp.sign(jnp.diagonal(r))
    return gain * (q.T if rows < columns else q).reshape(shape)
