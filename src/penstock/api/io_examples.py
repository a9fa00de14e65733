"""`tf.io`: `tf.train.Example`s as tensors, by what is said of their features."""

from __future__ import annotations

from collections import namedtuple
from typing import Any, NamedTuple

import numpy as np

from penstock.api.ragged import RaggedTensor
from penstock.api.scopes import tensor
from penstock.api.sparse import SparseTensor
from penstock.api.sparse_ops import reorder
from penstock.core.dtypes import as_dtype, int32, int64, string
from penstock.core.shapes import as_dims
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import io_files as ops
from penstock.ops import io_ragged


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


class RaggedFeature(
    namedtuple("RaggedFeature", "dtype value_key partitions row_splits_dtype validate")
):
    """Rows from a feature of values and features that say how to part them.

    `partitions`, outermost first, are `RowSplits`, `RowLengths`, `RowStarts`,
    `RowLimits`, `ValueRowIds` of a key, or `UniformRowLength` of a number.
    """

    RowSplits = namedtuple("RowSplits", "key")
    RowLengths = namedtuple("RowLengths", "key")
    RowStarts = namedtuple("RowStarts", "key")
    RowLimits = namedtuple("RowLimits", "key")
    ValueRowIds = namedtuple("ValueRowIds", "key")
    UniformRowLength = namedtuple("UniformRowLength", "length")

    def __new__(cls, dtype, value_key=None, partitions=(), row_splits_dtype=int32,
                validate=False):  # fmt: skip
        return super().__new__(
            cls, dtype, value_key, tuple(partitions), row_splits_dtype, validate
        )


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
    found: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    for key, feature in features.items():
        if isinstance(feature, RaggedFeature):
            found[key] = _ragged(serialized, key, feature)
        elif isinstance(feature, SparseFeature):
            found[key] = _sparse(serialized, feature)
        else:
            plain[key] = feature
    if plain:
        found |= _parse_plain(serialized, plain, name)
    return ordered({key: found[key] for key in sorted(features)})


def ordered(found: dict[str, Any]) -> dict[str, Any]:
    """Sparse tensors first, then dense ones, then rows, as TensorFlow's dicts."""
    kinds = SparseTensor, Tensor, RaggedTensor
    return {k: v for kind in kinds for k, v in found.items() if isinstance(v, kind)}


def _ragged(serialized, key: str, feature: RaggedFeature):
    kind = as_dtype(feature.dtype)
    parts = [(type(p).__name__, p[0]) for p in feature.partitions]
    single = serialized.dims == ()
    uniform: list[int] = []  # the innermost rows, if of one length, are an axis
    while parts and parts[-1][0] == "UniformRowLength":
        uniform.insert(0, int(parts.pop()[1]))
    values, nested = io_ragged.parse_ragged_example(
        serialized, key=feature.value_key or key, dtype=kind,
        partitions=tuple(parts), N=len(parts) + (not single),
        inner=int(np.prod(uniform)),
    )  # fmt: skip
    if uniform:
        values = TABLE["Reshape"](values, [-1, *uniform])
    if not nested:
        return values
    return RaggedTensor.from_nested_row_splits(values, list(nested))


def _sparse(serialized, feature: SparseFeature) -> SparseTensor:
    """Entries at the places that other features give, [batch, *size] or [*size]."""
    keys, sizes = feature.index_key, feature.size
    if not isinstance(keys, list | tuple):
        keys, sizes = [keys], [sizes]
    wanted = {key: VarLenFeature(int64) for key in keys}
    wanted[feature.value_key] = VarLenFeature(feature.dtype)
    found = _parse_plain(serialized, wanted, None)
    values = found[feature.value_key]
    columns = [found[key].values for key in keys]
    shape: Any = np.array([int(size) for size in sizes], np.int64)
    if serialized.dims != ():
        columns.insert(0, values.indices[:, 0])
        shape = TABLE["ConcatV2"]([values.dense_shape[:1], shape], 0)
    made = SparseTensor(TABLE["Pack"](columns, axis=1), values.values, shape)
    return made if feature.already_sorted else reorder(made)


def _parse_plain(serialized, features: dict, name) -> dict[str, Any]:
    sparse = sorted(k for k, f in features.items() if isinstance(f, VarLenFeature))
    dense = sorted(k for k in features if k not in sparse)
    shapes, kinds, defaults = [], [], []
    for key in dense:
        feature = features[key]
        if not isinstance(feature, FixedLenFeature | FixedLenSequenceFeature):
            raise ValueError(
                f"Feature {key!r} must be a FixedLenFeature, FixedLenSequenceFeature, "
                "VarLenFeature, SparseFeature or RaggedFeature, received "
                f"{feature!r}."
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
    return found | dict(zip(dense, arrays, strict=True))
