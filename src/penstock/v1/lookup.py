"""`tf.contrib.lookup` and 1.x's `tf.lookup`: tables that an operation fills.

Built while a graph is made, filled when `tf.tables_initializer()` runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array
from penstock.api import lookup as eager
from penstock.api.lookup import (
    DenseHashTable,
    MutableHashTable,
    StaticVocabularyTable,
    TextFileIndex,
)
from penstock.api.scopes import tensor
from penstock.api.script import py_func
from penstock.core.dtypes import as_dtype, int64, string
from penstock.core.errors import FailedPreconditionError
from penstock.ops import lookup as ops
from penstock.v1.graph_keys import GraphKeys, add_to_collection


class _Filled(ops.Table):
    """Raises where it is read before it was filled."""

    ready = False

    def get(self, key, default=None):
        if not self.ready:
            raise FailedPreconditionError(None, None, "Table not initialized.")
        return super().get(key, default)

    def put(self, key, value) -> None:
        known = self.setdefault(key, value)
        if known != value:
            raise FailedPreconditionError(
                None, None, f"HashTable has different value for same key. Key {key!r}"
                f" has {known} and trying to add value {value}.",
            )  # fmt: skip


class KeyValueTensorInitializer:
    """Keys and values given as tensors."""

    def __init__(self, keys, values, key_dtype=None, value_dtype=None, name=None):
        self.keys = tensor(keys, key_dtype, name="keys")
        self.values = tensor(values, value_dtype, name="values")
        self.key_dtype, self.value_dtype = self.keys.dtype, self.values.dtype

    def initialize(self, table):
        return _filling(table, self.keys, self.values)


class TextFileInitializer:
    """Keys and values from the lines of a file, read when the table is filled."""

    def __init__(
        self, filename, key_dtype, key_index, value_dtype, value_index, vocab_size=None,
        delimiter="\t", name=None,
    ):  # fmt: skip
        self.key_dtype, self.value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)
        self._filename = tensor(filename, name="asset_filepath")
        self._how = key_index, value_index, vocab_size, delimiter
        add_to_collection(GraphKeys.ASSET_FILEPATHS, self._filename)

    def initialize(self, table):
        kinds = self.key_dtype, self.value_dtype

        def read(name):
            key_index, value_index, size, delimiter = self._how
            rows = eager.TextFileInitializer(
                name, kinds[0], key_index, kinds[1], value_index, size, delimiter
            ).items()
            keys, values = zip(*rows, strict=True)
            made = [
                np.array(v, object if k is string else k.np)
                for v, k in zip((keys, values), kinds, strict=True)
            ]
            return made

        keys, values = py_func(read, [self._filename], list(kinds))
        return _filling(table, keys, values)


class TextFileIdTableInitializer(TextFileInitializer):
    """The lines (or a column) of a file by their number."""

    def __init__(
        self, filename, key_column_index=TextFileIndex.WHOLE_LINE,
        value_column_index=TextFileIndex.LINE_NUMBER, vocab_size=None, delimiter="\t",
        name="text_file_id_table_init", key_dtype=string,
    ):  # fmt: skip
        super().__init__(
            filename, key_dtype, key_column_index, int64, value_column_index,
            vocab_size, delimiter, name,
        )  # fmt: skip


class TextFileStringTableInitializer(TextFileInitializer):
    """The line that has a number."""

    def __init__(
        self, filename, key_column_index=TextFileIndex.LINE_NUMBER,
        value_column_index=TextFileIndex.WHOLE_LINE, vocab_size=None, delimiter="\t",
        name="text_file_string_table_init",
    ):  # fmt: skip
        super().__init__(
            filename, int64, key_column_index, string, value_column_index, vocab_size,
            delimiter, name,
        )  # fmt: skip


def _filling(table, keys, values):
    """An operation that puts `values` under `keys` into `table`."""
    content = table._table

    def fill(keys, values):
        for key, value in zip(np.ravel(keys).tolist(), np.ravel(values), strict=True):
            content.put(key, value)
        content.ready = True
        return np.int64(len(content))

    filled: Any = py_func(fill, [keys, values], int64)
    return filled.op


class StaticHashTable(eager._Lookup):
    """Values by keys, the default where a key is not there."""

    def __init__(self, initializer, default_value, shared_name=None, name=None):
        self.key_dtype = initializer.key_dtype
        self.value_dtype = initializer.value_dtype
        self.name = shared_name or name or f"hash_table_{next(eager._numbers)}"
        self._default = tensor(default_value, self.value_dtype)
        self._table = _Filled()
        self._init = initializer.initialize(self)
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, self._init)

    @property
    def default_value(self):
        return self._default

    @property
    def initializer(self):
        return self._init

    init = initializer


HashTable = StaticHashTable


class IdTableWithHashBuckets(StaticVocabularyTable):
    """Ids of `table`, and buckets after them for other keys."""

    def __init__(
        self, table, num_oov_buckets, hasher_spec=None, name=None, key_dtype=None
    ):
        super().__init__(None, num_oov_buckets, key_dtype or table.key_dtype, name)
        self._table, self.init = table._table, table.init

    def _first_bucket(self):
        return ops.lookup_table_size(table=self._table)  # filled later

    def size(self, name=None):
        return self._first_bucket() + self._buckets

    @property
    def initializer(self):
        return self.init


def index_table_from_tensor(
    vocabulary_list=None, num_oov_buckets=0, default_value=-1, hasher_spec=None,
    dtype=string, name=None, mapping=None,
):  # fmt: skip
    """A table from each entry of a vector to its place."""
    words = vocabulary_list if mapping is None else mapping
    if words is None:
        raise ValueError("mapping must be specified.")
    words = tensor(words, name="keys")
    places = array.reshape(_count(words), [-1])
    rows = KeyValueTensorInitializer(words, places)
    return _with_buckets(rows, num_oov_buckets, default_value, name)


def _count(words):
    from penstock.api.math_functions import cast
    from penstock.api.math_reduce import range as count

    return cast(count(array.size(words)), int64)


def _with_buckets(rows, buckets, default, name):
    if buckets < 0:
        raise ValueError(
            f"num_oov_buckets must be greater or equal than 0, got {buckets}."
        )
    table = StaticHashTable(rows, np.int64(default), name=name)
    return IdTableWithHashBuckets(table, buckets, name=name) if buckets else table


def index_table_from_file(
    vocabulary_file=None, num_oov_buckets=0, vocab_size=None, default_value=-1,
    hasher_spec=None, key_dtype=string, name=None,
    key_column_index=TextFileIndex.WHOLE_LINE,
    value_column_index=TextFileIndex.LINE_NUMBER, delimiter="\t",
):  # fmt: skip
    """A table from each line of a file to its number."""
    if vocabulary_file is None or (
        isinstance(vocabulary_file, str) and not vocabulary_file
    ):
        raise ValueError("vocabulary_file must be specified and must not be empty.")
    rows = TextFileIdTableInitializer(
        vocabulary_file, key_column_index, value_column_index, vocab_size, delimiter,
        key_dtype=key_dtype,
    )  # fmt: skip
    return _with_buckets(rows, num_oov_buckets, default_value, name)


def index_to_string_table_from_tensor(
    vocabulary_list=None, default_value="UNK", name=None, mapping=None
):
    """A table from places to the entries of a vector."""
    words = tensor(vocabulary_list if mapping is None else mapping, name="values")
    return StaticHashTable(
        KeyValueTensorInitializer(_count(words), words), default_value, name=name
    )


def index_to_string_table_from_file(
    vocabulary_file, vocab_size=None, default_value="UNK", name=None,
    key_column_index=TextFileIndex.LINE_NUMBER,
    value_column_index=TextFileIndex.WHOLE_LINE, delimiter="\t",
):  # fmt: skip
    """A table from numbers to the lines of a file."""
    rows = TextFileStringTableInitializer(
        vocabulary_file, key_column_index, value_column_index, vocab_size, delimiter
    )
    return StaticHashTable(rows, default_value, name=name)


def string_to_index(tensor, mapping, default_value=-1, name=None):
    """The place of each entry of `tensor` in `mapping`."""
    return index_table_from_tensor(mapping, 0, default_value).lookup(tensor)


def index_to_string(tensor, mapping, default_value="UNK", name=None):
    """The entries of `mapping` at the places `tensor`."""
    return index_to_string_table_from_tensor(mapping, default_value).lookup(tensor)


string_to_index_table_from_tensor = index_table_from_tensor
string_to_index_table_from_file = index_table_from_file
MutableDenseHashTable = DenseHashTable
LookupInterface = eager._Lookup

__all__ = [
    "HashTable", "IdTableWithHashBuckets", "KeyValueTensorInitializer",
    "LookupInterface", "MutableDenseHashTable", "MutableHashTable", "StaticHashTable",
    "StaticVocabularyTable", "TextFileIdTableInitializer", "TextFileIndex",
    "TextFileInitializer", "TextFileStringTableInitializer", "index_table_from_file",
    "index_table_from_tensor", "index_to_string", "index_to_string_table_from_file",
    "index_to_string_table_from_tensor", "string_to_index",
    "string_to_index_table_from_file", "string_to_index_table_from_tensor",
]  # fmt: skip
