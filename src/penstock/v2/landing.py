"""Choosing the 2.x face: calls land in the eager recorder."""

from __future__ import annotations

from functools import cache
from typing import Any

from penstock.core.shapes import TensorShape
from penstock.ir import context
from penstock.ir.tensor import Tensor


@cache
def _recorder() -> Any:
    import penstock.api.operators  # noqa: F401  (attaches them)
    from penstock.runtime.eager import RECORDER

    return RECORDER


def offer() -> None:
    """Eager execution, unless the 1.x face is chosen later: importing it comes here
    first, because it lives below this package."""
    context.set_fallback(_recorder)


def activate() -> None:
    """Eager execution from now on, with 2.x shapes and elementwise `==`."""
    context.set_default(_recorder)
    TensorShape.dimension_class = None
    Tensor.equality = True
