"""The orders in which `fit` takes the rows of arrays, one an epoch.

Observed from tf_keras 2.21 on TensorFlow 2.21: each `fit` starts a stream of its own,
seeded by the global seed and the op seed that a function's first random op gets; an
epoch's order is the next `RandomShuffle` of it. NumPy's generator is left alone. The
Keras of the 1.x years took its orders from `np.random`, and so does the 1.x face.
"""

from __future__ import annotations

import numpy as np

from penstock.core.philox_np import advance, random_bits
from penstock.core.seeds import GraphSeeds, philox_state
from penstock.ir import context
from penstock.runtime.eager import RECORDER


class RowOrders:
    """Orders of `count` rows as int arrays [count], each asked for by `next`."""

    def __init__(self, count: int):
        self._count = count
        self._numpy = not context.outermost().eager
        seeds = GraphSeeds(RECORDER.seed).pair()
        self._stream = seeds and philox_state(*seeds)
        self._unseeded = np.random.default_rng()

    def __next__(self) -> np.ndarray:
        if self._numpy:
            return np.random.permutation(self._count)
        if self._stream is None:
            return self._unseeded.permutation(self._count)
        key, counter = self._stream
        order = _shuffled(key, counter, self._count)
        self._stream = key, advance(counter, -(-max(self._count - 1, 0) // 4))
        return order


def _shuffled(key: np.ndarray, counter: np.ndarray, count: int) -> np.ndarray:
    """The order that op `RandomShuffle` draws there: Fisher-Yates from the front."""
    if count < 2:
        return np.arange(count)
    left = np.arange(count, 1, -1, dtype=np.uint32)
    partners = np.arange(count - 1) + random_bits(key, counter, count - 1) % left
    order = list(range(count))
    for i, j in enumerate(partners.tolist()):
        order[i], order[j] = order[j], order[i]
    return np.array(order)
