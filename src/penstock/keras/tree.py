"""`keras.tree` of Keras 3: lists, tuples and dictionaries within one another.

None is a leaf; dictionaries are walked in the order of their keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


class MAP_TO_NONE:
    """What a function of `traverse` gives so that None stands there."""


def is_nested(structure) -> bool:
    """Whether it is a list, a tuple or a dictionary, an empty one too."""
    return isinstance(structure, list | tuple | dict)


def _keys(structure) -> list:
    if isinstance(structure, dict):
        try:
            return sorted(structure)
        except TypeError:  # keys of several types
            return sorted(structure, key=lambda k: (type(k).__qualname__, str(k)))
    return list(range(len(structure)))


def _children(structure) -> list[tuple[Any, Any]]:
    """The (key, value) pairs one level down."""
    return [(k, structure[k]) for k in _keys(structure)]


def _like(structure, values):
    """A structure as this one with other values one level down."""
    if isinstance(structure, dict):
        made = dict(zip(_keys(structure), values, strict=True))
        made = {k: made[k] for k in structure}
        if type(structure) is dict:
            return made
        again = structure.copy()
        again.update(made)
        return again
    if hasattr(structure, "_fields"):
        return type(structure)(*values)
    return type(structure)(values)


def flatten_with_path(structure) -> list[tuple[tuple, Any]]:
    """(path, leaf) of every leaf."""
    if not is_nested(structure):
        return [((), structure)]
    return [
        ((key, *path), leaf)
        for key, child in _children(structure)
        for path, leaf in flatten_with_path(child)
    ]


def flatten(structure) -> list:
    return [leaf for _, leaf in flatten_with_path(structure)]


def map_structure(func: Callable, *structures, none_is_leaf=True):
    """`func` of the leaves of `structures`, which are built alike.

    Without `none_is_leaf` each None stays. Raises ValueError where they differ.
    """
    _check(func, structures, "map_structure")
    for other in structures[1:]:
        assert_same_structure(structures[0], other)
    return _mapped(func, structures, none_is_leaf)


def _check(func, structures, who: str) -> None:
    if not callable(func):
        raise TypeError(f"`func` must be callable. Received: func={func}")
    if not structures:
        raise ValueError(f"Must provide at least one structure to `{who}`.")


def _mapped(func, structures, none_is_leaf: bool):
    first = structures[0]
    if not is_nested(first):
        if first is None and not none_is_leaf:
            return None
        return func(*structures)
    parts = [
        _mapped(func, [s[key] for s in structures], none_is_leaf)
        for key in _keys(first)
    ]
    return _like(first, parts)


def map_structure_up_to(shallow_structure, func: Callable, *structures):
    """`func` of what stands in each of `structures` at the shallow one's leaves."""
    _check(func, structures, "map_structure_up_to")

    def walk(shallow, others):
        if not is_nested(shallow):
            return func(*others)
        for other in others:
            if not is_nested(other) or _keys(other) != _keys(shallow):
                raise ValueError(f"Structures do not match: {shallow!r} and {other!r}.")
        parts = [walk(c, [o[k] for o in others]) for k, c in _children(shallow)]
        return _like(shallow, parts)

    return walk(shallow_structure, structures)


def traverse(func: Callable, structure, top_down: bool = True):
    """Each part replaced by what `func` gives for it; None leaves it and goes on.

    From the top down, or the leaves first. Gives `MAP_TO_NONE` to put None.
    """

    def answer(part):
        found = func(part)
        return found is not None, None if found is MAP_TO_NONE else found

    def walk(part):
        if top_down:
            found, new = answer(part)
            if found:
                return new
        if is_nested(part):
            part = _like(part, [walk(child) for _, child in _children(part)])
        if not top_down:
            found, new = answer(part)
            if found:
                return new
        return part

    if not callable(func):
        raise TypeError(f"`func` must be callable. Received: func={func}")
    return walk(structure)


def assert_same_structure(a, b, check_types=None) -> None:
    """Raises ValueError unless `a` and `b` nest alike, in the same types."""
    del check_types
    if is_nested(a) != is_nested(b) or (
        is_nested(a) and not _types_agree(type(a), type(b))
    ):
        kind = type(a if is_nested(a) else b).__name__
        raise ValueError(f"Expected an instance of {kind}, got {b!r} for {a!r}.")
    if not is_nested(a):
        return
    if isinstance(a, dict) and set(a) != set(b):
        raise ValueError(
            f"dictionary key mismatch; expected key(s): {_keys(a)}, got key(s): "
            f"{_keys(b)}; dict: {b}."
        )
    if len(a) != len(b):
        raise ValueError(
            f"{type(a).__name__} arity mismatch; expected: {len(a)}, got: {len(b)}; "
            f"{type(a).__name__}: {b}."
        )
    for key, child in _children(a):
        assert_same_structure(child, b[key])


def _types_agree(one: type, two: type) -> bool:
    return one is two or (issubclass(one, dict) and issubclass(two, dict))


def assert_same_paths(a, b) -> None:
    """Raises ValueError unless the leaves of `a` and `b` are at the same paths."""
    mine, theirs = ({path for path, _ in flatten_with_path(s)} for s in (a, b))
    if mine == theirs:
        return
    message = "`a` and `b` don't have the same paths."
    for name, lack in (("`a` missing in `b`", mine - theirs),
                       ("`b` missing in `a`", theirs - mine)):  # fmt: skip
        if lack:
            message += f"\nPaths in {name}:\n{lack}"
    raise ValueError(message)


def pack_sequence_as(structure, flat_sequence):
    """The leaves of `flat_sequence` nested as `structure`."""
    if not is_nested(flat_sequence):
        raise TypeError(f"flat_sequence must be nested. Received: {flat_sequence}")
    leaves, count = list(flat_sequence), len(flatten(structure))
    if len(leaves) != count:
        raise ValueError(
            "Structure and flat sequence are of different lengths: the structure has "
            f"{count} leaves, the sequence {len(leaves)}."
        )
    return _packed(structure, iter(leaves))


def _packed(structure, leaves: Iterator):
    if not is_nested(structure):
        return next(leaves)
    return _like(
        structure, [_packed(child, leaves) for _, child in _children(structure)]
    )


def lists_to_tuples(structure):
    """The same with tuples for lists."""

    def turned(part):
        return tuple(part) if isinstance(part, list) else None

    return traverse(turned, structure, top_down=False)


def map_shape_structure(func: Callable, structure):
    """`func` of each shape: a tuple or list of whole numbers and None."""
    if not callable(func):
        raise TypeError(f"`func` must be callable. Received: func={func}")

    def shape(part):
        is_shape = isinstance(part, list | tuple) and all(
            isinstance(size, int | None) for size in part
        )
        return func(part) if is_shape else None

    return traverse(shape, structure)


__all__ = [
    "MAP_TO_NONE", "assert_same_paths", "assert_same_structure", "flatten",
    "flatten_with_path", "is_nested", "lists_to_tuples", "map_shape_structure",
    "map_structure", "map_structure_up_to", "pack_sequence_as", "traverse",
]  # fmt: skip
