"""From a stateless op's seed to its stream, and seeds made from seeds."""

from __future__ import annotations

from penstock.core.philox_np import STATELESS_KEY
from penstock.ops.philox import advance, encrypt
from penstock.ops.sampling import random_integers, reserved
from penstock.ops.xla import jax, jnp, lax


def _seed_words(seed: jax.Array) -> tuple[jax.Array, ...]:
    wide = seed.astype(jnp.int64)
    low = [wide[i].astype(jnp.uint32) for i in (0, 1)]
    high = [(wide[i] >> 32).astype(jnp.uint32) for i in (0, 1)]
    return low[0], high[0], low[1], high[1]


def key_and_counter(seed: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The (key uint32[2], counter uint32[4]) of a `seed` [2], int32 or int64.

    As op `StatelessRandomGetKeyCounter`; both V1 and V2 stateless ops start there.
    """
    key = jnp.asarray(STATELESS_KEY, jnp.uint32)
    x0, x1, x2, x3 = encrypt(key, _seed_words(seed))
    zero = jnp.zeros((), jnp.uint32)
    return jnp.stack([x0, x1]), jnp.stack([zero, zero, x2, x3])


def packed(key: jax.Array, counter: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Key and counter as the V2 ops carry them: uint64[1], uint64[2]."""
    key64 = lax.bitcast_convert_type(key.reshape(1, 2), jnp.uint64)
    return key64, lax.bitcast_convert_type(counter.reshape(2, 2), jnp.uint64)


def unpacked(key: jax.Array, counter: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The inverse of `packed`."""
    key32 = lax.bitcast_convert_type(key.astype(jnp.uint64), jnp.uint32)
    counter32 = lax.bitcast_convert_type(counter.astype(jnp.uint64), jnp.uint32)
    return key32.reshape(2), counter32.reshape(4)


def split(seed: jax.Array, count: int) -> jax.Array:
    """`count` seeds [count, 2] of `seed`'s dtype. As `tf.random.split`."""
    return random_integers(*key_and_counter(seed), (count, 2), seed.dtype)


def fold_in(seed: jax.Array, data: jax.Array) -> jax.Array:
    """A seed [2] from `seed` and the integer `data`. As `tf.random.fold_in`."""
    first = random_integers(*key_and_counter(seed), (1,), seed.dtype)
    return jnp.concatenate([first, jnp.asarray(data, seed.dtype).reshape(1)])


def generator_place(state: jax.Array) -> tuple[jax.Array, jax.Array]:
    """(key, counter) of a `tf.random.Generator`'s Philox `state` int64[3].

    The state is the counter's two halves, low first, and the key.
    """
    narrow = lax.bitcast_convert_type(state.astype(jnp.int64), jnp.uint32)
    return narrow[2], narrow[:2].reshape(4)


def generator_advanced(state: jax.Array, values: int) -> jax.Array:
    """`state` after a draw of `values` outputs, or after `skip(values)`."""
    return generator_moved(state, reserved(values))


def generator_moved(state: jax.Array, blocks: int) -> jax.Array:
    """`state` after a draw that took `blocks` of its stream."""
    key, counter = generator_place(state)
    counter = advance(counter, blocks).reshape(2, 2)
    both = jnp.concatenate([counter, key[None]])
    return lax.bitcast_convert_type(both, jnp.int64)


def generator_seeds(state: jax.Array, count: int) -> jax.Array:
    """Seeds int64 [2, count] for stateless ops, as `Generator.make_seeds`.

    Row 0 are also the keys of `Generator.split(count)`, whose counters start at 0.
    Both advance the state by `count` values.
    """
    seeds = random_integers(*generator_place(state), (count,), jnp.int64)
    return jnp.stack([seeds, jnp.zeros_like(seeds)])
