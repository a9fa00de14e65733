"""What `keras.ops` takes: tensors, arrays and numbers, made one dtype."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from penstock.api import math
from penstock.api.scopes import tensor as as_tensor
from penstock.api.variable import Variable
from penstock.core.dtypes import as_dtype
from penstock.ir.tensor import Tensor
from penstock.keras.backend_config import floatx


def named_as(function: Callable) -> Callable[[Callable], Callable]:
    """A decorator: the name and the words of `function`, in the module it stands in."""
    return functools.wraps(function, ("__name__", "__qualname__", "__doc__"))


def is_tensor(x) -> bool:
    return isinstance(x, Tensor | Variable)


def tensor(x, dtype=None):
    """`x` as a tensor; Python's floats and float64 lists become `floatx`."""
    if isinstance(x, Tensor) and dtype is None:
        return x
    if isinstance(x, Variable):
        x = x.read_value()
    elif not isinstance(x, Tensor | np.ndarray | np.generic):
        array = np.asarray(x)
        if array.dtype == np.float64:
            x = array.astype(as_dtype(floatx()).np)
        elif array.dtype == np.int64:
            x = array.astype(np.int32)
    x = as_tensor(x)
    return x if dtype is None else math.cast(x, dtype)


def axes_of(axis):
    """`axis` as the reductions of `tf` take it."""
    return list(axis) if isinstance(axis, tuple) else axis


def floating(x):
    """`x` as a tensor of a floating dtype; integers become `floatx`."""
    x = tensor(x)
    kind = x.dtype.base_dtype
    return x if kind.is_floating or kind.is_complex else math.cast(x, floatx())


def pair(a, b):
    """Both as tensors of the dtype that Keras would compute in.

    Python's numbers take the other's dtype; an integer with a float is a float, and of
    two of one kind the wider wins.
    """
    if _is_number(a) and not _is_number(b):
        b = tensor(b)
        return _like(a, b)[::-1]
    if _is_number(b):
        return _like(b, tensor(a))
    a, b = tensor(a), tensor(b)
    one, two = a.dtype.base_dtype, b.dtype.base_dtype
    if one is two:
        return a, b
    kind = result_type(one.name, two.name)
    return math.cast(a, kind), math.cast(b, kind)


def _is_number(x) -> bool:
    return isinstance(x, bool | int | float | complex)


def _like(number, x):
    """(x, the number) in one dtype."""
    kind = x.dtype.base_dtype
    fits = kind.is_floating or kind.is_complex or isinstance(number, int)
    if fits and (kind.name != "bool" or isinstance(number, bool)):
        return x, as_tensor(number, kind)
    kind = as_dtype(floatx() if isinstance(number, float) else "int32")
    return math.cast(x, kind), as_tensor(number, kind)


def result_type(*dtypes) -> str:
    """The dtype that values of `dtypes` are computed in, by name."""
    kinds = [as_dtype(floatx() if d is None else d) for d in dtypes]
    floats = [k for k in kinds if k.is_floating or k.is_complex]
    if floats:
        names = {k.name for k in floats}
        if names == {"float16", "bfloat16"}:
            return "float32"
        return max(floats, key=lambda k: k.size).name
    found = np.result_type(*(k.np for k in kinds)).name
    # uint64 with a signed integer: NumPy says float64, Keras floatx.
    return floatx() if found == "float64" else found
