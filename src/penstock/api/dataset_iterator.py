"""One pass over a data set: `iter(dataset)`, and as NumPy arrays."""

from __future__ import annotations

import functools
import weakref
from typing import Any

import numpy as np

from penstock.api.elements import (
    DatasetSpec,
    all_parts,
    as_numpy,
    as_tensor,
    from_all_parts,
    specs_of_parts,
)
from penstock.api.specs_composite import type_spec_from_value
from penstock.core.dtypes import as_dtype
from penstock.core.errors import InvalidArgumentError, OutOfRangeError
from penstock.ir import context
from penstock.ops import iterator as live
from penstock.pipeline import Dataset as Pipeline
from penstock.pipeline import Node
from penstock.pipeline.node import begun
from penstock.pipeline.structure import flatten, transform
from penstock.runtime.eager.tensor import EagerTensor


class OwnedIterator:
    """One pass over a data set. As what `iter(dataset)` gives in TensorFlow."""

    def __init__(self, dataset: Any):
        self._dataset = dataset
        self._source = begun(dataset.node)

    def __iter__(self):
        return self

    def __next__(self):
        if not context.executing_eagerly():
            return staged_next(self.element_spec, self._handle)
        return transform(self._leaf, next(self._source))

    @functools.cached_property
    def _handle(self) -> str:
        """A name by which nodes of traced functions find this pass."""
        name = live.new_name("iterator")
        live.LIVE[name] = map(all_parts, self._source)
        weakref.finalize(self, live.LIVE.pop, name, None)
        return name

    def _leaf(self, leaf):
        if type(leaf) is np.ndarray:
            return EagerTensor(as_dtype(leaf.dtype), leaf.shape, leaf)
        return self._dataset._to(leaf) if isinstance(leaf, Node) else as_tensor(leaf)

    next = __next__

    def get_next(self):
        """The next element. Raises OutOfRangeError after the last."""
        try:
            return self.__next__()
        except StopIteration:
            raise OutOfRangeError(None, None, "End of sequence") from None

    def get_next_as_optional(self):
        try:
            return Optional.from_value(self.__next__())
        except StopIteration:
            return Optional.empty(self.element_spec)

    @property
    def element_spec(self):
        return self._dataset.element_spec


def staged_next(element_spec, handle: str):
    """The next element of a pass, as nodes of the function that is being traced."""
    leaves = [part for s in flatten(element_spec) for part in specs_of_parts(s)]
    made = live.iterator_get_next(
        np.array(handle.encode(), object),
        output_types=tuple(s.dtype for s in leaves),
        output_shapes=tuple(s.shape._dims for s in leaves),
    )
    parts = list(made) if isinstance(made, list | tuple) else [made]
    return from_all_parts(element_spec, parts)


class NumpyIterator:
    """Elements as NumPy arrays, bytes and scalars."""

    def __init__(self, dataset: Any):
        self._source = begun(dataset.node)

    def __iter__(self):
        return self

    def __next__(self):
        return transform(_as_numpy, next(self._source))

    next = __next__

    def __repr__(self):
        return f"NumpyIterator(iterator={self._source!r})"


def _as_numpy(leaf):
    if isinstance(leaf, Pipeline):
        return leaf.as_numpy_iterator()
    return as_numpy(leaf)


class Optional:
    """A value or nothing. As `tf.experimental.Optional`."""

    def __init__(self, value, there: bool, element_spec):
        self._value, self._there = value, there
        self.element_spec = element_spec

    @staticmethod
    def from_value(value) -> Optional:
        value = transform(as_tensor, value)
        return Optional(value, True, transform(type_spec_from_value, value))

    @staticmethod
    def empty(element_spec) -> Optional:
        return Optional(None, False, element_spec)

    def has_value(self, name=None):
        return as_tensor(np.bool_(self._there))

    def get_value(self, name=None):
        """The value; InvalidArgumentError where there is none."""
        if not self._there:
            raise InvalidArgumentError(None, None, "The given optional has no value.")
        return self._value


class IteratorSpec(DatasetSpec):
    """The spec of an iterator. As `tf.data.IteratorSpec`."""

    value_type = OwnedIterator

    def __repr__(self):
        return f"IteratorSpec({self.element_spec!r}, TensorShape([]))"
