"""`keras.ops`: functions of each element."""

from __future__ import annotations

import math as numbers
from collections.abc import Callable

from penstock.api import array, math, nn
from penstock.api.scopes import tensor as as_tensor
from penstock.keras.backend_config import floatx
from penstock.keras.ops.operands import floating, named_as, pair, tensor


def _unary(function: Callable, prepare: Callable = floating) -> Callable:
    @named_as(function)
    def call(x):
        return function(prepare(x))

    return call


def _binary(function: Callable) -> Callable:
    @named_as(function)
    def call(x1, x2):
        return function(*pair(x1, x2))

    return call


def _truth(x):
    return math.cast(tensor(x), "bool")


def _same(x):
    return tensor(x)


exp, expm1, log, log1p = map(_unary, (math.exp, math.expm1, math.log, math.log1p))
sin, cos, tan, tanh = map(_unary, (math.sin, math.cos, math.tan, math.tanh))
sinh, cosh = map(_unary, (math.sinh, math.cosh))
arcsin, arccos, arctan = map(_unary, (math.asin, math.acos, math.atan))
arcsinh, arccosh, arctanh = map(_unary, (math.asinh, math.acosh, math.atanh))
sqrt, rsqrt, reciprocal = map(_unary, (math.sqrt, math.rsqrt, math.reciprocal))
erf, erfc, erfinv = map(_unary, (math.erf, math.erfc, math.erfinv))
isnan, isinf, isfinite = map(_unary, (math.is_nan, math.is_inf, math.is_finite))
floor, ceil = map(_unary, (math.floor, math.ceil))
abs = absolute = _unary(math.abs, _same)
negative, square = _unary(math.negative, _same), _unary(math.square, _same)
sign, conj = _unary(math.sign, _same), _unary(math.conj, _same)
conjugate = conj
real, imag = _unary(math.real, _same), _unary(math.imag, _same)
angle = _unary(math.angle, _same)
logical_not = _unary(math.logical_not, _truth)

add, subtract, multiply = map(_binary, (math.add, math.subtract, math.multiply))
maximum, minimum = map(_binary, (math.maximum, math.minimum))
equal, not_equal = map(_binary, (math.equal, math.not_equal))
greater, greater_equal = map(_binary, (math.greater, math.greater_equal))
less, less_equal = map(_binary, (math.less, math.less_equal))
bitwise_and, bitwise_or = map(_binary, (math.bitwise_and, math.bitwise_or))
bitwise_xor = _binary(math.bitwise_xor)
mod = _binary(math.floormod)
floor_divide = _binary(math.floordiv)


def divide(x1, x2):
    """x1 / x2; integers give `floatx`."""
    x1, x2 = pair(x1, x2)
    return floating(x1) / floating(x2)


true_divide = divide


def divide_no_nan(x1, x2):
    """x1 / x2, 0 where x2 is 0."""
    x1, x2 = pair(x1, x2)
    return math.divide_no_nan(floating(x1), floating(x2))


def power(x1, x2):
    return math.pow(*pair(x1, x2))


def arctan2(x1, x2):
    x1, x2 = pair(x1, x2)
    return math.atan2(floating(x1), floating(x2))


def logical_and(x1, x2):
    return math.logical_and(_truth(x1), _truth(x2))


def logical_or(x1, x2):
    return math.logical_or(_truth(x1), _truth(x2))


def logical_xor(x1, x2):
    return math.logical_xor(_truth(x1), _truth(x2))


def _scaled(function: Callable, factor: float, doc: str) -> Callable:
    def call(x):
        x = floating(x)
        return function(x) * as_tensor(factor, x.dtype.base_dtype)

    call.__doc__ = doc
    return call


def _identity(x):
    return x


log2 = _scaled(math.log, 1 / numbers.log(2), "The logarithm to the base 2.")
log10 = _scaled(math.log, 1 / numbers.log(10), "The logarithm to the base 10.")
deg2rad = _scaled(_identity, numbers.pi / 180, "Degrees as radians.")
rad2deg = _scaled(_identity, 180 / numbers.pi, "Radians as degrees.")


def exp2(x):
    """2 to the power x."""
    x = floating(x)
    return math.pow(as_tensor(2.0, x.dtype.base_dtype), x)


def cbrt(x):
    """The cube root, of negative numbers too."""
    x = floating(x)
    return math.sign(x) * math.pow(math.abs(x), as_tensor(1 / 3, x.dtype.base_dtype))


def hypot(x1, x2):
    x1, x2 = (floating(x) for x in pair(x1, x2))
    return math.sqrt(math.square(x1) + math.square(x2))


def logaddexp(x1, x2):
    """log(e^x1 + e^x2)."""
    x1, x2 = (floating(x) for x in pair(x1, x2))
    high = math.maximum(x1, x2)
    return high + nn.softplus(-math.abs(x1 - x2))


def trunc(x):
    x = tensor(x)
    if not x.dtype.base_dtype.is_floating:
        return x
    return math.sign(x) * math.floor(math.abs(x))


def round(x, decimals=0):
    """To `decimals` places, halves to the even neighbour."""
    x = tensor(x)
    if not decimals:
        return math.round(x)
    scale = as_tensor(10.0**decimals, x.dtype.base_dtype)
    return math.round(x * scale) / scale


def clip(x, x_min, x_max):
    """x between x_min and x_max."""
    return minimum(maximum(x, x_min), x_max)


def cast(x, dtype):
    return math.cast(tensor(x), dtype)


def saturate_cast(x, dtype):
    return math.saturate_cast(tensor(x), dtype)


def isclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether |x1 - x2| <= atol + rtol·|x2|."""
    x1, x2 = (math.cast(x, floatx()) for x in pair(x1, x2))
    near = math.less_equal(math.abs(x1 - x2), atol + rtol * math.abs(x2))
    near = math.logical_or(near, math.equal(x1, x2))
    if equal_nan:
        both = math.logical_and(math.is_nan(x1), math.is_nan(x2))
        near = math.logical_or(near, both)
    return near


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    """x with numbers for what is none; infinities become the dtype's largest."""
    x = floating(x)
    kind = x.dtype.base_dtype
    high = kind.max if posinf is None else posinf
    low = kind.min if neginf is None else neginf
    out = array.where(math.is_nan(x), as_tensor(nan, kind), x)
    out = array.where(math.equal(out, as_tensor(float("inf"), kind)),
                      as_tensor(high, kind), out)  # fmt: skip
    return array.where(math.equal(out, as_tensor(float("-inf"), kind)),
                       as_tensor(low, kind), out)  # fmt: skip


def where(condition, x1=None, x2=None):
    """x1 where `condition` holds, else x2; without both the places where it holds."""
    condition = _truth(condition)
    if x1 is None and x2 is None:
        from penstock.keras.ops.shapes import nonzero

        return nonzero(condition)
    return array.where(condition, *pair(x1, x2))
