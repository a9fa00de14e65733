"""A node of a data set's description, and how many elements it has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import islice
from typing import Any

from penstock.pipeline.plan import IndexPlan
from penstock.pipeline.spec import element_spec

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

    def begin_unused(self) -> None:
        """Draw the seeds that making an iterator draws, which nobody then uses."""
        for value in vars(self).values():
            if isinstance(value, Node):
                value.begin_unused()


class Through(Node):
    """A node with one input whose elements look like its own."""

    input: Node

    @property
    def spec(self):
        return self.input.spec

    @property
    def cardinality(self) -> Any:
        return self.input.cardinality


class Computed(Node):
    """A node whose elements a user function makes.

    `declared` is their spec where the face knows it (by tracing). Otherwise the
    first element is computed once to see, as TensorFlow traces a function once.
    """

    declared: Any
    input: Node

    @cached_property
    def seen_spec(self):
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


def scaled(count: int, function: Callable[[int], int]) -> int:
    """`function` of a known number; INFINITE and UNKNOWN stay as they are."""
    return count if count < 0 else function(count)
