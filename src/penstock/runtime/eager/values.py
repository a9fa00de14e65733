"""Python values as eager tensors take them, where that differs from graphs."""

from __future__ import annotations

import numpy as np

from penstock.core.convert import to_array
from penstock.core.dtypes import DType

_CONVERTED = (
    list,
    tuple,
    int,
    float,
    complex,
    str,
    bytes,
    np.ndarray,
    np.generic,
    range,
)


def eager_array(value, kind: DType | None) -> np.ndarray:
    """`value` as an array. Lists of NumPy integers become int32, as Python's do.

    Raises ValueError for what is no value at all: None, a function, a dictionary.
    """
    if not isinstance(value, _CONVERTED) and not hasattr(value, "__array__"):
        raise _unsupported(value)
    if isinstance(value, list | tuple) and (bad := _no_value(value)) is not _FINE:
        raise _unsupported(bad)
    array = to_array(value, kind)
    if kind is None and isinstance(value, list | tuple) and array.dtype.kind in "iu":
        if array.dtype != np.int32 and _fits(array):
            return array.astype(np.int32)
    return array


_FINE = object()


def _no_value(items):
    for item in items:
        if isinstance(item, list | tuple):
            found = _no_value(item)
            if found is not _FINE:
                return found
        elif item is None or isinstance(item, dict | set) or callable(item):
            return item
    return _FINE


def _fits(array: np.ndarray) -> bool:
    limits = np.iinfo(np.int32)
    return not array.size or (array.max() <= limits.max and array.min() >= limits.min)


def _unsupported(value) -> ValueError:
    return ValueError(
        f"Attempt to convert a value ({value!r}) with an unsupported type "
        f"({type(value)}) to a Tensor. Pass numbers, strings or arrays of them."
    )
