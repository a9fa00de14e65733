"""The static shapes of a call, and errors that tell where a call went wrong."""

from __future__ import annotations

from penstock.core.shapes import Dims
from penstock.ir.op import Op


def infer(op: Op, bound) -> list[Dims]:
    """The static shapes of a call's outputs, by the op's shape rule."""
    shapes = op.shape(*bound.grouped, **bound.attrs)
    shapes = shapes if isinstance(shapes, list) else [shapes]
    if len(shapes) != len(bound.dtypes):
        raise AssertionError(
            f"The shape rule of {op.type} gave {len(shapes)} shapes for "
            f"{len(bound.dtypes)} outputs."
        )
    return shapes


def located(error: Exception, op: Op, name: str, line) -> Exception:
    """The error again, with the op and the user's line in it, once."""
    message = str(error)
    if getattr(error, "told", False) or not line[0]:
        return error
    where = f"{message} [op {op.type}, name '{name}', {line[0]}:{line[1]}]"
    try:
        new = type(error)(where)
    except TypeError:
        return error
    new.told = True  # type: ignore[attr-defined]
    return new
