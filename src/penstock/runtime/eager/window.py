"""One thread's pending records, up to the next look."""

from __future__ import annotations

import weakref
from typing import Any

from penstock.runtime.eager.ending import Ending
from penstock.runtime.eager.tensor import EagerTensor
from penstock.runtime.eager.trail import ROOT, Step


class Window:
    """Records between two looks. `step` is where they stand in the tree."""

    __slots__ = (
        "ended", "leaves", "live", "read_at", "site", "step", "strict", "tapes",
    )  # fmt: skip

    def __init__(self):
        self.step: Step = ROOT
        self.leaves: list[EagerTensor] = []
        self.live: list[weakref.ref[EagerTensor]] = []
        self.read_at: dict[Any, Step] = {}  # where variables were read
        self.site: Any = None
        self.ended = 0  # how many windows of this thread have ended
        self.tapes: list[Any] = []  # those that watch this thread
        self.strict = False  # every op is computed at once

    def look(self, tensor: EagerTensor) -> Any:
        """Compute everything pending here; the value of `tensor`."""
        self.flush()
        return tensor.array()

    def flush(self) -> None:
        """Compute what is still referred to, in one compiled call."""
        step = self.step
        if step is ROOT:
            return
        tensors = [t for reference in self.live if (t := reference()) is not None]
        leaves = self.leaves
        self.step, self.leaves, self.live = ROOT, [], []
        self.ended += 1
        self.read_at.clear()
        self.site = None
        arrays = []
        for leaf in leaves:
            if leaf._window is self:  # another thread may have taken it over
                leaf._window = None
            arrays.append(leaf._value)
        if not tensors:
            return
        slots = tuple([tensor._slot for tensor in tensors])
        ending = step.endings.get(slots)
        try:
            if ending is None:
                ending = step.endings[slots] = Ending(step, slots)
            ending.compute(tensors, arrays)
        except BaseException as error:
            for tensor in tensors:
                if tensor._value is None:
                    tensor._window = _Failed(error)
            raise


class _Failed:
    """Stands where a window was whose computation failed: looking says so again."""

    def __init__(self, error: BaseException):
        self.error = error

    def look(self, tensor: EagerTensor) -> Any:
        raise self.error
