"""What broadcasting costs in a gradient: the sum back to each operand's shape."""

from __future__ import annotations

from typing import Any

from penstock.core.shapes import Dims, is_static
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


def conj(x: Tensor) -> Tensor:
    """The conjugate of `x`; `x` itself where it is real."""
    return TABLE["Conj"](x) if x.dtype.is_complex else x


def unbroadcast(x: Tensor, y: Tensor, gx: Any, gy: Any) -> tuple[Any, Any]:
    """`gx`, `gy`, shaped as x and y broadcast together, summed to x's and y's shapes.

    Static shapes decide at once what to sum; where they do not suffice, nodes are
    added that find the axes when the step is compiled.
    """
    axes_x, axes_y = summed_axes(x.dims, y.dims), summed_axes(y.dims, x.dims)
    dynamic: tuple[Any, ...] | None = None
    if (axes_x is None and gx is not None) or (axes_y is None and gy is not None):
        shape = TABLE["Shape"]
        sx, sy = shape(x, out_type="int32"), shape(y, out_type="int32")
        dynamic = (sx, sy, *TABLE["BroadcastGradientArgs"](sx, sy))
    return _summed(gx, axes_x, dynamic, 0), _summed(gy, axes_y, dynamic, 1)


def summed_axes(mine: Dims, other: Dims) -> tuple[list[int], list[int]] | None:
    """Axes of the broadcast shape to sum: those `mine` lacks, those where it has 1.

    None where the static shapes do not tell.
    """
    if mine == () and other is not None:
        return list(range(len(other))), []
    if mine is None or other is None:
        return None
    if mine == other and is_static(mine):
        return [], []
    rank = max(len(mine), len(other))
    lacking = list(range(rank - len(mine)))
    padded = (1,) * (rank - len(other)) + other
    ones = []
    for axis, size in enumerate(mine, len(lacking)):
        theirs = padded[axis]
        if size == 1:
            if theirs != 1:
                ones.append(axis)
        elif size is None and theirs != 1:
            return None
    return lacking, ones


def _summed(gradient, axes, dynamic, position: int):
    if gradient is None:
        return None
    total = TABLE["Sum"]
    if axes is None:
        assert dynamic is not None
        part = total(gradient, dynamic[2 + position])
        return TABLE["Reshape"](part, dynamic[position])
    lacking, ones = axes
    if lacking:
        gradient = total(gradient, lacking)
    if ones:
        gradient = total(gradient, [a - len(lacking) for a in ones], keep_dims=True)
    return gradient
