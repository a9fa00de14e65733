"""Diagonals and bands of matrices [..., rows, columns]."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from penstock.core.errors import ShapeError
from penstock.core.shapes import Dims, is_static, show
from penstock.ir.constant import constant_value
from penstock.ir.op import TABLE, op
from penstock.ops import rules
from penstock.ops.array import zeros_like
from penstock.ops.xla import jnp


def _pair(k) -> tuple[int, int]:
    """`k` as (lowest, highest) diagonal."""
    values = np.ravel(k)
    return int(values[0]), int(values[-1])


@dataclass(frozen=True, slots=True)
class Band:
    """Diagonals `low` to `high` of a rows x columns matrix, as a packed array has them.

    Packed, each diagonal is one row of `width` entries, the highest one first; shorter
    ones stand left or right in it as `align` ("RIGHT_LEFT": those above the main one to
    the right, those below to the left) says.
    """

    rows: int
    columns: int
    low: int
    high: int
    align: str

    @property
    def width(self) -> int:
        return min(self.rows + min(self.high, 0), self.columns + min(-self.low, 0))

    @property
    def count(self) -> int:
        return self.high - self.low + 1

    def length(self, d: int) -> int:
        return min(self.rows + min(0, d), self.columns - max(0, d))

    def cells(self) -> tuple[np.ndarray, ...]:
        """(row, column, packed row, packed column) of every cell of the band."""
        above, below = self.align.split("_")
        parts: list[np.ndarray] = []
        for d in range(self.low, self.high + 1):
            length = self.length(d)
            right = (d >= 0 and above == "RIGHT") or (d <= 0 and below == "RIGHT")
            along = np.arange(length)
            at = along + (self.width - length if right else 0)
            row = np.full(length, self.high - d)
            parts.append(np.stack([along - min(d, 0), along + max(d, 0), row, at]))
        return tuple(np.concatenate(parts, axis=1))


def _known_pair(k) -> tuple[int, int] | None:
    value = constant_value(k)
    return None if value is None else _pair(value)


def _size(tensor) -> int | None:
    value = constant_value(tensor)
    return None if value is None else int(value)


def _matrix_sizes(width: int, low: int, high: int, rows: int, columns: int):
    """Rows and columns of the smallest matrix with the diagonals, where -1 asks."""
    least_rows, least_columns = width - min(high, 0), width + max(low, 0)
    if rows == -1 and columns == -1:
        size = max(least_rows, least_columns)
        return size, size
    return (
        least_rows if rows == -1 else rows,
        least_columns if columns == -1 else columns,
    )


def _diag_shape(diagonal, k, num_rows, num_cols, padding_value=None, **_) -> Dims:
    rules.at_least(diagonal, 1, "A diagonal")
    band, rows, columns = _known_pair(k), _size(num_rows), _size(num_cols)
    if diagonal.dims is None or band is None:
        return None
    low, high = band
    packed = 1 if low == high else 2
    batch = diagonal.dims[: len(diagonal.dims) - packed]
    width = diagonal.dims[-1]
    if width is None or rows is None or columns is None:
        found = (
            None if rows in (None, -1) else rows,
            None if columns in (None, -1) else columns,
        )
        return (*batch, *found)
    return (*batch, *_matrix_sizes(width, low, high, rows, columns))


def _make_diag(diagonal, k, num_rows, num_cols, padding_value, align):
    diagonal = jnp.asarray(diagonal)
    low, high = _pair(k)
    sizes = _matrix_sizes(diagonal.shape[-1], low, high, int(num_rows), int(num_cols))
    packed = diagonal[..., None, :] if low == high else diagonal
    row, column, r, p = Band(*sizes, low, high, align).cells()
    out = jnp.full((*packed.shape[:-2], *sizes), padding_value, diagonal.dtype)
    return out.at[..., row, column].set(packed[..., r, p])


DIAG = (
    "diagonal: T, k: int32, num_rows: int32, num_cols: int32, padding_value: T "
    "-> output: T"
)


@op("MatrixDiagV3", DIAG, shape=_diag_shape, static=(1, 2, 3))
def matrix_diag(diagonal, k, num_rows, num_cols, padding_value, *, align="RIGHT_LEFT"):
    return _make_diag(diagonal, k, num_rows, num_cols, padding_value, align)


@matrix_diag.gradient
def _(node, dy):
    align = node.attrs["align"]
    back = matrix_diag_part(dy, node.inputs[1], _zero(dy), align=align)
    return back, None, None, None, None


def _zero(tensor) -> np.ndarray:
    return np.zeros((), tensor.dtype.base_dtype.np)


@op("MatrixDiagV2", DIAG, shape=_diag_shape, static=(1, 2, 3))
def matrix_diag_v2(diagonal, k, num_rows, num_cols, padding_value):
    return _make_diag(diagonal, k, num_rows, num_cols, padding_value, "LEFT_LEFT")


@matrix_diag_v2.gradient
def _(node, dy):
    back = matrix_diag_part_v2(dy, node.inputs[1], _zero(dy))
    return back, None, None, None, None


@op(
    "MatrixDiag", "diagonal: T -> output: T",
    shape=lambda d, **_: None if d.dims is None else (*d.dims, d.dims[-1]),
)  # fmt: skip
def matrix_diag_v1(diagonal):
    return _make_diag(diagonal, 0, -1, -1, 0, "LEFT_LEFT")


@matrix_diag_v1.gradient
def _(node, dy):
    return matrix_diag_part_v1(dy)


def _part_shape(x, k, padding_value=None, *, align="LEFT_LEFT", **_) -> Dims:
    rules.at_least(x, 2, "A matrix")
    band = _known_pair(k)
    if x.dims is None or band is None:
        return None
    low, high = band
    *batch, rows, columns = x.dims
    width = None
    if rows is not None and columns is not None:
        if (high >= columns or low <= -rows) and (high or low):
            raise ShapeError(
                f"Diagonals {low} to {high} lie outside {show((rows, columns))}."
            )
        width = Band(rows, columns, low, high, align).width
    return (*batch, width) if low == high else (*batch, high - low + 1, width)


def _take_diag(x, k, padding_value, align):
    x = jnp.asarray(x)
    low, high = _pair(k)
    band = Band(x.shape[-2], x.shape[-1], low, high, align)
    row, column, r, p = band.cells()
    out = jnp.full((*x.shape[:-2], band.count, band.width), padding_value, x.dtype)
    out = out.at[..., r, p].set(x[..., row, column])
    return out[..., 0, :] if low == high else out


PART = "input: T, k: int32, padding_value: T -> diagonal: T"


@op("MatrixDiagPartV3", PART, shape=_part_shape, static=(1,))
def matrix_diag_part(input, k, padding_value, *, align="RIGHT_LEFT"):
    return _take_diag(input, k, padding_value, align)


@matrix_diag_part.gradient
def _(node, dy):
    x, k, _unused = node.inputs
    back = matrix_set_diag(zeros_like(x), dy, k, align=node.attrs["align"])
    return back, None, None


@op("MatrixDiagPartV2", PART, shape=_part_shape, static=(1,))
def matrix_diag_part_v2(input, k, padding_value):
    return _take_diag(input, k, padding_value, "LEFT_LEFT")


@matrix_diag_part_v2.gradient
def _(node, dy):
    x, k, _unused = node.inputs
    return matrix_set_diag_v2(zeros_like(x), dy, k), None, None


def _main_part(x, **_) -> Dims:
    rules.at_least(x, 2, "A matrix")
    if x.dims is None:
        return None
    known = is_static(x.dims[-2:])
    return (*x.dims[:-2], min(x.dims[-2:]) if known else None)  # type: ignore[type-var]


@op("MatrixDiagPart", "input: T -> diagonal: T", shape=_main_part)
def matrix_diag_part_v1(input):
    return _take_diag(input, 0, 0, "LEFT_LEFT")


@matrix_diag_part_v1.gradient
def _(node, dy):
    return matrix_set_diag_v1(zeros_like(node.inputs[0]), dy)


def _put_diag(x, diagonal, k, align):
    x, diagonal = jnp.asarray(x), jnp.asarray(diagonal)
    low, high = _pair(k)
    packed = diagonal[..., None, :] if low == high else diagonal
    band = Band(x.shape[-2], x.shape[-1], low, high, align)
    row, column, r, p = band.cells()
    return x.at[..., row, column].set(packed[..., r, p])


SET = "input: T, diagonal: T, k: int32 -> output: T"


def _set_shape(x, *_, **__) -> Dims:
    return rules.at_least(x, 2, "A matrix")


@op("MatrixSetDiagV3", SET, shape=_set_shape, static=(2,))
def matrix_set_diag(input, diagonal, k, *, align="RIGHT_LEFT"):
    return _put_diag(input, diagonal, k, align)


@matrix_set_diag.gradient
def _(node, dy):
    _unused, diagonal, k = node.inputs
    align = node.attrs["align"]
    kept = matrix_set_diag(dy, zeros_like(diagonal), k, align=align)
    return kept, matrix_diag_part(dy, k, _zero(dy), align=align), None


@op("MatrixSetDiagV2", SET, shape=_set_shape, static=(2,))
def matrix_set_diag_v2(input, diagonal, k):
    return _put_diag(input, diagonal, k, "LEFT_LEFT")


@matrix_set_diag_v2.gradient
def _(node, dy):
    _unused, diagonal, k = node.inputs
    kept = matrix_set_diag_v2(dy, zeros_like(diagonal), k)
    return kept, matrix_diag_part_v2(dy, k, _zero(dy)), None


@op("MatrixSetDiag", "input: T, diagonal: T -> output: T", shape=_set_shape)
def matrix_set_diag_v1(input, diagonal):
    return _put_diag(input, diagonal, 0, "LEFT_LEFT")


@matrix_set_diag_v1.gradient
def _(node, dy):
    kept = matrix_set_diag_v1(dy, zeros_like(node.inputs[1]))
    return kept, matrix_diag_part_v1(dy)


@op(
    "MatrixBandPart", "input: T, num_lower: Tindex, num_upper: Tindex -> band: T",
    shape=_set_shape,
)  # fmt: skip
def matrix_band_part(input, num_lower, num_upper):
    """A negative number keeps the whole triangle on its side."""
    input = jnp.asarray(input)
    row = jnp.arange(input.shape[-2])[:, None]
    column = jnp.arange(input.shape[-1])[None, :]
    below = jnp.logical_or(jnp.less(num_lower, 0), row - column <= num_lower)
    above = jnp.logical_or(jnp.less(num_upper, 0), column - row <= num_upper)
    return jnp.where(jnp.logical_and(below, above), input, jnp.zeros_like(input))


@matrix_band_part.gradient
def _(node, dy):
    return matrix_band_part(dy, *node.inputs[1:]), None, None


def matrix_transpose(x, conjugate: bool = False):
    """x with its last two axes exchanged, as a node."""
    rank = len(x.dims)
    order = [*range(rank - 2), rank - 1, rank - 2]
    name = "ConjugateTranspose" if conjugate and x.dtype.is_complex else "Transpose"
    return TABLE[name](x, order)
