"""Rows of tables: embeddings looked up by id, whole or weighted."""

from __future__ import annotations

from typing import Any

from penstock.api import array, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api import math_arithmetic as arithmetic
from penstock.api import math_reduce as reduce
from penstock.api.clip import clip_by_norm
from penstock.api.math_functions import cast
from penstock.api.passing import identity
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import int32
from penstock.ir.op import TABLE


def embedding_lookup(params, ids, max_norm=None, name=None):
    """Rows `ids` of `params` [rows, ...]; a list of shards is read by id modulo n."""
    return lookup(params, ids, "mod", max_norm, name)


def lookup(params, ids, strategy: str, max_norm, name):
    """The same; `strategy` says how rows are dealt to shards: "mod" or "div".

    Raises ValueError for another strategy, or an empty list of shards.
    """
    if params is None or (isinstance(params, list | tuple) and not params):
        raise ValueError("Need at least one param to look up embeddings in.")
    if hasattr(params, "_as_list"):  # a partitioned variable
        whole: Any = params
        params = list(whole._as_list())
    if strategy not in ("mod", "div"):
        raise ValueError(f"Unrecognized partition strategy: {strategy}.")
    shards = list(params) if isinstance(params, list | tuple) else [params]
    with scope(name, "embedding_lookup") as full:
        ids = tensor(ids, name="ids")
        if len(shards) == 1:
            out = array.gather(shards[0], ids, name=full or None)
            return identity(_clipped(out, ids, max_norm))
        return _from_shards(shards, ids, strategy, max_norm, full)


def _clipped(rows, ids, max_norm):
    if max_norm is None:
        return rows
    outer = len(ids.shape)
    return clip_by_norm(rows, max_norm, axes=list(range(outer, len(rows.shape))))


def _from_shards(shards, ids, strategy, max_norm, name):
    flat = array.reshape(ids, [-1])
    whole = reduce.range(array.size(flat))
    count = len(shards)
    place = _dealt_in_turn if strategy == "mod" else _dealt_in_blocks
    row, shard = place(flat, shards)
    rows = TABLE["DynamicPartition"](row, shard, num_partitions=count)
    places = TABLE["DynamicPartition"](whole, shard, num_partitions=count)
    found = [array.gather(p, r) for p, r in zip(shards, rows, strict=True)]
    out = TABLE["ParallelDynamicStitch"](places, found, name=name or None)
    inner: list[Any] = tensor(shards[0]).shape.as_list()[1:]
    out = array.reshape(out, array.concat([array.shape(ids), inner], 0))
    out.set_shape(ids.shape.concatenate(inner))
    return _clipped(out, ids, max_norm)


def _dealt_in_turn(flat, shards):
    shard = cast(flat % len(shards), int32)
    return flat // len(shards), shard


def _dealt_in_blocks(flat, shards):
    """Contiguous blocks, the first `extras` of them one row longer."""
    count = len(shards)
    total = tensor(sum(s.shape.as_list()[0] for s in shards), flat.dtype)
    size, extras = total // count, total % count
    shard = arithmetic.maximum(flat // (size + 1), (flat - extras) // size)
    row = TABLE["Select"](
        shard < extras, flat % (size + 1), (flat - extras) % size
    )  # fmt: skip
    return row, cast(shard, int32)


def combined(params, sp_ids, sp_weights, strategy, combiner, max_norm, name):
    """Rows named by the values of `sp_ids` [batch, any], combined for each batch row.

    `combiner`: "sum", "mean" or "sqrtn", by `sp_weights` (a SparseTensor like
    `sp_ids`) where given. Raises ValueError for another combiner.
    """
    combiner = "mean" if combiner is None else combiner
    if combiner not in ("mean", "sqrtn", "sum"):
        raise ValueError("combiner must be one of 'mean', 'sqrtn' or 'sum'.")
    with scope(name, "embedding_lookup_sparse"):
        segments = cast(sp_ids.indices[:, 0], int32)
        ids, index = TABLE["Unique"](sp_ids.values)
        rows = lookup(params, ids, strategy, max_norm, None)
        if sp_weights is None:
            kind = {"sum": "Sum", "mean": "Mean", "sqrtn": "SqrtN"}[combiner]
            return TABLE[f"SparseSegment{kind}"](rows, index, segments)
        weights = cast(sp_weights.values, rows.dtype)
        rows = array.gather(rows, index)
        ones = [1] * (len(rows.shape) - 1)
        rows = rows * array.reshape(weights, [-1, *ones])
        total = TABLE["SegmentSum"](rows, segments)
        if combiner == "sum":
            return total
        if combiner == "mean":
            weight = TABLE["SegmentSum"](weights, segments)
        else:
            squared = TABLE["SegmentSum"](TABLE["Square"](weights), segments)
            weight = TABLE["Sqrt"](squared)
        return TABLE["DivNoNan"](total, array.reshape(weight, [-1, *ones]))


def embedding_lookup_sparse(
    params, sp_ids, sp_weights, combiner=None, max_norm=None, name=None
):
    """As `combined`, shards dealt by id modulo n."""
    return combined(params, sp_ids, sp_weights, "div", combiner, max_norm, name)


def safe_embedding_lookup_sparse(
    embedding_weights, sparse_ids, sparse_weights=None, combiner="mean",
    default_id=None, max_norm=None, name=None,
):  # fmt: skip
    """The same where batch rows may be empty: those give zeros, or `default_id`.

    Ids below 0 are left out, and unless the combiner is "sum" weights that are not
    positive.
    """
    from penstock.api.sparse_ops import fill_empty_rows, retain

    with scope(name, "embedding_lookup"):
        kept = TABLE["GreaterEqual"](sparse_ids.values, sparse_ids.dtype.np.type(0))
        if sparse_weights is not None and combiner != "sum":
            weight = sparse_weights.values
            positive = TABLE["Greater"](weight, weight.dtype.np.type(0))
            kept = TABLE["LogicalAnd"](kept, positive)
        sparse_ids = retain(sparse_ids, kept)
        if sparse_weights is not None:
            sparse_weights = retain(sparse_weights, kept)
        filled, empty = fill_empty_rows(sparse_ids, default_id or 0)
        weights = None
        if sparse_weights is not None:
            weights, _ = fill_empty_rows(sparse_weights, 1.0)
        rows = embedding_lookup_sparse(
            embedding_weights, filled, weights, combiner, max_norm
        )
        if default_id is not None:
            return rows
        ones = [1] * (len(rows.shape) - 1)
        blank = array.reshape(empty, [-1, *ones])
        return TABLE["SelectV2"](blank, array.zeros_like(rows), rows)


__all__ = [
    "embedding_lookup", "embedding_lookup_sparse", "safe_embedding_lookup_sparse",
]  # fmt: skip
