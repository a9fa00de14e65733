"""TensorFlow's uniform and normal draws, bit by bit, as pure functions.

Each takes a Philox `key` uint32[2] and `counter` uint32[4], reads the stream in the
order of TensorFlow's CPU kernels (observed from TensorFlow 2.21) and is independent of
thread count and device. A stateful op moves its counter on by `reserved(size)` blocks
after each run, however many it really used.

The layouts, in words of 32 bits:
    uniform, float16 to float32     word i gives value i: its low mantissa bits
    uniform float64                 pair i: 20 bits of the first word above the second
    integers, int32 / int64         word i / pair i (low word first), modulo the range
    normal, float16 to float32      pair i gives values 2i and 2i+1 by Box-Muller
    normal float64                  block i gives values 2i and 2i+1
    truncated normal                four values (float64: two) read on from block 256g
                                    (128g) until four (two) lie within two deviations
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from penstock.ops import boxmuller
from penstock.ops.philox import advance, block, random_pairs, random_words
from penstock.ops.xla import jax, jnp, lax

_MANTISSA = {"float16": (10, 15), "bfloat16": (7, 127)}
_RESERVED_PER_VALUE = 256
_TRUNCATED_AT = 2.0
#: Draws that are made together are cut into pieces of so many values.
_PIECE = 1024


def reserved(size: int) -> int:
    """Blocks by which one run of a stateful op with `size` outputs advances."""
    return size * _RESERVED_PER_VALUE


def together(draw: Callable, places: jax.Array, shapes, dtype) -> list[jax.Array]:
    """`draw` for each of `places` (key and counter, uint32 [n, 6]) and of `shapes`.

    A loop over equal pieces of all results: XLA compiles one draw instead of n.
    """
    if draw is truncated_normal:
        blocks = _PIECE * 64
    else:
        blocks = _PIECE // (2 if jnp.dtype(dtype) == jnp.float64 else 4)
    counts = [-(-math.prod(shape) // _PIECE) for shape in shapes]
    owner = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum([0, *counts])
    behind = (np.arange(len(owner)) - first[owner]).astype(np.uint64) * blocks
    keys, counters = places[owner, :2], places[owner, 2:]

    def piece(place):
        key, counter, ahead = place
        return draw(key, advance(counter, ahead), (_PIECE,), dtype)

    flat = lax.map(piece, (keys, counters, behind)).reshape(-1)
    return [
        flat[at * _PIECE : at * _PIECE + math.prod(shape)].reshape(shape)
        for at, shape in zip(first, shapes, strict=False)
    ]


def unit_float32(word: jax.Array) -> jax.Array:
    """Words to float32 in [0, 1), steps of 2**-23."""
    bits = (word & jnp.uint32(0x7FFFFF)) | jnp.uint32(0x3F800000)
    return lax.bitcast_convert_type(bits, jnp.float32) - jnp.float32(1)


def unit_float64(first: jax.Array, second: jax.Array) -> jax.Array:
    """Pairs of words to float64 in [0, 1), steps of 2**-52."""
    high = (first & jnp.uint32(0xFFFFF)) | jnp.uint32(0x3FF00000)
    bits = (high.astype(jnp.uint64) << 32) | second.astype(jnp.uint64)
    return lax.bitcast_convert_type(bits, jnp.float64) - 1.0


def uniform(
    key: jax.Array, counter: jax.Array, shape: tuple[int, ...], dtype="float32"
) -> jax.Array:
    """Uniform in [0, 1) of `shape` and float `dtype`. As op `RandomUniform`."""
    dtype, size = jnp.dtype(dtype), math.prod(shape)
    if dtype == jnp.float64:
        return unit_float64(*random_pairs(key, counter, size)).reshape(shape)
    word = random_words(key, counter, size)
    if dtype == jnp.float32:
        return unit_float32(word).reshape(shape)
    mantissa, bias = _MANTISSA[dtype.name]
    bits = (word & jnp.uint32((1 << mantissa) - 1)) | jnp.uint32(bias << mantissa)
    value = lax.bitcast_convert_type(bits.astype(jnp.uint16), dtype)
    return (value - jnp.ones((), dtype)).reshape(shape)


def random_integers(
    key: jax.Array, counter: jax.Array, shape: tuple[int, ...], dtype
) -> jax.Array:
    """Integers over the whole range of a 32 or 64 bit `dtype`, of `shape`."""
    dtype, size = jnp.dtype(dtype), math.prod(shape)
    if dtype.itemsize == 4:
        word = random_words(key, counter, size)
        return lax.bitcast_convert_type(word, dtype).reshape(shape)
    low, high = random_pairs(key, counter, size)
    wide = low.astype(jnp.uint64) | (high.astype(jnp.uint64) << 32)
    return lax.bitcast_convert_type(wide, dtype).reshape(shape)


def uniform_int(
    key: jax.Array, counter: jax.Array, shape: tuple[int, ...], minval, maxval, dtype
) -> jax.Array:
    """Integers in [minval, maxval) of `shape`; both bounds scalars of `dtype`.

    The modulo's slight bias is TensorFlow's own. The caller refuses empty ranges.
    As op `RandomUniformInt`.
    """
    dtype = jnp.dtype(dtype)
    unsigned = jnp.dtype(f"uint{8 * dtype.itemsize}")
    low = lax.bitcast_convert_type(jnp.asarray(minval, dtype), unsigned)
    high = lax.bitcast_convert_type(jnp.asarray(maxval, dtype), unsigned)
    offset = random_integers(key, counter, shape, unsigned) % (high - low)
    return lax.bitcast_convert_type(low + offset, dtype)


def _interleave(first: jax.Array, second: jax.Array) -> jax.Array:
    """Float32 [n], [n] to [2n], alternating, inside one elementwise loop.

    Packing into 64 bits keeps XLA from writing both halves out before a concatenate.
    """
    low = lax.bitcast_convert_type(first, jnp.uint32).astype(jnp.uint64)
    high = lax.bitcast_convert_type(second, jnp.uint32).astype(jnp.uint64)
    both = lax.bitcast_convert_type(low | (high << 32), jnp.uint32)
    return lax.bitcast_convert_type(both, jnp.float32).reshape(-1)


def _normal32(first: jax.Array, second: jax.Array) -> jax.Array:
    """Box-Muller on unit-interval words [n], [n]: float32 [2n]."""
    return _interleave(*boxmuller.float32(unit_float32(first), unit_float32(second)))


def _normal64_pair(words) -> tuple[jax.Array, jax.Array]:
    """Box-Muller on the four words of each block: two float64 of their shape."""
    x0, x1, x2, x3 = words
    return boxmuller.float64(unit_float64(x0, x1), unit_float64(x2, x3))


def normal(
    key: jax.Array, counter: jax.Array, shape: tuple[int, ...], dtype="float32"
) -> jax.Array:
    """Standard normal of `shape` and float `dtype`. As op `RandomStandardNormal`."""
    dtype, size = jnp.dtype(dtype), math.prod(shape)
    half = -(-size // 2)
    if dtype == jnp.float64:
        lane = lax.iota(jnp.uint32, half)
        pair = _normal64_pair(block(key, counter, lane))
        value = jnp.stack(pair, -1).reshape(-1)
    else:
        value = _normal32(*random_pairs(key, counter, half)).astype(dtype)
    return value[:size].reshape(shape)


def _candidates(key, counter, groups: int, double: bool) -> list[jax.Array]:
    """Normals of each group's stream in order, one array [groups] for each place.

    Sixteen for four places (fourteen for two): fewer than four lie within bounds once
    in 10**15 groups, when a place stays 0. A loop that read on for those would cost
    every draw two to five times as much.
    """
    pairs = 7 if double else 8
    group = lax.broadcasted_iota(jnp.uint64, (pairs, groups), 1)
    pair = lax.broadcasted_iota(jnp.uint64, (pairs, groups), 0)
    if double:
        values = _normal64_pair(block(key, counter, group * 128 + pair))
    else:
        x0, x1, x2, x3 = block(key, counter, group * 256 + (pair >> 1))
        even = (pair & 1) == 0
        first, second = jnp.where(even, x0, x2), jnp.where(even, x1, x3)
        values = boxmuller.float32(unit_float32(first), unit_float32(second))
    # Without the barrier each pass of the caller would draw all candidates again.
    values = lax.optimization_barrier(values)
    return [values[i % 2][i // 2] for i in range(2 * pairs)]


def truncated_normal(
    key: jax.Array, counter: jax.Array, shape: tuple[int, ...], dtype="float32"
) -> jax.Array:
    """Standard normal within (-2, 2), by rejection. As op `TruncatedNormal`.

    float16 and bfloat16 are tested before they are rounded, so they may show 2.
    """
    dtype, size = jnp.dtype(dtype), math.prod(shape)
    double = dtype == jnp.float64
    width = 2 if double else 4
    groups = -(-size // width)
    places = [jnp.zeros(groups, jnp.float64 if double else jnp.float32)] * width
    filled = jnp.zeros(groups, jnp.int32)
    for value in _candidates(key, counter, groups, double):
        accepted = jnp.abs(value) < _TRUNCATED_AT
        places = [
            jnp.where(accepted & (filled == k), value, place)
            for k, place in enumerate(places)
        ]
        filled = filled + accepted
    value = jnp.stack(places, axis=1).reshape(-1)[:size]
    return value.astype(dtype).reshape(shape)
