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

import numpy as np

from penstock.ops import boxmuller
from penstock.ops.philox import block, random_pairs, random_words
from penstock.ops.xla import jax, jnp, lax

_MANTISSA = {"float16": (10, 15), "bfloat16": (7, 127)}
_RESERVED_PER_VALUE = 256
_TRUNCATED_AT = 2.0


def reserved(size: int) -> int:
    """Blocks by which one run of a stateful op with `size` outputs advances."""
    return size * _RESERVED_PER_VALUE


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


def _normal64(words) -> jax.Array:
    """Box-Muller on the four words of each block [n]: float64 [2n]."""
    x0, x1, x2, x3 = words
    pair = boxmuller.float64(unit_float64(x0, x1), unit_float64(x2, x3))
    return jnp.stack(pair, -1).reshape(-1)


def normal(
    key: jax.Array, counter: jax.Array, shape: tuple[int, ...], dtype="float32"
) -> jax.Array:
    """Standard normal of `shape` and float `dtype`. As op `RandomStandardNormal`."""
    dtype, size = jnp.dtype(dtype), math.prod(shape)
    half = -(-size // 2)
    if dtype == jnp.float64:
        lane = lax.iota(jnp.uint32, half)
        value = _normal64(block(key, counter, lane))
    else:
        value = _normal32(*random_pairs(key, counter, half)).astype(dtype)
    return value[:size].reshape(shape)


def _group_candidates(key, counter, groups, double, first_block, blocks) -> jax.Array:
    """Normals from `blocks` blocks of each group's stream: [groups, candidates]."""
    stride = 128 if double else 256
    if double:
        lane = lax.iota(jnp.uint64, groups * blocks)
        index = (lane // blocks) * stride + lane % blocks + first_block
        return _normal64(block(key, counter, index)).reshape(groups, 2 * blocks)
    lane = lax.iota(jnp.uint64, groups * blocks * 2)
    index = (lane // (2 * blocks)) * stride + (lane % (2 * blocks)) // 2 + first_block
    x0, x1, x2, x3 = block(key, counter, index)
    even = (lane & 1) == 0
    value = _normal32(jnp.where(even, x0, x2), jnp.where(even, x1, x3))
    return value.reshape(groups, 4 * blocks)


def _fill(kept, filled, candidate):
    """Append the accepted of `candidate` [g, c] to `kept` [g, k] behind `filled` [g]."""
    accepted = jnp.abs(candidate) < _TRUNCATED_AT
    place = filled[:, None] + jnp.cumsum(accepted, axis=1, dtype=jnp.int32) - 1
    slots = []
    for k in range(kept.shape[1]):
        here = accepted & (place == k)
        found = jnp.sum(jnp.where(here, candidate, 0), axis=1)
        slots.append(jnp.where(filled > k, kept[:, k], found))
    total = place[:, -1] + 1
    return jnp.stack(slots, axis=1), jnp.minimum(total, kept.shape[1])


def truncated_normal(
    key: jax.Array, counter: jax.Array, shape: tuple[int, ...], dtype="float32"
) -> jax.Array:
    """Standard normal within (-2, 2), by rejection. As op `TruncatedNormal`.

    float16 and bfloat16 are tested before they are rounded, so they may show 2.
    """
    dtype, size = jnp.dtype(dtype), math.prod(shape)
    double = dtype == jnp.float64
    work, width = (jnp.float64, 2) if double else (jnp.float32, 4)
    groups = -(-size // width)
    if size == 0:
        return jnp.zeros(shape, dtype)
    # Twelve candidates for four places (eight for two) fail about twice in 10**10
    # groups (10**9), so the loop below hardly ever runs; it keeps the draw exact.
    ahead = 4 if double else 3

    def unfinished(state):
        return jnp.any(state[1] < width)

    def read_on(state):
        kept, filled, at = state
        candidate = _group_candidates(key, counter, groups, double, at, 1)
        return *_fill(kept, filled, candidate), at + jnp.uint64(1)

    kept = jnp.zeros((groups, width), work)
    filled = jnp.zeros(groups, jnp.int32)
    first = _group_candidates(key, counter, groups, double, np.uint64(0), ahead)
    state = (*_fill(kept, filled, first), jnp.uint64(ahead))
    kept, _, _ = lax.while_loop(unfinished, read_on, state)
    return kept.reshape(-1)[:size].astype(dtype).reshape(shape)
