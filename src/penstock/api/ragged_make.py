"""`tf.ragged`: making RaggedTensors."""

from __future__ import annotations

import numpy as np

from penstock.api import sparse_cross
from penstock.api.ragged import RaggedTensor
from penstock.api.ragged_rows import (
    concat_rows,
    row_splits_to_segment_ids,
    segment_ids_to_row_splits,
)
from penstock.api.scopes import tensor
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE

range_ = range  # `range` is TensorFlow's function here


def constant(pylist, dtype=None, ragged_rank=None, inner_shape=None, name=None,
             row_splits_dtype=dtypes.int64):  # fmt: skip
    """A RaggedTensor from nested lists; a tensor where they are no deeper than one.

    Raises ValueError where lists and numbers, or numbers and texts, are mixed.
    """
    if not isinstance(pylist, list | tuple | np.ndarray):
        raise TypeError(f"ragged.constant takes nested lists, received {pylist!r}.")
    kind = None if dtype is None else as_dtype(dtype)
    depth = _depth(pylist)
    if inner_shape is not None and ragged_rank is None:
        ragged_rank = depth - 1 - len(inner_shape)
    if depth < 2:
        return tensor(pylist, kind)
    return _nested(pylist, kind, depth - 1 if ragged_rank is None else ragged_rank)


def _nested(rows, kind, rank: int):
    if rank == 0:
        if len(rows):
            try:
                return tensor(rows, kind)
            except TypeError as error:
                raise ValueError(f"ragged.constant: {error}") from None
        return tensor(np.zeros(0, (kind or dtypes.float32).np), kind)
    flat = [item for row in rows for item in row]
    return RaggedTensor.from_row_lengths(
        _nested(flat, kind, rank - 1), np.array([len(row) for row in rows], np.int64)
    )


def _depth(value) -> int:
    if not isinstance(value, list | tuple | np.ndarray):
        return 0
    depths = {_depth(v) for v in value}
    full = {d for v, d in ((v, _depth(v)) for v in value) if d == 0 or len(v)}
    if len(full) > 1 and 0 in full:
        raise ValueError("all scalar values must have the same nesting depth")
    return 1 + max(depths, default=0)


def placeholder(dtype, ragged_rank, value_shape=None, name=None):
    """A RaggedTensor whose parts are fed, in a graph."""
    flat = TABLE["Placeholder"](dtype=as_dtype(dtype), shape=value_shape, name=name)
    splits = [
        TABLE["Placeholder"](dtype=dtypes.int64, shape=(None,))
        for _ in range_(ragged_rank)
    ]
    return RaggedTensor(flat, *splits)


def range(starts, limits=None, deltas=1, dtype=None, name=None, row_splits_dtype=None):
    """Rows [start, limit) in steps of delta."""
    if limits is None:
        starts, limits = np.zeros_like(np.asarray(starts)), starts
    given = [np.atleast_1d(np.asarray(v)) for v in (starts, limits, deltas)]
    a, b, d = np.broadcast_arrays(*given)
    rows = [np.arange(x, y, z) for x, y, z in zip(a, b, d, strict=True)]
    wide = np.int32 if a.dtype == np.int64 else a.dtype
    flat = np.concatenate(rows).astype(wide if dtype is None else as_dtype(dtype).np)
    return RaggedTensor.from_row_lengths(flat, [len(r) for r in rows])


def stack(values, axis=0, name=None) -> RaggedTensor:
    """Tensors of different lengths as the rows of a RaggedTensor."""
    if axis != 0:
        raise ValueError("ragged.stack along another axis than 0 is not in Penstock.")
    items = list(values)
    if any(isinstance(v, RaggedTensor) for v in items):
        counts = [v.nrows() for v in items]
        return RaggedTensor.from_row_lengths(
            concat_rows(items), TABLE["Pack"](counts, axis=0)
        )
    parts = [tensor(v) for v in items]
    lengths = [TABLE["Shape"](p, out_type=dtypes.int64)[0] for p in parts]
    flat = TABLE["ConcatV2"](parts, 0) if len(parts) > 1 else parts[0]
    return RaggedTensor.from_row_lengths(flat, TABLE["Pack"](lengths, axis=0))


def stack_dynamic_partitions(data, partitions, num_partitions, name=None):
    """The entries of `data` with partition i as row i."""
    parts = TABLE["DynamicPartition"](
        tensor(data), tensor(partitions), num_partitions=int(num_partitions)
    )
    return stack(parts)


def boolean_mask(data, mask, name=None) -> RaggedTensor:
    """The entries of each row where `mask` (the same rows) is True."""
    if not isinstance(data, RaggedTensor):
        data = RaggedTensor.from_tensor(data)
    flat_mask = mask.flat_values if isinstance(mask, RaggedTensor) else None
    if flat_mask is None:
        flat_mask = TABLE["Reshape"](tensor(mask, dtypes.bool), [-1])
    at = TABLE["Reshape"](TABLE["Where"](flat_mask), [-1])
    ids = TABLE["GatherV2"](data.value_rowids(), at, 0)
    values = TABLE["GatherV2"](data.values, at, 0)
    return RaggedTensor.from_value_rowids(values, ids, data.nrows())


def map_flat_values(op, *args, **kwargs):
    """`op` of the flat values of RaggedTensors of the same rows."""
    first = next(a for a in args if isinstance(a, RaggedTensor))
    flat = [a.flat_values if isinstance(a, RaggedTensor) else a for a in args]
    return first.with_flat_values(op(*flat, **kwargs))


def cross(inputs, name=None) -> RaggedTensor:
    """Each row's combinations of strings, joined by `_X_`."""
    rows = []
    for parts in zip(*(_texts(x) for x in inputs), strict=True):
        combined = [b""]
        for i, items in enumerate(parts):
            joint = b"_X_" if i else b""
            combined = [c + joint + item for c in combined for item in items]
        rows.append(combined)
    return constant(rows, dtypes.string)  # type: ignore


def cross_hashed(inputs, num_buckets=0, hash_key=None, name=None) -> RaggedTensor:
    """Each row's combinations as numbers below `num_buckets`; see
    `tf.sparse.cross_hashed`."""
    sparse = [x.to_sparse() if isinstance(x, RaggedTensor) else x for x in inputs]
    made = sparse_cross.cross_hashed(sparse, num_buckets, hash_key, name)
    return RaggedTensor.from_sparse(made)


def _texts(value) -> list:
    rows = value.to_list() if isinstance(value, RaggedTensor) else np.asarray(value)
    return [
        [v if isinstance(v, bytes) else str(v).encode() for v in row] for row in rows
    ]


__all__ = [
    "boolean_mask", "constant", "cross", "cross_hashed", "map_flat_values",
    "placeholder", "range",
    "row_splits_to_segment_ids", "segment_ids_to_row_splits", "stack",
    "stack_dynamic_partitions",
]  # fmt: skip
