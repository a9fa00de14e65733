"""Counting: bins of integers, histograms."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import INDEX, float32, float64, int32, int64
from penstock.core.shapes import Dims
from penstock.ir.constant import constant_value
from penstock.ir.op import STOPS, op
from penstock.ops.rules import same_as
from penstock.ops.xla import jnp

WEIGHTS = {"T": (int32, int64, float32, float64)}


def _bins(arr, size, weights, **_) -> Dims:
    value = constant_value(size)
    count = None if value is None else int(value)
    if arr.dims is not None and len(arr.dims) == 2:
        return (arr.dims[0], count)
    return (count,)


def _flat_bins(arr, size, weights, **_) -> Dims:
    value = constant_value(size)
    return (None if value is None else int(value),)


def _not_negative(arr, size, weights, **_) -> tuple:
    return jnp.all(jnp.greater_equal(arr, 0)), "Input arr must be non-negative!"


def _counted(values, size: int, weights):
    """Weights summed by value; ones where there are none; past `size` left out."""
    weights = jnp.asarray(weights)
    if weights.size == 0:
        weights = jnp.ones(jnp.shape(values), weights.dtype)
    return jnp.zeros(size, weights.dtype).at[values].add(weights, mode="drop")


@op(
    "Bincount", "arr: int32, size: int32, weights: T -> bins: T", shape=_flat_bins,
    static=(1,), guard=_not_negative, gradient=STOPS, where=WEIGHTS,
)  # fmt: skip
def bincount(arr, size, weights):
    weights = jnp.ravel(weights)
    return _counted(jnp.ravel(arr), int(size), weights)


@op(
    "DenseBincount", "input: Tidx, size: Tidx, weights: T -> output: T", shape=_bins,
    static=(1,), guard=_not_negative, gradient=STOPS, where={"Tidx": INDEX, **WEIGHTS},
)  # fmt: skip
def dense_bincount(input, size, weights, *, binary_output=False):
    input, weights, count = jnp.asarray(input), jnp.asarray(weights), int(size)
    if binary_output:
        weights = jnp.zeros(0, weights.dtype)
    if input.ndim == 2:
        rows = [
            _counted(input[i], count, weights[i] if weights.size else weights)
            for i in range(input.shape[0])
        ]
        out = jnp.stack(rows) if rows else jnp.zeros((0, count), weights.dtype)
    else:
        out = _counted(jnp.ravel(input), count, jnp.ravel(weights))
    return jnp.minimum(out, jnp.ones_like(out)) if binary_output else out


def _histogram_shape(values, value_range, nbins, **_) -> Dims:
    value = constant_value(nbins)
    return (None if value is None else int(value),)


@op(
    "HistogramFixedWidth", "values: T, value_range: T, nbins: int32 -> out: dtype",
    shape=_histogram_shape, static=(2,), gradient=STOPS,
    where={"T": WEIGHTS["T"], "dtype": INDEX},
)  # fmt: skip
def histogram_fixed_width(values, value_range, nbins, *, dtype=int32):
    """Values outside the range count into the first or the last bin."""
    count = int(nbins)
    values = jnp.ravel(values).astype(jnp.float64)
    low, high = (jnp.asarray(value_range).astype(jnp.float64)[i] for i in (0, 1))
    at = jnp.floor((values - low) / (high - low) * count)
    at = jnp.clip(at, 0, count - 1).astype(jnp.int32)
    return jnp.zeros(count, dtype.np).at[at].add(np.ones((), dtype.np))


@op(
    "Bucketize", "input: T -> output: int32", shape=same_as(0), gradient=STOPS,
    where={"T": (int32, int64, float32, float64)},
)  # fmt: skip
def bucketize(input, *, boundaries):
    """In which of the ranges between sorted `boundaries` each number lies."""
    edges = np.asarray(boundaries, np.float32)
    return jnp.searchsorted(edges, input.astype(jnp.float32), side="right").astype(
        jnp.int32
    )
