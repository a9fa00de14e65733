"""Loops on tensors as `While` nodes, their bodies traced once."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api.control_flow_parts import (
    graph_inside,
    pack_parts,
    parts_of,
)
from penstock.api.rewriting.values import Undefined, is_value, same, truth
from penstock.api.tensor_array import TensorArray
from penstock.core import dtypes, nest
from penstock.core.shapes import is_static
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ir.tensor import NeedsValue, Tensor


def staged_while(test, body, get, put, names) -> None:
    """`while test(): body()` over the variables that `get` and `put` give access to."""
    _Loop(get, put, names).run(lambda _: test(), lambda _: body(), None)


def staged_for(items, go, body, get, put, names) -> None:
    """`for item in items: body(item)` over the entries of a tensor."""
    landing = context.landing()
    counted = not isinstance(items, Tensor) and not hasattr(items, "_dense_tensor")
    start = items.start if counted else 0  # type: ignore
    tensor = as_tensor(landing, items.tensor if counted else items, None, None)  # type: ignore
    count, item = _entries(tensor)

    def test(i):
        within = TABLE["Less"](i, count)
        if go is None:
            return within
        return TABLE["LogicalAnd"](within, truth(go(), "a break"))

    def step(i):
        value = item(i)
        body((i + start, value) if counted else value)

    _Loop(get, put, names).run(test, step, np.int32(0))


def staged_pass(more, item, go, body, get, put, names) -> None:
    """`for item in items: body(item)` over what `more()` and `item()` give."""

    def test(_):
        if go is None:
            return more()
        return TABLE["LogicalAnd"](truth(go(), "a break"), more())

    _Loop(get, put, names).run(test, lambda _: body(item()), None)


def _entries(tensor: Tensor):
    """How many entries `tensor` has, and a function that gives each."""
    node = tensor._node
    if node.type == "Range":
        first, limit, delta = node.inputs
        span = TABLE["Sub"](limit, first)
        if not tensor.dtype.is_integer:
            raise NeedsValue("A loop over a range of floating point numbers.")
        # Rounded away from zero, never below none: Python's length of a range.
        more = TABLE["Sub"](TABLE["Add"](span, delta), TABLE["Sign"](delta))
        count = TABLE["Maximum"](
            TABLE["FloorDiv"](more, delta), np.array(0, tensor.dtype.np)
        )
        count = TABLE["Cast"](count, DstT=dtypes.int32)
        kind = tensor.dtype.base_dtype
        return count, lambda i: first + delta * TABLE["Cast"](i, DstT=kind)
    if tensor.dims == ():
        raise TypeError("Cannot iterate over a scalar tensor.")
    if tensor.dims is not None and tensor.dims[0] is not None:
        count = context.landing().constant(np.array(tensor.dims[0], np.int32))
    else:
        shape = TABLE["Shape"](tensor, out_type=dtypes.int32)
        count = TABLE["StridedSlice"](shape, [0], [1], [1], shrink_axis_mask=1)
    return count, lambda i: tensor[i]


class _Loop:
    """One loop statement while it is traced.

    The body comes first: it tells which variables change, and what those that had no
    value before turn out to be.
    """

    def __init__(self, get, put, names):
        self.get, self.put, self.names = get, put, names
        self.landing = context.landing()

    def run(self, test, body, counter) -> None:
        before = list(self.get())
        carried = [i for i, v in enumerate(before) if _carries(v)]
        start = [_as_tensors(self.landing, before[i]) for i in carried]
        count = [] if counter is None else [self.landing.constant(np.array(counter))]
        graph = graph_inside("while_body", self.landing)
        leaves = [leaf for value in start for leaf in nest.flatten(value)]
        outer = [*count, *(p for leaf in leaves for p in parts_of(leaf))]
        outer = [self.landing.own(t) for t in outer]
        with context.entered(graph):
            for t, free in zip(outer, self._free(count, leaves), strict=True):
                dims = None if free else t.dims
                graph.add_input(t.dtype.base_dtype, dims, "loop_var")
            state = list(before)
            self._enter(graph, state, carried, start, len(count))
            at = graph.inputs[0] if count else None
            body(at)
            after = list(self.get())
            outs = [TABLE["AddV2"](at, 1)] if count else []
            for i, first in zip(carried, start, strict=True):
                outs += self._out(graph, i, first, after[i], graph.inputs, len(outs))
            fresh = [
                i for i, v in enumerate(before)
                if isinstance(v, Undefined) and _carries(after[i])
            ]  # fmt: skip
            late = [_as_tensors(graph, after[i]) for i in fresh]
            late = [v if _filled(v) else None for v in late]
            fresh = [i for i, v in zip(fresh, late, strict=True) if v is not None]
            late = [v for v in late if v is not None]
            for value in late:
                for t in nest.flatten(value):
                    graph.add_input(t.dtype.base_dtype, t.dims, "loop_var")
                    outs.append(graph.own(t))
        outer += [
            self.landing.constant(np.zeros(t.dims, t.dtype.np))
            for value in late
            for t in nest.flatten(value)
        ]
        for i, value in enumerate(before):
            moved = i not in carried and i not in fresh
            if moved and not isinstance(value, Undefined) and not same(value, after[i]):
                raise NeedsValue(
                    f"'{self.names[i]}' is not a tensor, and the loop changes it."
                )
        graph.outputs = outs
        condition = self._condition(test, graph, state, [*carried, *fresh],
                                    [*start, *late], len(count))  # fmt: skip
        made = self._node(condition, graph, outer)[len(count) :]
        final = list(before)
        for i, value in zip([*carried, *fresh], [*start, *late], strict=True):
            leaves = nest.flatten(value)
            n = sum(len(parts_of(leaf)) for leaf in leaves)
            final[i] = _packed(value, leaves, made[:n], after[i])
            made = made[n:]
        self.put(tuple(final))

    def _free(self, count, leaves) -> list[bool]:
        """Which inputs get their shape from the body: what TensorArrays hold."""
        return [False] * len(count) + [
            isinstance(leaf, TensorArray) for leaf in leaves for _ in parts_of(leaf)
        ]

    def _enter(self, graph, state, carried, start, first) -> None:
        """Let the variables be what the inputs of `graph` say."""
        at = first
        for i, value in zip(carried, start, strict=True):
            leaves = nest.flatten(value)
            n = sum(len(parts_of(leaf)) for leaf in leaves)
            state[i] = pack_parts(value, leaves, graph.inputs[at : at + n])
            at += n
        self.put(tuple(state))

    def _out(self, graph, i, first, after, inputs, at) -> list[Tensor]:
        """The tensors of variable `i` at the end of a round."""
        try:
            nest.assert_same_structure(first, after, check_types=False)
        except (TypeError, ValueError):
            raise NeedsValue(
                f"'{self.names[i]}' changes its structure in the loop."
            ) from None
        outs: list[Tensor] = []
        for old, new in zip(nest.flatten(first), nest.flatten(after), strict=True):
            if isinstance(old, TensorArray):
                outs += [graph.own(p) for p in parts_of(new)]
                continue
            before = inputs[at + len(outs)]
            if hasattr(old, "_components"):
                outs += [graph.own(p) for p in parts_of(new)]
                continue
            if not (is_value(new) or hasattr(new, "_dense_tensor")):
                raise NeedsValue(f"'{self.names[i]}' becomes {new!r} in the loop.")
            kind = before.dtype if isinstance(new, int | float) else None
            if kind is not None and isinstance(new, float) and kind.is_integer:
                kind = None
            tensor = graph.own(as_tensor(graph, new, kind, None))
            _check(self.names[i], before, tensor)
            outs.append(tensor)
        return outs

    def _condition(self, test, body, state, carried, values, counted):
        graph = graph_inside("while_cond", self.landing)
        with context.entered(graph):
            for t in body.inputs[: len(body.outputs)]:
                graph.add_input(t.dtype, t.dims, "loop_var")
            self._enter(graph, state, carried, values, counted)
            go = truth(test(graph.inputs[0] if counted else None), "a while loop")
            go = as_tensor(graph, go, None, None)
            graph.outputs = [graph.own(go)]
        return graph

    def _node(self, condition, body, outer) -> list[Tensor]:
        n = len(outer)
        wanted = {id(o): o for g in (condition, body) for o in g.captured}
        late = {id(i) for _, i in body.captures.values()}
        own = [t for t in body.inputs if id(t) not in late]
        for graph, first in ((condition, condition.inputs[:n]), (body, own)):
            more = [graph.own(o) for o in wanted.values()]
            graph.inputs = [*first, *more]
        body.outputs = [*body.outputs, *body.inputs[n:]]
        waits = [*condition.waits, *body.waits]
        with self.landing.control_dependencies(waits):
            made = TABLE["While"](
                [*outer, *wanted.values()], cond=condition, body=body, name="while"
            )
        return list(made)[:n]


def _carries(value) -> bool:
    """Whether a loop can carry `value` from round to round."""
    if isinstance(value, Undefined) or value is None:
        return False
    leaves = nest.flatten(value)
    return all(is_value(v) for v in leaves) and (
        bool(leaves) and not isinstance(value, str | bytes)
    )


def _as_tensors(graph, value):
    with context.entered(graph):
        return nest.map_structure(
            lambda leaf: (
                leaf
                if isinstance(leaf, TensorArray) or hasattr(leaf, "_components")
                else as_tensor(graph, leaf, None, None)
            ),
            value,
        )


def _filled(value) -> bool:
    """Whether zeros can stand for `value` before the first round."""
    return all(
        isinstance(t, Tensor) and is_static(t.dims) and t.dtype is not dtypes.string
        for t in nest.flatten(value)
    )


def _check(name: str, before: Tensor, after: Tensor) -> None:
    if before.dtype.base_dtype is not after.dtype.base_dtype:
        raise NeedsValue(
            f"'{name}' has dtype {before.dtype.name} before the loop, but dtype "
            f"{after.dtype.name} after one iteration."
        )
    a, b = before.dims, after.dims
    fits = a is None or (
        b is not None
        and len(a) == len(b)
        and all(m is None or m == n for m, n in zip(a, b, strict=True))
    )
    if not fits:
        raise NeedsValue(f"'{name}' changes its shape from round to round.")


def _packed(value, leaves, tensors, after) -> Any:
    news = nest.flatten(after)
    dims = [
        new.element_shape._dims if isinstance(new, TensorArray) else None
        for new in news
    ]
    return pack_parts(value, leaves, tensors, dims)
