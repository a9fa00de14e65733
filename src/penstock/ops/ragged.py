"""Rows of different lengths: between flat values and padded arrays, on the host."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from penstock.core.dtypes import INDEX, int64
from penstock.ir.op import STOPS, TABLE, op


def _padded_dims(values, splits, default, **_):
    if values.dims is None:
        return None
    rows = None if splits.dims is None or splits.dims[0] is None else splits.dims[0] - 1
    return (rows, None, *values.dims[1:])


def _filled(splits) -> np.ndarray:
    """Which entries [rows, longest] of the padded array hold values."""
    lengths = np.diff(np.asarray(splits))
    width = int(lengths.max()) if len(lengths) else 0
    return np.arange(width) < lengths[:, None]  # type: ignore


@op(
    "_RaggedPad",
    "values: T, splits: int64, default: T -> dense: T",
    shape=_padded_dims,
    host=True,
)
def ragged_pad(values, splits, default):
    """The rows [splits[i], splits[i + 1]) of `values`, filled up with `default`."""
    values = np.asarray(values)
    at = _filled(splits)
    out = np.empty((*at.shape, *values.shape[1:]), values.dtype)
    out[...] = default
    out[at] = values
    return out


@ragged_pad.gradient
def _(node, dy):
    return ragged_unpad(dy, node.inputs[1]), None, None


@op(
    "_RaggedUnpad",
    "dense: T, splits: int64 -> values: T",
    shape=lambda dense, splits, **_: (
        None if dense.dims is None else (None, *dense.dims[2:])
    ),
    host=True,
)
def ragged_unpad(dense, splits):
    """The entries of `dense` that `_RaggedPad` put there."""
    return np.asarray(dense)[_filled(splits)]


@ragged_unpad.gradient
def _(node, dy):
    zero = np.zeros((), node.inputs[0].dtype.base_dtype.np)
    return TABLE["_RaggedPad"](dy, node.inputs[1], zero), None


@op(
    "_RowIds",
    "splits: int64 -> ids: int64",
    shape=lambda *_, **__: (None,),
    gradient=STOPS,
    host=True,
)
def row_ids(splits):
    """For each value the number of its row."""
    lengths = np.diff(np.asarray(splits))
    return np.repeat(np.arange(len(lengths)), lengths)  # type: ignore


@op(
    "_RowsOf",
    "splits: int64, rows: Tindex -> at: int64, splits_of: int64",
    shape=lambda *_, **__: [(None,), (None,)],
    where={"Tindex": INDEX},
    gradient=STOPS,
    host=True,
)
def rows_of(splits, rows):
    """Positions of the values of some rows, and where those rows end."""
    splits, rows = np.asarray(splits), np.asarray(rows)
    parts = [np.arange(splits[r], splits[r + 1]) for r in rows]  # type: ignore
    ends = np.concatenate([[0], np.cumsum([len(p) for p in parts], dtype=np.int64)])
    at = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    return at.astype(np.int64), ends.astype(int64.np)


@op(
    "_Interleaved",
    "splits: N*Tsplits -> at: int64, joined: int64",
    shape=lambda *_, **__: [(None,), (None,)],
    gradient=STOPS,
    host=True,
)
def interleaved(splits):
    """For rows joined side by side: positions in all values one after another."""
    splits = [np.asarray(s) for s in splits]
    first = np.concatenate([[0], np.cumsum([s[-1] for s in splits])])
    parts = [
        np.arange(s[i], s[i + 1]) + first[k]
        for i in range(len(splits[0]) - 1)
        for k, s in enumerate(splits)
    ]
    at = np.concatenate(parts) if parts else np.zeros(0)
    return at.astype(np.int64), np.sum(splits, axis=0).astype(np.int64)


@op(
    "_RowSlices",
    "splits: int64 -> at: int64, sliced: int64",
    shape=lambda *_, **__: [(None,), (None,)],
    attrs={"start": None, "stop": None, "step": None},
    gradient=STOPS,
    host=True,
)
def row_slices(splits, *, start=None, stop=None, step=None):
    """Positions of `row[start:stop:step]` of every row."""
    splits = np.asarray(splits)
    cut = slice(start, stop, step)
    parts = [np.arange(a, b)[cut] for a, b in pairwise(splits)]
    ends = np.concatenate([[0], np.cumsum([len(p) for p in parts])])
    at = np.concatenate(parts) if parts else np.zeros(0)
    return at.astype(np.int64), ends.astype(np.int64)
