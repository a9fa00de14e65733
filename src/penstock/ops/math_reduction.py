"""Reductions over axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import INDEX, NUMBERS, REAL
from penstock.core.dtypes import bool as boolean
from penstock.core.dtypes import int32 as int32_type
from penstock.core.dtypes import int64 as int64_type
from penstock.core.shapes import Dims, is_static
from penstock.ir.constant import constant_value
from penstock.ir.op import STOPS, TABLE, op
from penstock.ir.tensor import Tensor
from penstock.ops import rules
from penstock.ops.math_arithmetic import mul, real_div
from penstock.ops.math_broadcast import conj
from penstock.ops.math_cast import cast
from penstock.ops.math_comparison import equal
from penstock.ops.xla import jnp

REDUCE = "input: T, reduction_indices: Tidx -> output: T"


def _axes(axis: Any, rank: int) -> tuple[int, ...]:
    """`axis` (scalar or vector) as axes counted from the front."""
    found = (int(a) for a in np.ravel(axis))
    return tuple(dict.fromkeys(rules.axis_in(a, rank, "axis") for a in found))


def reduced(x: Tensor, axis: Tensor, *, keep_dims: bool = False, **_) -> Dims:
    if x.dims is None:
        return None
    rank = len(x.dims)
    value = constant_value(axis)
    if value is None:
        if axis.dims == () and not keep_dims:
            return (None,) * (rank - 1)
        return (None,) * rank if keep_dims else None
    axes = _axes(value, rank)
    if keep_dims:
        return tuple(1 if i in axes else d for i, d in enumerate(x.dims))
    return tuple(d for i, d in enumerate(x.dims) if i not in axes)


def _fold(function):
    def fold(x, axis, *, keep_dims=False):
        x = np.asarray(x)
        axes = _axes(axis, x.ndim)
        return np.asarray(function(x, axis=axes, keepdims=keep_dims)).astype(x.dtype)

    return fold


@op("Sum", REDUCE, shape=reduced, static=(1,), where={"T": NUMBERS}, fold=_fold(np.sum))
def sum_(x, axis, *, keep_dims=False):
    x = jnp.asarray(x)
    return jnp.sum(x, _axes(axis, x.ndim), dtype=x.dtype, keepdims=keep_dims)


@sum_.gradient
def _(node, dy):
    return spread(node, dy), None


def spread(node, dy) -> Tensor:
    """`dy`, shaped as a reduction's output, repeated over its input's shape."""
    x, axis = node.inputs
    return broadcast_to_input(_with_axes(node, dy, x, axis), x)


def broadcast_to_input(dy: Tensor, x: Tensor) -> Tensor:
    if is_static(x.dims) and dy.dims == x.dims:
        return dy
    return TABLE["BroadcastTo"](dy, _shape(x))


def _shape(x: Tensor):
    """The shape of `x`: a constant where it is known."""
    if is_static(x.dims):
        return np.array(x.dims, np.int32)
    return TABLE["Shape"](x, out_type=int32_type)


def _with_axes(node, dy, x: Tensor, axis: Tensor) -> Tensor:
    """`dy` with axes of size 1 where the reduction took them away.

    Leading axes need not come back: broadcasting supplies them.
    """
    if node.attrs["keep_dims"]:
        return dy
    value = constant_value(axis)
    if value is None or x.dims is None:
        return TABLE["Reshape"](dy, _kept_shape(x, axis))
    axes = sorted(_axes(value, len(x.dims)))
    if axes == list(range(len(axes))):
        return dy
    if is_static(dy.dims):
        sizes = iter(dy.dims)
        shape = [1 if i in axes else next(sizes) for i in range(len(x.dims))]
        return TABLE["Reshape"](dy, np.array(shape, np.int32))
    for a in axes:
        dy = TABLE["ExpandDims"](dy, a)
    return dy


def _kept_shape(x: Tensor, axis: Tensor) -> Tensor:
    """The shape that `keep_dims` would have given, the axes known only in the run."""
    shape = TABLE["Shape"](x, out_type=int32_type)
    rank = TABLE["Size"](shape, out_type=int32_type)
    axes = TABLE["Reshape"](cast(axis, DstT=int32_type), [-1])
    # A scalar has no axes, but a division by its rank must not fail.
    divisor = TABLE["Maximum"](rank, 1)
    axes = TABLE["FloorMod"](TABLE["AddV2"](axes, rank), divisor)
    return TABLE["DynamicStitch"](
        [range_(0, rank, 1), axes], [shape, TABLE["OnesLike"](axes)]
    )


@op("Mean", REDUCE, shape=reduced, static=(1,), where={"T": NUMBERS})
def mean(x, axis, *, keep_dims=False):
    x = jnp.asarray(x)
    axes = _axes(axis, x.ndim)
    if not jnp.issubdtype(x.dtype, jnp.integer):
        return jnp.mean(x, axes, dtype=x.dtype, keepdims=keep_dims)
    wide = jnp.uint64 if jnp.issubdtype(x.dtype, jnp.unsignedinteger) else jnp.int64
    total = jnp.sum(x, axes, dtype=wide, keepdims=keep_dims)
    count = max(1, int(np.prod([x.shape[a] for a in axes], dtype=np.int64)))
    # Integer means are cut off towards zero.
    return (jnp.sign(total) * (jnp.abs(total) // count)).astype(x.dtype)


@mean.gradient
def _(node, dy):
    x, out = node.inputs[0], node.outputs[0]
    if is_static(x.dims) and is_static(out.dims):
        count = np.prod(x.dims, dtype=np.int64) // max(
            1, np.prod(out.dims, dtype=np.int64)
        )
        return real_div(spread(node, dy), int(max(1, count))), None
    size = TABLE["Size"]
    over = TABLE["FloorDiv"](
        size(x, out_type=int32_type),
        TABLE["Maximum"](size(out, out_type=int32_type), 1),
    )
    scaled = real_div(dy, cast(over, DstT=dy.dtype))
    return spread(node, scaled), None


def _lowest(dtype):
    if jnp.issubdtype(dtype, jnp.integer):
        return np.iinfo(dtype).min
    return -np.inf


def _highest(dtype):
    if jnp.issubdtype(dtype, jnp.integer):
        return np.iinfo(dtype).max
    return np.inf


@op("Max", REDUCE, shape=reduced, static=(1,), where={"T": REAL}, fold=_fold(np.max))
def max_(x, axis, *, keep_dims=False):
    x = jnp.asarray(x)
    lowest = _lowest(x.dtype)
    return jnp.max(x, _axes(axis, x.ndim), keepdims=keep_dims, initial=lowest)


@op("Min", REDUCE, shape=reduced, static=(1,), where={"T": REAL}, fold=_fold(np.min))
def min_(x, axis, *, keep_dims=False):
    x = jnp.asarray(x)
    highest = _highest(x.dtype)
    return jnp.min(x, _axes(axis, x.ndim), keepdims=keep_dims, initial=highest)


def _shared(node, dy):
    """Elements that tie for the extreme share its gradient equally."""
    x, axis = node.inputs
    out = node.outputs[0]
    best = equal(_with_axes(node, out, x, axis), x)
    chosen = cast(best, DstT=dy.dtype)
    count = sum_(chosen, axis, keep_dims=True)
    # Not (chosen / count) * dy: XLA makes 0 of a NaN row's 0 / 0 there.
    return real_div(mul(chosen, _with_axes(node, dy, x, axis)), count), None


max_.gradient(_shared)
min_.gradient(_shared)


@op(
    "Prod", REDUCE, shape=reduced, static=(1,), fold=_fold(np.prod),
    where={"T": NUMBERS},
)  # fmt: skip
def prod(x, axis, *, keep_dims=False):
    x = jnp.asarray(x)
    return jnp.prod(x, _axes(axis, x.ndim), dtype=x.dtype, keepdims=keep_dims)


@prod.gradient
def _(node, dy):
    """dy times the product of all other elements, right where some are zero."""
    x, axis = node.inputs
    value = constant_value(axis)
    if value is None or x.dims is None:
        raise LookupError(
            f"The gradient of Prod (node '{node.name}') needs a constant axis and a "
            "known rank."
        )
    rank = len(x.dims)
    axes = sorted(_axes(value, rank))
    if len(axes) == 1:
        rest = _product_of_others(x, axes[0])
    else:
        order = axes + [i for i in range(rank) if i not in axes]
        moved = TABLE["Transpose"](x, order)
        shape = TABLE["Shape"](moved, out_type=int32_type)
        size = TABLE["StridedSlice"](shape, [0], [len(axes)], [1], begin_mask=1)
        tail = TABLE["StridedSlice"](shape, [len(axes)], [rank], [1], end_mask=1)
        size = TABLE["Prod"](size, [0], keep_dims=True)
        flat = TABLE["Reshape"](moved, TABLE["ConcatV2"]([size, tail], 0))
        rest = TABLE["Reshape"](_product_of_others(flat, 0), shape)
        rest = TABLE["Transpose"](rest, [order.index(i) for i in range(rank)])
    return mul(spread(node, dy), conj(rest)), None


def _product_of_others(x, axis: int):
    from penstock.ops.math_cumulative import cumprod

    before = cumprod(x, axis, exclusive=True)
    return mul(before, cumprod(x, axis, exclusive=True, reverse=True))


@op("EuclideanNorm", REDUCE, shape=reduced, static=(1,), where={"T": NUMBERS})
def euclidean_norm(x, axis, *, keep_dims=False):
    x = jnp.asarray(x)
    squares = jnp.sum(
        jnp.real(x * jnp.conj(x)), _axes(axis, x.ndim), keepdims=keep_dims
    )
    return jnp.sqrt(squares).astype(x.dtype)


@euclidean_norm.gradient
def _(node, dy):
    x, axis = node.inputs
    slope = real_div(x, _with_axes(node, node.outputs[0], x, axis))
    return mul(slope, _with_axes(node, dy, x, axis)), None


LOGICAL = "input: bool, reduction_indices: Tidx -> output: bool"


@op("All", LOGICAL, shape=reduced, static=(1,), gradient=STOPS, fold=_fold(np.all))
def all_(x, axis, *, keep_dims=False):
    x = jnp.asarray(x)
    return jnp.all(x, _axes(axis, x.ndim), keepdims=keep_dims)


@op("Any", LOGICAL, shape=reduced, static=(1,), gradient=STOPS, fold=_fold(np.any))
def any_(x, axis, *, keep_dims=False):
    x = jnp.asarray(x)
    return jnp.any(x, _axes(axis, x.ndim), keepdims=keep_dims)


def _arg_shape(x, dimension, **_) -> Dims:
    if x.dims is None:
        return None
    value = constant_value(dimension)
    if value is None:
        return (None,) * (len(x.dims) - 1)
    axis = rules.axis_in(int(value), len(x.dims), "ArgMax dimension")
    return tuple(d for i, d in enumerate(x.dims) if i != axis)


def _no_empty(x, axis, **_) -> tuple:
    """Whether there is anything to choose from: known when the step is compiled."""
    message = f"Reduction axis {int(axis)} is empty in shape {np.shape(x)}"
    return np.shape(x)[int(axis)] > 0 or jnp.asarray(False), message


ARG = "input: T, dimension: Tidx -> output: output_type"


def _arg(x, axis, output_type, find, worst):
    x = jnp.asarray(x)
    axis = int(axis)
    if x.shape[axis] == 0:
        shape = tuple(d for i, d in enumerate(x.shape) if i != axis % x.ndim)
        return jnp.zeros(shape, output_type.np)
    if jnp.issubdtype(x.dtype, jnp.floating):
        # NaN is never better than what was seen before it.
        x = jnp.where(jnp.isnan(x), jnp.asarray(worst, x.dtype), x)
    if output_type.np.itemsize < 8:
        return find(x, axis).astype(output_type.np)
    return find(x, axis).astype(jnp.int64)


@op(
    "ArgMax", ARG, shape=_arg_shape, static=(1,), gradient=STOPS, guard=_no_empty,
    where={"T": (*NUMBERS, boolean)},
)  # fmt: skip
def arg_max(x, axis, *, output_type=int64_type):
    return _arg(x, axis, output_type, jnp.argmax, -np.inf)


@op(
    "ArgMin", ARG, shape=_arg_shape, static=(1,), gradient=STOPS, guard=_no_empty,
    where={"T": (*NUMBERS, boolean)},
)  # fmt: skip
def arg_min(x, axis, *, output_type=int64_type):
    return _arg(x, axis, output_type, jnp.argmin, np.inf)


def _range_shape(start, limit, delta, **_) -> Dims:
    values = [constant_value(t) for t in (start, limit, delta)]
    if any(v is None for v in values):
        return (None,)
    return (len(_range(*values)),)


def _range(start, limit, delta):
    kind = np.asarray(start).dtype
    if delta == 0:
        raise ValueError("Requires delta != 0. Give range a step.")
    if kind.kind in "iu":
        return np.arange(int(start), int(limit), int(delta)).astype(kind)
    count = max(0, int(np.ceil((float(limit) - float(start)) / float(delta))))
    return (start + np.arange(count).astype(kind) * delta).astype(kind)


@op(
    "Range", "start: Tidx, limit: Tidx, delta: Tidx -> output: Tidx",
    shape=_range_shape, static=(0, 1, 2), gradient=STOPS, fold=_range,
    where={"Tidx": REAL},
)  # fmt: skip
def range_(start, limit, delta):
    return _range(start, limit, delta)


def _lin_space_shape(start, stop, num, **_) -> Dims:
    count = constant_value(num)
    return (None if count is None else int(count),)


@op(
    "LinSpace", "start: T, stop: T, num: Tidx -> output: T",
    shape=_lin_space_shape, static=(2,), gradient=STOPS, where={"Tidx": INDEX},
)  # fmt: skip
def lin_space(start, stop, num):
    count = int(num)
    start, stop = jnp.asarray(start), jnp.asarray(stop)
    if count == 1:
        return start[None]
    step = (stop - start) / (count - 1)
    inner = start + step * jnp.arange(count - 1, dtype=start.dtype)
    return jnp.concatenate([inner, stop[None]])
