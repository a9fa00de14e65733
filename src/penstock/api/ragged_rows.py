"""What RaggedTensors do with their rows: pad, index, merge, show."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from penstock.api.scopes import tensor
from penstock.core import dtypes
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import ragged as ops


def bounds(splits):
    return pairwise(np.asarray(splits).tolist())


def is_ragged(value) -> bool:
    return getattr(value, "is_ragged", False) is True


def segment_ids_to_row_splits(segment_ids, num_segments=None, out_type=None, name=None):
    """Where rows end, from the number of the row of each value, sorted."""
    ids = tensor(segment_ids)
    if num_segments is None:
        last = TABLE["ConcatV2"]([[tensor(np.array(-1, ids.dtype.np))], ids], 0)[-1]
        num_segments = TABLE["AddV2"](last, np.array(1, ids.dtype.np))
    count = TABLE["Cast"](tensor(num_segments), DstT=dtypes.int32)
    ones = TABLE["OnesLike"](TABLE["Cast"](ids, DstT=dtypes.int64))
    lengths = TABLE["UnsortedSegmentSum"](ones, ids, count)
    ends = TABLE["Cumsum"](lengths, np.int32(0))
    return TABLE["ConcatV2"]([[np.int64(0)], ends], 0)


def row_splits_to_segment_ids(splits, name=None, out_type=None):
    """For each value the number of its row, from where rows end."""
    return ops.row_ids(tensor(np.asarray(splits, np.int64)))


def from_tensor(kind, tensor_, lengths, padding):
    """RaggedTensor of the rows of a dense tensor without their padding."""
    x = tensor(tensor_)
    if lengths is not None:
        counts = TABLE["Cast"](tensor(lengths), DstT=dtypes.int64)
    elif padding is not None:
        array = np.asarray(x)
        kept = array != np.asarray(padding)
        kept = kept.reshape(*kept.shape[:2], -1).any(-1)
        last = kept.shape[1] - np.argmax(kept[:, ::-1], axis=1)
        counts = tensor(np.where(kept.any(1), last, 0).astype(np.int64))
    else:
        shape = TABLE["Shape"](x, out_type=dtypes.int64)
        counts = TABLE["Fill"](shape[:1], shape[1])
    made = kind.from_row_lengths(TABLE["Reshape"](x, [-1]), counts)
    splits = made.row_splits
    if lengths is not None or padding is not None:
        width = TABLE["Maximum"](_longest(counts), np.int64(0))
        x = x[:, :width]
    return kind(ops.ragged_unpad(x, splits), splits)


def _longest(counts):
    return TABLE["Max"](TABLE["ConcatV2"]([[np.int64(0)], counts], 0), [0])


def to_tensor(ragged, default, shape):
    """A dense tensor of the rows; see `RaggedTensor.to_tensor`."""
    kind = ragged.dtype.base_dtype
    if default is None:
        default = b"" if kind is dtypes.string else np.zeros((), kind.np)
    inner = ragged.values
    if is_ragged(inner):
        rest = None if shape is None else [None, *list(shape)[2:]]
        inner = to_tensor(inner, default, rest)
    out = ops.ragged_pad(inner, ragged.row_splits, tensor(default, kind))
    if shape is None:
        return out
    for axis, size in enumerate(list(shape)[:2]):
        if size is not None:
            out = _sized(out, axis, int(size), default, kind)
    return out


def _sized(x, axis: int, size: int, default, kind):
    cut: list[Any] = [slice(None)] * axis + [slice(0, size)]
    x = x[tuple(cut)]
    have = TABLE["Shape"](x, out_type=dtypes.int32)[axis]
    rank = len(x.dims)
    after = TABLE["Sub"](np.int32(size), have)
    row = TABLE["Mul"](np.eye(rank, dtype=np.int32)[axis], after)
    room = TABLE["Pack"]([np.zeros(rank, np.int32), row], axis=1)
    out = TABLE["PadV2"](x, room, tensor(default, kind))
    dims = list(x.dims)
    dims[axis] = size
    out.set_shape(dims)
    return out


def concat_rows(items):
    """The rows of several RaggedTensors, one after another."""
    kind = next(type(i) for i in items if is_ragged(i))
    items = [i if is_ragged(i) else kind.from_tensor(i) for i in items]
    values = [i.values for i in items]
    if any(map(is_ragged, values)):
        joined = concat_rows(values)
    else:
        joined = TABLE["ConcatV2"](values, 0)
    lengths = TABLE["ConcatV2"]([i.row_lengths() for i in items], 0)
    return kind.from_row_lengths(joined, lengths)


def to_sparse(ragged):
    """A SparseTensor [rows, longest, ...] of the entries."""
    from penstock.api.sparse import SparseTensor

    ids = ragged.value_rowids()
    starts = TABLE["GatherV2"](ragged.row_splits, ids, 0)
    count = TABLE["Size"](ids, out_type=dtypes.int64)
    columns = TABLE["Sub"](TABLE["Range"](np.int64(0), count, np.int64(1)), starts)
    shape = TABLE["Pack"]([ragged.nrows(), _longest(ragged.row_lengths())], axis=0)
    where = TABLE["Pack"]([ids, columns], axis=1)
    if not hasattr(ragged.values, "row_splits"):
        return SparseTensor(where, ragged.values, shape)
    inner = to_sparse(ragged.values)
    where = TABLE["GatherV2"](where, inner.indices[:, 0], 0)
    where = TABLE["ConcatV2"]([where, inner.indices[:, 1:]], 1)
    shape = TABLE["ConcatV2"]([shape, inner.dense_shape[1:]], 0)
    return SparseTensor(where, inner.values, shape)


def take_rows(ragged, rows):
    """The rows that the vector `rows` names, as a RaggedTensor."""
    at, splits = ops.rows_of(ragged.row_splits, tensor(rows))
    return type(ragged)(_gather(ragged.values, at), splits)


def _gather(values, at):
    if is_ragged(values):
        return take_rows(values, at)
    return TABLE["GatherV2"](values, at, 0)


def index(ragged, key):
    """`ragged[key]`."""
    if not isinstance(key, tuple):
        key = (key,)
    first, *rest = key
    if first is None:
        whole = TABLE["Pack"]([np.int64(0), ragged.nrows()], axis=0)
        made = type(ragged)(ragged, whole)
        return index(made, (slice(None), *rest)) if rest else made
    if isinstance(first, slice):
        if first != slice(None):
            count = len(np.asarray(ragged.row_splits)) - 1
            ragged = take_rows(ragged, np.arange(count)[first])
        return _within(ragged, rest) if rest else ragged
    splits = ragged.row_splits
    if not isinstance(first, Tensor):
        count = splits.shape[0]
        if count is not None and not -count < int(first) < count - 1:
            raise IndexError(f"Row {first} of a RaggedTensor of {count - 1} rows.")
        first = int(first) + (count - 1 if int(first) < 0 and count else 0)
        row = ragged.values[splits[first] : splits[first + 1]]
    else:
        row = ragged.values[splits[first] : splits[first + 1]]
    return row[tuple(rest)] if rest else row


def _within(ragged, rest):
    """The same index into every row."""
    first, *more = rest
    if isinstance(first, slice):
        at, splits = ops.row_slices(
            ragged.row_splits, start=first.start, stop=first.stop, step=first.step
        )
        made = type(ragged)(_gather(ragged.values, at), splits)
        if not more:
            return made
        inner = made.values
        cut = _within(inner, more) if is_ragged(inner) else inner[(slice(None), *more)]
        return type(ragged)(cut, made.row_splits)
    if first is None:
        values = ragged.values
        ends = TABLE["Range"](np.int64(0), _count(values) + 1, np.int64(1))
        return type(ragged)(type(ragged)(values, ends), ragged.row_splits)
    if first is Ellipsis:
        return _within(ragged, more) if more else ragged
    raise ValueError("Cannot index into an inner ragged dimension.")


def _count(values):
    if is_ragged(values):
        return values.nrows()
    return TABLE["Shape"](values, out_type=dtypes.int64)[0]


def merge_dims(ragged, outer: int, inner: int):
    """Dimensions `outer` to `inner` as one; see `RaggedTensor.merge_dims`."""
    rank = len(ragged.shape)
    outer, inner = outer % rank, inner % rank
    if outer == inner:
        return ragged
    if outer > 0:
        values = ragged.values
        if is_ragged(values):
            return ragged.with_values(merge_dims(values, outer - 1, inner - 1))
        dims = list(values.shape)
        dims[outer - 1 : inner] = [-1]
        return ragged.with_values(TABLE["Reshape"](values, [d or -1 for d in dims]))
    values = ragged.values
    if inner == 1:
        return values
    return (
        merge_dims(values, 0, inner - 1)
        if is_ragged(values)
        else TABLE["Reshape"](values, [-1, *list(values.shape)[inner:]])
    )


def as_numpy(ragged) -> np.ndarray:
    """Rows as an object array of arrays, or one array where all are as long."""
    inner = ragged.values
    flat = as_numpy(inner) if is_ragged(inner) else np.asarray(inner)
    rows = [flat[a:b] for a, b in bounds(ragged.row_splits)]
    if not rows:
        return np.zeros((0, 0), flat.dtype)
    if len({r.shape for r in rows}) <= 1 and flat.dtype != object:
        return np.array(rows)
    if len({len(r) for r in rows}) <= 1:
        return np.array([list(r) for r in rows], object)
    out = np.empty(len(rows), object)
    out[:] = rows
    return out


def shown(rows: list) -> str:
    """Nested lists as TensorFlow prints them: like NumPy, with commas."""
    shape = _even(rows)
    array = np.empty(shape, object)
    for at in np.ndindex(*shape):
        item = rows
        for place in at:
            item = item[place]
        array[at] = item
    return np.array2string(array, separator=", ", formatter={"all": _item})


def _even(rows: list) -> tuple[int, ...]:
    """The sizes of the outer dimensions in which no row differs from another."""
    shape, level = [len(rows)], rows
    while level and all(isinstance(r, list) and r for r in level):
        if len({len(r) for r in level}) > 1:
            break
        shape.append(len(level[0]))
        level = [item for row in level for item in row]
    return tuple(shape)


def _item(value) -> str:
    return shown(value) if isinstance(value, list) else str(value)
