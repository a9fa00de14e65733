"""Default names: `dense`, `dense_1`, counted per process until `clear_session`."""

from __future__ import annotations

import re
from collections import defaultdict

_counts: dict[str, int] = defaultdict(int)


def snake_case(name: str) -> str:
    """`Conv2DTranspose` -> `conv2d_transpose`, as Keras spells layer names."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
    return f"private{name}" if name.startswith("_") else name


def unique(prefix: str, zero_based: bool = True) -> str:
    """The next free name: the prefix itself, then `prefix_1`, `prefix_2`, ..."""
    n = _counts[prefix]
    _counts[prefix] += 1
    if not zero_based:
        return f"{prefix}_{n + 1}"
    return prefix if n == 0 else f"{prefix}_{n}"


def get_uid(prefix: str = "") -> int:
    """As `tf.keras.backend.get_uid`: 1, 2, 3, ... for each prefix."""
    _counts[prefix] += 1
    return _counts[prefix]


def reset() -> None:
    """Start counting anew. Part of `clear_session`."""
    _counts.clear()
