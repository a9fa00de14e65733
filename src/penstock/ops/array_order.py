"""Elements put in another order: transposes, reversals, rolls, searches."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import INDEX, int32
from penstock.core.errors import ShapeError
from penstock.core.shapes import merge_size, show
from penstock.ir.constant import constant_value
from penstock.ir.op import STOPS, TABLE, op
from penstock.ops import rules
from penstock.ops.xla import jax, jnp


def _transposed(x, perm, **_):
    order = constant_value(perm)
    if order is None:
        n = perm.dims[0] if perm.dims else None
        rank = len(x.dims) if x.dims is not None else n
        return None if rank is None else (None,) * rank
    order = [int(i) for i in order]
    if x.dims is None:
        return (None,) * len(order)
    if len(order) != len(x.dims) or sorted(
        i % max(len(order), 1) for i in order
    ) != list(range(len(x.dims))):
        raise ShapeError(
            f"Transpose: perm {order} must name each dimension of {show(x.dims)} once."
        )
    return tuple(x.dims[i] for i in order)


def _order(perm):
    return tuple(int(i) for i in perm)


@op(
    "Transpose",
    "x: T, perm: Tperm -> y: T",
    shape=_transposed,
    where={"Tperm": INDEX},
    static=(1,),
    fold=lambda x, perm: np.transpose(x, _order(perm)),
)
def transpose(x, perm):
    return jnp.transpose(x, _order(perm))


@transpose.gradient
def _(node, dy):
    return transpose(dy, invert_permutation(node.inputs[1])), None


def _inverse(x):
    out = np.empty_like(x)
    out[x] = np.arange(len(x), dtype=x.dtype)
    return out


@op(
    "InvertPermutation",
    where={"T": INDEX},
    shape=rules.same_as(0),
    gradient=STOPS,
    fold=_inverse,
)
def invert_permutation(x):
    return jnp.zeros_like(x).at[x].set(jnp.arange(x.shape[0], dtype=x.dtype))


def _axes_of(axis, rank) -> tuple[int, ...]:
    return tuple(rules.axis_in(int(a), rank, "The axis of reverse") for a in axis)


def _reversed(tensor, axis, **_):
    at = constant_value(axis)
    if at is not None and tensor.dims is not None:
        _axes_of(at, len(tensor.dims))
    return tensor.dims


@op(
    "ReverseV2",
    "tensor: T, axis: Tidx -> output: T",
    shape=_reversed,
    where={"Tidx": INDEX},
    static=(1,),
    fold=lambda x, axis: np.flip(x, tuple(map(int, axis))),
)
def reverse(tensor, axis):
    return jnp.flip(tensor, tuple(map(int, axis)))


@reverse.gradient
def _(node, dy):
    return reverse(dy, node.inputs[1]), None


@op(
    "Reverse", "tensor: T, dims: bool -> output: T", shape=rules.same_as(0), static=(1,)
)
def reverse_v1(tensor, dims):
    return jnp.flip(tensor, tuple(int(i) for i in np.flatnonzero(dims)))


@reverse_v1.gradient
def _(node, dy):
    return reverse_v1(dy, node.inputs[1]), None


def _sequence_reversed(input, seq_lengths, *, batch_dim=0, **_):
    dims = input.dims
    if dims is None or not seq_lengths.dims:
        return dims
    batch = merge_size(dims[batch_dim], seq_lengths.dims[0])
    return (*dims[:batch_dim], batch, *dims[batch_dim + 1 :])


@op(
    "ReverseSequence",
    "input: T, seq_lengths: Tlen -> output: T",
    shape=_sequence_reversed,
    where={"Tlen": INDEX},
)
def reverse_sequence(input, seq_lengths, *, seq_dim, batch_dim=0):
    input = jnp.asarray(input)
    n = input.shape[seq_dim]
    count = np.arange(n)
    lengths = jnp.expand_dims(seq_lengths, 1)
    source = jnp.where(count < lengths, lengths - 1 - count, count)  # [batch, n]
    moved = jnp.moveaxis(input, (batch_dim, seq_dim), (0, 1))
    source = source.reshape(source.shape + (1,) * (input.ndim - 2))
    out = jnp.take_along_axis(moved, source.astype(jnp.int32), axis=1)
    return jnp.moveaxis(out, (0, 1), (batch_dim, seq_dim))


@reverse_sequence.gradient
def _(node, dy):
    dims = {k: node.attrs[k] for k in ("seq_dim", "batch_dim")}
    return reverse_sequence(dy, node.inputs[1], **dims), None


@op(
    "Roll",
    "input: T, shift: Tshift, axis: Taxis -> output: T",
    shape=rules.same_as(0),
    where={"Tshift": INDEX, "Taxis": INDEX},
    static=(2,),
    fold=lambda x, shift, axis: np.roll(
        x, tuple(map(int, np.ravel(shift))), tuple(map(int, np.ravel(axis)))
    ),
)
def roll(input, shift, axis):
    axes = tuple(map(int, np.ravel(axis)))
    return jnp.roll(input, jnp.ravel(shift), axes)


@roll.gradient
def _(node, dy):
    shift, axis = node.inputs[1:]
    return roll(dy, TABLE["Neg"](shift), axis), None, None


def _search(side):
    def body(sorted_inputs, values, *, out_type=int32):
        find = jax.vmap(lambda row, v: jnp.searchsorted(row, v, side=side))
        return find(sorted_inputs, values).astype(out_type.np)

    return body


lower_bound = op(
    "LowerBound",
    "sorted_inputs: T, values: T -> output: out_type",
    shape=rules.same_as(1),
    gradient=STOPS,
)(_search("left"))
upper_bound = op(
    "UpperBound",
    "sorted_inputs: T, values: T -> output: out_type",
    shape=rules.same_as(1),
    gradient=STOPS,
)(_search("right"))


def _squared(diagonal, **_):
    return None if diagonal.dims is None else diagonal.dims * 2


@op("Diag", "diagonal: T -> output: T", shape=_squared)
def diag(diagonal):
    diagonal = jnp.asarray(diagonal)
    return jnp.diag(diagonal.ravel()).reshape(diagonal.shape * 2)


@diag.gradient
def _(node, dy):
    return diag_part(dy)


def _halved(input, **_):
    dims = input.dims
    if dims is None:
        return None
    if len(dims) % 2 or not dims:
        raise ShapeError(
            f"diag_part needs an even rank above 0, received {show(dims)}."
        )
    return dims[: len(dims) // 2]


@op("DiagPart", "input: T -> diagonal: T", shape=_halved)
def diag_part(input):
    input = jnp.asarray(input)
    half = input.shape[: input.ndim // 2]
    n = int(np.prod(half))
    return jnp.diagonal(input.reshape(n, n)).reshape(half)


@diag_part.gradient
def _(node, dy):
    return diag(dy)


@op(
    "ConjugateTranspose",
    "x: T, perm: Tperm -> y: T",
    shape=_transposed,
    where={"Tperm": INDEX},
    static=(1,),
)
def conjugate_transpose(x, perm):
    return jnp.conj(jnp.transpose(x, _order(perm)))


@conjugate_transpose.gradient
def _(node, dy):
    return conjugate_transpose(dy, invert_permutation(node.inputs[1])), None
