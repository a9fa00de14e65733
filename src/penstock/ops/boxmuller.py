"""The Box-Muller transform as TensorFlow's CPU kernels round it.

Box and Muller, "A note on the generation of random normal deviates" (1958).
TensorFlow evaluates log, sine and cosine in the C library's float32; here they are
evaluated in float64 and rounded once.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

_SMALLEST = 1e-7


def float32(u: jax.Array, v: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Uniform `u`, `v` in [0, 1) float32 to two independent normals, same shape."""
    u = jnp.maximum(u, jnp.float32(_SMALLEST)).astype(jnp.float64)
    # The product with 2 pi is rounded from double, not computed in float32.
    angle = (v.astype(jnp.float64) * (2 * math.pi)).astype(jnp.float32)
    angle = angle.astype(jnp.float64)
    radius = jnp.sqrt(jnp.float32(-2) * jnp.log(u).astype(jnp.float32))
    sine, cosine = jnp.sin(angle), jnp.cos(angle)
    return sine.astype(jnp.float32) * radius, cosine.astype(jnp.float32) * radius


def float64(u: jax.Array, v: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Uniform `u`, `v` in [0, 1) float64 to two independent normals, same shape."""
    radius = jnp.sqrt(-2 * jnp.log(jnp.maximum(u, _SMALLEST)))
    angle = v * (2 * math.pi)
    return jnp.sin(angle) * radius, jnp.cos(angle) * radius
