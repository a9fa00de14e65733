"""Sparse tensors in the spellings of 1.x: `tf.sparse_add`, `tf.sparse_reduce_sum`."""

from __future__ import annotations

from penstock.api import sparse_ops as api
from penstock.v1.nn import given

sparse_fill_empty_rows = api.fill_empty_rows
sparse_mask = api.mask
sparse_maximum = api.maximum
sparse_minimum = api.minimum
sparse_reorder = api.reorder
sparse_reset_shape = api.reset_shape
sparse_reshape = api.reshape
sparse_retain = api.retain
sparse_slice = api.slice
sparse_softmax = api.softmax
sparse_to_indicator = api.to_indicator
sparse_transpose = api.transpose


def sparse_add(a, b, threshold=None, thresh=None):
    """As `tf.sparse.add`; `thresh` is the old name of `threshold`."""
    threshold = given("threshold", threshold, "thresh", thresh)
    return api.add(a, b, 0 if threshold is None else threshold)


def sparse_concat(
    axis=None, sp_inputs=None, name=None, expand_nonconcat_dim=False, concat_dim=None,
    expand_nonconcat_dims=None,
):  # fmt: skip
    """As `tf.sparse.concat`; `concat_dim` is the old name of `axis`."""
    axis = given("axis", axis, "concat_dim", concat_dim)
    expand = bool(expand_nonconcat_dim or expand_nonconcat_dims)
    return api.concat(axis, sp_inputs, expand, name)


def sparse_split(
    keyword_required=None, sp_input=None, num_split=None, axis=None, name=None,
    split_dim=None,
):  # fmt: skip
    """As `tf.sparse.split`; `split_dim` is the old name of `axis`."""
    del keyword_required
    axis = given("axis", axis, "split_dim", split_dim)
    return api.split(sp_input, num_split, axis, name)


def _reduction(reduce):
    def call(sp_input, axis=None, keepdims=None, reduction_axes=None, keep_dims=None):
        axis = given("axis", axis, "reduction_axes", reduction_axes)
        keepdims = given("keepdims", keepdims, "keep_dims", keep_dims)
        return reduce(sp_input, axis, keepdims)

    call.__doc__ = reduce.__doc__
    return call


sparse_reduce_sum = _reduction(api.reduce_sum)
sparse_reduce_max = _reduction(api.reduce_max)


def _segments(reduce):
    def call(data, indices, segment_ids, name=None, num_segments=None):
        return reduce(data, indices, segment_ids, num_segments, name=name)

    call.__doc__ = reduce.__doc__
    return call


sparse_segment_sum = _segments(api.segment_sum)
sparse_segment_mean = _segments(api.segment_mean)
sparse_segment_sqrt_n = _segments(api.segment_sqrt_n)

__all__ = [
    "sparse_add", "sparse_concat", "sparse_fill_empty_rows", "sparse_mask",
    "sparse_maximum", "sparse_minimum", "sparse_reduce_max", "sparse_reduce_sum",
    "sparse_reorder", "sparse_reset_shape", "sparse_reshape", "sparse_retain",
    "sparse_segment_mean", "sparse_segment_sqrt_n", "sparse_segment_sum",
    "sparse_slice", "sparse_softmax", "sparse_split", "sparse_to_indicator",
    "sparse_transpose",
]  # fmt: skip
