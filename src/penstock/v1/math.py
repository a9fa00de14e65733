"""The 1.x spellings of mathematics: old argument names, old function names."""

from __future__ import annotations

from penstock.api import (
    math_arithmetic,
    math_functions,
    math_reduce,
    math_segment,
)
from penstock.core import dtypes


def _one_of(new, old, new_name: str, old_name: str):
    """The argument under whichever name it came. Raises ValueError for both."""
    if old is None:
        return new
    if new is not None:
        raise ValueError(f"Cannot specify both '{new_name}' and '{old_name}'.")
    return old


def _reduction(function):
    """`function` with `reduction_indices` and `keep_dims` besides."""

    def reduce(
        input_tensor, axis=None, keepdims=None, name=None,
        reduction_indices=None, keep_dims=None,
    ):  # fmt: skip
        axis = _one_of(axis, reduction_indices, "axis", "reduction_indices")
        keepdims = _one_of(keepdims, keep_dims, "keepdims", "keep_dims")
        return function(input_tensor, axis, bool(keepdims), name)

    reduce.__name__ = function.__name__
    reduce.__doc__ = function.__doc__
    return reduce


reduce_sum = _reduction(math_reduce.reduce_sum)
reduce_mean = _reduction(math_reduce.reduce_mean)
reduce_max = _reduction(math_reduce.reduce_max)
reduce_min = _reduction(math_reduce.reduce_min)
reduce_prod = _reduction(math_reduce.reduce_prod)
reduce_all = _reduction(math_reduce.reduce_all)
reduce_any = _reduction(math_reduce.reduce_any)
reduce_logsumexp = _reduction(math_reduce.reduce_logsumexp)


def count_nonzero(
    input_tensor=None, axis=None, keepdims=None, dtype=dtypes.int64, name=None,
    reduction_indices=None, keep_dims=None, input=None,
):  # fmt: skip
    x = _one_of(input_tensor, input, "input_tensor", "input")
    axis = _one_of(axis, reduction_indices, "axis", "reduction_indices")
    keepdims = _one_of(keepdims, keep_dims, "keepdims", "keep_dims")
    return math_reduce.count_nonzero(x, axis, bool(keepdims), dtype, name)


def argmax(input, axis=None, name=None, dimension=None, output_type=dtypes.int64):
    axis = _one_of(axis, dimension, "axis", "dimension")
    return math_reduce.argmax(input, axis, output_type, name)


def argmin(input, axis=None, name=None, dimension=None, output_type=dtypes.int64):
    axis = _one_of(axis, dimension, "axis", "dimension")
    return math_reduce.argmin(input, axis, output_type, name)


def arg_max(input, dimension, output_type=dtypes.int64, name=None):
    return math_reduce.argmax(input, dimension, output_type, name)


def arg_min(input, dimension, output_type=dtypes.int64, name=None):
    return math_reduce.argmin(input, dimension, output_type, name)


def to_float(x, name="ToFloat"):
    return math_functions.cast(x, dtypes.float32, name)


def to_double(x, name="ToDouble"):
    return math_functions.cast(x, dtypes.float64, name)


def to_int32(x, name="ToInt32"):
    return math_functions.cast(x, dtypes.int32, name)


def to_int64(x, name="ToInt64"):
    return math_functions.cast(x, dtypes.int64, name)


def to_bfloat16(x, name="ToBFloat16"):
    return math_functions.cast(x, dtypes.bfloat16, name)


def to_complex64(x, name="ToComplex64"):
    return math_functions.cast(x, dtypes.complex64, name)


def to_complex128(x, name="ToComplex128"):
    return math_functions.cast(x, dtypes.complex128, name)


def mul(x, y, name=None):
    return math_arithmetic.multiply(x, y, name)


def sub(x, y, name=None):
    return math_arithmetic.subtract(x, y, name)


def neg(x, name=None):
    return math_arithmetic.negative(x, name)


def div_no_nan(x, y, name=None):
    return math_arithmetic.divide_no_nan(x, y, name)


def lin_space(start, stop, num, name=None, axis=0):
    return math_reduce.linspace(start, stop, num, name, axis)


def confusion_matrix(
    labels, predictions, num_classes=None, dtype=dtypes.int32, name=None, weights=None
):
    return math_segment.confusion_matrix(
        labels, predictions, num_classes, weights, dtype, name
    )


def bincount(arr, weights=None, minlength=None, maxlength=None, dtype=dtypes.int32):
    return math_segment.bincount(arr, weights, minlength, maxlength, dtype)
