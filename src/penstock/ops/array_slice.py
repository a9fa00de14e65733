"""Slices by begin and size, and their gradient."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import INDEX
from penstock.core.errors import ShapeError
from penstock.core.shapes import show
from penstock.ir.constant import constant_dims, constant_value
from penstock.ir.op import op
from penstock.ops.array import shape_of
from penstock.ops.slice_spec import element_of
from penstock.ops.xla import jnp, lax


def _sliced(input, begin, size, **_):
    sizes = constant_value(size)
    if sizes is None:
        n = size.dims[0] if size.dims else None
        rank = len(input.dims) if input.dims is not None else n
        return None if rank is None else (None,) * rank
    if input.dims is not None and len(sizes) != len(input.dims):
        raise ShapeError(
            f"Slice: {len(sizes)} sizes for a tensor of shape {show(input.dims)}. Give "
            "one per dimension; -1 takes all that is left."
        )
    out = []
    for i, n in enumerate(map(int, sizes)):
        dim = None if input.dims is None else input.dims[i]
        first = element_of(begin, i)
        if n >= 0:
            if first is not None and dim is not None and first + n > dim:
                raise ShapeError(
                    f"Slice: begin {first} and size {n} leave dimension {i} of "
                    f"{show(input.dims)}."
                )
            out.append(n)
        else:
            out.append(None if dim is None or first is None else dim - first)
    return tuple(out)


def _slice_static(node):
    size = constant_value(node.inputs[2])
    return (2,) if size is not None and (size >= 0).all() else (1, 2)


def _slice_sizes(x, begin, size):
    return [
        x.shape[i] - int(begin[i]) if int(n) < 0 else int(n) for i, n in enumerate(size)
    ]


def _slice_inside(x, begin, size):
    limits = np.array(_slice_sizes(x, begin, size))
    if isinstance(begin, np.ndarray):
        holds = bool((begin >= 0).all() and (begin + limits <= x.shape).all())
    else:
        holds = ((begin >= 0) & (begin + limits <= np.array(x.shape))).all()
    return holds, f"Expected begin and begin + size in the shape {list(x.shape)}"


@op(
    "Slice",
    "input: T, begin: Index, size: Index -> output: T",
    shape=_sliced,
    where={"Index": INDEX},
    static=_slice_static,
    fold=lambda x, begin, size: x[
        tuple(
            slice(int(b), None if s < 0 else int(b) + int(s))
            for b, s in zip(begin, size, strict=True)
        )
    ],
    guard=_slice_inside,
)
def slice_op(input, begin, size):
    input = jnp.asarray(input)
    sizes = _slice_sizes(input, begin, size)
    if isinstance(begin, np.ndarray):
        first = [int(b) for b in begin]
        return lax.slice(
            input, first, [b + s for b, s in zip(first, sizes, strict=True)]
        )
    return lax.dynamic_slice(input, list(begin), sizes)


@slice_op.gradient
def _(node, dy):
    x, begin, _ = node.inputs
    return slice_grad(shape_of(x, begin.dtype), begin, dy), None, None


@op(
    "_SliceGrad",
    "shape: Index, begin: Index, dy: T -> output: T",
    shape=lambda shape, *_, **__: constant_dims(shape),
    static=(0,),
)
def slice_grad(shape, begin, dy):
    dims = tuple(map(int, shape))
    if isinstance(begin, np.ndarray):
        room = [
            (int(b), n - int(b) - d, 0)
            for b, n, d in zip(begin, dims, dy.shape, strict=True)
        ]
        return lax.pad(jnp.asarray(dy), jnp.zeros((), dy.dtype), room)
    return lax.dynamic_update_slice(jnp.zeros(dims, dy.dtype), dy, list(begin))


@slice_grad.gradient
def _(node, dy):
    _, begin, first = node.inputs
    return None, None, slice_op(dy, begin, shape_of(first, begin.dtype))
