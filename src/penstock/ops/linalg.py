"""Inverses, determinants, and systems of linear equations.

Derivatives: M. Giles, "Collected matrix derivative results for forward and reverse
mode algorithmic differentiation" (2008).
"""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import COMPLEX, FLOATING
from penstock.core.errors import ShapeError
from penstock.core.shapes import Dims, broadcast, merge, show
from penstock.ir.op import TABLE, op
from penstock.ops import rules
from penstock.ops.linalg_diag import (
    matrix_band_part,
    matrix_diag_part,
    matrix_set_diag,
)
from penstock.ops.math_arithmetic import add, mul, neg, sub
from penstock.ops.math_broadcast import conj
from penstock.ops.math_matmul import batch_matmul
from penstock.ops.xla import jax, jnp

WIDE = {"T": (*FLOATING[2:], *COMPLEX)}


def square_matrix(x, **_) -> Dims:
    """The shape of `x`, whose last two sizes must agree."""
    rules.at_least(x, 2, "A matrix")
    if x.dims is None:
        return None
    *batch, rows, columns = x.dims
    if rows is not None and columns is not None and rows != columns:
        raise ShapeError(f"The matrix must be square, received {show(x.dims)}.")
    size = rows if rows is not None else columns
    return (*batch, size, size)


def _batch(x, **_) -> Dims:
    dims = square_matrix(x)
    return None if dims is None else dims[:-2]


def _adjoint(x):
    return jnp.conj(jnp.swapaxes(x, -1, -2))


def product(a, b, adj_a: bool = False, adj_b: bool = False):
    return batch_matmul(a, b, adj_x=adj_a, adj_y=adj_b)


def _invertible(x, **_) -> tuple:
    """TensorFlow refuses singular matrices; here a zero pivot shows them."""
    lu, _pivots, _order = jax.lax.linalg.lu(jnp.asarray(x))
    pivots = jnp.diagonal(lu, axis1=-2, axis2=-1)
    return jnp.all(jnp.not_equal(pivots, 0)), "Input is not invertible."


@op(
    "MatrixInverse", "input: T -> output: T", shape=square_matrix, where=WIDE,
    guard=lambda x, *, adjoint: _invertible(x),
)  # fmt: skip
def matrix_inverse(input, *, adjoint=False):
    out = jnp.linalg.inv(input)
    return _adjoint(out) if adjoint else out


@matrix_inverse.gradient
def _(node, dy):
    out = node.outputs[0]
    if node.attrs["adjoint"]:
        return neg(product(out, product(dy, out, adj_a=True)))
    return neg(product(out, product(dy, out, adj_b=True), adj_a=True))


@op("MatrixDeterminant", "input: T -> output: T", shape=_batch, where=WIDE)
def matrix_determinant(input):
    return jnp.linalg.det(input)


def _per_matrix(x):
    """`x` [...] as [..., 1, 1]."""
    return TABLE["ExpandDims"](TABLE["ExpandDims"](x, -1), -1)


@matrix_determinant.gradient
def _(node, dy):
    inverse = matrix_inverse(node.inputs[0], adjoint=True)
    return mul(_per_matrix(mul(dy, conj(node.outputs[0]))), inverse)


def _two_batches(x, **_) -> list[Dims]:
    return [_batch(x), _batch(x)]


@op(
    "LogMatrixDeterminant", "input: T -> sign: T, log_abs_determinant: T",
    shape=_two_batches, where=WIDE,
)  # fmt: skip
def log_matrix_determinant(input):
    sign, log = jnp.linalg.slogdet(input)
    return sign, log.astype(sign.dtype)


@log_matrix_determinant.gradient
def _(node, dsign, dlog):
    inverse = matrix_inverse(node.inputs[0], adjoint=True)
    return mul(_per_matrix(dlog), inverse)


def _solution(matrix, rhs, **_) -> Dims:
    square = square_matrix(matrix)
    rules.at_least(rhs, 2, "The right hand side")
    if square is None or rhs.dims is None:
        return None
    merge((square[-1],), (rhs.dims[-2],))
    batch = broadcast(square[:-2], rhs.dims[:-2])
    return (*batch, square[-1], rhs.dims[-1])  # type: ignore[misc]


SOLVE = "matrix: T, rhs: T -> output: T"


@op(
    "MatrixSolve", SOLVE, shape=_solution, where=WIDE,
    guard=lambda a, b, *, adjoint: _invertible(a),
)  # fmt: skip
def matrix_solve(matrix, rhs, *, adjoint=False):
    return jnp.linalg.solve(_adjoint(matrix) if adjoint else matrix, rhs)


@matrix_solve.gradient
def _(node, dy):
    matrix, adjoint = node.inputs[0], node.attrs["adjoint"]
    out = node.outputs[0]
    back = matrix_solve(matrix, dy, adjoint=not adjoint)
    if adjoint:
        return neg(product(out, back, adj_b=True)), back
    return neg(product(back, out, adj_b=True)), back


@op("MatrixTriangularSolve", SOLVE, shape=_solution, where=WIDE)
def matrix_triangular_solve(matrix, rhs, *, lower=True, adjoint=False):
    matrix, rhs = jnp.asarray(matrix), jnp.asarray(rhs)
    batch = jnp.broadcast_shapes(matrix.shape[:-2], rhs.shape[:-2])
    matrix = jnp.broadcast_to(matrix, (*batch, *matrix.shape[-2:]))
    rhs = jnp.broadcast_to(rhs, (*batch, *rhs.shape[-2:]))
    return jax.lax.linalg.triangular_solve(
        matrix, rhs, left_side=True, lower=lower,
        transpose_a=adjoint, conjugate_a=adjoint,
    )  # fmt: skip


@matrix_triangular_solve.gradient
def _(node, dy):
    matrix, rhs = node.inputs
    lower, adjoint = node.attrs["lower"], node.attrs["adjoint"]
    out = node.outputs[0]
    back = matrix_triangular_solve(matrix, dy, lower=lower, adjoint=not adjoint)
    if adjoint:
        full = neg(product(out, back, adj_b=True))
    else:
        full = neg(product(back, out, adj_b=True))
    triangle = matrix_band_part(full, -1, 0) if lower else matrix_band_part(full, 0, -1)
    return _summed(triangle, matrix), _summed(back, rhs)


def _summed(gradient, x):
    """`gradient` summed over batch axes along which `x` was repeated."""
    if x.dims is not None and gradient.dims == x.dims and None not in x.dims:
        return gradient
    shape = TABLE["Shape"]
    mine, full = shape(x, out_type="int32"), shape(gradient, out_type="int32")
    axes, _unused = TABLE["BroadcastGradientArgs"](mine, full)
    return TABLE["Reshape"](TABLE["Sum"](gradient, axes), mine)


@op("Cholesky", "input: T -> output: T", shape=square_matrix, where=WIDE)
def cholesky(input):
    """NaN where the matrix, of which the lower triangle is read, is not positive."""
    lower = jnp.tril(jnp.asarray(input))
    strict = jnp.tril(lower, -1)
    return jnp.linalg.cholesky(lower + _adjoint(strict))


@cholesky.gradient
def _(node, dy):
    lower = node.outputs[0]
    middle = matrix_band_part(product(lower, dy, adj_a=True), -1, 0)
    middle = matrix_set_diag(middle, mul(_main(middle), 0.5), 0)
    inverse = matrix_triangular_solve(lower, identity_like(lower))
    full = product(product(inverse, middle, adj_a=True), inverse)
    return mul(add(full, adjoint(full)), 0.5)


def _main(x):
    return matrix_diag_part(x, 0, np.zeros((), x.dtype.base_dtype.np))


def adjoint(x):
    """The conjugate transpose of matrices, as a node."""
    from penstock.ops.linalg_diag import matrix_transpose

    return matrix_transpose(x, conjugate=True)


def identity_like(x):
    """The identity matrix, shaped as `x`."""
    zero = TABLE["ZerosLike"](x)
    return matrix_set_diag(zero, TABLE["OnesLike"](_main(zero)), 0)


def _least_squares(matrix, rhs, l2, **_) -> Dims:
    rules.at_least(matrix, 2, "A matrix")
    rules.at_least(rhs, 2, "The right hand side")
    if matrix.dims is None or rhs.dims is None:
        return None
    merge((matrix.dims[-2],), (rhs.dims[-2],))
    return (*matrix.dims[:-2], matrix.dims[-1], rhs.dims[-1])


@op(
    "MatrixSolveLs", "matrix: T, rhs: T, l2_regularizer: float64 -> output: T",
    shape=_least_squares, where=WIDE,
)  # fmt: skip
def matrix_solve_ls(matrix, rhs, l2_regularizer, *, fast=True):
    """min ‖A x - b‖² + l2 ‖x‖²; without `fast` by a pseudo-inverse, any rank."""
    a, b = jnp.asarray(matrix), jnp.asarray(rhs)
    if not fast:
        return jnp.matmul(jnp.linalg.pinv(a), b)
    l2 = jnp.asarray(l2_regularizer).astype(a.dtype)
    rows, columns = a.shape[-2:]
    if rows >= columns:
        gram = jnp.matmul(_adjoint(a), a) + l2 * jnp.eye(columns, dtype=a.dtype)
        return jnp.linalg.solve(gram, jnp.matmul(_adjoint(a), b))
    gram = jnp.matmul(a, _adjoint(a)) + l2 * jnp.eye(rows, dtype=a.dtype)
    return jnp.matmul(_adjoint(a), jnp.linalg.solve(gram, b))


@matrix_solve_ls.gradient
def _(node, dy):
    a, b, l2 = node.inputs
    x = node.outputs[0]
    if a.dims is None or None in a.dims[-2:]:
        raise LookupError("The gradient of MatrixSolveLs needs the matrix' sizes.")
    l2 = TABLE["Cast"](l2, DstT=a.dtype.base_dtype)
    if a.dims[-2] >= a.dims[-1]:
        gram = product(a, a, adj_a=True)
        gram = add(gram, mul(identity_like(gram), l2))
        z = matrix_solve(gram, dy)
        residual = sub(b, product(a, x))
        back = product(product(a, z), x, adj_b=True)
        ga = sub(product(residual, z, adj_b=True), back)
        return ga, product(a, z), None
    gram = product(a, a, adj_b=True)
    gram = add(gram, mul(identity_like(gram), l2))
    d = matrix_solve(gram, product(a, dy))
    rest = sub(dy, product(a, d, adj_a=True))
    weights = matrix_solve(gram, b)
    ga = sub(product(weights, rest, adj_b=True), product(d, x, adj_b=True))
    return ga, d, None
