"""Feeds laid where JAX takes them as they are.

On the CPU JAX reads a NumPy array in place if its data begins at a multiple of 64
bytes, and NumPy's rarely do. It copies another array in a thread of its own, and a
large one makes the whole step wait for that thread and run in a third.
"""

from __future__ import annotations

import sys
import threading

import numpy as np

#: JAX copies fewer bytes than this at once; more than that are not kept a second time.
_LEAST, _MOST = 1 << 17, 1 << 22
_ALIGNMENT = 64
#: JAX lets go of one a step or two after it was read.
_BERTHS = 3


class Berth:
    """A place for the arrays that are fed to one input, one after the other."""

    def __init__(self) -> None:
        self._kept: list[np.ndarray] = []
        self._one_at_a_time = threading.Lock()

    def lay(self, array: np.ndarray) -> np.ndarray:
        """`array`, or its copy where JAX takes it as it is until the next step."""
        large = _LEAST <= array.nbytes <= _MOST
        if not large or array.ctypes.data % _ALIGNMENT == 0:
            return array
        with self._one_at_a_time:  # from here on `place` is seen to be in use
            place = self._free(array)
        if place is None:
            return array
        np.copyto(place, array)
        return place

    def _free(self, like: np.ndarray) -> np.ndarray | None:
        """A place of that kind that nobody reads; None where all are still read."""
        kept = self._kept
        if kept and (kept[0].shape != like.shape or kept[0].dtype != like.dtype):
            kept.clear()
        for i in range(len(kept)):
            if sys.getrefcount(kept[i]) == _UNREAD:  # JAX holds it while it reads
                return kept[i]
        if len(kept) == _BERTHS:
            return None
        kept.append(_place(like))
        return kept[-1]


def _place(like: np.ndarray) -> np.ndarray:
    room = np.empty(like.nbytes + _ALIGNMENT, np.uint8)
    start = -room.ctypes.data % _ALIGNMENT
    return room[start : start + like.nbytes].view(like.dtype).reshape(like.shape)


def _references_when_unread() -> int:
    """What `getrefcount` tells of a list's item that nobody else holds.

    The list's own and that of the call; another Python may count otherwise.
    """
    kept = [np.empty(0)]
    return min(sys.getrefcount(kept[i]) for i in range(len(kept)))


_UNREAD = _references_when_unread()
