"""`tf.data.experimental`: names from before they moved to `tf.data`."""

from __future__ import annotations

from penstock.api.dataset import (
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
)
from penstock.api.elements import as_arrays, as_tensor
from penstock.core.dtypes import int64
from penstock.core.errors import InvalidArgumentError
from penstock.pipeline import files
from penstock.pipeline.options import (
    AutotuneOptions,
    DistributeOptions,
    OptimizationOptions,
    ThreadingOptions,
)


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


class Optional:
    """A value or nothing. As `tf.experimental.Optional`."""

    def __init__(self, value, there: bool, element_spec=None):
        self._value, self._there = value, there
        self.element_spec = element_spec

    @staticmethod
    def from_value(value) -> Optional:
        return Optional(value, True)

    @staticmethod
    def empty(element_spec) -> Optional:
        return Optional(None, False, element_spec)

    def has_value(self, name=None):
        import numpy as np

        return as_tensor(np.bool_(self._there))

    def get_value(self, name=None):
        if not self._there:
            raise InvalidArgumentError(None, None, "Optional has no value.")
        return self._value


def _applied(method: str):
    def transformation(*args, **kwargs):
        return lambda dataset: getattr(dataset, method)(*args, **kwargs)

    transformation.__name__ = method
    return transformation


def _apply(method: str):
    return _applied(method)


bucket_by_sequence_length = _apply("bucket_by_sequence_length")
enumerate_dataset = _apply("enumerate")
group_by_window = _apply("group_by_window")
ignore_errors = _apply("ignore_errors")
parallel_interleave = _apply("interleave")
dense_to_ragged_batch = _apply("ragged_batch")
dense_to_sparse_batch = _apply("sparse_batch")
rejection_resample = _apply("rejection_resample")
scan = _apply("scan")
snapshot = _apply("snapshot")
take_while = _apply("take_while")
unbatch = _apply("unbatch")
unique = _apply("unique")


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
    """Say how many elements there are; accepted as it stands."""

    def check(dataset):
        known = dataset.node.cardinality
        wanted = int(expected_cardinality)
        if known >= 0 and known != wanted:
            raise InvalidArgumentError(
                None, None, f"Input dataset was expected to contain {wanted} elements "
                f"but contains {known}.",
            )  # fmt: skip
        return dataset

    return check


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


def RandomDataset(seed=None):
    return Dataset.random(seed)


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
    import numpy as np

    from penstock.core import nest

    flat = [nest.flatten(e) for e in elements]
    columns = [np.stack([np.asarray(f[i]) for f in flat]) for i in range(len(flat[0]))]
    return Dataset.from_tensor_slices(nest.pack(elements[0], columns))


__all__ = [
    "AUTOTUNE", "AutotuneOptions", "Counter", "CsvDataset", "DistributeOptions",
    "INFINITE_CARDINALITY", "OptimizationOptions", "Optional", "RandomDataset",
    "ThreadingOptions", "UNKNOWN_CARDINALITY", "assert_cardinality",
    "bucket_by_sequence_length", "cardinality", "choose_from_datasets",
    "copy_to_device", "dense_to_ragged_batch", "dense_to_sparse_batch",
    "enumerate_dataset", "from_list", "get_next_as_optional", "get_single_element",
    "get_structure", "group_by_window", "ignore_errors", "load", "map_and_batch",
    "parallel_interleave", "prefetch_to_device", "rejection_resample",
    "sample_from_datasets", "save", "scan", "shuffle_and_repeat", "snapshot",
    "take_while", "unbatch", "unique",
]  # fmt: skip
