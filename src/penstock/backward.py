"""Reverse-mode differentiation: gradients are nodes of the same graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from penstock.core.dtypes import int64
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.node import Node
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor

Gradient = Tensor | IndexedSlices | None

#: Rules that programs registered (`tf.RegisterGradient`), by name.
REGISTERED: dict[str, Callable] = {}


def gradients(
    ys: Sequence[Tensor],
    xs: Sequence[Tensor],
    grad_ys: Sequence[Any] | None = None,
    stop_gradients: Sequence[Tensor] = (),
) -> list[Gradient]:
    """The sum over `ys` of dy/dx for each x of `xs`, None where none depends on it.

    `grad_ys` weighs each y (ones by default); nothing flows past `stop_gradients`.
    Raises LookupError where an op on the way has no gradient rule.
    """
    seeds = list(grad_ys) if grad_ys is not None else [None] * len(ys)
    walk = _nodes_between(ys, xs, stop_gradients)
    received: dict[int, list[Any]] = {}
    for y, seed in zip(ys, seeds, strict=True):
        received.setdefault(id(y), []).append(_seed(y, seed))
    stopped = {id(t) for t in stop_gradients}
    wanted = {id(x) for x in xs}
    for node in walk:
        if not any(id(t) in received for t in node.outputs):
            continue
        dys = [None if id(t) in stopped else _total(received, t) for t in node.outputs]
        if all(dy is None for dy in dys):
            continue
        inputs = node.inputs  # a loop's rule may give its node another
        for tensor, dx in zip(inputs, _differentiate(node, dys), strict=True):
            if dx is not None and _differentiable(tensor):
                received.setdefault(id(tensor), []).append(dx)
        for t in node.outputs:
            if id(t) not in wanted:
                received.pop(id(t), None)  # done with; let large graphs free it
    return [_total(received, x) for x in xs]


def _nodes_between(ys, xs, stop_gradients) -> list[Node]:
    """Nodes on a path from an x to a y, last first."""
    stopped = {id(t) for t in stop_gradients}
    seen: dict[Node, None] = {}
    stack = [y._node for y in ys if id(y) not in stopped]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen[node] = None
        stack.extend(t._node for t in node.inputs if id(t) not in stopped)
    wanted = {id(x) for x in xs}
    reached: set[int] = set()
    path = []
    for node in sorted(seen, key=lambda n: n.id):
        from_x = any(id(t) in wanted or id(t) in reached for t in node.inputs)
        if from_x:
            reached.update(id(t) for t in node.outputs)
            path.append(node)
    return path[::-1]


def _seed(y: Tensor, seed) -> Gradient:
    if not _differentiable(y):
        raise TypeError(
            f"Gradients of tensors must be floating point or complex; {y.name} has "
            f"dtype {y.dtype.name}. Use tf.cast before the loss."
        )
    if isinstance(seed, IndexedSlices):
        return seed
    if seed is None:
        return TABLE["OnesLike"](y)
    return as_tensor(context.landing(), seed, y.dtype.base_dtype, "grad_ys")


def _differentiate(node: Node, dys: list[Any]) -> list[Gradient]:
    """The rule of `node` applied to what its outputs received."""
    if node.op.nested:
        from penstock.backward_control import differentiate

        return differentiate(node, dys)
    full = [
        TABLE["ZerosLike"](t) if dy is None and _differentiable(t) else dy
        for t, dy in zip(node.outputs, dys, strict=True)
    ]
    override = node.attrs.get("_gradient_op_type")
    rule = REGISTERED[override] if override in REGISTERED else node.op.gradient_rule
    if not node.op.sparse:
        full = [densify(dy) for dy in full]
    with _scope(node):
        out = rule(node, *full)
    out = list(out) if isinstance(out, list | tuple) else [out]
    if len(out) != len(node.inputs):
        raise AssertionError(
            f"The gradient rule of {node.type} gave {len(out)} gradients for "
            f"{len(node.inputs)} inputs."
        )
    return out


def _scope(node: Node):
    where = context.landing()
    return where.name_scope(f"{node.name}_grad")


def _differentiable(tensor: Tensor) -> bool:
    kind = tensor.dtype.base_dtype
    return kind.is_floating or kind.is_complex or kind.name in ("resource", "variant")


def densify(gradient: Gradient) -> Tensor | None:
    if isinstance(gradient, IndexedSlices):
        return gradient._dense_tensor()
    return gradient


def _total(received: dict[int, list[Any]], tensor: Tensor) -> Gradient:
    """The sum of what `tensor` received, kept as the one item of its list."""
    parts = received.get(id(tensor))
    if not parts:
        return None
    if len(parts) > 1:
        parts[:] = [add_up(parts)]
    return parts[0]


def add_up(parts: list[Any]) -> Gradient:
    """The sum of gradients, sparse while all are."""
    if all(isinstance(p, IndexedSlices) for p in parts):
        values = TABLE["ConcatV2"]([p.values for p in parts], 0)
        indices = TABLE["ConcatV2"](_of_one_dtype([p.indices for p in parts]), 0)
        return IndexedSlices(values, indices, parts[0].dense_shape)
    return TABLE["AddN"]([densify(p) for p in parts])


def _of_one_dtype(indices: list) -> list:
    """Indices that were looked up by int32 here and int64 there, all as int64."""
    if len({i.dtype.base_dtype for i in indices}) == 1:
        return indices
    return [TABLE["Cast"](i, DstT=int64) for i in indices]
