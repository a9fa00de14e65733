"""`tf.data.experimental`: names from before they moved to `tf.data`."""

from __future__ import annotations

import contextlib
import functools
import inspect
import sqlite3

from penstock.api.dataset import (
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
    as_path,
)
from penstock.api.dataset_iterator import Optional
from penstock.api.elements import as_arrays
from penstock.core.dtypes import as_dtype, int64, string
from penstock.core.errors import InvalidArgumentError
from penstock.pipeline import files
from penstock.pipeline.elementwise import AssertCardinality
from penstock.pipeline.options import (
    AutotuneOptions,
    DistributeOptions,
    OptimizationOptions,
    ServiceOptions,
    ThreadingOptions,
)
from penstock.pipeline.sources import Elements, Generator
from penstock.pipeline.spec import ArraySpec, covering, element_spec
from penstock.pipeline.structure import as_element


class CsvDataset(Dataset):
    """Rows of comma-separated files, one tensor per column."""

    def __init__(self, filenames, record_defaults, compression_type=None,
                 buffer_size=None, header=False, field_delim=",", use_quote_delim=True,
                 na_value="", select_cols=None, exclude_cols=None):  # fmt: skip
        if exclude_cols is not None:
            if select_cols is not None:
                raise ValueError("CsvDataset: give select_cols or exclude_cols.")
            every = range(len(record_defaults) + len(exclude_cols))
            select_cols = [i for i in every if i not in exclude_cols]
        super().__init__(
            files.Csv(
                as_arrays(filenames), tuple(record_defaults), compression_type or "",
                header, field_delim, use_quote_delim, na_value,
                None if select_cols is None else tuple(select_cols),
            )
        )  # fmt: skip

    def _to(self, node):
        return Dataset(node, self._options)


def _applied(method: str):
    """The transformation that calls `method`, with its arguments."""

    def transformation(*args, **kwargs):
        return lambda dataset: getattr(dataset, method)(*args, **kwargs)

    taken = list(inspect.signature(getattr(Dataset, method)).parameters.values())[1:]
    transformation.__name__ = method
    transformation.__signature__ = inspect.Signature(taken)  # type: ignore
    return transformation


bucket_by_sequence_length = _applied("bucket_by_sequence_length")
enumerate_dataset = _applied("enumerate")
group_by_window = _applied("group_by_window")
ignore_errors = _applied("ignore_errors")
parallel_interleave = _applied("interleave")
dense_to_ragged_batch = _applied("ragged_batch")
dense_to_sparse_batch = _applied("sparse_batch")
rejection_resample = _applied("rejection_resample")
scan = _applied("scan")
snapshot = _applied("snapshot")
take_while = _applied("take_while")
unbatch = _applied("unbatch")
unique = _applied("unique")


def map_and_batch(map_func, batch_size, num_parallel_batches=None,
                  drop_remainder=False, num_parallel_calls=None):  # fmt: skip
    return lambda d: d.map(map_func, num_parallel_calls).batch(
        batch_size, drop_remainder
    )


def shuffle_and_repeat(buffer_size, count=None, seed=None):
    return lambda d: d.shuffle(buffer_size, seed).repeat(count)


def prefetch_to_device(device, buffer_size=None):
    del device
    return lambda d: d.prefetch(buffer_size)


def copy_to_device(target_device, source_device="/cpu:0"):
    del target_device, source_device
    return lambda d: d


def assert_cardinality(expected_cardinality):
    """Say how many elements there are: a pass that has others ends with an error."""
    count = int(expected_cardinality)
    return lambda dataset: dataset._to(AssertCardinality(dataset.node, count))


def cardinality(dataset):
    return dataset.cardinality()


def get_single_element(dataset):
    return dataset.get_single_element()


def sample_from_datasets(
    datasets, weights=None, seed=None, stop_on_empty_dataset=False
):
    return Dataset.sample_from_datasets(datasets, weights, seed, stop_on_empty_dataset)


def choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset=False):
    return Dataset.choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset)


def Counter(start=0, step=1, dtype=int64):
    """start, start + step, ... without end."""
    return Dataset.counter(start, step, dtype)


def RandomDataset(seed=None, rerandomize_each_iteration=None, name=None):
    return Dataset.random(seed, rerandomize_each_iteration)


def save(dataset, path, compression=None, shard_func=None, checkpoint_args=None):
    dataset.save(path, compression, shard_func, checkpoint_args)


def load(path, element_spec=None, compression=None, reader_func=None):
    return Dataset.load(path, element_spec, compression, reader_func)


def get_structure(dataset_or_iterator):
    return dataset_or_iterator.element_spec


def get_next_as_optional(iterator):
    return iterator.get_next_as_optional()


def from_list(elements, name=None):
    """A data set of the structures in a list."""
    made = [as_element(as_arrays(element)) for element in elements]
    spec = functools.reduce(covering, map(element_spec, made))
    return Dataset(Elements(made, spec))


class SqlDataset(Dataset):
    """The rows that a query gives, a tuple of scalars each. SQLite alone is here."""

    def __init__(self, driver_name, data_source_name, query, output_types):
        if driver_name != "sqlite":
            raise InvalidArgumentError(
                None, None, f"The database type, {driver_name}, is not supported. "
                "Use 'sqlite'.",
            )  # fmt: skip
        kinds = [as_dtype(kind) for kind in output_types]
        source, text = str(as_path(data_source_name)), str(as_path(query))

        def rows():
            with contextlib.closing(sqlite3.connect(source)) as connection:
                for row in connection.execute(text):
                    yield tuple(
                        str(value) if kind is string else kind.np.type(value)
                        for value, kind in zip(row, kinds, strict=True)
                    )

        spec = tuple(ArraySpec(kind.name, ()) for kind in kinds)
        super().__init__(Generator(rows, spec))

    def _to(self, node):
        return Dataset(node, self._options)


__all__ = [
    "AUTOTUNE", "AutotuneOptions", "Counter", "CsvDataset", "DistributeOptions",
    "INFINITE_CARDINALITY", "OptimizationOptions", "Optional", "RandomDataset",
    "ServiceOptions", "SqlDataset", "ThreadingOptions", "UNKNOWN_CARDINALITY",
    "assert_cardinality",
    "bucket_by_sequence_length", "cardinality", "choose_from_datasets",
    "copy_to_device", "dense_to_ragged_batch", "dense_to_sparse_batch",
    "enumerate_dataset", "from_list", "get_next_as_optional", "get_single_element",
    "get_structure", "group_by_window", "ignore_errors", "load", "map_and_batch",
    "parallel_interleave", "prefetch_to_device", "rejection_resample",
    "sample_from_datasets", "save", "scan", "shuffle_and_repeat", "snapshot",
    "take_while", "unbatch", "unique",
]  # fmt: skip
