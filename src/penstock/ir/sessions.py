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


def of(graph, session, who) -> Any:
    """`session`, or the one that was entered, to run `who` of `graph`.

    Raises ValueError where none was, or where its graph is another.
    """
    found = session if session is not None else current()
    is_node = hasattr(who, "outputs")
    what, call = ("operation", "run") if is_node else ("tensor", "eval")
    verb = "execute" if is_node else "evaluate"
    name = getattr(who, "name", who)
    if found is None:
        raise ValueError(
            f"Cannot {verb} {what} '{name}' using `{call}()`: No default session "
            "is registered. Use `with sess.as_default()` or pass an explicit "
            f"session to `{call}(session=sess)`"
        )
    if found.graph is not graph:
        which = "the default" if session is None else "the given"
        raise ValueError(
            f"Cannot use {which} session to {verb} {what} '{name}': the {what}'s "
            "graph is different from the session's graph."
        )
    return found


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
