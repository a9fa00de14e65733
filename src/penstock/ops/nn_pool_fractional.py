"""Fractional pooling: windows of two sizes in random order. Graham (2014).

The order is drawn from the op's own stream, which is not TensorFlow's; the sequences
that an op gives say where its windows begin, and what follows from them is the same.
"""

from __future__ import annotations

from penstock.ir.op import STOPS, op
from penstock.ops import rules, sampling
from penstock.ops.random import moved, place, start
from penstock.ops.xla import jax, jnp


def _out_sizes(dims, ratio) -> list:
    return [None if d is None else int(d / r) for d, r in zip(dims, ratio, strict=True)]


def _pooled_shape(value, *, pooling_ratio, **_):
    dims = rules.ranked(value, 4, "The input of fractional pooling")
    out = _out_sizes(dims, pooling_ratio)
    ends = [(None if n is None else n + 1,) for n in out[1:3]]
    return [tuple(out), *ends]


def _drawn(kept, size: int, parts: int, pseudo_random: bool):
    """Where `parts` windows of `size` elements begin, and the end: int64 [parts+1]."""
    key, counter = place(kept)
    chance = sampling.uniform(key, counter, (parts,))
    if pseudo_random:
        offset = (chance[0] * parts).astype(jnp.int64)
        at = jnp.arange(parts + 1, dtype=jnp.int64)
        return (size * at + offset) // parts
    narrow = size // parts
    wide = jnp.argsort(chance) < size - narrow * parts
    steps = narrow + wide.astype(jnp.int64)
    return jnp.concatenate([jnp.zeros(1, jnp.int64), jnp.cumsum(steps)])


def _windows(size: int, sequence, overlapping: bool):
    """Positions [parts, widest] of the elements in each window, and which are real."""
    parts = sequence.shape[0] - 1
    widest = -(-size // parts) + 1 + overlapping
    at = sequence[:-1, None] + jnp.arange(widest)
    ends = jnp.minimum(sequence[1:] + overlapping, size)
    return jnp.minimum(at, size - 1), at < ends[:, None]


def _patches(value, rows, columns, overlapping: bool):
    """[batch, rows, columns, channels, window] and which entries are real."""
    _, height, width, _ = value.shape
    i, real_i = _windows(height, rows, overlapping)
    j, real_j = _windows(width, columns, overlapping)
    taken = value[:, i[:, :, None, None], j[None, None, :, :], :]
    real = real_i[:, :, None, None] & real_j[None, None, :, :]
    batch, n, a, m, b, channels = taken.shape
    taken = jnp.transpose(taken, (0, 1, 3, 5, 2, 4)).reshape(batch, n, m, channels, -1)
    return taken, jnp.transpose(real, (0, 2, 1, 3)).reshape(n, m, 1, a * b)


def _largest(value, rows, columns, overlapping: bool):
    taken, real = _patches(value, rows, columns, overlapping)
    low = -jnp.inf if jnp.issubdtype(value.dtype, jnp.floating) else None
    low = jnp.iinfo(value.dtype).min if low is None else low
    return jnp.where(real, taken, low).max(-1)


def _mean(value, rows, columns, overlapping: bool):
    taken, real = _patches(value, rows, columns, overlapping)
    total = jnp.where(real, taken, 0).sum(-1)
    return (total / real.sum(-1)).astype(value.dtype)


def _declare(type_name: str, pool):
    @op(
        type_name,
        "value: T -> output: T, row_pooling_sequence: int64,"
        " col_pooling_sequence: int64",
        shape=_pooled_shape,
        attrs={"seed": 0, "seed2": 0},
        keeps=start,
        stateful=True,
    )
    def pooled(
        value, *, pooling_ratio, pseudo_random=False, overlapping=False,
        deterministic=False, kept,
    ):  # fmt: skip
        value = jnp.asarray(value)
        _, rows, columns, _ = _out_sizes(value.shape, pooling_ratio)
        after = moved(kept, sampling.reserved(rows))
        i = _drawn(kept, value.shape[1], rows, pseudo_random)
        j = _drawn(after, value.shape[2], columns, pseudo_random)
        onward = moved(after, sampling.reserved(columns))
        out = pool(value, i, j, overlapping)
        return (out, i, j), jnp.asarray(kept) if deterministic else onward

    @op(
        f"{type_name}Grad",
        "orig_input: T, out_backprop: T, row_pooling_sequence: int64,"
        " col_pooling_sequence: int64 -> output: T",
        shape=rules.same_as(0),
        gradient=STOPS,
    )
    def gradient(orig_input, out_backprop, rows, columns, *, overlapping=False):
        _, back = jax.vjp(
            lambda x: pool(x, jnp.asarray(rows), jnp.asarray(columns), overlapping),
            jnp.asarray(orig_input),
        )
        return back(jnp.asarray(out_backprop))[0]

    @pooled.gradient
    def _(node, dy, *_):
        _, rows, columns = node.outputs
        overlapping = node.attrs["overlapping"]
        return [gradient(node.inputs[0], dy, rows, columns, overlapping=overlapping)]

    return pooled


fractional_max_pool = _declare("FractionalMaxPool", _largest)
fractional_avg_pool = _declare("FractionalAvgPool", _mean)
