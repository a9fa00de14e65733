"""One size of a shape, perhaps unknown."""

from __future__ import annotations

from penstock.core.errors import ShapeError


class Dimension:
    """A size of a 1.x `TensorShape`, perhaps unknown (`value` is None)."""

    __slots__ = ("value",)

    def __init__(self, value):
        if isinstance(value, Dimension):
            value = value.value
        self.value = None if value is None else int(value)
        if self.value is not None and self.value < 0:
            raise ValueError(f"A Dimension must be >= 0, received {value}.")

    def __repr__(self):
        return f"Dimension({self.value})"

    def __str__(self):
        return "?" if self.value is None else str(self.value)

    def __int__(self):
        return self.value

    def __index__(self):
        if self.value is None:
            raise TypeError("An unknown Dimension cannot be used as an index.")
        return self.value

    def __hash__(self):
        return hash(self.value)

    def __bool__(self):
        return self.value is not None and self.value != 0

    def _with(self, other, f):
        other = Dimension(other).value
        if self.value is None or other is None:
            return None
        return f(self.value, other)

    def __eq__(self, other):
        try:
            return self._with(other, lambda a, b: a == b)
        except (TypeError, ValueError):
            return NotImplemented

    def __ne__(self, other):
        try:
            return self._with(other, lambda a, b: a != b)
        except (TypeError, ValueError):
            return NotImplemented

    def __lt__(self, other):
        return self._with(other, lambda a, b: a < b)

    def __le__(self, other):
        return self._with(other, lambda a, b: a <= b)

    def __gt__(self, other):
        return self._with(other, lambda a, b: a > b)

    def __ge__(self, other):
        return self._with(other, lambda a, b: a >= b)

    def __add__(self, other):
        return Dimension(self._with(other, lambda a, b: a + b))

    __radd__ = __add__

    def __sub__(self, other):
        return Dimension(self._with(other, lambda a, b: a - b))

    def __rsub__(self, other):
        return Dimension(self._with(other, lambda a, b: b - a))

    def __mul__(self, other):
        return Dimension(self._with(other, lambda a, b: a * b))

    __rmul__ = __mul__

    def __floordiv__(self, other):
        return Dimension(self._with(other, lambda a, b: a // b))

    __div__ = __floordiv__

    def __rfloordiv__(self, other):
        return Dimension(self._with(other, lambda a, b: b // a))

    def __mod__(self, other):
        return Dimension(self._with(other, lambda a, b: a % b))

    def is_compatible_with(self, other) -> bool:
        other = Dimension(other).value
        return self.value is None or other is None or self.value == other

    def merge_with(self, other) -> Dimension:
        return Dimension(merge_size(self.value, Dimension(other).value))


def merge_size(a: int | None, b: int | None) -> int | None:
    """One size from two that must agree. Raises ShapeError where they differ."""
    if a is None:
        return b
    if b is None or a == b:
        return a
    raise ShapeError(f"Sizes {a} and {b} are not compatible.")
