"""`tf.contrib.layers.utils` and `slim.utils`: what layers collected, by name."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from penstock.api.control_flow import cond
from penstock.ir.constant import constant_value as known
from penstock.ir.tensor import Tensor
from penstock.v1.contrib_layers_parts import aliases_of, named_output
from penstock.v1.graph_keys import get_collection


def collect_named_outputs(collections, alias, outputs):
    """`outputs`, added to `collections` under the name `alias`."""
    return named_output(collections, alias, outputs)


def convert_collection_to_dict(collection, clear_collection=False) -> OrderedDict:
    """The tensors of `collection` by the names that layers gave them."""
    found: OrderedDict[str, Any] = OrderedDict()
    for one in get_collection(collection):
        for alias in aliases_of(one):
            found[alias] = one
    if clear_collection:
        from penstock.ir import context

        context.landing().clear_collection(collection)
    return found


def get_tensor_aliases(tensor) -> list[str]:
    return aliases_of(tensor)


def gather_tensors_aliases(tensors) -> list[str]:
    return [alias for one in tensors for alias in aliases_of(one)]


def constant_value(value_or_tensor_or_var, dtype=None):
    """The value where it is known while the graph is built, else None."""
    if isinstance(value_or_tensor_or_var, Tensor):
        return known(value_or_tensor_or_var)
    return None if hasattr(value_or_tensor_or_var, "op") else value_or_tensor_or_var


def static_cond(pred, fn1, fn2):
    """What one of the functions gives, chosen while the graph is built."""
    return fn1() if pred else fn2()


def smart_cond(pred, fn1, fn2, name=None):
    """One function where `pred` is known, else a `cond`."""
    value = constant_value(pred)
    return cond(pred, fn1, fn2, name) if value is None else static_cond(value, fn1, fn2)


def first_dimension(shape, min_rank=1):
    return _dimension(shape, 0, min_rank)


def last_dimension(shape, min_rank=1):
    """The last size of a shape; raises ValueError where it is not known."""
    return _dimension(shape, -1, min_rank)


def _dimension(shape, at, min_rank):
    if shape.ndims is None:
        raise ValueError("dims of shape must be known but is None")
    if shape.ndims < min_rank:
        raise ValueError(f"rank of shape must be at least {min_rank}: {shape.ndims}")
    size = shape.as_list()[at]
    if size is None:
        raise ValueError(f"dimension shape[{at}] must be known but is None")
    return size


def two_element_tuple(int_or_tuple) -> tuple[int, int]:
    """(n, n) of n, or a pair as it is."""
    if isinstance(int_or_tuple, int):
        return int_or_tuple, int_or_tuple
    pair = tuple(int(v) for v in int_or_tuple)
    if len(pair) != 2:
        raise ValueError(f"Must be a list with 2 elements: {int_or_tuple}")
    return pair


def n_positive_integers(n, value) -> tuple[int, ...]:
    """`n` positive numbers, of one or of a sequence of them."""
    values = (int(value),) * n if isinstance(value, int) else tuple(value)
    if len(values) != n or any(v < 1 for v in values):
        raise ValueError(f"Expected {n} positive integers, received {value}.")
    return values


__all__ = [
    "collect_named_outputs", "constant_value", "convert_collection_to_dict",
    "first_dimension", "gather_tensors_aliases", "get_tensor_aliases",
    "last_dimension", "n_positive_integers", "smart_cond", "static_cond",
    "two_element_tuple",
]  # fmt: skip
