"""The order in which `shuffle` gives elements: TensorFlow's, for a given seed.

Observed from TensorFlow 2.21 (tests/fixtures/data.json): a ring buffer is kept full;
each step draws one uint32 of a Philox stream keyed by (seed, seed2), takes it modulo
the number of buffered elements as an offset from the ring's start, gives out that
element, and moves the element at the start into the gap. With reshuffling, every pass
takes its pair of seeds from another stream keyed by the data set's own seeds.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from penstock.core import philox_np

DEFAULT_GRAPH_SEED = 87654321


class Words:
    """A stream of uint32 words for a pair of 64-bit seeds."""

    def __init__(self, seed: int, seed2: int):
        self._key = philox_np.words(seed, 2)
        self._counter = np.concatenate(
            [np.zeros(2, np.uint32), philox_np.words(seed2, 2)]
        )
        self._left = np.empty(0, np.uint32)

    def take(self, count: int) -> np.ndarray:
        """The next `count` words, as int64 so that arithmetic is safe."""
        short = count - len(self._left)
        if short > 0:
            blocks = max(64, -(-short // 4))
            fresh = philox_np.random_bits(self._key, self._counter, 4 * blocks)
            self._counter = philox_np.advance(self._counter, blocks)
            self._left = np.concatenate([self._left, fresh])
        out, self._left = self._left[:count], self._left[count:]
        return out.astype(np.int64)

    def __iter__(self) -> Iterator[int]:
        while True:
            yield from self.take(256).tolist()


_only_looking = ContextVar("_only_looking", default=False)


@contextmanager
def drawing_nothing() -> Iterator[None]:
    """Passes that are made in here leave the orders of later ones as they are."""
    token = _only_looking.set(True)
    try:
        yield
    finally:
        _only_looking.reset(token)


class SeedStream:
    """The seeds of successive passes over one shuffled data set.

    Lives as long as the data set: a second iterator over it goes on where the first
    stopped, as in TensorFlow 2. `fixed` repeats the first pass.
    """

    def __init__(self, seed: int, seed2: int, fixed: bool = False):
        self._own = (seed, seed2)
        self._fixed = fixed
        self._lock = threading.Lock()
        self._words = iter(Words(seed, seed2))

    def anew(self) -> SeedStream:
        """The same stream from its beginning."""
        return SeedStream(*self._own, fixed=self._fixed)

    def next(self) -> tuple[int, int]:
        if self._fixed or _only_looking.get():
            return self._own
        with self._lock:
            return next(self._words), next(self._words)


def seed_pair(seed) -> tuple[int, int]:
    """(seed, seed2) from a pair, an op seed alone, or None for a random pair."""
    if seed is None:
        first, second = np.random.SeedSequence().generate_state(2, np.uint32)
        return int(first), int(second)
    if isinstance(seed, tuple):
        return int(seed[0]), int(seed[1])
    return DEFAULT_GRAPH_SEED, int(seed)


def later(items: Iterable) -> Iterator:
    """`items`, iterated from when the first of them is asked for."""
    yield from items


def shuffled(items: Iterable, capacity: int, seeds: tuple[int, int]) -> Iterator:
    """`items` in TensorFlow's order, with a buffer of `capacity` of them."""
    words = iter(Words(*seeds))
    source = iter(items)
    ring: list = []
    start = 0
    for item in source:
        ring.append(item)
        if len(ring) == capacity:
            break
    full = len(ring) == capacity
    while full:
        at = (start + next(words) % capacity) % capacity
        out, ring[at] = ring[at], ring[start]
        yield out
        del out
        try:
            ring[start] = next(source)
        except StopIteration:
            ring[start] = None
            start = (start + 1) % capacity
            ring = (ring[start:] + ring[:start])[:-1]
            break
        start = (start + 1) % capacity
    for position, left in enumerate(range(len(ring), 0, -1)):
        at = position + next(words) % left
        out, ring[at], ring[position] = ring[at], ring[position], None
        yield out


def shuffled_chunks(
    chunks: Iterable[np.ndarray], capacity: int, seeds: tuple[int, int]
) -> Iterator[np.ndarray]:
    """The same order over index arrays, with the random words drawn in bulk."""
    words = Words(*seeds)
    ring: list[int] = []
    start = 0
    for chunk in chunks:
        values = chunk.tolist()
        room = capacity - len(ring)
        ring.extend(values[:room])
        values = values[room:] if room else values
        if not values:
            continue
        out = []
        offsets = (words.take(len(values)) % capacity).tolist()
        for value, offset in zip(values, offsets, strict=True):
            at = start + offset
            if at >= capacity:
                at -= capacity
            out.append(ring[at])
            ring[at] = ring[start]
            ring[start] = value
            start += 1
            if start == capacity:
                start = 0
        yield np.array(out, np.int64)
    yield _drained(ring[start:] + ring[:start], words)


def _drained(ring: list[int], words: Words) -> np.ndarray:
    count = len(ring)
    places = np.arange(count) + words.take(count) % np.arange(count, 0, -1)
    out = []
    for position, at in enumerate(places.tolist()):
        out.append(ring[at])
        ring[at] = ring[position]
    return np.array(out, np.int64)
