"""Tensors joined, parted and repeated."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import INDEX
from penstock.core.errors import ShapeError
from penstock.core.shapes import merge, merge_size, show
from penstock.ir.constant import constant_dims, constant_value
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.op import STOPS, TABLE, op
from penstock.ops import rules
from penstock.ops.array import reshape, shape_of
from penstock.ops.xla import jnp


def _packed(values, *, axis=0, **_):
    dims = rules.all_equal(values)
    if dims is None:
        return None
    at = rules.axis_in(int(axis), len(dims) + 1, "The axis of stack")
    return (*dims[:at], len(values), *dims[at:])


@op(
    "Pack",
    "values: N*T -> output: T",
    shape=_packed,
    fold=lambda values, *, axis=0: np.stack(values, axis),
)
def pack(values, *, axis=0):
    return jnp.stack(values, axis)


@pack.gradient
def _(node, dy):
    return unpack(dy, num=len(node.inputs), axis=node.attrs["axis"])


def _unpacked(value, *, num, axis=0, **_):
    dims = value.dims
    if dims is None:
        return [None] * num
    if not dims:
        raise ShapeError("Cannot unstack a scalar. Give a tensor of rank 1 or more.")
    at = rules.axis_in(int(axis), len(dims), "The axis of unstack")
    if dims[at] not in (None, num):
        raise ShapeError(
            f"Cannot unstack {show(dims)} along axis {axis} into {num} tensors."
        )
    return [(*dims[:at], *dims[at + 1 :])] * num


@op(
    "Unpack",
    "value: T -> output: num*T",
    shape=_unpacked,
    fold=lambda x, *, num, axis=0: tuple(np.take(x, i, axis) for i in range(num)),
)
def unpack(value, *, num, axis=0):
    return tuple(jnp.moveaxis(value, axis, 0)[i] for i in range(num))


@unpack.gradient
def _(node, *dys):
    return pack(list(dys), axis=node.attrs["axis"])


def _joined(values, axis):
    known = [t.dims for t in values if t.dims is not None]
    if not known:
        return None
    rank = len(known[0])
    if any(len(d) != rank for d in known):
        raise ShapeError(
            "All inputs of concat must have the same rank, received "
            f"{', '.join(show(t.dims) for t in values)}."
        )
    at = constant_value(axis)
    if at is None:
        return (None,) * rank
    at = rules.axis_in(int(at), rank, "The axis of concat")
    rest: tuple[int | None, ...] | None = None
    for dims in known:
        without = (*dims[:at], None, *dims[at + 1 :])
        try:
            rest = merge(rest, without)
        except ShapeError:
            raise ShapeError(
                "Sizes must agree in every dimension but the concat axis "
                f"{at}: received {', '.join(show(t.dims) for t in values)}."
            ) from None
    sizes = [None if t.dims is None else t.dims[at] for t in values]
    total = None if None in sizes else sum(sizes)  # type: ignore[arg-type]
    assert rest is not None
    return (*rest[:at], total, *rest[at + 1 :])


@op(
    "ConcatV2",
    "values: N*T, axis: Tidx -> output: T",
    shape=lambda values, axis, **_: _joined(values, axis),
    where={"Tidx": INDEX},
    static=(1,),
    fold=lambda values, axis: np.concatenate(values, int(axis)),
    sparse=True,
)
def concat(values, axis):
    return jnp.concatenate(values, int(axis))


@op(
    "Concat",
    "concat_dim: int32, values: N*T -> output: T",
    shape=lambda concat_dim, values, **_: _joined(values, concat_dim),
    static=(0,),
    fold=lambda axis, values: np.concatenate(values, int(axis)),
)
def concat_v1(concat_dim, values):
    return jnp.concatenate(values, int(concat_dim))


def _part(dy, tensors, axis):
    """`dy` cut along `axis` into parts sized as `tensors` are."""
    at = constant_value(axis)
    sizes = [None if t.dims is None or at is None else t.dims[int(at)] for t in tensors]
    if len(tensors) == 1:
        return [dy]
    if None not in sizes:
        return list(split_v(dy, np.array(sizes, np.int32), axis, num_split=len(sizes)))
    from penstock.ops.array_strided import strided_slice

    lengths = [
        strided_slice(shape_of(t), expand(axis), expand_next(axis), [1],
                      shrink_axis_mask=1)
        for t in tensors
    ]  # fmt: skip
    return list(split_v(dy, pack(lengths), axis, num_split=len(tensors)))


def expand(axis):
    """A scalar as a vector of one."""
    return reshape(axis, [1])


def expand_next(axis):
    """One more than a scalar axis, as a vector: 0 stands for the end after -1."""
    value = constant_value(axis)
    if value is None:
        return reshape(TABLE["AddV2"](axis, 1), [1])
    return [int(value) + 1]


@concat.gradient
def _(node, dy):
    values, axis = node.inputs[:-1], node.inputs[-1]
    if isinstance(dy, IndexedSlices):
        at = constant_value(axis)
        if (at is not None and int(at) == 0) or at is None:
            return [*_part(dy._dense_tensor(), values, axis), None]
        parts = _part(dy.values, values, axis)
        shapes = [shape_of(t) for t in values]
        from penstock.ir import context
        from penstock.ir.convert import as_tensor

        where = context.landing()
        return [
            *(
                IndexedSlices(p, dy.indices, as_tensor(where, s, None, None))
                for p, s in zip(parts, shapes, strict=True)
            ),
            None,
        ]
    return [*_part(dy, values, axis), None]


@concat_v1.gradient
def _(node, dy):
    return [None, *_part(dy, node.inputs[1:], node.inputs[0])]


@op(
    "ConcatOffset",
    "concat_dim: int32, shape: N*int32 -> offset: N*int32",
    shape=lambda at, shape, **_: [t.dims for t in shape],
    gradient=STOPS,
    static=(0, 1),
    fold=lambda at, shape: _offsets(at, shape),
)
def concat_offset(concat_dim, shape):
    return _offsets(concat_dim, shape)


def _offsets(at, shapes):
    out, total = [], 0
    for dims in shapes:
        offset = np.zeros_like(dims)
        offset[int(at)] = total
        total += int(dims[int(at)])
        out.append(offset)
    return tuple(out)


def _halves(split_dim, value, *, num_split, **_):
    dims = value.dims
    at = constant_value(split_dim)
    if dims is None:
        return [None] * num_split
    if at is None:
        return [(None,) * len(dims)] * num_split
    at = rules.axis_in(int(at), len(dims), "The axis of split")
    length = dims[at]
    if length is not None and length % num_split:
        raise ShapeError(
            f"Dimension size must be evenly divisible by {num_split} but is {length} "
            f"for split of {show(dims)} along axis {at}."
        )
    part = None if length is None else length // num_split
    return [(*dims[:at], part, *dims[at + 1 :])] * num_split


@op(
    "Split",
    "split_dim: int32, value: T -> output: num_split*T",
    shape=_halves,
    static=(0,),
    fold=lambda at, x, *, num_split: tuple(np.split(x, num_split, int(at))),
)
def split(split_dim, value, *, num_split):
    return tuple(jnp.split(value, num_split, int(split_dim)))


@split.gradient
def _(node, *dys):
    return None, concat(list(dys), node.inputs[0])


def _parts(value, size_splits, split_dim, *, num_split, **_):
    dims, at = value.dims, constant_value(split_dim)
    if dims is None:
        return [None] * num_split
    if at is None:
        return [(None,) * len(dims)] * num_split
    at = rules.axis_in(int(at), len(dims), "The axis of split")
    sizes = constant_value(size_splits)
    if sizes is None:
        return [(*dims[:at], None, *dims[at + 1 :])] * num_split
    sizes = _resolved(sizes, dims[at])
    if dims[at] is not None and None not in sizes:
        try:
            merge_size(sum(sizes), dims[at])
        except ShapeError:
            raise ShapeError(
                f"split: the sizes {sizes} add up to {sum(sizes)}, but axis {at} of "
                f"{show(dims)} has {dims[at]}."
            ) from None
    return [(*dims[:at], n, *dims[at + 1 :]) for n in sizes]


def _resolved(sizes, total) -> list:
    """The sizes with -1 replaced by what is left of `total` (None: not known)."""
    sizes = [int(n) for n in sizes]
    if -1 not in sizes:
        return sizes
    left = None if total is None else total - sum(n for n in sizes if n != -1)
    return [left if n == -1 else n for n in sizes]


def _cut(xp, value, sizes, at):
    at = int(at)
    ends = np.cumsum(_resolved(sizes, value.shape[at]))[:-1]
    return tuple(xp.split(value, [int(e) for e in ends], at))


@op(
    "SplitV",
    "value: T, size_splits: Tlen, split_dim: int32 -> output: num_split*T",
    shape=_parts,
    where={"Tlen": INDEX},
    static=(1, 2),
    fold=lambda x, sizes, at, *, num_split: _cut(np, x, sizes, at),
)
def split_v(value, size_splits, split_dim, *, num_split):
    return _cut(jnp, value, size_splits, split_dim)


@split_v.gradient
def _(node, *dys):
    return concat(list(dys), node.inputs[2]), None, None


def _tiled(input, multiples, **_):
    times = constant_value(multiples)
    if input.dims is None or times is None:
        length = multiples.dims[0] if multiples.dims else None
        rank = len(input.dims) if input.dims is not None else length
        return None if rank is None else (None,) * rank
    if len(times) != len(input.dims):
        raise ShapeError(
            f"Tile: {len(times)} multiples for a tensor of shape {show(input.dims)}. "
            "Give one per dimension."
        )
    return tuple(
        0 if n == 0 else None if d is None else d * int(n)
        for d, n in zip(input.dims, times, strict=True)
    )


@op(
    "Tile",
    "input: T, multiples: Tmultiples -> output: T",
    shape=_tiled,
    where={"Tmultiples": INDEX},
    static=(1,),
    fold=lambda x, times: np.tile(x, tuple(times)),
)
def tile(input, multiples):
    return jnp.tile(input, tuple(map(int, multiples)))


@tile.gradient
def _(node, dy):
    return tile_grad(shape_of(node.inputs[0]), node.inputs[1], dy), None


@op(
    "_TileGrad",
    "shape: int32, multiples: Tmultiples, dy: T -> output: T",
    shape=lambda shape, *_, **__: constant_dims(shape),
    static=(0, 1),
)
def tile_grad(shape, multiples, dy):
    """`dy` added up over the copies that Tile made of a tensor of `shape`."""
    pairs = [int(n) for pair in zip(multiples, shape, strict=True) for n in pair]
    copies = jnp.reshape(dy, pairs)
    return copies.sum(tuple(range(0, len(pairs), 2)), dtype=dy.dtype)


@tile_grad.gradient
def _(node, dy):
    return None, None, tile(dy, node.inputs[1])
