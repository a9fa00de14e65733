"""`tf.contrib.data`: data sets and transformations as 1.2 to 1.15 had them."""

from __future__ import annotations

from penstock.api.dataset_csv import make_csv_dataset
from penstock.api.dataset_experimental import (
    AUTOTUNE,
    Counter,
    CsvDataset,
    Optional,
    RandomDataset,
    assert_cardinality,
    bucket_by_sequence_length,
    choose_from_datasets,
    copy_to_device,
    dense_to_sparse_batch,
    enumerate_dataset,
    get_next_as_optional,
    get_single_element,
    group_by_window,
    ignore_errors,
    map_and_batch,
    parallel_interleave,
    prefetch_to_device,
    rejection_resample,
    sample_from_datasets,
    scan,
    shuffle_and_repeat,
    unbatch,
    unique,
)
from penstock.api.dataset_more import (
    Reducer,
    group_by_reducer,
    make_batched_features_dataset,
)
from penstock.v1.data import (
    Dataset,
    FixedLengthRecordDataset,
    Iterator,
    TextLineDataset,
    TFRecordDataset,
)


def batch_and_drop_remainder(batch_size):
    return lambda d: d.batch(batch_size, drop_remainder=True)


def padded_batch_and_drop_remainder(batch_size, padded_shapes, padding_values=None):
    return lambda d: d.padded_batch(batch_size, padded_shapes, padding_values, True)


def sloppy_interleave(map_func, cycle_length, block_length=1):
    return lambda d: d.interleave(map_func, cycle_length, block_length)


def reduce_dataset(dataset, reducer: Reducer):
    """What `reducer` makes of all elements."""
    state = dataset.reduce(reducer.init_func(0), reducer.reduce_func)
    return reducer.finalize_func(state)


read_batch_features = make_batched_features_dataset

__all__ = [
    "AUTOTUNE", "Counter", "CsvDataset", "Dataset", "FixedLengthRecordDataset",
    "Iterator", "Optional", "RandomDataset", "Reducer", "TFRecordDataset",
    "TextLineDataset", "assert_cardinality", "batch_and_drop_remainder",
    "bucket_by_sequence_length", "choose_from_datasets", "copy_to_device",
    "dense_to_sparse_batch", "enumerate_dataset", "get_next_as_optional",
    "get_single_element", "group_by_reducer", "group_by_window", "ignore_errors",
    "make_batched_features_dataset", "make_csv_dataset", "map_and_batch",
    "padded_batch_and_drop_remainder", "parallel_interleave", "prefetch_to_device",
    "read_batch_features", "reduce_dataset", "rejection_resample",
    "sample_from_datasets", "scan", "shuffle_and_repeat", "sloppy_interleave",
    "unbatch", "unique",
]  # fmt: skip
