"""`tf.lookup`: tables from keys to values, fixed or growing."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from penstock.api.ragged import RaggedTensor
from penstock.api.scopes import tensor
from penstock.api.sparse import SparseTensor
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.core.errors import FailedPreconditionError, InvalidArgumentError
from penstock.ir.op import TABLE
from penstock.ops import lookup as ops

_numbers = itertools.count(1)


class TextFileIndex:
    """Which part of a line a TextFileInitializer takes."""

    WHOLE_LINE = -2
    LINE_NUMBER = -1


class KeyValueTensorInitializer:
    """Keys and values given as tensors. As `tf.lookup.KeyValueTensorInitializer`."""

    def __init__(self, keys, values, key_dtype=None, value_dtype=None, name=None):
        self._keys = tensor(keys, key_dtype and as_dtype(key_dtype))
        self._values = tensor(values, value_dtype and as_dtype(value_dtype))
        self.key_dtype, self.value_dtype = self._keys.dtype, self._values.dtype

    def items(self):
        keys = np.ravel(self._keys.numpy()).tolist()  # type: ignore
        return zip(keys, self._values.numpy(), strict=True)  # type: ignore


class TextFileInitializer:
    """Keys and values from the lines of a file, their parts told by number."""

    def __init__(self, filename, key_dtype, key_index, value_dtype, value_index,
                 vocab_size=None, delimiter="\t", name=None,
                 value_index_offset=0):  # fmt: skip
        self._filename = _text(filename)
        self.key_dtype, self.value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)
        self._parts = key_index, value_index
        self._size, self._delimiter = vocab_size, delimiter.encode()
        self._offset = value_index_offset

    def items(self):
        with open(self._filename, "rb") as file:
            lines = file.read().splitlines()
        for number, line in enumerate(lines[: self._size]):
            key, value = (self._part(line, number, i) for i in self._parts)
            offset = self._offset if self._parts[1] == TextFileIndex.LINE_NUMBER else 0
            yield _cast(key, self.key_dtype), _cast(value, self.value_dtype, offset)

    def _part(self, line: bytes, number: int, index: int):
        if index == TextFileIndex.LINE_NUMBER:
            return number
        if index == TextFileIndex.WHOLE_LINE:
            return line
        parts = line.split(self._delimiter)
        if index >= len(parts):
            raise InvalidArgumentError(
                None, None, f"{self._filename}, line {number + 1}: no column {index}."
            )
        return parts[index]


class DatasetInitializer:
    """Keys and values from a data set of pairs.

    As `tf.data.experimental.DatasetInitializer`.
    """

    def __init__(self, dataset):
        self._dataset = dataset
        self.key_dtype, self.value_dtype = (s.dtype for s in dataset.element_spec)

    def items(self):
        for key, value in self._dataset.as_numpy_iterator():
            yield _plain(key), _plain(value)


def _plain(value):
    return value.item() if hasattr(value, "item") else value


def table_from_dataset(dataset: Any = None, num_oov_buckets=0, vocab_size=None,
                       default_value=None, hasher_spec=None, key_dtype=dtypes.string,
                       name=None):  # fmt: skip
    """A table of the pairs in a data set, with buckets or a default for other keys."""
    rows = DatasetInitializer(
        dataset if vocab_size is None else dataset.take(vocab_size)
    )
    if num_oov_buckets:
        return StaticVocabularyTable(rows, num_oov_buckets, key_dtype, name)
    return StaticHashTable(rows, -1 if default_value is None else default_value, name)


def index_table_from_dataset(dataset: Any = None, num_oov_buckets=0, vocab_size=None,
                             default_value=-1, hasher_spec=None,
                             key_dtype=dtypes.string, name=None):  # fmt: skip
    """The keys of a data set by their number in it."""
    pairs = dataset.enumerate().map(lambda number, key: (key, number))
    return table_from_dataset(
        pairs, num_oov_buckets, vocab_size, default_value, hasher_spec, key_dtype, name
    )


def _text(filename) -> str:
    value = filename.numpy() if hasattr(filename, "numpy") else filename
    return value.decode() if isinstance(value, bytes) else str(value)


def _cast(value, kind, offset: int = 0):
    if kind is dtypes.string:
        return value if isinstance(value, bytes) else str(value).encode()
    number = kind.np.type(float(value) if kind.is_floating else int(value))
    return (number + kind.np.type(offset)).item()


class _Lookup:
    """What tables have in common: finding, for tensors, ragged and sparse ones."""

    _table: ops.Table
    _default: Any
    key_dtype: Any
    value_dtype: Any
    name: str

    def lookup(self, keys, name=None):
        """The values for `keys`, the default where a key is not in the table."""
        return _mapped(keys, self._find)

    def _find(self, keys):
        x = tensor(keys, self.key_dtype)
        if x.dtype.base_dtype is not as_dtype(self.key_dtype).base_dtype:
            raise TypeError(
                f"Dtype of argument `keys` must be {self.key_dtype.name}, received: "
                f"{x.dtype.name}"
            )
        return ops.lookup_table_find(x, self._default, table=self._table)

    __getitem__ = lookup

    def size(self, name=None):
        """How many keys there are, int64."""
        return ops.lookup_table_size(table=self._table)


def _mapped(keys, find):
    if isinstance(keys, RaggedTensor):
        return keys.with_flat_values(find(keys.flat_values))
    if isinstance(keys, SparseTensor):
        return SparseTensor(keys.indices, find(keys.values), keys.dense_shape)
    return find(keys)


class StaticHashTable(_Lookup):
    """A table that never changes. As `tf.lookup.StaticHashTable`."""

    def __init__(self, initializer, default_value, name=None,
                 experimental_is_anonymous=False):  # fmt: skip
        self.key_dtype = initializer.key_dtype
        self.value_dtype = initializer.value_dtype
        self.name = self.resource_handle = name or f"hash_table_{next(_numbers)}"
        self.default_value = self._default = tensor(default_value, self.value_dtype)
        self._table = ops.Table()
        for key, value in initializer.items():
            known = self._table.setdefault(key, value)
            if not np.array_equal(known, value):
                raise FailedPreconditionError(
                    None, None, f"HashTable has different value for same key. Key "
                    f"{key!r} has {known} and trying to add value {value}.",
                )  # fmt: skip


class StaticVocabularyTable(_Lookup):
    """Keys to ids; keys that it does not know to buckets after those.

    Several buckets are chosen by FarmHash (needs the package `cityhash`).
    """

    def __init__(self, initializer, num_oov_buckets, lookup_key_dtype=None, name=None,
                 experimental_is_anonymous=False):  # fmt: skip
        self.key_dtype = as_dtype(
            lookup_key_dtype or (initializer and initializer.key_dtype) or "string"
        )
        self.value_dtype = dtypes.int64
        self.name = name or f"string_to_index_{next(_numbers)}"
        self._buckets = int(num_oov_buckets)
        if self._buckets <= 0:
            raise ValueError("num_oov_buckets must be positive.")
        items = initializer.items() if initializer is not None else ()
        self._table = ops.Table(items)
        self._default = tensor(np.int64(-1))

    def _find(self, keys):
        keys = tensor(keys, self.key_dtype)
        found = super()._find(keys)
        unknown = TABLE["Less"](found, np.int64(0))
        first = self._first_bucket()
        if self._buckets == 1:
            bucket = TABLE["Fill"](TABLE["Shape"](found), first)
        else:
            text = keys if keys.dtype is dtypes.string else TABLE["AsString"](keys)
            spread = TABLE["StringToHashBucketFast"](text, num_buckets=self._buckets)
            bucket = TABLE["AddV2"](spread, first)
        return TABLE["SelectV2"](unknown, bucket, found)

    def _first_bucket(self) -> Any:
        return np.int64(len(self._table))

    def size(self, name=None):
        return tensor(np.int64(len(self._table) + self._buckets))


class MutableHashTable(_Lookup):
    """A table that keys are put into and taken out of."""

    def __init__(self, key_dtype, value_dtype, default_value, name="MutableHashTable",
                 checkpoint=True, experimental_is_anonymous=False):  # fmt: skip
        self.key_dtype, self.value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)
        self.name = name
        self._default = tensor(default_value, self.value_dtype)
        self._table = ops.Table()

    def insert(self, keys, values, name=None):
        """Put `values` under `keys`, over what was there."""
        return ops.lookup_table_insert(
            tensor(keys, self.key_dtype), tensor(values, self.value_dtype),
            table=self._table,
        )  # fmt: skip

    def remove(self, keys, name=None):
        """Take `keys` out; those that are not there are passed over."""
        return ops.lookup_table_remove(tensor(keys, self.key_dtype), table=self._table)

    erase = remove

    def lookup(self, keys, dynamic_default_values=None, name=None):
        if dynamic_default_values is None:
            return super().lookup(keys)
        default = tensor(dynamic_default_values, self.value_dtype)
        return ops.lookup_table_find(
            tensor(keys, self.key_dtype), default, table=self._table
        )

    __getitem__ = lookup

    def export(self, name=None):
        """All keys, and the values under them."""
        kinds = self.key_dtype.np, self.value_dtype.np
        columns = (list(self._table), list(self._table.values()))
        return tuple(
            tensor(np.array(c, k).reshape(len(c), *np.shape(c)[1:]))
            for c, k in zip(columns, kinds, strict=True)
        )


class DenseHashTable(MutableHashTable):
    """A MutableHashTable; the keys set apart for empty and deleted are refused."""

    def __init__(self, key_dtype, value_dtype, default_value, empty_key, deleted_key,
                 initial_num_buckets=None, name="MutableDenseHashTable",
                 checkpoint=True, experimental_is_anonymous=False):  # fmt: skip
        super().__init__(key_dtype, value_dtype, default_value, name)


__all__ = [
    "DenseHashTable", "KeyValueTensorInitializer", "MutableHashTable",
    "StaticHashTable", "StaticVocabularyTable", "TextFileIndex", "TextFileInitializer",
]  # fmt: skip
