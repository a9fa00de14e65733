"""Functions that leave zero zero, given SparseTensors: of the stored values alone."""

from __future__ import annotations

import functools
from collections.abc import Callable

from penstock.api.sparse import SparseTensor

#: Those that TensorFlow takes SparseTensors for (observed with 2.21).
_ZERO_STAYS = frozenset(
    "abs asin asinh atan atanh erf identity negative sign sin sqrt square"
    " stop_gradient tan tanh".split()
)


def takes(name: str, args: tuple) -> bool:
    """Whether function `name` goes over the stored values of its first argument."""
    return name in _ZERO_STAYS and bool(args) and isinstance(args[0], SparseTensor)


def of_stored(function: Callable, args: tuple, kwargs: dict) -> SparseTensor:
    """`function` of the first argument's stored values, at their places."""
    x: SparseTensor = args[0]
    return x.with_values(function(x.values, *args[1:], **kwargs))


def adapted(name: str, function: Callable) -> Callable:
    """`function` for SparseTensors too, if `name` is one of those that are."""
    if name not in _ZERO_STAYS:
        return function

    @functools.wraps(function)
    def call(*args, **kwargs):
        if takes(name, args):
            return of_stored(function, args, kwargs)
        return function(*args, **kwargs)

    return call
