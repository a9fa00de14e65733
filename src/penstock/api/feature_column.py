"""`tf.feature_column`: what a model sees of a table's columns.

A column reads raw features by name. A *categorical* one gives ids, a *dense* one rows
of numbers; `DenseFeatures`, `input_layer` and `linear_model` put them together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from penstock.api import operators  # noqa: F401  (before the circle around nn)
from penstock.api.debugging import Assert
from penstock.api.feature_column_base import (
    Categorical,
    Dense,
    Weights,
    feature,
    sparse_feature,
)
from penstock.api.io_examples import FixedLenFeature, VarLenFeature
from penstock.api.nn_embedding import safe_embedding_lookup_sparse
from penstock.api.sparse import SparseTensor, to_dense
from penstock.api.sparse_cross import cross_hashed
from penstock.core import dtypes
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.ops import lookup


@dataclass(frozen=True)
class NumericColumn(Dense):
    key: str
    shape: tuple[int, ...]
    default_value: Any
    dtype: Any
    normalizer_fn: Callable | None

    @property
    def name(self) -> str:
        return self.key

    @property
    def spec(self):
        return {self.key: FixedLenFeature(self.shape, self.dtype, self.default_value)}

    @property
    def width(self) -> int:
        return int(np.prod(self.shape))

    def rows(self, features, table=None):
        value = feature(features, self.key)
        if isinstance(value, SparseTensor):
            raise ValueError(
                f"The corresponding Tensor of numerical column must be a Tensor. "
                f"SparseTensor is not supported. key: {self.key}"
            )
        if self.normalizer_fn is not None:
            value = self.normalizer_fn(value)
        return TABLE["Cast"](value, DstT=dtypes.float32)


@dataclass(frozen=True)
class BucketizedColumn(Dense, Categorical):
    """Ranges of a number: one of n + 1 between and around n boundaries."""

    source_column: NumericColumn
    boundaries: tuple[float, ...]

    @property
    def name(self) -> str:
        return f"{self.source_column.name}_bucketized"

    @property
    def spec(self):
        return self.source_column.spec

    @property
    def _ranges(self) -> int:
        return len(self.boundaries) + 1

    @property
    def width(self) -> int:
        return self._ranges * self.source_column.width

    @property
    def num_buckets(self) -> int:
        return self.width

    def _buckets(self, features):
        rows = self.source_column.rows(features)
        return TABLE["Bucketize"](rows, boundaries=list(self.boundaries))

    def rows(self, features, table=None):
        return TABLE["OneHot"](self._buckets(features), self._ranges, 1.0, 0.0)

    def ids(self, features) -> SparseTensor:
        flat = TABLE["Reshape"](self._buckets(features), [-1, self.source_column.width])
        flat = TABLE["Cast"](flat, DstT=dtypes.int64)
        starts = np.arange(self.source_column.width, dtype=np.int64) * self._ranges
        return sparse_feature(TABLE["AddV2"](flat, starts), None)


@dataclass(frozen=True)
class HashedCategoricalColumn(Categorical):
    """Values by FarmHash's Fingerprint64 (needs the package `cityhash`)."""

    key: str
    hash_bucket_size: int
    dtype: Any

    @property
    def num_buckets(self) -> int:
        return self.hash_bucket_size

    def ids(self, features) -> SparseTensor:
        given = sparse_feature(feature(features, self.key))
        values = given.values
        if values.dtype != dtypes.string:
            values = TABLE["AsString"](values)
        size = self.hash_bucket_size
        return given.with_values(
            TABLE["StringToHashBucketFast"](values, num_buckets=size)
        )


@dataclass(frozen=True)
class IdentityCategoricalColumn(Categorical):
    key: str
    number_buckets: int
    default_value: int | None

    dtype = dtypes.int64

    @property
    def num_buckets(self) -> int:
        return self.number_buckets

    def ids(self, features) -> SparseTensor:
        given = sparse_feature(feature(features, self.key))
        values = TABLE["Cast"](given.values, DstT=dtypes.int64)
        outside = TABLE["LogicalOr"](
            TABLE["Less"](values, np.int64(0)),
            TABLE["GreaterEqual"](values, np.int64(self.number_buckets)),
        )
        if self.default_value is None:
            return given.with_values(_inside(values, outside, self))
        default = TABLE["Fill"](TABLE["Shape"](values), np.int64(self.default_value))
        return given.with_values(TABLE["SelectV2"](outside, default, values))


def _inside(values, outside, column):
    """`values`; an error, when it runs, where one is `outside`."""
    message = f"{column.key} must be in [0, {column.number_buckets})"
    fine = TABLE["LogicalNot"](TABLE["Any"](outside, [0]))
    with context.landing().control_dependencies([Assert(fine, [message, values])]):
        return TABLE["Identity"](values)


@dataclass(frozen=True)
class _Vocabulary(Categorical):
    """Keys of a known list; others by hash in the buckets behind it, or a default."""

    def _find(self, features, words, kind, default, oov: int) -> SparseTensor:
        given = sparse_feature(feature(features, self.key))
        keys = given.values
        if kind.is_integer:
            keys = TABLE["Cast"](keys, DstT=dtypes.int64)
        table = lookup.Table({word: number for number, word in enumerate(words)})
        found = lookup.lookup_table_find(keys, np.int64(-1), table=table)
        unknown = TABLE["Less"](found, np.int64(0))
        if oov:
            text = keys if keys.dtype == dtypes.string else TABLE["AsString"](keys)
            spread = TABLE["StringToHashBucketFast"](text, num_buckets=oov)
            other = TABLE["AddV2"](spread, np.int64(len(table)))
        else:
            other = TABLE["Fill"](TABLE["Shape"](found), np.int64(default))
        return given.with_values(TABLE["SelectV2"](unknown, other, found))


@dataclass(frozen=True)
class VocabularyListCategoricalColumn(_Vocabulary):
    key: str
    vocabulary_list: tuple
    dtype: Any
    default_value: int
    num_oov_buckets: int

    @property
    def num_buckets(self) -> int:
        return len(self.vocabulary_list) + self.num_oov_buckets

    def ids(self, features) -> SparseTensor:
        text = self.dtype == dtypes.string
        words = [_bytes(w) if text else int(w) for w in self.vocabulary_list]
        return self._find(
            features, words, self.dtype, self.default_value, self.num_oov_buckets
        )


@dataclass(frozen=True)
class VocabularyFileCategoricalColumn(_Vocabulary):
    key: str
    vocabulary_file: str
    vocabulary_size: int
    num_oov_buckets: int
    dtype: Any
    default_value: int
    file_format: str | None

    @property
    def num_buckets(self) -> int:
        return self.vocabulary_size + self.num_oov_buckets

    def ids(self, features) -> SparseTensor:
        with open(self.vocabulary_file, "rb") as file:
            words = file.read().splitlines()[: self.vocabulary_size]
        if self.dtype != dtypes.string:
            words = [int(word) for word in words]
        return self._find(
            features, words, self.dtype, self.default_value, self.num_oov_buckets
        )


def _bytes(word) -> bytes:
    return word if isinstance(word, bytes) else str(word).encode()


@dataclass(frozen=True)
class WeightedCategoricalColumn(Categorical):
    """A categorical column and a feature that holds a weight for each value."""

    categorical_column: Categorical
    weight_feature_key: str
    dtype: Any

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_weighted_by_{self.weight_feature_key}"

    @property
    def spec(self):
        weight = {self.weight_feature_key: VarLenFeature(self.dtype)}
        return {**self.categorical_column.spec, **weight}

    @property
    def num_buckets(self) -> int:
        return self.categorical_column.num_buckets

    def ids(self, features) -> SparseTensor:
        return self.categorical_column.ids(features)

    def weights(self, features) -> SparseTensor:
        given = feature(features, self.weight_feature_key)
        weights = sparse_feature(given, None)
        return weights.with_values(TABLE["Cast"](weights.values, DstT=dtypes.float32))


@dataclass(frozen=True)
class CrossedColumn(Categorical):
    """Combinations of the values of several columns, by hash."""

    keys: tuple
    hash_bucket_size: int
    hash_key: int | None

    @property
    def name(self) -> str:
        return "_X_".join(sorted(map(_leaf_name, _leaves(self))))

    @property
    def spec(self):
        found = {}
        for key in self.keys:
            text = isinstance(key, str)
            found |= {key: VarLenFeature(dtypes.string)} if text else key.spec
        return found

    @property
    def num_buckets(self) -> int:
        return self.hash_bucket_size

    def ids(self, features) -> SparseTensor:
        parts = [
            feature(features, leaf) if isinstance(leaf, str) else leaf.ids(features)
            for leaf in _leaves(self)
        ]
        return cross_hashed(parts, self.hash_bucket_size, self.hash_key)


def _leaves(column: CrossedColumn) -> list:
    out = []
    for key in column.keys:
        out += _leaves(key) if isinstance(key, CrossedColumn) else [key]
    return out


def _leaf_name(leaf) -> str:
    return leaf if isinstance(leaf, str) else leaf.name


@dataclass(frozen=True)
class IndicatorColumn(Dense):
    """How often each id stands in a row."""

    categorical_column: Categorical

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_indicator"

    @property
    def spec(self):
        return self.categorical_column.spec

    @property
    def width(self) -> int:
        return self.categorical_column.num_buckets

    def rows(self, features, table=None):
        ids = self.categorical_column.ids(features)
        weights = self.categorical_column.weights(features)
        dense = to_dense(ids, default_value=-1)
        hot = TABLE["OneHot"](dense, self.width, 1.0, 0.0)
        if weights is not None:
            hot = hot * TABLE["ExpandDims"](to_dense(weights), -1)
        return TABLE["Sum"](hot, [-2])


@dataclass(frozen=True)
class EmbeddingColumn(Dense):
    """Rows of a trained table, combined over the values of one example."""

    categorical_column: Categorical
    dimension: int
    combiner: str
    initializer: Any
    ckpt_to_load_from: str | None
    tensor_name_in_ckpt: str | None
    max_norm: float | None
    trainable: bool
    use_safe_embedding_lookup: bool = True

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_embedding"

    @property
    def spec(self):
        return self.categorical_column.spec

    @property
    def width(self) -> int:
        return self.dimension

    @property
    def table(self) -> Weights:
        shape = self.categorical_column.num_buckets, self.dimension
        return Weights(self.name, shape, self.initializer, self.trainable)

    def rows(self, features, table=None):
        ids = self.categorical_column.ids(features)
        weights = self.categorical_column.weights(features)
        return safe_embedding_lookup_sparse(
            table, ids, weights, self.combiner, max_norm=self.max_norm
        )


@dataclass(frozen=True)
class SharedEmbeddingColumn(EmbeddingColumn):
    """An embedding whose table other columns use too."""

    shared_embedding_collection_name: str = ""

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_shared_embedding"

    @property
    def table(self) -> Weights:
        shape = self.categorical_column.num_buckets, self.dimension
        name = self.shared_embedding_collection_name
        return Weights(name, shape, self.initializer, self.trainable)


__all__ = [
    "BucketizedColumn", "CrossedColumn", "EmbeddingColumn", "HashedCategoricalColumn",
    "IdentityCategoricalColumn", "IndicatorColumn", "NumericColumn",
    "SharedEmbeddingColumn", "VocabularyFileCategoricalColumn",
    "VocabularyListCategoricalColumn", "WeightedCategoricalColumn",
]  # fmt: skip
