"""Elements of a data set: tuples and dicts of arrays. A list is an array here.

That is the difference from `core.nest`: `from_tensor_slices([[1, 2], [3, 4]])` holds
one array, `from_tensor_slices(([1, 2], [3, 4]))` two. Dicts are walked in the order
of their sorted keys and keep their own order when packed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from penstock.core.convert import to_array
from penstock.pipeline.composite import COMPOSITE, stacked_rows


def is_structure(value) -> bool:
    return _is_nesting(type(value))


@lru_cache(maxsize=1024)
def _is_nesting(kind: type) -> bool:
    return issubclass(kind, tuple | Mapping)


def flatten(structure) -> list:
    """The leaves, depth first."""
    if isinstance(structure, tuple):
        return [leaf for part in structure for leaf in flatten(part)]
    if isinstance(structure, Mapping):
        return [leaf for key in sorted(structure) for leaf in flatten(structure[key])]
    return [structure]


def pack(template, leaves) -> Any:
    """`leaves` in the shape of `template`; the inverse of `flatten`."""
    if type(template) is tuple and not any(map(is_structure, template)):
        return tuple(leaves)  # the everyday element, once for each batch
    return _pack(template, iter(leaves))


def _pack(template, leaves):
    if type(template) is tuple:
        return tuple([_pack(part, leaves) for part in template])
    if isinstance(template, tuple):
        parts = [_pack(part, leaves) for part in template]
        make: Any = type(template)
        return make(*parts) if hasattr(template, "_fields") else tuple(parts)
    if isinstance(template, Mapping):
        packed = {key: _pack(template[key], leaves) for key in sorted(template)}
        ordered = {key: packed[key] for key in template}
        make = type(template)
        return ordered if make is dict else make(ordered)
    return next(leaves)


def transform(function: Callable, structure):
    """`function` over every leaf."""
    if not _is_nesting(type(structure)):
        return function(structure)
    if type(structure) is tuple:
        return tuple([transform(function, part) for part in structure])
    return pack(structure, [function(leaf) for leaf in flatten(structure)])


def same(a, b) -> bool:
    """Whether `a` and `b` are nested alike (dict order does not count)."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return set(a) == set(b) and all(same(a[key], b[key]) for key in a)
    return not is_structure(a) and not is_structure(b)


def apply(function: Callable, element):
    """Call `function` with an element: a plain tuple is spread, the rest is not."""
    if type(element) is tuple:
        return function(*element)
    return function(element)


def as_leaf(value):
    """A value a user function returned, as an array, NumPy scalar or bytes.

    Python numbers get TensorFlow's dtypes. Whole data sets pass as they are.
    """
    if isinstance(value, np.ndarray):
        return value if value.dtype.kind not in "SU" else to_array(value)
    if isinstance(value, np.generic) and value.dtype.kind not in "SU":
        return value
    if value is None or hasattr(value, "cardinality") or isinstance(value, COMPOSITE):
        return value
    array = to_array(value)
    return array[()] if array.ndim == 0 else array


def as_element(value):
    """A structure that a user function returned, leaf by leaf."""
    return transform(as_leaf, value)


def stack(leaves: list) -> Any:
    """Leaves of one shape (or ragged, or sparse) as one with a new first axis."""
    first = leaves[0]
    if isinstance(first, COMPOSITE):
        return stacked_rows(leaves)
    if isinstance(first, bytes) or first.dtype.kind == "O":
        out = np.empty((len(leaves), *np.shape(first)), object)
        for index, leaf in enumerate(leaves):
            out[index] = leaf
        return out
    return np.array(leaves, dtype=first.dtype)
