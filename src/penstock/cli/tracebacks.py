"""Tracebacks as `python program.py` would print them: without Penstock's frames."""

from __future__ import annotations

import os
import sys
import threading
from types import TracebackType

from penstock.cli.facade import is_ours

FULL = "PENSTOCK_TRACEBACK"
# Libraries whose frames are hidden where Penstock called them.
ENGINES = ("jax", "jaxlib")


def trimmed(traceback: TracebackType | None) -> TracebackType | None:
    """`traceback` without the frames of Penstock and of what Penstock called."""
    frames = []
    inside = False
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        module = str(traceback.tb_frame.f_globals.get("__name__", ""))
        engine = module.partition(".")[0] in ENGINES
        inside = is_ours(file) or (inside and engine)
        if not inside:
            frames.append(traceback)
        traceback = traceback.tb_next
    rest = None
    for frame in reversed(frames):
        rest = TracebackType(rest, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return rest


def trim(error: BaseException | None, seen: set[int] | None = None) -> None:
    """Trims `error` and every error behind it, in place."""
    seen = set() if seen is None else seen
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    error.__traceback__ = trimmed(error.__traceback__)
    for behind in (error.__cause__, error.__context__):
        trim(behind, seen)
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            trim(part, seen)


def wants_full() -> bool:
    return os.environ.get(FULL) == "full"


def hide_ours() -> None:
    """Trims what reaches `sys.excepthook`, whoever has set it.

    Called when an exception is already on its way out, so that a program that looks at
    `sys.excepthook` meanwhile sees Python's own.
    """
    if wants_full():
        return
    users = sys.excepthook

    def hook(kind, error, traceback):
        trim(error)
        users(kind, error, error.__traceback__)

    sys.excepthook = hook


def hide_ours_in_threads() -> None:
    """The same for exceptions that end a thread."""
    if wants_full():
        return
    original = threading.excepthook

    def hook(args):
        trim(args.exc_value)
        traceback = args.exc_value.__traceback__ if args.exc_value else None
        original(
            threading.ExceptHookArgs(
                (args.exc_type, args.exc_value, traceback, args.thread)
            )
        )

    threading.excepthook = hook
