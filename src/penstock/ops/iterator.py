"""Iterators over data sets inside 1.x graphs: ops that run on the host."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from penstock.core.errors import FailedPreconditionError, OutOfRangeError
from penstock.ir.op import STOPS, op

#: Handle -> the pass that is under way.
LIVE: dict[str, Iterator] = {}
#: Key -> function of the values a data set is made from, to an iterator of leaves.
MAKERS: dict[str, Callable[..., Any]] = {}
#: Handle -> key of the data set that a one-shot iterator begins by itself.
FIRST: dict[str, str] = {}
_count = itertools.count()


class Passing:
    """A pass that can be asked whether it goes on."""

    def __init__(self, leaves: Iterator):
        self._leaves = leaves
        self._ahead: list[Any] = []

    def __bool__(self) -> bool:
        if not self._ahead:
            self._ahead.extend(itertools.islice(self._leaves, 1))
        return bool(self._ahead)

    def __next__(self):
        return self._ahead.pop() if self else next(self._leaves)


def new_name(prefix: str) -> str:
    return f"{prefix}_{next(_count)}"


class Place:
    """Where a session keeps the pass of one iterator; ends with the session."""

    def __init__(self, first: str):
        self.name = new_name("iterator")
        if first:
            FIRST[self.name] = first

    def end_session(self) -> None:
        LIVE.pop(self.name, None)
        FIRST.pop(self.name, None)


@op(
    "_Iterator", "-> handle: string", shape=lambda *_, **__: (), attrs={"first": ""},
    keeps=lambda node: Place(node.attrs["first"]), gradient=STOPS, host=True,
    stateful=True,
)  # fmt: skip
def iterator(*, first, kept):
    """The name of an iterator's pass in this session; with `first`, the key of its
    data set, it is begun by who asks for an element."""
    return np.array(kept.name.encode(), object), kept


@op(
    "_MakeIterator", "handle: string, values: *Tvalues ->",
    shape=lambda *_, **__: [], gradient=STOPS, host=True, stateful=True,
)  # fmt: skip
def make_iterator(handle, values, *, maker):
    LIVE[np.asarray(handle, object).item().decode()] = MAKERS[maker](*values)
    return ()


def _shapes(handle, *, output_shapes, **_):
    return list(output_shapes)


@op(
    "_IteratorGetNext", "handle: string -> components: *output_types",
    shape=_shapes, gradient=STOPS, host=True, stateful=True,
)  # fmt: skip
def iterator_get_next(handle, *, output_types, output_shapes):
    name = np.asarray(handle, object).item().decode()
    if name not in LIVE:
        if name not in FIRST:
            raise FailedPreconditionError(
                None, None, "GetNext() failed because the iterator has not been "
                "initialized. Ensure that you have run the initializer operation for "
                "this iterator before getting the next element.",
            )  # fmt: skip
        LIVE[name] = MAKERS[FIRST[name]]()
    try:
        leaves: Any = next(LIVE[name])
    except StopIteration:
        raise OutOfRangeError(None, None, "End of sequence") from None
    return tuple(
        np.asarray(v, object if isinstance(v, bytes) else None) for v in leaves
    )


@op(
    "_IteratorHasNext", "handle: string -> more: bool",
    shape=lambda *_, **__: (), gradient=STOPS, host=True, stateful=True,
)  # fmt: skip
def iterator_has_next(handle):
    return np.bool_(bool(LIVE[np.asarray(handle, object).item().decode()]))
