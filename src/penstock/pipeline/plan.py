"""Batches of in-memory data as index arrays: no Python work per element.

A plan says: batch k of this data set is `stages(array[index[k]])`. Iterating uses one
`take` per array and batch; a training loop may take the index matrix instead, keep
the arrays on the device and gather there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

import numpy as np

from penstock.pipeline.random_order import SeedStream, shuffled, shuffled_chunks
from penstock.pipeline.structure import apply, as_element, pack

CHUNK = 1 << 16


@dataclass(frozen=True)
class IndexPlan:
    """`arrays` in the order `indices` gives, in the shape of `template`.

    Before `batch` (`batch_size` None) `indices()` yields chunks of any length, each
    index one element; after it each array is one batch. `stages` are vectorised
    functions over a batch, applied after the gather. `in_order` says that indices
    run without gaps, so a batch is a slice.
    """

    arrays: tuple[np.ndarray, ...]
    template: Any
    indices: Callable[[], Iterator[np.ndarray]]
    batch_size: int | None = None
    stages: tuple[Callable, ...] = ()
    in_order: bool = False

    def gather(self, index: np.ndarray):
        """The elements at `index` [n], leaves [n, ...], through the stages."""
        if self.in_order and len(index):
            start = int(index[0])
            at = slice(start, start + len(index))
            leaves = [array[at] for array in self.arrays]
        else:
            leaves = [array.take(index, axis=0, mode="clip") for array in self.arrays]
        element = pack(self.template, leaves)
        for stage in self.stages:
            element = as_element(apply(stage, element))
        return element

    def matrix(self) -> tuple[np.ndarray, np.ndarray]:
        """One finite pass: whole batches [steps, batch_size], and the short last one.

        Call it only where the cardinality is known to be finite.
        """
        rows = list(self.indices())
        tail = np.empty(0, np.int64)
        if rows and len(rows[-1]) != self.batch_size:
            tail = rows.pop()
        if any(len(row) != self.batch_size for row in rows):
            raise ValueError(
                "The batches have several lengths (batch before repeat), so they are "
                "no matrix. Iterate over indices() instead."
            )
        whole = (
            np.stack(rows) if rows else np.empty((0, self.batch_size or 0), np.int64)
        )
        return whole, tail


def of_slices(arrays: tuple[np.ndarray, ...], template) -> IndexPlan:
    count = len(arrays[0])

    def indices():
        for start in range(0, count, CHUNK):
            yield np.arange(start, min(start + CHUNK, count))

    return IndexPlan(arrays, template, indices, in_order=True)


def shuffle(plan: IndexPlan, buffer_size: int, seeds: SeedStream) -> IndexPlan:
    def passing():
        yield from plan.indices()  # begun when the first is asked for

    if plan.batch_size is not None:
        return replace(
            plan, indices=lambda: shuffled(passing(), buffer_size, seeds.next())
        )
    return replace(
        plan,
        indices=lambda: shuffled_chunks(passing(), buffer_size, seeds.next()),
        in_order=False,
    )


def repeated(plan: IndexPlan, count: int, one_more: bool) -> IndexPlan:
    """`count` passes, without end for -1. A pass without elements ends it.

    With `one_more`, a last pass is begun that nobody uses.
    """

    def passes(first):
        left = count
        while left != 0:
            left -= 1
            empty = True
            for index in first:
                empty = empty and not len(index)
                yield index
            if empty:
                return
            if left or one_more:
                first = plan.indices()

    # A chunk may now jump from the end to the start within one batch.
    in_order = plan.in_order and _batched(plan)
    return replace(plan, indices=lambda: passes(plan.indices()), in_order=in_order)


def _batched(plan: IndexPlan) -> bool:
    return plan.batch_size is not None


def selected(plan: IndexPlan, start: int, stop: int | None, step: int) -> IndexPlan:
    """Elements (or batches) start, start + step, ... before stop."""

    def of_batches():
        return islice(plan.indices(), start, stop, step)

    def of_elements(chunks):
        position = 0
        for index in chunks:
            end = position + len(index)
            first = (
                start
                if start >= position
                else start + (-(-(position - start) // step) * step)
            )
            last = end if stop is None else min(end, stop)
            if first < last:
                yield index[first - position : last - position : step]
            position = end
            if stop is not None and position >= stop:
                return

    if _batched(plan):
        return replace(plan, indices=of_batches)
    in_order = plan.in_order and step == 1
    return replace(plan, indices=lambda: of_elements(plan.indices()), in_order=in_order)


def batched(plan: IndexPlan, size: int, drop_remainder: bool) -> IndexPlan | None:
    """Index arrays of `size`; None where the elements are batches already."""
    if _batched(plan):
        return None

    def batches(chunks):
        left = np.empty(0, np.int64)
        for chunk in chunks:
            left = np.concatenate([left, chunk]) if len(left) else chunk
            whole = len(left) - len(left) % size
            yield from left[:whole].reshape(-1, size)
            left = left[whole:]
        if len(left) and not drop_remainder:
            yield left

    return replace(plan, indices=lambda: batches(plan.indices()), batch_size=size)


def mapped(plan: IndexPlan, vectorised: Callable) -> IndexPlan:
    return replace(plan, stages=(*plan.stages, vectorised))


def remembered(plan: IndexPlan, memory: list) -> IndexPlan:
    """The order of the first whole pass, kept for all later ones."""

    def kept(indices):
        seen = []
        for index in indices:
            seen.append(index)
            yield index
        if not memory:
            memory.append(seen)

    return replace(
        plan, indices=lambda: iter(memory[0]) if memory else kept(plan.indices())
    )


def zipped(plans: list[IndexPlan], template) -> IndexPlan | None:
    """Plans that each run in order over their arrays, side by side."""
    if any(_batched(p) or not p.in_order or p.stages for p in plans):
        return None
    starts = [next(iter(p.indices()), np.zeros(1, int))[0] for p in plans]
    counts = [sum(map(len, p.indices())) for p in plans]
    count = min(counts)
    parts = [
        array[start : start + count]
        for plan, start in zip(plans, starts, strict=True)
        for array in plan.arrays
    ]
    return of_slices(tuple(parts), template)


def chained(plans: list[IndexPlan]) -> IndexPlan | None:
    """One plan after another, where they read the same arrays in the same way."""
    first = plans[0]
    alike = all(
        p.arrays is first.arrays
        and p.batch_size == first.batch_size
        and p.stages == first.stages
        for p in plans
    )
    if not alike:
        return None

    def later():
        for plan in plans[1:]:
            yield from plan.indices()

    return replace(
        first,
        indices=lambda: chain(first.indices(), later()),
        in_order=all(p.in_order for p in plans) and _batched(first),
    )
