"""Shapes that may be partly unknown.

Inside Penstock a shape is a plain tuple of sizes, `None` for an unknown size, or
`None` for an unknown rank. `TensorShape` is the class that programs see.
"""

from __future__ import annotations

from penstock.core.dimension import Dimension, merge_size
from penstock.core.errors import ShapeError

Dims = tuple[int | None, ...] | None


def merge(a: Dims, b: Dims) -> Dims:
    """One shape from two that must agree. Raises ShapeError where they differ."""
    if a is None:
        return b
    if b is None:
        return a
    if len(a) != len(b):
        raise ShapeError(f"Shapes {show(a)} and {show(b)} must have the same rank.")
    try:
        return tuple(map(merge_size, a, b))
    except ShapeError:
        raise ShapeError(f"Shapes {show(a)} and {show(b)} are incompatible.") from None


def compatible(a: Dims, b: Dims) -> bool:
    """Whether one concrete shape could be both `a` and `b`."""
    if a is None or b is None:
        return True
    return len(a) == len(b) and all(
        m is None or n is None or m == n for m, n in zip(a, b, strict=True)
    )


def relax(a: Dims, b: Dims) -> Dims:
    """The most precise shape that covers both `a` and `b`."""
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(m if m == n else None for m, n in zip(a, b, strict=True))


def broadcast(a: Dims, b: Dims) -> Dims:
    """NumPy's broadcasting of partial shapes. Raises ShapeError."""
    if a is None or b is None:
        return None
    if a == b:
        return a
    rank = max(len(a), len(b))
    a_full, b_full = (1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b
    out = []
    for m, n in zip(a_full, b_full, strict=True):
        if m == 1:
            out.append(n)
        elif n == 1 or m == n:
            out.append(m)
        elif m is None or n is None:
            out.append(m if n is None else n)
        else:
            raise ShapeError(f"Shapes {show(a)} and {show(b)} cannot be broadcast.")
    return tuple(out)


def is_static(a: Dims) -> bool:
    return a is not None and None not in a


def size(a: Dims) -> int | None:
    """Number of elements, or None where it is not known."""
    if a is None or None in a:
        return None
    n = 1
    for m in a:
        n *= m  # type: ignore[operator]
    return n


def show(a: Dims) -> str:
    """`(2, ?)`-free spelling used in messages: `[2,?]`, as TensorFlow writes it."""
    if a is None:
        return "<unknown>"
    return "[" + ",".join("?" if m is None else str(m) for m in a) + "]"


def as_dims(value) -> Dims:
    """`value` (TensorShape, sequence, int, None) as a plain tuple or None.

    Raises TypeError or ValueError for what is no shape.
    """
    if value is None:
        return None
    if isinstance(value, TensorShape):
        return value._dims
    if isinstance(value, Dimension):
        return (value.value,)
    if hasattr(value, "dim") and hasattr(value, "unknown_rank"):  # TensorShapeProto
        if value.unknown_rank:
            return None
        return tuple(None if d.size < 0 else int(d.size) for d in value.dim)
    if isinstance(value, str):
        raise TypeError(f"A shape cannot be made from the string {value!r}.")
    try:
        items = iter(value)
    except TypeError:
        return (_size(value),)
    return tuple(map(_size, items))


def _size(value) -> int | None:
    if value is None:
        return None
    if isinstance(value, Dimension):
        return value.value
    try:
        n = value.__index__()
    except AttributeError:
        raise TypeError(
            f"A size must be an integer or None, received {value!r} "
            f"({type(value).__name__})."
        ) from None
    if n < 0:
        # -1 in a placeholder's shape has always meant "unknown" in TensorShapeProto,
        # but the Python class refuses it.
        raise ValueError(f"A size must be >= 0, received {n}.")
    return int(n)


class TensorShape:
    """A possibly partial shape, as programs see it.

    `dimension_class` decides what an element looks like: `Dimension` under the 1.x
    face, int or None under the 2.x face.
    """

    __slots__ = ("_dims",)
    dimension_class: type | None = None

    def __init__(self, dims):
        self._dims: Dims = as_dims(dims)

    @property
    def rank(self) -> int | None:
        return None if self._dims is None else len(self._dims)

    @property
    def ndims(self) -> int | None:
        return self.rank

    @property
    def dims(self) -> list[Dimension] | None:
        return None if self._dims is None else [Dimension(d) for d in self._dims]

    def as_list(self) -> list[int | None]:
        if self._dims is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return list(self._dims)

    def num_elements(self) -> int | None:
        return size(self._dims)

    def is_fully_defined(self) -> bool:
        return is_static(self._dims)

    def assert_is_fully_defined(self) -> None:
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined.")

    def assert_has_rank(self, rank: int) -> None:
        if self.rank not in (None, rank):
            raise ValueError(f"Shape {self} must have rank {rank}.")

    def assert_same_rank(self, other) -> None:
        other = TensorShape(other)
        if None not in (self.rank, other.rank) and self.rank != other.rank:
            raise ValueError(f"Shapes {self} and {other} must have the same rank.")

    def is_compatible_with(self, other) -> bool:
        return compatible(self._dims, as_dims(other))

    def assert_is_compatible_with(self, other) -> None:
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {TensorShape(other)} are incompatible")

    def merge_with(self, other) -> TensorShape:
        return TensorShape(merge(self._dims, as_dims(other)))

    def concatenate(self, other) -> TensorShape:
        other = as_dims(other)
        if self._dims is None or other is None:
            return TensorShape(None)
        return TensorShape(self._dims + other)

    def with_rank(self, rank: int) -> TensorShape:
        try:
            return self.merge_with((None,) * rank)
        except ValueError:
            raise ValueError(f"Shape {self} must have rank {rank}") from None

    def with_rank_at_least(self, rank: int) -> TensorShape:
        if self.rank is not None and self.rank < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank: int) -> TensorShape:
        if self.rank is not None and self.rank > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def most_specific_compatible_shape(self, other) -> TensorShape:
        return TensorShape(relax(self._dims, as_dims(other)))

    def as_proto(self):
        from tensorboard.compat.proto.tensor_shape_pb2 import (  # generated code
            TensorShapeProto,  # pyright: ignore
        )

        if self._dims is None:
            return TensorShapeProto(unknown_rank=True)
        sizes = [-1 if d is None else d for d in self._dims]
        return TensorShapeProto(dim=[TensorShapeProto.Dim(size=d) for d in sizes])

    def _element(self, d):
        cls = TensorShape.dimension_class
        return d if cls is None else cls(d)

    def __len__(self):
        if self._dims is None:
            raise ValueError("Cannot take the length of a shape with unknown rank.")
        return len(self._dims)

    def __bool__(self):
        return self._dims is not None

    def __iter__(self):
        if self._dims is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return (self._element(d) for d in self._dims)

    def __getitem__(self, key):
        if self._dims is None:
            if isinstance(key, slice):
                return TensorShape(None)
            return self._element(None)
        if isinstance(key, slice):
            return TensorShape(self._dims[key])
        return self._element(self._dims[key])

    def __eq__(self, other):
        try:
            return self._dims == as_dims(other)
        except (TypeError, ValueError):
            return NotImplemented

    def __ne__(self, other):
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def __hash__(self):
        return hash(self._dims)

    def __add__(self, other):
        return self.concatenate(other)

    def __radd__(self, other):
        return TensorShape(other).concatenate(self)

    def __repr__(self):
        if self._dims is None:
            return "TensorShape(None)"
        if TensorShape.dimension_class is not None:
            return f"TensorShape({[Dimension(d) for d in self._dims]})"
        return f"TensorShape({list(self._dims)})"

    def __str__(self):
        if self._dims is None:
            return "<unknown>"
        if TensorShape.dimension_class is not None:
            inner = ", ".join("?" if d is None else str(d) for d in self._dims)
            return f"({inner},)" if len(self._dims) == 1 else f"({inner})"
        return str(self._dims)

    def __reduce__(self):
        return TensorShape, (self._dims,)


def dimension_value(dimension):
    """The size of a Dimension, or the number itself. As `tf.compat.dimension_value`."""
    return dimension.value if isinstance(dimension, Dimension) else dimension


def dimension_at_index(shape, index: int) -> Dimension:
    """Size `index` of `shape` as a Dimension, unknown where its rank is."""
    shape = TensorShape(shape)
    return Dimension(None if shape.rank is None else shape.as_list()[index])
