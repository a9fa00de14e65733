"""Jacobians: one backward pass per element of the target."""

from __future__ import annotations

import numpy as np

from penstock.api import array
from penstock.core import nest
from penstock.core.shapes import is_static, show, size
from penstock.ir import context


def jacobian(tape, target, sources, unconnected_gradients="none"):
    """d target / d source, shaped target.shape + source.shape, for each source."""
    rows = _rows(tape, target, sources, unconnected_gradients)
    flat = nest.flatten(sources)
    out = []
    for i, source in enumerate(flat):
        parts = [row[i] for row in rows]
        if not parts or parts[0] is None:
            out.append(None)
            continue
        stacked = array.stack(parts)
        out.append(array.reshape(stacked, [*target.shape, *source.shape]))
    return nest.pack(sources, out)


def _rows(tape, target, sources, unconnected):
    """The gradient of each element of `target`, in row-major order."""
    dims = tuple(target.shape)
    if not is_static(dims):
        raise ValueError(
            f"A jacobian needs a target of known shape, received {show(dims)}."
        )
    count = size(dims) or 0
    was = tape._persistent
    tape._persistent = True
    try:
        rows = []
        for k in range(count):
            seed = np.zeros(count, target.dtype.np)
            seed[k] = 1
            pick = context.landing().constant(seed.reshape(dims))
            found = tape.gradient(target, sources, pick, unconnected)
            rows.append(nest.flatten(found))
    finally:
        tape._persistent = was
    if not was:
        tape._used_up = True
        tape._reset()
    return rows


def batch_jacobian(tape, target, source, unconnected_gradients="none"):
    """[batch, *target, *source]: row b of `target` against row b of `source`.

    Rows must not mix. Raises ValueError where the batch sizes differ.
    """
    batch, *inner = target.shape
    if len(target.shape) < 2 or source.shape[0] != batch:
        raise ValueError(
            "batch_jacobian needs a target of rank 2 or more whose first size is the "
            f"source's; received {target.shape} and {source.shape}."
        )
    count = size(tuple(inner)) or 0
    was = tape._persistent
    tape._persistent = True
    try:
        parts = []
        for k in range(count):
            seed = np.zeros((batch, count), target.dtype.np)
            seed[:, k] = 1
            pick = context.landing().constant(seed.reshape(batch, *inner))
            parts.append(tape.gradient(target, source, pick, unconnected_gradients))
    finally:
        tape._persistent = was
    if not was:
        tape._used_up = True
        tape._reset()
    if parts[0] is None:
        return None
    stacked = array.stack(parts, axis=1)
    return array.reshape(stacked, [batch, *inner, *source.shape[1:]])
