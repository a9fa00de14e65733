"""What a queue op keeps: elements that threads put in and take out."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from penstock.core.errors import CancelledError, OutOfRangeError
from penstock.core.philox_np import random_bits
from penstock.core.seeds import philox_state

Element = tuple[np.ndarray, ...]


class Queue:
    """Elements in order of arrival. `capacity` -1 has no bound.

    Putting waits while it is full, taking while it is empty; both end with an error
    once it is closed (CancelledError, OutOfRangeError).
    """

    def __init__(self, name: str, capacity: int):
        self.name, self.capacity = name, capacity
        self._items: list[Any] = []
        self._changed = threading.Condition()
        self.closed = self._cancelled = False

    def __len__(self) -> int:
        return len(self._items)

    def put(self, elements: Sequence[Element]) -> None:
        with self._changed:
            for element in elements:
                self._wait(self._is_full)
                if self.closed:
                    raise CancelledError(f"{self._shown()} is closed.")
                self._insert(element)
                self._changed.notify_all()

    def take(self, count: int, fewer: bool = False) -> list[Element]:
        """`count` elements; what is left of a closed queue if `fewer` may do.

        Raises OutOfRangeError where a closed queue has not enough.
        """
        taken: list[Element] = []
        with self._changed:
            while len(taken) < count:
                self._wait(lambda: not self._available())
                if not self._available():
                    break
                taken.append(self._remove())
                self._changed.notify_all()
            if len(taken) < count and not (fewer and taken):
                for element in reversed(taken):
                    self._restore(element)
                raise OutOfRangeError(
                    f"{self._shown()} is closed and has insufficient elements "
                    f"(requested {count}, current size {len(self)})"
                )
        return taken

    def close(self, cancel: bool = False) -> None:
        """No more puts. With `cancel`, those that wait end with CancelledError."""
        with self._changed:
            self.closed = True
            self._cancelled = self._cancelled or cancel
            self._changed.notify_all()

    def end_session(self) -> None:
        """Let every thread that waits here go."""
        self.close(cancel=True)

    def _wait(self, unready) -> None:
        while unready() and not self.closed:
            self._changed.wait(1.0)

    def _shown(self) -> str:
        return f"{type(self).__name__} '{self.name}'"

    def _is_full(self) -> bool:
        return 0 <= self.capacity <= len(self._items)

    def _available(self) -> int:
        return len(self._items)

    def _insert(self, element: Element) -> None:
        self._items.append(element)

    def _remove(self) -> Element:
        return self._items.pop(0)

    def _restore(self, element: Element) -> None:
        self._items.insert(0, element)


class FIFOQueue(Queue):
    """First in, first out."""


class PaddingFIFOQueue(FIFOQueue):
    """First in, first out; several elements are padded to one shape."""


class RandomShuffleQueue(Queue):
    """Gives any of its elements; keeps `least` of them to choose from until closed."""

    def __init__(self, name: str, capacity: int, least: int, seed: int, seed2: int):
        super().__init__(name, capacity)
        self._least = least
        self._stream = philox_state(seed, seed2)
        self._drawn = 0

    def _available(self) -> int:
        least = 0 if self.closed else self._least
        return max(len(self._items) - least, 0)

    def _remove(self) -> Element:
        key, counter = self._stream
        word = int(random_bits(key, counter, self._drawn + 1)[-1])
        self._drawn += 1
        items = self._items
        at = word % len(items)
        items[at], items[-1] = items[-1], items[at]
        return items.pop()

    def _restore(self, element: Element) -> None:
        self._items.append(element)


class PriorityQueue(Queue):
    """Smallest first component first."""

    def __init__(self, name: str, capacity: int):
        super().__init__(name, capacity)
        self._order = itertools.count()

    def _insert(self, element: Element) -> None:
        heapq.heappush(self._items, (int(element[0]), next(self._order), element))

    def _remove(self) -> Element:
        return heapq.heappop(self._items)[2]

    def _restore(self, element: Element) -> None:
        self._insert(element)


def batched(elements: list[Element], padded: bool) -> Element:
    """Elements joined along a new first axis, zeros behind the shorter if `padded`."""
    columns = []
    for parts in zip(*elements, strict=True):
        if padded and parts[0].ndim:
            columns.append(_padded(parts))
        else:
            columns.append(np.stack(parts))
    return tuple(columns)


def _padded(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Arrays of several sizes as one; what they lack is 0, or an empty string."""
    size = np.max([p.shape for p in parts], axis=0)
    blank = b"" if parts[0].dtype.kind == "O" else 0
    whole = np.full((len(parts), *size), blank, parts[0].dtype)
    for row, part in zip(whole, parts, strict=True):
        row[tuple(slice(n) for n in part.shape)] = part
    return whole
