"""Normal distributions over vectors, by the forms that their scale comes in."""

from __future__ import annotations

import math
from typing import Any

from penstock.api import array, linalg, nn, random
from penstock.api import math_functions as m
from penstock.api import math_reduce as reduce
from penstock.api.linear_operator import LinearOperatorLowerTriangular
from penstock.api.linear_operator_kinds import LinearOperatorDiag
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import float32
from penstock.ir.tensor import Tensor
from penstock.v1.distributions.distribution import FULLY_REPARAMETERIZED, Distribution
from penstock.v1.distributions.kl import RegisterKL


class _Normals(Distribution):
    """loc + scale · z, z standard normal; `scale` is a lower triangle [..., k, k].

    `_diag` is its diagonal [..., k]; `_triangle` is None where that is all of it.
    """

    _event_rank = 1

    def _take(self, given, loc, diag, triangle, full) -> None:
        self._diag, self._triangle = diag, triangle
        self._loc = loc
        self._held = (diag,) if loc is None else (loc, diag)
        super().__init__(
            diag.dtype, FULLY_REPARAMETERIZED, given["validate_args"],
            given["allow_nan_stats"], given, [h for h in self._held],
            full or f"{given['name']}/",
        )  # fmt: skip

    @property
    def loc(self) -> Any:
        return self._loc

    @property
    def scale(self) -> Any:
        """The scale as a `LinearOperator`."""
        if self._triangle is None:
            return LinearOperatorDiag(self._diag)
        return LinearOperatorLowerTriangular(self._triangle)

    def _event_shape(self):
        shape = self._diag.shape
        last = None if shape.rank is None else shape.as_list()[-1]
        if last in (None, 1) and self._loc is not None and self._loc.shape.rank:
            last = self._loc.shape.as_list()[-1]
        return [last]

    def _event_shape_tensor(self):
        if self._loc is None:
            return array.shape(self._diag)[-1:]
        return array.shape(self._loc + self._diag)[-1:]

    def _moved(self, value):
        return value if self._loc is None else value + self._loc

    def _sample_n(self, n, seed):
        drawn = random.random_normal(self._drawn_shape(n), dtype=self.dtype, seed=seed)
        if self._triangle is None:
            return self._moved(drawn * self._diag)
        spread = linalg.matmul(*_matching(self._triangle, drawn))
        return self._moved(array.squeeze(spread, [-1]))

    def _whitened(self, x):
        """scale⁻¹ (x - loc)."""
        x = x if self._loc is None else x - self._loc
        if self._triangle is None:
            return x / self._diag
        triangle, columns = _matching(self._triangle, x)
        return array.squeeze(linalg.triangular_solve(triangle, columns), [-1])

    def _log_determinant(self):
        k = m.cast(self.event_shape_tensor()[0], self.dtype)
        sizes = m.log(m.abs(self._diag))
        whole = array.ones(self.event_shape_tensor(), self.dtype)
        return reduce.reduce_sum(sizes * whole, -1), k

    def _log_prob(self, x):
        size, k = self._log_determinant()
        squares = reduce.reduce_sum(m.square(self._whitened(x)), -1)
        return -0.5 * squares - 0.5 * k * math.log(2.0 * math.pi) - size

    def _entropy(self):
        size, k = self._log_determinant()
        full = size * array.ones(self.batch_shape_tensor(), self.dtype)
        return 0.5 * k * (1.0 + math.log(2.0 * math.pi)) + full

    def _mean(self):
        shape = array.concat([self.batch_shape_tensor(), self.event_shape_tensor()], 0)
        zeros = array.zeros(shape, self.dtype)
        return self._moved(zeros)

    _mode = _mean

    def _matrix(self):
        if self._triangle is not None:
            return self._triangle
        return linalg.diag(self._diag * array.ones(self._event(), self.dtype))

    def _event(self):
        return self.event_shape_tensor()

    def _covariance(self):
        matrix = self._matrix()
        return linalg.matmul(matrix, matrix, transpose_b=True)

    def _variance(self):
        if self._triangle is None:
            return m.square(self._diag) + array.zeros_like(self._mean())
        return reduce.reduce_sum(m.square(self._triangle), -1)

    def _stddev(self):
        return m.sqrt(self._variance())


def _matching(matrix, vectors):
    """`matrix` over the axes before those of `vectors`, which become columns."""
    columns = array.expand_dims(vectors, -1)
    ahead = array.shape(columns)[:-2]
    whole = array.broadcast_dynamic_shape(array.shape(matrix)[:-2], ahead)
    tail = array.shape(matrix)[-2:]
    return array.broadcast_to(matrix, array.concat([whole, tail], 0)), columns


def _kind_of(*values):
    """The dtype of the first tensor among `values`, or None."""
    return next((v.dtype.base_dtype for v in values if isinstance(v, Tensor)), None)


class MultivariateNormalDiag(_Normals):
    """Of independent entries: `scale_diag`, or `scale_identity_multiplier` alike."""

    def __init__(
        self, loc=None, scale_diag=None, scale_identity_multiplier=None,
        validate_args=False, allow_nan_stats=True, name="MultivariateNormalDiag",
    ):  # fmt: skip
        given = dict(locals())
        with scope(name, type(self).__name__) as full:
            kind = _kind_of(loc, scale_diag)
            loc = None if loc is None else tensor(loc, kind, "loc")
            diag: Any = None if scale_diag is None else tensor(scale_diag, kind)
            if scale_identity_multiplier is not None:
                like: Any = loc if diag is None else diag
                if like is None:
                    raise ValueError("Cannot infer `event_shape` from no `loc`.")
                factor = tensor(scale_identity_multiplier, like.dtype.base_dtype)
                factor = array.expand_dims(factor, -1)
                diag = array.ones_like(like) * factor if diag is None else diag + factor
            if diag is None:
                if loc is None:
                    raise ValueError("Must pass `loc` or a scale.")
                diag = array.ones_like(loc)
        self._take(given, loc, diag, None, full)


class MultivariateNormalDiagWithSoftplusScale(MultivariateNormalDiag):
    """As MultivariateNormalDiag, by the softplus of `scale_diag`."""

    def __init__(
        self, loc, scale_diag, validate_args=False, allow_nan_stats=True,
        name="MultivariateNormalDiagWithSoftplusScale",
    ):  # fmt: skip
        given = dict(locals())
        super().__init__(
            loc, nn.softplus(tensor(scale_diag)), None, validate_args, allow_nan_stats,
            name,
        )  # fmt: skip
        self._parameters = {k: v for k, v in given.items()
                            if k not in ("self", "__class__")}  # fmt: skip


class MultivariateNormalTriL(_Normals):
    """Of the lower triangle `scale_tril` [..., k, k]: covariance is scale scaleᵀ."""

    def __init__(
        self, loc=None, scale_tril=None, validate_args=False, allow_nan_stats=True,
        name="MultivariateNormalTriL",
    ):  # fmt: skip
        given = dict(locals())
        with scope(name, type(self).__name__) as full:
            loc = None if loc is None else tensor(loc, name="loc")
            if scale_tril is None:
                if loc is None:
                    raise ValueError("Must pass `loc` or `scale_tril`.")
                diag, triangle = array.ones_like(loc), None
            else:
                triangle = linalg.band_part(tensor(scale_tril), -1, 0)
                diag = linalg.diag_part(triangle)
        self._take(given, loc, diag, triangle, full)


class MultivariateNormalFullCovariance(_Normals):
    """Of the whole `covariance_matrix` [..., k, k], positive definite."""

    def __init__(
        self, loc=None, covariance_matrix=None, validate_args=False,
        allow_nan_stats=True, name="MultivariateNormalFullCovariance",
    ):  # fmt: skip
        given = dict(locals())
        with scope(name, type(self).__name__) as full:
            loc = None if loc is None else tensor(loc, float32 if loc is None else None)
            if covariance_matrix is None:
                raise ValueError("Must pass `covariance_matrix`.")
            triangle = linalg.cholesky(tensor(covariance_matrix))
            diag = linalg.diag_part(triangle)
        self._take(given, loc, diag, triangle, full)


@RegisterKL(_Normals, _Normals)
def _(p: Any, q: Any, name=None):
    """Of Gaussians: Duchi (2007), section 9."""
    apart = q._whitened(p._mean())
    between = linalg.triangular_solve(*_pair(q._matrix(), p._matrix()))
    traces = reduce.reduce_sum(m.square(between), [-2, -1])
    (size_p, k), (size_q, _) = p._log_determinant(), q._log_determinant()
    squares = reduce.reduce_sum(m.square(apart), -1)
    return size_q - size_p + 0.5 * (traces + squares - k)


def _pair(first, second):
    """Both matrices over the same axes before their last two."""
    ahead = array.broadcast_dynamic_shape(
        array.shape(first)[:-2], array.shape(second)[:-2]
    )
    return tuple(
        array.broadcast_to(one, array.concat([ahead, array.shape(one)[-2:]], 0))
        for one in (first, second)
    )
