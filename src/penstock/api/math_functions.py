"""Functions of one tensor, element by element, and casts."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api.operands import tensor_dtype, tensor_named
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import math_arithmetic as arithmetic
from penstock.ops import math_cast, math_clip, math_comparison, math_complex
from penstock.ops import math_elementwise as ops
from penstock.ops import math_trigonometry as angles


def abs(x, name=None):
    """|x|; of complex numbers the real magnitude."""
    with scope(name, "Abs") as full:
        x = tensor_named(x, None, "x")
        if not x.dtype.is_complex:
            return ops.abs_(x, name=full or None)
        return math_complex.complex_abs(x, Tout=x.dtype.real_dtype, name=full or None)


def sign(x, name=None):
    """-1, 0 or 1; of complex numbers x / |x|."""
    return ops.sign(x, name=name)


def square(x, name=None):
    """x²"""
    return ops.square(x, name=name)


def sqrt(x, name=None):
    """√x, NaN below 0."""
    return ops.sqrt(x, name=name)


def rsqrt(x, name=None):
    """1 / √x"""
    return ops.rsqrt(x, name=name)


def exp(x, name=None):
    """eˣ"""
    return ops.exp(x, name=name)


def expm1(x, name=None):
    """eˣ - 1, exact near 0."""
    return ops.expm1(x, name=name)


def log(x, name=None):
    """The natural logarithm, -inf at 0 and NaN below."""
    return ops.log(x, name=name)


def log1p(x, name=None):
    """log(1 + x), exact near 0."""
    return ops.log1p(x, name=name)


def reciprocal(x, name=None):
    """1 / x"""
    return ops.reciprocal(x, name=name)


def reciprocal_no_nan(x, name=None):
    """1 / x, and 0 where x is 0."""
    with scope(name, "reciprocal_no_nan") as full:
        x = tensor_named(x, None, "x")
        one = tensor(np.ones((), x.dtype.base_dtype.np), name="one")
        return arithmetic.div_no_nan(one, x, name=full or None)


def sigmoid(x, name=None):
    """1 / (1 + e⁻ˣ)"""
    with scope(name, "Sigmoid") as full:
        return ops.sigmoid(tensor_named(x, None, "x"), name=full or None)


def log_sigmoid(x, name=None):
    """log(1 / (1 + e⁻ˣ)), without overflow."""
    with scope(name, "LogSigmoid") as full:
        x = tensor_named(x, None, "x")
        soft = TABLE["Softplus"](arithmetic.neg(x))
        return arithmetic.neg(soft, name=full or None)


def tanh(x, name=None):
    """The hyperbolic tangent."""
    return ops.tanh(x, name=name)


def sin(x, name=None):
    """The sine of x radians."""
    return angles.sin(x, name=name)


def cos(x, name=None):
    """The cosine of x radians."""
    return angles.cos(x, name=name)


def tan(x, name=None):
    """The tangent of x radians."""
    return angles.tan(x, name=name)


def asin(x, name=None):
    """The angle in [-π/2, π/2] whose sine is x."""
    return angles.asin(x, name=name)


def acos(x, name=None):
    """The angle in [0, π] whose cosine is x."""
    return angles.acos(x, name=name)


def atan(x, name=None):
    """The angle in (-π/2, π/2) whose tangent is x."""
    return angles.atan(x, name=name)


def sinh(x, name=None):
    """The hyperbolic sine."""
    return angles.sinh(x, name=name)


def cosh(x, name=None):
    """The hyperbolic cosine."""
    return angles.cosh(x, name=name)


def asinh(x, name=None):
    """The inverse of `sinh`."""
    return angles.asinh(x, name=name)


def acosh(x, name=None):
    """The inverse of `cosh`, NaN below 1."""
    return angles.acosh(x, name=name)


def atanh(x, name=None):
    """The inverse of `tanh`, NaN outside [-1, 1]."""
    return angles.atanh(x, name=name)


def floor(x, name=None):
    """The largest whole number not above x."""
    return ops.floor(x, name=name)


def ceil(x, name=None):
    """The smallest whole number not below x."""
    return ops.ceil(x, name=name)


def rint(x, name=None):
    """The nearest whole number, halves to the even one."""
    return ops.rint(x, name=name)


def round(x, name=None):
    """The nearest whole number, halves to the even one; integers as they are."""
    x = tensor_named(x, None, "x")
    return x if x.dtype.is_integer else ops.round_(x, name=name)


def is_nan(x, name=None):
    """Where x is NaN."""
    return math_comparison.is_nan(x, name=name)


def is_inf(x, name=None):
    """Where x is +inf or -inf."""
    return math_comparison.is_inf(x, name=name)


def is_finite(x, name=None):
    """Where x is neither infinite nor NaN."""
    return math_comparison.is_finite(x, name=name)


def complex(real, imag, name=None):
    """real + i · imag, of float32 or float64. Raises TypeError for other dtypes."""
    real = tensor_named(real, None, "real")
    imag = tensor_named(imag, None, "imag")
    kinds = {dtypes.float32: dtypes.complex64, dtypes.float64: dtypes.complex128}
    found = kinds.get(real.dtype.base_dtype)
    if found is None or imag.dtype.base_dtype is not real.dtype.base_dtype:
        raise TypeError(
            "tf.complex: real and imag must both be float32 or float64, received "
            f"{real.dtype.name} and {imag.dtype.name}. Use tf.cast."
        )
    with scope(name, "Complex") as full:
        return math_complex.complex_(real, imag, Tout=found, name=full or None)


def real(input, name=None):
    """The real part; a real tensor itself."""
    with scope(name, "Real") as full:
        x = tensor_named(input, None, "input")
        if not x.dtype.is_complex:
            return x
        return math_complex.real_(x, Tout=x.dtype.real_dtype, name=full or None)


def imag(input, name=None):
    """The imaginary part; zeros of a real tensor."""
    from penstock.api.array import zeros_like

    with scope(name, "Imag") as full:
        x = tensor_named(input, None, "input")
        if not x.dtype.is_complex:
            return zeros_like(x)
        return math_complex.imag_(x, Tout=x.dtype.real_dtype, name=full or None)


def conj(x, name=None):
    """The complex conjugate; a real tensor itself."""
    if isinstance(x, Tensor) and (x.dtype.is_floating or x.dtype.is_integer):
        return x
    with scope(name, "Conj") as full:
        x = tensor_named(x, None, "x")
        return math_complex.conj_(x, name=full or None) if x.dtype.is_complex else x


def angle(input, name=None):
    """The argument of complex numbers, in (-π, π]; 0 or π for real ones."""
    from penstock.api.array import ones_like, zeros_like

    with scope(name, "Angle") as full:
        x = tensor_named(input, None, "input")
        if x.dtype.is_complex:
            return math_complex.angle_(x, Tout=x.dtype.real_dtype, name=full or None)
        below = math_comparison.less(x, 0)
        turned = arithmetic.mul(np.pi, ones_like(x), name="mul")
        return TABLE["Select"](below, turned, zeros_like(x))


def cast(x, dtype, name=None) -> Any:
    """`x` as `dtype`: fractions cut off, complex numbers losing the imaginary part."""
    kind = as_dtype(dtype).base_dtype
    if tensor_dtype(x) is kind and isinstance(x, Tensor):
        return x
    with scope(name, "Cast") as full:
        if isinstance(x, IndexedSlices):
            values = math_cast.cast(x.values, DstT=kind, name=full or None)
            return IndexedSlices(values, x.indices, x.dense_shape)
        if hasattr(x, "with_values"):  # a SparseTensor
            return x.with_values(cast(x.values, kind, name=full or None))
        x = tensor_named(x, None, "x")
        if x.dtype.base_dtype is kind:
            return x
        return math_cast.cast(x, DstT=kind, name=full or None)


def saturate_cast(value, dtype, name=None):
    """`value` as `dtype`, first cut to what `dtype` can hold."""
    kind = as_dtype(dtype).base_dtype
    with scope(name, "saturate_cast") as full:
        value = tensor_named(value, None, "value")
        source = value.dtype.base_dtype
        if source.is_complex or kind.is_complex or kind.is_bool or source.is_bool:
            return math_cast.cast(value, DstT=kind, name=full or None)
        low, high = _common_limits(source, kind)
        low, high = tensor(low, name="Const"), tensor(high, name="Const")
        kept = math_clip.clip_by_value(value, low, high, name="clamp")
        return math_cast.cast(kept, DstT=kind, name=full or None)


def _common_limits(source, kind):
    """The range that both dtypes hold, in `source`'s dtype."""
    low, high = max(source.min, kind.min), min(source.max, kind.max)
    low, high = source.np.type(low), source.np.type(high)
    if source.is_floating and kind.is_integer and float(high) > kind.max:
        high = np.nextafter(high, source.np.type(0))  # the limit itself rounds up
    return low, high
