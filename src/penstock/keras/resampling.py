"""Pictures read at other places, outside of them too."""

from __future__ import annotations

from typing import Any

from penstock.api import array, math
from penstock.v2.custom_gradient import custom_gradient


def sampled(x, maps, fill_mode: str, fill_value: float, interpolation: str):
    """Pictures `x` [batch, h, w, c] read where `maps` [batch, 8] send each point.

    (a0, a1, a2, b0, b1, b2, c0, c1) send (x, y) to column (a0·x + a1·y + a2) / d and
    row (b0·x + b1·y + b2) / d, d = c0·x + c1·y + 1.

    The gradient is TensorFlow's: what comes down is read the other way round, which is
    near the adjoint but not it.
    """

    @custom_gradient
    def read(pictures):
        def back(down):
            return _read(down, _inverse(maps), fill_mode, 0.0, interpolation)

        return _read(pictures, maps, fill_mode, fill_value, interpolation), back

    out: Any = read(x)
    out.set_shape(x.shape)
    return out


def _inverse(maps):
    """The maps [batch, 8] that lead back: of the 3 by 3 matrix [a; b; c0 c1 1]."""
    a0, a1, a2, b0, b1, b2, c0, c1 = (maps[:, i] for i in range(8))
    det = a0 * b1 - a1 * b0
    return array.stack([
        b1 - b2 * c1, a2 * c1 - a1, a1 * b2 - a2 * b1,
        b2 * c0 - b0, a0 - a2 * c0, a2 * b0 - a0 * b2,
        b0 * c1 - b1 * c0, a1 * c0 - a0 * c1,
    ], axis=1) / det[:, None]  # fmt: skip


def _read(x, maps, fill_mode: str, fill_value: float, interpolation: str):
    sizes = array.shape(x)
    height, width = sizes[1], sizes[2]
    down = math.cast(math.range(height), maps.dtype)[None, :, None]
    right = math.cast(math.range(width), maps.dtype)[None, None, :]
    a0, a1, a2, b0, b1, b2, c0, c1 = (maps[:, i, None, None] for i in range(8))
    depth = c0 * right + c1 * down + 1.0
    columns = (a0 * right + a1 * down + a2) / depth
    rows = (b0 * right + b1 * down + b2) / depth
    read = _nearest if interpolation == "nearest" else _bilinear
    out = read(_Source(x, fill_mode, fill_value), rows, columns)
    return math.cast(out, x.dtype)


class _Source:
    """Pictures read at whole places, some of which lie outside."""

    def __init__(self, x, fill_mode: str, fill_value: float):
        sizes = array.shape(x)
        self.x, self.fill_mode, self.fill_value = x, fill_mode, fill_value
        self.height, self.width = sizes[1], sizes[2]

    def folded(self, places, size):
        """`places` brought inside [0, size - 1]; "constant" leaves them."""
        length = math.cast(size, places.dtype)
        if self.fill_mode == "reflect":
            twice = 2.0 * length
            places = math.floormod(places, twice)
            return math.minimum(places, twice - 1.0 - places)
        if self.fill_mode == "wrap":  # as TensorFlow counts the lengths to move by
            last = math.maximum(length - 1.0, 1.0)
            before = places + length * (math.floor(-places / last) + 1.0)
            behind = places - length * math.floor(places / last)
            inside = array.where(places > last, behind, places)
            return array.where(places < 0.0, before, inside)
        if self.fill_mode == "nearest":
            return math.minimum(math.maximum(places, 0.0), length - 1.0)
        return places

    def at(self, rows, columns):
        """Values [batch, h, w, c] at whole `rows` and `columns` [batch, h, w]."""
        rows, columns = math.cast(rows, "int32"), math.cast(columns, "int32")
        inside = math.logical_and(
            math.logical_and(rows >= 0, rows < self.height),
            math.logical_and(columns >= 0, columns < self.width),
        )
        r = math.minimum(math.maximum(rows, 0), self.height - 1)
        c = math.minimum(math.maximum(columns, 0), self.width - 1)
        values = array.gather_nd(self.x, array.stack([r, c], axis=-1), batch_dims=1)
        if self.fill_mode != "constant":
            return values
        fill = array.ones_like(values) * self.fill_value
        return array.where(inside[..., None], values, fill)


def _nearest(source: _Source, rows, columns):
    rows = source.folded(rows, source.height)
    columns = source.folded(columns, source.width)
    return source.at(math.round(rows), math.round(columns))


def _bilinear(source: _Source, rows, columns):
    rows = source.folded(rows, source.height)
    columns = source.folded(columns, source.width)
    top, left = math.floor(rows), math.floor(columns)
    down, right = (rows - top)[..., None], (columns - left)[..., None]

    def beside(r, c):
        return source.at(r, c)

    upper = beside(top, left) * (1.0 - right) + beside(top, left + 1.0) * right
    lower = beside(top + 1.0, left) * (1.0 - right)
    lower = lower + beside(top + 1.0, left + 1.0) * right
    return upper * (1.0 - down) + lower * down
