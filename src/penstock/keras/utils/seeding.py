"""One seed for everything: Python, NumPy, the engine and initializers."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.v2.random import set_seed

# From `set_random_seed` on, the seeds of initializers that have none come from here.
_generator: list[random.Random | None] = [None]
_seeders: list[Callable[[int], None]] = []


def register_seeder(seeder: Callable[[int], None]) -> None:
    """`set_random_seed(seed)` will call `seeder(seed)` too."""
    if seeder not in _seeders:
        _seeders.append(seeder)


def made_up_seed() -> int:
    """A seed for an initializer that was given none."""
    source: Any = _generator[0] or random
    return source.randint(1, int(1e9))


def set_random_seed(seed: int) -> None:
    """Make what follows repeatable: Python's, NumPy's and the engine's numbers."""
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool):
        raise ValueError(
            f"Expected `seed` argument to be an integer. Received: seed={seed} (of "
            f"type {type(seed)})."
        )
    random.seed(seed)
    np.random.seed(seed)
    set_seed(int(seed))
    _generator[0] = random.Random(int(seed))
    for seeder in _seeders:
        seeder(int(seed))
