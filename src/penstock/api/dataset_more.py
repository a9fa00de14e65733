"""`tf.data.experimental`: groups with a state, records of examples, and others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any

import numpy as np

from penstock.api.dataset import AUTOTUNE, Dataset, TFRecordDataset, as_path
from penstock.api.elements import as_arrays, as_tensor
from penstock.api.io_examples import parse_example
from penstock.core.errors import OutOfRangeError
from penstock.formats.tfrecord import RecordWriter
from penstock.pipeline.node import UNKNOWN, Computed, Node
from penstock.pipeline.structure import apply, as_element, flatten, transform

SHARD_HINT = -1


class AutoShardPolicy(IntEnum):
    """How a distributed data set is shared among workers."""

    OFF = -1
    AUTO = 0
    FILE = 1
    DATA = 2
    HINT = 3


class ExternalStatePolicy(Enum):
    """What to do about state outside of a data set when it is copied."""

    WARN = 0
    IGNORE = 1
    FAIL = 2


class AutotuneAlgorithm(Enum):
    """Accepted names of tuning algorithms; nothing is tuned here."""

    DEFAULT = 0
    HILL_CLIMB = 1
    GRADIENT_DESCENT = 2
    MAX_PARALLELISM = 3
    STAGE_BASED = 4


@dataclass(frozen=True)
class Reducer:
    """`init_func(key)` begins a state, `reduce_func(state, element)` goes on with it,
    `finalize_func(state)` makes the result."""

    init_func: Callable
    reduce_func: Callable
    finalize_func: Callable


@dataclass(frozen=True, eq=False)
class Reduced(Computed):
    """One result for each key, in the order of the keys."""

    input: Node
    key: Callable
    reducer: Reducer
    declared: Any = None
    cardinality: Any = UNKNOWN

    def over(self, elements) -> Iterator:
        states: dict[int, Any] = {}
        for element in elements:
            seen = transform(as_tensor, element)
            key = int(apply(self.key, seen))
            if key not in states:
                states[key] = self.reducer.init_func(as_tensor(np.int64(key)))
            states[key] = self.reducer.reduce_func(states[key], seen)
        for key in sorted(states):
            yield as_element(as_arrays(self.reducer.finalize_func(states[key])))


def group_by_reducer(key_func, reducer: Reducer):
    """A transformation: elements with one key reduced to one, at the end."""
    return lambda data: data._to(Reduced(data.node, key_func, reducer))


def parse_example_dataset(features, num_parallel_calls=1, deterministic=None):
    """A transformation: batches of serialized Examples as dicts of `features`."""
    return lambda data: data.map(
        lambda serialized: parse_example(serialized, features), num_parallel_calls
    )


def make_batched_features_dataset(
    file_pattern, batch_size, features, reader=TFRecordDataset, label_key=None,
    reader_args=None, num_epochs=None, shuffle=True, shuffle_buffer_size=10000,
    shuffle_seed=None, prefetch_buffer_size=None, reader_num_threads=None,
    parser_num_threads=None, sloppy_ordering=False, drop_final_batch=False,
) -> Dataset:  # fmt: skip
    """Batches of the `features` of Examples in files, as dicts (and the label)."""
    names = Dataset.list_files(file_pattern, shuffle=shuffle, seed=shuffle_seed)
    data: Any = names.flat_map(lambda name: reader(name, *(reader_args or ())))
    if shuffle:
        data = data.shuffle(shuffle_buffer_size, shuffle_seed)
    if num_epochs != 1:
        data = data.repeat(num_epochs)
    data = data.batch(batch_size, drop_remainder=drop_final_batch or num_epochs is None)
    data = data.apply(parse_example_dataset(features))
    if label_key is not None:
        if label_key not in features:
            raise ValueError(
                f"The `label_key` provided ({label_key}) must be one of the "
                f"`features` keys: {sorted(features)}."
            )
        data = data.map(lambda parsed: (parsed, parsed.pop(label_key)))
    return data.prefetch(AUTOTUNE if prefetch_buffer_size is None else
                         prefetch_buffer_size)  # fmt: skip


class TFRecordWriter:
    """Writes a data set of strings to a TFRecord file."""

    def __init__(self, filename, compression_type=None):
        self._path, self._compression = str(as_path(filename)), compression_type or ""

    def write(self, dataset) -> None:
        """Write every element. Raises TypeError for others than scalar strings."""
        spec = dataset.spec
        if len(flatten(spec)) != 1 or flatten(spec)[0].dtype != "string":
            raise TypeError(f"TFRecordWriter writes scalar strings, not {spec}.")
        with RecordWriter(self._path, self._compression) as writer:
            for record in dataset.node:
                writer.write(bytes(record))


def at(dataset, index):
    """The element at `index`. Raises OutOfRangeError behind the last."""
    for element in dataset.skip(index).take(1):
        return element
    raise OutOfRangeError(None, None, f"Index out of range: {int(index)}")


def pad_to_cardinality(cardinality, mask_key="valid"):
    """A transformation: zero elements up to `cardinality`; `mask_key` tells which."""

    def pad(data):
        known = int(data.cardinality())
        if known < 0 or known > cardinality:
            raise ValueError(
                f"The dataset has {known} elements; it can be padded to more than "
                f"that, received {cardinality}."
            )
        if not isinstance(data.element_spec, dict):
            raise ValueError("pad_to_cardinality takes elements that are dicts.")
        valid = data.map(lambda e: {**e, mask_key: True})
        blank = data.take(1).repeat(cardinality - known)
        zeros = blank.map(lambda e: dict(transform(_zeros, e), **{mask_key: False}))
        return valid.concatenate(zeros)

    return pad


def _zeros(tensor):
    from penstock.ir.op import TABLE

    return TABLE["ZerosLike"](tensor)


def enable_debug_mode() -> None:
    """Accepted: functions that cannot be traced run as Python already."""


__all__ = [
    "SHARD_HINT", "AutoShardPolicy", "AutotuneAlgorithm", "ExternalStatePolicy",
    "Reducer", "TFRecordWriter", "at", "enable_debug_mode", "group_by_reducer",
    "make_batched_features_dataset", "pad_to_cardinality", "parse_example_dataset",
]  # fmt: skip
