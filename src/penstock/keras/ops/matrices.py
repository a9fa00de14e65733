"""`keras.ops.linalg`: determinants, factors, solutions and norms of matrices."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from penstock.api import array, linalg, math
from penstock.api.scopes import tensor as as_tensor
from penstock.keras.ops.operands import axes_of, floating, named_as, pair


def _of_matrices(function: Callable) -> Callable:
    @named_as(function)
    def call(x):
        return function(floating(x))

    return call


det, inv, slogdet = map(_of_matrices, (linalg.det, linalg.inv, linalg.slogdet))
eigh, logdet, pinv = map(_of_matrices, (linalg.eigh, linalg.logdet, linalg.pinv))


def solve(a, b):
    """x of a·x = b."""
    a, b = (floating(v) for v in pair(a, b))
    if len(b.dims) == len(a.dims) - 1:
        return array.squeeze(linalg.solve(a, array.expand_dims(b, -1)), [-1])
    return linalg.solve(a, b)


def norm(x, ord=None, axis=None, keepdims=False):
    """The norm of vectors or matrices: Euclidean, 1, inf or another order."""
    word = "euclidean" if ord in (None, 2, "fro") else ord
    return linalg.norm(floating(x), word, axes_of(axis), keepdims)


def qr(x, mode="reduced"):
    return linalg.qr(floating(x), full_matrices=mode == "complete")


def svd(x, full_matrices=True, compute_uv=True):
    """(u, s, vᴴ), or s alone."""
    found = linalg.svd(floating(x), full_matrices, compute_uv)
    if not compute_uv:
        return found
    s, u, v = found
    return u, s, linalg.adjoint(v)


def cholesky(x, upper=False):
    """L of L·Lᴴ = x, or with `upper` U of Uᴴ·U."""
    lower = linalg.cholesky(floating(x))
    return linalg.adjoint(lower) if upper else lower


def cholesky_inverse(x, upper=False):
    """The inverse of the matrix whose Cholesky factor is `x`."""
    x = floating(x)
    unit = linalg.eye(x.dims[-1], dtype=x.dtype.base_dtype)
    unit = unit + array.zeros_like(x)
    half = linalg.triangular_solve(x, unit, lower=not upper)
    if upper:
        return math.matmul(half, linalg.adjoint(half))
    return math.matmul(linalg.adjoint(half), half)


def solve_triangular(a, b, lower=False):
    """x of a·x = b for a triangular a."""
    a, b = (floating(v) for v in pair(a, b))
    if len(b.dims) == len(a.dims) - 1:
        column = array.expand_dims(b, -1)
        return array.squeeze(linalg.triangular_solve(a, column, lower=lower), [-1])
    return linalg.triangular_solve(a, b, lower=lower)


def _least(x) -> float:
    """The share of the largest singular value below which one counts as 0."""
    return float(max(x.dims[-2:]) * np.finfo(x.dtype.base_dtype.np).eps)


def matrix_rank(x, tol=None):
    """How many singular values are above `tol`."""
    x = floating(x)
    if len(x.dims) < 2:
        return math.cast(math.reduce_any(math.not_equal(x, 0.0)), "int32")
    values = linalg.svd(x, compute_uv=False)
    if tol is None:
        tol = math.reduce_max(values, axis=-1, keepdims=True) * _least(x)
    above = math.greater(values, as_tensor(tol, x.dtype.base_dtype))
    return math.reduce_sum(math.cast(above, "int32"), axis=-1)


def lstsq(a, b, rcond=None):
    """The x of least |a·x - b|; of several the shortest."""
    a, b = (floating(v) for v in pair(a, b))
    alone = len(b.dims) == 1
    b = array.expand_dims(b, -1) if alone else b
    out = math.matmul(linalg.pinv(a, _least(a) if rcond is None else rcond), b)
    return array.squeeze(out, [-1]) if alone else out


def lu_factor(x):
    """(L and U in one matrix, the rows' places)."""
    return linalg.lu(floating(x))
