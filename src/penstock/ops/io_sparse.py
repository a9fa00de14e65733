"""Sparse tensors as serialized tensors: positions, values, shape."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import int64
from penstock.core.errors import InvalidArgumentError
from penstock.formats import tensor_proto
from penstock.ir.op import STOPS, op
from penstock.ops.io_files import parse_tensor


def _packed(indices, values, shape) -> np.ndarray:
    out = np.empty(3, object)
    for i, part in enumerate((indices, values, shape)):
        out[i] = tensor_proto.make_tensor_proto(part).SerializeToString()
    return out


@op(
    "SerializeSparse",
    "sparse_indices: int64, sparse_values: T, sparse_shape: int64 -> "
    "serialized_sparse: string",
    shape=lambda *_, **__: (3,), gradient=STOPS, host=True,
)  # fmt: skip
def serialize_sparse(sparse_indices, sparse_values, sparse_shape):
    """Three strings."""
    return _packed(*map(np.asarray, (sparse_indices, sparse_values, sparse_shape)))


@op(
    "SerializeManySparse",
    "sparse_indices: int64, sparse_values: T, sparse_shape: int64 -> "
    "serialized_sparse: string",
    shape=lambda *_, **__: (None, 3), gradient=STOPS, host=True,
)  # fmt: skip
def serialize_many_sparse(sparse_indices, sparse_values, sparse_shape):
    """[rows, 3] strings: every row along the first axis on its own."""
    indices, values = np.asarray(sparse_indices), np.asarray(sparse_values)
    shape = np.asarray(sparse_shape)
    out = np.empty((int(shape[0]), 3), object)
    for row in range(len(out)):
        at = indices[:, 0] == row
        out[row] = _packed(indices[at, 1:], values[at], shape[1:])
    return out


@op(
    "DeserializeManySparse",
    "serialized_sparse: string -> sparse_indices: int64, sparse_values: dtype, "
    "sparse_shape: int64",
    shape=lambda *_, **__: [(None, None), (None,), (None,)], gradient=STOPS, host=True,
)  # fmt: skip
def deserialize_many_sparse(serialized_sparse, *, dtype):
    """One sparse tensor of the rows, as large as the largest along each axis."""
    rows = np.asarray(serialized_sparse, object).reshape(-1, 3)
    kinds = int64, dtype, int64
    parts = [tuple(map(_parsed, row, kinds)) for row in rows]
    places, values, shapes = zip(*parts, strict=True)
    ranks = {len(shape) for shape in shapes}
    if len(ranks) > 1:
        raise InvalidArgumentError(
            None, None, f"Inconsistent rank across SparseTensors: {sorted(ranks)}."
        )
    indices = [np.insert(at, 0, row, axis=1) for row, at in enumerate(places)]
    shape = np.insert(np.max(shapes, axis=0), 0, len(rows))
    return np.concatenate(indices), np.concatenate(values), shape


def _parsed(text: bytes, kind):
    return parse_tensor.body(text, out_type=kind)
