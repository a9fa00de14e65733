"""Values of variables, put into and taken from a session's store from outside a run."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.shapes import compatible, show
from penstock.ir.node import Node
from penstock.ops.xla import jnp
from penstock.runtime.step import Store, uninitialized


def put(store: Store, variable: Node, value: Any) -> None:
    """Set `variable` to `value`, which is copied.

    Raises ValueError where its shape does not fit the variable's.
    """
    array = np.asarray(value, variable.attrs["dtype"].np)
    wanted = variable.attrs["shape"]
    dims = None if wanted is None else wanted._dims
    if not compatible(dims, array.shape):
        raise ValueError(
            f"Cannot set variable '{variable.name}' of shape {show(dims)} to a value "
            f"of shape {list(array.shape)}."
        )
    with store.lock:
        # A copy: the step donates it, and the program keeps its own array.
        store[variable] = array.copy() if array.dtype == object else jnp.array(array)


def get(store: Store, variable: Node) -> np.ndarray:
    """The value of `variable`. Raises FailedPreconditionError where it has none."""
    with store.lock:
        try:
            return np.asarray(store[variable])
        except KeyError:
            raise uninitialized(variable) from None
