"""How a `Dataset` begins: from arrays, generators, files, other data sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np

from penstock.core import dtypes
from penstock.core.errors import UnsupportedError
from penstock.pipeline import files, mixing, ordering, sources
from penstock.pipeline.node import Node
from penstock.pipeline.options import Options
from penstock.pipeline.random_order import SeedStream, seed_pair
from penstock.pipeline.sampling import choices
from penstock.pipeline.spec import ArraySpec, array_spec, covering
from penstock.pipeline.structure import as_element, flatten, is_structure, transform


class Making:
    """Sources, and data sets chosen from among others."""

    node: Node

    def __init__(self, node: Node, options: Options | None = None):
        self.node = node
        self._options = options or Options()

    @classmethod
    def from_tensors(cls, tensors) -> Self:
        return cls(sources.Tensors(tensors))

    @classmethod
    def from_tensor_slices(cls, tensors) -> Self:
        return cls(sources.Slices(tensors))

    @classmethod
    def from_generator(
        cls,
        generator: Callable,
        output_types=None,
        output_shapes=None,
        args=(),
        output_signature=None,
    ) -> Self:
        if not callable(generator):
            raise TypeError("`generator` must be a Python callable.")
        if output_signature is not None:
            if output_types is not None or output_shapes is not None:
                raise TypeError(
                    "from_generator: give `output_signature` or `output_types` and "
                    "`output_shapes`, not both."
                )
            spec = transform(_as_spec, output_signature)
        elif output_types is None:
            raise TypeError("Either `output_signature` or `output_types` is required.")
        else:
            spec = generator_spec(output_types, output_shapes)
        values = [as_element(value) for value in args]
        return cls(sources.Generator(partial(generator, *values), spec))

    @classmethod
    def range(cls, *bounds, output_type: Any = "int64") -> Self:
        if not 1 <= len(bounds) <= 3:
            raise ValueError(f"Dataset.range takes 1 to 3 numbers, received {bounds}.")
        start, stop = (0, bounds[0]) if len(bounds) == 1 else bounds[:2]
        step = bounds[2] if len(bounds) == 3 else 1
        name = dtypes.as_dtype(output_type).name
        return cls(sources.Range(int(start), int(stop), int(step), name))

    @classmethod
    def counter(cls, start: Any = 0, step: Any = 1, dtype: Any = "int64") -> Self:
        return cls(sources.Counting(start, step, dtypes.as_dtype(dtype).name))

    @classmethod
    def random(cls, seed=None, rerandomize_each_iteration=None) -> Self:
        fixed = not rerandomize_each_iteration
        return cls(sources.Random(SeedStream(*seed_pair(seed), fixed=fixed)))

    @classmethod
    def zip(cls, *args, datasets=None) -> Self:
        if datasets is None:
            if not args:
                raise TypeError("Must pass at least one dataset to `zip`.")
            datasets = args[0] if len(args) == 1 else args
        bad = [d for d in flatten(datasets) if not isinstance(d, Making)]
        if bad:
            raise TypeError(
                f"Invalid input to `zip`: {bad[0]!r} is not a Dataset. Pass Datasets, "
                "or a tuple or dict of them (a list will not do)."
            )
        return cls(sources.Zip(transform(lambda d: d.node, datasets)))

    @classmethod
    def list_files(cls, file_pattern, shuffle=None, seed=None) -> Self:
        found = files.matching(file_pattern)
        names = sources.Slices(found)
        if shuffle is False:
            return cls(names)
        seeds = SeedStream(*seed_pair(seed))
        return cls(ordering.Shuffle(names, len(found), seeds))

    @classmethod
    def sample_from_datasets(
        cls,
        datasets,
        weights=None,
        seed=None,
        stop_on_empty_dataset=False,
        rerandomize_each_iteration=None,
    ) -> Self:
        datasets = list(datasets)
        if not datasets:
            raise ValueError("Invalid `datasets`. `datasets` should not be empty.")
        if weights is None:
            weights = np.full(len(datasets), 1.0 / len(datasets))
        if isinstance(weights, Making):
            raise UnsupportedError(
                "sample_from_datasets with a data set of weights is not in Penstock. "
                "Give one list of weights."
            )
        weights = np.asarray(weights, np.float64)
        if weights.shape != (len(datasets),):
            raise ValueError(
                "Invalid `weights`. The shape of `weights` should be "
                f"[{len(datasets)}], received {list(weights.shape)}."
            )
        if (weights < 0).any() or not weights.any():
            raise ValueError(f"`weights` must be >= 0 and not all 0, got {weights}.")
        kept = [d for d, w in zip(datasets, weights, strict=True) if w > 0]
        fixed = not rerandomize_each_iteration
        seeds = SeedStream(*seed_pair(seed), fixed=fixed)
        choice = _Choices(weights[weights > 0], seeds)
        return cls._choose(kept, choice, stop_on_empty_dataset)

    @classmethod
    def choose_from_datasets(
        cls, datasets, choice_dataset, stop_on_empty_dataset=True
    ) -> Self:
        datasets = list(datasets)
        if not datasets:
            raise ValueError("Invalid `datasets`. `datasets` should not be empty.")
        spec = choice_dataset.spec
        if is_structure(spec) or spec.dtype != "int64" or spec.shape != ():
            raise TypeError(
                "Elements of `choice_dataset` must be scalar `tf.int64` tensors, "
                f"received {spec}."
            )
        return cls._choose(datasets, choice_dataset.node, stop_on_empty_dataset)

    @classmethod
    def _choose(cls, datasets, choice, stop_on_empty: bool) -> Self:
        spec = datasets[0].spec
        for other in datasets[1:]:
            spec = covering(spec, other.spec)
        nodes = tuple(d.node for d in datasets)
        return cls(mixing.Choose(nodes, choice, stop_on_empty, spec))


@dataclass(frozen=True, eq=False)
class _Choices:
    """The draws of `sample_from_datasets`, a new pass each time."""

    weights: np.ndarray
    seeds: SeedStream

    def __iter__(self) -> Iterator[int]:
        return choices(self.weights, self.seeds.next())

    def anew(self) -> _Choices:
        return _Choices(self.weights, self.seeds.anew())


def _as_spec(leaf) -> ArraySpec:
    return leaf if isinstance(leaf, ArraySpec) else array_spec(leaf.dtype, leaf.shape)


def generator_spec(types, shapes=None):
    """The spec of `from_generator(output_types=, output_shapes=)`."""
    if isinstance(types, list):
        types = tuple(types)
    if isinstance(types, tuple):
        parts = [None] * len(types) if shapes is None else shapes
        return tuple(generator_spec(t, s) for t, s in zip(types, parts, strict=True))
    if isinstance(types, dict):
        parts = {} if shapes is None else shapes
        return {key: generator_spec(t, parts.get(key)) for key, t in types.items()}
    return array_spec(types, shapes)
