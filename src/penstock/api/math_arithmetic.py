"""Arithmetic, comparison and logic of two tensors, as `tf.math` spells them."""

from __future__ import annotations

from typing import Any

from penstock.api.operands import is_text, pair, tensor_named
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.tensor import Tensor
from penstock.ops import math_arithmetic as ops
from penstock.ops import math_binary, math_bitwise, math_comparison
from penstock.ops.math_cast import cast as cast_op
from penstock.ops.math_reduction import all_

#: What true division of integers is computed in.
_QUOTIENT = {
    dtypes.int8: dtypes.float32, dtypes.uint8: dtypes.float32,
    dtypes.int16: dtypes.float32, dtypes.uint16: dtypes.float32,
    dtypes.int32: dtypes.float64, dtypes.int64: dtypes.float64,
    dtypes.uint32: dtypes.float64, dtypes.uint64: dtypes.float64,
}  # fmt: skip


def add(x, y, name=None):
    """x + y, broadcasting."""
    if is_text(x) or is_text(y):
        return ops.add_v1(x, y, name=name)
    return ops.add(x, y, name=name or "Add")


def subtract(x, y, name=None):
    """x - y, broadcasting."""
    return ops.sub(x, y, name=name)


def multiply(x, y, name=None):
    """x · y element by element, broadcasting."""
    return ops.mul(x, y, name=name)


def scalar_mul(scalar, x, name=None) -> Any:
    """`scalar` · x, where x may be IndexedSlices. Raises ValueError for no scalar."""
    kind = (x.values if isinstance(x, IndexedSlices) else tensor(x)).dtype.base_dtype
    factor = tensor(scalar, kind, "scalar")
    if factor.dims not in ((), None):
        raise ValueError(
            f"scalar_mul: only scalars are allowed, received shape {factor.shape}."
        )
    if isinstance(x, IndexedSlices):
        values = ops.mul(factor, x.values, name=name)
        return IndexedSlices(values, x.indices, x.dense_shape)
    return ops.mul(factor, x, name=name)


def truediv(x, y, name=None):
    """x / y as Python 3 divides: integers give float32 or float64.

    Raises TypeError where the dtypes differ.
    """
    with scope(name, "truediv") as full:
        x, y = pair(x, y)
        wide = _QUOTIENT.get(x.dtype.base_dtype)
        if wide is not None:
            x, y = cast_op(x, DstT=wide), cast_op(y, DstT=wide)
        return ops.real_div(x, y, name=full or None)


def divide(x, y, name=None):
    """x / y as Python 3 divides."""
    return truediv(x, y, name)


def div(x, y, name=None):
    """x / y as Python 2 divides: integers are floored."""
    with scope(name, "div") as full:
        x, y = pair(x, y)
        kind = x.dtype.base_dtype
        op = ops.floor_div if kind.is_integer else ops.real_div
        return op(x, y, name=full or None)


def realdiv(x, y, name=None):
    """x / y of floating point numbers."""
    return ops.real_div(x, y, name=name)


def divide_no_nan(x, y, name=None):
    """x / y, and 0 where y is 0."""
    with scope(name, "div_no_nan") as full:
        x, y = pair(x, y)
        wide = _QUOTIENT.get(x.dtype.base_dtype)
        if wide is not None:
            x, y = cast_op(x, DstT=wide), cast_op(y, DstT=wide)
        return ops.div_no_nan(x, y, name=full or None)


def multiply_no_nan(x, y, name=None):
    """x · y, and 0 where y is 0 whatever x is."""
    with scope(name, "multiply_no_nan") as full:
        x, y = pair(x, y)
        return ops.mul_no_nan(x, y, name=full or None)


def floordiv(x, y, name=None):
    """x / y rounded down. Integer division by zero raises InvalidArgumentError."""
    return ops.floor_div(x, y, name=name or "floordiv")


def floor_div(x, y, name=None):
    return ops.floor_div(x, y, name=name)


def floormod(x, y, name=None):
    """The remainder with the sign of y, as Python's %."""
    return ops.floor_mod(x, y, name=name)


mod = floormod


def truncatediv(x, y, name=None):
    """x / y of integers, rounded towards zero."""
    return ops.truncate_div(x, y, name=name)


def truncatemod(x, y, name=None):
    """The remainder with the sign of x, as C's %."""
    return ops.truncate_mod(x, y, name=name)


def pow(x, y, name=None):
    """x to the power y. Integers refuse negative powers in the run."""
    with scope(name, "Pow") as full:
        return math_binary.power(x, y, name=full or None)


def maximum(x, y, name=None):
    """The larger of x and y, element by element."""
    return math_binary.maximum(x, y, name=name)


def minimum(x, y, name=None):
    """The smaller of x and y, element by element."""
    return math_binary.minimum(x, y, name=name)


def squared_difference(x, y, name=None):
    """(x - y)²"""
    return ops.squared_difference(x, y, name=name)


def atan2(y, x, name=None):
    """The angle of the point (x, y), in [-π, π]."""
    return math_binary.atan2(y, x, name=name)


def xlogy(x, y, name=None):
    """x · log y, and 0 where x is 0."""
    return math_binary.xlogy(x, y, name=name)


def xdivy(x, y, name=None):
    """x / y, and 0 where x is 0."""
    with scope(name, "xdivy"):
        return math_binary.xdivy(x, y)


def xlog1py(x, y, name=None):
    """x · log(1 + y), and 0 where x is 0."""
    with scope(name, "xlog1py"):
        return math_binary.xlog1py(x, y)


def nextafter(x1, x2, name=None):
    """The next number that the dtype can hold from x1 towards x2."""
    return math_binary.next_after(x1, x2, name=name)


def negative(x, name=None) -> Any:
    """-x; of IndexedSlices too."""
    if isinstance(x, IndexedSlices):
        return IndexedSlices(ops.neg(x.values, name=name), x.indices, x.dense_shape)
    return ops.neg(x, name=name)


def equal(x, y, name=None):
    """Whether x == y, element by element."""
    return math_comparison.equal(x, y, name=name)


def not_equal(x, y, name=None):
    """Whether x != y, element by element."""
    return math_comparison.not_equal(x, y, name=name)


def less(x, y, name=None):
    """Whether x < y, element by element."""
    return math_comparison.less(x, y, name=name)


def less_equal(x, y, name=None):
    """Whether x <= y, element by element."""
    return math_comparison.less_equal(x, y, name=name)


def greater(x, y, name=None):
    """Whether x > y, element by element."""
    return math_comparison.greater(x, y, name=name)


def greater_equal(x, y, name=None):
    """Whether x >= y, element by element."""
    return math_comparison.greater_equal(x, y, name=name)


def approximate_equal(x, y, tolerance=1e-5, name=None):
    """Whether |x - y| < tolerance, element by element."""
    return math_comparison.approximate_equal(x, y, tolerance=tolerance, name=name)


def logical_and(x, y, name=None):
    """x and y, of booleans."""
    return math_comparison.logical_and(x, y, name=name)


def logical_or(x, y, name=None):
    """x or y, of booleans."""
    return math_comparison.logical_or(x, y, name=name)


def logical_not(x, name=None):
    """not x, of booleans."""
    return math_comparison.logical_not(x, name=name)


def logical_xor(x, y, name="LogicalXor"):
    """Whether just one of x and y holds."""
    either = logical_or(x, y)
    return logical_and(either, logical_not(logical_and(x, y)), name=name)


def add_n(inputs, name=None):
    """The sum of a list of tensors of one shape and dtype.

    IndexedSlices in it are made dense. Raises ValueError for an empty list.
    """
    items = _tensors(inputs, "add_n")
    if len(items) == 1:
        if name:
            from penstock.ops.source import identity

            return identity(items[0], name=name)
        return items[0]
    return ops.add_n(items, name=name)


def _tensors(inputs, who: str) -> list[Tensor]:
    if isinstance(inputs, Tensor | str) or not hasattr(inputs, "__iter__"):
        raise ValueError(
            f"{who}: inputs must be a list of tensors with the same dtype and shape, "
            f"received {inputs!r}."
        )
    items = [tensor_named(i, None, "inputs") for i in inputs]
    if not items:
        raise ValueError(
            f"{who}: inputs must be a list of at least one tensor, received none. "
            "Was the collection filled before?"
        )
    return items


def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    """The sum of a list of tensors, as `add_n`."""
    items = _tensors(inputs, "accumulate_n")
    if len(items) == 1 and name is None:
        return items[0]
    return add_n(items, name=name)


def bitwise_and(x, y, name=None):
    """x & y, bit by bit."""
    return math_bitwise.bitwise_and(x, y, name=name)


def bitwise_or(x, y, name=None):
    """x | y, bit by bit."""
    return math_bitwise.bitwise_or(x, y, name=name)


def bitwise_xor(x, y, name=None):
    """x ^ y, bit by bit."""
    return math_bitwise.bitwise_xor(x, y, name=name)


def invert(x, name=None):
    """~x, bit by bit."""
    return math_bitwise.invert(x, name=name)


def left_shift(x, y, name=None):
    """x << y."""
    return math_bitwise.left_shift(x, y, name=name)


def right_shift(x, y, name=None):
    """x >> y, keeping the sign."""
    return math_bitwise.right_shift(x, y, name=name)


def polyval(coeffs, x, name=None):
    """The polynomial with `coeffs`, highest power first, at x (Horner's scheme)."""
    if not isinstance(coeffs, list):
        raise ValueError(f"coeffs must be a list, received {type(coeffs).__name__}.")
    with scope(name, "polyval"):
        x = tensor_named(x, None, "x")
        if not coeffs:
            return ops.mul(x, 0)
        parts = [
            tensor_named(c, x.dtype.base_dtype, f"coeff_{i}")
            for i, c in enumerate(coeffs)
        ]
        total = parts[0]
        for part in parts[1:]:
            total = ops.add(part, ops.mul(total, x, name="mul"), name="add")
        return total


def is_non_decreasing(x, name=None):
    """Whether x[i] <= x[i + 1] for all of the flattened `x`."""
    with scope(name, "is_non_decreasing"):
        return _ordered(x, math_comparison.less_equal)


def is_strictly_increasing(x, name=None):
    """Whether x[i] < x[i + 1] for all of the flattened `x`."""
    with scope(name, "is_strictly_increasing"):
        return _ordered(x, math_comparison.less)


def _ordered(x, compare):
    from penstock.api.array import reshape
    from penstock.api.slicing import getitem

    flat = reshape(x, [-1])
    first, second = getitem(flat, slice(None, -1)), getitem(flat, slice(1, None))
    return all_(compare(first, second), [0])
