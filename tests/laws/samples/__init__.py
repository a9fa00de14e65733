"""One module per family of ops; each names its rows `SAMPLES`."""

from importlib import import_module
from pathlib import Path

FAMILIES = sorted(
    p.stem for p in Path(__file__).parent.glob("*.py") if p.stem != "__init__"
)


def samples(family: str) -> list:
    """The rows of `family`."""
    return import_module(f"{__name__}.{family}").SAMPLES
