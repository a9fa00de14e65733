"""`split_dataset`: one data set as two."""

from __future__ import annotations

import random

import numpy as np

from penstock.api.dataset import Dataset
from penstock.core import nest


def split_dataset(dataset, left_size=None, right_size=None, shuffle=False, seed=None):
    """Two data sets of the samples of `dataset`, `left_size` and `right_size` of them.

    `dataset` is a data set, an array, or a structure of arrays of one length. A size
    is a number of samples or, as a float, a part of all; the other one may be left
    out. Raises ValueError where they do not fit.
    """
    samples = _samples(dataset)
    left, right = _sizes(left_size, right_size, len(samples))
    if shuffle:
        random.Random(seed).shuffle(samples)
    return _data(samples[:left]), _data(samples[len(samples) - right :])


def _samples(dataset) -> list:
    if isinstance(dataset, Dataset):
        return list(dataset.as_numpy_iterator())
    if hasattr(dataset, "numpy"):
        dataset = dataset.numpy()
    if isinstance(dataset, list) and dataset and not nest.is_nested(dataset[0]):
        if np.ndim(dataset[0]) == 0:
            dataset = np.asarray(dataset)
    columns = [np.asarray(column) for column in nest.flatten(dataset)]
    lengths = {len(column) for column in columns}
    if len(lengths) != 1:
        raise ValueError(
            "split_dataset needs arrays of one length, received lengths "
            f"{sorted(lengths)}."
        )
    return [
        nest.pack(dataset, [column[i] for column in columns])
        for i in range(lengths.pop())
    ]


def _data(samples: list) -> Dataset:
    if not samples:
        raise ValueError("split_dataset: one of the two parts has no samples.")
    columns = zip(*map(nest.flatten, samples), strict=True)
    stacked = nest.pack(samples[0], [np.stack(c) for c in columns])
    return Dataset.from_tensor_slices(stacked)


def _sizes(left, right, total: int) -> tuple[int, int]:
    """The two numbers of samples. Raises ValueError, TypeError."""
    if left is None and right is None:
        raise ValueError(
            "At least one of the `left_size` or `right_size` must be specified."
        )
    for name, size in (("left_size", left), ("right_size", right)):
        if size is None:
            continue
        if isinstance(size, bool) or not isinstance(size, int | float):
            raise TypeError(
                f"Invalid `{name}` type: {type(size).__name__}. Give an integer or a "
                "float."
            )
        most = 1 if isinstance(size, float) else total
        if not 0 < size < most:
            raise ValueError(
                f"`{name}` must be a number of samples below {total}, or a part "
                f"between 0 and 1. Received: {name}={size}"
            )
    if isinstance(left, float) and isinstance(right, float) and left + right > 1:
        raise ValueError(
            "The sum of `left_size` and `right_size` is greater than 1. It must be "
            "less than or equal to 1."
        )
    first = total - _count(right, total) if left is None else _count(left, total)
    last = total - first if right is None else _count(right, total)
    if first + last > total:
        raise ValueError(
            f"The sum of `left_size` and `right_size` should be at most {total}, the "
            f"number of samples. Received: {left}, {right}"
        )
    if not first or not last:
        raise ValueError(
            f"With {total} samples, left_size={left} and right_size={right} one of the "
            "parts would be empty."
        )
    return first, last


def _count(size, total: int) -> int:
    return round(size * total) if isinstance(size, float) else size
