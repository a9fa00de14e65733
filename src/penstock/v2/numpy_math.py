"""Functions of `tf.experimental.numpy` on numbers, by table: dtypes, then an op."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.api import math_arithmetic as arithmetic
from penstock.api import math_functions as functions
from penstock.api import math_reduce as reduce
from penstock.api.control_flow import while_loop
from penstock.api.linalg_matmul import matmul as tensor_matmul
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE
from penstock.v2.numpy_dtypes import (
    array_of,
    cast,
    floating,
    promoted,
    result_type,
)

_LOG = {2: np.log(2.0), 10: np.log(10.0)}


def _scaled(factor: float) -> Callable:
    return lambda x: x * cast(array_of(factor), x.dtype)


def _log(base: int) -> Callable:
    return lambda x: _scaled(1 / _LOG[base])(functions.log(x))


def _sinc(x):
    x = _scaled(np.pi)(x)
    zero = TABLE["Equal"](x, TABLE["ZerosLike"](x))
    one = TABLE["OnesLike"](x)
    return TABLE["SelectV2"](
        zero, one, functions.sin(x) / TABLE["SelectV2"](zero, one, x)
    )


def _cbrt(x):
    third = TABLE["Pow"](functions.abs(x), cast(array_of(1 / 3), x.dtype))
    return functions.sign(x) * third


#: One argument, made a float first.
_OF_FLOATS: dict[str, Callable] = {
    "arccos": functions.acos, "arccosh": functions.acosh, "arcsin": functions.asin,
    "arcsinh": functions.asinh, "arctan": functions.atan, "arctanh": functions.atanh,
    "cbrt": _cbrt, "cos": functions.cos, "cosh": functions.cosh,
    "deg2rad": _scaled(np.pi / 180), "exp": functions.exp,
    "exp2": lambda x: functions.exp(_scaled(_LOG[2])(x)), "expm1": functions.expm1,
    "log": functions.log, "log10": _log(10), "log1p": functions.log1p, "log2": _log(2),
    "rad2deg": _scaled(180 / np.pi), "sin": functions.sin, "sinc": _sinc,
    "sinh": functions.sinh, "sqrt": functions.sqrt, "tan": functions.tan,
    "tanh": functions.tanh, "ceil": functions.ceil, "floor": functions.floor,
    "fabs": functions.abs,
    "fix": lambda x: TABLE["SelectV2"](x < 0, functions.ceil(x), functions.floor(x)),
}  # fmt: skip
#: One argument of any kind of number.
_OF_ANY: dict[str, Callable] = {
    "abs": functions.abs, "absolute": functions.abs, "conj": functions.conj,
    "conjugate": functions.conj, "negative": arithmetic.negative,
    "positive": lambda x: TABLE["Identity"](x), "square": functions.square,
    "sign": functions.sign, "real": functions.real, "imag": functions.imag,
    "bitwise_not": arithmetic.invert,
    "reciprocal": lambda x: TABLE["OnesLike"](x) / x,
}  # fmt: skip
#: Two arguments, of the dtype that they take together.
_OF_TWO: dict[str, Callable] = {
    "maximum": arithmetic.maximum, "minimum": arithmetic.minimum,
    "floor_divide": arithmetic.floordiv, "mod": arithmetic.floormod,
    "remainder": arithmetic.floormod, "power": arithmetic.pow,
    "subtract": arithmetic.subtract, "bitwise_and": arithmetic.bitwise_and,
    "bitwise_or": arithmetic.bitwise_or, "bitwise_xor": arithmetic.bitwise_xor,
    "equal": arithmetic.equal, "not_equal": arithmetic.not_equal,
    "greater": arithmetic.greater, "greater_equal": arithmetic.greater_equal,
    "less": arithmetic.less, "less_equal": arithmetic.less_equal,
}  # fmt: skip


def _hypot(x, y):
    return functions.sqrt(x * x + y * y)


def _logaddexp(x, y):
    larger = arithmetic.maximum(x, y)
    return larger + functions.log1p(functions.exp(-functions.abs(x - y)))


def _heaviside(x, y):
    zero, one = TABLE["ZerosLike"](x), TABLE["OnesLike"](x)
    signed = TABLE["SelectV2"](x < 0, zero, TABLE["SelectV2"](x > 0, one, y))
    return TABLE["SelectV2"](functions.is_nan(x), x, signed)


#: Two arguments, made floats together.
_OF_TWO_FLOATS: dict[str, Callable] = {
    "arctan2": arithmetic.atan2, "hypot": _hypot, "logaddexp": _logaddexp,
    "logaddexp2": lambda x, y: _scaled(1 / _LOG[2])(
        _logaddexp(_scaled(_LOG[2])(x), _scaled(_LOG[2])(y))
    ),
    "nextafter": arithmetic.nextafter, "heaviside": _heaviside,
}  # fmt: skip
_OF_BOOLS: dict[str, Callable] = {
    "logical_and": arithmetic.logical_and, "logical_or": arithmetic.logical_or,
    "logical_xor": arithmetic.logical_xor,
}  # fmt: skip
_TESTS: dict[str, Callable] = {
    "isfinite": functions.is_finite, "isinf": functions.is_inf,
    "isnan": functions.is_nan, "signbit": lambda x: x < 0,
    "isneginf": lambda x: arithmetic.equal(x, cast(array_of(-np.inf), x.dtype)),
    "isposinf": lambda x: arithmetic.equal(x, cast(array_of(np.inf), x.dtype)),
}  # fmt: skip


def _define(
    table: dict[str, Callable], convert: Callable, arity: int, doc: str
) -> None:
    """Public functions of `arity` arguments, which `convert` prepares."""
    for name, function in table.items():
        call = (_of_one if arity == 1 else _of_both)(function, convert)
        call.__name__ = call.__qualname__ = name
        call.__doc__ = doc.format(name)
        globals()[name] = call
        __all__.append(name)


def _of_one(function: Callable, convert: Callable) -> Callable:
    def call(x):
        return function(convert(x))

    return call


def _of_both(function: Callable, convert: Callable) -> Callable:
    def call(x1, x2):
        return function(*convert(x1, x2))

    return call


def _float_pair(x, y) -> list[Any]:
    common = result_type(x, y)
    if common.kind in "biu":
        common = np.result_type(common, np.float32)
    return [array_of(x, common), array_of(y, common)]


def angle(z, deg=False):
    """The angle of complex numbers, in radians or degrees."""
    made = functions.angle(floating(z))
    return _scaled(180 / np.pi)(made) if deg else made


__all__ = [
    "add", "angle", "divide", "divmod", "float_power", "gcd", "lcm", "logical_not",
    "matmul", "multiply", "true_divide",
]  # fmt: skip
_define(_OF_FLOATS, floating, 1, "`np.{}` of a tensor, as floats.")
_define(_TESTS, floating, 1, "`np.{}` of a tensor.")
_define(_OF_ANY, array_of, 1, "`np.{}` of a tensor.")
_define(
    _OF_TWO, promoted, 2, "`np.{}` of two tensors, of the dtype they take together."
)
_define(_OF_TWO_FLOATS, _float_pair, 2, "`np.{}` of two tensors, as floats.")
_define(
    _OF_BOOLS, lambda x1, x2: [array_of(x1, np.bool_), array_of(x2, np.bool_)], 2,
    "`np.{}` of two tensors, as truth values.",
)  # fmt: skip


def logical_not(x):
    """`np.logical_not` of a tensor, as truth values."""
    return arithmetic.logical_not(array_of(x, np.bool_))


def add(x1, x2):
    """`np.add`: of truth values their "or"."""
    a, b = promoted(x1, x2)
    return TABLE["LogicalOr" if a.dtype == as_dtype(bool) else "AddV2"](a, b)


def multiply(x1, x2):
    """`np.multiply`: of truth values their "and"."""
    a, b = promoted(x1, x2)
    return TABLE["LogicalAnd" if a.dtype == as_dtype(bool) else "Mul"](a, b)


def true_divide(x1, x2):
    """`np.true_divide`: integers as floats."""
    a, b = _float_pair(x1, x2)
    return TABLE["RealDiv"](a, b)


divide = true_divide


def divmod(x1, x2):
    """`(x1 // x2, x1 % x2)`."""
    a, b = promoted(x1, x2)
    return arithmetic.floordiv(a, b), arithmetic.floormod(a, b)


def float_power(x1, x2):
    """`np.float_power`: in double precision."""
    common = np.result_type(result_type(x1, x2), np.float64)
    return arithmetic.pow(array_of(x1, common), array_of(x2, common))


def gcd(x1, x2):
    """The greatest common divisors of integers."""
    a, b = (functions.abs(x) for x in promoted(x1, x2))
    shape = TABLE["BroadcastArgs"](TABLE["Shape"](a), TABLE["Shape"](b))
    a, b = TABLE["BroadcastTo"](a, shape), TABLE["BroadcastTo"](b, shape)

    def step(a, b):
        zero = arithmetic.equal(b, TABLE["ZerosLike"](b))
        rest = TABLE["FloorMod"](a, TABLE["SelectV2"](zero, TABLE["OnesLike"](b), b))
        return TABLE["SelectV2"](zero, a, b), TABLE["SelectV2"](zero, b, rest)

    def more(_, b):
        return TABLE["Any"](TABLE["NotEqual"](b, TABLE["ZerosLike"](b)), axes)

    axes = list(range(len(a.shape)))
    return while_loop(more, step, (a, b))[0]


def lcm(x1, x2):
    """The least common multiples of integers."""
    a, b = promoted(x1, x2)
    divisor = gcd(a, b)
    safe = arithmetic.maximum(divisor, TABLE["OnesLike"](divisor))
    return functions.abs(arithmetic.floordiv(a * b, safe))


def matmul(x1, x2):
    """`np.matmul`: vectors as rows on the left and columns on the right."""
    a, b = promoted(x1, x2)
    if len(a.shape) == 1 and len(b.shape) == 1:
        return reduce.reduce_sum(a * b)
    if len(a.shape) == 1:
        return TABLE["Squeeze"](tensor_matmul(a[None], b), squeeze_dims=[-2])
    if len(b.shape) == 1:
        return TABLE["Squeeze"](tensor_matmul(a, b[:, None]), squeeze_dims=[-1])
    return tensor_matmul(a, b)
