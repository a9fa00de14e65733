"""Transforms that look at one element at a time: map, filter, scan and the like."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from penstock.core.errors import FailedPreconditionError, OpError
from penstock.pipeline import plan as plans
from penstock.pipeline.node import UNKNOWN, After, Computed, Node, Through
from penstock.pipeline.spec import ArraySpec
from penstock.pipeline.structure import apply, as_element, flatten, same


@dataclass(frozen=True, eq=False)
class Map(Computed):
    """`function` of every element, in order.

    `workers` > 1 computes ahead in that many threads. `vectorised`, where given, does
    to a whole batch what `function` does to each element.
    """

    input: Node
    function: Callable
    workers: int | None = None
    vectorised: Callable | None = None
    declared: Any = None

    @cached_property
    def plan(self):
        if self.vectorised is None or self.input.plan is None:
            return None
        return plans.mapped(self.input.plan, self.vectorised)

    def _compute(self, element):
        return as_element(apply(self.function, element))

    def over(self, elements) -> Iterator:
        if self.workers is None or self.workers == 1:
            return map(self._compute, elements)
        return self._ahead(elements, self.workers)

    def _ahead(self, elements: Iterator, workers: int) -> Iterator:
        if workers < 0:
            workers = os.cpu_count() or 1
        pool = ThreadPoolExecutor(workers, thread_name_prefix="penstock-map")
        pending: deque = deque()
        try:
            for element in elements:
                try:
                    pending.append(pool.submit(self._compute, element))
                except RuntimeError:  # the main thread has ended: go on in this one
                    while pending:
                        yield pending.popleft().result()
                    yield self._compute(element)
                    continue
                if len(pending) >= workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _truth(value, who: str, what: str) -> bool:
    array = np.asarray(as_element(value))
    if array.shape != () or array.dtype != np.bool_:
        raise ValueError(
            f"Invalid `{what}`. `{what}` must return a `tf.bool` scalar tensor, but "
            f"{who} received {array!r}. Compare explicitly, such as `x > 0`."
        )
    return bool(array)


@dataclass(frozen=True, eq=False)
class Filter(Through):
    input: Node
    predicate: Callable
    cardinality: Any = UNKNOWN

    def _keeps(self, element) -> bool:
        return _truth(apply(self.predicate, element), "filter", "predicate")

    def over(self, elements):
        return filter(self._keeps, elements)


@dataclass(frozen=True, eq=False)
class TakeWhile(Through):
    input: Node
    predicate: Callable
    cardinality: Any = UNKNOWN

    def over(self, elements):
        for element in elements:
            if not _truth(apply(self.predicate, element), "take_while", "predicate"):
                return
            yield element


@dataclass(frozen=True, eq=False)
class Enumerate(After):
    input: Node
    start: int = 0

    @property
    def spec(self):
        return (ArraySpec("int64", ()), self.input.spec)

    @property
    def cardinality(self):
        return self.input.cardinality

    def over(self, elements):
        for index, element in enumerate(elements, self.start):
            yield np.int64(index), element


@dataclass(frozen=True, eq=False)
class Scan(Computed):
    """`function(state, element) -> (state, output)` carried along; gives outputs."""

    input: Node
    initial: Any
    function: Callable
    declared: Any = None

    def over(self, elements):
        state = as_element(self.initial)
        for element in elements:
            result = self.function(state, element)
            if not isinstance(result, tuple) or len(result) != 2:
                raise TypeError(
                    "scan: the function must return (new_state, output), received "
                    f"{result!r}."
                )
            new, output = map(as_element, result)
            if not same(state, new):
                raise TypeError(
                    f"scan: the state began as {state!r} and became {new!r}. Return "
                    "a state of the same structure."
                )
            state = new
            yield output


@dataclass(frozen=True, eq=False)
class Unique(Through):
    """Each scalar the first time it appears."""

    input: Node
    cardinality: Any = UNKNOWN

    def over(self, elements):
        seen = set()
        for element in elements:
            leaves = flatten(element)
            if len(leaves) != 1:
                raise TypeError(
                    "unique: elements must be a single tensor, received a structure "
                    f"of {len(leaves)}. Map to the key first."
                )
            leaf = leaves[0]
            key = leaf.tobytes() if isinstance(leaf, np.ndarray) else leaf
            if key not in seen:
                seen.add(key)
                yield element


@dataclass(frozen=True, eq=False)
class IgnoreErrors(Through):
    """Leave out elements whose computation failed."""

    input: Node
    log_warning: bool = False
    cardinality: Any = UNKNOWN

    def over(self, elements):
        while True:
            try:
                element = next(elements)
            except StopIteration:
                return
            except (OpError, ArithmeticError, ValueError) as error:
                if self.log_warning:
                    print(f"Error raised with error message {error}")
                continue
            yield element


@dataclass(frozen=True, eq=False)
class AssertCardinality(Through):
    """The input, which the program says has `count` elements."""

    input: Node
    count: int

    @property
    def cardinality(self):
        return self.count

    def over(self, elements):
        seen = 0
        for seen, element in enumerate(elements, 1):
            if seen > self.count >= 0:
                raise self._wrong(f"at least {seen}")
            yield element
        if seen != self.count:
            raise self._wrong(f"only {seen}")

    def _wrong(self, found: str) -> FailedPreconditionError:
        unit = "element" if self.count == 1 else "elements"
        return FailedPreconditionError(
            None, None, f"Input dataset was expected to contain {self.count} "
            f"{unit} but contained {found} elements.",
        )  # fmt: skip
