"""Where a run's values enter a graph."""

from __future__ import annotations

from penstock.core.dtypes import as_dtype
from penstock.core.shapes import TensorShape
from penstock.ir import context
from penstock.ops.source import placeholder as placeholder_op
from penstock.ops.source import placeholder_with_default as with_default_op


def placeholder(dtype, shape=None, name=None):
    """A tensor of `dtype` that every run feeds; `shape` may be partly unknown.

    Raises RuntimeError under eager execution. As `tf.placeholder`.
    """
    if context.executing_eagerly():
        raise RuntimeError("tf.placeholder() is not compatible with eager execution.")
    return placeholder_op(dtype=as_dtype(dtype), shape=TensorShape(shape), name=name)


def placeholder_with_default(input, shape, name=None):
    """`input` unless a run feeds another value, of static `shape`."""
    return with_default_op(input, shape=TensorShape(shape), name=name)
