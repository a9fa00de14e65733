"""Segments, bins, histograms, confusion matrices."""

from __future__ import annotations

import numpy as np

from penstock.api.array import concat, ones, rank, reshape, shape, size, stack
from penstock.api.math_functions import cast
from penstock.api.math_reduce import reduce_max
from penstock.api.operands import tensor_named
from penstock.api.scopes import scope, tensor
from penstock.api.slicing import getitem
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE
from penstock.ops import math_arithmetic as arithmetic
from penstock.ops import math_binary, math_bincount, math_comparison
from penstock.ops import math_segment as ops
from penstock.ops.math_elementwise import sqrt


def segment_sum(data, segment_ids, name=None):
    """Sums of rows with equal ids, which must be sorted. As `tf.math.segment_sum`."""
    return ops.segment_sum(data, segment_ids, name=name)


def segment_mean(data, segment_ids, name=None):
    """Means of rows with equal ids, which must be sorted."""
    return ops.segment_mean(data, segment_ids, name=name)


def segment_prod(data, segment_ids, name=None):
    """Products of rows with equal ids, which must be sorted."""
    return ops.segment_prod(data, segment_ids, name=name)


def segment_max(data, segment_ids, name=None):
    """The largest of rows with equal ids, which must be sorted."""
    return ops.segment_max(data, segment_ids, name=name)


def segment_min(data, segment_ids, name=None):
    """The smallest of rows with equal ids, which must be sorted."""
    return ops.segment_min(data, segment_ids, name=name)


def unsorted_segment_sum(data, segment_ids, num_segments, name=None):
    """Sums of rows by id, [num_segments, ...]; rows with negative ids are left out."""
    return ops.unsorted_segment_sum(data, segment_ids, num_segments, name=name)


def unsorted_segment_prod(data, segment_ids, num_segments, name=None):
    """Products of rows by id; 1 where an id has none."""
    return ops.unsorted_segment_prod(data, segment_ids, num_segments, name=name)


def unsorted_segment_max(data, segment_ids, num_segments, name=None):
    """The largest of rows by id; the dtype's lowest number where an id has none."""
    return ops.unsorted_segment_max(data, segment_ids, num_segments, name=name)


def unsorted_segment_min(data, segment_ids, num_segments, name=None):
    """The smallest of rows by id; the dtype's highest number where an id has none."""
    return ops.unsorted_segment_min(data, segment_ids, num_segments, name=name)


def unsorted_segment_mean(data, segment_ids, num_segments, name=None):
    """Means of rows by id; 0 where an id has none."""
    with scope(name, "UnsortedSegmentMean"):
        data = tensor_named(data, None, None)
        segment_ids = tensor_named(segment_ids, None, None)
        counts = _counts(data, segment_ids, num_segments)
        total = ops.unsorted_segment_sum(data, segment_ids, num_segments)
        return arithmetic.real_div(total, counts, name="truediv")


def unsorted_segment_sqrt_n(data, segment_ids, num_segments, name=None):
    """Sums of rows by id over the root of how many they are."""
    with scope(name, "UnsortedSegmentSqrtN"):
        data = tensor_named(data, None, None)
        segment_ids = tensor_named(segment_ids, None, None)
        counts = _counts(data, segment_ids, num_segments)
        total = ops.unsorted_segment_sum(data, segment_ids, num_segments)
        return arithmetic.real_div(total, sqrt(counts), name="truediv")


def _counts(data, ids, num_segments):
    """How many rows each id has, at least 1, shaped to divide the sums."""
    count = tensor_named(num_segments, None, "Const")
    rows = ops.unsorted_segment_sum(ones(_shape_of(ids), data.dtype), ids, count)
    first = getitem(count, None)
    inner = arithmetic.sub(rank(data), rank(ids), name="sub")
    tail = ones([inner], count.dtype)
    return math_binary.maximum(reshape(rows, concat([first, tail], 0)), 1)


def _shape_of(x):
    """The shape of `x`, in the node that TensorFlow names so."""
    if x.dims is None or None in x.dims:
        return shape(x)
    with scope(None, "Shape"):
        return tensor(np.array(x.dims, np.int32), name="shape_as_tensor")


def sparse_segment_sum(data, indices, segment_ids, name=None, num_segments=None):
    """Sums of the rows data[indices] with equal, sorted ids."""
    return _sparse("sum", data, indices, segment_ids, num_segments, name)


def sparse_segment_mean(data, indices, segment_ids, name=None, num_segments=None):
    """Means of the rows data[indices] with equal, sorted ids."""
    return _sparse("mean", data, indices, segment_ids, num_segments, name)


def sparse_segment_sqrt_n(data, indices, segment_ids, name=None, num_segments=None):
    """Sums of the rows data[indices] over the root of how many they are."""
    return _sparse("sqrt_n", data, indices, segment_ids, num_segments, name)


def _sparse(kind: str, data, indices, segment_ids, num_segments, name):
    op = getattr(ops, f"sparse_segment_{kind}")
    if num_segments is None:
        return op(data, indices, segment_ids, name=name)
    op = getattr(ops, f"sparse_segment_{kind}_numbered")
    return op(data, indices, segment_ids, num_segments, name=name)


def bincount(
    arr, weights=None, minlength=None, maxlength=None, dtype=dtypes.int32, name=None,
    axis=None, binary_output=False,
):  # fmt: skip
    """How often each of 0, 1, ... is in `arr`, or the sum of their `weights`.

    At least `minlength` bins, at most `maxlength`; larger numbers are left out.
    """
    with scope(name, "bincount"):
        arr = tensor_named(arr, None, "arr")
        if not arr.dtype.is_integer:
            raise TypeError(f"bincount: arr must be integers, got {arr.dtype.name}.")
        if weights is not None:
            weights = tensor_named(weights, None, "weights")
        kind = arr.dtype.base_dtype
        nonempty = cast(math_comparison.greater(size(arr), 0), kind)
        found = arithmetic.add(reduce_max(arr), 1, name="add")
        count = arithmetic.mul(nonempty, found, name="mul")
        if minlength is not None:
            least = tensor_named(minlength, kind, "minlength")
            count = math_binary.maximum(least, count)
        if maxlength is not None:
            most = tensor_named(maxlength, kind, "maxlength")
            count = math_binary.minimum(most, count)
        if axis not in (0, None):
            if axis != -1 or arr.dims is None or len(arr.dims) > 2:
                raise ValueError(f"bincount: axis must be None, 0 or -1, got {axis}.")
        else:
            arr = reshape(arr, [-1])
        if weights is None:
            weights = tensor(np.zeros(0, as_dtype(dtype).np), name="Const")
        elif axis in (0, None):
            weights = reshape(weights, [-1])
        return math_bincount.dense_bincount(
            arr, count, weights, binary_output=binary_output
        )


def histogram_fixed_width(
    values, value_range, nbins=100, dtype=dtypes.int32, name=None
):
    """How many `values` fall into each of `nbins` equal parts of `value_range`."""
    with scope(name, "histogram_fixed_width") as full:
        return math_bincount.histogram_fixed_width(
            values, value_range, nbins, dtype=as_dtype(dtype), name=full or None
        )


def confusion_matrix(
    labels, predictions, num_classes=None, weights=None, dtype=dtypes.int32, name=None
):
    """[classes, classes]: how often label i was predicted as j.

    Raises ValueError where shapes differ.
    """
    with scope(name, "confusion_matrix"):
        labels = cast(_flat(labels, "labels"), dtypes.int64)
        predictions = cast(_flat(predictions, "predictions"), dtypes.int64)
        if num_classes is None:
            largest = math_binary.maximum(reduce_max(predictions), reduce_max(labels))
            num_classes = arithmetic.add(largest, 1, name="add")
        else:
            num_classes = cast(num_classes, dtypes.int64)
        kind = as_dtype(dtype)
        at = stack([labels, predictions], axis=1)
        square = stack([num_classes, num_classes])
        if weights is None:
            values = TABLE["Fill"](shape(predictions), np.ones((), kind.np))
        else:
            values = cast(weights, kind)
        return TABLE["ScatterNd"](at, values, square)


def _flat(values, name: str):
    """`values` as a vector: columns [n, 1] lose their last axis."""
    values = tensor_named(values, None, name)
    if values.dims is not None and len(values.dims) == 2 and values.dims[1] == 1:
        return TABLE["Squeeze"](values, squeeze_dims=(1,))
    return values
