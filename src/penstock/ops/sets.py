"""Sets: the rows of a last dimension, dense or sparse, taken as sets of values."""

from __future__ import annotations

import numpy as np

from penstock.core.errors import InvalidArgumentError
from penstock.ir.op import STOPS, op

_FUNCTIONS = {
    "a-b": np.setdiff1d,
    "b-a": lambda a, b: np.setdiff1d(b, a),
    "intersection": np.intersect1d,
    "union": np.union1d,
}


def _dense_rows(x):
    """(the rows, the shape of the dimensions before them)."""
    x = np.asarray(x)
    return list(x.reshape(-1, x.shape[-1])), x.shape[:-1]


def _sparse_rows(indices, values, shape):
    lead = tuple(int(n) for n in np.asarray(shape)[:-1])
    rows: list[list] = [[] for _ in range(int(np.prod(lead)))]
    for at, value in zip(np.asarray(indices), np.asarray(values), strict=True):
        rows[int(np.ravel_multi_index(tuple(at[:-1]), lead)) if lead else 0].append(
            value
        )
    return [np.array(row, np.asarray(values).dtype) for row in rows], lead


def _combined(a, b, kind, set_operation):
    (left, lead), (right, other) = a, b
    if lead != other:
        raise InvalidArgumentError(
            f"Mismatched group shapes {list(lead)} vs {list(other)}: all sizes but the "
            "last must agree."
        )
    function = _FUNCTIONS[set_operation]
    found = [function(x, y) for x, y in zip(left, right, strict=True)]
    indices = [
        (*at, j)
        for at, row in zip(np.ndindex(lead), found, strict=True)
        for j in range(len(row))
    ]
    width = max(map(len, found), default=0)
    where = np.array(indices, np.int64).reshape(-1, len(lead) + 1)
    values = np.concatenate(found) if found else np.zeros(0, kind)
    return where, values.astype(kind), np.array([*lead, width], np.int64)


def _declared(name: str, inputs: str):
    return op(
        name,
        f"{inputs} -> result_indices: int64, result_values: T, result_shape: int64",
        shape=_shapes,
        host=True,
        gradient=STOPS,
    )


def _shapes(*inputs, **_):
    sparse = len(inputs) == 6
    first = inputs[2 if sparse else 0].dims
    rank = None
    if first is not None:  # the first set, or its shape
        rank = first[0] if sparse else len(first)
    return [(None, rank), (None,), (rank,)]


@_declared("DenseToDenseSetOperation", "set1: T, set2: T")
def dense_to_dense(set1, set2, *, set_operation, validate_indices=True):
    del validate_indices
    kind = np.asarray(set1).dtype
    return _combined(_dense_rows(set1), _dense_rows(set2), kind, set_operation)


@_declared(
    "DenseToSparseSetOperation",
    "set1: T, set2_indices: int64, set2_values: T, set2_shape: int64",
)
def dense_to_sparse(
    set1, set2_indices, set2_values, set2_shape, *, set_operation, validate_indices=True
):
    del validate_indices
    right = _sparse_rows(set2_indices, set2_values, set2_shape)
    kind = np.asarray(set1).dtype
    return _combined(_dense_rows(set1), right, kind, set_operation)


@_declared(
    "SparseToSparseSetOperation",
    "set1_indices: int64, set1_values: T, set1_shape: int64, set2_indices: int64,"
    " set2_values: T, set2_shape: int64",
)
def sparse_to_sparse(
    set1_indices, set1_values, set1_shape, set2_indices, set2_values, set2_shape, *,
    set_operation, validate_indices=True,
):  # fmt: skip
    del validate_indices
    left = _sparse_rows(set1_indices, set1_values, set1_shape)
    right = _sparse_rows(set2_indices, set2_values, set2_shape)
    return _combined(left, right, np.asarray(set1_values).dtype, set_operation)


@op(
    "SetSize",
    "set_indices: int64, set_values: T, set_shape: int64 -> size: int32",
    shape=lambda set_indices, set_values, set_shape, **_: (
        None
        if not set_shape.dims or set_shape.dims[0] is None
        else (None,) * (set_shape.dims[0] - 1)
    ),
    host=True,
    gradient=STOPS,
)
def set_size(set_indices, set_values, set_shape, *, validate_indices=True):
    del validate_indices
    rows, lead = _sparse_rows(set_indices, set_values, set_shape)
    return np.array([len(np.unique(r)) for r in rows], np.int32).reshape(lead)
