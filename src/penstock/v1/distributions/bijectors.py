"""`tf.contrib.distributions.bijectors`: invertible functions and their volumes."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, linalg, nn
from penstock.api import math_functions as m
from penstock.api import math_reduce as reduce
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import float32
from penstock.v1.distributions.more import softplus_inverse


class Bijector:
    """An invertible function of events with `forward_min_event_ndims` axes.

    Kinds define `_forward`, `_inverse` and one of `_forward_log_det_jacobian` and
    `_inverse_log_det_jacobian`, summed over the least event.
    """

    def __init__(
        self, graph_parents=None, is_constant_jacobian=False, validate_args=False,
        dtype=None, forward_min_event_ndims=None, inverse_min_event_ndims=None,
        name=None, event_ndims=None,
    ):  # fmt: skip
        least = forward_min_event_ndims
        least = inverse_min_event_ndims if least is None else least
        self._least = (event_ndims or 0) if least is None else least
        self._constant = is_constant_jacobian
        self._validate_args, self._dtype = validate_args, dtype
        self._name = name or _snake(type(self).__name__)

    @property
    def name(self) -> str:
        return self._name

    @property
    def dtype(self):
        return self._dtype

    @property
    def is_constant_jacobian(self) -> bool:
        return self._constant

    @property
    def validate_args(self) -> bool:
        return self._validate_args

    @property
    def forward_min_event_ndims(self) -> int:
        return self._least

    inverse_min_event_ndims = forward_min_event_ndims

    def forward(self, x, name="forward"):
        with scope(f"{self._name}/{name}", name):
            return self._known("_forward", "forward")(tensor(x))

    def inverse(self, y, name="inverse"):
        with scope(f"{self._name}/{name}", name):
            return self._known("_inverse", "inverse")(tensor(y))

    def forward_log_det_jacobian(
        self, x, event_ndims=None, name="forward_log_det_jacobian"
    ):
        """log |d forward / dx|, summed over the last `event_ndims` axes."""
        with scope(f"{self._name}/{name}", name):
            x = tensor(x)
            return self._summed(x, self._volume(x), event_ndims)

    def inverse_log_det_jacobian(
        self, y, event_ndims=None, name="inverse_log_det_jacobian"
    ):
        with scope(f"{self._name}/{name}", name):
            y = tensor(y)
            own = getattr(self, "_inverse_log_det_jacobian", None)
            if own is not None:
                return self._summed(y, own(y), event_ndims)
            x = self._known("_inverse", "inverse")(y)
            return -self._summed(x, self._volume(x), event_ndims)

    def _volume(self, x):
        own = getattr(self, "_forward_log_det_jacobian", None)
        if own is not None:
            return own(x)
        other = self._known("_inverse_log_det_jacobian", "forward_log_det_jacobian")
        return -other(self._known("_forward", "forward")(x))

    def _known(self, method, name) -> Any:
        found = getattr(self, method, None)
        if found is None:
            raise NotImplementedError(f"{name} not implemented.")
        return found

    def _summed(self, x, volume, event_ndims):
        if event_ndims is None:
            event_ndims = self._least
        extra = int(event_ndims) - self._least
        if extra < 0:
            raise ValueError(
                f"event_ndims ({event_ndims}) must be at least {self._least}."
            )
        if not extra:
            return volume
        axes = [-1 - i for i in range(self._least)]
        spread = reduce.reduce_sum(array.zeros_like(x), axes) if axes else (
            array.zeros_like(x)
        )  # fmt: skip
        return reduce.reduce_sum(volume + spread, [-1 - i for i in range(extra)])

    def __call__(self, x):
        return self.forward(x)


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class Identity(Bijector):
    def __init__(self, validate_args=False, name="identity"):
        super().__init__(is_constant_jacobian=True, name=name)

    def _forward(self, x):
        return x

    _inverse = _forward

    def _forward_log_det_jacobian(self, x):
        return array.zeros([], x.dtype)


class Exp(Bijector):
    """e^x."""

    def __init__(self, validate_args=False, name="exp", event_ndims=None):
        super().__init__(validate_args=validate_args, name=name)

    def _forward(self, x):
        return m.exp(x)

    def _inverse(self, y):
        return m.log(y)

    def _forward_log_det_jacobian(self, x):
        return x


class Sigmoid(Bijector):
    def __init__(self, validate_args=False, name="sigmoid"):
        super().__init__(validate_args=validate_args, name=name)

    def _forward(self, x):
        return m.sigmoid(x)

    def _inverse(self, y):
        return m.log(y) - m.log1p(-y)

    def _forward_log_det_jacobian(self, x):
        return -nn.softplus(-x) - nn.softplus(x)


class Tanh(Bijector):
    def __init__(self, validate_args=False, name="tanh"):
        super().__init__(validate_args=validate_args, name=name)

    def _forward(self, x):
        return m.tanh(x)

    def _inverse(self, y):
        return m.atanh(y)

    def _forward_log_det_jacobian(self, x):
        return 2.0 * (np.log(2.0).astype(x.dtype.np) - x - nn.softplus(-2.0 * x))


class Softplus(Bijector):
    def __init__(self, hinge_softness=None, validate_args=False, name="softplus",
                 event_ndims=None):  # fmt: skip
        self._hinge = hinge_softness
        super().__init__(validate_args=validate_args, name=name)

    def _forward(self, x):
        if self._hinge is None:
            return nn.softplus(x)
        return self._hinge * nn.softplus(x / self._hinge)

    def _inverse(self, y):
        if self._hinge is None:
            return softplus_inverse(y)
        return self._hinge * softplus_inverse(y / self._hinge)

    def _forward_log_det_jacobian(self, x):
        return -nn.softplus(-x if self._hinge is None else -x / self._hinge)


class Affine(Bijector):
    """shift + scale · x for vectors: the scale is the sum of what is given.

    `scale_identity_multiplier` c gives c · I, `scale_diag` its diagonal and
    `scale_tril` a lower triangle.
    """

    def __init__(
        self, shift=None, scale_identity_multiplier=None, scale_diag=None,
        scale_tril=None, scale_perturb_factor=None, scale_perturb_diag=None,
        validate_args=False, name="affine", event_ndims=None, dtype=float32,
    ):  # fmt: skip
        if scale_perturb_factor is not None or scale_perturb_diag is not None:
            from penstock.core.errors import UnsupportedError

            raise UnsupportedError("Affine's scale_perturb_factor is not in Penstock.")
        self._shift = None if shift is None else tensor(shift)
        diag: Any = None if scale_diag is None else tensor(scale_diag)
        if scale_identity_multiplier is not None:
            factor = array.expand_dims(tensor(scale_identity_multiplier), -1)
            diag = factor if diag is None else diag + factor
        self._diag: Any = diag
        self._triangle: Any = None
        if scale_tril is not None:
            triangle = linalg.band_part(tensor(scale_tril), -1, 0)
            if diag is not None:
                whole = linalg.diag_part(triangle) + diag
                triangle = linalg.set_diag(triangle, whole)
            self._triangle, self._diag = triangle, linalg.diag_part(triangle)
        super().__init__(
            is_constant_jacobian=True, forward_min_event_ndims=1, name=name,
            validate_args=validate_args,
        )  # fmt: skip

    @property
    def shift(self):
        return self._shift

    def _forward(self, x):
        if self._triangle is not None:
            x = array.squeeze(
                linalg.matmul(self._triangle, array.expand_dims(x, -1)), [-1]
            )
        elif self._diag is not None:
            x = x * self._diag
        return x if self._shift is None else x + self._shift

    def _inverse(self, y):
        x = y if self._shift is None else y - self._shift
        if self._triangle is not None:
            columns = array.expand_dims(x, -1)
            return array.squeeze(linalg.triangular_solve(self._triangle, columns), [-1])
        return x if self._diag is None else x / self._diag

    def _forward_log_det_jacobian(self, x):
        if self._diag is None:
            return array.zeros([], x.dtype)
        whole = m.log(m.abs(self._diag)) + array.zeros(array.shape(x)[-1:], x.dtype)
        return reduce.reduce_sum(whole, -1)


class AffineScalar(Bijector):
    """shift + scale · x, entry by entry."""

    def __init__(
        self, shift=None, scale=None, validate_args=False, name="affine_scalar"
    ):
        self._shift = None if shift is None else tensor(shift)
        self._scale = None if scale is None else tensor(scale)
        super().__init__(
            is_constant_jacobian=True, validate_args=validate_args, name=name
        )

    def _forward(self, x):
        x = x if self._scale is None else x * self._scale
        return x if self._shift is None else x + self._shift

    def _inverse(self, y):
        x = y if self._shift is None else y - self._shift
        return x if self._scale is None else x / self._scale

    def _forward_log_det_jacobian(self, x):
        if self._scale is None:
            return array.zeros([], x.dtype)
        return m.log(m.abs(self._scale))


class Permute(Bijector):
    """The entries of vectors in another order."""

    def __init__(self, permutation, validate_args=False, name=None):
        self._order = tensor(permutation)
        super().__init__(
            is_constant_jacobian=True, forward_min_event_ndims=1, name=name,
            validate_args=validate_args,
        )  # fmt: skip

    @property
    def permutation(self):
        return self._order

    def _forward(self, x):
        return array.gather(x, self._order, axis=-1)

    def _inverse(self, y):
        return array.gather(y, array.invert_permutation(self._order), axis=-1)

    def _forward_log_det_jacobian(self, x):
        return array.zeros([], x.dtype)


class Inline(Bijector):
    """A bijector of functions."""

    def __init__(
        self, forward_fn=None, inverse_fn=None, inverse_log_det_jacobian_fn=None,
        forward_log_det_jacobian_fn=None, forward_event_shape_fn=None,
        forward_event_shape_tensor_fn=None, inverse_event_shape_fn=None,
        inverse_event_shape_tensor_fn=None, is_constant_jacobian=False,
        validate_args=False, forward_min_event_ndims=None, inverse_min_event_ndims=None,
        name="inline",
    ):  # fmt: skip
        for method, function in (
            ("_forward", forward_fn), ("_inverse", inverse_fn),
            ("_inverse_log_det_jacobian", inverse_log_det_jacobian_fn),
            ("_forward_log_det_jacobian", forward_log_det_jacobian_fn),
        ):  # fmt: skip
            if function is not None:
                setattr(self, method, function)
        super().__init__(
            None, is_constant_jacobian, validate_args, None, forward_min_event_ndims,
            inverse_min_event_ndims, name,
        )  # fmt: skip


class Invert(Bijector):
    """`bijector` the other way."""

    def __init__(self, bijector, validate_args=False, name=None):
        self._inner = bijector
        super().__init__(
            is_constant_jacobian=bijector.is_constant_jacobian,
            forward_min_event_ndims=bijector.inverse_min_event_ndims,
            validate_args=validate_args, name=name or f"invert_{bijector.name}",
        )  # fmt: skip

    @property
    def bijector(self):
        return self._inner

    def _forward(self, x):
        return self._inner.inverse(x)

    def _inverse(self, y):
        return self._inner.forward(y)

    def _forward_log_det_jacobian(self, x):
        return self._inner.inverse_log_det_jacobian(x, self._least)

    def _inverse_log_det_jacobian(self, y):
        return self._inner.forward_log_det_jacobian(y, self._least)


class Chain(Bijector):
    """`bijectors`, the last first: Chain([f, g])(x) is f(g(x))."""

    def __init__(self, bijectors=None, validate_args=False, name=None):
        self._parts: list[Any] = list(bijectors or ())
        super().__init__(
            is_constant_jacobian=all(b.is_constant_jacobian for b in self._parts),
            forward_min_event_ndims=max(
                (b.forward_min_event_ndims for b in self._parts), default=0
            ),
            validate_args=validate_args,
            name=name or "_of_".join(["chain", *(b.name for b in self._parts)]),
        )  # fmt: skip

    @property
    def bijectors(self):
        return self._parts

    def _forward(self, x):
        for part in reversed(self._parts):
            x = part.forward(x)
        return x

    def _inverse(self, y):
        for part in self._parts:
            y = part.inverse(y)
        return y

    def _forward_log_det_jacobian(self, x):
        total: Any = array.zeros([], x.dtype)
        for part in reversed(self._parts):
            total = total + part.forward_log_det_jacobian(x, self._least)
            x = part.forward(x)
        return total

    def _inverse_log_det_jacobian(self, y):
        total: Any = array.zeros([], y.dtype)
        for part in self._parts:
            total = total + part.inverse_log_det_jacobian(y, self._least)
            y = part.inverse(y)
        return total
