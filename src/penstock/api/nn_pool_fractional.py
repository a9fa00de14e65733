"""Fractional pooling as programs of both years call it. Graham (2014)."""

from __future__ import annotations

from penstock.api.named_results import FractionalPool
from penstock.api.random import get_seed
from penstock.core import nest
from penstock.core.errors import ShapeError
from penstock.ir.op import TABLE


def pooled(
    kind, value, pooling_ratio, pseudo_random, overlapping, deterministic, seeds, name
):  # fmt: skip
    """An op of `kind`. Raises ShapeError for ratios that are not [1, r, c, 1], >= 1."""
    ratio = tuple(map(float, nest.flatten(pooling_ratio)))
    if len(ratio) != 4 or ratio[0] != 1 or ratio[3] != 1 or min(ratio) < 1:
        raise ShapeError(
            f"pooling_ratio must be [1, rows, columns, 1] with no entry below 1; "
            f"received {pooling_ratio}."
        )
    found = TABLE[kind](
        value, pooling_ratio=ratio, pseudo_random=bool(pseudo_random),
        overlapping=bool(overlapping), deterministic=bool(deterministic),
        seed=int(seeds[0]), seed2=int(seeds[1]), name=name,
    )  # fmt: skip
    return FractionalPool(*found)


def _ratio(pooling_ratio):
    """One number for both sizes, two, or all four."""
    values = [float(r) for r in nest.flatten(pooling_ratio)]
    if len(values) == 1:
        values *= 2
    return [1.0, *values, 1.0] if len(values) == 2 else values


def _of_2x(kind, value, ratio, pseudo_random, overlapping, seed, name):
    seeds = (0, 0) if seed == 0 else tuple(s or 0 for s in get_seed(seed))
    return pooled(
        kind, value, _ratio(ratio), pseudo_random, overlapping, seed != 0, seeds, name
    )


def fractional_max_pool(
    value, pooling_ratio, pseudo_random=False, overlapping=False, seed=0, name=None
):
    """(pooled, row sequence, column sequence) by the largest of each window."""
    return _of_2x(
        "FractionalMaxPool", value, pooling_ratio, pseudo_random, overlapping, seed,
        name,
    )  # fmt: skip


def fractional_avg_pool(
    value, pooling_ratio, pseudo_random=False, overlapping=False, seed=0, name=None
):
    """(pooled, row sequence, column sequence) by the mean of each window."""
    return _of_2x(
        "FractionalAvgPool", value, pooling_ratio, pseudo_random, overlapping, seed,
        name,
    )  # fmt: skip


__all__ = ["fractional_avg_pool", "fractional_max_pool"]
