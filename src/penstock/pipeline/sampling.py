"""Which data set comes next in `sample_from_datasets`: TensorFlow's choice.

Observed from TensorFlow 2.21: each choice takes two words of the `random` data set as
the seed of a stateless draw; that seed is scrambled by one Philox block, the first two
words of the new stream give a double in [0, 1), and the cumulated weights say where it
falls.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from penstock.core import philox_np
from penstock.pipeline.random_order import Words

_SCRAMBLE_KEY = np.array([0x3EC8F720, 0x02461E29], np.uint32)


def _uniform(seed: int, seed2: int) -> float:
    counter = np.concatenate([philox_np.words(seed, 2), philox_np.words(seed2, 2)])
    mixed = philox_np.blocks(_SCRAMBLE_KEY, counter, 1)[0]
    start = np.array([0, 0, mixed[2], mixed[3]], np.uint32)
    low, high = philox_np.random_bits(mixed[:2], start, 2)
    # 52 random bits as the mantissa of a double in [1, 2)
    bits = ((int(low) & 0xFFFFF) << 32) | int(high)
    return bits / 2.0**52


def choices(weights: np.ndarray, seeds: tuple[int, int]) -> Iterator[int]:
    """Endless indices into `weights` [n] (not negative, not all zero)."""
    with np.errstate(divide="ignore"):
        logits = np.log(np.asarray(weights, np.float64))
    totals = np.cumsum(np.exp(logits - logits.max()))
    words = iter(Words(*seeds))
    for seed in words:
        point = _uniform(seed, next(words)) * totals[-1]
        yield int(np.searchsorted(totals, point, side="right"))
