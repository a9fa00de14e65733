"""Sorting along an axis."""

from __future__ import annotations

from penstock.api.operands import tensor_named
from penstock.api.scopes import scope
from penstock.ir.op import TABLE


def sort(values, axis=-1, direction="ASCENDING", name=None):
    """`values` in order along `axis`. Raises ValueError for another direction."""
    with scope(name, "sort"):
        return _ordered(values, axis, direction)[0]


def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None):
    """Where the sorted `values` were along `axis`; equal ones keep their order."""
    with scope(name, "argsort"):
        return _ordered(values, axis, direction)[1]


def _ordered(values, axis, direction: str):
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(
            f"direction must be ASCENDING or DESCENDING, received {direction!r}."
        )
    x = tensor_named(values, None, "values")
    if x.dims is None:
        raise ValueError("Sorting needs values of known rank.")
    rank = len(x.dims)
    if not -rank <= axis < rank:
        raise ValueError(f"axis must be in [{-rank}, {rank}), received {axis}.")
    axis %= rank
    order = [*(i for i in range(rank) if i != axis), axis]
    back = [order.index(i) for i in range(rank)]
    if axis != rank - 1:
        x = TABLE["Transpose"](x, order)
    # The k largest of what is turned around are the smallest.
    turn = TABLE["Invert" if x.dtype.is_integer else "Neg"]
    turned = direction == "ASCENDING"
    if turned:
        x = turn(x)
    sizes = TABLE["Shape"](x, out_type="int32")
    count = (x.dims or (None,))[-1]
    if count is None:
        count = TABLE["StridedSlice"](sizes, [-1], [0], [1], shrink_axis_mask=1)
    found, at = TABLE["TopKV2"](x, count)
    if turned:
        found = turn(found)
    if axis != rank - 1:
        found, at = TABLE["Transpose"](found, back), TABLE["Transpose"](at, back)
    return found, at
