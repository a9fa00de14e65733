"""The 1.x spellings of linear algebra and Fourier transforms."""

from __future__ import annotations

from penstock.api import linalg, signal
from penstock.v1.math import _one_of


def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None, keep_dims=None):
    keepdims = _one_of(keepdims, keep_dims, "keepdims", "keep_dims")
    return linalg.norm(tensor, ord, axis, bool(keepdims), name)


def matrix_diag(
    diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0,
    align="RIGHT_LEFT",
):  # fmt: skip
    return linalg.diag(diagonal, name, k, num_rows, num_cols, padding_value, align)


def batch_matmul(x, y, adj_x=False, adj_y=False, name=None):
    """0.x: the product of two batches of matrices."""
    return linalg.matmul(x, y, adjoint_a=adj_x, adjoint_b=adj_y, name=name)


matrix_diag_part = linalg.diag_part
matrix_set_diag = linalg.set_diag
matrix_band_part = linalg.band_part
matrix_transpose = linalg.matrix_transpose
matrix_inverse = linalg.inv
matrix_determinant = linalg.det
matrix_solve = linalg.solve
matrix_triangular_solve = linalg.triangular_solve
matrix_solve_ls = linalg.lstsq
matrix_square_root = linalg.sqrtm
cholesky = linalg.cholesky
cholesky_solve = linalg.cholesky_solve
qr = linalg.qr
svd = linalg.svd
self_adjoint_eig = linalg.eigh
self_adjoint_eigvals = linalg.eigvalsh
trace = linalg.trace
diag = linalg.tensor_diag
diag_part = linalg.tensor_diag_part
fft, ifft = signal.fft, signal.ifft
fft2d, ifft2d = signal.fft2d, signal.ifft2d
fft3d, ifft3d = signal.fft3d, signal.ifft3d

__all__ = [
    "batch_matmul", "cholesky", "cholesky_solve", "diag", "diag_part", "fft", "fft2d",
    "fft3d", "ifft", "ifft2d", "ifft3d", "matrix_band_part", "matrix_determinant",
    "matrix_diag", "matrix_diag_part", "matrix_inverse", "matrix_set_diag",
    "matrix_solve", "matrix_solve_ls", "matrix_square_root", "matrix_transpose",
    "matrix_triangular_solve", "norm", "qr", "self_adjoint_eig",
    "self_adjoint_eigvals", "svd", "trace",
]  # fmt: skip
