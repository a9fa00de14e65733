"""Examples and SequenceExamples whose features have any number of values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.core.dtypes import int64
from penstock.core.errors import InvalidArgumentError
from penstock.formats.example import parse_example, parse_sequence_example
from penstock.ir.op import STOPS, op
from penstock.ops.io_files import as_bytes, feature_array, feature_values

_SPLITS: dict[str, Callable[[Any, int], Any]] = {
    "RowSplits": lambda given, count: given,
    "RowLengths": lambda given, count: [0, *np.cumsum(given)],
    "RowStarts": lambda given, count: [*given, count],
    "RowLimits": lambda given, count: [0, *given],
    "ValueRowIds": lambda given, count: [
        0, *np.cumsum(np.bincount(np.asarray(given, np.int64)))
    ],
    "UniformRowLength": lambda given, count: np.arange(0, count + 1, int(given)),
}  # fmt: skip


def _parted(features, partitions, count: int) -> list[np.ndarray]:
    """Row splits of one Example, outermost first; `count` values are in it."""
    nested: list[np.ndarray] = []
    for kind, given in reversed(partitions):
        if kind != "UniformRowLength":
            there = given in features
            given = feature_values(features[given], int64, given) if there else []
        splits = np.asarray(_SPLITS[kind](given, count), np.int64)
        nested.insert(0, splits)
        count = len(splits) - 1
    return nested


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    """Row splits one after the other."""
    out = [0]
    for splits in parts:
        out += (np.asarray(splits[1:]) - splits[0] + out[-1]).tolist()
    return np.array(out, np.int64)


def _nested_shapes(serialized, *, N, **_):
    return [(None,)] * (N + 1)


@op(
    "_ParseRaggedExample",
    "serialized: string -> values: dtype, row_splits: N*int64",
    shape=_nested_shapes, gradient=STOPS, host=True,
)  # fmt: skip
def parse_ragged_example(serialized, *, key, dtype, partitions, N, inner):
    """The values of `key` and row splits, outermost first; for a vector of Examples
    the rows of each are one row more. `inner` values are one."""
    whole = np.asarray(serialized, object)
    rows = [parse_example(as_bytes(item)).features.feature for item in whole.ravel()]
    found = [feature_values(f[key], dtype, key) if key in f else [] for f in rows]
    counts = [len(values) // inner for values in found]
    nested = [
        _parted(f, partitions, count) for f, count in zip(rows, counts, strict=True)
    ]
    levels = [_joined(list(level)) for level in zip(*nested, strict=True)]
    if whole.ndim:
        top = [len(n[0]) - 1 for n in nested] if partitions else counts
        levels.insert(0, np.cumsum([0, *top]))
    flat = feature_array([v for values in found for v in values], dtype)
    return flat, *levels


def _sequence_shapes(serialized, *, count, **_):
    return [(None,)] * (3 * count)


@op(
    "_ParseSequences",
    "serialized: string -> values: *types, frames: count*int64, examples: count*int64",
    shape=_sequence_shapes, gradient=STOPS, host=True,
)  # fmt: skip
def parse_sequences(serialized, *, keys, types, sizes, needed, count):
    """For each key its values, row splits by frame, and those of frames by example.

    `sizes`: how many values a frame must have, -1 for any. InvalidArgumentError where
    a key of `needed` is missing or a frame has another number of values.
    """
    items = np.asarray(serialized, object).ravel()
    parsed = [parse_sequence_example(as_bytes(item)) for item in items]
    lists = [one.feature_lists.feature_list for one in parsed]
    values, frames, examples = [], [], []
    for key, kind, size in zip(keys, types, sizes, strict=True):
        if key in needed and any(key not in found for found in lists):
            raise InvalidArgumentError(
                None, None, f"Feature list '{key}' is required but could not be found. "
                "Did you mean to include it in the SequenceExample, or to set "
                "allow_missing?",
            )  # fmt: skip
        each = [
            [feature_values(frame, kind, key) for frame in found[key].feature]
            if key in found else []
            for found in lists
        ]  # fmt: skip
        flat = [frame for example in each for frame in example]
        wrong = [len(frame) for frame in flat if size >= 0 and len(frame) != size]
        if wrong:
            raise InvalidArgumentError(
                None, None, f"Key: {key}. Number of {kind.name} values != expected. "
                f"values size: {wrong[0]} but output size: {size}",
            )  # fmt: skip
        values.append(feature_array([v for frame in flat for v in frame], kind))
        frames.append(np.cumsum([0, *map(len, flat)], dtype=np.int64))
        examples.append(np.cumsum([0, *map(len, each)], dtype=np.int64))
    return (*values, *frames, *examples)
