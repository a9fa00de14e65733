"""`tf.io`: sparse tensors as strings and back."""

from __future__ import annotations

from penstock.api.sparse import SparseTensor
from penstock.core.dtypes import as_dtype, string
from penstock.core.errors import UnsupportedError
from penstock.ir.op import TABLE


def _check(out_type) -> None:
    if as_dtype(out_type) != string:
        raise UnsupportedError(
            "Serialized sparse tensors are strings: out_type=tf.string."
        )


def serialize_sparse(sp_input, out_type=string, name=None):
    """A SparseTensor as three strings."""
    _check(out_type)
    parts = sp_input.indices, sp_input.values, sp_input.dense_shape
    return TABLE["SerializeSparse"](*parts, name=name)


def serialize_many_sparse(sp_input, out_type=string, name=None):
    """[rows, 3] strings, each row of the first axis on its own."""
    _check(out_type)
    parts = sp_input.indices, sp_input.values, sp_input.dense_shape
    return TABLE["SerializeManySparse"](*parts, name=name)


def deserialize_many_sparse(serialized_sparse, dtype, rank=None, name=None):
    """One SparseTensor of [rows, 3] strings; `rank` of the result, where known."""
    indices, values, shape = TABLE["DeserializeManySparse"](
        serialized_sparse, dtype=as_dtype(dtype), name=name
    )
    indices.set_shape([None, rank])
    shape.set_shape([rank])
    return SparseTensor(indices, values, shape)


__all__ = ["deserialize_many_sparse", "serialize_many_sparse", "serialize_sparse"]
