"""The functions of `tf.feature_column`: columns with their arguments checked."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from penstock.api import feature_column as kinds
from penstock.api.feature_column_base import Categorical, Column
from penstock.api.random import truncated_normal
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir import context


@dataclass(frozen=True)
class TruncatedNormal:
    """The first values of embeddings: a truncated normal of 1 / sqrt(dimension)."""

    stddev: float

    def __call__(self, shape, dtype=None, partition_info=None, **_):
        return truncated_normal(shape, 0.0, self.stddev, dtype or dtypes.float32)

    def get_config(self) -> dict:
        return {"mean": 0.0, "stddev": self.stddev, "seed": None, "dtype": "float32"}


def _key(key) -> str:
    if not isinstance(key, str):
        raise ValueError(f"key must be a string, received: {key!r}.")
    return key


def numeric_column(key, shape=(1,), default_value=None, dtype=dtypes.float32,
                   normalizer_fn=None):  # fmt: skip
    """Numbers as they are, or through `normalizer_fn`."""
    sizes = tuple(int(n) for n in np.atleast_1d(shape))
    if any(n <= 0 for n in sizes):
        raise ValueError(f"shape dimensions must be greater than 0, shape: {shape}")
    kind = as_dtype(dtype)
    if not (kind.is_integer or kind.is_floating):
        raise ValueError(
            f"dtype must be convertible to float. dtype: {kind}, key: {key}"
        )
    if normalizer_fn is not None and not callable(normalizer_fn):
        raise TypeError(f"normalizer_fn must be a callable. Given: {normalizer_fn}")
    default = default_value
    if default is not None:
        default = np.broadcast_to(np.asarray(default, kind.np), sizes)
        default = tuple(default.ravel().tolist())
    return kinds.NumericColumn(_key(key), sizes, default, kind, normalizer_fn)


def bucketized_column(source_column, boundaries):
    """A numeric column by the ranges that sorted `boundaries` cut."""
    if not isinstance(source_column, kinds.NumericColumn):
        raise ValueError(
            "source_column must be a column generated with numeric_column(). "
            f"Given: {source_column}"
        )
    if len(source_column.shape) > 1:
        raise ValueError(
            f"source_column must be one-dimensional column. Given: {source_column}"
        )
    edges = tuple(boundaries or ())
    if not edges or any(a >= b for a, b in itertools.pairwise(edges)):
        raise ValueError("boundaries must be a sorted list.")
    return kinds.BucketizedColumn(source_column, edges)


def categorical_column_with_hash_bucket(key, hash_bucket_size, dtype=dtypes.string):
    """Ids by hashing; values "" and -1 are missing ones."""
    if hash_bucket_size is None or hash_bucket_size < 1:
        raise ValueError(
            f"hash_bucket_size must be at least 1. hash_bucket_size: "
            f"{hash_bucket_size}, key: {key}"
        )
    return kinds.HashedCategoricalColumn(_key(key), hash_bucket_size, _of_ids(dtype))


def _of_ids(dtype):
    kind = as_dtype(dtype)
    if kind != dtypes.string and not kind.is_integer:
        raise ValueError(f"dtype must be string or integer. dtype: {kind}.")
    return kind


def categorical_column_with_identity(key, num_buckets, default_value=None):
    """Integers that are ids already; others become `default_value`, or an error."""
    if num_buckets < 1:
        raise ValueError(f"num_buckets {num_buckets} < 1, column_name {key}")
    if default_value is not None and not 0 <= default_value < num_buckets:
        raise ValueError(
            f"default_value {default_value} not in range [0, {num_buckets}), "
            f"column_name {key}"
        )
    return kinds.IdentityCategoricalColumn(_key(key), num_buckets, default_value)


def _oov(key, default_value, num_oov_buckets) -> int:
    if num_oov_buckets:
        if default_value not in (None, -1):
            raise ValueError(
                f"Can't specify both num_oov_buckets and default_value in {key}."
            )
        if num_oov_buckets < 0:
            raise ValueError(f"Invalid num_oov_buckets {num_oov_buckets} in {key}.")
    return -1 if default_value is None else default_value


def categorical_column_with_vocabulary_list(key, vocabulary_list, dtype=None,
                                            default_value=-1,
                                            num_oov_buckets=0):  # fmt: skip
    """Ids by the place in a list."""
    words = tuple(vocabulary_list or ())
    if not words:
        raise ValueError(
            f"vocabulary_list {vocabulary_list} must be non-empty, column_name: {key}"
        )
    if len(set(words)) != len(words):
        raise ValueError(f"Duplicate keys in vocabulary_list: {words}, key: {key}")
    found = as_dtype(np.asarray(words).dtype)
    kind = _of_ids(found if dtype is None else dtype)
    if (kind == dtypes.string) != (found == dtypes.string):
        raise ValueError(
            f"dtype {kind} and vocabulary dtype {found} do not match, column_name: "
            f"{key}"
        )
    default = _oov(key, default_value, num_oov_buckets)
    return kinds.VocabularyListCategoricalColumn(
        _key(key), words, kind, default, num_oov_buckets
    )


def categorical_column_with_vocabulary_file(key, vocabulary_file, vocabulary_size=None,
                                            dtype=dtypes.string, default_value=None,
                                            num_oov_buckets=0,
                                            file_format=None):  # fmt: skip
    """Ids by the line in a file."""
    if not vocabulary_file:
        raise ValueError(f"Missing vocabulary_file in {key}.")
    if vocabulary_size is None:
        with open(vocabulary_file, "rb") as file:
            vocabulary_size = len(file.read().splitlines())
    if vocabulary_size < 1:
        raise ValueError(f"Invalid vocabulary_size in {key}.")
    default = _oov(key, default_value, num_oov_buckets)
    return kinds.VocabularyFileCategoricalColumn(
        _key(key), vocabulary_file, vocabulary_size, num_oov_buckets, _of_ids(dtype),
        default, file_format,
    )  # fmt: skip


def weighted_categorical_column(categorical_column, weight_feature_key,
                                dtype=dtypes.float32):  # fmt: skip
    """A categorical column with a weight for each value, from another feature."""
    return kinds.WeightedCategoricalColumn(
        categorical_column, weight_feature_key, as_dtype(dtype)
    )


def crossed_column(keys, hash_bucket_size, hash_key=None):
    """Combinations of at least two features or categorical columns, hashed."""
    if not hash_bucket_size or hash_bucket_size < 1:
        raise ValueError(
            f"hash_bucket_size must be > 1. hash_bucket_size: {hash_bucket_size}"
        )
    if not keys or len(keys) < 2:
        raise ValueError(f"keys must be a list with length > 1. Given: {keys}")
    for key in keys:
        if not isinstance(key, str | Categorical):
            raise ValueError(
                "Unsupported key type. All keys must be either string, or categorical "
                f"column except HashedCategoricalColumn. Given: {key}"
            )
        if isinstance(key, kinds.HashedCategoricalColumn):
            raise ValueError(
                "categorical_column_with_hash_bucket is not supported for crossing. "
                f"Hashing before crossing will increase probability of collision. "
                f"Instead, use the feature name as a string. Given: {key}"
            )
    return kinds.CrossedColumn(tuple(keys), hash_bucket_size, hash_key)


def indicator_column(categorical_column):
    """A categorical column as counts of its ids."""
    return kinds.IndicatorColumn(categorical_column)


def embedding_column(categorical_column, dimension, combiner="mean", initializer=None,
                     ckpt_to_load_from=None, tensor_name_in_ckpt=None, max_norm=None,
                     trainable=True, use_safe_embedding_lookup=True):  # fmt: skip
    """A categorical column as rows of a table that is trained."""
    _check_embedding(dimension, initializer)
    return kinds.EmbeddingColumn(
        categorical_column, dimension, combiner,
        initializer or TruncatedNormal(1 / math.sqrt(dimension)), ckpt_to_load_from,
        tensor_name_in_ckpt, max_norm, trainable, use_safe_embedding_lookup,
    )  # fmt: skip


def _check_embedding(dimension, initializer) -> None:
    if dimension is None or dimension < 1:
        raise ValueError(f"Invalid dimension {dimension}.")
    if initializer is not None and not callable(initializer):
        raise ValueError("initializer must be callable if specified.")


def shared_embedding_columns(categorical_columns, dimension, combiner="mean",
                             initializer=None, shared_embedding_collection_name=None,
                             ckpt_to_load_from=None, tensor_name_in_ckpt=None,
                             max_norm=None, trainable=True,
                             use_safe_embedding_lookup=True):  # fmt: skip
    """Embeddings of several columns of as many ids, by one table. For graphs."""
    if context.executing_eagerly():
        raise RuntimeError(
            "shared_embedding_columns are not supported when eager execution is "
            "enabled."
        )
    _check_embedding(dimension, initializer)
    columns = list(categorical_columns)
    if len({c.num_buckets for c in columns}) > 1:
        raise ValueError(
            "To use shared_embedding_column, all categorical_columns must have the "
            "same number of buckets."
        )
    first = initializer or TruncatedNormal(1 / math.sqrt(dimension))
    name = shared_embedding_collection_name or (
        "_".join(sorted(c.name for c in columns)) + "_shared_embedding"
    )
    return [
        kinds.SharedEmbeddingColumn(
            c, dimension, combiner, first, ckpt_to_load_from, tensor_name_in_ckpt,
            max_norm, trainable, use_safe_embedding_lookup, name,
        )
        for c in columns
    ]  # fmt: skip


shared_embeddings = shared_embedding_columns


def make_parse_example_spec(feature_columns) -> dict[str, Any]:
    """What `tf.io.parse_example` needs for these columns."""
    found: dict[str, Any] = {}
    for column in feature_columns:
        if not isinstance(column, Column):
            raise ValueError(
                f"All feature_columns must be _FeatureColumn instances. Given: {column}"
            )
        for key, value in column.spec.items():
            if key in found and found[key] != value:
                raise ValueError(
                    f"feature_columns contain different parse_spec for key {key}. "
                    f"Given {found[key]} and {value}"
                )
            found[key] = value
    return found


__all__ = [
    "bucketized_column", "categorical_column_with_hash_bucket",
    "categorical_column_with_identity", "categorical_column_with_vocabulary_file",
    "categorical_column_with_vocabulary_list", "crossed_column", "embedding_column",
    "indicator_column", "make_parse_example_spec", "numeric_column",
    "shared_embedding_columns", "shared_embeddings", "weighted_categorical_column",
]  # fmt: skip
