"""Stacks: what a `tf.TensorArray` is here, one array whose first axis counts elements.

A write gives a new stack. XLA writes in place where the old one is not used again,
so a loop that fills a stack costs what filling an array costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from penstock.core.errors import OutOfRangeError
from penstock.core.shapes import as_dims, is_static
from penstock.ir import context
from penstock.ir.constant import constant_value
from penstock.ir.convert import as_tensor
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.op import STOPS, TABLE, op
from penstock.ops import rules
from penstock.ops.array import reshape, shape_of
from penstock.ops.xla import jax, jnp, lax


@dataclass(frozen=True)
class Unshaped:
    """A stack to which nothing was written: its elements' shape is not known yet."""

    size: int
    dtype: Any

    def __post_init__(self):
        _register()

    def filled(self, shape) -> Any:
        """Zeros in its place, for elements of `shape`."""
        return jnp.zeros((self.size, *shape), self.dtype)


@cache
def _register() -> None:
    """Let compiled steps take unshaped stacks: a fact to compile for, not an array."""
    jax.tree_util.register_static(Unshaped)


def _reserved(size, *, element_shape=None, **_):
    n = constant_value(size)
    dims = as_dims(element_shape)
    return None if dims is None else (None if n is None else int(n), *dims)


@op(
    "_StackReserve",
    "size: int32 -> stack: dtype",
    shape=_reserved,
    gradient=STOPS,
    static=(0,),
    stateful=True,
)
def stack_reserve(size, *, dtype, element_shape=None):
    dims = as_dims(element_shape)
    if is_static(dims):
        return jnp.zeros((int(size), *dims), dtype.np)  # type: ignore[misc]
    return Unshaped(int(size), dtype.np)


def _written(stack, index, value, **_):
    if value.dims is None:
        return stack.dims
    count = None if stack.dims is None else stack.dims[0]
    return (count, *value.dims)


def _in_stack(stack, index, *_):
    n = stack.size if isinstance(stack, Unshaped) else stack.shape[0]
    if isinstance(index, np.ndarray | np.generic):
        holds: Any = bool(0 <= int(index) < n)
    else:
        holds = (index >= 0) & (index < n)
    return holds, f"Tried to use an index outside a TensorArray of size {n}"


@op(
    "_StackWrite",
    "stack: T, index: int32, value: T -> written: T",
    shape=_written,
    guard=_in_stack,
)
def stack_write(stack, index, value):
    value = jnp.asarray(value)
    if isinstance(stack, Unshaped):
        stack = stack.filled(value.shape)
    return lax.dynamic_update_index_in_dim(stack, value, index, 0)


@stack_write.gradient
def _(node, dy):
    _, index, value = node.inputs
    return (
        stack_write(dy, index, TABLE["ZerosLike"](value)),
        None,
        stack_read(dy, index),
    )


@op(
    "_StackWriteGrowing",
    "stack: T, index: int32, value: T -> written: T, before: int32",
    shape=lambda stack, index, value, **_: [
        None if value.dims is None else (None, *value.dims),
        (),
    ],
    host=True,
)
def stack_write_growing(stack, index, value):
    """A write beyond the end makes the stack longer: only the host can.

    Also gives how long the stack was, which is all that the gradient needs of it.
    """
    index = int(index)
    before = _length(stack)
    if isinstance(stack, Unshaped) or not np.ndim(stack):
        stack = np.zeros((int(before), *np.shape(value)), np.asarray(value).dtype)
    if index >= len(stack):
        more = np.zeros((index + 1 - len(stack), *np.shape(value)), stack.dtype)
        stack = np.concatenate([stack, more])
    else:
        stack = np.array(stack)
    stack[index] = value
    return stack, before


@stack_write_growing.gradient
def _(node, dy, _before):
    _, index, _ = node.inputs
    rest, written = stack_ungrown(dy, index, node.outputs[1])
    return rest, None, written


@op(
    "_StackUngrown",
    "stack: T, index: int32, before: int32 -> rest: T, written: T",
    shape=lambda stack, *_, **__: [
        None if stack.dims is None else (None, *stack.dims[1:]),
        None if stack.dims is None else stack.dims[1:],
    ],
    host=True,
)
def stack_ungrown(stack, index, before):
    """A stack taken apart: as it was before the write, with 0 there; what was written.

    On the host: stacks of every length would each compile a step of their own.
    """
    rest = np.array(stack[: int(before)])
    if int(index) < len(rest):
        rest[int(index)] = 0
    return rest, np.array(stack[int(index)])


@stack_ungrown.gradient
def _(node, d_rest, d_written):
    _, index, _ = node.inputs
    return stack_write_growing(d_rest, index, d_written)[0], None, None


@op(
    "_StackTrim",
    "x: T, size: int32 -> y: T",
    shape=lambda x, size, **_: None if x.dims is None else (None, *x.dims[1:]),
    host=True,
)
def stack_trim(x, size):
    """The first `size` entries of `x`: those of a stack before it grew."""
    return x[: int(size)]


@stack_trim.gradient
def _(node, dy):
    x = node.inputs[0]
    padding = TABLE["Sub"](stack_size(x), stack_size(dy))
    return stack_pad(dy, padding), None


@op(
    "_StackPad",
    "x: T, rows: int32 -> y: T",
    shape=lambda x, rows, **_: None if x.dims is None else (None, *x.dims[1:]),
    host=True,
)
def stack_pad(x, rows):
    """`x` with `rows` more entries of zeros."""
    return np.concatenate([x, np.zeros((int(rows), *np.shape(x)[1:]), x.dtype)])


@stack_pad.gradient
def _(node, dy):
    return stack_trim(dy, stack_size(node.inputs[0])), None


@op(
    "_StackRead",
    "stack: T, index: int32 -> value: T",
    shape=lambda stack, index, **_: None if stack.dims is None else stack.dims[1:],
    guard=_in_stack,
)
def stack_read(stack, index):
    if isinstance(stack, Unshaped):
        raise OutOfRangeError(
            "A TensorArray was read before anything was written to it."
        )
    return lax.dynamic_index_in_dim(jnp.asarray(stack), index, 0, keepdims=False)


@stack_read.gradient
def _(node, dy):
    stack, index = node.inputs
    shape = as_tensor(context.landing(), shape_of(stack), None, "shape")
    values = TABLE["ExpandDims"](dy, 0)
    return IndexedSlices(values, reshape(index, [1]), shape), None


@op(
    "_StackReadOnHost",
    "stack: T, index: int32 -> value: T",
    shape=lambda stack, index, **_: None if stack.dims is None else stack.dims[1:],
    guard=_in_stack,
    host=True,
)
def stack_read_on_host(stack, index):
    """A read in a loop that the host runs, whose stacks have any length."""
    return np.array(stack[int(index)])


stack_read_on_host.gradient(stack_read.gradient_rule)


def _known_size(stack, **_):
    return ()


@op(
    "_StackSize",
    "stack: T -> size: int32",
    shape=_known_size,
    gradient=STOPS,
)
def stack_size(stack):
    return _length(stack)


def _length(stack) -> np.ndarray:
    if isinstance(stack, Unshaped):
        return np.array(stack.size, np.int32)
    return np.array(np.shape(stack)[0] if np.ndim(stack) else 0, np.int32)


@op(
    "_StackShaped",
    "stack: T -> shaped: T",
    shape=lambda stack, *, element_shape=None, **_: _shaped_dims(stack, element_shape),
)
def stack_shaped(stack, *, element_shape=None):
    """The stack as an ordinary tensor: zeros where nothing was ever written."""
    if isinstance(stack, Unshaped):
        dims = as_dims(element_shape)
        return stack.filled(dims if is_static(dims) else ())
    return stack


@stack_shaped.gradient
def _(node, dy):
    return dy


def _shaped_dims(stack, element_shape):
    dims = as_dims(element_shape)
    if dims is None:
        return stack.dims
    return (None if stack.dims is None else stack.dims[0], *dims)


@op(
    "_AddRows",
    "x: T, indices: Tindices, rows: T -> y: T",
    shape=rules.same_as(0),
)
def add_rows(x, indices, rows):
    """`x` with `rows` added where `indices` say: a gradient gathered in a loop."""
    if np.shape(indices) == (1,):
        at = indices[0]
        row = lax.dynamic_index_in_dim(x, at, 0) + rows
        return lax.dynamic_update_index_in_dim(x, row, at, 0)
    return jnp.asarray(x).at[indices].add(rows)


@add_rows.gradient
def _(node, dy):
    return dy, None, TABLE["GatherV2"](dy, node.inputs[1], 0)
