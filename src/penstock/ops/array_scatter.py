"""Elements put where indices say: into new tensors, old ones, variables."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import INDEX
from penstock.core.errors import ShapeError
from penstock.core.shapes import compatible, show
from penstock.ir.constant import constant_dims
from penstock.ir.op import TABLE, op
from penstock.ops import rules
from penstock.ops.array_gather import (
    between,
    gather_nd,
    nd_shape,
    nd_within,
    split_index,
)
from penstock.ops.xla import jnp

#: What an op's name says is done with an element: the method of `x.at[...]`.
_METHODS = {
    "Update": "set", "Add": "add", "Sub": "subtract", "Mul": "multiply",
    "Div": "divide", "Min": "min", "Max": "max",
}  # fmt: skip


def _put(x, index, updates, method):
    x = jnp.asarray(x)
    return getattr(x.at[index], method)(jnp.asarray(updates, x.dtype))


def _scattered(indices, updates, shape, **_):
    dims = constant_dims(shape)
    wanted = nd_shape(dims, indices.dims)
    if not compatible(wanted, updates.dims):
        raise ShapeError(
            f"ScatterNd: updates {show(updates.dims)} must have the shape "
            f"{show(wanted)} that indices {show(indices.dims)} pick from {show(dims)}."
        )
    return dims


@op(
    "ScatterNd",
    "indices: Tindices, updates: T, shape: Tindices -> output: T",
    shape=_scattered,
    where={"Tindices": INDEX},
    attrs={"bad_indices_policy": ""},
    static=(2,),
    guard=lambda at, updates, shape: nd_within(tuple(shape), at),
)
def scatter_nd(indices, updates, shape):
    zeros = jnp.zeros(tuple(map(int, shape)), jnp.asarray(updates).dtype)
    return zeros.at[split_index(indices)].add(updates)


@scatter_nd.gradient
def _(node, dy):
    return None, gather_nd(dy, node.inputs[0]), None


def _into(tensor, indices, updates, **_):
    wanted = nd_shape(tensor.dims, indices.dims)
    if not compatible(wanted, updates.dims):
        raise ShapeError(
            f"updates {show(updates.dims)} must have the shape {show(wanted)} that "
            f"indices {show(indices.dims)} pick from {show(tensor.dims)}."
        )
    return tensor.dims


def _tensor_scatter(kind):
    @op(
        f"TensorScatter{kind}",
        "tensor: T, indices: Tindices, updates: T -> output: T",
        shape=_into,
        where={"Tindices": INDEX},
        attrs={"bad_indices_policy": ""},
        guard=lambda x, at, updates: nd_within(np.shape(x), at),
    )
    def scatter(tensor, indices, updates):
        return _put(tensor, split_index(indices), updates, _METHODS[kind])

    return scatter


tensor_scatter_update = _tensor_scatter("Update")
tensor_scatter_add = _tensor_scatter("Add")
tensor_scatter_sub = _tensor_scatter("Sub")
tensor_scatter_min = _tensor_scatter("Min")
tensor_scatter_max = _tensor_scatter("Max")


@tensor_scatter_update.gradient
def _(node, dy):
    _, indices, updates = node.inputs
    kept = tensor_scatter_update(dy, indices, TABLE["ZerosLike"](updates))
    return kept, None, gather_nd(dy, indices)


@tensor_scatter_add.gradient
def _(node, dy):
    return dy, None, gather_nd(dy, node.inputs[1])


@tensor_scatter_sub.gradient
def _(node, dy):
    return dy, None, TABLE["Neg"](gather_nd(dy, node.inputs[1]))


def _extreme_gradient(node, dy):
    """Shared by those that equal the extreme, the tensor and every update alike."""
    tensor, indices, updates = node.inputs
    out = node.outputs[0]
    kind = tensor.dtype
    kept = TABLE["Cast"](TABLE["Equal"](tensor, out), DstT=kind)
    hits = TABLE["Cast"](TABLE["Equal"](updates, gather_nd(out, indices)), DstT=kind)
    total = tensor_scatter_add(kept, indices, hits)
    share = TABLE["RealDiv"](dy, TABLE["Maximum"](total, TABLE["OnesLike"](total)))
    return (
        TABLE["Mul"](kept, share),
        None,
        TABLE["Mul"](hits, gather_nd(share, indices)),
    )


tensor_scatter_min.gradient(_extreme_gradient)
tensor_scatter_max.gradient(_extreme_gradient)


def _row_shape(ref, indices, updates, **_):
    if None not in (ref.dims, indices.dims) and updates.dims:
        wanted = indices.dims + ref.dims[1:]
        if not compatible(wanted, updates.dims):
            raise ShapeError(
                f"updates {show(updates.dims)} must have the shape {show(wanted)}: "
                f"that of indices {show(indices.dims)}, then of a row of "
                f"{show(ref.dims)}."
            )
    return ref.dims


def _row_scatter(kind):
    """Rows of a variable, 1.x and 2.x."""

    def body(ref, indices, updates):
        return _put(ref, (indices,), updates, _METHODS[kind])

    def within(ref, indices, updates):
        return between(indices, np.shape(ref)[0])

    flags: dict[str, Any] = {"writes": (0,), "stateful": True, "guard": within}
    where = {"Tindices": INDEX}
    op(
        f"Scatter{kind}",
        "ref: Ref(T), indices: Tindices, updates: T -> output_ref: Ref(T)",
        shape=_row_shape,
        where=where,
        attrs={"use_locking": kind == "Update"},
        **flags,
    )(body)
    op(
        f"ResourceScatter{kind}",
        "resource: resource, indices: Tindices, updates: dtype ->",
        shape=rules.none,
        where=where,
        **flags,
    )(body)


def _nd_scatter(kind):
    def body(ref, indices, updates):
        return _put(ref, split_index(indices), updates, _METHODS[kind])

    def within(ref, indices, updates):
        return nd_within(np.shape(ref), indices)

    flags: dict[str, Any] = {"writes": (0,), "stateful": True, "guard": within}
    op(
        f"ScatterNd{kind}",
        "ref: Ref(T), indices: Tindices, updates: T -> output_ref: Ref(T)",
        shape=_into,
        where={"Tindices": INDEX},
        attrs={"use_locking": kind == "Update", "bad_indices_policy": ""},
        **flags,
    )(body)
    op(
        f"ResourceScatterNd{kind}",
        "ref: resource, indices: Tindices, updates: T ->",
        shape=rules.none,
        where={"Tindices": INDEX},
        attrs={"use_locking": True, "bad_indices_policy": ""},
        **flags,
    )(body)


for _kind in _METHODS:
    _row_scatter(_kind)
for _kind in ("Update", "Add", "Sub", "Min", "Max"):
    _nd_scatter(_kind)
