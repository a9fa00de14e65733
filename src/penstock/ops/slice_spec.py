"""What begin, end, strides and their masks mean for the dimensions of a tensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from penstock.core.errors import ShapeError
from penstock.core.shapes import show
from penstock.ir.constant import constant_value

MASKS = {
    "begin_mask": 0, "end_mask": 0, "ellipsis_mask": 0, "new_axis_mask": 0,
    "shrink_axis_mask": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Axis:
    """What happens to one dimension; `source` is its position, None for a new one.

    `at` is the position in the spec that says so, None for dimensions that an
    ellipsis passes whole.
    """

    source: Any
    at: Any
    shrink: bool = False


def axes_of(length: int, rank: int, masks) -> list[Axis]:
    """The spec of `length` entries laid along the dimensions of a rank."""
    ellipsis, new = masks["ellipsis_mask"], masks["new_axis_mask"]
    consuming = sum(1 for i in range(length) if not (ellipsis | new) >> i & 1)
    if consuming > rank:
        raise ShapeError(
            f"Index out of range: {consuming} indices for a tensor of rank {rank}. "
            "Use fewer."
        )
    whole = rank - consuming
    out: list[Axis] = []
    position = 0

    def pass_whole() -> None:
        nonlocal position
        out.extend(Axis(position + i, None) for i in range(whole))
        position += whole

    for i in range(length):
        if ellipsis >> i & 1:
            pass_whole()
        elif new >> i & 1:
            out.append(Axis(None, i))
        else:
            out.append(Axis(position, i, bool(masks["shrink_axis_mask"] >> i & 1)))
            position += 1
    if not ellipsis:
        pass_whole()
    return out


def bounds_of(axis: Axis, begin, end, strides, masks) -> slice:
    """The Python slice of an axis that is not shrunk; its values must be known."""
    i = axis.at
    if i is None:
        return slice(None)
    first = None if masks["begin_mask"] >> i & 1 else int(begin[i])
    last = None if masks["end_mask"] >> i & 1 else int(end[i])
    return slice(first, last, int(strides[i]))


def _length(dim: int | None, axis: Axis, known, masks) -> int | None:
    begin, end, strides = known
    i = axis.at
    if i is None:
        return dim
    free = masks["begin_mask"] >> i & 1 and masks["end_mask"] >> i & 1
    if strides is None or (not free and (begin is None or end is None)):
        return None
    if int(strides[i]) == 0:
        raise ShapeError(f"strides[{i}] must be non-zero.")
    if free and (begin is None or end is None):
        return None if dim is None else len(range(dim)[:: int(strides[i])])
    bounds = bounds_of(axis, begin, end, strides, masks)
    if dim is not None:
        return len(range(dim)[bounds])
    return None


def strided_dims(dims, begin, end, strides, masks):
    """The shape of a strided slice of a tensor of shape `dims`."""
    length = begin.dims[0] if begin.dims else None
    if dims is None or length is None:
        return None
    known = tuple(constant_value(t) for t in (begin, end, strides))
    out = []
    for axis in axes_of(length, len(dims), masks):
        if axis.source is None:
            out.append(1)
            continue
        dim = dims[axis.source]
        if not axis.shrink:
            out.append(_length(dim, axis, known, masks))
        elif dim is not None:
            at = element_of(begin, axis.at)
            if at is not None and not -dim <= at < dim:
                raise ShapeError(
                    f"slice index {at} of dimension {axis.source} out of bounds: "
                    f"the shape is {show(dims)}."
                )
    return tuple(out)


def element_of(vector, i: int) -> int | None:
    """One element of a vector of indices, as far as it is known."""
    value = constant_value(vector)
    if value is not None:
        return int(value[i])
    node = getattr(vector, "_node", None)
    if node is not None and node.type == "Pack":
        value = constant_value(node.inputs[i])
        return None if value is None else int(value)
    return None


def fixed_positions(begin, strides, masks, first: int) -> tuple[int, ...]:
    """Which of begin, end, strides (at `first`, ...) must be known to compile.

    Where a part is taken whole or one index is picked, begin and end may vary.
    """
    length = begin.dims[0] if begin.dims else None
    both = masks["begin_mask"] & masks["end_mask"]
    free = both | masks["ellipsis_mask"] | masks["new_axis_mask"]
    free |= masks["shrink_axis_mask"]
    if length is not None and all(free >> i & 1 for i in range(length)):
        return (first + 2,)
    return (first, first + 1, first + 2)


def index_of(x, begin, end, strides, masks) -> tuple:
    """A NumPy-style index; picked positions may be traced values."""
    out = []
    for axis in axes_of(len(strides), np.ndim(x), masks):
        if axis.source is None:
            out.append(None)
        elif axis.shrink:
            out.append(pick(begin, axis.at))
        else:
            out.append(bounds_of(axis, begin, end, strides, masks))
    return tuple(out)


def pick(begin, i):
    return int(begin[i]) if isinstance(begin, np.ndarray) else begin[i]
