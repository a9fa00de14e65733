"""Transforms over several data sets, or one made per element: interleave, groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from penstock.core.errors import InvalidArgumentError
from penstock.pipeline.node import UNKNOWN, Computed, Node
from penstock.pipeline.random_order import drawing_nothing
from penstock.pipeline.sources import Elements
from penstock.pipeline.structure import apply, as_leaf


@dataclass(frozen=True, eq=False)
class FlatMap(Computed):
    """The elements of `function(element)`, one data set after the other."""

    input: Node
    function: Callable
    declared: Any = None
    cardinality: Any = UNKNOWN

    @cached_property
    def seen_spec(self):
        return _first(self.input, self.function, "flat_map")

    def over(self, elements):
        for element in elements:
            yield from made(apply(self.function, element), "flat_map")


def _first(source: Node, function: Callable, who: str):
    """The spec of the data set that is made of the first element."""
    with drawing_nothing():
        for element in islice(iter(source), 1):
            return made(apply(function, element), who).spec
    raise ValueError(f"{who}: the data set is empty, so its elements cannot be seen.")


def made(result, who: str) -> Node:
    """The node behind what a user function returned. Raises TypeError."""
    node = getattr(result, "node", result)
    if not isinstance(node, Node):
        raise TypeError(
            f"{who}: the function must return a Dataset, received {result!r}. Wrap it "
            "in Dataset.from_tensors(...) or use map."
        )
    return node


@dataclass(frozen=True, eq=False)
class Interleave(Computed):
    """`cycle_length` data sets open at a time, `block_length` elements from each.

    A data set that ends leaves its place to the next input element, and the turn goes
    on, as TensorFlow's deterministic order has it.
    """

    input: Node
    function: Callable
    cycle_length: int
    block_length: int
    declared: Any = None
    cardinality: Any = UNKNOWN

    def __post_init__(self):
        for name in ("cycle_length", "block_length"):
            if getattr(self, name) < 1:
                raise InvalidArgumentError(
                    None,
                    None,
                    f"interleave: `{name}` must be > 0, received "
                    f"{getattr(self, name)}.",
                )

    @cached_property
    def seen_spec(self):
        return _first(self.input, self.function, "interleave")

    def over(self, elements) -> Iterator:
        places: list[Iterator | None] = [None] * self.cycle_length
        more = True
        turn = 0
        while more or any(place is not None for place in places):
            if places[turn] is None and more:
                try:
                    element = next(elements)
                except StopIteration:
                    more = False
                else:
                    made_here = apply(self.function, element)
                    places[turn] = iter(made(made_here, "interleave"))
            place = places[turn]
            if place is not None:
                for _ in range(self.block_length):
                    try:
                        yield next(place)
                    except StopIteration:
                        places[turn] = None
                        break
            turn = (turn + 1) % self.cycle_length


@dataclass(frozen=True, eq=False)
class Choose(Node):
    """The next element of the data set that `choice` names, each time."""

    inputs: tuple[Node, ...]
    choice: Any  # iterable of int
    stop_on_empty: bool
    declared: Any
    cardinality: Any = UNKNOWN

    @property
    def spec(self):
        return self.declared

    def __iter__(self):
        return self._chosen([iter(node) for node in self.inputs], iter(self.choice))

    def _chosen(self, sources: list[Iterator], choices: Iterator) -> Iterator:
        open_ = set(range(len(sources)))
        for choice in choices:
            index = int(choice)
            if not 0 <= index < len(sources):
                raise InvalidArgumentError(
                    None,
                    None,
                    f"Selector index out of range: {index} >= "
                    f"{len(sources)} data sets.",
                )
            if index not in open_:
                continue
            try:
                element = next(sources[index])
            except StopIteration:
                open_.discard(index)
                if self.stop_on_empty or not open_:
                    return
                continue
            yield element


@dataclass(frozen=True, eq=False)
class GroupByWindow(Computed):
    """Elements with one key, `window_size(key)` at a time, through `reduce`.

    At the end the groups that are left come in the order of their keys.
    """

    input: Node
    key: Callable
    reduce: Callable[[np.int64, Node], object]
    window_size: Callable[[np.int64], int]
    declared: Any = None
    cardinality: Any = UNKNOWN

    @cached_property
    def seen_spec(self):
        def reduced(*element):
            return self._reduced(self._key(_unspread(element)), [_unspread(element)])

        return _first(self.input, reduced, "group_by_window")

    def over(self, elements):
        groups: dict[int, list] = {}
        for element in elements:
            key = self._key(element)
            group = groups.setdefault(key, [])
            group.append(element)
            size = int(self.window_size(np.int64(key)))
            if size < 1:
                raise InvalidArgumentError(
                    None,
                    None,
                    "group_by_window: window size must be greater than "
                    f"zero, received {size} for key {key}.",
                )
            if len(group) >= size:
                yield from self._reduced(key, groups.pop(key))
        for key in sorted(groups):
            yield from self._reduced(key, groups[key])

    def _key(self, element) -> int:
        key = np.asarray(as_leaf(apply(self.key, element)))
        if key.shape != () or key.dtype.kind not in "iu":
            raise ValueError(
                "Invalid `key_func`. `key_func` must return a single `tf.int64` "
                f"scalar tensor, received {key!r}."
            )
        return int(key)

    def _reduced(self, key: int, group: list) -> Node:
        node = Elements(group, self.input.spec)
        return made(self.reduce(np.int64(key), node), "group_by_window")


def _unspread(element: tuple):
    return element[0] if len(element) == 1 else element
