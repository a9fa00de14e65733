"""What Python's operators do to tensors. Importing this attaches them.

The names are TensorFlow's: `x + 1` makes "add" with the constant "add/y".
"""

from __future__ import annotations

from types import FunctionType

from penstock.api import math_arithmetic as arithmetic
from penstock.api.linalg_matmul import matmul
from penstock.api.math_functions import abs as magnitude
from penstock.api.operands import is_text, tensor_dtype
from penstock.api.scopes import scope
from penstock.core import dtypes
from penstock.core.errors import ShapeError
from penstock.ir.tensor import Tensor
from penstock.ops import math_arithmetic as ops
from penstock.ops import math_binary, math_bitwise, math_comparison
from penstock.runtime.eager.tensor import EagerTensor


def _add(x, y):
    if type(x) is EagerTensor and x.dtype is not dtypes.string:
        return ops.add(x, y)
    if is_text(x) or is_text(y):
        return ops.add_v1(x, y, name="add")
    return ops.add(x, y, name="add")


def _sub(x, y):
    return ops.sub(x, y, name="sub")


def _mul(x, y):
    return ops.mul(x, y, name="mul")


def _floordiv(x, y):
    return ops.floor_div(x, y, name="floordiv")


def _mod(x, y):
    return ops.floor_mod(x, y, name="mod")


def _pow(x, y):
    return math_binary.power(x, y, name="pow")


def _matmul(x, y):
    return matmul(x, y, name="matmul")


def _logic(name: str, of_bools, of_integers):
    def operator(x, y):
        kind = tensor_dtype(x) or tensor_dtype(y)
        if kind is dtypes.bool:
            return of_bools(x, y, name=name)
        with scope(None, name):
            return of_integers(x, y)

    return operator


def _xor_of_bools(x, y, name):
    with scope(None, name) as full:
        return arithmetic.logical_xor(x, y, name=full or "LogicalXor")


_BINARY = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "truediv": arithmetic.truediv,
    "div": arithmetic.div,
    "floordiv": _floordiv,
    "mod": _mod,
    "pow": _pow,
    "matmul": _matmul,
    "and": _logic("and", math_comparison.logical_and, math_bitwise.bitwise_and),
    "or": _logic("or", math_comparison.logical_or, math_bitwise.bitwise_or),
    "xor": _logic("xor", _xor_of_bools, math_bitwise.bitwise_xor),
}
_COMPARE = {
    "lt": math_comparison.less,
    "le": math_comparison.less_equal,
    "gt": math_comparison.greater,
    "ge": math_comparison.greater_equal,
}


def _invert(x):
    if x.dtype.is_bool:
        return math_comparison.logical_not(x)
    return math_bitwise.invert(x)


def _equal(x, y):
    return _equality(x, y, math_comparison.equal, False)


def _not_equal(x, y):
    return _equality(x, y, math_comparison.not_equal, True)


def _equality(x, y, op, otherwise: bool):
    """Elementwise; what cannot be compared is unequal."""
    if y is None:
        return otherwise
    try:
        return op(x, y, incompatible_shape_error=False)
    except ShapeError:
        raise
    except (TypeError, ValueError):
        return otherwise


def _getitem(x, spec):
    from penstock.api.slicing import getitem

    return getitem(x, spec)


def _reflected(function):
    def operator(x, y):
        return function(y, x)

    return operator


def _direct(function):
    if isinstance(function, FunctionType):  # binds as a method does
        return function

    def operator(x, y):
        return function(x, y)

    return operator


def attach(cls: type) -> None:
    """Give `cls` the operators of tensors."""
    for name, function in _BINARY.items():
        setattr(cls, f"__{name}__", _direct(function))
        setattr(cls, f"__r{name}__", _reflected(function))
    for name, function in _COMPARE.items():
        setattr(cls, f"__{name}__", _direct(function))
    cls.__neg__ = lambda self: ops.neg(self)
    cls.__abs__ = lambda self: magnitude(self)
    cls.__invert__ = _invert
    cls.__getitem__ = _getitem
    cls._equal = _equal
    cls._not_equal = _not_equal


attach(Tensor)
