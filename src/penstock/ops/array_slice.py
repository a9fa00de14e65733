"""Parts of a tensor by position: slices, strided slices, their gradients, updates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from penstock.core.dtypes import INDEX
from penstock.core.errors import ShapeError
from penstock.core.shapes import show
from penstock.ir.constant import constant_dims, constant_value
from penstock.ir.op import TABLE, op
from penstock.ops import rules
from penstock.ops.array import shape_of
from penstock.ops.state import handle_shape
from penstock.ops.xla import jnp, lax

MASKS = {
    "begin_mask": 0, "end_mask": 0, "ellipsis_mask": 0, "new_axis_mask": 0,
    "shrink_axis_mask": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Axis:
    """What happens to one dimension; `source` is its position, None for a new one.

    `at` is the position in the spec that says so, None for dimensions that an
    ellipsis passes whole.
    """

    source: Any
    at: Any
    shrink: bool = False


def _axes(length: int, rank: int, masks) -> list[_Axis]:
    """The spec of `length` entries laid along the dimensions of a rank."""
    ellipsis, new = masks["ellipsis_mask"], masks["new_axis_mask"]
    consuming = sum(1 for i in range(length) if not (ellipsis | new) >> i & 1)
    if consuming > rank:
        raise ShapeError(
            f"Index out of range: {consuming} indices for a tensor of rank {rank}. "
            "Use fewer."
        )
    whole = rank - consuming
    out: list[_Axis] = []
    position = 0

    def pass_whole() -> None:
        nonlocal position
        out.extend(_Axis(position + i, None) for i in range(whole))
        position += whole

    for i in range(length):
        if ellipsis >> i & 1:
            pass_whole()
        elif new >> i & 1:
            out.append(_Axis(None, i))
        else:
            out.append(_Axis(position, i, bool(masks["shrink_axis_mask"] >> i & 1)))
            position += 1
    if not ellipsis:
        pass_whole()
    return out


def _bounds(axis: _Axis, begin, end, strides, masks) -> slice:
    """The Python slice of an axis that is not shrunk; its values must be known."""
    i = axis.at
    if i is None:
        return slice(None)
    first = None if masks["begin_mask"] >> i & 1 else int(begin[i])
    last = None if masks["end_mask"] >> i & 1 else int(end[i])
    return slice(first, last, int(strides[i]))


def _length(dim: int | None, axis: _Axis, known, masks) -> int | None:
    begin, end, strides = known
    i = axis.at
    if i is None:
        return dim
    free = masks["begin_mask"] >> i & 1 and masks["end_mask"] >> i & 1
    if strides is None or (not free and (begin is None or end is None)):
        return None
    if int(strides[i]) == 0:
        raise ShapeError(f"strides[{i}] must be non-zero.")
    if free and (begin is None or end is None):
        return None if dim is None else len(range(dim)[:: int(strides[i])])
    bounds = _bounds(axis, begin, end, strides, masks)
    if dim is not None:
        return len(range(dim)[bounds])
    return None


def _strided(input, begin, end, strides, **attrs):
    dims = input.dims
    return strided_dims(dims, begin, end, strides, attrs)


def strided_dims(dims, begin, end, strides, masks):
    """The shape of a strided slice of a tensor of shape `dims`."""
    length = begin.dims[0] if begin.dims else None
    if dims is None or length is None:
        return None
    known = tuple(constant_value(t) for t in (begin, end, strides))
    out = []
    for axis in _axes(length, len(dims), masks):
        if axis.source is None:
            out.append(1)
            continue
        dim = dims[axis.source]
        if not axis.shrink:
            out.append(_length(dim, axis, known, masks))
        elif dim is not None:
            at = _element(begin, axis.at)
            if at is not None and not -dim <= at < dim:
                raise ShapeError(
                    f"slice index {at} of dimension {axis.source} out of bounds: "
                    f"the shape is {show(dims)}."
                )
    return tuple(out)


def _element(vector, i: int) -> int | None:
    """One element of a vector of indices, as far as it is known."""
    value = constant_value(vector)
    if value is not None:
        return int(value[i])
    node = getattr(vector, "_node", None)
    if node is not None and node.type == "Pack":
        value = constant_value(node.inputs[i])
        return None if value is None else int(value)
    return None


def fixed_positions(begin, strides, masks, first: int) -> tuple[int, ...]:
    """Which of begin, end, strides (at `first`, ...) must be known to compile.

    Where a part is taken whole or one index is picked, begin and end may vary.
    """
    length = begin.dims[0] if begin.dims else None
    both = masks["begin_mask"] & masks["end_mask"]
    free = both | masks["ellipsis_mask"] | masks["new_axis_mask"]
    free |= masks["shrink_axis_mask"]
    if length is not None and all(free >> i & 1 for i in range(length)):
        return (first + 2,)
    return (first, first + 1, first + 2)


def _index(x, begin, end, strides, masks) -> tuple:
    """A NumPy-style index; picked positions may be traced values."""
    out = []
    for axis in _axes(len(strides), np.ndim(x), masks):
        if axis.source is None:
            out.append(None)
        elif axis.shrink:
            out.append(_pick(begin, axis.at))
        else:
            out.append(_bounds(axis, begin, end, strides, masks))
    return tuple(out)


def _pick(begin, i):
    return int(begin[i]) if isinstance(begin, np.ndarray) else begin[i]


def _cut(x, index):
    """`x[index]` in slices, reversals and dynamic picks, which compile well."""
    at = 0
    picked, widened = [], []
    for item in index:
        if item is None:
            widened.append(item)
            continue
        if isinstance(item, slice):
            x = _cut_axis(x, item, at)
            widened.append(slice(None))
            at += 1
            continue
        n = x.shape[at]
        item = (
            item % n if isinstance(item, int) else jnp.where(item < 0, item + n, item)
        )
        picked.append(at)
        x = (
            lax.slice_in_dim(x, item, item + 1, axis=at)
            if isinstance(item, int)
            else lax.dynamic_slice_in_dim(x, item, 1, axis=at)
        )
        at += 1
    x = lax.squeeze(x, picked)
    return x[tuple(widened)] if None in widened else x


def _cut_axis(x, item: slice, axis: int):
    first, last, step = item.indices(x.shape[axis])
    count = len(range(first, last, step))
    if step < 0:
        low = first + (count - 1) * step if count else 0
        return lax.rev(
            lax.slice_in_dim(x, low, low + (count - 1) * -step + 1 if count else 0,
                             -step, axis),
            (axis,),
        )  # fmt: skip
    if (first, count, step) == (0, x.shape[axis], 1):
        return x
    return lax.slice_in_dim(x, first, max(last, first), step, axis)


def _fold_strided(x, begin, end, strides, **masks: Any):
    return x[_index(x, begin, end, strides, masks)]


def _inside(x, begin, end, strides, **masks):
    """Whether the picked positions exist, where they are not known before."""
    holds = True
    if not isinstance(begin, np.ndarray):
        for axis in _axes(len(strides), np.ndim(x), masks):
            if axis.shrink:
                n = np.shape(x)[axis.source]
                at = begin[axis.at]
                holds = holds & (at >= -n) & (at < n)
    return holds, "slice index out of bounds"


@op(
    "StridedSlice",
    "input: T, begin: Index, end: Index, strides: Index -> output: T",
    shape=_strided,
    where={"Index": INDEX},
    static=lambda node: fixed_positions(node.inputs[1], node.inputs[3], node.attrs, 1),
    fold=_fold_strided,
    guard=_inside,
)
def strided_slice(
    input, begin, end, strides, *, begin_mask=0, end_mask=0, ellipsis_mask=0,
    new_axis_mask=0, shrink_axis_mask=0,
):  # fmt: skip
    masks = {
        "begin_mask": begin_mask, "end_mask": end_mask, "ellipsis_mask": ellipsis_mask,
        "new_axis_mask": new_axis_mask, "shrink_axis_mask": shrink_axis_mask,
    }  # fmt: skip
    return _cut(jnp.asarray(input), _index(input, begin, end, strides, masks))


def masks_of(node) -> dict[str, Any]:
    """The five masks of a strided slice."""
    return {k: node.attrs[k] for k in MASKS}


@strided_slice.gradient
def _(node, dy):
    x, begin, end, strides = node.inputs
    shape = shape_of(x, begin.dtype)
    dx = strided_slice_grad(shape, begin, end, strides, dy, **masks_of(node))
    return dx, None, None, None


@op(
    "StridedSliceGrad",
    "shape: Index, begin: Index, end: Index, strides: Index, dy: T -> output: T",
    shape=lambda shape, *_, **__: constant_dims(shape),
    where={"Index": INDEX},
    static=lambda node: (
        0, *fixed_positions(node.inputs[1], node.inputs[3], node.attrs, 1)
    ),
)  # fmt: skip
def strided_slice_grad(
    shape, begin, end, strides, dy, *, begin_mask=0, end_mask=0, ellipsis_mask=0,
    new_axis_mask=0, shrink_axis_mask=0,
):  # fmt: skip
    masks = {
        "begin_mask": begin_mask, "end_mask": end_mask, "ellipsis_mask": ellipsis_mask,
        "new_axis_mask": new_axis_mask, "shrink_axis_mask": shrink_axis_mask,
    }  # fmt: skip
    dims = tuple(map(int, shape))
    axes = _axes(len(strides), len(dims), masks)
    dy = jnp.asarray(dy)
    dy = dy.reshape(_uncut_dims(dy.shape, axes))
    starts: list = [0] * len(dims)
    padding = []
    inner = list(dims)
    for axis in axes:
        if axis.source is None:
            continue
        n = dims[axis.source]
        if axis.shrink:
            at = _pick(begin, axis.at)
            starts[axis.source] = jnp.where(at < 0, at + n, at)
            inner[axis.source] = 1
            padding.append((0, 0, 0))
            continue
        first, last, step = _bounds(axis, begin, end, strides, masks).indices(n)
        count = len(range(first, last, step))
        if step < 0:
            dy = lax.rev(dy, (axis.source,))
            first, step = (first + (count - 1) * step if count else 0), -step
        used = (count - 1) * step + 1 if count else 0
        padding.append((first, n - first - used, step - 1))
    spread = lax.pad(dy, jnp.zeros((), dy.dtype), padding)
    if tuple(inner) == dims:
        return spread
    kind = jnp.result_type(jnp.int32)
    starts = [jnp.asarray(s, kind) for s in starts]
    return lax.dynamic_update_slice(jnp.zeros(dims, dy.dtype), spread, starts)


def _uncut_dims(dims, axes):
    """The sizes of a slice with its new axes gone and its picked ones back as 1."""
    out, at = [], 0
    for axis in axes:
        if axis.shrink:
            out.append(1)
            continue
        if axis.source is not None:
            out.append(dims[at])
        at += 1
    return out


@strided_slice_grad.gradient
def _(node, dy):
    _, begin, end, strides, _ = node.inputs
    return [None] * 4 + [strided_slice(dy, begin, end, strides, **masks_of(node))]


def _updated(x, begin, end, strides, value, masks):
    return jnp.asarray(x).at[_index(x, begin, end, strides, masks)].set(value)


def _declare_update(type_name, signature, shape, **flags):
    @op(
        type_name,
        signature,
        shape=shape,
        attrs=dict(MASKS),
        static=lambda node: fixed_positions(
            node.inputs[1], node.inputs[3], node.attrs, 1
        ),
        **flags,
    )
    def update(
        input, begin, end, strides, value, *, begin_mask=0, end_mask=0,
        ellipsis_mask=0, new_axis_mask=0, shrink_axis_mask=0,
    ):  # fmt: skip
        masks = {
            "begin_mask": begin_mask, "end_mask": end_mask,
            "ellipsis_mask": ellipsis_mask, "new_axis_mask": new_axis_mask,
            "shrink_axis_mask": shrink_axis_mask,
        }  # fmt: skip
        return _updated(input, begin, end, strides, value, masks)

    return update


tensor_strided_slice_update = _declare_update(
    "TensorStridedSliceUpdate",
    "input: T, begin: Index, end: Index, strides: Index, value: T -> output: T",
    rules.same_as(0),
)


@tensor_strided_slice_update.gradient
def _(node, dy):
    _, begin, end, strides, value = node.inputs
    masks = masks_of(node)
    part = strided_slice(dy, begin, end, strides, **masks)
    dx = tensor_strided_slice_update(
        dy, begin, end, strides, TABLE["ZerosLike"](part), **masks
    )
    from penstock.ops.array import unbroadcast

    return dx, None, None, None, unbroadcast(part, value)


strided_slice_assign = _declare_update(
    "StridedSliceAssign",
    "ref: Ref(T), begin: Index, end: Index, strides: Index, value: T "
    "-> output_ref: Ref(T)",
    rules.same_as(0),
    writes=(0,),
    stateful=True,
)
resource_strided_slice_assign = _declare_update(
    "ResourceStridedSliceAssign",
    "ref: resource, begin: Index, end: Index, strides: Index, value: T ->",
    rules.none,
    writes=(0,),
    stateful=True,
)


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
        first = _element(begin, i)
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


def variable_dims(ref):
    """The shape of the variable that a reference or a handle names."""
    return handle_shape(ref) if ref.dtype.name == "resource" else ref.dims
