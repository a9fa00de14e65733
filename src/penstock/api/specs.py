"""`TensorSpec`: what a tensor must be, without its value."""

from __future__ import annotations

from penstock.core.dtypes import as_dtype, float32
from penstock.core.shapes import TensorShape


class TypeSpec:
    """What a value must be, without the value. As `tf.TypeSpec`."""


class TensorSpec(TypeSpec):
    """A shape and a dtype. As `tf.TensorSpec`."""

    is_spec = True

    def __init__(self, shape, dtype=float32, name: str | None = None):
        self.shape = TensorShape(shape)
        self.dtype = as_dtype(dtype)
        self.name = name
        self.spec_name = name

    @classmethod
    def from_tensor(cls, tensor, name: str | None = None) -> TensorSpec:
        return cls(tensor.shape, tensor.dtype, name)

    @classmethod
    def from_spec(cls, spec, name: str | None = None) -> TensorSpec:
        return cls(spec.shape, spec.dtype, name or spec.name)

    def is_compatible_with(self, other) -> bool:
        return self.dtype == other.dtype and self.shape.is_compatible_with(other.shape)

    def most_specific_compatible_type(self, other) -> TensorSpec:
        return TensorSpec(
            self.shape.most_specific_compatible_shape(other.shape), self.dtype
        )

    def __eq__(self, other):
        return (
            isinstance(other, TensorSpec)
            and self.shape == other.shape
            and self.dtype == other.dtype
            and self.name == other.name
        )

    def __hash__(self):
        return hash((self.shape, self.dtype))

    def __repr__(self):
        return (
            f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"
        )
