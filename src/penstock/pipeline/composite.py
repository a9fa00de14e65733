"""Leaves that are made of several arrays: rows of different lengths, and mostly zeros.

Both have the parts of an array that pipelines use: `dtype`, `shape`, a length, rows by
index or slice. `joined` and `stacked_rows` put several together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from penstock.core.errors import InvalidArgumentError


@dataclass(frozen=True, eq=False)
class Ragged:
    """`flat` [n, ...] cut into rows by `splits`, int64 arrays, the outermost first.

    Without splits it is one row: an array that others in its place differ from in
    length, which a batch makes into rows.
    """

    flat: np.ndarray
    splits: tuple[np.ndarray, ...] = ()

    @property
    def dtype(self) -> np.dtype:
        return self.flat.dtype

    @property
    def rank(self) -> int:
        return len(self.splits)

    @property
    def shape(self) -> tuple[int | None, ...]:
        inner = self.flat.shape[1:]
        if not self.splits:
            return (None, *inner)
        return (len(self), *(None for _ in self.splits), *inner)

    def __len__(self) -> int:
        return len(self.splits[0]) - 1 if self.splits else len(self.flat)

    def __iter__(self) -> Iterator:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, index: int | slice):
        if not self.splits:
            return self.flat[index]
        if isinstance(index, slice):
            return self._rows(*index.indices(len(self))[:2])
        rows = self._rows(index, index + 1)
        return Ragged(rows.flat, rows.splits[1:])

    def _rows(self, start: int, stop: int) -> Ragged:
        cut = []
        for splits in self.splits:
            part = splits[start : max(start, stop) + 1]
            cut.append(part - part[0])
            start, stop = int(part[0]), int(part[-1])
        return Ragged(self.flat[start:stop], tuple(cut))


@dataclass(frozen=True, eq=False)
class Sparse:
    """`values[i]` at `indices[i]` of an array of `dense_shape`, all else zero."""

    indices: np.ndarray
    values: np.ndarray
    dense_shape: np.ndarray

    @property
    def dtype(self) -> np.dtype:
        return self.values.dtype

    @property
    def shape(self) -> tuple[int | None, ...]:
        return tuple(self.dense_shape.tolist())

    def __len__(self) -> int:
        return int(self.dense_shape[0])

    def __iter__(self) -> Iterator:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, index: int | slice) -> Sparse:
        rows = self.indices[:, 0]
        if isinstance(index, slice):
            start, stop, _ = index.indices(len(self))
            inside = (rows >= start) & (rows < stop)
            moved = self.indices[inside]
            moved[:, 0] -= start
            shape = np.array([max(stop - start, 0), *self.dense_shape[1:]])
            return Sparse(moved, self.values[inside], shape)
        inside = rows == index
        return Sparse(
            self.indices[inside, 1:], self.values[inside], self.dense_shape[1:]
        )

    def dense(self) -> np.ndarray:
        """The array that it stands for."""
        empty = b"" if self.dtype.kind == "O" else 0
        out = np.full(self.dense_shape, empty, self.dtype)
        out[tuple(self.indices.T)] = self.values
        return out


COMPOSITE = (Ragged, Sparse)


def parts(leaf: Ragged | Sparse) -> list[np.ndarray]:
    """The arrays that a leaf is made of."""
    if isinstance(leaf, Ragged):
        return [leaf.flat, *leaf.splits]
    return [leaf.indices, leaf.values, leaf.dense_shape]


def from_parts(kind: type, arrays: Sequence[np.ndarray]):
    """The inverse of `parts`."""
    return Ragged(arrays[0], tuple(arrays[1:])) if kind is Ragged else Sparse(*arrays)


def as_rows(array: np.ndarray, rank: int) -> Ragged:
    """An array [a, b, ...] as rows with `rank` splits, all of one length each."""
    splits, count = [], 1
    for axis in range(rank):
        count *= array.shape[axis]
        splits.append(np.arange(count + 1, dtype=np.int64) * array.shape[axis + 1])
    return Ragged(array.reshape(-1, *array.shape[rank + 1 :]), tuple(splits))


def joined(leaves: list):
    """Leaves of one kind, one behind the other along their first axis."""
    first = leaves[0]
    if isinstance(first, Ragged):
        levels = zip(*(leaf.splits for leaf in leaves), strict=True)
        flat = np.concatenate([leaf.flat for leaf in leaves])
        return Ragged(flat, tuple(_continued(level) for level in levels))
    starts = np.cumsum([0, *(len(leaf) for leaf in leaves)])
    moved = [leaf.indices.copy() for leaf in leaves]
    for indices, start in zip(moved, starts, strict=False):
        indices[:, 0] += start
    shape = np.array([starts[-1], *first.dense_shape[1:]])
    values = np.concatenate([leaf.values for leaf in leaves])
    return Sparse(np.concatenate(moved), values, shape)


def _continued(splits: tuple[np.ndarray, ...]) -> np.ndarray:
    ends = np.cumsum([0, *(part[-1] for part in splits)])
    later = [part[1:] + end for part, end in zip(splits, ends, strict=False)]
    return np.concatenate([np.zeros(1, np.int64), *later])


def stacked_rows(leaves: list):
    """Leaves of one kind along a new first axis."""
    if isinstance(leaves[0], Ragged):
        lengths = [len(leaf) for leaf in leaves]
        outer = np.cumsum([0, *lengths], dtype=np.int64)
        inner: Any = joined(leaves)
        return Ragged(inner.flat, (outer, *inner.splits))
    ranks = {len(leaf.dense_shape) for leaf in leaves}
    if len(ranks) != 1:
        raise InvalidArgumentError(
            None, None, f"batch: sparse tensors of different ranks {sorted(ranks)}."
        )
    shape = np.max([leaf.dense_shape for leaf in leaves], axis=0)
    return joined([_under(leaf, shape) for leaf in leaves])


def _under(leaf: Sparse, shape: np.ndarray) -> Sparse:
    """`leaf` in an array [1, *shape]."""
    indices = np.pad(leaf.indices, ((0, 0), (1, 0)))
    return replace(leaf, indices=indices, dense_shape=np.array([1, *shape]))
