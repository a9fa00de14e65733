"""Norms of vectors and matrices."""

from __future__ import annotations

import numpy as np

from penstock.api.array import expand_dims, squeeze
from penstock.api.math_functions import abs as magnitude
from penstock.api.math_functions import cast, conj
from penstock.api.math_reduce import reduce_max, reduce_sum
from penstock.api.operands import tensor_named
from penstock.api.scopes import scope
from penstock.ops import linalg_decompose, math_binary
from penstock.ops import math_arithmetic as arithmetic
from penstock.ops.math_elementwise import sqrt


def norm(tensor, ord="euclidean", axis=None, keepdims=False, name=None):
    """The norm of vectors (`axis` an int or None) or matrices (`axis` a pair).

    `ord` is "euclidean", "fro" (matrices), 1, 2, np.inf or any positive number.
    Raises ValueError for another one.
    """
    matrices = isinstance(axis, list | tuple | np.ndarray) and len(axis) == 2
    if isinstance(axis, list | tuple) and len(axis) not in (1, 2):
        raise ValueError(f"'axis' must be None, an integer, or 2 integers, got {axis}")
    named = ("euclidean", "fro") if matrices else ("euclidean",)
    if isinstance(ord, str) and ord not in named:
        raise ValueError(f"norm: ord {ord!r} is not supported for axis {axis}.")
    with scope(name, "norm"):
        x = tensor_named(tensor, None, None)
        if ord in ("fro", "euclidean", 2, 2.0) and not (matrices and ord in (2, 2.0)):
            out = _euclidean(x, axis)
        elif matrices:
            out = _of_matrices(x, ord, axis)
        else:
            out = _of_vectors(x, ord, axis)
        if keepdims:
            return out
        return squeeze(out, axis)


def _euclidean(x, axis):
    squares = arithmetic.mul(x, conj(x), name="mul")
    if x.dtype.is_complex:
        squares = cast(squares, x.dtype.real_dtype)
    return sqrt(reduce_sum(squares, axis, keepdims=True))


def _of_vectors(x, ord, axis):
    sizes = magnitude(x)
    if ord in (1, 1.0):
        return reduce_sum(sizes, axis, keepdims=True)
    if ord == np.inf:
        return reduce_max(sizes, axis, keepdims=True)
    if not isinstance(ord, int | float) or ord <= 0:
        raise ValueError(f"norm: ord must be positive, received {ord!r}.")
    powers = math_binary.power(sizes, ord)
    return math_binary.power(reduce_sum(powers, axis, keepdims=True), 1.0 / ord)


def _of_matrices(x, ord, axis):
    if ord in (2, 2.0):
        rank = len(x.dims)
        if [a % rank for a in axis] != [rank - 2, rank - 1]:
            raise ValueError("norm: the spectral norm takes the last two axes.")
        singular, _, _ = linalg_decompose.svd(x, compute_uv=False)
        largest = reduce_max(singular, -1, keepdims=True)
        return expand_dims(largest, -1)
    sizes = magnitude(x)
    if ord in (1, 1.0):
        return reduce_max(
            reduce_sum(sizes, axis[0], keepdims=True), axis[1], keepdims=True
        )
    if ord == np.inf:
        return reduce_max(
            reduce_sum(sizes, axis[1], keepdims=True), axis[0], keepdims=True
        )
    raise ValueError(f"norm: ord {ord!r} is not supported for matrices.")


def normalize(tensor, ord="euclidean", axis=None, name=None):
    """(`tensor` scaled to norm 1 along `axis`, the norm it had)."""
    with scope(name, "normalize"):
        x = tensor_named(tensor, None, None)
        length = norm(x, ord, axis, keepdims=True)
        length = cast(length, x.dtype)
        return arithmetic.real_div(x, length, name="truediv"), length
