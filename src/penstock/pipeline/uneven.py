"""Batches of arrays of different lengths without padding: as rows, or sparse."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from penstock.core.errors import DataLossError, InvalidArgumentError
from penstock.pipeline.batching import Batch
from penstock.pipeline.composite import Ragged, Sparse, as_rows
from penstock.pipeline.elementwise import Map
from penstock.pipeline.node import Node
from penstock.pipeline.spec import ArraySpec, RaggedSpec, SparseSpec
from penstock.pipeline.structure import flatten, is_structure, pack, transform


def ragged_batch(node: Node, size: int, drop_remainder: bool) -> Batch:
    """`size` elements as one, arrays with an axis of unknown size as rows."""
    specs = transform(_ragged_spec, node.spec)
    kinds = flatten(specs)

    def rows(*element):
        leaves = flatten(element[0] if len(element) == 1 else element)
        made = [
            as_rows(np.asarray(leaf), kind.rank)
            if isinstance(kind, RaggedSpec) and not isinstance(leaf, Ragged)
            else leaf
            for leaf, kind in zip(leaves, kinds, strict=True)
        ]
        return pack(specs, made)

    return Batch(Map(node, rows, declared=specs), size, drop_remainder)


def _ragged_spec(leaf):
    if type(leaf) is not ArraySpec:
        return leaf
    if leaf.shape is None:
        raise ValueError(
            "ragged_batch: an element of unknown rank cannot become rows. Set its "
            "shape first, for instance by tf.ensure_shape in map."
        )
    open_axes = [axis for axis, size in enumerate(leaf.shape) if size is None]
    if not open_axes:
        return leaf
    return RaggedSpec(leaf.dtype, leaf.shape, open_axes[-1])


def sparse_batch(node: Node, size: int, row_shape: Sequence[int | None]) -> Batch:
    """`size` arrays as one sparse tensor [size, *row_shape] of all their entries.

    None in `row_shape` stands for the longest of the batch. DataLossError for an
    array that is longer than its row.
    """
    spec = node.spec
    if is_structure(spec):
        raise TypeError("sparse_batch takes elements of one tensor, no structures.")
    wanted = tuple(None if n is None or n < 0 else int(n) for n in row_shape)

    def entries(array):
        array = np.asarray(array)
        if array.ndim != len(wanted):
            raise InvalidArgumentError(
                None, None, f"sparse_batch: an element of shape {array.shape} does not "
                f"have the rank of row_shape {list(wanted)}.",
            )  # fmt: skip
        shape = [
            a if w is None else w for a, w in zip(array.shape, wanted, strict=True)
        ]
        if any(a > s for a, s in zip(array.shape, shape, strict=True)):
            raise DataLossError(
                None, None, f"sparse_batch: {array.shape} of an element is larger "
                f"than row_shape {list(wanted)}.",
            )  # fmt: skip
        indices = np.argwhere(np.ones(array.shape, bool)).astype(np.int64)
        return Sparse(indices, array.reshape(-1), np.array(shape, np.int64))

    declared = SparseSpec(spec.dtype, wanted)
    return Batch(Map(node, entries, declared=declared), size)
