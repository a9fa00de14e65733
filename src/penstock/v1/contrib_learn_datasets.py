"""`tf.contrib.learn.datasets`: small tables, and CSV files of a header line."""

from __future__ import annotations

import csv
from typing import Any, NamedTuple

import numpy as np


class Dataset(NamedTuple):
    data: Any
    target: Any


class Datasets(NamedTuple):
    train: Any
    validation: Any
    test: Any


def _table(rows, target_dtype, features_dtype, column) -> Dataset:
    data, target = [], []
    for row in rows:
        if row:
            target.append(row.pop(column))
            data.append(np.asarray(row, features_dtype))
    return Dataset(np.array(data), np.array(target, target_dtype))


def load_csv_with_header(
    filename, target_dtype, features_dtype, target_column=-1
) -> Dataset:
    """Rows of a file whose first line says how many there are of which width."""
    with open(filename, newline="") as file:
        reader = csv.reader(file)
        samples, width, *_ = next(reader)
        found = _table(reader, target_dtype, features_dtype, target_column)
    count = int(samples)
    data = np.zeros((count, int(width)), features_dtype)
    data[: len(found.data)] = found.data
    return Dataset(data, found.target)


def load_csv_without_header(
    filename, target_dtype, features_dtype, target_column=-1
) -> Dataset:
    with open(filename, newline="") as file:
        return _table(csv.reader(file), target_dtype, features_dtype, target_column)


load_csv = load_csv_with_header


def load_iris(data_path=None) -> Dataset:
    """The iris of Fisher (1936), from a file or from scikit-learn.

    Raises ModuleNotFoundError where neither is there.
    """
    if data_path is not None:
        return load_csv_with_header(data_path, np.int32, np.float64)
    from sklearn import datasets

    found: Any = datasets.load_iris()
    return Dataset(found.data, found.target)


__all__ = [
    "Dataset", "Datasets", "load_csv", "load_csv_with_header",
    "load_csv_without_header", "load_iris",
]  # fmt: skip
