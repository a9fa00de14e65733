"""Nested structures: lists, tuples, namedtuples, dicts (in sorted key order)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any


def is_nested(value) -> bool:
    return _is_nesting(type(value))


@lru_cache(maxsize=1024)
def _is_nesting(kind: type) -> bool:
    return issubclass(kind, list | tuple | Mapping) or hasattr(kind, "__attrs_attrs__")


def is_namedtuple(value) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def _children(value) -> list:
    if isinstance(value, Mapping):
        return [value[k] for k in _sorted_keys(value)]
    if hasattr(type(value), "__attrs_attrs__"):
        return [getattr(value, a.name) for a in type(value).__attrs_attrs__]
    return list(value)


def _sorted_keys(value: Mapping) -> list:
    try:
        return sorted(value)
    except TypeError:
        raise TypeError(
            "A dict inside a nested structure needs sortable keys; received "
            f"{list(value)!r}."
        ) from None


def flatten(structure) -> list:
    """The leaves of `structure`, depth first; `[structure]` where it is a leaf."""
    kind = type(structure)
    if not _is_nesting(kind):
        return [structure]
    out: list = []
    for child in structure if kind in (list, tuple) else _children(structure):
        if _is_nesting(type(child)):
            out.extend(flatten(child))
        else:
            out.append(child)
    return out


def pack(structure, leaves) -> Any:
    """`leaves` in the shape of `structure`; the inverse of `flatten`.

    Raises ValueError where their numbers differ.
    """
    leaves = list(leaves)
    if type(structure) is list and len(structure) == len(leaves):
        if not any(map(is_nested, structure)):
            return leaves
    wanted = len(flatten(structure))
    if wanted != len(leaves):
        raise ValueError(f"The structure has {wanted} leaves, received {len(leaves)}.")
    return _pack(structure, iter(leaves))


def _pack(structure, leaves: Iterator) -> Any:
    if not is_nested(structure):
        return next(leaves)
    if isinstance(structure, Mapping):
        by_key = {k: _pack(structure[k], leaves) for k in _sorted_keys(structure)}
        return _like_mapping(structure, {k: by_key[k] for k in structure})
    new = [_pack(child, leaves) for child in _children(structure)]
    if is_namedtuple(structure) or hasattr(type(structure), "__attrs_attrs__"):
        return type(structure)(*new)
    return type(structure)(new) if type(structure) in (list, tuple) else tuple(new)


def _like_mapping(structure, items: dict):
    if type(structure) is dict:
        return items
    if hasattr(structure, "default_factory"):
        return type(structure)(structure.default_factory, items)
    try:
        return type(structure)(items)
    except TypeError:
        return items


def map_structure(function: Callable, *structures) -> Any:
    """`function` over the leaves of structures of one shape."""
    first = structures[0]
    for other in structures[1:]:
        assert_same_structure(first, other)
    columns = [flatten(s) for s in structures]
    return pack(first, [function(*row) for row in zip(*columns, strict=True)])


def assert_same_structure(a, b, check_types: bool = True) -> None:
    """Raises ValueError (or TypeError) where `a` and `b` are nested differently."""
    if is_nested(a) != is_nested(b):
        raise ValueError(f"The structures are not nested alike: {a!r} and {b!r}.")
    if not is_nested(a):
        return
    if check_types and isinstance(a, Mapping) != isinstance(b, Mapping):
        raise TypeError(
            f"The structures have different types: {type(a).__name__} and "
            f"{type(b).__name__}."
        )
    if isinstance(a, Mapping) and isinstance(b, Mapping) and set(a) != set(b):
        raise ValueError(f"The keys differ: {list(a)} and {list(b)}.")
    left, right = _children(a), _children(b)
    if len(left) != len(right):
        raise ValueError(f"The structures are not nested alike: {a!r} and {b!r}.")
    for x, y in zip(left, right, strict=True):
        assert_same_structure(x, y, check_types)


def flatten_up_to(shallow, structure) -> list:
    """The parts of `structure` that stand where `shallow` has its leaves."""
    if not is_nested(shallow):
        return [structure]
    if not is_nested(structure):
        raise TypeError(f"Expected a structure like {shallow!r}, received a leaf.")
    left, right = _children(shallow), _children(structure)
    if len(left) != len(right):
        raise ValueError(f"Expected {len(left)} parts, received {len(right)}.")
    return [
        leaf for s, v in zip(left, right, strict=True) for leaf in flatten_up_to(s, v)
    ]
