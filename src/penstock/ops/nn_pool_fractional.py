"""Fractional pooling: windows of two sizes in random order. Graham (2014).

The order is drawn from the op's own stream, which is not TensorFlow's; the sequences
that an op gives say where its windows begin, and what follows from them is the same.
"""

from __future__ import annotations

from penstock.core.dtypes import int64
from penstock.ir.constant import constant_dims
from penstock.ir.op import STOPS, TABLE, op
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
    taken = jnp.where(real, taken, low)
    first = taken.argmax(-1, keepdims=True)  # of equal ones the first gets the gradient
    return jnp.take_along_axis(taken, first, -1)[..., 0]


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

    @pooled.gradient
    def _(node, dy, *_):
        x, (out, rows, columns) = node.inputs[0], node.outputs
        first = (x, out) if type_name == "FractionalMaxPool" else (_shape(x),)
        overlapping = node.attrs["overlapping"]
        return [TABLE[f"{type_name}Grad"](*first, dy, rows, columns,
                                          overlapping=overlapping)]  # fmt: skip

    return pooled


def _shape(x):
    return TABLE["Shape"](x, out_type=int64)


def _back(pool, x, dy, rows, columns, overlapping: bool):
    rows, columns = jnp.asarray(rows), jnp.asarray(columns)
    _, back = jax.vjp(lambda x: pool(x, rows, columns, overlapping), x)
    return back(jnp.asarray(dy))[0]


@op(
    "FractionalMaxPoolGrad",
    "orig_input: T, orig_output: T, out_backprop: T, row_pooling_sequence: int64,"
    " col_pooling_sequence: int64 -> output: T",
    shape=rules.same_as(0),
    gradient=STOPS,
)
def max_pool_grad(orig_input, orig_output, dy, rows, columns, *, overlapping=False):
    return _back(_largest, jnp.asarray(orig_input), dy, rows, columns, overlapping)


@op(
    "FractionalAvgPoolGrad",
    "orig_input_tensor_shape: int64, out_backprop: T, row_pooling_sequence: int64,"
    " col_pooling_sequence: int64 -> output: T",
    shape=lambda orig_input_tensor_shape, *_, **__: constant_dims(
        orig_input_tensor_shape
    ),
    static=(0,),
    gradient=STOPS,
)
def avg_pool_grad(orig_input_tensor_shape, dy, rows, columns, *, overlapping=False):
    x = jnp.zeros(tuple(map(int, orig_input_tensor_shape)), dy.dtype)
    return _back(_mean, x, dy, rows, columns, overlapping)


fractional_max_pool = _declare("FractionalMaxPool", _largest)
fractional_avg_pool = _declare("FractionalAvgPool", _mean)
