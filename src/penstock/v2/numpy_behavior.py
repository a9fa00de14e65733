"""`experimental_enable_numpy_behavior`: NumPy's rules for tensors' own operators."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np

from penstock.api import operators  # noqa: F401  (attaches what is replaced here)
from penstock.core.dtypes import as_dtype
from penstock.core.errors import UnsupportedError
from penstock.ir.tensor import Tensor
from penstock.runtime.eager.tensor import EagerTensor
from penstock.v2 import numpy_math, numpy_reduce, numpy_shape
from penstock.v2.numpy_dtypes import PREFERRED, array_of, cast

_OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "true_divide",
    "floordiv": "floor_divide", "mod": "mod", "pow": "power", "matmul": "matmul",
    "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal",
    "eq": "equal", "ne": "not_equal",
}  # fmt: skip
_REFLECTED = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
_METHODS: dict[str, Callable] = {
    "astype": lambda self, dtype: cast(self, dtype),
    "clip": numpy_reduce.clip,
    "max": numpy_reduce.max,
    "mean": numpy_reduce.mean,
    "min": numpy_reduce.min,
    "ravel": numpy_shape.ravel,
    "flatten": numpy_shape.ravel,
    "tolist": lambda self: self.numpy().tolist(),
}


def _reshape(self, *newshape):
    sizes = newshape[0] if len(newshape) == 1 else newshape
    return numpy_shape.reshape(self, sizes)


def _transpose(self, *axes):
    return numpy_shape.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)


def experimental_enable_numpy_behavior(
    prefer_float32=False, dtype_conversion_mode="legacy"
):
    """Let operators of tensors mix dtypes as NumPy does, and give tensors its methods.

    For the whole program, and not to be undone. With `prefer_float32` Python's floats
    become float32. UnsupportedError for other conversion modes than "legacy".
    """
    if dtype_conversion_mode not in ("legacy", "off"):
        raise UnsupportedError(
            f"dtype_conversion_mode={dtype_conversion_mode!r} is not in Penstock: use "
            "'legacy'."
        )
    PREFERRED[float] = np.float32 if prefer_float32 else np.float64
    if not _enabled:
        _enabled.append(True)
        _attach()


_enabled: list[bool] = []


def _attach() -> None:
    for kind in (Tensor, EagerTensor):
        for name, numpys in _OPERATORS.items():
            function = getattr(numpy_math, numpys)
            setattr(kind, f"__{name}__", _left(name, function))
            if name in _REFLECTED:
                setattr(kind, f"__r{name}__", _right(function))
        kind.__getitem__ = _getitem(kind.__getitem__)
    for name, method in _METHODS.items():
        setattr(Tensor, name, method)
    Tensor.reshape, Tensor.transpose = _reshape, _transpose  # type: ignore
    Tensor.T = property(numpy_shape.transpose)  # type: ignore
    Tensor.ndim = property(numpy_shape.ndim)  # type: ignore
    Tensor.size = property(numpy_shape.size)  # type: ignore


def _left(name: str, function: Callable) -> Callable:
    def call(self, other):
        if other is None and name in ("eq", "ne"):
            return getattr(operator, name)(id(self), None)
        return function(self, other)

    return call


def _right(function: Callable) -> Callable:
    return lambda self, other: function(other, self)


def _getitem(plain: Callable) -> Callable:
    """Indexing where one index may be a list or a vector of places or of truths."""

    def call(self, index):
        parts = index if isinstance(index, tuple) else (index,)
        lists = [n for n, part in enumerate(parts) if _is_list(part)]
        if len(lists) != 1 or Ellipsis in [p for p in parts if not _is_list(p)]:
            return plain(self, index)
        at = lists[0]
        places = array_of(parts[at])
        if places.dtype == as_dtype(bool):
            places = numpy_shape.nonzero(places)[0]
        after = sum(not isinstance(p, int) for p in parts[:at])
        rest = (*parts[:at], slice(None), *parts[at + 1 :])
        return numpy_shape.take(plain(self, rest), places, axis=after, mode="wrap")

    return call


def _is_list(part) -> bool:
    return isinstance(part, list | np.ndarray) or (
        isinstance(part, Tensor) and len(part.shape) == 1
    )


__all__ = ["experimental_enable_numpy_behavior"]
