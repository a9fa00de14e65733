"""Decompositions of matrices, and functions of matrices.

Derivatives: Giles (2008); of QR: Walter & Lehmann (2018); of the singular values:
J. Townsend, "Differentiating the singular value decomposition" (2016).
"""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import int32
from penstock.core.shapes import Dims
from penstock.ir.op import STOPS, TABLE, op
from penstock.ops import rules
from penstock.ops.array import ones_like, zeros_like
from penstock.ops.linalg import (
    WIDE,
    adjoint,
    matrix_solve,
    matrix_triangular_solve,
    product,
    square_matrix,
)
from penstock.ops.linalg_diag import (
    matrix_band_part,
    matrix_diag,
    matrix_diag_part,
    matrix_set_diag,
)
from penstock.ops.math_arithmetic import add, div_no_nan, mul, sub
from penstock.ops.math_broadcast import conj
from penstock.ops.math_elementwise import reciprocal, square
from penstock.ops.xla import jax, jnp


def _sizes(x):
    rules.at_least(x, 2, "A matrix")
    if x.dims is None:
        return None
    *batch, rows, columns = x.dims
    least = None if rows is None or columns is None else min(rows, columns)
    return tuple(batch), rows, columns, least


def _qr_shape(x, *, full_matrices=False, **_) -> list[Dims]:
    found = _sizes(x)
    if found is None:
        return [None, None]
    batch, rows, columns, least = found
    inner = rows if full_matrices else least
    return [(*batch, rows, inner), (*batch, inner, columns)]


@op("Qr", "input: T -> q: T, r: T", shape=_qr_shape, where=WIDE)
def qr(input, *, full_matrices=False):
    out = jnp.linalg.qr(input, mode="complete" if full_matrices else "reduced")
    return out[0], out[1]


@qr.gradient
def _(node, dq, dr):
    q, r = node.outputs
    rows, columns = node.inputs[0].dims[-2:]
    if None in (rows, columns) or rows < columns or node.attrs["full_matrices"]:
        raise LookupError(
            f"The gradient of Qr (node '{node.name}') needs known sizes with rows >= "
            "columns, and full_matrices=False."
        )
    m = sub(product(r, dr, adj_b=True), product(dq, q, adj_a=True))
    lower = matrix_band_part(m, -1, 0)
    strict = matrix_set_diag(lower, zeros_like(_main(lower)), 0)
    whole = add(lower, adjoint(strict))
    right = add(dq, product(q, whole))
    # right · r⁻ᴴ
    return adjoint(matrix_triangular_solve(r, adjoint(right), lower=False))


def _main(x):
    return matrix_diag_part(x, 0, np.zeros((), x.dtype.base_dtype.np))


def _diagonal(x):
    """Vectors [..., n] as diagonal matrices."""
    return matrix_diag(x, 0, -1, -1, np.zeros((), x.dtype.base_dtype.np))


def _svd_shape(x, *, compute_uv=True, full_matrices=False, **_) -> list[Dims]:
    found = _sizes(x)
    if found is None:
        return [None, None, None] if compute_uv else [None, (0,), (0,)]
    batch, rows, columns, least = found
    if not compute_uv:
        return [(*batch, least), (0,), (0,)]
    u, v = (rows, columns) if full_matrices else (least, least)
    return [(*batch, least), (*batch, rows, u), (*batch, columns, v)]


@op("Svd", "input: T -> s: T, u: T, v: T", shape=_svd_shape, where=WIDE)
def svd(input, *, compute_uv=True, full_matrices=False):
    if not compute_uv:
        s = jnp.linalg.svd(input, compute_uv=False)
        empty = jnp.zeros(0, jnp.asarray(input).dtype)
        return s.astype(empty.dtype), empty, empty
    u, s, vh = jnp.linalg.svd(input, full_matrices=full_matrices)
    return s.astype(u.dtype), u, jnp.conj(jnp.swapaxes(vh, -1, -2))


@svd.gradient
def _(node, ds, du, dv):
    a = node.inputs[0]
    if a.dtype.is_complex or a.dims is None or None in a.dims[-2:]:
        raise LookupError(
            f"The gradient of Svd (node '{node.name}') needs a real matrix of known "
            "sizes."
        )
    if not node.attrs["compute_uv"]:
        _s, u, v = svd(a)
        return product(product(u, _diagonal(ds)), v, adj_b=True)
    if node.attrs["full_matrices"] and a.dims[-2] != a.dims[-1]:
        raise LookupError("The gradient of Svd needs full_matrices=False.")
    s, u, v = node.outputs
    gaps = _gaps(square(s))
    su = mul(gaps, product(u, du, adj_a=True))
    sv = mul(gaps, product(v, dv, adj_a=True))
    ss = _diagonal(s)
    inner = add(product(add(su, adjoint(su)), ss), product(ss, add(sv, adjoint(sv))))
    inner = add(inner, _diagonal(ds))
    out = product(product(u, inner), v, adj_b=True)
    inverse = _diagonal(reciprocal(s))
    if a.dims[-2] > a.dims[-1]:
        outside = sub(du, product(u, product(u, du, adj_a=True)))
        out = add(out, product(product(outside, inverse), v, adj_b=True))
    elif a.dims[-2] < a.dims[-1]:
        outside = sub(dv, product(v, product(v, dv, adj_a=True)))
        out = add(out, product(product(u, inverse), outside, adj_b=True))
    return out


def _gaps(values):
    """F[i, j] = 1 / (values[j] - values[i]), 0 on the diagonal and at equal values."""
    across = sub(TABLE["ExpandDims"](values, -2), TABLE["ExpandDims"](values, -1))
    return div_no_nan(ones_like(across), across)


def _eigen_shape(x, *, compute_v=True, **_) -> list[Dims]:
    dims = square_matrix(x)
    if dims is None:
        return [None, None if compute_v else (0,)]
    return [dims[:-1], dims if compute_v else (0,)]


@op("SelfAdjointEigV2", "input: T -> e: T, v: T", shape=_eigen_shape, where=WIDE)
def self_adjoint_eig(input, *, compute_v=True):
    """Eigenvalues ascending; only the lower triangle of the input is read."""
    lower = jnp.tril(jnp.asarray(input))
    whole = lower + jnp.conj(jnp.swapaxes(jnp.tril(lower, -1), -1, -2))
    if not compute_v:
        e = jnp.linalg.eigvalsh(whole)
        return e.astype(lower.dtype), jnp.zeros(0, lower.dtype)
    e, v = jnp.linalg.eigh(whole, symmetrize_input=False)
    return e.astype(lower.dtype), v


@self_adjoint_eig.gradient
def _(node, de, dv):
    e, v = node.outputs
    if not node.attrs["compute_v"]:
        _e, v = self_adjoint_eig(node.inputs[0])
        inner = _diagonal(de)
    else:
        inner = add(_diagonal(de), mul(_gaps(e), product(v, dv, adj_a=True)))
    full = product(v, product(inner, v, adj_b=True))
    # Only the lower triangle is an input: it takes the upper one's share too.
    lower = matrix_band_part(add(full, adjoint(full)), -1, 0)
    return matrix_set_diag(lower, mul(_main(lower), 0.5), 0)


def _lu_shape(x, **_) -> list[Dims]:
    dims = square_matrix(x)
    return [dims, None if dims is None else dims[:-1]]


@op(
    "Lu", "input: T -> lu: T, p: output_idx_type", shape=_lu_shape, where=WIDE,
    gradient=STOPS,
)  # fmt: skip
def lu(input, *, output_idx_type=int32):
    packed, _pivots, order = jax.lax.linalg.lu(jnp.asarray(input))
    return packed, order.astype(output_idx_type.np)


@op("MatrixExponential", "input: T -> output: T", shape=square_matrix, where=WIDE)
def matrix_exponential(input):
    return jax.scipy.linalg.expm(input)


@matrix_exponential.gradient
def _(node, dy):
    """The upper right block of exp [[Aᴴ, dy], [0, Aᴴ]]."""
    a = node.inputs[0]
    if a.dims is None or a.dims[-1] is None:
        raise LookupError("The gradient of MatrixExponential needs the matrix' size.")
    n = a.dims[-1]
    turned = adjoint(a)
    join = TABLE["ConcatV2"]
    top = join([turned, dy], -1)
    bottom = join([zeros_like(turned), turned], -1)
    both = matrix_exponential(join([top, bottom], -2))
    rank = len(a.dims)
    begin = [0] * (rank - 1) + [n]
    size = [-1] * (rank - 2) + [n, n]
    return TABLE["Slice"](both, begin, size)


def _by_scipy(name: str):
    def body(input):
        import warnings

        import scipy.linalg

        function = getattr(scipy.linalg, name)
        flat = np.reshape(input, (-1, *input.shape[-2:]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own estimate of the error
            out = np.stack([np.asarray(function(m)) for m in flat])
        if input.dtype.kind != "c":
            out = np.real(out)
        return out.reshape(input.shape).astype(input.dtype)

    return body


matrix_square_root = op(
    "MatrixSquareRoot", "input: T -> output: T", shape=square_matrix, where=WIDE,
    host=True,
)(_by_scipy("sqrtm"))  # fmt: skip
matrix_logarithm = op(
    "MatrixLogarithm", "input: T -> output: T", shape=square_matrix, where=WIDE,
    host=True,
)(_by_scipy("logm"))  # fmt: skip


@matrix_square_root.gradient
def _(node, dy):
    """The solution X of Sᴴ X + X Sᴴ = dy, written as one linear system."""
    root = node.outputs[0]
    if root.dims is None or root.dims[-1] is None or len(root.dims) != 2:
        raise LookupError(
            f"The gradient of MatrixSquareRoot (node '{node.name}') needs one matrix "
            "of known size."
        )
    n = root.dims[-1]
    one = np.eye(n, dtype=root.dtype.base_dtype.np)
    join, kron = TABLE["Reshape"], TABLE["Einsum"]
    left = kron([adjoint(root), one], equation="ij,kl->ikjl")
    right = kron([one, conj(root)], equation="ij,kl->ikjl")
    system = join(add(left, right), [n * n, n * n])
    return join(matrix_solve(system, join(dy, [n * n, 1])), [n, n])
