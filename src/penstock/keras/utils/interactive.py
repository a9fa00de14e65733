"""Whether progress goes to standard output or to Python's logging."""

from __future__ import annotations

import logging
import sys

_log = logging.getLogger("penstock.keras")
_interactive = True


def enable_interactive_logging() -> None:
    """Progress goes to standard output, as it does from the start."""
    global _interactive
    _interactive = True


def disable_interactive_logging() -> None:
    """Progress goes to the logger "penstock.keras"."""
    global _interactive
    _interactive = False


def is_interactive_logging_enabled() -> bool:
    return _interactive


def say(text: str) -> None:
    """`text` where progress goes to."""
    if not _interactive:
        _log.info(text.strip())
        return
    sys.stdout.write(text)
    sys.stdout.flush()
