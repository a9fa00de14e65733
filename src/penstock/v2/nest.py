"""`tf.nest`: structures of lists, tuples and dicts."""

from __future__ import annotations

from collections.abc import Callable

from penstock.core import nest


def is_nested(structure) -> bool:
    """Whether `structure` is a list, tuple, dict or the like."""
    return nest.is_nested(structure)


def flatten(structure, expand_composites: bool = False) -> list:
    """The leaves in order; dicts go by their sorted keys."""
    del expand_composites
    return nest.flatten(structure)


def pack_sequence_as(structure, flat_sequence, expand_composites: bool = False):
    """`flat_sequence` in the shape of `structure`. Raises ValueError for a misfit."""
    del expand_composites
    flat = list(flat_sequence)
    if not nest.is_nested(structure):
        if len(flat) != 1:
            raise ValueError(
                f"The target structure is of type {type(structure)}, but the sequence "
                f"has {len(flat)} items."
            )
        return flat[0]
    count = len(nest.flatten(structure))
    if count != len(flat):
        raise ValueError(
            f"Could not pack sequence. Structure had {count} atoms, but flat_sequence "
            f"had {len(flat)} items."
        )
    return nest.pack(structure, flat)


def map_structure(func: Callable, *structure, **kwargs):
    """`func` of every leaf, in the structure of the first argument."""
    if not callable(func):
        raise TypeError(f"`func` must be callable. Received: {func!r}")
    if not structure:
        raise ValueError("Must provide at least one structure.")
    kwargs.pop("check_types", None)
    kwargs.pop("expand_composites", None)
    return nest.map_structure(func, *structure)


def assert_same_structure(nest1, nest2, check_types=True, expand_composites=False):
    """Raises ValueError or TypeError where the structures differ."""
    del expand_composites
    nest.assert_same_structure(nest1, nest2, check_types)


__all__ = [
    "assert_same_structure", "flatten", "is_nested", "map_structure",
    "pack_sequence_as",
]  # fmt: skip
