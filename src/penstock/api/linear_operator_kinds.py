"""`tf.linalg.LinearOperator*`: diagonals, bands, blocks and products."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, linalg, linalg_more
from penstock.api.linear_operator import LinearOperator, _given, _OfMany
from penstock.api.scopes import tensor
from penstock.core.dtypes import as_dtype, float32
from penstock.core.shapes import TensorShape
from penstock.ir.op import TABLE


class LinearOperatorDiag(LinearOperator):
    """A diagonal [..., n]."""

    def __init__(self, diag, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None, name=None):  # fmt: skip
        self._diag = _given(diag, "diag")
        own = True if not self._diag.dtype.is_complex else is_self_adjoint
        super().__init__(
            self._diag.dtype, is_non_singular, own, is_positive_definite, True, name
        )

    @property
    def diag(self):
        return self._diag

    @property
    def shape(self):
        dims = list(self._diag.shape)
        return TensorShape([*dims, dims[-1]])

    def _factors(self, adjoint: bool):
        x = tensor(self._diag)
        return (TABLE["Conj"](x) if adjoint and x.dtype.is_complex else x)[..., None]

    def _dense(self):
        return linalg.diag(self._diag)

    def _matmul(self, x, adjoint):
        return self._factors(adjoint) * x

    def _solve(self, rhs, adjoint):
        return rhs / self._factors(adjoint)

    def _diag_part(self):
        return tensor(self._diag)

    def _determinant(self):
        return TABLE["Prod"](self._diag_part(), np.array([-1], np.int32))

    def _log_abs_determinant(self):
        logs = TABLE["Log"](TABLE["Abs"](self._diag_part()))
        return TABLE["Sum"](logs, np.array([-1], np.int32))

    def inverse(self, name=None):
        return LinearOperatorDiag(1 / tensor(self._diag), is_non_singular=True)

    def cholesky(self, name=None):
        return LinearOperatorDiag(TABLE["Sqrt"](tensor(self._diag)))

    def eigvals(self, name=None):
        return tensor(self._diag)


class LinearOperatorScaledIdentity(LinearOperatorDiag):
    """A number [...] times the identity of `num_rows`."""

    def __init__(self, num_rows, multiplier, is_non_singular=None, is_self_adjoint=True,
                 is_positive_definite=None, is_square=True,
                 assert_proper_shapes=False, name=None):  # fmt: skip
        self.multiplier = _given(multiplier, "multiplier")
        self._rows = int(num_rows)
        spread = array.broadcast_to(
            tensor(self.multiplier)[..., None], [*self.multiplier.shape, self._rows]
        )
        super().__init__(
            spread, is_non_singular, is_self_adjoint, is_positive_definite, True, name
        )


class LinearOperatorIdentity(LinearOperatorDiag):
    """The identity of `num_rows`, for each of `batch_shape`."""

    def __init__(self, num_rows, batch_shape=None, dtype=None, is_non_singular=True,
                 is_self_adjoint=True, is_positive_definite=True, is_square=True,
                 assert_proper_shapes=False, name=None):  # fmt: skip
        kind = as_dtype(dtype or float32)
        dims = [*(batch_shape if batch_shape is not None else ()), int(num_rows)]
        super().__init__(tensor(np.ones(dims, kind.np)), True, True, True, True, name)


class LinearOperatorZeros(LinearOperator):
    """Zeros [..., num_rows, num_columns]."""

    def __init__(self, num_rows, num_columns=None, batch_shape=None, dtype=None,
                 is_non_singular=False, is_self_adjoint=True,
                 is_positive_definite=False, is_square=True,
                 assert_proper_shapes=False, name=None):  # fmt: skip
        columns = num_rows if num_columns is None else num_columns
        self._dims = [*(batch_shape or ()), int(num_rows), int(columns)]
        super().__init__(
            dtype or float32, False, is_self_adjoint, False, num_rows == columns, name
        )

    @property
    def shape(self):
        return TensorShape(self._dims)

    def _dense(self):
        return tensor(np.zeros(self._dims, self.dtype.np))

    def _matmul(self, x, adjoint):
        return linalg.matmul(self._dense(), x, adjoint_a=adjoint)


class LinearOperatorBlockDiag(_OfMany):
    """Operators along the diagonal, zeros beside them."""

    @property
    def shape(self):
        rows = sum(o.shape[-2] for o in self.operators)
        return TensorShape(
            [*self._batch(), rows, sum(o.shape[-1] for o in self.operators)]
        )

    def _by_parts(self, x, sizes, function):
        parts = array.split(x, sizes, axis=-2)
        pairs = zip(self.operators, parts, strict=True)
        return array.concat([function(o, part) for o, part in pairs], -2)

    def _matmul(self, x, adjoint):
        sizes = [o.shape[-2 if adjoint else -1] for o in self.operators]
        return self._by_parts(x, sizes, lambda o, part: o.matmul(part, adjoint=adjoint))

    def _solve(self, rhs, adjoint):
        sizes = [o.shape[-1] for o in self.operators]
        return self._by_parts(
            rhs, sizes, lambda o, part: o.solve(part, adjoint=adjoint)
        )

    def _diag_part(self):
        return array.concat([o.diag_part() for o in self.operators], -1)


class LinearOperatorKronecker(_OfMany):
    """The Kronecker product of operators."""

    @property
    def shape(self):
        rows = int(np.prod([o.shape[-2] for o in self.operators]))
        columns = int(np.prod([o.shape[-1] for o in self.operators]))
        return TensorShape([*self._batch(), rows, columns])

    def _dense(self):
        out = self.operators[0].to_dense()
        for operator in self.operators[1:]:
            b = operator.to_dense()
            product = out[..., :, None, :, None] * b[..., None, :, None, :]
            rows = out.dims[-2] * b.dims[-2]
            columns = out.dims[-1] * b.dims[-1]
            out = array.reshape(product, [*product.dims[:-4], rows, columns])
        return out

    def _matmul(self, x, adjoint):
        return linalg.matmul(self._dense(), x, adjoint_a=adjoint)


class LinearOperatorLowRankUpdate(LinearOperator):
    """base + u · diag(diag_update) · vᴴ."""

    def __init__(self, base_operator, u, diag_update=None, v=None,
                 is_diag_update_positive=None, is_non_singular=None,
                 is_self_adjoint=None, is_positive_definite=None, is_square=None,
                 name="LinearOperatorLowRankUpdate"):  # fmt: skip
        self.base_operator: Any = base_operator
        self.u = _given(u, "u")
        self.v = self.u if v is None else _given(v, "v")
        self.diag_update = None if diag_update is None else _given(diag_update, "diag")
        super().__init__(
            base_operator.dtype, is_non_singular, is_self_adjoint, is_positive_definite,
            is_square, name,
        )  # fmt: skip

    @property
    def shape(self):
        return self.base_operator.shape

    def _matmul(self, x, adjoint):
        left, right = (self.v, self.u) if adjoint else (self.u, self.v)
        inner = linalg.matmul(right, x, adjoint_a=True)
        if self.diag_update is not None:
            inner = tensor(self.diag_update)[..., None] * inner
        base = self.base_operator.matmul(x, adjoint=adjoint)
        return base + linalg.matmul(left, inner)


class LinearOperatorTridiag(LinearOperator):
    """Three diagonals, as `tridiagonal_matmul` takes them."""

    def __init__(self, diagonals, diagonals_format="compact", is_non_singular=None,
                 is_self_adjoint=None, is_positive_definite=None, is_square=None,
                 name="LinearOperatorTridiag"):  # fmt: skip
        self.diagonals, self.diagonals_format = diagonals, diagonals_format
        self._three = linalg_more._three(diagonals, diagonals_format)
        super().__init__(
            self._three[1].dtype, is_non_singular, is_self_adjoint,
            is_positive_definite, True, name,
        )  # fmt: skip

    @property
    def shape(self):
        dims = list(self._three[1].shape)
        return TensorShape([*dims, dims[-1]])

    def _dense(self):
        return linalg_more._dense(*self._three)

    def _matmul(self, x, adjoint):
        return linalg.matmul(self._dense(), x, adjoint_a=adjoint)


class LinearOperatorToeplitz(LinearOperator):
    """The same along every diagonal: `col` [..., n] downwards, `row` to the right."""

    def __init__(self, col, row, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None,
                 name="LinearOperatorToeplitz"):  # fmt: skip
        self.col, self.row = _given(col, "col"), _given(row, "row")
        super().__init__(
            self.col.dtype, is_non_singular, is_self_adjoint, is_positive_definite,
            is_square, name,
        )  # fmt: skip

    @property
    def shape(self):
        return TensorShape([*self.col.shape, self.row.shape[-1]])

    def _dense(self):
        n: Any = self.col.shape[-1]
        m: Any = self.row.shape[-1]
        line = array.concat([array.reverse(self.row[..., 1:], [-1]), self.col], -1)
        at = np.arange(n)[:, None] - np.arange(m)[None, :] + m - 1
        return array.gather(line, at.astype(np.int32), axis=-1)

    def _matmul(self, x, adjoint):
        return linalg.matmul(self._dense(), x, adjoint_a=adjoint)


class LinearOperatorHouseholder(LinearOperator):
    """The reflection at the plane whose normal is `reflection_axis` [..., n]."""

    def __init__(self, reflection_axis, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None,
                 name="LinearOperatorHouseholder"):  # fmt: skip
        self.reflection_axis = _given(reflection_axis, "reflection_axis")
        super().__init__(self.reflection_axis.dtype, True, True, False, True, name)

    @property
    def shape(self):
        dims = list(self.reflection_axis.shape)
        return TensorShape([*dims, dims[-1]])

    def _matmul(self, x, adjoint):
        axis = tensor(self.reflection_axis)
        unit = (axis / linalg.norm(axis, axis=-1, keepdims=True))[..., None]
        return x - 2 * unit * linalg.matmul(unit, x, adjoint_a=True)

    def _solve(self, rhs, adjoint):
        return self._matmul(rhs, adjoint)


class LinearOperatorPermutation(LinearOperator):
    """Row i of the product is row `perm[i]`."""

    def __init__(self, perm, dtype=float32, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None,
                 name="LinearOperatorPermutation"):  # fmt: skip
        self.perm = _given(perm, "perm")
        super().__init__(dtype, True, is_self_adjoint, is_positive_definite, True, name)

    @property
    def shape(self):
        dims = list(self.perm.shape)
        return TensorShape([*dims, dims[-1]])

    def _dense(self):
        return array.one_hot(self.perm, self.perm.shape[-1], dtype=self.dtype)

    def _matmul(self, x, adjoint):
        return linalg.matmul(self._dense(), x, adjoint_a=adjoint)

    def _solve(self, rhs, adjoint):
        return self._matmul(rhs, not adjoint)


__all__ = [
    "LinearOperatorBlockDiag", "LinearOperatorDiag", "LinearOperatorHouseholder",
    "LinearOperatorIdentity", "LinearOperatorKronecker",
    "LinearOperatorLowRankUpdate", "LinearOperatorPermutation",
    "LinearOperatorScaledIdentity", "LinearOperatorToeplitz", "LinearOperatorTridiag",
    "LinearOperatorZeros",
]  # fmt: skip
