"""Crossing features: one value for every combination of a row's values. On the host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import product
from typing import Any

import numpy as np

from penstock.ir.op import STOPS, op
from penstock.ops.strings_hash import fingerprint64

_WORD = (1 << 64) - 1
_FACTOR = 0xC6A4A7935BD1E995  # of MurmurHash64A, public domain


def _mixed(word: int) -> int:
    return word ^ (word >> 47)


def cat64(a: int, b: int) -> int:
    """One 64-bit fingerprint of two, in their order: a round of MurmurHash64A."""
    word = a ^ _FACTOR
    word ^= _mixed(b * _FACTOR & _WORD) * _FACTOR & _WORD
    word = _mixed(word * _FACTOR & _WORD) * _FACTOR & _WORD
    return _mixed(word)


def _fingerprint(value) -> int:
    if isinstance(value, bytes):
        return fingerprint64()(value)
    return int(value) & _WORD


def _text(value) -> bytes:
    return value if isinstance(value, bytes) else str(int(value)).encode()


def _by_row(indices, values, rows: int) -> list[list]:
    out: list[list] = [[] for _ in range(rows)]
    for (row, _), value in zip(
        np.asarray(indices).tolist(), _list(values), strict=True
    ):
        out[row].append(value)
    return out


def _list(values) -> list:
    return np.asarray(values).tolist()


def crossed(
    features: Sequence[list[list]], combine: Callable[[Sequence[Any]], Any]
) -> tuple[np.ndarray, list, np.ndarray]:
    """(indices, values, shape) of `combine` of one value from each feature's row."""
    indices, values, widest = [], [], 0
    for row, choices in enumerate(zip(*features, strict=True)):
        made = [combine(choice) for choice in product(*choices)]
        indices += [(row, column) for column in range(len(made))]
        values += made
        widest = max(widest, len(made))
    where = np.array(indices, np.int64).reshape(-1, 2)
    return where, values, np.array([len(features[0]), widest], np.int64)


def _features(indices, values, shapes, dense) -> list[list[list]]:
    rows = int(shapes[0][0]) if len(shapes) else len(dense[0])
    sparse = [_by_row(i, v, rows) for i, v in zip(indices, values, strict=True)]
    return sparse + [_list(d) for d in dense]


def _shapes(indices, *_, **__):
    return [(None, 2), (None,), (2,)]


@op(
    "SparseCross",
    "indices: N*int64, values: *sparse_types, shapes: N*int64, "
    "dense_inputs: *dense_types -> output_indices: int64, output_values: out_type, "
    "output_shape: int64",
    shape=_shapes,
    gradient=STOPS,
    host=True,
)
def sparse_cross(
    indices, values, shapes, dense_inputs, *, hashed_output, num_buckets, hash_key,
    out_type, internal_type,
):  # fmt: skip
    """Features crossed; with `hashed_output` as numbers below `num_buckets` (any
    below 2**63 for 0), else as strings joined by "_X_"."""
    features = _features(indices, values, shapes, dense_inputs)
    if not hashed_output:
        where, made, shape = crossed(features, lambda c: b"_X_".join(map(_text, c)))
        return where, np.array(made, object), shape

    def number(choice) -> int:
        word = reduce(cat64, map(_fingerprint, choice), hash_key & _WORD)
        return word % (num_buckets or (1 << 63) - 1)

    where, made, shape = crossed(features, number)
    return where, np.array(made, np.int64), shape


@op(
    "SparseCrossV2",
    "indices: N*int64, values: *sparse_types, shapes: N*int64, "
    "dense_inputs: *dense_types, sep: string -> output_indices: int64, "
    "output_values: string, output_shape: int64",
    shape=_shapes,
    gradient=STOPS,
    host=True,
)
def sparse_cross_v2(indices, values, shapes, dense_inputs, sep):
    """Features crossed as strings joined by `sep`."""
    between = np.asarray(sep, object).item()
    features = _features(indices, values, shapes, dense_inputs)
    where, made, shape = crossed(features, lambda c: between.join(map(_text, c)))
    return where, np.array(made, object), shape
