"""What an operation is called with, made tensors as TensorFlow makes them."""

from __future__ import annotations

from penstock.core import dtypes
from penstock.core.errors import DTypeError
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.tensor import Tensor


def tensor_dtype(x):
    """The dtype of a tensor or variable; None for a Python value."""
    kind = getattr(x, "dtype", None)
    return kind.base_dtype if isinstance(kind, dtypes.DType) else None


def is_text(x) -> bool:
    """Whether `x` is a string or a tensor of strings."""
    return isinstance(x, str | bytes) or tensor_dtype(x) is dtypes.string


def tensor_named(value, kind, name: str | None) -> Tensor:
    """`value` as a tensor, a constant called `name` if need be."""
    return as_tensor(context.landing(), value, kind, name)


def pair(x, y) -> tuple[Tensor, Tensor]:
    """Both as tensors of one dtype, the first tensor's. Raises TypeError."""
    kind = tensor_dtype(x) or tensor_dtype(y)
    x = tensor_named(x, kind, "x")
    y = tensor_named(y, kind or x.dtype.base_dtype, "y")
    if x.dtype.base_dtype is not y.dtype.base_dtype:
        raise DTypeError(
            f"`x` and `y` must have the same dtype, got {x.dtype!r} != {y.dtype!r}. "
            "Use tf.cast on one."
        )
    return x, y
