"""`tf.data`: the pipelines of `penstock.pipeline` with tensors at their ends.

A user function is traced when the elements' spec allows it and it asks no tensor for
its value; otherwise it runs as Python on eager tensors, element by element.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from penstock.api import dataset_saved
from penstock.api.dataset_iterator import (
    IteratorSpec,
    NumpyIterator,
    OwnedIterator,
    staged_next,
)
from penstock.api.dataset_resampled import rejection_resample
from penstock.api.elements import (
    DatasetSpec,
    all_parts,
    array_spec,
    as_arrays,
    as_tensor,
    tensor_spec,
)
from penstock.api.mapped import Mapped
from penstock.api.random import get_seed
from penstock.core.dtypes import int64
from penstock.core.shapes import as_dims
from penstock.formats import tfrecord
from penstock.ir import context
from penstock.ir.tensor import NeedsValue, Tensor
from penstock.ops import iterator as live
from penstock.pipeline import INFINITE, UNKNOWN, Options, files
from penstock.pipeline import Dataset as Pipeline
from penstock.pipeline.fingerprint import fingerprint
from penstock.pipeline.options import ThreadingOptions
from penstock.pipeline.structure import flatten, transform

AUTOTUNE = -1
INFINITE_CARDINALITY = INFINITE
UNKNOWN_CARDINALITY = UNKNOWN


#: What TensorFlow calls the data sets that pipelines name otherwise.
_SHOWN = {
    "Choose": "_DirectedInterleaveDataset",
    "Csv": "CsvDatasetV2",
    "Elements": "_TensorSliceDataset",
    "FixedLength": "FixedLengthRecordDatasetV2",
    "FileCache": "CacheDataset",
    "Generator": "_FlatMapDataset",
    "MemoryCache": "CacheDataset",
    "Records": "TFRecordDatasetV2",
    "Slices": "_TensorSliceDataset",
    "Tensors": "_TensorDataset",
    "TextLines": "TextLineDatasetV2",
}


def as_path(value):
    """A file's name from a tensor, bytes or a path."""
    value = as_arrays(value)
    return value.decode() if isinstance(value, bytes) else value


def _number(value) -> int:
    return int(value.numpy()) if hasattr(value, "numpy") else int(value)


class Dataset(Pipeline):
    """A data set whose elements are tensors. As `tf.data.Dataset`."""

    def _staged_pass(self) -> tuple[Callable, Callable]:
        """A pass made by nodes: functions for whether there is more, and for what."""
        if any(isinstance(s, DatasetSpec) for s in flatten(self.element_spec)):
            raise NeedsValue("Elements of this data set are no tensors.")
        name = live.new_name("pass")
        node = self.node
        live.MAKERS[name] = lambda: live.Passing(map(all_parts, iter(node)))
        handle = np.array(name.encode(), object)
        live.make_iterator(handle, [], maker=name)
        spec = self.element_spec
        return lambda: live.iterator_has_next(handle), lambda: staged_next(spec, name)

    def __iter__(self) -> OwnedIterator:
        if not context.executing_eagerly():
            raise NeedsValue(
                "A data set is iterated by Python, which needs eager execution."
            )
        return OwnedIterator(self)

    def as_numpy_iterator(self) -> NumpyIterator:
        """Elements as NumPy arrays, bytes and scalars."""
        return NumpyIterator(self)

    @property
    def element_spec(self):
        """The structure of TensorSpecs that every element fits."""
        return transform(tensor_spec, self.spec)

    def __repr__(self):
        kind = type(self.node).__name__
        shown = _SHOWN.get(kind, f"_{kind}Dataset")
        return f"<{shown} element_spec={self.element_spec}>"

    def cardinality(self):
        """How many elements: an int64 tensor; -1 without end, -2 not known."""
        return as_tensor(np.int64(self.node.cardinality))

    # -- beginnings ------------------------------------------------------------------

    @classmethod
    def from_tensors(cls, tensors, name=None) -> Dataset:
        return super().from_tensors(as_arrays(tensors))

    @classmethod
    def from_tensor_slices(cls, tensors, name=None) -> Dataset:
        return super().from_tensor_slices(as_arrays(tensors))

    @classmethod
    def from_generator(
        cls, generator, output_types=None, output_shapes=None, args=None,
        output_signature=None, name=None,
    ) -> Dataset:  # fmt: skip
        values = [as_arrays(a) for a in args or ()]
        if output_signature is not None:
            output_signature = transform(array_spec, output_signature)
            generator = _yielding_arrays(generator)
        return super().from_generator(
            generator, output_types, output_shapes, values, output_signature
        )

    @classmethod
    def range(cls, *args, output_type=int64, name=None) -> Dataset:
        return super().range(*map(_number, args), output_type=output_type)

    @classmethod
    def zip(cls, *args, datasets=None, name=None) -> Dataset:
        return super().zip(*args, datasets=datasets)

    @classmethod
    def counter(cls, start=0, step=1, dtype=int64, name=None) -> Dataset:
        return super().counter(as_arrays(start), as_arrays(step), dtype)

    @classmethod
    def load(cls, path, element_spec=None, compression=None, reader_func=None,
             wait=False) -> Dataset:  # fmt: skip
        path = str(as_path(path))
        return dataset_saved.load(cls, path, element_spec, compression, reader_func)

    @classmethod
    def random(cls, seed=None, rerandomize_each_iteration=None, name=None) -> Dataset:
        return super().random(_seeds(seed), rerandomize_each_iteration)

    @classmethod
    def list_files(cls, file_pattern, shuffle=None, seed=None, name=None) -> Dataset:
        return super().list_files(as_arrays(file_pattern), shuffle, _seeds(seed))

    @classmethod
    def sample_from_datasets(
        cls, datasets, weights=None, seed=None, stop_on_empty_dataset=False,
        rerandomize_each_iteration=None,
    ) -> Dataset:  # fmt: skip
        weights = weights if weights is None else as_arrays(weights)
        return super().sample_from_datasets(
            datasets, weights, _seeds(seed), stop_on_empty_dataset,
            rerandomize_each_iteration,
        )  # fmt: skip

    # -- functions ---------------------------------------------------------------------

    def map(self, map_func, num_parallel_calls=None, deterministic=None,
            synchronous=None, use_unbounded_threadpool=False,
            name=None) -> Dataset:  # fmt: skip
        mapped = Mapped(map_func, self.element_spec)
        return super().map(
            self._calls(mapped), num_parallel_calls and _number(num_parallel_calls),
            vectorised=mapped.on_batches(), spec=mapped.spec,
        )  # fmt: skip

    def filter(self, predicate, name=None) -> Dataset:
        return super().filter(self._calls(Mapped(predicate, self.element_spec)))

    def take_while(self, predicate, name=None) -> Dataset:
        return super().take_while(self._calls(Mapped(predicate, self.element_spec)))

    def flat_map(self, map_func, name=None) -> Dataset:
        return super().flat_map(_on_tensors(map_func))

    def interleave(self, map_func, cycle_length=None, block_length=None,
                   num_parallel_calls=None, deterministic=None,
                   name=None) -> Dataset:  # fmt: skip
        return super().interleave(
            _on_tensors(map_func), cycle_length, block_length, num_parallel_calls
        )

    def group_by_window(self, key_func, reduce_func, window_size=None,
                        window_size_func=None, name=None) -> Dataset:  # fmt: skip
        sized = window_size_func and (lambda k: _number(window_size_func(as_tensor(k))))
        return super().group_by_window(
            _on_tensors(key_func), lambda k, d: reduce_func(as_tensor(k), d),
            None if window_size is None else _number(window_size), sized,
        )  # fmt: skip

    def bucket_by_sequence_length(
        self, element_length_func, bucket_boundaries, bucket_batch_sizes,
        padded_shapes=None, padding_values=None, pad_to_bucket_boundary=False,
        no_padding=False, drop_remainder=False, name=None,
    ) -> Dataset:  # fmt: skip
        return super().bucket_by_sequence_length(
            _on_tensors(element_length_func), bucket_boundaries, bucket_batch_sizes,
            padded_shapes, padding_values, pad_to_bucket_boundary, no_padding,
            drop_remainder,
        )  # fmt: skip

    def scan(self, initial_state, scan_func, name=None) -> Dataset:
        def step(state, element):
            made = scan_func(transform(as_tensor, state), transform(as_tensor, element))
            return as_arrays(made)

        return super().scan(as_arrays(initial_state), step)

    def reduce(self, initial_state, reduce_func, name=None):
        """`reduce_func(state, element)` along the data set; the last state."""
        state = transform(_constant, initial_state)
        for element in self:
            state = reduce_func(state, element)
        return transform(_constant, state)

    def _calls(self, mapped: Mapped) -> Callable:
        return mapped

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=None,
                name=None) -> Dataset:  # fmt: skip
        size = _number(buffer_size)
        return super().shuffle(size, _seeds(seed), reshuffle_each_iteration)

    def get_single_element(self, name=None):
        found = super().get_single_element()
        return transform(as_tensor, found)

    def padded_batch(self, batch_size, padded_shapes=None, padding_values=None,
                     drop_remainder=False, name=None) -> Dataset:  # fmt: skip
        values = None if padding_values is None else as_arrays(padding_values)
        return super().padded_batch(
            _number(batch_size), padded_shapes, values, drop_remainder
        )

    def batch(self, batch_size, drop_remainder=False, num_parallel_calls=None,
              deterministic=None, name=None) -> Dataset:  # fmt: skip
        return super().batch(_number(batch_size), drop_remainder)

    def ragged_batch(self, batch_size, drop_remainder=False, row_splits_dtype=int64,
                     name=None) -> Dataset:  # fmt: skip
        return super().ragged_batch(_number(batch_size), drop_remainder)

    def sparse_batch(self, batch_size, row_shape, name=None) -> Dataset:
        return super().sparse_batch(_number(batch_size), list(as_dims(row_shape) or ()))

    def rejection_resample(self, class_func, target_dist, initial_dist=None, seed=None,
                           name=None) -> Dataset:  # fmt: skip
        return rejection_resample(self, class_func, target_dist, initial_dist, seed)

    def save(self, path, compression=None, shard_func=None, checkpoint_args=None):
        function = shard_func and _on_tensors(shard_func)
        dataset_saved.save(self, str(as_path(path)), compression, function)

    def snapshot(self, path, compression="AUTO", reader_func=None, shard_func=None,
                 name=None) -> Dataset:  # fmt: skip
        """Elements kept in files by the first whole pass. `reader_func` and
        `shard_func` are accepted: all is one shard here, in order."""
        kept = "" if compression in (None, "AUTO", "SNAPPY") else compression
        return self._to(dataset_saved.Snapshot(self.node, str(as_path(path)), kept))

    def with_options(self, options, name=None) -> Dataset:
        return super().with_options(options)

    def fingerprint(self):
        """A uint64 that is equal for pipelines that are written alike."""
        return as_tensor(np.uint64(fingerprint(self.node)))

    def concatenate(self, dataset, name=None) -> Dataset:
        return super().concatenate(dataset)

    # -- spelled otherwise in 2.0 ---------------------------------------------------

    def make_one_shot_iterator(self):
        """1.x's iterator under eager execution."""
        return iter(self)

    @property
    def output_types(self):
        return transform(lambda s: s.dtype, self.element_spec)

    @property
    def output_shapes(self):
        return transform(lambda s: s.shape, self.element_spec)

    @property
    def output_classes(self):
        return transform(lambda s: Tensor, self.element_spec)


def _constant(value):
    from penstock.ir.convert import as_tensor as convert

    return convert(context.landing(), value, None, None)


def _seeds(seed):
    """The pair of seeds that TensorFlow derives from `seed` and the global one."""
    if isinstance(seed, tuple):
        return seed
    seed = None if seed is None else _number(seed)
    first, second = get_seed(seed)
    return None if first is None else (first, second)


def _yielding_arrays(generator: Callable) -> Callable:
    """`generator` with ragged and sparse tensors as pipelines hold them."""
    if not callable(generator):
        return generator
    return lambda *args: map(as_arrays, generator(*args))


def _on_tensors(function: Callable) -> Callable:
    """`function` on tensors, from one on arrays; data sets pass as they are."""

    def call(*element):
        made = function(*(transform(as_tensor, part) for part in element))
        return made if isinstance(made, Pipeline) else as_arrays(made)

    return call


class TextLineDataset(Dataset):
    """The lines of text files. As `tf.data.TextLineDataset`."""

    def __init__(self, filenames, compression_type=None, buffer_size=None,
                 num_parallel_reads=None, name=None):  # fmt: skip
        names = _file_names(filenames)
        super().__init__(files.TextLines(names, _given(compression_type)))

    def _to(self, node):
        return Dataset(node, self._options)


class TFRecordDataset(Dataset):
    """The records of TFRecord files. As `tf.data.TFRecordDataset`."""

    def __init__(self, filenames, compression_type=None, buffer_size=None,
                 num_parallel_reads=None, name=None):  # fmt: skip
        names = _file_names(filenames)
        super().__init__(files.Records(names, _records, _given(compression_type)))

    def _to(self, node):
        return Dataset(node, self._options)


class FixedLengthRecordDataset(Dataset):
    """Records of equal length in binary files."""

    def __init__(self, filenames, record_bytes, header_bytes=0, footer_bytes=0,
                 buffer_size=None, compression_type=None, num_parallel_reads=None,
                 name=None):  # fmt: skip
        names = _file_names(filenames)
        super().__init__(
            files.FixedLength(
                names, _number(record_bytes), _number(header_bytes or 0),
                _number(footer_bytes or 0), compression_type or "",
            )
        )  # fmt: skip

    def _to(self, node):
        return Dataset(node, self._options)


def _given(compression) -> str:
    """The name of a compression: "" where none is meant."""
    return (
        "" if compression is None else str(getattr(compression, "value", compression))
    )


def _records(path: str, compression: str):
    return tfrecord.read_records(path, compression)


def _file_names(filenames):
    if isinstance(filenames, Pipeline):
        return filenames.node
    return as_arrays(filenames)


Iterator = OwnedIterator

__all__ = [
    "AUTOTUNE", "Dataset", "DatasetSpec", "FixedLengthRecordDataset",
    "INFINITE_CARDINALITY", "Iterator", "IteratorSpec", "NumpyIterator", "Options",
    "TFRecordDataset", "TextLineDataset", "ThreadingOptions", "UNKNOWN_CARDINALITY",
]  # fmt: skip
