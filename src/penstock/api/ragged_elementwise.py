"""Functions of each element, given RaggedTensors: computed on the flat values."""

from __future__ import annotations

from typing import Any

from penstock.api.ragged_rows import is_ragged
from penstock.api.scopes import tensor
from penstock.ir.op import TABLE


def ragged_in(values) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if is_ragged(value):
            found.append(value)
        elif isinstance(value, list | tuple):
            found += ragged_in(value)
    return found


def elementwise(function, args, kwargs):
    """`function` of the flat values; dense arguments are cut into the same rows."""
    like = ragged_in((*args, *kwargs.values()))[0]

    def flat(value):
        if is_ragged(value):
            return value.flat_values
        if isinstance(value, list | tuple) and ragged_in(value):
            return [flat(v) for v in value]
        return _spread(value, like)

    args = [flat(a) for a in args]
    return like.with_flat_values(
        function(*args, **{k: flat(v) for k, v in kwargs.items()})
    )


def _spread(value, like):
    """A tensor [rows, 1] as one value for each entry of `like`; others unchanged."""
    shape = getattr(value, "shape", None)
    if shape is None or len(shape) < 2 or shape[1] != 1 or like.ragged_rank != 1:
        return value
    flat = TABLE["GatherV2"](tensor(value), like.value_rowids(), 0)
    return flat[:, 0] if len(like.flat_values.shape) == 1 else flat
