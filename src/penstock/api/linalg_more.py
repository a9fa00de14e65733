"""`tf.linalg`: bands and tridiagonals, factors put to use, general eigenvalues."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from penstock.api import array, array_sort, linalg
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.ir.op import TABLE
from penstock.ops import linalg_eigen as _eigen  # noqa: F401  (declares the op)


def eig(tensor, name=None):
    """(eigenvalues, eigenvectors), complex, of square matrices."""
    return _general(tensor, True, name)


def eigvals(tensor, name=None):
    """The eigenvalues, complex, of square matrices."""
    return _general(tensor, False, name)[0]


def _general(matrix, vectors: bool, name):
    x = tensor(matrix, name="input")
    wide = x.dtype.base_dtype in (dtypes.float64, dtypes.complex128)
    kind = dtypes.complex128 if wide else dtypes.complex64
    return TABLE["Eig"](x, compute_v=vectors, Tout=kind, name=name)


def matrix_rank(a, tol=None, validate_args=False, name=None):
    """How many singular values exceed `tol` (by default eps · size · largest)."""
    with scope(name, "matrix_rank"):
        x = tensor(a, name="a")
        s: Any = linalg.svd(x, compute_uv=False)
        if tol is None:
            size = max(x.dims[-2:])
            eps = np.finfo(x.dtype.base_dtype.np).eps
            largest = TABLE["Max"](s, np.array([-1], np.int32), keep_dims=True)
            tol = largest * np.asarray(eps * size, s.dtype.base_dtype.np)
        more = TABLE["Cast"](TABLE["Greater"](s, tol), DstT=dtypes.int32)
        return TABLE["Sum"](more, np.array([-1], np.int32))


# --- LU -------------------------------------------------------------------------------


def lu_reconstruct(lower_upper, perm, validate_args=False, name=None):
    """The matrices that `lu` was given."""
    with scope(name, "lu_reconstruct"):
        packed = tensor(lower_upper, name="lower_upper")
        product = linalg.matmul(_lower(packed), linalg.band_part(packed, 0, -1))
        back = TABLE["InvertPermutation"](perm) if len(tensor(perm).dims) == 1 else None
        if back is not None:
            return TABLE["GatherV2"](product, back, 0)
        order = array_sort.argsort(perm, axis=-1)
        return array.gather(product, order, batch_dims=len(packed.dims) - 2, axis=-2)


def _lower(packed):
    ones = TABLE["OnesLike"](linalg.diag_part(packed))
    return linalg.set_diag(linalg.band_part(packed, -1, 0), ones)


def lu_solve(lower_upper, perm, rhs, validate_args=False, name=None):
    """X of A · X = rhs [..., n, k], for A as `lu` packs it."""
    with scope(name, "lu_solve"):
        packed, rhs = tensor(lower_upper), tensor(rhs, name="rhs")
        perm = tensor(perm, name="perm")
        depth = len(perm.dims) - 1
        if not depth:
            rows = TABLE["GatherV2"](rhs, perm, len(rhs.dims) - 2)
        else:
            rows = array.gather(rhs, perm, batch_dims=depth, axis=-2)
        middle = linalg.triangular_solve(_lower(packed), rows)
        return linalg.triangular_solve(packed, middle, lower=False)


def lu_matrix_inverse(lower_upper, perm, validate_args=False, name=None):
    """The inverse of A, as `lu` packs it."""
    with scope(name, "lu_matrix_inverse"):
        packed = tensor(lower_upper, name="lower_upper")
        unit = linalg.eye(packed.dims[-1], None, list(packed.dims[:-2]), packed.dtype)
        return lu_solve(packed, perm, unit)


# --- bands ----------------------------------------------------------------------------


def _three(diagonals, form: str):
    """(upper [..., n], main, lower), each as long as the main diagonal."""
    if form == "sequence":
        upper, main, lower = (tensor(d) for d in diagonals)
        n = main.dims[-1]
        if upper.dims[-1] == n - 1:
            none = [[0, 0]] * (len(main.dims) - 1)
            upper = array.pad(upper, [*none, [0, 1]])
            lower = array.pad(lower, [*none, [1, 0]])
        return upper, main, lower
    x = tensor(diagonals, name="diagonals")
    if form == "matrix":
        band: Any = (-1, 1)
        x = linalg.diag_part(x, k=band, align="LEFT_RIGHT")
    elif form != "compact":
        raise ValueError(f"Unknown diagonals_format: {form}.")
    return tuple(x[..., at, :] for at in range(3))


def tridiagonal_matmul(diagonals, rhs, diagonals_format="compact", name=None):
    """A tridiagonal matrix times `rhs` [..., n, k].

    "compact" diagonals [..., 3, n] are upper, main and lower; what does not belong to
    the matrix (the last of the upper, the first of the lower) is not looked at.
    """
    with scope(name, "tridiagonal_matmul"):
        upper, main, lower = _three(diagonals, diagonals_format)
        rhs = tensor(rhs, name="rhs")
        none = [[0, 0]] * (len(rhs.dims) - 2)
        below = array.pad(rhs[..., 1:, :], [*none, [0, 1], [0, 0]])
        above = array.pad(rhs[..., :-1, :], [*none, [1, 0], [0, 0]])
        return (
            upper[..., None] * below + main[..., None] * rhs + lower[..., None] * above
        )


def tridiagonal_solve(
    diagonals, rhs, diagonals_format="compact", transpose_rhs=False,
    conjugate_rhs=False, name=None, partial_pivoting=True, perturb_singular=False,
):  # fmt: skip
    """X of a tridiagonal matrix times X = `rhs` ([..., n] or [..., n, k])."""
    with scope(name, "tridiagonal_solve"):
        upper, main, lower = _three(diagonals, diagonals_format)
        rhs = tensor(rhs, name="rhs")
        if conjugate_rhs:
            rhs = TABLE["Conj"](rhs)
        vector = len(rhs.dims) == len(main.dims)
        if vector:
            rhs = rhs[..., None]
        elif transpose_rhs:
            rhs = array.matrix_transpose(rhs)
        whole = _dense(upper, main, lower)
        out = linalg.solve(whole, rhs)
        return out[..., 0] if vector else out


def _dense(upper, main, lower):
    return (
        linalg.diag(main)
        + linalg.diag(upper[..., :-1], k=1)
        + linalg.diag(lower[..., 1:], k=-1)
    )


def eigh_tridiagonal(alpha, beta, eigvals_only=True, select="a", select_range=None,
                     tol=None, name=None):  # fmt: skip
    """Eigenvalues (and vectors) of a symmetric tridiagonal matrix.

    `alpha` [n] is its main diagonal, `beta` [n - 1] the one beside it. `select` "i"
    or "v" gives those with numbers, or values, within `select_range`.
    """
    with scope(name, "eigh_tridiagonal"):
        alpha, beta = tensor(alpha, name="alpha"), tensor(beta, name="beta")
        whole = linalg.diag(alpha) + linalg.diag(beta, k=-1)
        whole = whole + linalg.diag(TABLE["Conj"](beta) if beta.dtype.is_complex else
                                    beta, k=1)  # fmt: skip
        values, vectors = linalg.eigh(whole)
        if select == "i":
            first, last = (int(v) for v in select_range or (0, alpha.dims[0] - 1))
            values, vectors = values[first : last + 1], vectors[:, first : last + 1]
        elif select == "v":
            low, high = select_range or (-np.inf, np.inf)
            inside = TABLE["LogicalAnd"](values > low, values <= high)
            values = array.boolean_mask(values, inside)
            vectors = array.boolean_mask(vectors, inside, axis=1)
        elif select != "a":
            raise ValueError("select must have a value in {'a', 'i', 'v'}.")
        return values if eigvals_only else (values, vectors)


def banded_triangular_solve(bands, rhs, lower=True, adjoint=False, name=None):
    """X of a triangular band matrix times X = `rhs` [..., n, k].

    `bands` [..., m, n] are diagonals: for a lower matrix the main one first, for an
    upper one last. Lower ones stand at the right of their rows, upper ones at the left.
    """
    with scope(name, "banded_triangular_solve"):
        x = tensor(bands, name="bands")
        count = x.dims[-2]
        whole: Any = 0
        for row in range(count):
            k = -row if lower else count - 1 - row
            n = x.dims[-1] - abs(k)
            line = x[..., row, -n:] if lower else x[..., row, :n]
            whole = whole + linalg.diag(line, k=k)
        return linalg.triangular_solve(whole, rhs, lower=lower, adjoint=adjoint)


class ConjugateGradientState(NamedTuple):
    """How far the solution came: the step, x, what is left, the direction, r · z."""

    i: Any
    x: Any
    r: Any
    p: Any
    gamma: Any


def conjugate_gradient(operator, rhs, preconditioner=None, x=None, tol=1e-5,
                       max_iter=20, name="conjugate_gradient"):  # fmt: skip
    """x of operator · x = rhs [..., n], for a self-adjoint positive definite operator.

    Hestenes and Stiefel (1952); the last state of the iteration.
    """
    from penstock.api.control_flow import while_loop

    if not (operator.is_self_adjoint and operator.is_positive_definite):
        raise ValueError("Expected a self-adjoint, positive definite operator.")
    with scope(name, "conjugate_gradient"):
        rhs = tensor(rhs, name="rhs")[..., None]
        start = TABLE["ZerosLike"](rhs) if x is None else tensor(x)[..., None]
        limit = TABLE["Square"](_norms(rhs)) * np.asarray(tol**2, rhs.dtype.np)

        def towards(r):
            return r if preconditioner is None else preconditioner.matmul(r)

        def dot(a, b):
            return linalg.matmul(a, b, adjoint_a=True)

        r = rhs if x is None else rhs - operator.matmul(start)
        p = towards(r)

        def goes_on(i, x, r, p, gamma):
            big = TABLE["Square"](_norms(r)) > limit
            any_ = TABLE["Any"](big, np.arange(len(big.dims), dtype=np.int32))
            return TABLE["LogicalAnd"](i < max_iter, any_)

        def step(i, x, r, p, gamma):
            z = operator.matmul(p)
            alpha = gamma / dot(p, z)
            x, r = x + alpha * p, r - alpha * z
            new = towards(r)
            following = dot(r, new)
            return i + 1, x, r, new + following / gamma * p, following

        first = (np.int32(0), start, r, p, dot(r, p))
        i, x, r, p, gamma = while_loop(goes_on, step, first)
        return ConjugateGradientState(i, x[..., 0], r[..., 0], p[..., 0], gamma[..., 0])


def _norms(x):
    return TABLE["Sqrt"](TABLE["Sum"](TABLE["Square"](x), np.array([-2, -1], np.int32)))


__all__ = [
    "banded_triangular_solve", "conjugate_gradient", "eig", "eigh_tridiagonal",
    "eigvals", "lu_matrix_inverse", "lu_reconstruct", "lu_solve", "matrix_rank",
    "tridiagonal_matmul", "tridiagonal_solve",
]  # fmt: skip
