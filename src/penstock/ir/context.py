"""Where a call lands: in a graph that is being built, or in the eager recorder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any


class _Stack(threading.local):
    def __init__(self):
        self.landings: list[Any] = []


_stack = _Stack()
_default: Callable[[], Any] | None = None
_fallback: Callable[[], Any] | None = None


def set_default(factory: Callable[[], Any]) -> None:
    """Name what answers where no graph was entered: a face's choice.

    1.x: the process' default graph. 2.x: the eager recorder.
    """
    global _default
    _default = factory


def set_fallback(factory: Callable[[], Any]) -> None:
    """What answers as long as no face was chosen."""
    global _fallback
    _fallback = factory


def chosen() -> bool:
    """Whether a face named the default landing already."""
    return _default is not None


def landing() -> Any:
    """The graph or eager recorder that receives the next node."""
    landings = _stack.landings
    if landings:
        return landings[-1]
    return (_default or _fallback or outermost)()


def outermost() -> Any:
    """What receives nodes outside every `tf.init_scope` barrier."""
    factory = _default or _fallback
    if factory is None:
        raise RuntimeError("No face was chosen yet; import penstock first.")
    return factory()


def executing_eagerly() -> bool:
    return landing().eager


@contextmanager
def entered(where) -> Generator[Any, None, None]:
    """Let calls land in `where` for the length of a `with`."""
    _stack.landings.append(where)
    try:
        yield where
    finally:
        top = _stack.landings.pop()
        if top is not where:
            _stack.landings.append(top)
            _stack.landings[:] = [g for g in _stack.landings if g is not where]


def stack() -> list[Any]:
    """The landings of this thread, innermost last."""
    return list(_stack.landings)


def reset() -> None:
    _stack.landings.clear()
