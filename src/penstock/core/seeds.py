"""Which two numbers seed an op: TensorFlow's rules for graphs, eager and functions.

Every rule below was observed from TensorFlow 2.21. An op has attributes
(`seed`, `seed2`): the graph's (or context's) seed and the op's own.

    graph seed   op seed    attributes
    none         none       (0, 0): a fresh stream from the operating system
    none         b          (87654321, b)
    a            none       (a, default), see `default` below
    a            b          (a, b)

Both are taken modulo 2**31 - 1, and (0, 0) made by this table is (0, 2**31 - 1).
`default` is, in a graph, how many defaults that graph has handed out before (each
function's body, each branch of a `tf.cond` inside a function and each loop body
inside one is a graph of its own, counting from 0, under the seed in force when it was
traced); in eager mode it is the next `random.Random(seed).randint(0, 2**31 - 1)`.

How long a stream lives: a graph's op has one counter per session. An eager op shares
one counter with every eager op of the same type and attributes (`seed`, `seed2`,
`dtype`, ...; the shape is an input, not an attribute) until `tf.random.set_seed`
forgets them all. An op inside a `tf.function` has its own counter, for each place
that calls the function; `set_seed` restarts it too but leaves the traced seeds.
"""

from __future__ import annotations

import operator
import os
import random
from collections.abc import Callable

import numpy as np

from penstock.core.philox_np import words

DEFAULT_GRAPH_SEED = 87654321
_MODULUS = 2**31 - 1


def wrap(seed: int) -> int:
    """`seed` modulo 2**31 - 1; TypeError for what is not an integer."""
    try:
        return operator.index(seed) % _MODULUS
    except TypeError:
        raise TypeError(
            f"A random seed must be an integer, got {seed!r}. Pass a whole number."
        ) from None


def resolve(
    graph_seed: int | None, op_seed: int | None, default: Callable[[], int]
) -> tuple[int, int] | None:
    """The op's (seed, seed2) after the table above, or None for a fresh stream.

    `default` is asked only where the graph has a seed and the op has none. As
    `tf.compat.v1.get_seed`.
    """
    if graph_seed is None:
        if op_seed is None:
            return None
        pair = DEFAULT_GRAPH_SEED, wrap(op_seed)
    else:
        pair = wrap(graph_seed), wrap(default() if op_seed is None else op_seed)
    return (0, _MODULUS) if pair == (0, 0) else pair


class GraphSeeds:
    """The seed of one graph or function body, and its count of default op seeds."""

    def __init__(self, graph_seed: int | None = None):
        self.graph_seed = graph_seed
        self._handed_out = 0

    def _default(self) -> int:
        number = self._handed_out
        self._handed_out += 1
        return number

    def pair(self, op_seed: int | None = None) -> tuple[int, int] | None:
        """(seed, seed2) of the next op; setting `graph_seed` does not restart it."""
        return resolve(self.graph_seed, op_seed, self._default)


class EagerSeeds:
    """The seed of the eager context and its stream of default op seeds."""

    def __init__(self):
        self.global_seed: int | None = None
        self._defaults = random.Random()

    def set_seed(self, seed: int) -> None:
        """As `tf.random.set_seed`; the caller also forgets all eager counters."""
        wrap(seed)
        self.global_seed = operator.index(seed)
        self._defaults = random.Random(self.global_seed)

    def next_default(self) -> int:
        """The context's next number in [0, 2**31 - 1], as unseeded ops take it."""
        return self._defaults.randint(0, _MODULUS)

    def pair(self, op_seed: int | None = None) -> tuple[int, int] | None:
        """(seed, seed2) of the next eager op."""
        return resolve(self.global_seed, op_seed, self.next_default)


def philox_state(seed: int, seed2: int) -> tuple[np.ndarray, np.ndarray]:
    """An op's first (key uint32[2], counter uint32[4]) from its two attributes.

    The key is `seed`, the upper half of the counter `seed2`; (0, 0) asks the operating
    system for both.
    """
    if seed == 0 and seed2 == 0:
        seed, seed2 = (int.from_bytes(os.urandom(8), "little") for _ in range(2))
    return words(seed, 2), words(seed2 << 64, 4)
