"""Transforms that choose which elements come when: shuffle, repeat, take, shard."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from penstock.core.errors import InvalidArgumentError
from penstock.pipeline import plan as plans
from penstock.pipeline.node import INFINITE, UNKNOWN, Node, Through, scaled
from penstock.pipeline.random_order import SeedStream, later, shuffled


@dataclass(frozen=True, eq=False)
class Shuffle(Through):
    """TensorFlow's shuffle; see random_order.py."""

    input: Node
    buffer_size: int
    seeds: SeedStream

    def __post_init__(self):
        size = self.buffer_size
        if size == UNKNOWN:  # documented: "the whole data set"
            size = self.input.cardinality
            if size == INFINITE:
                raise InvalidArgumentError(
                    None,
                    None,
                    "shuffle: an endless data set cannot be held whole. "
                    "Give a buffer_size.",
                )
            if size == UNKNOWN:
                size = 1 << 62
            object.__setattr__(self, "buffer_size", max(size, 1))
        elif size <= 0:
            raise InvalidArgumentError(
                None,
                None,
                "buffer_size must be greater than zero or "
                f"UNKNOWN_CARDINALITY, received {size} (shuffle).",
            )

    @cached_property
    def plan(self):
        plan = self.input.plan
        if plan is None:
            return None
        return plans.shuffle(plan, self.buffer_size, self.seeds)

    def __iter__(self):
        # Where it fills its buffer, there begins the pass over the input.
        return self.over(later(self.input))

    def over(self, elements):
        return shuffled(elements, self.buffer_size, self.seeds.next())


@dataclass(frozen=True, eq=False)
class Repeat(Through):
    """`count` passes over the input; endless for -1."""

    input: Node
    count: int = -1

    @property
    def cardinality(self):
        inner = self.input.cardinality
        if self.count < 0:
            return INFINITE if inner != 0 else 0
        if self.count == 0:
            return 0
        return scaled(inner, lambda n: n * self.count)

    @cached_property
    def plan(self):
        plan = self.input.plan
        return plan and plans.repeated(plan, self.count, self._begins_one_more)

    @property
    def _begins_one_more(self) -> bool:
        """TensorFlow begins a pass that nobody uses when the last one ends; but a
        shuffle and its repeat are one transform there, which knows better."""
        return not isinstance(self.input, Shuffle)

    def over(self, elements):
        left = self.count
        while left != 0:
            left -= 1
            empty = True
            for element in elements:
                empty = False
                yield element
            if empty and self.count < 0:
                return  # an endless repetition of nothing
            if left or self._begins_one_more:
                elements = iter(self.input)


@dataclass(frozen=True, eq=False)
class Take(Through):
    """The first `count` elements; all for -1."""

    input: Node
    count: int

    @property
    def cardinality(self):
        inner = self.input.cardinality
        if self.count < 0:
            return inner
        if inner == INFINITE:
            return self.count
        return scaled(inner, lambda n: min(n, self.count))

    @cached_property
    def plan(self):
        if self.input.plan is None or self.count < 0:
            return self.input.plan
        return plans.selected(self.input.plan, 0, self.count, 1)

    def over(self, elements):
        return islice(elements, None if self.count < 0 else self.count)


@dataclass(frozen=True, eq=False)
class Skip(Through):
    """All but the first `count` elements; none for -1."""

    input: Node
    count: int

    @property
    def cardinality(self):
        if self.count < 0:
            return 0
        return scaled(self.input.cardinality, lambda n: max(0, n - self.count))

    @cached_property
    def plan(self):
        if self.input.plan is None or self.count < 0:
            return None
        return plans.selected(self.input.plan, self.count, None, 1)

    def over(self, elements):
        return iter(()) if self.count < 0 else islice(elements, self.count, None)


@dataclass(frozen=True, eq=False)
class Shard(Through):
    """Elements index, index + num_shards, ..."""

    input: Node
    num_shards: int
    index: int

    def __post_init__(self):
        if self.num_shards < 1:
            raise InvalidArgumentError(
                None,
                None,
                "Number of shards must be greater than zero (currently "
                f"num_shards = {self.num_shards}).",
            )
        if not 0 <= self.index < self.num_shards:
            raise InvalidArgumentError(
                None,
                None,
                f"Index must be between 0 and {self.num_shards - 1} "
                f"(currently index = {self.index}).",
            )

    @property
    def cardinality(self):
        return scaled(
            self.input.cardinality,
            lambda n: len(range(self.index, n, self.num_shards)),
        )

    @cached_property
    def plan(self):
        if self.input.plan is None:
            return None
        return plans.selected(self.input.plan, self.index, None, self.num_shards)

    def over(self, elements):
        return islice(elements, self.index, None, self.num_shards)
