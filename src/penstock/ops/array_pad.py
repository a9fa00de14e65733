"""Borders added: of a value, or of what they mirror."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import INDEX
from penstock.core.errors import ShapeError
from penstock.core.shapes import show
from penstock.ir.constant import constant_value
from penstock.ir.op import TABLE, op
from penstock.ops.array import shape_of
from penstock.ops.array_slice import slice_op
from penstock.ops.xla import jax, jnp


def _padded(input, paddings, *_, **__):
    room = constant_value(paddings)
    n = paddings.dims[0] if paddings.dims else None
    if input.dims is None:
        return None if n is None else (None,) * n
    if n is not None and n != len(input.dims):
        raise ShapeError(
            f"Pad: paddings must have shape [{len(input.dims)}, 2] for an input of "
            f"shape {show(input.dims)}, received {show(paddings.dims)}."
        )
    if room is None:
        return (None,) * len(input.dims)
    return tuple(
        None if d is None else d + int(a) + int(b)
        for d, (a, b) in zip(input.dims, room, strict=True)
    )


def pairs(paddings) -> list[tuple[int, int]]:
    """Paddings [rank, 2] as (before, after) of each dimension."""
    return [(int(a), int(b)) for a, b in paddings]


@op(
    "Pad",
    "input: T, paddings: Tpaddings -> output: T",
    shape=_padded,
    where={"Tpaddings": INDEX},
    static=(1,),
    fold=lambda x, room: np.pad(x, pairs(room)),
)
def pad(input, paddings):
    return jnp.pad(input, pairs(paddings))


def _pad_gradient(node, dy):
    x, paddings = node.inputs[:2]
    room = constant_value(paddings)
    if room is not None:
        begin = np.ascontiguousarray(room[:, 0])
    else:
        begin = TABLE["StridedSlice"](
            paddings, [0, 0], [0, 1], [1, 1],
            begin_mask=1, end_mask=1, shrink_axis_mask=2,
        )  # fmt: skip
    dx = slice_op(dy, begin, shape_of(x, paddings.dtype))
    if len(node.inputs) == 2:
        return dx, None
    return dx, None, None  # TensorFlow gives none for the filling either


pad.gradient(_pad_gradient)


@op(
    "PadV2",
    "input: T, paddings: Tpaddings, constant_values: T -> output: T",
    shape=_padded,
    where={"Tpaddings": INDEX},
    static=(1,),
    fold=lambda x, room, value: np.pad(x, pairs(room), constant_values=value),
)
def pad_v2(input, paddings, constant_values):
    return jnp.pad(input, pairs(paddings), constant_values=constant_values)


pad_v2.gradient(_pad_gradient)


def _mirror(x, paddings, mode):
    return jnp.pad(x, pairs(paddings), mode=mode.lower())


def _mirrored(input, paddings, *, mode, **_):
    out = _padded(input, paddings)
    room = constant_value(paddings)
    if room is None or input.dims is None:
        return out
    spare = 1 if mode == "REFLECT" else 0
    for d, (a, b) in zip(input.dims, room, strict=True):
        if d is not None and max(int(a), int(b)) > d - spare:
            raise ShapeError(
                f"MirrorPad: paddings {room.tolist()} must be at most size - {spare} "
                f"in mode {mode} for shape {show(input.dims)}."
            )
    return out


def _mirrors(x, paddings, *, mode):
    spare = 1 if mode == "REFLECT" else 0
    holds = all(
        max(a, b) <= n - spare
        for n, (a, b) in zip(np.shape(x), pairs(paddings), strict=True)
    )
    return holds, f"paddings must be at most the size less {spare} in mode {mode}"


@op(
    "MirrorPad",
    "input: T, paddings: Tpaddings -> output: T",
    shape=_mirrored,
    where={"Tpaddings": INDEX},
    static=(1,),
    guard=_mirrors,
)
def mirror_pad(input, paddings, *, mode):
    return _mirror(input, paddings, mode)


def _unpadded(input, paddings, **_):
    room = constant_value(paddings)
    if input.dims is None or room is None:
        return None if input.dims is None else (None,) * len(input.dims)
    return tuple(
        None if d is None else d - int(a) - int(b)
        for d, (a, b) in zip(input.dims, room, strict=True)
    )


@op(
    "MirrorPadGrad",
    "input: T, paddings: Tpaddings -> output: T",
    shape=_unpadded,
    where={"Tpaddings": INDEX},
    static=(1,),
)
def mirror_pad_grad(input, paddings, *, mode):
    inner = tuple(
        n - a - b for n, (a, b) in zip(input.shape, pairs(paddings), strict=True)
    )
    # Mirroring is linear: its transpose adds every copy to its source.
    back = jax.linear_transpose(
        lambda x: _mirror(x, paddings, mode), jax.ShapeDtypeStruct(inner, input.dtype)
    )
    return back(input)[0]


@mirror_pad.gradient
def _(node, dy):
    return mirror_pad_grad(dy, node.inputs[1], mode=node.attrs["mode"]), None


@mirror_pad_grad.gradient
def _(node, dy):
    return mirror_pad(dy, node.inputs[1], mode=node.attrs["mode"]), None
