"""What the calls of layers that are running have decided: training, names' scopes."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import Any


class Running(threading.local):
    """What is decided by the outermost call that is running: training, masks."""

    def __init__(self):
        self.training: list[Any] = []
        self.scopes: list[str] = []  # of the layers that are running: weights' names


running = Running()


@contextmanager
def weight_scope(name: str | None):
    """Prefix the names of weights made inside a `with`; None starts from nothing."""
    before = running.scopes
    running.scopes = [] if name is None else [*before, name]
    try:
        yield
    finally:
        running.scopes = before
