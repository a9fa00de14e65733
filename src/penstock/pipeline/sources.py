"""Where elements start: arrays, generators, ranges, random numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count
from typing import Any

import numpy as np

from penstock.core import dtypes, shapes
from penstock.core.convert import to_array
from penstock.core.errors import InvalidArgumentError
from penstock.pipeline import plan as plans
from penstock.pipeline.composite import COMPOSITE, Ragged, Sparse
from penstock.pipeline.node import INFINITE, UNKNOWN, Node, scaled
from penstock.pipeline.random_order import SeedStream, Words, later
from penstock.pipeline.spec import (
    ArraySpec,
    RaggedSpec,
    SparseSpec,
    element_spec,
    without_batch,
)
from penstock.pipeline.structure import flatten, is_structure, pack, transform


def _own(value) -> Any:
    """A private read-only copy: what the program does to its array comes too late."""
    if isinstance(value, COMPOSITE):
        return value
    array = to_array(value)
    if array is value or array.base is not None:
        array = array.copy()
    array.flags.writeable = False
    return array


@dataclass(frozen=True, eq=False)
class Tensors(Node):
    """One element: the structure itself."""

    value: Any

    def __post_init__(self):
        object.__setattr__(self, "value", transform(_own, self.value))

    @cached_property
    def spec(self):
        return element_spec(self.value)

    cardinality = 1

    def __iter__(self):
        yield transform(lambda a: a[()] if a.shape == () else a, self.value)


@dataclass(frozen=True, eq=False)
class Slices(Node):
    """One element per index of the first axis of every array."""

    value: Any

    def __post_init__(self):
        value = transform(_own, self.value)
        leaves = flatten(value)
        if not leaves:
            raise ValueError("from_tensor_slices: there is no array in the structure.")
        for leaf in leaves:
            if leaf.shape == ():
                raise ValueError(
                    "Unbatching a tensor is only supported for rank >= 1: "
                    f"from_tensor_slices received the scalar {leaf[()]!r}. Use "
                    "from_tensors for one element."
                )
            if len(leaf) != len(leaves[0]):
                raise ValueError(
                    f"Dimensions {len(leaves[0])} and {len(leaf)} are not compatible: "
                    "from_tensor_slices needs arrays of one length, received shapes "
                    f"{[a.shape for a in leaves]}."
                )
        object.__setattr__(self, "value", value)

    @cached_property
    def spec(self):
        return without_batch(element_spec(self.value))

    @property
    def cardinality(self):
        return len(flatten(self.value)[0])

    @cached_property
    def plan(self) -> plans.IndexPlan | None:
        leaves = tuple(flatten(self.value))
        if any(isinstance(leaf, COMPOSITE) for leaf in leaves):
            return None
        return plans.of_slices(leaves, self.value)

    def __iter__(self):
        if not is_structure(self.value):
            return iter(self.value)
        rows = zip(*flatten(self.value), strict=True)
        return (pack(self.value, row) for row in rows)


@dataclass(frozen=True, eq=False)
class Elements(Node):
    """Elements that were computed before: a window, a group, a cache."""

    elements: list
    declared: Any

    @property
    def spec(self):
        return self.declared

    @property
    def cardinality(self):
        return len(self.elements)

    def __iter__(self):
        return iter(self.elements)


@dataclass(frozen=True, eq=False)
class Generator(Node):
    """What a Python generator function yields, checked against a declared spec."""

    function: Callable[[], Any]
    declared: Any

    @property
    def spec(self):
        return self.declared

    cardinality = UNKNOWN

    def __iter__(self) -> Iterator:
        wanted = flatten(self.declared)
        for value in self.function():
            parts = _parts(value, self.declared)
            leaves = [
                _checked(part, spec) for part, spec in zip(parts, wanted, strict=True)
            ]
            yield pack(self.declared, leaves)


def _parts(value, declared) -> list:
    """A yielded value, leaf by leaf. A list may stand for a tuple of arrays."""
    if not is_structure(declared):
        return [value]
    if isinstance(declared, tuple) and isinstance(value, list | np.ndarray):
        value = tuple(value)
    try:
        if isinstance(declared, tuple):
            pairs = zip(value, declared, strict=True)
        else:
            pairs = [(value[key], declared[key]) for key in sorted(declared)]
        return [leaf for part, spec in pairs for leaf in _parts(part, spec)]
    except (TypeError, ValueError, KeyError):
        raise InvalidArgumentError(
            None,
            None,
            "TypeError: `generator` yielded an element that did not match "
            f"the expected structure. The expected structure was {declared}, but the "
            f"yielded element was {value!r}.",
        ) from None


def _checked(value, spec: ArraySpec):
    kinds: dict[type, type] = {RaggedSpec: Ragged, SparseSpec: Sparse}
    kind = kinds.get(type(spec))
    if kind is not None:
        if not isinstance(value, kind) or value.dtype != spec.numpy_dtype:
            raise InvalidArgumentError(
                None, None, "TypeError: `generator` yielded an element that was no "
                f"{kind.__name__.lower()} tensor of {spec.dtype}: {value!r}.",
            )  # fmt: skip
        return value
    try:
        array = to_array(value, dtypes.as_dtype(spec.dtype))
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(
            None,
            None,
            "TypeError: `generator` yielded an element that could not be "
            f"converted to the expected type. The expected type was {spec.dtype}, but "
            f"the yielded element was {value!r}.",
        ) from error
    if not shapes.compatible(array.shape, spec.shape):
        raise InvalidArgumentError(
            None,
            None,
            "TypeError: `generator` yielded an element of shape "
            f"{array.shape} where an element of shape {spec.shape} was expected.",
        )
    return array[()] if array.ndim == 0 else array


@dataclass(frozen=True, eq=False)
class Range(Node):
    """start, start + step, ... before stop, as scalars of `dtype`."""

    start: int
    stop: int
    step: int = 1
    dtype: str = "int64"

    def __post_init__(self):
        if self.step == 0:
            raise InvalidArgumentError(None, None, "Dataset.range: step cannot be 0.")

    @property
    def spec(self):
        return ArraySpec(self.dtype, ())

    @property
    def _range(self) -> range:
        return range(self.start, self.stop, self.step)

    @property
    def cardinality(self):
        return len(self._range)

    @cached_property
    def plan(self):
        if self.cardinality > plans.CHUNK * 64:
            return None  # not worth an array
        values = np.array(self._range, dtypes.as_dtype(self.dtype).np)
        return plans.of_slices((values,), 0)

    def __iter__(self):
        return map(dtypes.as_dtype(self.dtype).np.type, self._range)


@dataclass(frozen=True, eq=False)
class Counting(Node):
    """start, start + step, ... without end, as scalars of `dtype`."""

    start: Any = 0
    step: Any = 1
    dtype: str = "int64"

    @property
    def spec(self):
        return ArraySpec(self.dtype, ())

    cardinality = INFINITE

    def __iter__(self):
        kind = dtypes.as_dtype(self.dtype).np.type
        return map(kind, count(self.start, self.step))


@dataclass(frozen=True, eq=False)
class Random(Node):
    """Uniform integers in [0, 2**32) as int64, TensorFlow's for a given seed."""

    seeds: SeedStream

    @property
    def spec(self):
        return ArraySpec("int64", ())

    cardinality = INFINITE

    def __iter__(self):
        return map(np.int64, Words(*self.seeds.next()))


@dataclass(frozen=True, eq=False)
class Zip(Node):
    """Elements of several nodes side by side, until the first one ends."""

    inputs: Any  # a structure of nodes

    @property
    def spec(self):
        return transform(lambda node: node.spec, self.inputs)

    @property
    def cardinality(self):
        counts = [node.cardinality for node in flatten(self.inputs)]
        if any(count == UNKNOWN for count in counts):
            return UNKNOWN
        finite = [count for count in counts if count >= 0]
        return min(finite) if finite else INFINITE

    @cached_property
    def plan(self):
        parts = [node.plan for node in flatten(self.inputs)]
        if any(part is None for part in parts):
            return None
        template = pack(self.inputs, [part.template for part in parts])
        return plans.zipped(parts, template)

    def __iter__(self):
        # zip() stops at the first that ends; later ones are then not asked.
        rows = zip(*flatten(self.inputs), strict=False)
        if not is_structure(self.inputs):
            return (row[0] for row in rows)
        return (pack(self.inputs, row) for row in rows)


@dataclass(frozen=True, eq=False)
class Concatenate(Node):
    first: Node
    second: Node
    declared: Any

    @property
    def spec(self):
        return self.declared

    @property
    def cardinality(self):
        a, b = self.first.cardinality, self.second.cardinality
        if INFINITE in (a, b):
            return INFINITE
        return scaled(a, lambda count: scaled(b, lambda other: count + other))

    @cached_property
    def plan(self):
        if self.first.plan is None or self.second.plan is None:
            return None
        return plans.chained([self.first.plan, self.second.plan])

    def __iter__(self):
        return chain(iter(self.first), later(self.second))
