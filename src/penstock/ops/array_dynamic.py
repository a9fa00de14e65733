"""Ops whose output shape depends on the values: they run on the host."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import INDEX, int32
from penstock.core.errors import InvalidArgumentError
from penstock.core.shapes import merge
from penstock.ir.constant import constant_dims, constant_value
from penstock.ir.op import STOPS, TABLE, op
from penstock.ops.array import reshape, shape_of
from penstock.ops.array_gather import gather_nd
from penstock.ops.xla import jnp


@op(
    "Where",
    "condition: T -> index: int64",
    shape=lambda condition, **_: (
        None, None if condition.dims is None else len(condition.dims)
    ),
    gradient=STOPS,
    host=True,
)  # fmt: skip
def where(condition):
    return np.argwhere(condition).astype(np.int64)


def _first_seen(x):
    """Distinct values in order of first appearance, their positions, counts."""
    values, first, back, counts = np.unique(
        x, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return values[order], rank[back.reshape(-1)], counts[order]


@op(
    "Unique",
    "x: T -> y: T, idx: out_idx",
    shape=lambda x, **_: [(None,), x.dims],
    gradient=STOPS,
    host=True,
)
def unique(x, *, out_idx=int32):
    values, positions, _ = _first_seen(x)
    return values, positions.astype(out_idx.np)


@op(
    "UniqueWithCounts",
    "x: T -> y: T, idx: out_idx, count: out_idx",
    shape=lambda x, **_: [(None,), x.dims, (None,)],
    gradient=STOPS,
    host=True,
)
def unique_with_counts(x, *, out_idx=int32):
    values, positions, counts = _first_seen(x)
    return values, positions.astype(out_idx.np), counts.astype(out_idx.np)


@op(
    "ListDiff",
    "x: T, y: T -> out: T, idx: out_idx",
    shape=lambda x, y, **_: [(None,), (None,)],
    gradient=STOPS,
    host=True,
)
def list_diff(x, y, *, out_idx=int32):
    at = np.flatnonzero(~np.isin(x, y))
    return x[at], at.astype(out_idx.np)


def _partitioned(data, partitions, *, num_partitions, **_):
    if data.dims is None or partitions.dims is None:
        return [None] * num_partitions
    merge(data.dims[: len(partitions.dims)], partitions.dims)
    return [(None, *data.dims[len(partitions.dims) :])] * num_partitions


@op(
    "DynamicPartition",
    "data: T, partitions: int32 -> outputs: num_partitions*T",
    shape=_partitioned,
    host=True,
)
def dynamic_partition(data, partitions, *, num_partitions):
    if ((partitions < 0) | (partitions >= num_partitions)).any():
        raise InvalidArgumentError(
            f"partitions must be in [0, {num_partitions}), received "
            f"{partitions.tolist()}."
        )
    return tuple(data[partitions == i] for i in range(num_partitions))


@dynamic_partition.gradient
def _(node, *dys):
    data, partitions = node.inputs
    shape = shape_of(partitions)
    count = TABLE["Prod"](shape, [0])
    numbers = reshape(TABLE["Range"](0, count, 1), shape)
    parts = dynamic_partition(
        numbers, partitions, num_partitions=node.attrs["num_partitions"]
    )
    stitched = dynamic_stitch(list(parts), list(dys))
    return reshape(stitched, shape_of(data)), None


def _stitched(indices, data, **_):
    rest = None
    for at, x in zip(indices, data, strict=True):
        if at.dims is not None and x.dims is not None:
            rest = merge(rest, x.dims[len(at.dims) :])
    known = [constant_value(t) for t in indices]
    count = None
    if all(k is not None for k in known):
        count = max((int(k.max()) + 1 for k in known if k.size), default=0)  # type: ignore[union-attr]
    return None if rest is None else (count, *rest)


def _stitch(indices, data):
    count = max((int(np.max(i)) + 1 for i in indices if np.size(i)), default=0)
    rest = np.shape(data[0])[np.ndim(indices[0]) :]
    out = np.zeros((count, *rest), np.asarray(data[0]).dtype)
    for at, x in zip(indices, data, strict=True):
        out[np.ravel(at)] = np.reshape(x, (np.size(at), *rest))
    return out


def _stitch_on_device(indices, data):
    count = max((int(np.max(i)) + 1 for i in indices if np.size(i)), default=0)
    rest = np.shape(data[0])[np.ndim(indices[0]) :]
    out = jnp.zeros((count, *rest), jnp.asarray(data[0]).dtype)
    for at, x in zip(indices, data, strict=True):
        out = out.at[np.ravel(at)].set(jnp.reshape(x, (np.size(at), *rest)))
    return out


def _declare_stitch(name):
    @op(
        name,
        "indices: N*int32, data: N*T -> merged: T",
        shape=_stitched,
        static=(0,),
        fold=_stitch,
    )
    def stitch(indices, data):
        return _stitch_on_device(indices, data)

    @stitch.gradient
    def _(node, dy):
        n = node.attrs["N"]
        taken = [TABLE["GatherV2"](dy, at, 0) for at in node.inputs[:n]]
        return [None] * n + taken

    return stitch


dynamic_stitch = _declare_stitch("DynamicStitch")
parallel_dynamic_stitch = _declare_stitch("ParallelDynamicStitch")


@op(
    "SparseToDense",
    "sparse_indices: Tindices, output_shape: Tindices, sparse_values: T, "
    "default_value: T -> dense: T",
    shape=lambda at, shape, values, default, **_: _const_dims(shape),
    where={"Tindices": INDEX},
    attrs={"validate_indices": True},
    static=(1,),
)
def sparse_to_dense(sparse_indices, output_shape, sparse_values, default_value):
    at = jnp.asarray(sparse_indices)
    dims = tuple(map(int, output_shape))
    if at.ndim < 2:
        at = at.reshape(-1, 1)
    if getattr(default_value, "dtype", None) is np.dtype(object):  # strings
        text = np.full(dims, np.asarray(default_value).item(), object)
        text[tuple(np.asarray(at).T)] = sparse_values
        return text
    out = jnp.full(dims, default_value)
    return out.at[tuple(at[:, i] for i in range(at.shape[1]))].set(sparse_values)


@sparse_to_dense.gradient
def _(node, dy):
    at, _, values, _ = node.inputs
    picked = gather_nd(dy, at)
    total = TABLE["Sub"](
        TABLE["Sum"](reshape(dy, [-1]), [0]), TABLE["Sum"](reshape(picked, [-1]), [0])
    )
    return None, None, reshape(picked, shape_of(values)), total


def _const_dims(shape):
    return constant_dims(shape)


@op(
    "SparseTensorDenseMatMul",
    "a_indices: Tindices, a_values: T, a_shape: int64, b: T -> product: T",
    shape=lambda at, values, shape, b, *, adjoint_a=False, adjoint_b=False, **_: (
        (_const_dims(shape) or (None, None))[1 if adjoint_a else 0],
        None if b.dims is None else b.dims[0 if adjoint_b else 1],
    ),
    where={"Tindices": INDEX},
    static=(2,),
)
def sparse_matmul(a_indices, a_values, a_shape, b, *, adjoint_a=False, adjoint_b=False):
    rows, cols = a_indices[:, 0], a_indices[:, 1]
    b = jnp.asarray(b)
    if adjoint_a:
        rows, cols, a_values = cols, rows, jnp.conj(a_values)
    if adjoint_b:
        b = jnp.conj(b).T
    count = int(a_shape[1 if adjoint_a else 0])
    out = jnp.zeros((count, b.shape[1]), b.dtype)
    return out.at[rows].add(jnp.asarray(a_values)[:, None] * b[cols])


@sparse_matmul.gradient
def _(node, dy):
    at, values, shape, b = node.inputs
    a_t, b_t = node.attrs["adjoint_a"], node.attrs["adjoint_b"]
    db = sparse_matmul(at, values, shape, dy, adjoint_a=not a_t)
    if b_t:
        db = TABLE["Transpose"](db, [1, 0])
    wide = TABLE["Transpose"](b, [1, 0]) if b_t else b
    column: Any = {"begin_mask": 1, "end_mask": 1, "shrink_axis_mask": 2}
    rows = TABLE["StridedSlice"](at, [0, 0], [0, 1], [1, 1], **column)
    cols = TABLE["StridedSlice"](at, [0, 1], [0, 2], [1, 1], **column)
    if a_t:
        rows, cols = cols, rows
    both = TABLE["Mul"](
        TABLE["GatherV2"](dy, rows, 0), TABLE["GatherV2"](wide, cols, 0)
    )
    return None, TABLE["Sum"](both, [1]), None, db
