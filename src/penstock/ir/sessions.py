"""The sessions that this thread has entered, innermost last."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any


class _Stack(threading.local):
    def __init__(self):
        self.entered: list[Any] = []


_stack = _Stack()


def current() -> Any | None:
    return _stack.entered[-1] if _stack.entered else None


def enter(session) -> None:
    _stack.entered.append(session)


def leave(session) -> None:
    """Forget the innermost entry of `session`; nothing where it was not entered."""
    for i in reversed(range(len(_stack.entered))):
        if _stack.entered[i] is session:
            del _stack.entered[i]
            return


@contextmanager
def entered(session) -> Generator[Any, None, None]:
    enter(session)
    try:
        yield session
    finally:
        leave(session)
