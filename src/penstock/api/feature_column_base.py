"""What feature columns have in common, and how they read raw features."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np

from penstock.api.io_examples import VarLenFeature
from penstock.api.scopes import tensor
from penstock.api.sparse import SparseTensor
from penstock.core import dtypes
from penstock.ir.op import TABLE


class Weights(NamedTuple):
    """A table that a column needs, kept by the layer: [ids, dimension]."""

    name: str
    shape: tuple[int, int]
    initializer: Any
    trainable: bool


class Column(ABC):
    """Something that is read from a dict of features."""

    @property
    @abstractmethod
    def name(self) -> str: ...

    @property
    @abstractmethod
    def spec(self) -> dict[str, Any]:
        """How `tf.io.parse_example` reads the raw features."""


class Dense(Column):
    """A column of numbers: [batch, ..., width] when flattened."""

    table: Weights | None = None

    @property
    @abstractmethod
    def width(self) -> int: ...

    @abstractmethod
    def rows(self, features, table=None) -> Any:
        """The numbers; `table` is the tensor of `self.table`."""


class Categorical(Column):
    """A column of ids below `num_buckets`: a SparseTensor [batch, any]."""

    key: str
    dtype: Any

    @property
    def name(self) -> str:
        return self.key

    @property
    def spec(self) -> dict[str, Any]:
        return {self.key: VarLenFeature(self.dtype)}

    @property
    @abstractmethod
    def num_buckets(self) -> int: ...

    @abstractmethod
    def ids(self, features) -> SparseTensor: ...

    def weights(self, features) -> SparseTensor | None:
        """A weight for each id, where there are any."""
        return None


def feature(features, key: str):
    """The raw feature `key` [batch, ...]; one of rank 1 becomes [batch, 1]."""
    if key not in features:
        raise ValueError(f"Feature {key} is not in features dictionary.")
    value = features[key]
    if isinstance(value, SparseTensor):
        return value
    if hasattr(value, "to_sparse"):  # ragged
        return value.to_sparse()
    value = tensor(value)
    if value.dims is not None and len(value.dims) == 1:
        return TABLE["ExpandDims"](value, -1)
    return value


_MISSING = object()


def sparse_feature(value, missing: Any = _MISSING) -> SparseTensor:
    """`value` as a SparseTensor without its `missing` entries ("" and -1; None: all
    entries are there)."""
    if isinstance(value, SparseTensor):
        return value
    if missing is _MISSING:
        missing = b"" if value.dtype == dtypes.string else value.dtype.np.type(-1)
    if missing is None:
        there = TABLE["Fill"](TABLE["Shape"](value), np.bool_(True))
    else:
        there = TABLE["NotEqual"](value, missing)
    indices = TABLE["Where"](there)
    shape = TABLE["Shape"](value, out_type=dtypes.int64)
    return SparseTensor(indices, TABLE["GatherNd"](value, indices), shape)
