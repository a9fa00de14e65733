"""The tree of everything recorded so far: one step per op, shared by equal windows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from penstock.core.dtypes import DType
from penstock.core.shapes import Dims
from penstock.ir.op import Op


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """How one record is computed: `args` are slot numbers, lists of them, or `Baked`.

    Slots count the window's values: inputs (leaves) and results alike.
    """

    op: Op
    attrs: dict[str, Any]
    args: tuple[Any, ...]
    kept: int | None  # slot of the op's own state, for random ops
    first: int  # slot of the first result; with `kept`, the new state comes last
    specs: tuple[tuple[DType, Dims], ...]
    line: tuple[str, int] = ("", 0)  # of the program, where it was first recorded
    #: The same for equal records wherever in the tree: op, attributes, baked values.
    kind: int = -1
    single: bool = False  # one result, and no list of one
    plain: bool = False  # several results, and no list among them


_kinds: dict[Any, int] = {}


def kind_of(op: Op, attrs: dict[str, Any], baked: tuple) -> int:
    """A number for what a record computes from its inputs."""
    try:
        key = (op, tuple(attrs.items()), baked)
        return _kinds.setdefault(key, len(_kinds))
    except TypeError:  # an attribute that cannot be compared: like nothing else
        return _kinds.setdefault(object(), len(_kinds))


@dataclass(frozen=True, slots=True)
class Baked:
    """A value that is part of the structure: an axis, a shape, a Python number."""

    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Custom:
    """A computation whose gradient a program wrote: douts -> dinputs, in Python."""

    backward: Callable


@dataclass(slots=True, eq=False)
class Step:
    """A place in the tree: all records of a window up to here."""

    parent: Step | None = None
    recipe: Recipe = None  # type: ignore[assignment]  # only the root has none
    leaves: tuple[int, ...] = ()  # slots of inputs that were new at this record
    depth: int = 0
    size: int = 0  # slots used up to here
    children: dict[Any, Step] = field(default_factory=dict)
    endings: dict[tuple[int, ...], Any] = field(default_factory=dict)
    #: Ops whose numbers are inputs after this step, with the dtypes they take.
    general: dict[Op, tuple] = field(default_factory=dict)

    def path(self) -> list[Step]:
        """From the first record to this one."""
        out, step = [], self
        while step is not None and step.recipe is not None:
            out.append(step)
            step = step.parent
        return out[::-1]


ROOT = Step()
