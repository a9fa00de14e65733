"""Where a window ends: what is computed there, and which results are handed out.

When a window ends, more results are referred to than anyone will look at: a tape holds
every value on its way, and a name of the program lives until its loop comes round.
Each result handed out costs time, and what is handed out cannot be fused away. So an
ending that is met often watches which of its results are looked at, and from then on
hands out only those. The others stay pending; who looks at one after all has it
computed again, from the same inputs, and such results are handed out in future.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

from penstock.runtime.eager.compiled import compile_window
from penstock.runtime.eager.tensor import EagerTensor
from penstock.runtime.eager.trail import Step

#: An ending is watched from this meeting on ...
_FIRST_WATCHED = 4
#: ... to this one; compiling it a second time pays for endings that are met often.
_LAST_WATCHED = 7
#: So often results that were left out may turn out to be looked at, each time at the
#: price of a compilation.
_MISTAKES = 2


class Ending:
    """The end of a window after `step`, with results in `slots` still referred to."""

    __slots__ = (
        "_kept", "_latest", "_left", "_looked_at", "_met", "_mistakes", "_run",
        "_slots", "_step", "_watched", "_whole",
    )  # fmt: skip

    def __init__(self, step: Step, slots: tuple[int, ...]):
        self._step, self._slots = step, slots
        self._whole = self._run = compile_window(step, slots)
        self._kept: Sequence[int] = range(len(slots))  # positions that are handed out
        self._left: Sequence[int] = ()  # positions that are not
        self._met = self._mistakes = 0
        self._looked_at: set[int] = set()
        self._watched: list[tuple[int, weakref.ref]] = []
        self._latest: weakref.ref | None = None

    def compute(self, tensors: list[EagerTensor], arrays: list[Any]) -> None:
        """Give `tensors`, one for each slot, their values from those of the leaves."""
        if self._met <= _LAST_WATCHED:
            self._met += 1
            if self._met > _LAST_WATCHED:
                self._decide()
            elif self._met >= _FIRST_WATCHED:
                self._watch(tensors, self._whole(arrays))
                return
        if not self._left:
            for tensor, value in zip(tensors, self._whole(arrays), strict=True):
                tensor._value = value
                tensor._window = None
            return
        if self._latest is not None and (held := self._latest()) is not None:
            held.settle()
            self._hand_out(range(len(self._slots)))
            self.compute(tensors, arrays)
            return
        for at, value in zip(self._kept, self._run(arrays), strict=True):
            tensor = tensors[at]
            tensor._value = value
            tensor._window = None
        rest = _Left(self, arrays)
        self._latest = weakref.ref(rest)
        for at in self._left:
            tensors[at]._window = rest

    def _watch(self, tensors: list[EagerTensor], values: list[Any]) -> None:
        for at, (tensor, value) in enumerate(zip(tensors, values, strict=True)):
            tensor._window = _Unseen(self, at, value)
            self._watched.append((at, weakref.ref(tensor)))

    def _decide(self) -> None:
        """Hand out what was looked at, and what is referred to still."""
        alive = {at for at, reference in self._watched if reference() is not None}
        self._watched.clear()
        self._hand_out(sorted(self._looked_at | alive))

    def _hand_out(self, kept: Sequence[int]) -> None:
        self._left = [at for at in range(len(self._slots)) if at not in set(kept)]
        self._kept = kept
        self._run = (
            compile_window(self._step, tuple(self._slots[at] for at in kept))
            if self._left
            else self._whole
        )

    def again(self, arrays: list[Any]) -> dict[int, Any]:
        """Slot -> value, of all results."""
        return dict(zip(self._slots, self._whole(arrays), strict=True))

    def looked_at(self, at: int) -> None:
        """The result at this position was looked at while the ending was watched."""
        self._looked_at.add(at)

    def left_wrongly(self, slot: int) -> None:
        """A result that was not handed out is looked at: hand it out in future."""
        self._mistakes += 1
        at = self._slots.index(slot)
        if self._mistakes > _MISTAKES:
            self._hand_out(range(len(self._slots)))
        elif at in self._left:
            self._hand_out(sorted({*self._kept, at}))


class _Unseen:
    """Holds the value of a tensor until somebody looks."""

    __slots__ = ("_at", "_ending", "_value")

    def __init__(self, ending: Ending, at: int, value: Any):
        self._ending, self._at, self._value = ending, at, value

    def look(self, tensor: EagerTensor) -> Any:
        self._ending.looked_at(self._at)
        tensor._value = self._value
        tensor._window = None
        return self._value


class _Left:
    """Stands for the results that an ending did not hand out, and can compute them."""

    __slots__ = ("__weakref__", "_arrays", "_ending", "_values")

    def __init__(self, ending: Ending, arrays: list[Any]):
        self._ending, self._arrays = ending, arrays
        self._values: dict[int, Any] | None = None

    def settle(self) -> dict[int, Any]:
        """Compute the results, so that the inputs need not be held any longer."""
        if self._values is None:
            self._values = self._ending.again(self._arrays)
            self._arrays = []
        return self._values

    def look(self, tensor: EagerTensor) -> Any:
        first = self._values is None
        tensor._value = self.settle()[tensor._slot]
        tensor._window = None
        if first:
            self._ending.left_wrongly(tensor._slot)
        return tensor._value
