"""Products of matrices, and of matrices and vectors."""

from __future__ import annotations

from penstock.api.array import (
    expand_dims,
    squeeze,
)
from penstock.api.math_functions import conj
from penstock.api.operands import tensor_dtype, tensor_named
from penstock.api.scopes import scope
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir import context
from penstock.ops import math_matmul
from penstock.runtime.eager.tensor import EagerTensor


def matmul(
    a, b, transpose_a=False, transpose_b=False, adjoint_a=False, adjoint_b=False,
    a_is_sparse=False, b_is_sparse=False, output_type=None, grad_a=False, grad_b=False,
    name=None,
):  # fmt: skip
    """The product of matrices [..., n, k] and [..., k, m], batches broadcasting.

    `adjoint` transposes and conjugates. Raises ValueError where inner sizes differ or
    an operand has fewer than two axes, and for both transpose and adjoint.
    """
    if context.landing().eager and not (
        adjoint_a or adjoint_b or a_is_sparse or b_is_sparse
    ):
        if type(a) is not EagerTensor and hasattr(a, "cell_value"):
            a = a._dense_tensor()
        if type(b) is not EagerTensor and hasattr(b, "cell_value"):
            b = b._dense_tensor()
        if _is_matrix(a) and _is_matrix(b):
            return math_matmul.matmul(
                a, b, transpose_a=bool(transpose_a), transpose_b=bool(transpose_b)
            )
    if transpose_a and adjoint_a:
        raise ValueError("Only one of `transpose_a` and `adjoint_a` can be True.")
    if transpose_b and adjoint_b:
        raise ValueError("Only one of `transpose_b` and `adjoint_b` can be True.")
    with scope(name, "MatMul") as full:
        a, b = _operands(a, b)
        name = full or None
        if _is_batch(a) or _is_batch(b):
            a, adjoint_a = _conjugated(a, transpose_a, adjoint_a)
            b, adjoint_b = _conjugated(b, transpose_b, adjoint_b)
            if output_type is not None and as_dtype(output_type) is not a.dtype:
                kind = as_dtype(output_type)
                return math_matmul.batch_matmul_v3(
                    a, b, adj_x=adjoint_a, adj_y=adjoint_b, Tout=kind, name=name
                )
            return math_matmul.batch_matmul(
                a, b, adj_x=adjoint_a, adj_y=adjoint_b, name=name
            )
        if adjoint_a:
            a, transpose_a = conj(a), True
        if adjoint_b:
            b, transpose_b = conj(b), True
        if (a_is_sparse or b_is_sparse) and a.dtype.base_dtype in _SPARSE:
            return math_matmul.sparse_matmul(
                a, b, transpose_a=transpose_a, transpose_b=transpose_b,
                a_is_sparse=a_is_sparse, b_is_sparse=b_is_sparse, name=name,
            )  # fmt: skip
        return math_matmul.matmul(
            a, b, transpose_a=bool(transpose_a), transpose_b=bool(transpose_b),
            name=name,
        )  # fmt: skip


_SPARSE = (dtypes.bfloat16, dtypes.float32)


def _operands(a, b):
    kind = tensor_dtype(a) or tensor_dtype(b)
    a = tensor_named(a, kind, "a")
    return a, tensor_named(b, kind or a.dtype.base_dtype, "b")


def _is_matrix(x) -> bool:
    return type(x) is EagerTensor and x.dims is not None and len(x.dims) == 2


def _is_batch(x) -> bool:
    return x.dims is None or len(x.dims) > 2


def _conjugated(x, transposed: bool, adjoint: bool):
    """Batches are only ever adjoined: a plain transposition conjugates before."""
    if transposed:
        return conj(x), True
    return x, bool(adjoint)


def matvec(
    a, b, transpose_a=False, adjoint_a=False, a_is_sparse=False, b_is_sparse=False,
    name=None,
):  # fmt: skip
    """The product of a matrix [..., n, k] and a vector [..., k]."""
    with scope(name, "MatVec"):
        column = expand_dims(b, axis=-1)
        out = matmul(
            a, column, transpose_a=transpose_a, adjoint_a=adjoint_a,
            a_is_sparse=a_is_sparse, b_is_sparse=b_is_sparse,
        )  # fmt: skip
        return squeeze(out, axis=-1)


__all__ = ["matmul", "matvec"]
