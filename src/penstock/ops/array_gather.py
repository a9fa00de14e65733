"""Elements picked by index."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import INDEX, int32
from penstock.core.errors import ShapeError
from penstock.core.shapes import merge, show
from penstock.ir import context
from penstock.ir.constant import constant_dims, constant_value
from penstock.ir.convert import as_tensor
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.op import STOPS, TABLE, op
from penstock.ops import rules
from penstock.ops.array import reshape, shape_of
from penstock.ops.state import handle_shape
from penstock.ops.xla import jnp


def between(indices, n, what="indices"):
    """(whether all `indices` are in [0, n), what to say where they are not)."""
    message = f"{what} are not all in [0, {n})"
    holds = ((indices >= 0) & (indices < n)).all()
    known = isinstance(holds, np.generic)
    return bool(holds) if known else holds, message


def _rows(params, indices, **_):
    if params.dims is None or indices.dims is None:
        return None
    if not params.dims:
        raise ShapeError("Gather needs params of rank 1 or more, received a scalar.")
    return indices.dims + params.dims[1:]


def row_slices(dy, indices, shape) -> IndexedSlices:
    """The gradient of rows picked from a tensor of a `shape`, as TensorFlow's."""
    where = context.landing()
    count = reshape(indices, [-1])
    shape = as_tensor(where, shape, int32, "shape")
    rest = TABLE["StridedSlice"](shape, [1], [0], [1], end_mask=1)
    sizes = TABLE["ConcatV2"]([[-1], rest], 0)
    return IndexedSlices(reshape(dy, sizes), count, shape)


@op(
    "Gather",
    "params: Tparams, indices: Tindices -> output: Tparams",
    shape=_rows,
    where={"Tindices": INDEX},
    attrs={"validate_indices": True},
    fold=lambda x, at: np.take(x, at, 0),
    guard=lambda x, at: between(at, np.shape(x)[0]),
)
def gather(params, indices):
    return jnp.take(params, indices, 0, mode="clip")


@gather.gradient
def _(node, dy):
    params, indices = node.inputs
    return row_slices(dy, indices, shape_of(params)), None


def _gathered(params, indices, axis, *, batch_dims=0, **_):
    at = constant_value(axis)
    if params.dims is None or indices.dims is None or at is None:
        return None
    rank, rank_i = len(params.dims), len(indices.dims)
    at = rules.axis_in(int(at), rank, "The axis of gather")
    batch = rules.axis_in(batch_dims, rank_i + 1, "batch_dims")
    if batch > at:
        raise ShapeError(f"gather: batch_dims {batch} must be at most axis {at}.")
    shared = merge(params.dims[:batch], indices.dims[:batch])
    assert shared is not None
    return shared + params.dims[batch:at] + indices.dims[batch:] + params.dims[at + 1 :]


def _take(xp, params, indices, axis, batch_dims=0, **mode):
    axis = int(axis) % np.ndim(params)
    batch = batch_dims % (np.ndim(indices) + 1)
    if batch == 0:
        return xp.take(params, indices, axis, **mode)
    # Every index of the batch looks into its own part.
    lead = np.shape(params)[:batch]
    grid = [
        np.arange(n).reshape((n,) + (1,) * (batch - i - 1 + np.ndim(indices) - batch))
        for i, n in enumerate(lead)
    ]
    moved = xp.moveaxis(params, axis, batch)
    n = np.shape(moved)[batch]
    safe = xp.clip(indices, 0, max(n - 1, 0))
    out = moved[(*grid, safe)]
    # [batch, indices, params without axis] -> the axis' own place
    count = np.ndim(indices) - batch
    before = axis - batch
    order = [
        *range(batch),
        *range(batch + count, batch + count + before),
        *range(batch, batch + count),
        *range(batch + count + before, out.ndim),
    ]
    return xp.transpose(out, order)


@op(
    "GatherV2",
    "params: Tparams, indices: Tindices, axis: Taxis -> output: Tparams",
    shape=_gathered,
    where={"Tindices": INDEX, "Taxis": INDEX},
    static=(2,),
    fold=lambda x, at, axis, *, batch_dims=0: _take(np, x, at, axis, batch_dims),
    guard=lambda x, at, axis, **_: between(at, np.shape(x)[int(axis)]),
)
def gather_v2(params, indices, axis, *, batch_dims=0):
    params = jnp.asarray(params)
    if batch_dims:
        return _take(jnp, params, indices, axis, batch_dims)
    return _take(jnp, params, indices, axis, mode="clip")


@gather_v2.gradient
def _(node, dy):
    params, indices, axis = node.inputs
    at = constant_value(axis)
    batch = node.attrs["batch_dims"]
    if not batch and at is not None and int(at) == 0:
        return row_slices(dy, indices, shape_of(params)), None, None
    shape = shape_of(params)
    return gather_grad(shape, indices, axis, dy, batch_dims=batch), None, None


def _gather_grad_shape(shape, *_, **__):
    return constant_dims(shape)


@op(
    "_GatherGrad",
    "shape: int32, indices: Tindices, axis: Taxis, dy: T -> output: T",
    shape=_gather_grad_shape,
    static=(0, 2),
)
def gather_grad(shape, indices, axis, dy, *, batch_dims=0):
    """`dy` added up where GatherV2 took it from, along any axis."""
    dims = tuple(map(int, shape))
    axis, batch = int(axis) % len(dims), batch_dims % (np.ndim(indices) + 1)
    count = np.ndim(indices) - batch
    before = axis - batch
    order = [
        *range(batch),
        *range(axis, axis + count),
        *range(batch, axis),
        *range(axis + count, dy.ndim),
    ]
    dy = jnp.transpose(dy, order)
    grid = [
        np.arange(n).reshape((n,) + (1,) * (batch - i - 1 + count))
        for i, n in enumerate(dims[:batch])
    ]
    moved = (*dims[:batch], dims[axis], *dims[batch:axis], *dims[axis + 1 :])
    out = jnp.zeros(moved, dy.dtype).at[(*grid, indices)].add(dy)
    return jnp.moveaxis(out, batch, batch + before)


@gather_grad.gradient
def _(node, dy):
    _, indices, axis, _ = node.inputs
    batch = node.attrs["batch_dims"]
    return None, None, None, gather_v2(dy, indices, axis, batch_dims=batch)


@op(
    "ResourceGather",
    "resource: resource, indices: Tindices -> output: dtype",
    shape=lambda resource, indices, **_: (
        None
        if indices.dims is None or handle_shape(resource) is None
        else indices.dims + handle_shape(resource)[1:]
    ),
    attrs={"batch_dims": 0, "validate_indices": True},
    guard=lambda x, at: between(at, np.shape(x)[0]),
    stateful=True,
)
def resource_gather(resource, indices):
    return jnp.take(resource, indices, 0, mode="clip")


@resource_gather.gradient
def _(node, dy):
    resource, indices = node.inputs
    dims = handle_shape(resource)
    if dims is None or None in dims:
        raise ValueError(
            f"'{node.name}': the variable's shape must be known for its gradient."
        )
    return row_slices(dy, indices, np.array(dims, np.int32)), None


def nd_shape(params, indices):
    """The shape of what `indices` [..., depth] pick out of a shape `params`."""
    if params is None or indices is None or not indices or indices[-1] is None:
        return None
    depth = indices[-1]
    if depth > len(params):
        raise ShapeError(
            f"indices.shape[-1] must be at most the rank {len(params)} of params, "
            f"received {depth}."
        )
    return indices[:-1] + params[depth:]


def nd_within(shape, indices):
    """Guard: whether every index vector lies in `shape`."""
    depth = np.shape(indices)[-1]
    limits = np.array(shape[:depth], np.int64)
    message = f"indices are not all in [0, {limits.tolist()})"
    holds = ((indices >= 0) & (indices < limits)).all()
    return (bool(holds) if isinstance(indices, np.ndarray) else holds), message


def split_index(indices) -> tuple:
    """The last axis of `indices` as a tuple: NumPy's way to index."""
    return tuple(indices[..., i] for i in range(np.shape(indices)[-1]))


@op(
    "GatherNd",
    "params: Tparams, indices: Tindices -> output: Tparams",
    shape=lambda params, indices, **_: nd_shape(params.dims, indices.dims),
    where={"Tindices": INDEX},
    attrs={"bad_indices_policy": ""},
    guard=lambda x, at: nd_within(np.shape(x), at),
    fold=lambda params, indices, **_: _picked(np, params, indices),
)
def gather_nd(params, indices):
    return _picked(jnp, params, indices)


def _picked(xp, params, indices):
    if np.shape(indices)[-1] == 0:
        lead = np.shape(indices)[:-1]
        return xp.broadcast_to(params, lead + np.shape(params))
    return xp.asarray(params)[split_index(indices)]


@gather_nd.gradient
def _(node, dy):
    params, indices = node.inputs
    shape = shape_of(params, indices.dtype)
    if indices.dims is not None and len(indices.dims) == 2 and indices.dims[-1] == 1:
        where = context.landing()
        picked = TABLE["Squeeze"](indices, squeeze_dims=[-1])
        return IndexedSlices(dy, picked, as_tensor(where, shape, None, "shape")), None
    return TABLE["ScatterNd"](indices, dy, shape), None


def _hot(indices, depth, on, off, *, axis=-1, **_):
    if indices.dims is None:
        return None
    n = constant_value(depth)
    rank = len(indices.dims) + 1
    at = rules.axis_in(axis, rank, "The axis of one_hot")
    size = None if n is None else int(n)
    if size is not None and size < 0:
        raise ShapeError(f"one_hot: depth must be non-negative, received {size}.")
    return (*indices.dims[:at], size, *indices.dims[at:])


@op(
    "OneHot",
    "indices: TI, depth: int32, on_value: T, off_value: T -> output: T",
    shape=_hot,
    static=(1,),
)
def one_hot(indices, depth, on_value, off_value, *, axis=-1):
    at = axis % (np.ndim(indices) + 1)
    count = np.arange(int(depth)).reshape((-1,) + (1,) * (np.ndim(indices) - at))
    hit = jnp.expand_dims(indices, at) == count.astype(jnp.asarray(indices).dtype)
    return jnp.where(hit, on_value, off_value)


@one_hot.gradient
def _(node, dy):
    return [None] * 4


def _top(input, k, **_):
    n = constant_value(k)
    if input.dims is None:
        return [None, None]
    if not input.dims:
        raise ShapeError("top_k needs an input of rank 1 or more, received a scalar.")
    last = input.dims[-1]
    if n is not None and last is not None and int(n) > last:
        raise ShapeError(
            f"input must have last dimension >= k = {int(n)} but is {last} "
            f"(shape {show(input.dims)})."
        )
    return [(*input.dims[:-1], None if n is None else int(n))] * 2


@op(
    "TopKV2",
    "input: T, k: Tk -> values: T, indices: index_type",
    shape=_top,
    attrs={"sorted": True, "Tk": int32},
    static=(1,),
)
def top_k(input, k, *, index_type=int32):
    from penstock.ops.xla import lax

    values, indices = lax.top_k(jnp.asarray(input), int(k))
    return values, indices.astype(index_type.np)


@top_k.gradient
def _(node, dy, _):
    x, _k = node.inputs
    return top_k_grad(shape_of(x), node.outputs[1], dy), None


@op(
    "_TopKGrad",
    "shape: int32, indices: Tindices, dy: T -> output: T",
    shape=_gather_grad_shape,
    static=(0,),
)
def top_k_grad(shape, indices, dy):
    """`dy` put back along the last axis where TopKV2 found the values."""
    dims = tuple(map(int, shape))
    return jnp.put_along_axis(
        jnp.zeros(dims, dy.dtype), indices, dy, axis=-1, inplace=False
    )


@top_k_grad.gradient
def _(node, dy):
    rank = len(dy.dims)
    return None, None, gather_v2(dy, node.inputs[1], rank - 1, batch_dims=rank - 1)


@op(
    "InTopKV2",
    "predictions: float32, targets: T, k: T -> precision: bool",
    shape=rules.same_as(1),
    gradient=STOPS,
)
def in_top_k(predictions, targets, k):
    n = np.shape(predictions)[1]
    known = (targets >= 0) & (targets < n)
    safe = jnp.clip(targets, 0, n - 1)
    at = jnp.take_along_axis(predictions, safe[:, None], 1)
    above = (predictions > at).sum(1)
    finite = jnp.isfinite(at[:, 0])
    return known & finite & (above < k)


@op(
    "InTopK",
    "predictions: float32, targets: T -> precision: bool",
    shape=rules.same_as(1),
    gradient=STOPS,
)
def in_top_k_v1(predictions, targets, *, k):
    return in_top_k.body(predictions, targets, k)
