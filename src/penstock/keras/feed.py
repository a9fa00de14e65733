"""Where batches come from: arrays, generators, sequences, data sets, as one interface.

A `Feed` says how many batches an epoch has and yields them; one made of arrays also
hands out the arrays with an index matrix, so that the device gathers the batches.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from penstock.core import nest
from penstock.core.convert import to_array
from penstock.ir.tensor import Tensor
from penstock.keras.row_order import RowOrders
from penstock.pipeline.dataset import Dataset


def unpack(data):
    """(x, y, sample_weight) from a batch; missing ones are None."""
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(
            "Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, "
            f"sample_weight)`, found: {len(data)} parts."
        )
    return (*data, *(None,) * (3 - len(data)))


def as_array(value) -> np.ndarray:
    """One input as an array; Python and float64 numbers become float32, as in Keras."""
    if isinstance(value, Tensor):
        return value._numpy()  # type: ignore[attr-defined]
    if hasattr(value, "_dense_tensor"):
        return value.numpy()
    if hasattr(value, "to_numpy"):  # data frames and series
        value = value.to_numpy()
    array = np.asarray(value)
    if array.dtype.kind in "SUO":
        return to_array(array)
    if array.dtype == np.float64:
        return array.astype(np.float32)
    if array.dtype.kind in "iu" and not isinstance(value, np.ndarray):
        return array.astype(np.int64)
    return array


def _arrays(structure):
    if structure is None:
        return None
    if (
        isinstance(structure, list | tuple)
        and structure
        and not any(
            isinstance(v, np.ndarray | Tensor)
            or hasattr(v, "to_numpy")
            or nest.is_nested(v)
            for v in structure
        )
    ):
        return as_array(structure)
    if isinstance(structure, list) and structure and not isinstance(
        structure[0], np.ndarray | Tensor
    ) and not hasattr(structure[0], "to_numpy"):  # fmt: skip
        return as_array(structure)
    if isinstance(structure, list):
        return tuple(as_array(v) for v in structure)
    return nest.map_structure(as_array, structure)


class ArrayFeed:
    """Batches of arrays in memory."""

    def __init__(
        self, x, y=None, sample_weight=None, batch_size=None, shuffle=False,
        steps=None, epochs=1,
    ):  # fmt: skip
        x, y, sample_weight = _arrays(x), _arrays(y), _arrays(sample_weight)
        self.template = (x, y, sample_weight)
        self.arrays = [a for a in nest.flatten(self.template) if a is not None]
        sizes = {len(a) for a in self.arrays if np.ndim(a)}
        if len(sizes) > 1:
            parts = [
                f"{name} sizes: {', '.join(str(len(a)) for a in nest.flatten(part))}"
                for name, part in zip(("x", "y", "sample_weight"), self.template,
                                      strict=True)
                if part is not None
            ]  # fmt: skip
            raise ValueError(
                "Data cardinality is ambiguous:\n  "
                + "\n  ".join(parts)
                + "\nMake sure all arrays contain the same number of samples."
            )
        self.count = sizes.pop() if sizes else 0
        if steps and not batch_size:
            batch_size = max(1, math.ceil(self.count / steps))
        self.batch_size = int(batch_size or 32)
        self.shuffle = shuffle
        whole = math.ceil(self.count / self.batch_size)
        self._orders = RowOrders(whole if shuffle == "batch" else self.count)
        self.steps = min(whole, steps) if steps else whole
        self.static = True

    def index(self) -> np.ndarray:
        """The order of rows in the next epoch."""
        if self.shuffle == "batch":
            starts = next(self._orders)
            parts = [
                np.arange(
                    s * self.batch_size, min((s + 1) * self.batch_size, self.count)
                )
                for s in starts
            ]
            return np.concatenate(parts)
        if self.shuffle:
            return next(self._orders)
        return np.arange(self.count)

    def pack(self, arrays) -> Any:
        """(x, y, sample_weight) from arrays in the order of `self.arrays`."""
        rest = iter(arrays)
        return tuple(
            None
            if part is None
            else nest.map_structure(lambda a: None if a is None else next(rest), part)
            for part in self.template
        )

    def example(self, size: int):
        """Empty arrays shaped as a batch of `size` rows."""
        return self.pack([np.empty((size, *a.shape[1:]), a.dtype) for a in self.arrays])

    def batch(self, n: int) -> Any:
        """Batch `n` in the order of the arrays."""
        rows = slice(n * self.batch_size, (n + 1) * self.batch_size)
        return self.pack([a[rows] for a in self.arrays])

    def __iter__(self) -> Iterator[Any]:
        order = self.index()
        for i in range(self.steps):
            rows = order[i * self.batch_size : (i + 1) * self.batch_size]
            yield self.pack([a[rows] for a in self.arrays])


class ContinuedFeed:
    """Fewer batches an epoch than the arrays have: the next epoch goes on."""

    static, batch_size = False, None

    def __init__(self, feed: ArrayFeed):
        self.steps = feed.steps
        self._whole = ArrayFeed(*feed.template, feed.batch_size, feed.shuffle)
        self._batches = self._endless()

    def _endless(self) -> Iterator[Any]:
        while True:
            yield from self._whole

    def __iter__(self) -> Iterator[Any]:
        for _ in range(self.steps):
            yield next(self._batches)


class IteratorFeed:
    """Batches from a data set, a `Sequence` or a generator.

    With `steps`, an epoch goes on where the last one stopped, until `ran_out`; but a
    data set that is `restarted`, as validation does, and a `Sequence` begin anew.
    """

    static, batch_size = False, None

    def __init__(self, source, steps=None, shuffle=True, restarted=False):
        self.source, self.shuffle = source, shuffle
        self.ran_out = False
        self._open: Iterator | None = None
        self._sequence = hasattr(source, "__getitem__") and hasattr(source, "__len__")
        length = self._length = _length(source)
        self.steps = length if steps is None else steps
        self._continues = hasattr(source, "__next__") or (
            steps not in (None, length) and not restarted
        )
        self._restarted = restarted
        if self._sequence and self._length:
            source[0]  # Keras 2 looks at the first batch, which may draw numbers
        elif not restarted:
            self._look()

    def _look(self) -> None:
        """Keras 2 makes an iterator to see what a data set gives, and drops it.

        The order of a shuffled data set depends on how many came before.
        """
        if not self._continues and isinstance(self.source, Dataset):
            iter(self.source)

    def __iter__(self) -> Iterator[Any]:
        if self._sequence:
            yield from self._from_sequence()
            return
        if self._open is None or not self._continues:
            if self._restarted:
                self._look()
            self._open = iter(self.source)
        for n in itertools.count() if self.steps is None else range(self.steps):
            try:
                batch = next(self._open)
            except StopIteration:
                self.ran_out = self.steps is not None
                self.steps = self.steps or n or None
                return
            yield _batch(batch)
        if self.steps == self._length:
            next(self._open, None)  # lets a cache on the way know that it is whole

    def _from_sequence(self) -> Iterator[Any]:
        count = len(self.source)
        order = list(range(count))
        if self.shuffle:
            random.shuffle(order)
        for n, i in enumerate(order):
            if self.steps is not None and n >= self.steps:
                break
            yield _batch(self.source[i])
        end = getattr(self.source, "on_epoch_end", None)
        if end is not None:
            end()


def _length(source: Any) -> int | None:
    cardinality: Any = getattr(source, "cardinality", None)
    if callable(cardinality):
        n = int(cardinality())  # pyright: ignore
        return n if n >= 0 else None
    try:
        return len(source)
    except TypeError:
        return None


def _batch(batch):
    """A batch as (x, y, sample_weight) of arrays."""
    return tuple(None if part is None else _arrays(part) for part in unpack(batch))


_IN_MEMORY = (np.ndarray, Tensor, dict, list, tuple)


def feed(
    x=None, y=None, sample_weight=None, batch_size=None, steps=None, shuffle=False,
    restarted=False,
):  # fmt: skip
    """The feed for what `fit`, `evaluate` and `predict` accept.

    Raises ValueError for `y` beside a source that carries its own targets.
    """
    if isinstance(x, _IN_MEMORY) or hasattr(x, "to_numpy"):
        return ArrayFeed(x, y, sample_weight, batch_size, shuffle, steps)
    if x is None:
        raise ValueError("x is missing: give arrays, a data set or a generator.")
    if y is not None:
        raise ValueError(
            f"`y` argument is not supported when using {type(x).__name__} as input."
        )
    iterable = hasattr(x, "__iter__") or hasattr(x, "__getitem__")
    if not iterable:
        raise ValueError(f"Failed to find data adapter that can handle {type(x)}.")
    return IteratorFeed(x, steps, shuffle, restarted)


def split(x, y, sample_weight, fraction: float):
    """((x, y, sw) for training, (x, y, sw) for validation): the last `fraction` rows.

    Raises ValueError where a part would be empty or the data cannot be split.
    """
    if not isinstance(x, _IN_MEMORY) and not hasattr(x, "to_numpy"):
        raise ValueError(
            "`validation_split` is only supported for Tensors or NumPy arrays, found "
            f"following types in the input: [{type(x)}]"
        )
    arrays = ArrayFeed(x, y, sample_weight)
    at = math.floor(arrays.count * (1.0 - fraction))
    if not 0 < at < arrays.count:
        raise ValueError(
            f"Training data contains {arrays.count} samples, which is not sufficient "
            "to split it into a validation and training set as specified by "
            f"`validation_split={fraction}`."
        )
    first = arrays.pack([a[:at] for a in arrays.arrays])
    last = arrays.pack([a[at:] for a in arrays.arrays])
    return first, last
