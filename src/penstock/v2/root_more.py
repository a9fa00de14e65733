"""Names of the root of 2.x that have no family: indices, histograms, bytes."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import linalg
from penstock.api.array_order import space_to_batch
from penstock.api.linalg_more import eig, eigvals
from penstock.api.scopes import scope, tensor
from penstock.api.strings import as_string
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.v2.specs_more import gradients

matrix_square_root = linalg.sqrtm
space_to_batch_nd = space_to_batch


def unravel_index(indices, dims, name=None):
    """Positions [rank, n] in an array of shape `dims` of flat `indices` [n]."""
    with scope(name, "UnravelIndex"):
        flat, sizes = tensor(indices, name="indices"), tensor(dims, name="dims")
        strides = TABLE["Cumprod"](sizes, np.int32(0), exclusive=True, reverse=True)
        rank = sizes.dims[0]
        column = [rank] + [1] * len(flat.dims)
        steps = TABLE["FloorDiv"](flat, TABLE["Reshape"](strides, column))
        return TABLE["FloorMod"](steps, TABLE["Reshape"](sizes, column))


def histogram_fixed_width_bins(values, value_range, nbins=100, dtype=dtypes.int32,
                               name=None):  # fmt: skip
    """The number of the part of `value_range` that each of `values` falls into."""
    with scope(name, "histogram_fixed_width_bins"):
        x: Any = tensor(values, name="values")
        limits: Any = tensor(value_range, x.dtype, "value_range")
        kind = as_dtype(dtype)
        place = (
            (x - limits[0]) / (limits[1] - limits[0]) * np.asarray(nbins, x.dtype.np)
        )
        whole = TABLE["Cast"](TABLE["Floor"](place), DstT=kind)
        low, high = np.zeros((), kind.np), np.asarray(nbins - 1, kind.np)
        return TABLE["Minimum"](TABLE["Maximum"](whole, low), high)


def hessians(ys, xs, gate_gradients=False, aggregation_method=None, name="hessians"):
    """The matrices of second derivatives, inside a function."""
    if context.landing().eager:
        raise RuntimeError(
            "tf.hessians is not supported when eager execution is enabled. Use "
            "tf.GradientTape instead."
        )
    return [_hessian(ys, x) for x in (xs if isinstance(xs, list | tuple) else [xs])]


def _hessian(ys, x):
    """[*x, *x]: one row of second derivatives for each element of x."""
    (slope,) = gradients(ys, [x])
    if slope is None:
        raise ValueError("None values not supported.")
    flat = TABLE["Reshape"](slope, [-1])
    rows = []
    for at in range(int(np.prod(list(x.shape)))):
        (row,) = gradients(flat[at], [x])
        rows.append(TABLE["ZerosLike"](x) if row is None else row)
    whole = TABLE["Pack"](rows, axis=0)
    return TABLE["Reshape"](whole, [*x.shape, *x.shape])


__all__ = [
    "as_string", "eig", "eigvals", "hessians", "histogram_fixed_width_bins",
    "matrix_square_root", "space_to_batch_nd", "unravel_index",
]  # fmt: skip
