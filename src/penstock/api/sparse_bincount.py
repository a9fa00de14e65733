"""Counts of integers that keep only the bins that are not empty."""

from __future__ import annotations

import numpy as np

from penstock.api.ragged import RaggedTensor
from penstock.api.scopes import scope, tensor
from penstock.api.sparse import SparseTensor
from penstock.core import dtypes
from penstock.ir.op import TABLE


def bincount(values, weights=None, axis=0, minlength=None, maxlength=None,
             binary_output=False, name=None):  # fmt: skip
    """How often each integer stands in `values`, or what its `weights` sum to.

    `axis=0` counts all together, -1 each row of a matrix (dense, sparse or ragged).
    Integers from `maxlength` on are left out. Raises ValueError for other axes.
    """
    if axis not in (0, -1):
        raise ValueError(f"Unsupported value for argument axis={axis}. Only 0 and -1.")
    with scope(name, "count"):
        flat, rows, count = _rows(values, axis)
        if weights is None:
            flat_weights = TABLE["OnesLike"](TABLE["Cast"](flat, DstT=dtypes.int32))
        else:
            flat_weights = _rows(weights, axis)[0]
        indices, sums, shape = TABLE["_SparseCounts"](
            flat, rows, count, flat_weights, minlength=minlength or 0,
            maxlength=-1 if maxlength is None else int(maxlength),
            binary=bool(binary_output),
        )  # fmt: skip
        return SparseTensor(indices, sums, shape)


def _rows(values, axis: int):
    """(entries, the row of each, number of rows; -1 where there are no rows)."""
    none = np.int64(-1)
    if isinstance(values, SparseTensor):
        if axis == 0:
            return values.values, values.indices[:, 0], none
        return values.values, values.indices[:, 0], values.dense_shape[0]
    if isinstance(values, RaggedTensor):
        return values.values, values.value_rowids(), values.nrows() if axis else none
    values = tensor(values)
    flat = TABLE["Reshape"](values, [-1])
    if axis == 0 or len(values.shape) == 1:
        return flat, np.zeros(0, np.int64), none
    shape = TABLE["Shape"](values, out_type=dtypes.int64)
    rows = TABLE["Range"](np.int64(0), shape[0], np.int64(1))
    rows = TABLE["BroadcastTo"](rows[:, None], shape)
    return flat, TABLE["Reshape"](rows, [-1]), shape[0]


__all__ = ["bincount"]
