"""Sums, means, products and extremes over segments of rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import FLOATING, NUMBERS, REAL
from penstock.core.dtypes import int32 as int32_type
from penstock.core.errors import InvalidArgumentError, ShapeError
from penstock.core.shapes import Dims, show
from penstock.ir.constant import constant_value
from penstock.ir.op import TABLE, op
from penstock.ops.array import ones_like, zeros_like
from penstock.ops.math_arithmetic import mul, real_div
from penstock.ops.math_binary import maximum
from penstock.ops.math_cast import cast
from penstock.ops.math_comparison import equal, greater, greater_equal, select
from penstock.ops.xla import jnp

SORTED = "data: T, segment_ids: Tindices -> output: T"
UNSORTED = "data: T, segment_ids: Tindices, num_segments: Tnumsegments -> output: T"


def _rows(data, ids, **_) -> Dims:
    if data.dims is None:
        return None
    return (None, *data.dims[1:])


def _boundaries(data, ids):
    """(starts of runs of equal ids, those ids, how many segments). Checks the ids."""
    ids = np.asarray(ids)
    if len(ids) != len(data):
        raise InvalidArgumentError(
            f"segment_ids should be the same size as dimension 0 of input: {len(ids)} "
            f"and {len(data)}"
        )
    if len(ids) == 0:
        return ids, ids, 0
    if np.any(np.diff(ids) < 0):
        raise InvalidArgumentError("segment ids are not increasing")
    if ids[0] < 0:
        raise InvalidArgumentError("segment ids must be >= 0")
    starts = np.flatnonzero(np.r_[True, np.diff(ids) > 0])
    return starts, ids[starts], int(ids[-1]) + 1


def _segmented(function: np.ufunc, data, ids, empty) -> np.ndarray:
    """`function` over each run of rows; `empty` where no row has the id."""
    starts, present, count = _boundaries(data, ids)
    out = np.full((count, *data.shape[1:]), empty, data.dtype)
    if count:
        out[present] = function.reduceat(data, starts, axis=0)
    return out


# The number of segments is a value, and their shape follows: these run on the host.


@op("SegmentSum", SORTED, shape=_rows, host=True, where={"T": NUMBERS})
def segment_sum(data, segment_ids):
    return _segmented(np.add, data, segment_ids, 0)


@segment_sum.gradient
def _(node, dy):
    return _gather(dy, node.inputs[1]), None


def _gather(rows, ids):
    return TABLE["GatherV2"](rows, ids, 0)


@op("SegmentMean", SORTED, shape=_rows, host=True, where={"T": NUMBERS})
def segment_mean(data, segment_ids):
    total = _segmented(np.add, data, segment_ids, 0)
    counts = _counts(data, segment_ids, total).astype(data.dtype)
    return (total / counts).astype(data.dtype)  # of integers, cut off


def _counts(data, ids, total) -> np.ndarray:
    """How many rows each segment has, at least 1, shaped to divide `total`."""
    counts = np.bincount(np.asarray(ids), minlength=len(total))[: len(total)]
    return np.maximum(counts, 1).reshape(-1, *[1] * (data.ndim - 1))


@segment_mean.gradient
def _(node, dy):
    data, ids = node.inputs
    ones = TABLE["Fill"](_ones_shape(data, ids), np.ones((), dy.dtype.np))
    counts = segment_sum(ones, ids)
    return _gather(real_div(dy, counts), ids), None


def _ones_shape(data, ids):
    """[rows, 1, ..., 1], with as many axes as `data`."""
    if data.dims is None:
        raise LookupError("The gradient of SegmentMean needs data of known rank.")
    rows = TABLE["Shape"](ids, out_type=int32_type)
    return TABLE["ConcatV2"]([rows, np.ones(len(data.dims) - 1, np.int32)], 0)


@op("SegmentProd", SORTED, shape=_rows, host=True, where={"T": NUMBERS})
def segment_prod(data, segment_ids):
    return _segmented(np.multiply, data, segment_ids, 1)


@segment_prod.gradient
def _(node, dy):
    """dy times the product of the segment's other rows, right at zeros too."""
    data, ids = node.inputs
    zero = equal(data, zeros_like(data))
    zeros = segment_sum(cast(zero, DstT=int32_type), ids)
    dy = select(greater(zeros, 1), zeros_like(dy), dy)
    filled = select(zero, ones_like(data), data)
    others = _gather(segment_prod(filled, ids), ids)
    divided = real_div(_gather(node.outputs[0], ids), filled)
    return mul(_gather(dy, ids), select(zero, others, divided)), None


@op("SegmentMax", SORTED, shape=_rows, host=True, where={"T": REAL})
def segment_max(data, segment_ids):
    return _segmented(np.maximum, data, segment_ids, 0)


@op("SegmentMin", SORTED, shape=_rows, host=True, where={"T": REAL})
def segment_min(data, segment_ids):
    return _segmented(np.minimum, data, segment_ids, 0)


def _shared_sorted(node, dy):
    """Rows that tie for a segment's extreme share its gradient."""
    data, ids = node.inputs
    best = equal(data, _gather(node.outputs[0], ids))
    chosen = cast(best, DstT=dy.dtype)
    weighed = real_div(dy, segment_sum(chosen, ids))
    return select(best, _gather(weighed, ids), zeros_like(data)), None


segment_max.gradient(_shared_sorted)
segment_min.gradient(_shared_sorted)


def _numbered(data, ids, num_segments, **_) -> Dims:
    if data.dims is None or ids.dims is None:
        return None
    inner = len(ids.dims)
    for a, b in zip(data.dims, ids.dims, strict=False):
        if inner > len(data.dims) or (a is not None and b is not None and a != b):
            raise ShapeError(
                f"segment_ids {show(ids.dims)} must be the first sizes of data "
                f"{show(data.dims)}."
            )
    value = constant_value(num_segments)
    count = None if value is None else int(value)
    return (count, *data.dims[inner:])


def _below(data, ids, num_segments) -> tuple:
    count = int(num_segments)
    message = f"segment_ids must be below num_segments, which is {count}"
    return jnp.all(jnp.less(ids, count)), message


def _scattered(data, ids, num_segments, empty, combine: str):
    """Rows combined by id into `num_segments`; negative ids are left out."""
    data, count = jnp.asarray(data), int(num_segments)
    ids = jnp.where(jnp.less(ids, 0), count, jnp.asarray(ids))
    start = jnp.full((count, *data.shape[jnp.ndim(ids) :]), empty, data.dtype)
    return getattr(start.at[ids], combine)(data, mode="drop")


FLAGS: dict[str, Any] = {"shape": _numbered, "static": (2,), "guard": _below}


@op("UnsortedSegmentSum", UNSORTED, where={"T": NUMBERS}, **FLAGS)
def unsorted_segment_sum(data, segment_ids, num_segments):
    return _scattered(data, segment_ids, num_segments, 0, "add")


@unsorted_segment_sum.gradient
def _(node, dy):
    return _gather_or_zero(dy, node.inputs[1]), None, None


def _gather_or_zero(rows, ids):
    """The row of each id; zeros for negative ids."""
    safe = maximum(ids, zeros_like(ids))
    gathered = _gather(rows, safe)
    inside = greater_equal(ids, zeros_like(ids))
    return select(_like(inside, ids, gathered), gathered, zeros_like(gathered))


def _like(mask, ids, rows):
    """`mask`, shaped as `ids`, with axes of size 1 for the rest of `rows`."""
    if ids.dims is None or rows.dims is None:
        raise LookupError("Gradients of segments need ids and data of known rank.")
    for _ in range(len(rows.dims) - len(ids.dims)):
        mask = TABLE["ExpandDims"](mask, -1)
    return mask


def _lowest(dtype):
    kind = jnp.iinfo if jnp.issubdtype(dtype, jnp.integer) else jnp.finfo
    return kind(dtype).min


def _highest(dtype):
    kind = jnp.iinfo if jnp.issubdtype(dtype, jnp.integer) else jnp.finfo
    return kind(dtype).max


@op("UnsortedSegmentMax", UNSORTED, where={"T": REAL}, **FLAGS)
def unsorted_segment_max(data, segment_ids, num_segments):
    empty = _lowest(jnp.asarray(data).dtype)
    return _scattered(data, segment_ids, num_segments, empty, "max")


@op("UnsortedSegmentMin", UNSORTED, where={"T": REAL}, **FLAGS)
def unsorted_segment_min(data, segment_ids, num_segments):
    empty = _highest(jnp.asarray(data).dtype)
    return _scattered(data, segment_ids, num_segments, empty, "min")


def _shared_unsorted(node, dy):
    data, ids, count = node.inputs
    best = equal(data, _gather_or_zero(node.outputs[0], ids))
    inside = _like(greater_equal(ids, zeros_like(ids)), ids, data)
    best = TABLE["LogicalAnd"](best, inside)
    ties = unsorted_segment_sum(cast(best, DstT=dy.dtype), ids, count)
    shared = _gather_or_zero(real_div(dy, ties), ids)
    return select(best, shared, zeros_like(shared)), None, None


unsorted_segment_max.gradient(_shared_unsorted)
unsorted_segment_min.gradient(_shared_unsorted)


@op("UnsortedSegmentProd", UNSORTED, where={"T": NUMBERS}, **FLAGS)
def unsorted_segment_prod(data, segment_ids, num_segments):
    return _scattered(data, segment_ids, num_segments, 1, "multiply")


@unsorted_segment_prod.gradient
def _(node, dy):
    """dy times the product of the segment's other rows, right at zeros too."""
    data, ids, count = node.inputs
    zero = equal(data, zeros_like(data))
    zeros = unsorted_segment_sum(cast(zero, DstT=int32_type), ids, count)
    dy = select(greater(zeros, 1), zeros_like(dy), dy)
    filled = select(zero, ones_like(data), data)
    others = _gather_or_zero(unsorted_segment_prod(filled, ids, count), ids)
    divided = real_div(_gather_or_zero(node.outputs[0], ids), filled)
    return mul(_gather_or_zero(dy, ids), select(zero, others, divided)), None, None


SPARSE = "data: T, indices: Tidx, segment_ids: Tsegmentids -> output: T"
SPARSE_NUMBERED = (
    "data: T, indices: Tidx, segment_ids: Tsegmentids, "
    "num_segments: Tnumsegments -> output: T"
)
FLOATS = {"T": FLOATING}


def _sparse_rows(data, indices, ids, num_segments=None, **_) -> Dims:
    if data.dims is None:
        return None
    value = None if num_segments is None else constant_value(num_segments)
    return (None if value is None else int(value), *data.dims[1:])


def _sparse(data, indices, ids, count=None, power: float = 0.0):
    """Rows data[indices] summed by id, divided by (rows of the id) ** power."""
    rows = np.asarray(data)[np.asarray(indices)]
    total = _segmented(np.add, rows, ids, 0)
    if power:
        counts = _counts(rows, ids, total)
        total = (total / counts**power).astype(total.dtype)
    if count is None:
        return total
    out = np.zeros((int(count), *total.shape[1:]), total.dtype)
    out[: len(total)] = total[: int(count)]
    return out


def _sparse_gradient(power: float):
    def rule(node, dy):
        data, indices, ids = node.inputs[:3]
        if power:
            rows = TABLE["GatherV2"](data, indices, 0)
            counts = segment_sum(
                TABLE["Fill"](_ones_shape(rows, ids), np.ones((), dy.dtype.np)), ids
            )
            counts = maximum(counts, ones_like(counts))
            scale = counts if power == 1 else TABLE["Sqrt"](counts)
            dy = real_div(dy, _padded(scale, dy, node))
        shape = TABLE["Shape"](data, out_type=int32_type)
        first = TABLE["StridedSlice"](shape, [0], [1], [1], shrink_axis_mask=1)
        back = unsorted_segment_sum(_gather(dy, ids), indices, first)
        return [back, *[None] * (len(node.inputs) - 1)]

    return rule


def _padded(scale, dy, node):
    """`scale` with ones for the segments beyond the last id that `dy` has."""
    if len(node.inputs) == 3:
        return scale
    rank = len(scale.dims)
    rows = [
        TABLE["StridedSlice"](
            TABLE["Shape"](t, out_type=int32_type), [0], [1], [1], shrink_axis_mask=1
        )
        for t in (dy, scale)
    ]
    more = TABLE["Sub"](*rows)
    first = TABLE["Pack"]([0, more], axis=0)
    rest = np.zeros((rank - 1, 2), np.int32)
    first = TABLE["ExpandDims"](first, 0)
    paddings = TABLE["ConcatV2"]([first, rest], 0) if rank > 1 else first
    return TABLE["PadV2"](scale, paddings, np.ones((), scale.dtype.np))


def _declare_sparse(kind: str, power: float):
    def body(data, indices, segment_ids):
        return _sparse(data, indices, segment_ids, None, power)

    def numbered(data, indices, segment_ids, num_segments):
        return _sparse(data, indices, segment_ids, num_segments, power)

    made = []
    for name, signature, function in (
        (f"SparseSegment{kind}", SPARSE, body),
        (f"SparseSegment{kind}WithNumSegments", SPARSE_NUMBERED, numbered),
    ):
        attrs = {"sparse_gradient": False}
        declare = op(
            name, signature, shape=_sparse_rows, host=True, attrs=attrs, where=FLOATS
        )
        made.append(declare(function))
        made[-1].gradient(_sparse_gradient(power))
    return made


sparse_segment_sum, sparse_segment_sum_numbered = _declare_sparse("Sum", 0.0)
sparse_segment_mean, sparse_segment_mean_numbered = _declare_sparse("Mean", 1.0)
sparse_segment_sqrt_n, sparse_segment_sqrt_n_numbered = _declare_sparse("SqrtN", 0.5)
