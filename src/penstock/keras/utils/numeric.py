"""Class numbers as vectors, vectors at unit length."""

from __future__ import annotations

import numpy as np


def to_categorical(y, num_classes=None, dtype="float32") -> np.ndarray:
    """Class numbers `y` [...] (or [..., 1]) as one-hot rows [..., num_classes].

    `num_classes` is the largest number + 1 where not given. Raises ValueError for a
    number outside [0, num_classes).
    """
    classes = np.array(y, dtype="int64")
    shape = classes.shape
    if len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    flat = classes.reshape(-1)
    if not num_classes:
        num_classes = int(flat.max()) + 1
    if flat.size and not (flat.min() >= -num_classes and flat.max() < num_classes):
        worst = flat.max() if flat.max() >= num_classes else flat.min()
        raise ValueError(
            f"to_categorical: class {worst} is outside [0, {num_classes}). Raise "
            "num_classes, or make the classes start at 0."
        )
    rows = np.zeros((flat.size, num_classes), dtype)
    rows[np.arange(flat.size), flat] = 1
    return rows.reshape((*shape, num_classes))


def to_ordinal(y, num_classes=None, dtype="float32") -> np.ndarray:
    """Class k as k ones and then zeros, [..., num_classes - 1]."""
    classes = np.array(y, dtype="int64")
    shape = classes.shape
    if len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    flat = classes.reshape(-1)
    if not num_classes:
        num_classes = int(flat.max()) + 1
    rows = (np.arange(num_classes - 1) < flat[:, None]).astype(dtype)
    return rows.reshape((*shape, num_classes - 1))


def normalize(x, axis=-1, order=2) -> np.ndarray:
    """`x` divided by its norm of `order` along `axis`; zeros stay zero."""
    norm = np.atleast_1d(np.linalg.norm(x, order, axis))
    norm[norm == 0] = 1
    return x / np.expand_dims(norm, axis)


def count_params(weights) -> int:
    """How many numbers `weights` hold, each weight counted once."""
    different = {id(w): w for w in weights}.values()
    return int(sum(np.prod(w.shape.as_list()) for w in different))
