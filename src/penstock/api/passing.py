"""Tensors passed on as they are, with or without their gradient."""

from __future__ import annotations

from typing import Any

from penstock.ir.indexed_slices import IndexedSlices
from penstock.ops import source


def identity(input, name=None) -> Any:
    """`input` again, as a node of its own. As `tf.identity`."""
    if isinstance(input, IndexedSlices):
        return IndexedSlices(
            source.identity(input.values, name=name),
            source.identity(input.indices),
            input.dense_shape,
        )
    return source.identity(input, name=name)


def stop_gradient(input, name=None):
    """`input` again; nothing flows back through it. As `tf.stop_gradient`."""
    return source.stop_gradient(input, name=name)


def guarantee_const(input, name=None):
    """`input`, which the program promises never changes."""
    return source.identity(input, name=name)
