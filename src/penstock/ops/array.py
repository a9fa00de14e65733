"""Tensors made, counted and reshaped without moving their elements."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import FLOATING, INDEX, int32
from penstock.core.errors import InvalidArgumentError, ShapeError
from penstock.core.shapes import (
    as_dims,
    broadcast,
    compatible,
    is_static,
    merge,
    show,
    size,
)
from penstock.ir.constant import constant_dims, constant_value
from penstock.ir.op import STOPS, TABLE, op
from penstock.ops import rules
from penstock.ops.xla import jnp, lax


@op(
    "Fill",
    "dims: index_type, value: T -> output: T",
    shape=lambda dims, value, **_: constant_dims(dims),
    where={"index_type": INDEX},
    static=(0,),
    fold=lambda dims, value: np.full(tuple(dims), value),
)
def fill(dims, value):
    return jnp.full(tuple(map(int, dims)), value)


@fill.gradient
def _(node, dy):
    if dy.dims is None:
        return None, TABLE["Sum"](reshape(dy, [-1]), [0])
    return None, TABLE["Sum"](dy, np.arange(len(dy.dims), dtype=np.int32))


@op(
    "ZerosLike",
    shape=rules.same_as(0),
    gradient=STOPS,
    fold=lambda x: (
        np.full(x.shape, b"", object) if x.dtype == object else np.zeros_like(x)
    ),
)
def zeros_like(x):
    return jnp.zeros_like(x)


@op("OnesLike", shape=rules.same_as(0), gradient=STOPS, fold=lambda x: np.ones_like(x))
def ones_like(x):
    return jnp.ones_like(x)


@op(
    "Empty",
    "shape: int32 -> output: dtype",
    shape=lambda shape, **_: constant_dims(shape),
    attrs={"init": False},
    gradient=STOPS,
    static=(0,),
)
def empty(shape, *, dtype):
    return jnp.zeros(tuple(map(int, shape)), dtype.np)


def _reshaped(tensor, shape, **_):
    wanted = constant_dims(shape)
    if wanted is None:
        return None
    value = constant_value(shape)
    count = size(tensor.dims)
    if value is None:
        return wanted
    free = [i for i, n in enumerate(value) if n == -1]
    if len(free) > 1 or any(n < -1 for n in value):
        raise ShapeError(
            f"Reshape to {list(value)}: only one size may be -1, none below it."
        )
    known = int(np.prod([n for n in value if n != -1], dtype=np.int64))
    if free and count is not None and known:
        if count % known:
            raise ShapeError(
                f"Dimension size must be evenly divisible by {known} but is {count} "
                f"for Reshape of {show(tensor.dims)} to {list(map(int, value))}."
            )
        return tuple(count // known if i in free else d for i, d in enumerate(wanted))
    if not free and count is not None and count != known:
        raise ShapeError(
            f"Cannot reshape a tensor with {count} elements to shape {show(wanted)} "
            f"({known} elements) for Reshape of {show(tensor.dims)}."
        )
    return wanted


@op(
    "Reshape",
    "tensor: T, shape: Tshape -> output: T",
    shape=_reshaped,
    where={"Tshape": INDEX},
    static=(1,),
    fold=lambda x, dims: np.reshape(x, tuple(dims)),
)
def reshape(tensor, dims):
    return jnp.reshape(tensor, tuple(map(int, dims)))


@reshape.gradient
def _(node, dy):
    return reshape(dy, shape_of(node.inputs[0])), None


def shape_of(tensor, out_type=None):
    """The shape of `tensor`: a constant where it is known, else a `Shape` node."""
    from penstock.ops.source import shape

    if is_static(tensor.dims):
        return np.array(tensor.dims, (out_type or int32).np)
    return shape(tensor, out_type=out_type or int32)


def _expanded(input, dim, **_):
    at = constant_value(dim)
    if input.dims is None:
        return None
    rank_now = len(input.dims)
    if at is None:
        return (None,) * (rank_now + 1)
    at = int(np.ravel(at)[0])
    if not -rank_now - 1 <= at <= rank_now:
        raise ShapeError(
            f"ExpandDims: dim {at} must be in [{-rank_now - 1}, {rank_now}] for "
            f"shape {show(input.dims)}."
        )
    at %= rank_now + 1
    return (*input.dims[:at], 1, *input.dims[at:])


@op(
    "ExpandDims",
    "input: T, dim: Tdim -> output: T",
    shape=_expanded,
    where={"Tdim": INDEX},
    static=(1,),
    fold=lambda x, dim: np.expand_dims(x, int(np.ravel(dim)[0])),
)
def expand_dims(input, dim):
    return jnp.expand_dims(input, int(np.ravel(dim)[0]))


@expand_dims.gradient
def _(node, dy):
    return reshape(dy, shape_of(node.inputs[0])), None


def _squeezed(input, *, squeeze_dims=(), **_):
    dims = input.dims
    if dims is None:
        return None
    if not squeeze_dims:
        return tuple(d for d in dims if d != 1) if None not in dims else None
    gone = {rules.axis_in(int(a), len(dims), "Squeeze's axis") for a in squeeze_dims}
    for axis in gone:
        if dims[axis] not in (None, 1):
            raise ShapeError(
                f"Can not squeeze dim[{axis}], expected a dimension of 1, got "
                f"{dims[axis]} in shape {show(dims)}."
            )
    return tuple(d for i, d in enumerate(dims) if i not in gone)


@op(
    "Squeeze",
    "input: T -> output: T",
    shape=_squeezed,
    fold=lambda x, *, squeeze_dims=(): np.squeeze(x, tuple(squeeze_dims) or None),
)
def squeeze(input, *, squeeze_dims=()):
    return jnp.squeeze(input, tuple(map(int, squeeze_dims)) or None)


@squeeze.gradient
def _(node, dy):
    return reshape(dy, shape_of(node.inputs[0]))


@op(
    "Rank",
    "input: T -> output: int32",
    shape=rules.scalar,
    gradient=STOPS,
    fold=lambda x: np.array(np.ndim(x), np.int32),
)
def rank(input):
    return np.array(np.ndim(input), np.int32)


@op(
    "Size",
    "input: T -> output: out_type",
    shape=rules.scalar,
    gradient=STOPS,
    fold=lambda x, *, out_type=int32: np.array(np.size(x), out_type.np),
)
def size_op(input, *, out_type=int32):
    return np.array(np.size(input), out_type.np)


@op(
    "ShapeN",
    "input: N*T -> output: N*out_type",
    shape=lambda input, **_: [
        (None if t.dims is None else len(t.dims),) for t in input
    ],
    gradient=STOPS,
)
def shape_n(input, *, out_type=int32):
    return tuple(np.array(np.shape(x), out_type.np) for x in input)


def _broadcast_to(input, shape, **_):
    wanted = constant_dims(shape)
    if wanted is not None and input.dims is not None:
        if len(input.dims) > len(wanted):
            raise ShapeError(
                f"BroadcastTo: {show(input.dims)} has more dimensions than "
                f"{show(wanted)}."
            )
        broadcast(input.dims, wanted)
    return wanted


@op(
    "BroadcastTo",
    "input: T, shape: Tidx -> output: T",
    shape=_broadcast_to,
    where={"Tidx": INDEX},
    static=(1,),
    fold=lambda x, dims: np.broadcast_to(x, tuple(dims)),
)
def broadcast_to(input, dims):
    return jnp.broadcast_to(input, tuple(map(int, dims)))


@broadcast_to.gradient
def _(node, dy):
    return unbroadcast(dy, node.inputs[0]), None


def unbroadcast(dy, tensor):
    """`dy` summed over the dimensions along which `tensor` was repeated."""
    if tensor.dims is not None and tensor.dims == dy.dims and is_static(dy.dims):
        return dy
    kept, _ = broadcast_gradient_args(shape_of(tensor), shape_of(dy))
    return reshape(TABLE["Sum"](dy, kept), shape_of(tensor))


def _reduction_axes(s0, s1):
    """Axes along which operands of shapes `s0` and `s1` are repeated."""
    s0, s1 = (np.asarray(s, np.int64) for s in (s0, s1))
    if np.array_equal(s0, s1):
        return [np.zeros(0, np.int64)] * 2
    width = max(len(s0), len(s1))
    full = [np.concatenate([np.ones(width - len(s), np.int64), s]) for s in (s0, s1)]
    return [np.flatnonzero(f == 1) for f in full]


def _fold_args(s0, s1):
    kind = np.asarray(s0).dtype
    return tuple(a.astype(kind) for a in _reduction_axes(s0, s1))


@op(
    "BroadcastGradientArgs",
    "s0: T, s1: T -> r0: T, r1: T",
    shape=lambda s0, s1, **_: [(None,), (None,)],
    where={"T": INDEX},
    gradient=STOPS,
    static=(0, 1),
    fold=_fold_args,
)
def broadcast_gradient_args(s0, s1):
    return _fold_args(s0, s1)


def _fold_broadcast(s0, s1):
    both = np.broadcast_shapes(tuple(s0), tuple(s1))
    return np.array(both, np.asarray(s0).dtype)


def _args_shape(s0, s1, **_):
    if s0.dims is None or s1.dims is None or None in s0.dims or None in s1.dims:
        return (None,)
    return (max(s0.dims[0], s1.dims[0]),)


@op(
    "BroadcastArgs",
    "s0: T, s1: T -> r0: T",
    shape=_args_shape,
    where={"T": INDEX},
    gradient=STOPS,
    static=(0, 1),
    fold=_fold_broadcast,
)
def broadcast_args(s0, s1):
    return _fold_broadcast(s0, s1)


def _bitcast_shape(input, *, type, **_):
    dims = input.dims
    if dims is None:
        return None
    before, after = input.dtype.size, type.size
    if before == after:
        return dims
    if before > after:
        return (*dims, before // after)
    if not dims or dims[-1] not in (None, after // before):
        raise ShapeError(
            f"Cannot bitcast {input.dtype.name} of shape {show(dims)} to {type.name}: "
            f"its last size must be {after // before}."
        )
    return dims[:-1]


@op("Bitcast", "input: T -> output: type", shape=_bitcast_shape, gradient=STOPS)
def bitcast(input, *, type):
    return lax.bitcast_convert_type(input, type.np)


@op(
    "CheckNumerics",
    "tensor: T -> output: T",
    shape=rules.same_as(0),
    where={"T": FLOATING},
    guard=lambda x, *, message: (
        jnp.isfinite(x).all(),
        f"{message} : Tensor had NaN or Inf values",
    ),
)
def check_numerics(tensor, *, message):
    return tensor


@check_numerics.gradient
def _(node, dy):
    return check_numerics(
        dy,
        message=f"Not a number (NaN) or infinity (Inf) values in gradient. "
        f"{node.attrs['message']}",
    )


@op(
    "EnsureShape",
    "input: T -> output: T",
    shape=lambda x, *, shape, **_: _ensured(x, shape),
)
def ensure_shape(input, *, shape):
    if not compatible(as_dims(shape), np.shape(input)):
        raise InvalidArgumentError(
            f"Shape of tensor {list(np.shape(input))} is not compatible with expected "
            f"shape {show(as_dims(shape))}."
        )
    return input


def _ensured(tensor, shape):
    return merge(tensor.dims, as_dims(shape))


@ensure_shape.gradient
def _(node, dy):
    return dy
