"""The fluent face of the nodes: `Dataset.range(10).shuffle(4).batch(2)`.

Names, arguments and defaults are those of `tf.data.Dataset`; functions work on NumPy.
The tf-named class derives from this one, hands in functions that were traced, and
passes what it found out as `spec`. `type(self)` wraps every result, so data sets that
reach a user function (windows, groups) have the face's class too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Self

import numpy as np

from penstock.pipeline import (
    batching,
    caching,
    elementwise,
    files,
    mixing,
    ordering,
    sources,
    uneven,
)
from penstock.pipeline.background import Prefetch
from penstock.pipeline.bucketing import bucket_batches, bucket_of
from penstock.pipeline.making import Making
from penstock.pipeline.node import INFINITE, UNKNOWN, Node
from penstock.pipeline.options import Options
from penstock.pipeline.plan import IndexPlan
from penstock.pipeline.random_order import SeedStream, seed_pair
from penstock.pipeline.spec import covering
from penstock.pipeline.structure import (
    apply,
    as_element,
    same,
    transform,
)

AUTOTUNE = -1


class Dataset(Making):
    """A data set: `node` describes it, iterating computes it."""

    # -- how faces and user functions see it ---------------------------------------

    def _to(self, node: Node) -> Self:
        return type(self)(node, self._options)

    def _facing(self, function: Callable) -> Callable:
        """`function`, seeing data sets of this class where an element holds nodes."""

        def call(*element):
            return function(*(transform(self._faced, part) for part in element))

        if hasattr(function, "begin"):
            call.begin = function.begin  # type: ignore[attr-defined]
        return call

    def _faced(self, leaf):
        return self._to(leaf) if isinstance(leaf, Node) else leaf

    def __iter__(self) -> Iterator:
        return map(partial(transform, self._faced), self.node)

    def as_numpy_iterator(self) -> Iterator:
        return iter(self.node)

    @property
    def spec(self):
        return self.node.spec

    @property
    def plan(self) -> IndexPlan | None:
        """Arrays and index batches, where nothing needs Python per element."""
        return self.node.plan

    def cardinality(self) -> int:
        return self.node.cardinality

    def __len__(self) -> int:
        count = self.node.cardinality
        if count == INFINITE:
            raise TypeError("The dataset is infinite.")
        if count == UNKNOWN:
            raise TypeError("The dataset length is unknown.")
        return count

    def __bool__(self) -> bool:
        return True

    def options(self) -> Options:
        return self._options

    def with_options(self, options: Options) -> Self:
        return type(self)(self.node, self._options.merge(options))

    # -- one element at a time -----------------------------------------------------

    def map(
        self,
        map_func,
        num_parallel_calls=None,
        deterministic=None,
        *,
        vectorised=None,
        spec=None,
        name=None,
    ) -> Self:
        workers = None if num_parallel_calls is None else int(num_parallel_calls)
        if workers is not None and workers != AUTOTUNE and workers < 1:
            raise ValueError(
                "`num_parallel_calls` must be at least 1 or tf.data.AUTOTUNE, "
                f"received {workers}."
            )
        function = self._facing(map_func)
        return self._to(elementwise.Map(self.node, function, workers, vectorised, spec))

    def filter(self, predicate, name=None) -> Self:
        return self._to(elementwise.Filter(self.node, self._facing(predicate)))

    def take_while(self, predicate, name=None) -> Self:
        return self._to(elementwise.TakeWhile(self.node, self._facing(predicate)))

    def enumerate(self, start=0, name=None) -> Self:
        return self._to(elementwise.Enumerate(self.node, int(start)))

    def scan(self, initial_state, scan_func, *, spec=None, name=None) -> Self:
        return self._to(elementwise.Scan(self.node, initial_state, scan_func, spec))

    def reduce(self, initial_state, reduce_func, name=None):
        state = as_element(initial_state)
        for element in self:
            new = as_element(reduce_func(state, element))
            if not same(state, new):
                raise TypeError(
                    f"reduce: the state began as {state!r} and became {new!r}. Return "
                    "a state of the same structure."
                )
            state = new
        return state

    def unique(self, name=None) -> Self:
        return self._to(elementwise.Unique(self.node))

    def ignore_errors(self, log_warning=False, name=None) -> Self:
        return self._to(elementwise.IgnoreErrors(self.node, log_warning))

    def apply(self, transformation_func) -> Dataset:
        result = transformation_func(self)
        if not isinstance(result, Dataset):
            raise TypeError(
                "`transformation_func` must return a `tf.data.Dataset` object. Got "
                f"{type(result)}."
            )
        return result

    # -- order ---------------------------------------------------------------------

    def shuffle(
        self, buffer_size, seed=None, reshuffle_each_iteration=None, name=None
    ) -> Self:
        fixed = reshuffle_each_iteration is False
        seeds = SeedStream(*seed_pair(seed), fixed=fixed)
        return self._to(ordering.Shuffle(self.node, int(buffer_size), seeds))

    def repeat(self, count=None, name=None) -> Self:
        return self._to(ordering.Repeat(self.node, -1 if count is None else int(count)))

    def take(self, count, name=None) -> Self:
        return self._to(ordering.Take(self.node, int(count)))

    def skip(self, count, name=None) -> Self:
        return self._to(ordering.Skip(self.node, int(count)))

    def shard(self, num_shards, index, name=None) -> Self:
        return self._to(ordering.Shard(self.node, int(num_shards), int(index)))

    def concatenate(self, dataset, name=None) -> Self:
        spec = covering(self.spec, dataset.spec)
        return self._to(sources.Concatenate(self.node, dataset.node, spec))

    def prefetch(self, buffer_size, name=None) -> Self:
        size = AUTOTUNE if buffer_size is None else int(buffer_size)
        return self._to(Prefetch(self.node, size))

    def cache(self, filename="", name=None) -> Self:
        if not filename:
            return self._to(caching.MemoryCache(self.node))
        path = next(iter(files.file_names(filename)))
        return self._to(caching.FileCache(self.node, path))

    # -- batches -------------------------------------------------------------------

    def batch(
        self,
        batch_size,
        drop_remainder=False,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ) -> Self:
        return self._to(
            batching.Batch(self.node, int(batch_size), bool(drop_remainder))
        )

    def padded_batch(
        self,
        batch_size,
        padded_shapes=None,
        padding_values=None,
        drop_remainder=False,
        name=None,
    ) -> Self:
        return self._to(
            batching.PaddedBatch(
                self.node,
                int(batch_size),
                padded_shapes,
                padding_values,
                bool(drop_remainder),
            )
        )

    def ragged_batch(
        self, batch_size, drop_remainder=False, row_splits_dtype=None, name=None
    ) -> Self:
        size, drop = int(batch_size), bool(drop_remainder)
        return self._to(uneven.ragged_batch(self.node, size, drop))

    def sparse_batch(self, batch_size, row_shape, name=None) -> Self:
        return self._to(uneven.sparse_batch(self.node, int(batch_size), row_shape))

    def unbatch(self, name=None) -> Self:
        return self._to(batching.Unbatch(self.node))

    def rebatch(self, batch_size, drop_remainder=False, name=None) -> Self:
        sizes = tuple(int(size) for size in np.atleast_1d(batch_size))
        return self._to(batching.Rebatch(self.node, sizes, bool(drop_remainder)))

    def window(
        self, size, shift=None, stride=1, drop_remainder=False, name=None
    ) -> Self:
        shift = None if shift is None else int(shift)
        node = batching.Window(
            self.node, int(size), shift, int(stride), bool(drop_remainder)
        )
        return self._to(node)

    # -- data sets made per element ------------------------------------------------

    def flat_map(self, map_func, *, spec=None, name=None) -> Self:
        return self._to(mixing.FlatMap(self.node, self._facing(map_func), spec))

    def interleave(
        self,
        map_func,
        cycle_length=None,
        block_length=None,
        num_parallel_calls=None,
        deterministic=None,
        *,
        spec=None,
        name=None,
    ) -> Self:
        if cycle_length is None or cycle_length == AUTOTUNE:
            parallel = num_parallel_calls
            cycle_length = parallel if parallel and parallel > 0 else 10
        return self._to(
            mixing.Interleave(
                self.node,
                self._facing(map_func),
                int(cycle_length),
                1 if block_length is None else int(block_length),
                spec,
            )
        )

    def group_by_window(
        self,
        key_func,
        reduce_func,
        window_size=None,
        window_size_func=None,
        *,
        spec=None,
        name=None,
    ) -> Self:
        if (window_size is None) == (window_size_func is None):
            raise ValueError(
                "Either the `window_size` argument or the `window_size_func` argument "
                "must be specified, and not both."
            )
        return self._to(
            mixing.GroupByWindow(
                self.node,
                self._facing(key_func),
                lambda key, node: reduce_func(key, self._to(node)),
                window_size_func or (lambda _: int(window_size or 0)),
                spec,
            )
        )

    def bucket_by_sequence_length(
        self,
        element_length_func,
        bucket_boundaries,
        bucket_batch_sizes,
        padded_shapes=None,
        padding_values=None,
        pad_to_bucket_boundary=False,
        no_padding=False,
        drop_remainder=False,
        name=None,
    ) -> Self:
        boundaries, sizes = list(bucket_boundaries), list(bucket_batch_sizes)
        if len(sizes) != len(boundaries) + 1:
            raise ValueError(
                "len(bucket_batch_sizes) must equal len(bucket_boundaries) + 1, "
                f"received {len(sizes)} and {len(boundaries)}."
            )

        def key(*element):
            return bucket_of(int(element_length_func(*element)), boundaries)

        def reduce(key, group):
            return bucket_batches(
                group,
                boundaries[int(key)] if key < len(boundaries) else None,
                sizes[int(key)],
                self.spec if padded_shapes is None else padded_shapes,
                padding_values,
                pad_to_bucket_boundary,
                no_padding,
                drop_remainder,
            )

        return self.group_by_window(
            key, reduce, window_size_func=lambda key: sizes[int(key)]
        )

    # -- to their end --------------------------------------------------------------

    def get_single_element(self, name=None):
        found = []
        for element in self:
            found.append(element)
            if len(found) > 1:
                raise ValueError("Dataset had more than one element.")
        if not found:
            raise ValueError("Dataset was empty.")
        return found[0]

    def call(self, function: Callable, element):
        """`function` of an element, spread as `map` would spread it."""
        return apply(self._facing(function), element)
