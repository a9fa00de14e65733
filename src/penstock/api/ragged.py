"""`tf.RaggedTensor`: rows of different lengths, as values and where rows end."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from penstock.api.scopes import tensor
from penstock.core import dtypes
from penstock.core.dtypes import DType, as_dtype
from penstock.core.shapes import TensorShape
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


class RaggedTensor:
    """`values` [n, ...] cut into rows at `row_splits` int64 [rows + 1].

    `values` may be ragged again. As `tf.RaggedTensor`.
    """

    def __init__(self, values, row_splits):
        self._values = values
        self._row_splits = row_splits

    # --- making ---------------------------------------------------------------------

    @classmethod
    def from_row_splits(
        cls, values, row_splits, name=None, validate=True
    ) -> RaggedTensor:
        values = values if isinstance(values, RaggedTensor) else tensor(values)
        return cls(values, tensor(np.asarray(row_splits, np.int64), dtypes.int64))

    @classmethod
    def from_row_lengths(
        cls, values, row_lengths, name=None, validate=True
    ) -> RaggedTensor:
        lengths = np.asarray(row_lengths, np.int64)
        return cls.from_row_splits(values, np.concatenate([[0], np.cumsum(lengths)]))

    @classmethod
    def from_row_starts(
        cls, values, row_starts, name=None, validate=True
    ) -> RaggedTensor:
        starts = np.asarray(row_starts, np.int64)
        return cls.from_row_splits(values, np.append(starts, _length(values)))

    @classmethod
    def from_row_limits(
        cls, values, row_limits, name=None, validate=True
    ) -> RaggedTensor:
        limits = np.asarray(row_limits, np.int64)
        return cls.from_row_splits(values, np.concatenate([[0], limits]))

    @classmethod
    def from_value_rowids(cls, values, value_rowids, nrows=None, name=None,
                          validate=True) -> RaggedTensor:  # fmt: skip
        ids = np.asarray(value_rowids, np.int64)
        count = int(ids[-1]) + 1 if len(ids) else 0
        count = count if nrows is None else int(nrows)
        return cls.from_row_lengths(values, np.bincount(ids, minlength=count))

    @classmethod
    def from_tensor(cls, tensor_, lengths=None, padding=None, ragged_rank=1, name=None,
                    row_splits_dtype=dtypes.int64) -> RaggedTensor:  # fmt: skip
        """The rows of `tensor_` without their padding."""
        array = np.asarray(tensor(tensor_))
        if lengths is not None:
            counts = np.asarray(lengths, np.int64)
        elif padding is not None:
            kept = array != np.asarray(padding)
            kept = kept.reshape(*kept.shape[:2], -1).any(-1)
            last = kept.shape[1] - np.argmax(kept[:, ::-1], axis=1)
            counts = np.where(kept.any(1), last, 0)
        else:
            counts = np.full(len(array), array.shape[1])
        rows = [row[:n] for row, n in zip(array, counts, strict=True)]
        return cls.from_row_lengths(np.concatenate(rows), counts)

    @classmethod
    def from_sparse(cls, st_input, name=None) -> RaggedTensor:
        """The rows of a SparseTensor [rows, columns] without gaps."""
        ids = np.asarray(st_input.indices)[:, 0]
        rows = int(np.asarray(st_input.dense_shape)[0])
        return cls.from_value_rowids(st_input.values, ids, rows)

    # --- what it is -------------------------------------------------------------------

    @property
    def values(self):
        return self._values

    @property
    def row_splits(self) -> Tensor:
        return self._row_splits

    @property
    def flat_values(self) -> Tensor:
        inner = self._values
        return inner.flat_values if isinstance(inner, RaggedTensor) else inner

    @property
    def nested_row_splits(self) -> tuple:
        inner = self._values
        rest = inner.nested_row_splits if isinstance(inner, RaggedTensor) else ()
        return (self._row_splits, *rest)

    @property
    def dtype(self) -> DType:
        return self._values.dtype

    @property
    def ragged_rank(self) -> int:
        return len(self.nested_row_splits)

    @property
    def shape(self) -> TensorShape:
        rows = self._row_splits.shape[0]
        rest = list(self._values.shape)[1:]
        return TensorShape([None if rows is None else rows - 1, None, *rest])

    def get_shape(self) -> TensorShape:
        return self.shape

    def _components(self) -> list[Tensor]:
        return [self._values, self._row_splits]

    def nrows(self, out_type=None, name=None):
        return tensor(np.int64(len(self._splits()) - 1))

    def row_lengths(self, axis=1, name=None):
        return tensor(np.diff(self._splits()))

    def row_starts(self, name=None):
        return tensor(self._splits()[:-1])

    def row_limits(self, name=None):
        return tensor(self._splits()[1:])

    def value_rowids(self, name=None):
        counts = np.diff(self._splits())
        return tensor(np.repeat(np.arange(len(counts)), counts))

    def bounding_shape(self, axis=None, name=None, out_type=None):
        shape = np.array(self._padded().shape, np.int64)
        return tensor(shape if axis is None else shape[axis])

    def _splits(self) -> np.ndarray:
        return np.asarray(self._row_splits)

    # --- as other things --------------------------------------------------------------

    def to_list(self) -> list:
        """Nested Python lists."""
        inner = self._values
        flat = inner.to_list() if isinstance(inner, RaggedTensor) else _listed(inner)
        s = self._splits()
        return [flat[a:b] for a, b in pairwise(s)]

    def numpy(self) -> np.ndarray:
        """Rows as an object array of arrays, or one array where all are as long."""
        rows = [np.asarray(row) for row in self._rows()]
        if len({r.shape for r in rows}) <= 1:
            return np.array(rows)
        out = np.empty(len(rows), object)
        out[:] = rows
        return out

    def _rows(self) -> list:
        s = self._splits()
        inner = self._values
        if isinstance(inner, RaggedTensor):
            rows = inner._rows()
            return [
                np.array([np.asarray(r) for r in rows[a:b]], object)
                for a, b in pairwise(s)
            ]
        flat = np.asarray(inner)
        return [flat[a:b] for a, b in pairwise(s)]

    def _padded(self, fill: Any = None) -> np.ndarray:
        inner = self._values
        flat = (
            inner._padded(fill)
            if isinstance(inner, RaggedTensor)
            else np.asarray(inner)
        )
        if fill is None:
            fill = b"" if self.dtype is dtypes.string else np.zeros((), flat.dtype)
        lengths = np.diff(self._splits())
        width = int(lengths.max()) if len(lengths) else 0
        out = np.full((len(lengths), width, *flat.shape[1:]), fill, flat.dtype)
        out[np.arange(width) < lengths[:, None]] = flat
        return out

    def to_tensor(self, default_value=None, name=None, shape=None):
        """A dense tensor, short rows filled up with `default_value` (0)."""
        fill = None if default_value is None else np.asarray(default_value)
        whole = self._padded(fill)
        if shape is not None:
            for axis, size in enumerate(shape):
                if size is None:
                    continue
                cut = [slice(None)] * whole.ndim
                cut[axis] = slice(0, int(size))
                whole = whole[tuple(cut)]
                room = [(0, 0)] * whole.ndim
                room[axis] = (0, int(size) - whole.shape[axis])
                whole = np.pad(whole, room, constant_values=0 if fill is None else fill)
        return tensor(whole)

    def to_sparse(self, name=None):
        from penstock.api.sparse import SparseTensor

        s = self._splits()
        lengths = np.diff(s)
        rows = np.repeat(np.arange(len(lengths)), lengths)
        columns = np.arange(len(rows)) - np.repeat(s[:-1], lengths)
        shape = [len(lengths), int(lengths.max()) if len(lengths) else 0]
        return SparseTensor(np.stack([rows, columns], 1), self._values, np.array(shape))

    def with_values(self, new_values) -> RaggedTensor:
        return RaggedTensor(new_values, self._row_splits)

    def with_flat_values(self, new_values) -> RaggedTensor:
        inner = self._values
        if isinstance(inner, RaggedTensor):
            new_values = inner.with_flat_values(new_values)
        return RaggedTensor(new_values, self._row_splits)

    # --- as Python sees it ------------------------------------------------------------

    def __getitem__(self, index):
        if isinstance(index, tuple):
            first, *rest = index
            if isinstance(first, slice) and first == slice(None) and len(rest) == 1:
                return self._columns(rest[0])
            found = self[first]
            return found[tuple(rest)] if len(rest) > 1 else found[rest[0]]
        s = self._splits()
        if isinstance(index, slice):
            rows = np.arange(len(s) - 1)[index]
            parts = [self._values[int(s[r]) : int(s[r + 1])] for r in rows]
            flat = TABLE["ConcatV2"](parts, 0) if len(parts) > 1 else parts[0]
            return RaggedTensor.from_row_lengths(flat, np.diff(s)[rows])
        at = int(index)
        at = at + len(s) - 1 if at < 0 else at
        if not 0 <= at < len(s) - 1:
            raise IndexError(f"Row {index} of a RaggedTensor of {len(s) - 1} rows.")
        return self._values[int(s[at]) : int(s[at + 1])]

    def _columns(self, index):
        rows = [row[index] for row in self._rows()]
        if isinstance(index, slice):
            flat = np.concatenate(rows)
            return RaggedTensor.from_row_lengths(flat, [len(r) for r in rows])
        return tensor(np.array(rows))

    def __len__(self) -> int:
        return len(self._splits()) - 1

    def __iter__(self):
        return (self[i] for i in np.arange(len(self)))

    def __add__(self, other):
        return self._mapped("AddV2", other)

    def __mul__(self, other):
        return self._mapped("Mul", other)

    def __sub__(self, other):
        return self._mapped("Sub", other)

    __radd__, __rmul__ = __add__, __mul__

    def _mapped(self, op_type: str, other) -> RaggedTensor:
        right = other.flat_values if isinstance(other, RaggedTensor) else other
        return self.with_flat_values(TABLE[op_type](self.flat_values, right))

    def __repr__(self):
        return f"<tf.RaggedTensor {self._shown()}>"

    def _shown(self) -> str:
        return str(self.to_list())


def _listed(flat) -> list:
    return np.asarray(flat).tolist()


def _length(values) -> int:
    return len(values)


def constant(pylist, dtype=None, ragged_rank=None, inner_shape=None, name=None,
             row_splits_dtype=dtypes.int64):  # fmt: skip
    """A RaggedTensor from nested lists; a tensor where they are no deeper than one."""
    if not isinstance(pylist, list | tuple | np.ndarray):
        raise TypeError(f"ragged.constant takes nested lists, received {pylist!r}.")
    depth = _depth(pylist)
    kind = None if dtype is None else as_dtype(dtype)
    if depth < 2:
        return tensor(pylist, kind)
    lengths = [len(row) for row in pylist]
    flat = [item for row in pylist for item in row]
    rank = depth - 1 if ragged_rank is None else ragged_rank
    if rank > 1:
        inner = constant(flat, dtype, rank - 1)
    else:
        empty = np.zeros(0, np.float32 if kind is None else kind.np)
        inner = tensor(flat, kind) if flat else tensor(empty, kind)
    return RaggedTensor.from_row_lengths(inner, lengths)


def _depth(value) -> int:
    if not isinstance(value, list | tuple | np.ndarray):
        return 0
    return 1 + max((_depth(v) for v in value), default=0)


def range(starts, limits=None, deltas=1, dtype=None, name=None, row_splits_dtype=None):
    """Rows [start, limit) in steps of delta."""
    if limits is None:
        starts, limits = np.zeros_like(np.asarray(starts)), starts
    given = [np.atleast_1d(np.asarray(v)) for v in (starts, limits, deltas)]
    a, b, d = np.broadcast_arrays(*given)
    rows = [np.arange(x, y, z) for x, y, z in zip(a, b, d, strict=True)]
    flat = np.concatenate(rows).astype(
        np.int32 if dtype is None else as_dtype(dtype).np
    )
    return RaggedTensor.from_row_lengths(flat, [len(r) for r in rows])


def stack(values, axis=0, name=None) -> RaggedTensor:
    """Tensors of different lengths as the rows of a RaggedTensor."""
    if axis != 0:
        raise ValueError("ragged.stack along another axis than 0 is not in Penstock.")
    flat = TABLE["ConcatV2"]([tensor(v) for v in values], 0)
    return RaggedTensor.from_row_lengths(flat, [len(v) for v in values])


def boolean_mask(data, mask, name=None) -> RaggedTensor:
    """The entries of each row where `mask` (the same rows) is True."""
    rows = [np.asarray(r) for r in data]
    masks = [np.asarray(m, bool) for m in mask]
    kept = [r[m] for r, m in zip(rows, masks, strict=True)]
    return RaggedTensor.from_row_lengths(np.concatenate(kept), [len(k) for k in kept])


def map_flat_values(op, *args, **kwargs):
    """`op` of the flat values of RaggedTensors of the same rows."""
    first = next(a for a in args if isinstance(a, RaggedTensor))
    flat = [a.flat_values if isinstance(a, RaggedTensor) else a for a in args]
    return first.with_flat_values(op(*flat, **kwargs))


__all__ = [
    "RaggedTensor",
    "boolean_mask",
    "constant",
    "map_flat_values",
    "range",
    "stack",
]
