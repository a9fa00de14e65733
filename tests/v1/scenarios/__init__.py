"""Small 1.x programs, run by TensorFlow's recorder and by the tests alike.

Each module is a family; each of its public functions takes the `tf` of a face and
gives a dictionary: arrays, numbers, texts and lists of texts by name. Nothing but
NumPy and that `tf` may be used.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import FunctionType

FAMILIES = sorted(
    p.stem for p in Path(__file__).parent.glob("*.py") if not p.stem.startswith("_")
)


def scenarios(family: str) -> dict[str, Callable]:
    """The programs of `family` by name: its functions, and those it lists."""
    module = import_module(f"{__name__}.{family}")
    own = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, FunctionType)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }
    return own | getattr(module, "MORE", {})
