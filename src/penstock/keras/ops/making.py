"""`keras.ops`: windows, and numbers spread by a rule."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from penstock.api import array, math
from penstock.api.scopes import tensor as as_tensor
from penstock.keras.backend_config import floatx
from penstock.keras.ops.operands import tensor


def _length(x) -> int:
    return int(x.numpy() if hasattr(x, "numpy") else x)


def _window(make: Callable) -> Callable:
    def call(x):
        return as_tensor(make(_length(x)).astype(floatx()))

    call.__name__ = make.__name__
    call.__doc__ = f"{make.__name__.capitalize()}'s window of `x` numbers."
    return call


bartlett, blackman, hamming, hanning = map(
    _window, (np.bartlett, np.blackman, np.hamming, np.hanning)
)


def kaiser(x, beta):
    """Kaiser's window of `x` numbers."""
    return as_tensor(np.kaiser(_length(x), float(beta)).astype(floatx()))


def logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0):
    """`base` to the power of evenly spread numbers."""
    made = np.logspace(np.asarray(start), np.asarray(stop), num, endpoint, base,
                       axis=axis)  # fmt: skip
    return as_tensor(made.astype(dtype or floatx()))


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """Numbers from `start` to `stop`, each by one factor more."""
    made = np.geomspace(np.asarray(start), np.asarray(stop), num, endpoint, axis=axis)
    return as_tensor(made.astype(dtype or floatx()))


def vander(x, N=None, increasing=False):
    """The powers of each x: from N - 1 down to 0, or up."""
    x = tensor(x)
    count = x.dims[0] if N is None else N
    powers = np.arange(count) if increasing else np.arange(count)[::-1]
    exponents = as_tensor(powers.astype(x.dtype.base_dtype.np))
    return math.pow(array.expand_dims(x, -1), exponents)
