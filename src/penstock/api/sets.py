"""`tf.sets`: rows of a last dimension taken as sets, dense or sparse."""

from __future__ import annotations

from typing import Any

from penstock.api.scopes import tensor
from penstock.api.sparse import SparseTensor
from penstock.ops import sets as ops


def _combined(a, b, kind: str, validate_indices):
    options: Any = {"set_operation": kind, "validate_indices": bool(validate_indices)}
    a, b = (x if isinstance(x, SparseTensor) else tensor(x) for x in (a, b))
    if isinstance(a, SparseTensor) and isinstance(b, SparseTensor):
        found = ops.sparse_to_sparse(*_parts(a), *_parts(b), **options)
    elif isinstance(b, SparseTensor):
        found = ops.dense_to_sparse(a, *_parts(b), **options)
    elif isinstance(a, SparseTensor):
        turned = {"a-b": "b-a", "b-a": "a-b"}.get(kind, kind)
        found = ops.dense_to_sparse(
            b, *_parts(a), **options | {"set_operation": turned}
        )
    else:
        found = ops.dense_to_dense(a, b, **options)
    return SparseTensor(*found)


def _parts(x: SparseTensor):
    return x.indices, x.values, x.dense_shape


def intersection(a, b, validate_indices=True):
    """What both rows hold, as a SparseTensor of sorted values."""
    return _combined(a, b, "intersection", validate_indices)


def union(a, b, validate_indices=True):
    """What either row holds."""
    return _combined(a, b, "union", validate_indices)


def difference(a, b, aminusb=True, validate_indices=True):
    """What one row holds and the other does not."""
    return _combined(a, b, "a-b" if aminusb else "b-a", validate_indices)


def size(a, validate_indices=True):
    """How many different values each row of a SparseTensor holds.

    Raises TypeError for anything else.
    """
    if not isinstance(a, SparseTensor):
        raise TypeError(f"Expected `SparseTensor`, got {a!r}.")
    return ops.set_size(*_parts(a), validate_indices=bool(validate_indices))
