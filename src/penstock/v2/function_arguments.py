"""The arguments of a `tf.function`: nesting, tensors, and what decides a trace."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from penstock.core import nest
from penstock.ir.convert import as_tensor
from penstock.ir.tensor import Tensor
from penstock.runtime.eager.recorder import RECORDER


def parameters_of(python_function) -> inspect.Signature:
    try:
        return inspect.signature(python_function)
    except (TypeError, ValueError):
        return inspect.Signature(
            [
                inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
                inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD),
            ]
        )


def without_self(python_function) -> inspect.Signature:
    found = parameters_of(python_function)
    return found.replace(parameters=list(found.parameters.values())[1:])


def structure_of(value) -> Any:
    """The nesting of `value` as something hashable."""
    if isinstance(value, dict):
        return ("dict", *((k, structure_of(v)) for k, v in sorted(value.items())))
    if nest.is_nested(value):
        return (type(value).__name__, *map(structure_of, _children(value)))
    return "*"


def _children(value):
    return list(value.values()) if hasattr(value, "values") else list(value)


def is_tensor_like(item) -> bool:
    return (
        isinstance(item, Tensor | np.ndarray)
        or hasattr(item, "is_spec")
        or isinstance(item, np.generic)
    )


def kind_of(item, tensors: list) -> Any:
    """What of an argument decides the trace; tensors are collected on the way."""
    if isinstance(item, np.ndarray | np.generic):
        item = as_tensor(RECORDER, item, None, None)
    if isinstance(item, Tensor) or hasattr(item, "is_spec"):
        tensors.append(item)
        return ("tensor", item.dtype, item.shape._dims)
    if is_composite(item):
        return (type(item), *(kind_of(part, tensors) for part in item._components()))
    if hasattr(item, "_resource"):
        return ("variable", item._uid)
    try:
        hash(item)
        return (type(item), item)
    except TypeError:
        return ("object", id(item))


def is_composite(leaf) -> bool:
    """Whether `leaf` is made of several tensors: ragged, sparse."""
    return hasattr(leaf, "_components") and not isinstance(leaf, type)


def parts_of(leaf) -> list:
    return leaf._components() if is_composite(leaf) else [leaf]
