"""`Dataset.rejection_resample`: classes in other proportions, by leaving out.

Where class c has share p[c] and should have t[c], the data set itself is mixed in with
the weight m = min(t / p), and what is left of the target, (t - m p) / (1 - m), comes
from a copy in which class c is kept with a probability in proportion to that over p.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api.elements import as_arrays
from penstock.api.random import random_uniform as uniform
from penstock.core import dtypes
from penstock.ir.op import TABLE
from penstock.pipeline.elementwise import Filter

#: Examples counted for every class before the first, where shares are estimated.
_PRIOR = 1.0


def rejection_resample(data, class_func, target_dist, initial_dist=None, seed=None):
    """(class, element) pairs whose classes are distributed as `target_dist`."""
    target = np.asarray(as_arrays(target_dist), np.float32)
    if target.ndim != 1:
        raise ValueError(
            f"target_dist is one share per class, received shape {target.shape}."
        )
    classed = data.map(lambda *e: (_class_of(class_func, e), *_as_one(e)))
    if initial_dist is None:
        return _estimating(classed, target, seed)
    share = np.asarray(as_arrays(initial_dist), np.float32)
    weight, chance = _plan(share, target)
    if weight >= 1:
        return classed
    kept = classed.filter(_keeping(chance, seed))
    if weight <= 0:
        return kept
    return data.sample_from_datasets(
        [classed, kept], [weight, 1 - weight], seed, stop_on_empty_dataset=True
    )


def _class_of(class_func, element):
    return TABLE["Cast"](class_func(*element), DstT=dtypes.int64)


def _as_one(element: tuple) -> tuple:
    return element if len(element) == 1 else (element,)


def _plan(share: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """How much of the data set itself is mixed in, and each class's chance to stay."""
    tiny = np.finfo(np.float32).tiny
    weight = float(min((target / np.maximum(share, tiny)).min(), 1.0))
    left = np.maximum(target - weight * share, 0) / max(1 - weight, tiny)
    chance = left / np.maximum(share, tiny)
    return weight, chance / max(float(chance.max()), tiny)


def _keeping(chance: np.ndarray, seed):
    def keep(kind, *_: Any):
        drawn = uniform([], seed=seed, dtype=dtypes.float32)
        return TABLE["Less"](drawn, TABLE["GatherV2"](chance, kind, 0))

    return keep


def _estimating(classed, target: np.ndarray, seed):
    """The same with shares as counted up to each element."""
    counts = np.full(len(target), _PRIOR, np.float64)
    draw = np.random.Generator(np.random.Philox(seed))

    def keep(kind):
        counts[int(kind)] += 1
        ratio = target / (counts / counts.sum())
        return np.bool_(draw.random() < ratio[int(kind)] / ratio.max())

    return classed._to(Filter(classed.node, lambda kind, _: keep(kind)))
