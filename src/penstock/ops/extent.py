"""How much one step holds: bodies choose code that compiles faster in large ones.

XLA compiles an unrolled body again for each node. In a step of 40 layers that was
12 s for the products and 5 s for the initial values, and 1.4 s and 3 s without.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextvars import ContextVar

from penstock.ir.node import Node

#: Steps of at least so many nodes get fences, one in each chain of so many.
_LARGE, _DEEP = 256, 16

_counts: ContextVar[Mapping[str, int] | None] = ContextVar("extent", default=None)


@contextlib.contextmanager
def compiling(types: Iterable[str]) -> Generator[None, None, None]:
    """While this lasts, nodes of these op types are compiled as one step."""
    token = _counts.set(Counter(types))
    try:
        yield
    finally:
        _counts.reset(token)


_looped: ContextVar[bool] = ContextVar("looped", default=False)


@contextlib.contextmanager
def looped() -> Generator[None, None, None]:
    """While this lasts, the body of a loop over whole training steps is compiled."""
    token = _looped.set(True)
    try:
        yield
    finally:
        _looped.reset(token)


def in_loop() -> bool:
    return _looped.get()


def count(*types: str) -> int:
    """How many nodes of `types` are in the step being compiled."""
    counts = _counts.get() or {}
    return sum(counts.get(t, 0) for t in types)


def fences(nodes: Sequence[Node]) -> set[Node]:
    """Nodes of a large step whose results are to be computed once.

    XLA:CPU computes a cheap result again in each of its users, with the chain of cheap
    operations that leads to it. In an unrolled recurrence that chain goes back to the
    other end of the sequence: 40 steps of an LSTM took 37 s to compile, 100 took
    220 s. It drops `optimization_barrier` before it fuses, but a division is not cheap
    and is not repeated: a result divided by a 1 that is known only at run time is the
    same number, and ends the chain.
    """
    if len(nodes) < _LARGE:
        return set()
    users = Counter(id(t) for node in nodes for t in node.inputs)
    depth: dict[Node, int] = {}
    found = set()
    for node in nodes:
        depth[node] = 1 + max((depth.get(t._node, 0) for t in node.inputs), default=0)
        if depth[node] >= _DEEP and any(users[id(t)] > 1 for t in node.outputs):
            found.add(node)
            depth[node] = 0
    return found
