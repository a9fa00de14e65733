"""`tf.types.experimental`: kinds of values, for annotations and `isinstance`."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api.variable import Variable
from penstock.ir.tensor import Tensor
from penstock.v2.function import ConcreteFunction, Function

PolymorphicFunction = GenericFunction = Callable = Function
#: What functions convert to tensors.
TensorLike = (
    Tensor | Variable | np.ndarray | np.generic | int | float | bool | str | bytes
    | list[Any] | tuple[Any, ...]
)  # fmt: skip

__all__ = [
    "Callable", "ConcreteFunction", "GenericFunction", "PolymorphicFunction",
    "TensorLike",
]  # fmt: skip
