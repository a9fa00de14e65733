"""Positions of entries of sparse tensors: joined, moved, cut. On the host."""

from __future__ import annotations

import numpy as np

from penstock.core.errors import InvalidArgumentError
from penstock.ir.op import STOPS, op

_ROWS = (None, None)


def _declare(name: str, signature: str, *dims):
    def shapes(*_, **__):
        return list(dims) if len(dims) > 1 else dims[0]  # type: ignore

    return op(name, signature, shape=shapes, gradient=STOPS, host=True)


@_declare("_SparseOrder", "indices: int64 -> order: int64", (None,))
def sparse_order(indices):
    """Positions of `indices` in row-major order."""
    return np.lexsort(np.asarray(indices).T[::-1]).astype(np.int64)


@_declare(
    "_SparseUnion",
    "a: int64, b: int64, shape: int64 -> indices: int64, at: int64, joined: int64",
    _ROWS, (None,), (None,),
)  # fmt: skip
def sparse_union(a, b, shape):
    """All positions, sorted, and for each entry of a, then b, which it is."""
    both = np.concatenate([a, b])
    found, at = np.unique(both, axis=0, return_inverse=True)
    return found, np.reshape(at, -1).astype(np.int64), np.asarray(shape)


@_declare("_SparseFlatIds", "indices: int64, sizes: int64 -> ids: int64", (None,))
def sparse_flat_ids(indices, sizes):
    """Row-major numbers of positions in a box of `sizes`."""
    indices, sizes = np.asarray(indices), np.asarray(sizes)
    if not len(sizes):
        return np.zeros(len(indices), np.int64)
    return np.ravel_multi_index(tuple(indices.T), tuple(sizes)).astype(np.int64)


@_declare(
    "SparseReshape",
    "input_indices: int64, input_shape: int64, new_shape: int64"
    " -> output_indices: int64, output_shape: int64",
    _ROWS, (None,),
)  # fmt: skip
def sparse_reshape(input_indices, input_shape, new_shape):
    old, new = np.asarray(input_shape), np.array(new_shape)
    if (new == -1).any():
        new[new == -1] = old.prod() // max(1, -new.prod())
    if old.prod() != new.prod():
        raise InvalidArgumentError(
            None, None, f"Input to reshape is a tensor with {old.prod()} dense values, "
            f"but the requested shape has {new.prod()}.",
        )  # fmt: skip
    flat = np.ravel_multi_index(tuple(np.asarray(input_indices).T), tuple(old))
    out = np.stack(np.unravel_index(flat, tuple(new)), 1).astype(np.int64)
    return out, new


@_declare(
    "_SparseSlice",
    "indices: int64, shape: int64, start: int64, size: int64"
    " -> at: int64, inside: int64, sliced: int64",
    (None,), _ROWS, (None,),
)  # fmt: skip
def sparse_slice(indices, shape, start, size):
    """Which entries lie in a box, and where there."""
    size = np.minimum(size, np.asarray(shape) - start)
    moved = np.asarray(indices) - start
    at = np.flatnonzero(((moved >= 0) & (moved < size)).all(1))
    return at.astype(np.int64), moved[at], size.astype(np.int64)


@_declare(
    "_SparseFillEmptyRows",
    "indices: int64, shape: int64 -> filled: int64, at: int64, empty: bool",
    _ROWS, (None,), (None,),
)  # fmt: skip
def sparse_fill_empty_rows(indices, shape):
    """Positions with one for each empty row; where each comes from (the last: new)."""
    indices = np.asarray(indices)
    rows = int(np.asarray(shape)[0])
    empty = ~np.isin(np.arange(rows), indices[:, 0])
    more = np.zeros((int(empty.sum()), indices.shape[1]), np.int64)
    more[:, 0] = np.flatnonzero(empty)
    both = np.concatenate([indices, more])
    at = np.concatenate([np.arange(len(indices)), np.full(len(more), len(indices))])
    order = np.lexsort(both.T[::-1])
    return both[order], at[order].astype(np.int64), empty


@_declare(
    "_SparseCounts",
    "values: Tin, rows: int64, count: int64, weights: T -> indices: int64, "
    "sums: T, shape: int64",
    _ROWS, (None,), (None,),
)  # fmt: skip
def sparse_counts(values, rows, count, weights, *, minlength, maxlength, binary):
    """The bins that are not empty, of every row (`count` of them) or of all (-1)."""
    values, weights = np.asarray(values, np.int64), np.asarray(weights)
    size = max(minlength, int(values.max(initial=-1)) + 1)
    kept = np.ones(len(values), bool)
    if maxlength >= 0:
        size, kept = min(size, maxlength), values < maxlength
    if (values < 0).any():
        raise InvalidArgumentError(None, None, "Input must be non-negative.")
    values, weights = values[kept, None], weights[kept]
    shape = [size]
    if int(count) >= 0:
        values = np.concatenate([np.asarray(rows)[kept, None], values], axis=1)
        shape = [int(count), size]
    found, at = np.unique(values, axis=0, return_inverse=True)
    sums = np.zeros(len(found), weights.dtype)
    np.add.at(sums, np.reshape(at, -1), weights)
    return found, np.ones_like(sums) if binary else sums, np.array(shape, np.int64)
