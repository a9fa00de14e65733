"""`tf.io`: whole files, serialized tensors, `tf.train.Example`s."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from penstock.api.scopes import tensor
from penstock.api.sparse import SparseTensor
from penstock.core.dtypes import as_dtype, string
from penstock.core.shapes import as_dims
from penstock.ops import io_files as ops


def read_file(filename, name=None):
    """The bytes of a file, a string scalar. Raises NotFoundError when it runs."""
    return ops.read_file(filename, name=name)


def write_file(filename, contents, name=None):
    """Write `contents` to a file, making its folders."""
    return ops.write_file(filename, contents, name=name)


def matching_files(pattern, name=None):
    """The files that match a glob pattern, sorted."""
    return ops.matching_files(pattern, name=name)


def serialize_tensor(tensor, name=None):
    """A tensor as the bytes of a TensorProto."""
    return ops.serialize_tensor(tensor, name=name)


def parse_tensor(serialized, out_type, name=None):
    """The tensor that `serialize_tensor` made bytes of."""
    return ops.parse_tensor(serialized, out_type=as_dtype(out_type), name=name)


class FixedLenFeature(NamedTuple):
    """A feature of known shape; `default_value` stands in where it is missing."""

    shape: Any
    dtype: Any
    default_value: Any = None


class FixedLenSequenceFeature(NamedTuple):
    """A feature of any number of entries shaped `shape`."""

    shape: Any
    dtype: Any
    allow_missing: bool = False
    default_value: Any = None


class VarLenFeature(NamedTuple):
    """A feature of any length, as a SparseTensor."""

    dtype: Any


class SparseFeature(NamedTuple):
    """A SparseTensor from features of indices and values."""

    index_key: Any
    value_key: str
    dtype: Any
    size: Any
    already_sorted: bool = False


def parse_single_example(serialized, features, name=None, example_names=None):
    """One serialized Example as a dict: tensors, or SparseTensors for VarLenFeature.

    Raises InvalidArgumentError when it runs and a feature is missing, of another type
    or of another size than said.
    """
    del example_names
    return _parse(tensor(serialized, string, "serialized"), features, name)


def parse_example(serialized, features, example_names=None, name=None):
    """A vector of serialized Examples as a dict of batches."""
    del example_names
    return _parse(tensor(serialized, string, "serialized"), features, name)


def _parse(serialized, features: dict, name):
    if not features:
        raise ValueError("Missing: features was {}.")
    sparse = sorted(k for k, f in features.items() if isinstance(f, VarLenFeature))
    dense = sorted(k for k in features if k not in sparse)
    shapes, kinds, defaults = [], [], []
    for key in dense:
        feature = features[key]
        if not isinstance(feature, FixedLenFeature | FixedLenSequenceFeature):
            raise ValueError(
                f"Feature {key!r} must be a FixedLenFeature, FixedLenSequenceFeature "
                f"or VarLenFeature, received {feature!r}."
            )
        dims = as_dims(feature.shape)
        kind = as_dtype(feature.dtype)
        if isinstance(feature, FixedLenSequenceFeature):
            dims = (None, *dims)  # type: ignore[misc]
        shapes.append(dims)
        kinds.append(kind)
        given = feature.default_value
        empty = np.zeros(0, object if kind is string else kind.np)
        defaults.append(tensor(empty if given is None else given, kind))
    out = ops.parse_examples(
        serialized, defaults, num_sparse=len(sparse), sparse_keys=tuple(sparse),
        sparse_types=tuple(as_dtype(features[k].dtype) for k in sparse),
        dense_keys=tuple(dense), dense_shapes=tuple(shapes), Tdense=tuple(kinds),
        name=name or "ParseExample",
    )  # fmt: skip
    indices, values, sizes, arrays = out
    found: dict[str, Any] = {
        key: SparseTensor(i, v, s)
        for key, i, v, s in zip(sparse, indices, values, sizes, strict=True)
    }
    found.update(zip(dense, arrays, strict=True))
    return {key: found[key] for key in sorted(features)}
