"""`tf.linalg.LinearOperator`: matrices by what they do, not by all their entries."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, linalg
from penstock.api.scopes import tensor
from penstock.core import shapes
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import TensorShape
from penstock.ir.op import TABLE


class LinearOperator:
    """A matrix [..., m, n] that need not be there. As `tf.linalg.LinearOperator`.

    A kind of operator says its `shape`, how it multiplies (`_matmul`) and, where it
    knows a better way than the dense matrix, how it solves, its diagonal and its
    determinant. Hints (`is_self_adjoint` and so on) are taken on trust.
    """

    def __init__(self, dtype, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None, name=None):  # fmt: skip
        self.dtype = as_dtype(dtype)
        self.is_non_singular = True if is_positive_definite else is_non_singular
        self.is_self_adjoint = is_self_adjoint
        self.is_positive_definite = is_positive_definite
        self._square = is_square
        self.name = name or type(self).__name__

    # --- what a kind of operator says -------------------------------------------------

    @property
    def shape(self) -> TensorShape:
        raise NotImplementedError("shape")

    def _matmul(self, x, adjoint: bool):
        raise NotImplementedError("_matmul")

    def _dense(self):
        unit = linalg.eye(self.shape[-1], dtype=self.dtype)
        batch = list(self.shape)[:-2]
        if batch:
            unit = array.broadcast_to(unit, [*batch, *unit.dims])
        return self._matmul(unit, False)

    def _solve(self, rhs, adjoint: bool):
        dense = self._dense()
        if self.is_positive_definite and self.is_self_adjoint:
            return linalg.cholesky_solve(linalg.cholesky(dense), rhs)
        return linalg.solve(dense, rhs, adjoint=adjoint)

    def _diag_part(self):
        return linalg.diag_part(self._dense())

    def _log_abs_determinant(self):
        return linalg.slogdet(self._dense())[1]

    def _determinant(self):
        return linalg.det(self._dense())

    # --- what programs ask ------------------------------------------------------------

    @property
    def is_square(self) -> bool | None:
        rows, columns = list(self.shape)[-2:]
        return rows == columns if self._square is None else self._square

    @property
    def batch_shape(self) -> TensorShape:
        return TensorShape(list(self.shape)[:-2])

    @property
    def domain_dimension(self) -> Any:
        return self.shape[-1]

    @property
    def range_dimension(self) -> Any:
        return self.shape[-2]

    @property
    def tensor_rank(self) -> int:
        return len(list(self.shape))

    @property
    def H(self) -> LinearOperator:
        return self.adjoint()

    def shape_tensor(self, name=None):
        return tensor(np.array(list(self.shape), np.int32))

    def batch_shape_tensor(self, name=None):
        return tensor(np.array(list(self.batch_shape), np.int32))

    def domain_dimension_tensor(self, name=None):
        return tensor(np.int32(self.domain_dimension))

    def range_dimension_tensor(self, name=None):
        return tensor(np.int32(self.range_dimension))

    def tensor_rank_tensor(self, name=None):
        return tensor(np.int32(self.tensor_rank))

    def to_dense(self, name=None):
        """The matrix."""
        return self._dense()

    def matmul(self, x, adjoint=False, adjoint_arg=False, name=None) -> Any:
        """This matrix times `x` [..., n, k], or times another operator."""
        if isinstance(x, LinearOperator):
            left = self.adjoint() if adjoint else self
            right = x.adjoint() if adjoint_arg else x
            return LinearOperatorComposition([left, right])
        x = tensor(x, self.dtype, "x")
        return self._matmul(linalg.adjoint(x) if adjoint_arg else x, adjoint)

    def __matmul__(self, other):
        return self.matmul(other)

    def matvec(self, x, adjoint=False, name=None):
        """This matrix times the vector `x` [..., n]."""
        return self.matmul(tensor(x, self.dtype, "x")[..., None], adjoint)[..., 0]

    def solve(self, rhs, adjoint=False, adjoint_arg=False, name=None) -> Any:
        """X of this matrix times X = `rhs` [..., n, k]."""
        if self.is_non_singular is False:
            raise NotImplementedError(
                "Exact solve not implemented for an operator that is expected to be "
                "singular."
            )
        if self.is_square is False:
            raise NotImplementedError(
                "Exact solve not implemented for an operator that is expected to not "
                "be square."
            )
        if isinstance(rhs, LinearOperator):
            return LinearOperatorComposition([self.inverse(), rhs])
        rhs = tensor(rhs, self.dtype, "rhs")
        return self._solve(linalg.adjoint(rhs) if adjoint_arg else rhs, adjoint)

    def solvevec(self, rhs, adjoint=False, name=None):
        """x of this matrix times x = `rhs` [..., n]."""
        return self.solve(tensor(rhs, self.dtype, "rhs")[..., None], adjoint)[..., 0]

    def diag_part(self, name=None):
        return self._diag_part()

    def trace(self, name=None):
        return TABLE["Sum"](self._diag_part(), np.array([-1], np.int32))

    def determinant(self, name=None):
        return self._determinant()

    def log_abs_determinant(self, name=None):
        return self._log_abs_determinant()

    def cond(self, name=None):
        """The largest singular value over the smallest."""
        s: Any = linalg.svd(self._dense(), compute_uv=False)
        return s[..., 0] / s[..., -1]

    def eigvals(self, name=None):
        """Eigenvalues, of self-adjoint operators alone."""
        if not self.is_self_adjoint:
            raise NotImplementedError("Only self-adjoint matrices are supported.")
        return linalg.eigvalsh(self._dense())

    def add_to_tensor(self, x, name=None):
        return self._dense() + tensor(x, self.dtype, "x")

    def adjoint(self, name=None) -> LinearOperator:
        return self if self.is_self_adjoint else LinearOperatorAdjoint(self)

    def inverse(self, name=None) -> LinearOperator:
        if self.is_square is False:
            raise ValueError("Cannot take the Inverse: the operator is not square.")
        return LinearOperatorInversion(self)

    def cholesky(self, name=None) -> LinearOperator:
        """The lower triangular root of a positive definite operator."""
        if not (self.is_positive_definite and self.is_self_adjoint):
            raise ValueError(
                "Cannot take the Cholesky decomposition: not a self-adjoint positive "
                "definite operator."
            )
        return LinearOperatorLowerTriangular(
            linalg.cholesky(self._dense()), is_non_singular=True
        )

    def assert_non_singular(self, name=None):
        """Raises InvalidArgumentError where singular values are too small."""
        from penstock.api.debugging import Assert

        s: Any = linalg.svd(self._dense(), compute_uv=False)
        small = np.finfo(self.dtype.np).eps * self.shape[-1]
        good = TABLE["Greater"](s[..., -1], s[..., 0] * np.asarray(small, s.dtype.np))
        every = TABLE["All"](good, np.arange(len(good.dims), dtype=np.int32))
        return Assert(every, ["Singular matrix"])

    def assert_self_adjoint(self, name=None):
        from penstock.api.debugging import Assert

        dense = self._dense()
        same = TABLE["Equal"](dense, linalg.adjoint(dense))
        every = TABLE["All"](same, np.arange(len(same.dims), dtype=np.int32))
        return Assert(every, ["Matrix was not equal to its adjoint"])

    def assert_positive_definite(self, name=None):
        return linalg.cholesky(self._dense())

    def _trackable_children(self):
        return {}

    def __repr__(self):
        kind = type(self).__name__
        return f"<tf.linalg.{kind} shape={self.shape}, dtype={self.dtype!r}>"


def _given(value, name: str):
    """A matrix or diagonal: variables stay what they are, to be read each time."""
    return value if hasattr(value, "_resource") else tensor(value, name=name)


class LinearOperatorFullMatrix(LinearOperator):
    """A dense matrix."""

    def __init__(self, matrix, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None, name=None):  # fmt: skip
        self._matrix = _given(matrix, "matrix")
        super().__init__(
            self._matrix.dtype, is_non_singular, is_self_adjoint, is_positive_definite,
            is_square, name,
        )  # fmt: skip

    @property
    def shape(self):
        return self._matrix.shape

    def _dense(self):
        return tensor(self._matrix)

    def _matmul(self, x, adjoint):
        return linalg.matmul(self._matrix, x, adjoint_a=adjoint)


class LinearOperatorLowerTriangular(LinearOperatorFullMatrix):
    """The lower triangle of a matrix; what is above it is not looked at."""

    def __init__(self, tril, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None, name=None):  # fmt: skip
        super().__init__(
            tril, is_non_singular, is_self_adjoint, is_positive_definite, True, name
        )

    def _dense(self):
        return linalg.band_part(self._matrix, -1, 0)

    def _matmul(self, x, adjoint):
        return linalg.matmul(self._dense(), x, adjoint_a=adjoint)

    def _solve(self, rhs, adjoint):
        return linalg.triangular_solve(self._dense(), rhs, True, adjoint)

    def _diag_part(self):
        return linalg.diag_part(self._matrix)

    def _determinant(self):
        return TABLE["Prod"](self._diag_part(), np.array([-1], np.int32))

    def _log_abs_determinant(self):
        logs = TABLE["Log"](TABLE["Abs"](self._diag_part()))
        return TABLE["Sum"](logs, np.array([-1], np.int32))


class _Of(LinearOperator):
    """An operator made of another one."""

    def __init__(self, operator: LinearOperator, name=None, **hints):
        self.operator: Any = operator
        super().__init__(
            operator.dtype,
            hints.get("is_non_singular", operator.is_non_singular),
            hints.get("is_self_adjoint", operator.is_self_adjoint),
            hints.get("is_positive_definite", operator.is_positive_definite),
            hints.get("is_square", operator.is_square), name,
        )  # fmt: skip


class LinearOperatorAdjoint(_Of):
    """The conjugate transpose of an operator."""

    @property
    def shape(self):
        *batch, rows, columns = list(self.operator.shape)
        return TensorShape([*batch, columns, rows])

    def _dense(self):
        return linalg.adjoint(self.operator.to_dense())

    def _matmul(self, x, adjoint):
        return self.operator.matmul(x, adjoint=not adjoint)

    def _solve(self, rhs, adjoint):
        return self.operator.solve(rhs, adjoint=not adjoint)

    def adjoint(self, name=None):
        return self.operator


class LinearOperatorInversion(_Of):
    """The inverse of an operator."""

    @property
    def shape(self):
        return self.operator.shape

    def _matmul(self, x, adjoint):
        return self.operator.solve(x, adjoint=adjoint)

    def _solve(self, rhs, adjoint):
        return self.operator.matmul(rhs, adjoint=adjoint)

    def _determinant(self):
        return 1 / self.operator.determinant()

    def _log_abs_determinant(self):
        return -self.operator.log_abs_determinant()

    def inverse(self, name=None):
        return self.operator


class _OfMany(LinearOperator):
    """An operator made of several."""

    def __init__(self, operators, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None, name=None):  # fmt: skip
        self.operators: list[Any] = list(operators)
        if not self.operators:
            raise ValueError("Expected a non-empty list of operators.")
        every = [o.is_non_singular for o in self.operators]
        if is_non_singular is None and all(every):
            is_non_singular = True
        super().__init__(
            self.operators[0].dtype, is_non_singular, is_self_adjoint,
            is_positive_definite, is_square, name,
        )  # fmt: skip

    def _batch(self) -> list:
        dims: shapes.Dims = ()
        for operator in self.operators:
            dims = shapes.broadcast(dims, tuple(operator.batch_shape))
        return list(dims or ())

    def _determinant(self):
        out = self.operators[0].determinant()
        for operator in self.operators[1:]:
            out = out * operator.determinant()
        return out

    def _log_abs_determinant(self):
        out = self.operators[0].log_abs_determinant()
        for operator in self.operators[1:]:
            out = out + operator.log_abs_determinant()
        return out


class LinearOperatorComposition(_OfMany):
    """Operators one after the other: the last is applied first."""

    @property
    def shape(self):
        rows = self.operators[0].shape[-2]
        return TensorShape([*self._batch(), rows, self.operators[-1].shape[-1]])

    def _matmul(self, x, adjoint):
        order = self.operators if adjoint else reversed(self.operators)
        for operator in order:
            x = operator.matmul(x, adjoint=adjoint)
        return x

    def _solve(self, rhs, adjoint):
        order = reversed(self.operators) if adjoint else self.operators
        for operator in order:
            rhs = operator.solve(rhs, adjoint=adjoint)
        return rhs


__all__ = [
    "LinearOperator", "LinearOperatorAdjoint", "LinearOperatorComposition",
    "LinearOperatorFullMatrix", "LinearOperatorInversion",
    "LinearOperatorLowerTriangular",
]  # fmt: skip
