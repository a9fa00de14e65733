"""Crossed features: every combination of the values in one row of several tensors."""

from __future__ import annotations

from typing import Any

from penstock.api.scopes import scope
from penstock.api.sparse import SparseTensor
from penstock.core import dtypes
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor

_KEY = 0xDECAFCAFFE


def _parted(inputs) -> tuple[list[SparseTensor], list[Any]]:
    """The sparse ones, and the dense ones: crossed in this order, as TensorFlow does.

    Strings stay as they are, integers become int64.
    """
    sparse, dense = [], []
    for item in inputs:
        if isinstance(item, SparseTensor):
            sparse.append(item.with_values(_wide(item.values)))
        elif isinstance(item, Tensor):
            dense.append(_wide(item))
        else:
            raise TypeError("All inputs must be Tensor or SparseTensor.")
    return sparse, dense


def _wide(values):
    if values.dtype == dtypes.string:
        return values
    return TABLE["Cast"](values, DstT=dtypes.int64)


def _call(type_name: str, inputs, *more, **attrs) -> SparseTensor:
    sparse, dense = _parted(inputs)
    parts = zip(*((s.indices, s.values, s.dense_shape) for s in sparse), strict=True)
    columns = [list(part) for part in parts] or [[], [], []]
    return SparseTensor(*TABLE[type_name](*columns, dense, *more, **attrs))


def cross(inputs, name=None, separator=None):
    """Strings: the values of a row joined by `separator` ("_X_").

    `inputs` are matrices, dense or sparse, of strings or integers; the sparse ones
    come first. Raises TypeError for anything else.
    """
    with scope(name, "SparseCross"):
        return _call("SparseCrossV2", inputs, "_X_" if separator is None else separator)


def cross_hashed(inputs, num_buckets=0, hash_key=None, name=None):
    """The same as numbers below `num_buckets`, from the values' fingerprints.

    Strings need the package `cityhash` (FarmHash).
    """
    with scope(name, "SparseCross"):
        return _call(
            "SparseCross", inputs, hashed_output=True, num_buckets=num_buckets,
            hash_key=hash_key or _KEY, out_type=dtypes.int64,
            internal_type=dtypes.string,
        )  # fmt: skip


__all__ = ["cross", "cross_hashed"]
