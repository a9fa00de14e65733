"""A node of a data set's description, and how many elements it has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cached_property
from itertools import islice
from operator import is_
from typing import Any

from penstock.pipeline.plan import IndexPlan
from penstock.pipeline.random_order import drawing_nothing
from penstock.pipeline.spec import element_spec
from penstock.pipeline.structure import flatten, is_structure, pack

INFINITE = -1
UNKNOWN = -2


class Node(ABC):
    """Where elements come from. Iterating twice gives two independent passes."""

    spec: Any  # the structure of `ArraySpec` that every element fits
    cardinality: Any  # number of elements, INFINITE or UNKNOWN

    @abstractmethod
    def __iter__(self) -> Iterator: ...

    @property
    def plan(self) -> IndexPlan | None:
        """How to gather whole batches by index, where the data lies in memory."""
        return None


class After(Node):
    """A node with one input.

    A pass over it begins by making one over the input, down to the sources: there
    seeds are drawn, when an iterator is made and not when it is used.
    """

    input: Node

    def __iter__(self) -> Iterator:
        return self.over(iter(self.input))

    @abstractmethod
    def over(self, elements: Iterator) -> Iterator:
        """The elements of a pass, from those of one over the input."""


class Through(After):
    """A node with one input whose elements look like its own."""

    @property
    def spec(self):
        return self.input.spec

    @property
    def cardinality(self) -> Any:
        return self.input.cardinality


class Computed(After):
    """A node whose elements a user function makes.

    `declared` is their spec where the face knows it (by tracing). Otherwise the
    first element is computed once to see, as TensorFlow traces a function once.
    """

    declared: Any

    @cached_property
    def seen_spec(self):
        with drawing_nothing():
            for element in islice(iter(self), 1):
                return element_spec(element)
        raise ValueError(
            f"{type(self).__name__}: the data set is empty, so what its function "
            "returns cannot be seen. Give the element's spec."
        )

    @property
    def spec(self):
        return self.declared if self.declared is not None else self.seen_spec

    @property
    def cardinality(self) -> Any:
        return self.input.cardinality


def anew(part: Any, made: dict[int, Any] | None = None) -> Any:
    """A node whose random streams begin again, as every iterator of 1.x finds it.

    `made` maps parts to what was made of them: what they shared, they share still.
    """
    made = {} if made is None else made
    if id(part) not in made:
        made[id(part)] = _made_anew(part, made)
    return made[id(part)]


def _made_anew(part: Any, made: dict[int, Any]) -> Any:
    if hasattr(part, "anew"):
        return part.anew()
    if is_structure(part):
        old = flatten(part)
        new = [anew(leaf, made) for leaf in old]
        return part if all(map(is_, new, old)) else pack(part, new)
    if not isinstance(part, Node) or not is_dataclass(part):
        return part
    parts = {f.name: getattr(part, f.name) for f in fields(part) if f.init}
    changed = {n: fresh for n, p in parts.items() if (fresh := anew(p, made)) is not p}
    return replace(part, **changed) if changed else part


def begun(node: Node) -> Iterator:
    """A pass over `node`, as an iterator of 2.x begins it: functions draw anew.

    Repetitions inside the pass go on where the last one stopped. As observed from
    TensorFlow 2.21, but that two open passes over one function share its numbers.
    """
    _begin(node, set())
    return iter(node)


def _begin(part: Any, seen: set[int]) -> None:
    if id(part) in seen:
        return
    seen.add(id(part))
    if hasattr(part, "begin"):
        part.begin()
    elif is_structure(part):
        for leaf in flatten(part):
            _begin(leaf, seen)
    elif isinstance(part, Node) and is_dataclass(part):
        for field in fields(part):
            _begin(getattr(part, field.name), seen)


def scaled(count: int, function: Callable[[int], int]) -> int:
    """`function` of a known number; INFINITE and UNKNOWN stay as they are."""
    return count if count < 0 else function(count)
