"""Shuffles and categorical draws in the order of TensorFlow's CPU kernels."""

from __future__ import annotations

from penstock.ops.philox import random_pairs, random_words
from penstock.ops.sampling import unit_float64
from penstock.ops.xla import jax, jnp, lax


def reserved_by_shuffle(length: int) -> int:
    """Blocks that one run of `RandomShuffle` over `length` rows advances."""
    return -(-max(length - 1, 0) // 4)


def reserved_by_multinomial(batch: int, samples: int) -> int:
    """Blocks that one run of `Multinomial` advances."""
    return batch * -(-samples // 4) * 4 * 2 * 256


def permutation(key: jax.Array, counter: jax.Array, length: int) -> jax.Array:
    """The order int32 [length] in which `RandomShuffle` puts the rows.

    Fisher-Yates from the front: word i, modulo what is left, names row i's partner.
    As ops `RandomShuffle` and `StatelessShuffle`; Durstenfeld (1964).
    """
    if length < 2:
        return jnp.arange(length, dtype=jnp.int32)
    row = lax.iota(jnp.uint32, length - 1)
    word = random_words(key, counter, length - 1)
    partner = (row + word % (jnp.uint32(length) - row)).astype(jnp.int32)

    def swap(i, order):
        # One gather and one scatter: XLA updates in place (a hundred times as fast).
        both = jnp.stack([i.astype(jnp.int32), partner[i]])
        return order.at[both].set(order[both][::-1])

    return lax.fori_loop(0, length - 1, swap, jnp.arange(length, dtype=jnp.int32))


def multinomial(
    key: jax.Array, counter: jax.Array, logits: jax.Array, samples: int, dtype="int64"
) -> jax.Array:
    """Class numbers [batch, samples] drawn by unnormalised log `logits` [batch, n].

    Sample s of row b compares pair b * samples + s of the stream with the row's
    cumulative probabilities. TensorFlow's own large draws (thousands of values) vary
    with its thread count; this is what it gives with one. As op `Multinomial`.
    """
    batch = logits.shape[0]
    logit = logits.astype(jnp.float64)
    finite = jnp.isfinite(logit)
    top = jnp.max(jnp.where(finite, logit, -jnp.inf), axis=1, keepdims=True)
    total = jnp.cumsum(jnp.where(finite, jnp.exp(logit - top), 0.0), axis=1)
    pairs = random_pairs(key, counter, batch * samples)
    point = unit_float64(*pairs).reshape(batch, samples) * total[:, -1:]
    find = jax.vmap(lambda a, v: jnp.searchsorted(a, v, side="right"))
    return find(total, point).astype(dtype)
