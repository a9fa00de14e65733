"""Clipping: by value, by norm, by the norm of many."""

from __future__ import annotations

import numpy as np

from penstock.api.operands import tensor_named
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.core.shapes import merge
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.op import TABLE
from penstock.ops import math_arithmetic as ops
from penstock.ops import math_binary, math_comparison
from penstock.ops.math_elementwise import rsqrt, sqrt
from penstock.ops.math_reduction import range_, sum_
from penstock.ops.source import identity


def _split(t):
    """The values of a tensor or IndexedSlices, and what puts them back."""
    if isinstance(t, IndexedSlices):
        return t.values, lambda values: IndexedSlices(values, t.indices, t.dense_shape)
    return tensor_named(t, None, "t"), lambda values: values


def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    """`t` with what lies below the minimum or above the maximum set to it.

    The gradient passes at the bounds and stops beyond. Raises ValueError where the
    bounds do not broadcast to t's shape.
    """
    with scope(name, "clip_by_value") as full:
        values, rebuild = _split(t)
        least = math_binary.minimum(values, clip_value_max)
        _must_keep(values, least)
        out = math_binary.maximum(least, clip_value_min, name=full or None)
        _must_keep(values, out)
        return rebuild(out)


def _must_keep(values, out) -> None:
    """A bound may be broadcast, the tensor itself not."""
    merge(values.dims, out.dims)


def clip_by_norm(t, clip_norm, axes=None, name=None):
    """`t` scaled down to the norm `clip_norm` where it is longer.

    Norms are taken over `axes`, by default over all.
    """
    from penstock.api.array import ones_like
    from penstock.api.math_reduce import reduce_sum

    with scope(name, "clip_by_norm") as full:
        values, rebuild = _split(t)
        squares = reduce_sum(ops.mul(values, values, name="mul"), axes, keepdims=True)
        positive = math_comparison.greater(squares, 0)
        safe = TABLE["Select"](positive, squares, ones_like(squares))
        norm = TABLE["Select"](positive, sqrt(safe), squares)
        scaled = ops.mul(values, clip_norm, name="mul")
        _must_keep(values, scaled)
        divisor = math_binary.maximum(norm, clip_norm)
        out = ops.real_div(scaled, divisor, name="truediv")
        return rebuild(identity(out, name=full or None))


def global_norm(t_list, name=None):
    """√Σ‖t‖² over the tensors of `t_list`; None among them is passed over.

    Raises TypeError where it is no list.
    """
    from penstock.api.array import stack
    from penstock.api.math_reduce import reduce_sum

    items = _listed(t_list)
    with scope(name, "global_norm"):
        values = [_split(t)[0] for t in items if t is not None]
        halves = [TABLE["L2Loss"](v) for v in values]
        half = reduce_sum(stack(halves))
        two = tensor(np.array(2.0, half.dtype.base_dtype.np), name="Const")
        return sqrt(ops.mul(half, two, name="mul"), name="global_norm")


def _listed(t_list):
    if isinstance(t_list, str) or not isinstance(t_list, list | tuple):
        raise TypeError(
            f"`t_list` should be a sequence of tensors, received {type(t_list)}."
        )
    return list(t_list)


def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    """(the tensors of `t_list` scaled together to the norm `clip_norm`, their norm).

    Nothing is scaled where the norm is smaller already; an infinite norm gives NaN.
    """
    items = _listed(t_list)
    norm = global_norm(items, name) if use_norm is None else use_norm
    with scope(name, "clip_by_global_norm"):
        norm = tensor_named(norm, None, "use_norm")
        kind = norm.dtype.base_dtype
        inverse = ops.real_div(1.0, norm, name="truediv")
        one = tensor(np.ones((), kind.np), name="Const")
        limit = ops.real_div(one, clip_norm, name="truediv")
        scale = ops.mul(clip_norm, math_binary.minimum(inverse, limit), name="mul")
        # 0 for a finite norm, NaN for an infinite one.
        scale = ops.add(scale, ops.sub(norm, norm, name="sub"), name="add")
        clipped = []
        for i, t in enumerate(items):
            if t is None:
                clipped.append(None)
                continue
            values, rebuild = _split(t)
            out = ops.mul(values, scale, name="mul")
            clipped.append(rebuild(identity(out, name=f"clip_by_global_norm/_{i}")))
        return clipped, norm


def clip_by_average_norm(t, clip_norm, name=None):
    """`t` scaled down to the norm per element `clip_norm` where it is longer."""
    from penstock.api.array import rank, size

    with scope(name, "clip_by_average_norm") as full:
        t = tensor_named(t, None, "t")
        count = TABLE["Cast"](size(t), DstT=dtypes.float32)
        squares = ops.mul(t, t, name="mul")
        axes = range_(0, rank(t), 1, name="range")
        inverse = rsqrt(sum_(squares, axes))
        inverse = ops.mul(inverse, clip_norm, name="mul")
        scale = ops.mul(inverse, count, name="mul")
        one = tensor(np.array(1.0, t.dtype.base_dtype.np), name="Const")
        limit = ops.real_div(one, clip_norm, name="truediv")
        out = ops.mul(t, math_binary.minimum(scale, limit), name="mul")
        return identity(out, name=full or None)
