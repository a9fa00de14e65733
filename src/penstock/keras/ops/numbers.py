"""`keras.ops`: the rarer functions of each element, and of bits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from penstock.api import array, control_flow, math
from penstock.api.scopes import tensor as as_tensor
from penstock.core.dtypes import as_dtype
from penstock.keras.ops import elementwise
from penstock.keras.ops.elementwise import isclose
from penstock.keras.ops.operands import floating, named_as, pair, tensor


def _floats(x1, x2):
    """Both as floats of one dtype."""
    x1, x2 = pair(x1, x2)
    return floating(x1), floating(x2)


def fabs(x):
    """|x| as a float."""
    return math.abs(floating(x))


def _or_other(pick: Callable, doc: str) -> Callable:
    def call(x1, x2):
        x1, x2 = pair(x1, x2)
        out = pick(x1, x2)
        if not x1.dtype.base_dtype.is_floating:
            return out
        out = array.where(math.is_nan(x1), x2 + array.zeros_like(out), out)
        return array.where(math.is_nan(x2), x1 + array.zeros_like(out), out)

    call.__doc__ = doc
    return call


fmax = _or_other(math.maximum, "The larger; of a number and a NaN the number.")
fmin = _or_other(math.minimum, "The smaller; of a number and a NaN the number.")


def fmod(x1, x2):
    """What x1 / x2 leaves, with the sign of x1."""
    return math.truncatemod(*pair(x1, x2))


def heaviside(x1, x2):
    """0 below 0, 1 above, x2 at 0."""
    x1, x2 = _floats(x1, x2)
    x2 = x2 + array.zeros_like(x1)
    step = math.cast(math.greater(x1, array.zeros_like(x1)), x1.dtype.base_dtype)
    out = array.where(math.equal(x1, array.zeros_like(x1)), x2, step)
    return array.where(math.is_nan(x1), x1 + array.zeros_like(x2), out)


def i0(x):
    """The modified Bessel function of order 0."""
    return math.bessel_i0(floating(x))


def _is(wanted: float) -> Callable:
    def call(x):
        x = tensor(x)
        if not x.dtype.base_dtype.is_floating:
            return array.zeros_like(x, "bool")
        return math.equal(x, as_tensor(wanted, x.dtype.base_dtype))

    return call


isposinf, isneginf = _is(float("inf")), _is(float("-inf"))


def isreal(x):
    """Whether the imaginary part is 0."""
    x = tensor(x)
    if not x.dtype.base_dtype.is_complex:
        return array.ones_like(x, "bool")
    part = math.imag(x)
    return math.equal(part, array.zeros_like(part))


def allclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether all of |x1 - x2| <= atol + rtol·|x2|."""
    return math.reduce_all(isclose(x1, x2, rtol, atol, equal_nan))


def logaddexp2(x1, x2):
    """log2(2^x1 + 2^x2)."""
    x1, x2 = _floats(x1, x2)
    log2 = as_tensor(np.log(2.0), x1.dtype.base_dtype)
    return elementwise.logaddexp(x1 * log2, x2 * log2) / log2


def nextafter(x1, x2):
    """The number after x1 towards x2."""
    return math.nextafter(*_floats(x1, x2))


def signbit(x):
    """Whether the sign is minus, of -0.0 too."""
    x = tensor(x)
    if not x.dtype.base_dtype.is_floating:
        return math.less(x, array.zeros_like(x)) if x.dtype.name != "bool" else (
            array.zeros_like(x))  # fmt: skip
    turned = math.less(1.0 / x, array.zeros_like(x))
    return math.logical_or(math.less(x, array.zeros_like(x)), turned)


def sinc(x):
    """sin(πx) / πx, 1 at 0."""
    x = floating(x)
    at = x * as_tensor(np.pi, x.dtype.base_dtype)
    safe = array.where(math.equal(x, 0.0), array.ones_like(x), at)
    return array.where(math.equal(x, 0.0), array.ones_like(x), math.sin(safe) / safe)


def ldexp(x1, x2):
    """x1 · 2^x2, x2 whole."""
    x1, x2 = floating(x1), tensor(x2)
    if x2.dtype.base_dtype.is_floating:
        raise TypeError(
            "ldexp exponent must be an integer type. Received: "
            f"x2 dtype={x2.dtype.base_dtype.name}"
        )
    two = as_tensor(2.0, x1.dtype.base_dtype)
    return x1 * math.pow(two, math.cast(x2, x1.dtype.base_dtype))


def gcd(x1, x2):
    """The greatest common divisor, by Euclid's steps."""
    x1, x2 = (math.abs(x) for x in pair(x1, x2))
    x1, x2 = x1 + array.zeros_like(x2), x2 + array.zeros_like(x1)

    def step(a, b):
        safe = array.where(math.equal(b, 0), array.ones_like(b), b)
        done = math.equal(b, 0)
        return array.where(done, a, b), array.where(done, b, math.floormod(a, safe))

    return control_flow.while_loop(
        lambda a, b: math.reduce_any(math.not_equal(b, 0)), step, (x1, x2)
    )[0]


def lcm(x1, x2):
    """The least common multiple; 0 where one is 0."""
    x1, x2 = (math.abs(x) for x in pair(x1, x2))
    shared = gcd(x1, x2)
    return x1 // math.maximum(shared, array.ones_like(shared)) * x2


# --- bits -----------------------------------------------------------------------------


def bitwise_invert(x):
    """Each bit turned."""
    return math.invert(tensor(x))


bitwise_not = bitwise_invert


def _shifted(function: Callable) -> Callable:
    @named_as(function)
    def call(x, y):
        return function(*pair(x, y))

    return call


left_shift, right_shift = map(_shifted, (math.left_shift, math.right_shift))
bitwise_left_shift, bitwise_right_shift = left_shift, right_shift


def view(x, dtype=None):
    """The same bytes read as another dtype; the last axis grows or shrinks by it."""
    x = tensor(x)
    if dtype is None:
        return x
    kind, have = as_dtype(dtype), x.dtype.base_dtype
    if kind.size > have.size:
        times = kind.size // have.size
        x = array.reshape(x, [*x.dims[:-1], x.dims[-1] // times, times])
    out = array.bitcast(x, kind)
    if kind.size < have.size:
        out = array.reshape(out, [*x.dims[:-1], x.dims[-1] * (have.size // kind.size)])
    return out
