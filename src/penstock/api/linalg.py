"""Matrices: products, diagonals, systems, decompositions. As `tf.linalg`."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api.array import (
    expand_dims,
    matrix_transpose,
    ones,
    tensor_diag,
    tensor_diag_part,
    zeros,
)
from penstock.api.clip import global_norm
from penstock.api.linalg_matmul import matmul, matvec
from penstock.api.linalg_norm import norm, normalize
from penstock.api.math_functions import cast, conj
from penstock.api.math_reduce import reduce_max, reduce_sum
from penstock.api.named_results import LogMatrixDeterminant, Lu, Qr
from penstock.api.nn_norm import l2_normalize
from penstock.api.operands import tensor_named
from penstock.api.scopes import scope
from penstock.api.tensordot import einsum, tensordot
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import is_static
from penstock.ir.op import TABLE
from penstock.ops import linalg as ops
from penstock.ops import linalg_decompose, linalg_diag, math_matmul
from penstock.ops import math_arithmetic as arithmetic
from penstock.ops.math_comparison import greater, select
from penstock.ops.math_elementwise import log

__all__ = [
    "adjoint", "band_part", "cholesky", "cholesky_solve", "cross", "det", "diag",
    "diag_part", "eigh", "eigvalsh", "einsum", "expm", "eye", "global_norm", "inv",
    "l2_normalize", "logdet", "logm", "lstsq", "lu", "matmul", "matrix_transpose",
    "matvec", "norm", "normalize", "pinv", "qr", "set_diag", "slogdet", "solve",
    "sqrtm", "svd", "tensor_diag", "tensor_diag_part", "tensordot", "trace",
    "triangular_solve",
]  # fmt: skip


def cross(a, b, name=None):
    """The cross product of vectors [..., 3]."""
    return math_matmul.cross(a, b, name=name)


def adjoint(matrix, name=None):
    """The conjugate transpose of the last two axes."""
    with scope(name, "adjoint"):
        return matrix_transpose(tensor_named(matrix, None, "matrix"), conjugate=True)


def trace(x, name=None):
    """The sum of each matrix' main diagonal."""
    with scope(name, "Trace") as full:
        x = tensor_named(x, None, "x")
        return reduce_sum(diag_part(x), [-1], name=full or None)


def eye(
    num_rows, num_columns=None, batch_shape=None, dtype: Any = dtypes.float32, name=None
):
    """The identity matrix [*batch_shape, num_rows, num_columns]."""
    with scope(name, "eye"):
        square = num_columns is None
        columns = num_rows if square else num_columns
        kind = as_dtype(dtype)
        sizes = [*(batch_shape if batch_shape is not None else ())]
        if any(hasattr(n, "_node") for n in (num_rows, columns, *sizes)):
            return _dynamic_eye(num_rows, columns, sizes, kind)
        rows, columns = int(num_rows), int(columns)
        sizes = [int(n) for n in sizes]
        main = ones([*sizes, min(rows, columns)], kind)
        if square:
            return _diag(main, 0, -1, -1, 0, "RIGHT_LEFT", "diag")
        empty = zeros([*sizes, rows, columns], kind)
        return linalg_diag.matrix_set_diag(empty, main, 0, name="set_diag")


def _dynamic_eye(rows, columns, batch, kind):
    least = TABLE["Minimum"](cast(rows, dtypes.int32), cast(columns, dtypes.int32))
    full = [*batch, rows, columns]
    main = TABLE["Fill"]([*batch, least], np.ones((), kind.np))
    empty = TABLE["Fill"](full, np.zeros((), kind.np))
    return linalg_diag.matrix_set_diag(empty, main, 0, name="set_diag")


def diag(
    diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0,
    align="RIGHT_LEFT",
):  # fmt: skip
    """Matrices with `diagonal` [..., n] as their k-th diagonal (k may be a band)."""
    return _diag(diagonal, k, num_rows, num_cols, padding_value, align, name)


def _diag(diagonal, k, rows, columns, padding, align, name):
    return linalg_diag.matrix_diag(
        diagonal, k, rows, columns, padding, align=align, name=name
    )


def diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):
    """The k-th diagonal of matrices [..., n, m]; of a band the diagonals, packed."""
    return linalg_diag.matrix_diag_part(input, k, padding_value, align=align, name=name)


def set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT"):
    """`input` with `diagonal` as its k-th diagonal."""
    return linalg_diag.matrix_set_diag(input, diagonal, k, align=align, name=name)


def band_part(input, num_lower, num_upper, name=None):
    """`input` with zeros beyond so many diagonals; negative: keep them all."""
    return linalg_diag.matrix_band_part(input, num_lower, num_upper, name=name)


def inv(input, adjoint=False, name=None):
    """The inverse of square matrices. Singular ones raise InvalidArgumentError."""
    return ops.matrix_inverse(input, adjoint=adjoint, name=name)


def det(input, name=None):
    """The determinant of square matrices."""
    return ops.matrix_determinant(input, name=name)


def slogdet(input, name=None):
    """(sign, log |det|) of square matrices."""
    return LogMatrixDeterminant(*ops.log_matrix_determinant(input, name=name))


def logdet(matrix, name=None):
    """log det of positive definite matrices."""
    with scope(name, "logdet"):
        lower = ops.cholesky(matrix)
        logs = log(conj(diag_part(lower)))
        return arithmetic.mul(2.0, reduce_sum(logs, axis=[-1]), name="mul")


def solve(matrix, rhs, adjoint=False, name=None):
    """X of matrix · X = rhs. Singular matrices raise InvalidArgumentError."""
    return ops.matrix_solve(matrix, rhs, adjoint=adjoint, name=name)


def triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None):
    """X of matrix · X = rhs, for a triangular matrix."""
    with scope(name, "triangular_solve"):
        return ops.matrix_triangular_solve(matrix, rhs, lower=lower, adjoint=adjoint)


def cholesky(input, name=None):
    """The lower triangular root L of positive definite matrices, L Lᴴ."""
    return ops.cholesky(input, name=name)


def cholesky_solve(chol, rhs, name=None):
    """X of L Lᴴ X = rhs."""
    with scope(name, "cholesky_solve"):
        half = ops.matrix_triangular_solve(chol, rhs, adjoint=False, lower=True)
        return ops.matrix_triangular_solve(chol, half, adjoint=True, lower=True)


def lstsq(matrix, rhs, l2_regularizer=0.0, fast=True, name=None):
    """X that minimises ‖matrix · X - rhs‖² + l2_regularizer ‖X‖²."""
    return ops.matrix_solve_ls(matrix, rhs, l2_regularizer, fast=fast, name=name)


def qr(input, full_matrices=False, name=None):
    """(q, r): orthonormal columns times an upper triangle."""
    return Qr(*linalg_decompose.qr(input, full_matrices=full_matrices, name=name))


def svd(tensor, full_matrices=False, compute_uv=True, name=None):
    """(s, u, v) with tensor = u · diag(s) · vᴴ, s descending; s alone on demand."""
    s, u, v = linalg_decompose.svd(
        tensor, compute_uv=compute_uv, full_matrices=full_matrices, name=name
    )
    return (s, u, v) if compute_uv else s


def eigh(tensor, name=None):
    """(eigenvalues ascending, eigenvectors) of self-adjoint matrices."""
    return linalg_decompose.self_adjoint_eig(tensor, compute_v=True, name=name)


def eigvalsh(tensor, name=None):
    """The eigenvalues of self-adjoint matrices, ascending."""
    return linalg_decompose.self_adjoint_eig(tensor, compute_v=False, name=name)[0]


def lu(input, output_idx_type=dtypes.int32, name=None):
    """(packed lower and upper triangles, permutation) of square matrices."""
    kind = as_dtype(output_idx_type)
    return Lu(*linalg_decompose.lu(input, output_idx_type=kind, name=name))


def expm(input, name=None):
    """The matrix exponential."""
    with scope(name, "matrix_exponential"):
        return linalg_decompose.matrix_exponential(input)


def sqrtm(input, name=None):
    """The matrix square root."""
    return linalg_decompose.matrix_square_root(input, name=name)


def logm(input, name=None):
    """The matrix logarithm of complex matrices."""
    return linalg_decompose.matrix_logarithm(input, name=name)


def pinv(a, rcond=None, validate_args=False, name=None):
    """The Moore-Penrose inverse; singular values below rcond · largest count as 0."""
    with scope(name, "pinv"):
        a = tensor_named(a, None, "a")
        if rcond is None:
            sizes = a.dims[-2:] if a.dims is not None else (None, None)
            if not is_static(sizes):
                raise ValueError("pinv: give rcond where sizes are not known.")
            rcond = (
                10.0 * max(n or 0 for n in sizes) * np.finfo(a.dtype.base_dtype.np).eps
            )
        s, u, v = svd(a)
        limit = arithmetic.mul(reduce_max(s, -1, keepdims=True), rcond)
        kept = greater(s, limit)
        safe = select(kept, s, np.inf)
        scaled = arithmetic.real_div(v, expand_dims(safe, -2))
        return matmul(scaled, u, adjoint_b=True)
