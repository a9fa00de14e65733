"""Transforms that put elements together and take them apart: batch, pad, window."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, islice
from typing import Any

import numpy as np

from penstock.core import dtypes, shapes
from penstock.core.errors import DataLossError, InvalidArgumentError
from penstock.pipeline import plan as plans
from penstock.pipeline.composite import COMPOSITE, joined
from penstock.pipeline.node import UNKNOWN, After, Node, Through, scaled
from penstock.pipeline.sources import Elements
from penstock.pipeline.spec import (
    ArraySpec,
    DatasetSpec,
    RaggedSpec,
    SparseSpec,
    leaf_spec,
    with_batch,
    without_batch,
)
from penstock.pipeline.structure import flatten, is_structure, pack, stack, transform


def check_batch_size(size: int) -> None:
    if size < 1:
        raise InvalidArgumentError(
            None, None, f"Batch size must be greater than zero, received {size}."
        )


def _count(node: Node, size: int, drop_remainder: bool) -> int:
    return scaled(
        node.cardinality, lambda n: n // size if drop_remainder else -(-n // size)
    )


def _groups(elements: Iterator, size: int, drop_remainder: bool) -> Iterator[list]:
    while group := list(islice(elements, size)):
        if len(group) < size and drop_remainder:
            return
        yield group


def _columns(group: list) -> Iterator[tuple[int, list]]:
    return enumerate(map(list, zip(*map(flatten, group), strict=True)))


@dataclass(frozen=True, eq=False)
class Batch(After):
    """`size` consecutive elements of one shape, stacked along a new first axis."""

    input: Node
    size: int
    drop_remainder: bool = False

    def __post_init__(self):
        check_batch_size(self.size)

    @cached_property
    def spec(self):
        return with_batch(self.input.spec, self.size if self.drop_remainder else None)

    @property
    def cardinality(self):
        return _count(self.input, self.size, self.drop_remainder)

    @cached_property
    def plan(self):
        if self.input.plan is None:
            return None
        return plans.batched(self.input.plan, self.size, self.drop_remainder)

    def __iter__(self):
        if self.plan is not None:
            return map(self.plan.gather, self.plan.indices())
        return super().__iter__()

    def over(self, elements):
        return map(stacked, _groups(elements, self.size, self.drop_remainder))


def stacked(group: list):
    """Elements as one batch. Raises InvalidArgumentError where shapes differ."""
    out = []
    for component, leaves in _columns(group):
        if isinstance(leaves[0], COMPOSITE):
            out.append(stack(leaves))
            continue
        first = np.shape(leaves[0])
        for index, leaf in enumerate(leaves):
            if np.shape(leaf) != first:
                raise InvalidArgumentError(
                    None,
                    None,
                    "Cannot batch tensors with different shapes in "
                    f"component {component}. First element had shape {list(first)} "
                    f"and element {index} had shape {list(np.shape(leaf))}. Use "
                    "padded_batch for sequences of different lengths.",
                )
        out.append(stack(leaves))
    return pack(group[0], out)


@dataclass(frozen=True, eq=False)
class PaddedBatch(After):
    """Like batch, with every leaf filled up to a shape.

    `padded_shapes` [same structure]: None (or -1) in it stands for the longest of the
    batch. `padding_values`: scalars, zero (or b"") where not given.
    """

    input: Node
    size: int
    padded_shapes: Any = None
    padding_values: Any = None
    drop_remainder: bool = False

    def __post_init__(self):
        check_batch_size(self.size)

    @cached_property
    def _shapes(self) -> list[tuple]:
        specs = flatten(self.input.spec)
        for spec in specs:
            if isinstance(spec, RaggedSpec | SparseSpec):
                raise TypeError(
                    "`padded_batch` is only supported for datasets that produce "
                    f"tensor elements, received {spec}. Use batch, which makes rows "
                    "of different lengths of them."
                )
        if self.padded_shapes is None:
            for index, spec in enumerate(specs):
                if spec.shape is None:
                    raise ValueError(
                        "You must provide `padded_shapes` argument because component "
                        f"{index} has unknown rank."
                    )
            return [spec.shape for spec in specs]
        given = _flatten_shapes(self.padded_shapes, self.input.spec)
        for index, (shape, spec) in enumerate(zip(given, specs, strict=True)):
            if spec.shape is not None and len(shape) != len(spec.shape):
                raise ValueError(
                    f"The padded shape {shape} of component {index} does not have the "
                    f"rank of its elements, whose shape is {spec.shape}."
                )
        return given

    @cached_property
    def _values(self) -> list:
        specs = flatten(self.input.spec)
        if self.padding_values is None:
            return [b"" if s.dtype == "string" else 0 for s in specs]
        if not is_structure(self.padding_values):
            return [self.padding_values] * len(specs)
        values = flatten(self.padding_values)
        filled = zip(values, specs, strict=True)
        return [
            (b"" if s.dtype == "string" else 0) if v is None else v for v, s in filled
        ]

    @cached_property
    def spec(self):
        size = self.size if self.drop_remainder else None
        leaves = zip(flatten(self.input.spec), self._shapes, strict=True)
        return pack(
            self.input.spec, [ArraySpec(s.dtype, (size, *shape)) for s, shape in leaves]
        )

    @property
    def cardinality(self):
        return _count(self.input, self.size, self.drop_remainder)

    def over(self, elements):
        wanted, values = self._shapes, self._values
        for group in _groups(elements, self.size, self.drop_remainder):
            columns = [
                padded(leaves, wanted[i], values[i]) for i, leaves in _columns(group)
            ]
            yield pack(group[0], columns)


def _flatten_shapes(given, spec) -> list[Any]:
    """Shapes laid out like `spec`: here tuples are structure only where spec is."""
    if isinstance(spec, tuple):
        pairs = zip(given, spec, strict=True)
        return [shape for g, s in pairs for shape in _flatten_shapes(g, s)]
    if isinstance(spec, Mapping):
        keys = sorted(spec)
        return [shape for k in keys for shape in _flatten_shapes(given[k], spec[k])]
    if not isinstance(given, shapes.TensorShape):
        given = [None if n is None or int(n) < 0 else int(n) for n in given]
    return [shapes.as_dims(given)]


def padded(leaves: list, shape: tuple, value) -> np.ndarray:
    """Arrays of one rank as [n, *shape], `value` where they are shorter."""
    arrays = [np.asarray(leaf, getattr(leaf, "dtype", object)) for leaf in leaves]
    full = []
    for axis, size in enumerate(shape):
        longest = max(array.shape[axis] for array in arrays)
        if size is not None and longest > size:
            raise DataLossError(
                None,
                None,
                "Attempted to pad to a smaller size than the input "
                f"element: axis {axis} is {longest} long, the padded shape is "
                f"{list(shape)}.",
            )
        full.append(longest if size is None else size)
    if isinstance(value, str):
        value = value.encode()
    out = np.full((len(arrays), *full), value, arrays[0].dtype)
    for index, array in enumerate(arrays):
        out[(index, *map(slice, array.shape))] = array
    return out


def _rows(batch) -> Iterator:
    leaves = flatten(batch)
    lengths = {len(leaf) for leaf in leaves}
    if len(lengths) != 1:
        raise InvalidArgumentError(
            None,
            None,
            "unbatch: the components have different first axes, received "
            f"shapes {[leaf.shape for leaf in leaves]}.",
        )
    for row in zip(*leaves, strict=True):
        yield pack(batch, row)


@dataclass(frozen=True, eq=False)
class Unbatch(After):
    """Every row of every element on its own."""

    input: Node

    @cached_property
    def spec(self):
        return without_batch(self.input.spec)

    @property
    def cardinality(self):
        firsts = {s.shape[0] for s in flatten(self.input.spec) if s.shape}
        known = firsts - {None}
        if not known:
            return UNKNOWN
        return scaled(self.input.cardinality, lambda n: n * known.pop())

    def over(self, elements):
        for batch in elements:
            yield from _rows(batch)


@dataclass(frozen=True, eq=False)
class Rebatch(After):
    """Batches cut anew into sizes [s0, s1, ...], taken in turn."""

    input: Node
    sizes: tuple[int, ...]
    drop_remainder: bool = False

    def __post_init__(self):
        for size in self.sizes:
            check_batch_size(size)

    @cached_property
    def spec(self):
        fixed = self.drop_remainder and len(set(self.sizes)) == 1
        rows = without_batch(self.input.spec)
        return with_batch(rows, self.sizes[0] if fixed else None)

    cardinality = UNKNOWN

    def over(self, elements):
        left = None
        for size in cycle(self.sizes):
            while left is None or len(flatten(left)[0]) < size:
                more = next(elements, None)
                if more is None:
                    if left is not None and len(flatten(left)[0]):
                        if not self.drop_remainder:
                            yield left
                    return
                left = more if left is None else _joined(left, more)
            yield transform(lambda leaf: leaf[:size], left)  # noqa: B023
            left = transform(lambda leaf: leaf[size:], left)  # noqa: B023


def _joined(a, b):
    pairs = zip(flatten(a), flatten(b), strict=True)
    return pack(
        a,
        [
            joined([m, n]) if isinstance(m, COMPOSITE) else np.concatenate([m, n])
            for m, n in pairs
        ],
    )


@dataclass(frozen=True, eq=False)
class Window(After):
    """Overlapping runs of elements, each leaf a data set of its own.

    Window k holds elements k*shift, k*shift + stride, ... (`size` of them).
    """

    input: Node
    size: int
    shift: Any = None  # of `size` where not given
    stride: int = 1
    drop_remainder: bool = False

    def __post_init__(self):
        if self.shift is None:
            object.__setattr__(self, "shift", self.size)
        for name in ("size", "shift", "stride"):
            if getattr(self, name) < 1:
                raise InvalidArgumentError(
                    None,
                    None,
                    f"Window {name} must be greater than zero, received "
                    f"{getattr(self, name)}.",
                )

    @property
    def spec(self):
        return transform(DatasetSpec, self.input.spec)

    @property
    def cardinality(self):
        def windows(n: int) -> int:
            if not self.drop_remainder:
                return -(-n // self.shift)
            reach = (self.size - 1) * self.stride + 1
            return 0 if n < reach else (n - reach) // self.shift + 1

        return scaled(self.input.cardinality, windows)

    def over(self, elements):
        reach = (self.size - 1) * self.stride + 1
        held: deque = deque(islice(elements, reach))
        while held:
            if len(held) < reach and self.drop_remainder:
                return
            yield self._as_nodes(list(held)[:: self.stride])
            gone = min(self.shift, len(held))
            for _ in range(gone):
                held.popleft()
            for _ in islice(elements, self.shift - gone):
                pass
            held.extend(islice(elements, reach - len(held)))

    def _as_nodes(self, elements: list):
        spec = self.input.spec
        if not is_structure(spec):
            return Elements(elements, spec)
        columns = zip(*map(flatten, elements), strict=True)
        specs = flatten(spec)
        nodes = [Elements(list(c), s) for c, s in zip(columns, specs, strict=True)]
        return pack(spec, nodes)


@dataclass(frozen=True, eq=False)
class EnsureShape(Through):
    """The input, with what is promised about its shapes checked (`assert_*`)."""

    input: Node
    declared: Any

    @property
    def spec(self):
        return self.declared

    def over(self, elements):
        wanted = flatten(self.declared)
        for element in elements:
            for leaf, spec in zip(flatten(element), wanted, strict=True):
                seen: Any = leaf_spec(leaf)
                if not shapes.compatible(seen.shape, spec.shape):
                    raise InvalidArgumentError(
                        None,
                        None,
                        f"The element has shape {seen.shape}, but "
                        f"{spec.shape} ({dtypes.as_dtype(spec.dtype).name}) was "
                        "promised.",
                    )
            yield element
