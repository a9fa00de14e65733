"""Specs of what consists of several tensors: ragged, sparse and the like."""

from __future__ import annotations

from typing import Any

from penstock.api.ragged import RaggedTensor
from penstock.api.sparse import SparseTensor
from penstock.api.specs import TensorSpec, TypeSpec
from penstock.core.dtypes import as_dtype, float32, int64
from penstock.core.shapes import TensorShape


class _Spec(TypeSpec):
    """A shape and a dtype of something made of tensors."""

    value_type: Any = None

    def __init__(self, shape=None, dtype=float32):
        self.shape, self.dtype = TensorShape(shape), as_dtype(dtype)

    def _parts(self) -> tuple:
        return (self.shape, self.dtype)

    def is_compatible_with(self, spec_or_value) -> bool:
        """Whether a value, or what another spec stands for, can stand here."""
        other: Any = self._of(spec_or_value)
        return (
            type(other) is type(self)
            and other._parts()[1:] == self._parts()[1:]
            and self.shape.is_compatible_with(other.shape)
        )

    def _of(self, spec_or_value):
        if isinstance(spec_or_value, TypeSpec) or self.value_type is None:
            return spec_or_value
        if isinstance(spec_or_value, self.value_type):
            return self.from_value(spec_or_value)
        return None

    @classmethod
    def from_value(cls, value):
        """The spec that fits `value` and nothing less precise."""
        return cls(value.shape, value.dtype)

    def most_specific_compatible_type(self, other):
        """The most precise spec that covers both."""
        shape = self.shape.most_specific_compatible_shape(other.shape)
        return type(self)(shape, *self._parts()[1:])

    def __eq__(self, other):
        return type(self) is type(other) and repr(self) == repr(other)

    def __hash__(self):
        return hash(repr(self))

    def __repr__(self):
        inner = ", ".join(repr(part) for part in self._parts())
        return f"{type(self).__name__}({inner})"


class RaggedTensorSpec(_Spec):
    """What a RaggedTensor must be. As `tf.RaggedTensorSpec`.

    `ragged_rank` of its dimensions are cut into rows: all but the first where it is
    not given. With 0 it is a tensor, one row of what its neighbours make together.
    """

    value_type = RaggedTensor

    def __init__(self, shape=None, dtype=float32, ragged_rank=None,
                 row_splits_dtype=int64, flat_values_spec=None):  # fmt: skip
        if flat_values_spec is not None:
            dtype = flat_values_spec.dtype
        super().__init__(shape, dtype)
        rank = self.shape.rank
        if ragged_rank is None:
            if rank is None:
                raise ValueError(
                    "Must specify ragged_rank or a shape with a known rank."
                )
            ragged_rank = rank - 1
        if rank is not None and ragged_rank >= rank:
            raise ValueError(
                f"Argument `ragged_rank` ({ragged_rank}) must be less than rank "
                f"({rank})."
            )
        self.ragged_rank = ragged_rank
        self.row_splits_dtype = as_dtype(row_splits_dtype)
        self.flat_values_spec = flat_values_spec

    def _parts(self) -> tuple:
        return (self.shape, self.dtype, self.ragged_rank, self.row_splits_dtype)

    @classmethod
    def from_value(cls, value):
        return cls(value.shape, value.dtype, value.ragged_rank)


class SparseTensorSpec(_Spec):
    """What a SparseTensor must be. As `tf.SparseTensorSpec`."""

    value_type = SparseTensor


class IndexedSlicesSpec(_Spec):
    """What IndexedSlices must be."""


class TensorArraySpec(_Spec):
    """What a TensorArray must be."""


def type_spec_from_value(value) -> TypeSpec:
    """The spec of a tensor, ragged or sparse tensor. Raises TypeError for others."""
    for kind in (RaggedTensorSpec, SparseTensorSpec):
        if isinstance(value, kind.value_type):
            return kind.from_value(value)
    if hasattr(value, "element_spec"):
        from penstock.api.elements import DatasetSpec

        return DatasetSpec(value.element_spec)
    from penstock.api.scopes import tensor

    return TensorSpec.from_tensor(tensor(value))


__all__ = [
    "IndexedSlicesSpec", "RaggedTensorSpec", "SparseTensorSpec", "TensorArraySpec",
    "type_spec_from_value",
]  # fmt: skip
