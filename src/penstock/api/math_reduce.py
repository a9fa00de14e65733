"""Reductions, running sums, positions of extremes, ranges."""

from __future__ import annotations

from functools import cache

import numpy as np

from penstock.api.math_functions import cast, sqrt
from penstock.api.operands import tensor_named
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import math_arithmetic as arithmetic
from penstock.ops import math_comparison, math_cumulative
from penstock.ops import math_reduction as ops
from penstock.ops.math_elementwise import exp, log, square
from penstock.ops.source import stop_gradient
from penstock.runtime.eager.tensor import EagerTensor


@cache
def _all_axes(rank: int) -> np.ndarray:
    return np.arange(rank, dtype=np.int32)


def _axes(x, axis):
    """`axis`; where it is None all axes of `x`, in the node that TensorFlow adds."""
    if axis is not None:
        return axis
    if type(x) is EagerTensor and x.dims:
        return _all_axes(len(x.dims))
    rank = getattr(getattr(x, "shape", None), "rank", None)
    if rank:
        return tensor(np.arange(rank, dtype=np.int32), name="Const")
    from penstock.api.array import rank as rank_of

    return range(0, rank_of(x))


def _reduce(op, x, axis, keepdims, name):
    out = op(x, _axes(x, axis), keep_dims=bool(keepdims), name=name)
    if axis is None and not keepdims and out.dims is None:
        out.set_shape(())
    return out


def reduce_sum(input_tensor, axis=None, keepdims=False, name=None):
    """The sum over `axis` (an int, several, or None for all), as `tf.reduce_sum`.

    Reduced axes vanish, or stay with size 1 under `keepdims`.
    """
    return _reduce(ops.sum_, input_tensor, axis, keepdims, name)


def reduce_mean(input_tensor, axis=None, keepdims=False, name=None):
    """The mean over `axis`; of integers cut off towards zero."""
    return _reduce(ops.mean, input_tensor, axis, keepdims, name)


def reduce_max(input_tensor, axis=None, keepdims=False, name=None):
    """The largest element over `axis`; equal ones share the gradient."""
    return _reduce(ops.max_, input_tensor, axis, keepdims, name)


def reduce_min(input_tensor, axis=None, keepdims=False, name=None):
    """The smallest element over `axis`; equal ones share the gradient."""
    return _reduce(ops.min_, input_tensor, axis, keepdims, name)


def reduce_prod(input_tensor, axis=None, keepdims=False, name=None):
    """The product over `axis`."""
    return _reduce(ops.prod, input_tensor, axis, keepdims, name)


def reduce_all(input_tensor, axis=None, keepdims=False, name=None):
    """Whether all booleans over `axis` hold."""
    return _reduce(ops.all_, input_tensor, axis, keepdims, name)


def reduce_any(input_tensor, axis=None, keepdims=False, name=None):
    """Whether any boolean over `axis` holds."""
    return _reduce(ops.any_, input_tensor, axis, keepdims, name)


def reduce_euclidean_norm(input_tensor, axis=None, keepdims=False, name=None):
    """√Σx² over `axis`."""
    return _reduce(ops.euclidean_norm, input_tensor, axis, bool(keepdims), name)


def reduce_logsumexp(input_tensor, axis=None, keepdims=False, name=None):
    """log Σ eˣ over `axis`, without overflow."""
    from penstock.api.array import reshape

    with scope(name, "ReduceLogSumExp") as full:
        x = tensor_named(input_tensor, None, None)
        largest = reduce_max(x, axis, keepdims=True)
        finite = math_comparison.is_finite(largest)
        base = stop_gradient(math_comparison.select(finite, largest, 0))
        total = reduce_sum(exp(arithmetic.sub(x, base)), axis, keepdims)
        logs = log(total)
        if not keepdims:
            shape = TABLE["Shape"](logs, out_type=dtypes.int32)
            base = reshape(base, shape)
        return arithmetic.add(logs, base, name=full or None)


def reduce_variance(input_tensor, axis=None, keepdims=False, name=None):
    """The mean squared distance from the mean over `axis`."""
    with scope(name, "reduce_variance"):
        x = tensor_named(input_tensor, None, None)
        means = reduce_mean(x, axis, keepdims=True)
        if means.dtype.is_integer:
            raise TypeError(
                "reduce_variance: input must be floating point or complex, received "
                f"{means.dtype.name}. Use tf.cast."
            )
        apart = arithmetic.sub(x, means, name="sub")
        if apart.dtype.is_complex:
            from penstock.api.math_functions import conj, real

            return reduce_mean(real(arithmetic.mul(apart, conj(apart))), axis, keepdims)
        return reduce_mean(square(apart), axis, keepdims)


def reduce_std(input_tensor, axis=None, keepdims=False, name=None):
    """The square root of `reduce_variance`."""
    with scope(name, "reduce_std"):
        return sqrt(reduce_variance(input_tensor, axis, keepdims))


def count_nonzero(input, axis=None, keepdims=None, dtype=dtypes.int64, name=None):
    """How many elements over `axis` are not 0 (not "" for strings)."""
    with scope(name, "count_nonzero"):
        x = tensor_named(input, None, "input")
        if not x.dtype.is_bool:
            empty = b"" if x.dtype.base_dtype is dtypes.string else 0
            zero = tensor(np.array(empty, x.dtype.base_dtype.np), name="zeros")
            x = math_comparison.not_equal(x, zero)
        ones = cast(x, dtypes.int64)
        return cast(reduce_sum(ones, axis, bool(keepdims)), dtype)


def argmax(input, axis=None, output_type=dtypes.int64, name=None):
    """The position of the largest element along `axis` (0 where None)."""
    axis = 0 if axis is None else axis
    return ops.arg_max(input, axis, output_type=as_dtype(output_type), name=name)


def argmin(input, axis=None, output_type=dtypes.int64, name=None):
    """The position of the smallest element along `axis` (0 where None)."""
    axis = 0 if axis is None else axis
    return ops.arg_min(input, axis, output_type=as_dtype(output_type), name=name)


def cumsum(x, axis=0, exclusive=False, reverse=False, name=None):
    """Sums of all elements up to each along `axis`, `exclusive` of itself."""
    return _running(math_cumulative.cumsum, "Cumsum", x, axis, exclusive, reverse, name)


def cumprod(x, axis=0, exclusive=False, reverse=False, name=None):
    """Products of all elements up to each along `axis`."""
    op = math_cumulative.cumprod
    return _running(op, "Cumprod", x, axis, exclusive, reverse, name)


def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False, name=None):
    """log Σ eˣ of all elements up to each along `axis`."""
    op = math_cumulative.cumulative_logsumexp
    return _running(op, "CumulativeLogsumexp", x, axis, exclusive, reverse, name)


def _running(op, default, x, axis, exclusive, reverse, name):
    with scope(name, default) as full:
        x = tensor_named(x, None, "x")
        return op(x, axis, exclusive=exclusive, reverse=reverse, name=full or None)


#: `range` gives the widest dtype among its arguments, in this order.
_WIDENING = (dtypes.int32, dtypes.int64, dtypes.float16, dtypes.bfloat16,
             dtypes.float32, dtypes.float64)  # fmt: skip


def range(start, limit=None, delta=1, dtype=None, name="range"):
    """start, start + delta, ... below `limit`; `range(n)` counts from 0."""
    if limit is None:
        start, limit = 0, start
    kind = None if dtype is None else as_dtype(dtype)
    with scope(name, "range") as full:
        parts = [
            value if isinstance(value, Tensor) else tensor_named(value, kind, part)
            for part, value in (("start", start), ("limit", limit), ("delta", delta))
        ]
        if kind is None:
            kinds = [p.dtype.base_dtype for p in parts]
            kind = max(kinds, key=_WIDENING.index)
        parts = [cast(p, kind) for p in parts]
        return ops.range_(*parts, name=full or None)


def linspace(start, stop, num, name=None, axis=0):
    """`num` values from `start` to `stop`, both included, along a new `axis`."""
    with scope(name, "linspace") as full:
        start = tensor_named(start, None, "start")
        stop = tensor_named(stop, start.dtype.base_dtype, "stop")
        num = tensor_named(num, None, "num")
        if start.dims == () and stop.dims == ():
            return ops.lin_space(start, stop, num, name=full or None)
        return _linspace_of_tensors(start, stop, num, axis)


def _linspace_of_tensors(start, stop, num, axis: int):
    from penstock.api.array import expand_dims, reshape

    kind = start.dtype.base_dtype
    weights = ops.lin_space(
        tensor(np.zeros((), kind.np)), tensor(np.ones((), kind.np)), num
    )
    rank = max(len(start.dims or ()), len(stop.dims or ()))
    axis = axis + rank + 1 if axis < 0 else axis
    shape = [1] * (rank + 1)
    shape[axis] = -1
    weights = reshape(weights, shape)
    start, stop = expand_dims(start, axis), expand_dims(stop, axis)
    apart = TABLE["Sub"](stop, start)
    return TABLE["AddV2"](start, TABLE["Mul"](apart, weights))
