"""`keras.ops`: products of vectors and matrices."""

from __future__ import annotations

from penstock.api import array, math
from penstock.keras.ops.operands import pair, tensor
from penstock.keras.ops.shapes import diagonal


def matmul(x1, x2):
    """The product of matrices; a vector is a row in front or a column behind."""
    x1, x2 = pair(x1, x2)
    row, column = len(x1.dims) == 1, len(x2.dims) == 1
    x1 = array.expand_dims(x1, 0) if row else x1
    x2 = array.expand_dims(x2, -1) if column else x2
    out = math.matmul(x1, x2)
    out = array.squeeze(out, [-1]) if column else out
    return array.squeeze(out, [-1 if column else -2]) if row else out


def dot(x1, x2):
    """Σ over the last axis of x1 and the last but one of x2."""
    x1, x2 = pair(x1, x2)
    if not x1.dims or not x2.dims:
        return x1 * x2
    return math.tensordot(x1, x2, [[-1], [-1 if len(x2.dims) == 1 else -2]])


def tensordot(x1, x2, axes=2):
    a, b = pair(x1, x2)
    return math.tensordot(a, b, axes)


def inner(x1, x2):
    a, b = pair(x1, x2)
    return math.tensordot(a, b, [[-1], [-1]])


def outer(x1, x2):
    x1, x2 = pair(x1, x2)
    return array.reshape(x1, [-1, 1]) * array.reshape(x2, [1, -1])


def vdot(x1, x2):
    x1, x2 = (array.reshape(x, [-1]) for x in pair(x1, x2))
    return math.reduce_sum(math.conj(x1) * x2)


def einsum(subscripts, *operands):
    return math.einsum(subscripts, *map(tensor, operands))


def cross(x1, x2):
    return math.cross(*pair(x1, x2))


def trace(x, offset=0, axis1=0, axis2=1):
    """Σ of the diagonal of the matrices in two axes."""
    return math.reduce_sum(diagonal(x, offset, axis1, axis2), axis=-1)
