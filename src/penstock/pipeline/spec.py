"""What an element looks like before there is one: dtype names and partial shapes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from penstock.core import dtypes, shapes
from penstock.pipeline.composite import Ragged, Sparse
from penstock.pipeline.structure import flatten, pack, transform


@dataclass(frozen=True, slots=True)
class ArraySpec:
    """One leaf: TensorFlow's dtype name, and sizes with None where unknown."""

    dtype: str
    shape: shapes.Dims

    @property
    def numpy_dtype(self) -> np.dtype:
        return dtypes.as_dtype(self.dtype).np


@dataclass(frozen=True, slots=True)
class RaggedSpec(ArraySpec):
    """One `Ragged`: `rank` of its dimensions are cut into rows, besides the first."""

    rank: int = 0


@dataclass(frozen=True, slots=True)
class SparseSpec(ArraySpec):
    """One `Sparse`, with the shape of the array that it stands for."""


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """A leaf that is itself a data set (`window`): the spec of its elements."""

    element: Any


def array_spec(dtype, shape) -> ArraySpec:
    """A spec from anything that names a dtype and a shape."""
    return ArraySpec(dtypes.as_dtype(dtype).name, shapes.as_dims(shape))


def leaf_spec(leaf) -> ArraySpec | DatasetSpec | None:
    if leaf is None:
        return None
    if isinstance(leaf, bytes):
        return ArraySpec("string", ())
    if hasattr(leaf, "cardinality"):
        return DatasetSpec(leaf.spec)
    name = dtypes.as_dtype(leaf.dtype).name
    if isinstance(leaf, Ragged):
        return RaggedSpec(name, leaf.shape, leaf.rank)
    return (SparseSpec if isinstance(leaf, Sparse) else ArraySpec)(name, leaf.shape)


def element_spec(element):
    """The spec of an element that is at hand."""
    return transform(leaf_spec, element)


def with_batch(spec, size: int | None):
    """Every leaf with a first axis of `size` in front."""

    def add(leaf):
        if isinstance(leaf, DatasetSpec):
            raise TypeError(
                "A data set of data sets (from window) cannot be batched. Use "
                "flat_map(lambda w: w.batch(size)) to turn windows into arrays."
            )
        shape = None if leaf.shape is None else (size, *leaf.shape)
        return _another(leaf, shape, 1)

    return transform(add, spec)


def without_batch(spec):
    """Every leaf without its first axis. Raises ValueError for scalars."""

    def drop(leaf):
        if leaf.shape == ():
            raise ValueError("Unbatching a tensor is only supported for rank >= 1")
        return _another(leaf, None if leaf.shape is None else leaf.shape[1:], -1)

    return transform(drop, spec)


def _another(leaf: ArraySpec, shape: shapes.Dims, deeper: int) -> ArraySpec:
    """`leaf` with another shape, and as many ragged dimensions more."""
    if not isinstance(leaf, RaggedSpec):
        return replace(leaf, shape=shape)
    if leaf.rank + deeper < 0:
        return ArraySpec(leaf.dtype, shape)
    return RaggedSpec(leaf.dtype, shape, leaf.rank + deeper)


def covering(a, b):
    """The most precise spec that covers both; TypeError where dtypes differ."""
    left, right = flatten(a), flatten(b)
    if len(left) != len(right) or any(
        getattr(m, "dtype", None) != getattr(n, "dtype", None)
        for m, n in zip(left, right, strict=True)
    ):
        raise TypeError(
            f"Incompatible dataset elements:\n  {a} vs. {b}. Both data sets must "
            "have the same structure and dtypes."
        )
    return pack(
        a,
        [
            m
            if not isinstance(m, ArraySpec)
            else replace(m, shape=shapes.relax(m.shape, n.shape))
            for m, n in zip(left, right, strict=True)
        ],
    )
