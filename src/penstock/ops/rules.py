"""Shape rules that many ops share.

A rule takes the input tensors (lists for list inputs) and all attributes by keyword,
and returns one shape, or a list with one per output. Shapes are plain tuples with
None for an unknown size; None alone is an unknown rank.
"""

from __future__ import annotations

from collections.abc import Callable

from penstock.core.errors import ShapeError
from penstock.core.shapes import Dims, broadcast, merge, show


def same_as(position: int = 0) -> Callable:
    """The output is shaped as the input at `position`."""

    def rule(*inputs, **_):
        return inputs[position].dims

    return rule


def scalar(*_inputs, **_attrs) -> Dims:
    return ()


def unknown(*_inputs, **_attrs) -> Dims:
    return None


def none(*_inputs, **_attrs) -> list:
    """No outputs."""
    return []


def broadcasting(x, y, **_) -> Dims:
    """Two inputs that broadcast as NumPy's do."""
    try:
        return broadcast(x.dims, y.dims)
    except ShapeError:
        raise ShapeError(
            f"Dimensions must be equal or 1 to broadcast, but the shapes are "
            f"{show(x.dims)} and {show(y.dims)}. Reshape or transpose one operand."
        ) from None


def all_equal(*inputs, **_) -> Dims:
    """Inputs that must have one shape."""
    dims: Dims = None
    for tensor in inputs:
        for t in tensor if isinstance(tensor, list) else [tensor]:
            dims = merge(dims, t.dims)
    return dims


def ranked(tensor, rank: int, what: str) -> tuple[int | None, ...]:
    """The sizes of `tensor`, which must have `rank`; all unknown where it has none."""
    if tensor.dims is None:
        return (None,) * rank
    if len(tensor.dims) != rank:
        raise ShapeError(
            f"{what} must have rank {rank}, received shape {show(tensor.dims)}."
        )
    return tensor.dims


def at_least(tensor, rank: int, what: str) -> Dims:
    """The shape of `tensor`, which must have `rank` or more."""
    if tensor.dims is not None and len(tensor.dims) < rank:
        raise ShapeError(
            f"{what} must have rank {rank} or more, received {show(tensor.dims)}."
        )
    return tensor.dims


def axis_in(axis: int, rank: int, what: str) -> int:
    """`axis` counted from the front. Raises ShapeError outside [-rank, rank)."""
    if not -rank <= axis < rank:
        raise ShapeError(
            f"{what} must be in [{-rank}, {rank}) for rank {rank}, received {axis}."
        )
    return axis % rank if rank else axis
