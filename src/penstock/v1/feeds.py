"""What a run is fed: which tensors, and their values as arrays of the right kind."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.convert import to_array
from penstock.core.dtypes import string
from penstock.core.shapes import compatible
from penstock.ir.graph import Graph
from penstock.ir.tensor import Tensor


def feed_target(graph: Graph, key):
    if isinstance(key, tuple):
        return tuple(feed_target(graph, k) for k in key)
    components = getattr(key, "_fetch_components", None)
    if components is not None:
        return tuple(components()[0])
    try:
        found = graph.as_graph_element(key, allow_operation=False)
    except (TypeError, ValueError, KeyError) as error:
        reason = error.args[0] if isinstance(error, KeyError) else error
        raise TypeError(f"Cannot interpret feed_dict key as Tensor: {reason}") from None
    if not graph.is_feedable(found):
        raise ValueError(f"Tensor {found.name} may not be fed.")
    return found


def feed(values: dict[int, Any], target, value) -> None:
    if isinstance(target, tuple):
        for t, v in zip(target, value, strict=True):
            feed(values, t, v)
        return
    if isinstance(value, Tensor) and not hasattr(value, "numpy"):
        raise TypeError(
            "The value of a feed cannot be a tf.Tensor object. Acceptable feed values "
            "include Python scalars, strings, lists, numpy ndarrays. The tensor "
            f"object was {value} which was passed to the argument `feed_dict` with "
            f"key {target}: pass sess.run(...) of it."
        )
    wanted = target.dtype.np
    if type(value) is not np.ndarray or value.dtype != wanted:
        value = fed_array(target, value, wanted)
    dims = target.dims
    if dims is not None and dims != value.shape and not compatible(dims, value.shape):
        raise ValueError(
            f"Cannot feed value of shape {value.shape} for Tensor {target.name}, which "
            f"has shape {target.shape}. Reshape the value, or use None for a size "
            "that varies."
        )
    values[id(target)] = value


def fed_array(target: Tensor, value, wanted) -> np.ndarray:
    if wanted.hasobject:
        return to_array(value, string)
    if isinstance(value, int) and target.dtype.is_integer:
        limits = np.iinfo(wanted)
        if not limits.min <= value <= limits.max:
            raise TypeError(
                f"Type of feed value {value} with type {type(value)} is not "
                f"compatible with Tensor type {wanted.type}. Try explicitly setting "
                "the type of the feed tensor to a larger type (e.g. int64)."
            )
    try:
        array = np.asarray(value, dtype=wanted)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"Cannot feed {type(value).__name__} for Tensor {target.name} of dtype "
            f"{target.dtype.name}: {error}"
        ) from None
    return array
