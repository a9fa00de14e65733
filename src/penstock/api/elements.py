"""Between an element as pipelines hold it (NumPy) and as programs see it (tensors)."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api.ragged import RaggedTensor
from penstock.api.sparse import SparseTensor
from penstock.api.specs import TensorSpec, TypeSpec
from penstock.api.specs_composite import RaggedTensorSpec, SparseTensorSpec
from penstock.api.variable import Variable
from penstock.core.dtypes import as_dtype, int64
from penstock.ir.tensor import NeedsValue, Tensor
from penstock.pipeline.composite import Ragged, Sparse
from penstock.pipeline.composite import parts as arrays_of
from penstock.pipeline.spec import ArraySpec, RaggedSpec, SparseSpec
from penstock.pipeline.spec import DatasetSpec as InnerSpec
from penstock.pipeline.structure import flatten, pack, transform
from penstock.runtime.eager.tensor import EagerTensor


class DatasetSpec(TypeSpec):
    """The spec of an element that is a data set itself. As `tf.data.DatasetSpec`."""

    def __init__(self, element_spec, dataset_shape=()):
        self.element_spec = element_spec

    @classmethod
    def from_value(cls, value):
        return cls(value.element_spec)

    def is_compatible_with(self, other) -> bool:
        other = getattr(other, "element_spec", other)
        mine, theirs = flatten(self.element_spec), flatten(other)
        return len(mine) == len(theirs) and all(
            a.is_compatible_with(b) for a, b in zip(mine, theirs, strict=True)
        )

    def __eq__(self, other):
        same = type(self) is type(other)
        return same and self.element_spec == other.element_spec

    def __hash__(self):
        return hash(repr(self.element_spec))

    def __repr__(self):
        return f"DatasetSpec({self.element_spec!r}, TensorShape([]))"


# --- specs ------------------------------------------------------------------------


def tensor_spec(leaf):
    """A leaf of the pipeline's spec as the face shows it."""
    if isinstance(leaf, RaggedSpec):
        return RaggedTensorSpec(leaf.shape, as_dtype(leaf.dtype), leaf.rank)
    if isinstance(leaf, SparseSpec):
        return SparseTensorSpec(leaf.shape, as_dtype(leaf.dtype))
    if isinstance(leaf, ArraySpec):
        return TensorSpec(leaf.shape, as_dtype(leaf.dtype))
    if isinstance(leaf, InnerSpec):
        return DatasetSpec(transform(tensor_spec, leaf.element))
    return leaf


def array_spec(leaf):
    """The inverse of `tensor_spec`."""
    if isinstance(leaf, DatasetSpec):
        return InnerSpec(transform(array_spec, leaf.element_spec))
    if isinstance(leaf, RaggedTensorSpec):
        return RaggedSpec(leaf.dtype.name, leaf.shape._dims, leaf.ragged_rank)
    if isinstance(leaf, SparseTensorSpec):
        return SparseSpec(leaf.dtype.name, leaf.shape._dims)
    if isinstance(leaf, TensorSpec):
        return ArraySpec(leaf.dtype.name, leaf.shape._dims)
    return leaf


def specs_of_parts(spec) -> list[TensorSpec]:
    """The tensors that a leaf of this spec is made of, in the order of its parts."""
    if isinstance(spec, SparseTensorSpec):
        rank = spec.shape.rank
        return [
            TensorSpec((None, rank), int64),
            TensorSpec((None,), spec.dtype),
            TensorSpec((rank,), int64),
        ]
    if not isinstance(spec, RaggedTensorSpec):
        return [spec]
    dims: Any = spec.shape._dims
    if not spec.ragged_rank:
        return [TensorSpec(dims, spec.dtype)]
    rows, inner = dims[0], dims[spec.ragged_rank + 1 :]
    ends = TensorSpec((None if rows is None else rows + 1,), int64)
    more = [TensorSpec((None,), int64)] * (spec.ragged_rank - 1)
    return [TensorSpec((None, *inner), spec.dtype), ends, *more]


def from_parts(spec, tensors: list):
    """One leaf from its tensors."""
    if isinstance(spec, SparseTensorSpec):
        made = SparseTensor(*tensors)
        made._dims = spec.shape._dims
        return made
    if isinstance(spec, RaggedTensorSpec) and spec.ragged_rank:
        return RaggedTensor(*tensors)
    return tensors[0]


def from_all_parts(element_spec, tensors: list):
    """A whole element from the tensors of all its leaves in order."""
    leaves, at = [], 0
    for spec in flatten(element_spec):
        count = len(specs_of_parts(spec))
        leaves.append(from_parts(spec, tensors[at : at + count]))
        at += count
    return pack(element_spec, leaves)


def all_parts(element) -> list[np.ndarray]:
    """The arrays of all leaves of an element in order."""
    out: list[Any] = []
    for leaf in flatten(element):
        out.extend(arrays_of(leaf) if isinstance(leaf, Ragged | Sparse) else [leaf])
    return out


# --- values -----------------------------------------------------------------------


def as_arrays(value):
    """A structure of tensors, variables and values as one of NumPy values."""
    if isinstance(value, list) and any(isinstance(v, Tensor | Variable) for v in value):
        return np.stack([np.asarray(_as_array(v)) for v in value])
    return transform(_as_array, value)


def _as_array(item):
    if isinstance(item, EagerTensor):
        return item._numpy() if item.dims else item._numpy()[()]
    if isinstance(item, Tensor):
        raise NeedsValue(
            f"{item!r} has no value while a function is traced; make the data set "
            "outside of it."
        )
    if isinstance(item, Variable):
        return item._tensor._numpy()
    if isinstance(item, RaggedTensor):
        flat, *splits = (_as_array(part) for part in item._components())
        return Ragged(flat, tuple(splits))
    if isinstance(item, SparseTensor):
        return Sparse(*(_as_array(part) for part in item._components()))
    return item


def as_tensor(leaf):
    """One leaf of an element as a tensor; data sets pass as they are."""
    if type(leaf) is np.ndarray:
        return EagerTensor(as_dtype(leaf.dtype), leaf.shape, leaf)
    if isinstance(leaf, np.ndarray | np.generic):
        return EagerTensor(as_dtype(leaf.dtype), leaf.shape, np.asarray(leaf))
    if isinstance(leaf, bytes):
        return EagerTensor(as_dtype("string"), (), np.array(leaf, object))
    if isinstance(leaf, Ragged):
        made = [as_tensor(array) for array in arrays_of(leaf)]
        return RaggedTensor(*made) if leaf.splits else made[0]
    if isinstance(leaf, Sparse):
        return SparseTensor(*(as_tensor(array) for array in arrays_of(leaf)))
    return leaf


def as_numpy(leaf):
    """One leaf as `as_numpy_iterator` shows it: sparse ones dense."""
    if isinstance(leaf, Ragged):
        rows: Any = as_tensor(leaf)
        return rows.numpy()
    return leaf.dense() if isinstance(leaf, Sparse) else leaf
