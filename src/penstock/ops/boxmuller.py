"""The Box-Muller transform as TensorFlow's CPU kernels round it.

Box and Muller, "A note on the generation of random normal deviates" (1958).

In float32, TensorFlow calls the C library's logf, sinf and cosf, whose results are
off the correctly rounded ones in 1.3 % of the cases. Only 2**23 arguments can occur
for each, so what the library answers was recorded for all of them, and the
coefficients below were found by linear programming: a polynomial in float64 that,
rounded once, falls into the recorded value's rounding interval at every one of the
2**23 points. `tools/record/random_numbers.py` records them anew.
"""

from __future__ import annotations

import math

from penstock.ops.xla import jax, jnp, lax

_SMALLEST = 1e-7

_SINE = (-0.16666654943687412, 0.008332178145082383, -0.00019517298821000172)
_COSINE = (
    -0.49999999725215727,
    0.04166662333315602,
    -0.0013886764008058424,
    2.439046627279929e-05,
)

# log z = log(c) + log1p(z / c - 1) with one c for each sixteenth of an octave.
_LOG1P = (-0.49999974865346336, 0.3334567537273608, -0.25089387538027746)
_OCTAVE_STARTS = 0x3F330000  # 0.69921875 as float32 bits
_RECIPROCAL = (
    1.3989118857032712,
    1.340309694368285,
    1.2864282387115278,
    1.2367205937380699,
    1.1906981271142447,
    1.1479931383360837,
    1.1082283539543127,
    1.071131914421492,
    1.0364413567974453,
    1.0,
    0.9492821908193841,
    0.8951051157204442,
    0.8476805658903276,
    0.8050298082210401,
    0.7664651922566068,
    0.7314312807069634,
)
_LOGARITHM = (
    -0.3356947099280207,
    -0.29290070246003364,
    -0.25186957093622286,
    -0.2124631937969043,
    -0.1745397965453811,
    -0.13801532082066076,
    -0.10276266271696946,
    -0.06871595327538403,
    -0.035793073191323424,
    0.0,
    0.05204916859985237,
    0.11081411987143594,
    0.16525140532305216,
    0.21687597340318665,
    0.2659659929777973,
    0.31275200591906027,
)


def _log(u: jax.Array) -> jax.Array:
    """log of float32 `u` in [1e-7, 1), rounded to float32."""
    bits = lax.bitcast_convert_type(u, jnp.int32)
    shifted = bits - _OCTAVE_STARTS
    octave = shifted >> 23
    piece = (shifted >> 19) & 15
    z = lax.bitcast_convert_type(bits - (octave << 23), jnp.float32)
    reciprocal = jnp.asarray(_RECIPROCAL, jnp.float64)[piece]
    logarithm = jnp.asarray(_LOGARITHM, jnp.float64)[piece]
    r = z.astype(jnp.float64) * reciprocal - 1.0
    a, b, c = _LOG1P
    value = logarithm + octave.astype(jnp.float64) * math.log(2)
    return (value + r + r * r * (a + r * (b + r * c))).astype(jnp.float32)


def _sine_and_cosine(angle: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Sine and cosine of float32 `angle` in [0, 2 pi], rounded to float32."""
    x = angle.astype(jnp.float64)
    quarter = jnp.round(x * (2 / math.pi))
    r = x - quarter * (math.pi / 2)
    s = r * r
    a, b, c = _SINE
    sine = (r + r * s * (a + s * (b + s * c))).astype(jnp.float32)
    a, b, c, d = _COSINE
    cosine = (1 + s * (a + s * (b + s * (c + s * d)))).astype(jnp.float32)
    turn = quarter.astype(jnp.int32)
    swapped = (turn & 1) == 1
    sine, cosine = jnp.where(swapped, cosine, sine), jnp.where(swapped, sine, cosine)
    sine = jnp.where((turn & 2) != 0, -sine, sine)
    return sine, jnp.where(((turn + 1) & 2) != 0, -cosine, cosine)


def float32(u: jax.Array, v: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Uniform `u`, `v` in [0, 1) float32 to two independent normals, same shape."""
    u = jnp.maximum(u, jnp.float32(_SMALLEST))
    # The product with 2 pi is rounded from double, not computed in float32.
    angle = (v.astype(jnp.float64) * (2 * math.pi)).astype(jnp.float32)
    radius = jnp.sqrt(jnp.float32(-2) * _log(u))
    sine, cosine = _sine_and_cosine(angle)
    return sine * radius, cosine * radius


def float64(u: jax.Array, v: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Uniform `u`, `v` in [0, 1) float64 to two independent normals, same shape."""
    radius = jnp.sqrt(-2 * jnp.log(jnp.maximum(u, _SMALLEST)))
    angle = v * (2 * math.pi)
    return jnp.sin(angle) * radius, jnp.cos(angle) * radius
