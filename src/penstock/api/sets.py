"""`tf.sets`: rows of a last dimension taken as sets."""

from __future__ import annotations

import numpy as np

from penstock.api.scopes import tensor
from penstock.api.sparse import SparseTensor


def _rows(x) -> tuple[np.ndarray, tuple[int, ...]]:
    from penstock.api.sparse import to_dense

    array = np.asarray(to_dense(x) if isinstance(x, SparseTensor) else tensor(x))
    return array.reshape(-1, array.shape[-1]), array.shape[:-1]


def _combined(a, b, function):
    left, lead = _rows(a)
    right, _ = _rows(b)
    found = [function(x, y) for x, y in zip(left, right, strict=True)]
    indices, values = [], []
    for at, row in zip(np.ndindex(lead), found, strict=True):
        for j, value in enumerate(row):
            indices.append((*at, j))
            values.append(value)
    width = max(map(len, found), default=0)
    where = np.array(indices, np.int64).reshape(-1, len(lead) + 1)
    return SparseTensor(
        where, np.array(values, left.dtype), np.array([*lead, width], np.int64)
    )


def intersection(a, b, validate_indices=True):
    """What both rows hold, as a SparseTensor of sorted values."""
    return _combined(a, b, np.intersect1d)


def union(a, b, validate_indices=True):
    """What either row holds."""
    return _combined(a, b, np.union1d)


def difference(a, b, aminusb=True, validate_indices=True):
    """What one row holds and the other does not."""
    return _combined(a, b, np.setdiff1d) if aminusb else _combined(b, a, np.setdiff1d)


def size(a, validate_indices=True):
    """How many different values each row holds."""
    rows, lead = _rows(a)
    return tensor(np.array([len(np.unique(r)) for r in rows], np.int32).reshape(lead))
