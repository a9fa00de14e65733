"""Running a functional model: the layers and operations between two sets of tensors."""

from __future__ import annotations

from typing import Any

from penstock.core import nest
from penstock.ir import context
from penstock.ir.node import Node
from penstock.ir.tensor import Tensor
from penstock.keras import scratch
from penstock.keras.scratch import LayerCall

#: One step of a model: a layer's call, or a plain operation between layers.
Step = LayerCall | Node


def steps_between(inputs: list[Tensor], outputs: list[Tensor]) -> list[Step]:
    """What computes `outputs` from `inputs`, in order.

    Raises ValueError where an output depends on another `Input`.
    """
    known = {id(t) for t in inputs}
    done: dict[int, None] = {}
    out: list[Step] = []
    stack: list[tuple[str, Any]] = [("need", t) for t in reversed(outputs)]
    while stack:
        what, item = stack.pop()
        if what == "emit":
            if id(item) not in done:
                done[id(item)] = None
                out.append(item)
            continue
        if id(item) in known:
            continue
        step = _maker(item)
        if id(step) in done:
            continue
        if item._node.type == "Placeholder":
            if item.outer is not None:
                continue
            raise ValueError(
                f"Graph disconnected: cannot obtain value for tensor {item} made by "
                f"Input '{item.given_name or item._node.name}'. "
                "It is not among the model's inputs."
            )
        stack.append(("emit", step))
        stack.extend(("need", t) for t in reversed(_needs(step)))
    return out


def _maker(tensor: Tensor) -> Step:
    made = scratch.history(tensor)
    return made[0] if made is not None else tensor._node


def _needs(step: Step) -> list[Tensor]:
    if isinstance(step, LayerCall):
        return step.input_tensors
    return list(step.inputs)


def layers_of(steps: list[Step], outputs: list[Tensor], inputs: list) -> list:
    """The layers among `steps` and `inputs` in Keras' order.

    A layer's depth is its longest way to an output; deeper ones come first, equal ones
    as a walk back from the outputs meets them.
    """
    met = _met(outputs, {id(s) for s in steps})
    depth: dict[int, int] = {}
    of_layer: dict[int, int] = {}
    for step in reversed(steps):
        layer = step.layer if isinstance(step, LayerCall) else step
        deep = max(depth.get(id(step), 0), of_layer.get(id(layer), 0))
        depth[id(step)] = of_layer[id(layer)] = deep
        for tensor in _needs(step):
            maker = _maker(tensor)
            depth[id(maker)] = max(depth.get(id(maker), 0), deep + 1)
            if isinstance(maker, LayerCall):
                key = id(maker.layer)
                of_layer[key] = max(of_layer.get(key, 0), deep + 1)
    found = {id(s.layer): s.layer for s in steps if isinstance(s, LayerCall)}
    found.update((id(x), x) for x in inputs)
    return sorted(
        found.values(),
        key=lambda x: (-of_layer.get(id(x), 0), met.get(id(x), -1)),
    )


def _met(outputs: list[Tensor], inside: set[int]) -> dict[int, int]:
    """Layer id -> when a walk back from `outputs`, depth first, meets it."""
    order: dict[int, int] = {}
    seen: set[int] = set()
    stack = list(reversed(outputs))
    while stack:
        step = _maker(stack.pop())
        if isinstance(step, LayerCall):
            order.setdefault(id(step.layer), len(order))
        if id(step) in seen:
            continue
        seen.add(id(step))
        if id(step) in inside:
            stack.extend(reversed(_needs(step)))
    return order


def run(steps: list[Step], values: dict[int, Any], training, mask) -> None:
    """Compute `steps` on `values` (symbolic tensor id -> tensor), filling it."""
    for step in steps:
        if isinstance(step, LayerCall):
            _run_layer(step, values, training)
        else:
            _run_operation(step, values)


def _run_layer(call: LayerCall, values, training) -> None:
    def real(item):
        return values[id(item)] if scratch.is_symbolic(item) else item

    args = nest.map_structure(real, call.args)
    kwargs = nest.map_structure(real, call.kwargs)
    if training is not None and kwargs.get("training") is None:
        kwargs = {**kwargs, "training": training} if "training" in kwargs else kwargs
    outputs = nest.flatten(call.layer(*args, **kwargs))
    for symbol, tensor in zip(call.outputs, outputs, strict=True):
        values[id(symbol)] = tensor


def _run_operation(node: Node, values) -> None:
    where = context.landing()
    if node.type == "Const":
        values[id(node.outputs[0])] = where.constant(node.attrs["value"])
        return

    def real(tensor):
        found = values.get(id(tensor))
        if found is None:
            found = tensor.outer
            if tensor.dtype.is_integer and len(tensor.dims or ()) < 2:
                # An axis or a shape: the rules of shapes want to see its value.
                found = where.constant(found._numpy())
        return found

    if node.type == "ReadVariableOp":
        values[id(node.outputs[0])] = real(node.inputs[0]).cell._dense_tensor()
        return
    args = [
        [real(t) for t in item] if isinstance(item, list) else real(item)
        for item in node.grouped
    ]
    op = node.op
    attrs = {
        k: v
        for k, v in node.attrs.items()
        if k not in op.signature.type_attrs or k in op.required
    }
    out = node.op(*args, **attrs)
    flat = list(out) if isinstance(out, tuple | list) else [out]
    flat = [x for o in flat for x in (o if isinstance(o, list) else [o])]
    values.update((id(t), v) for t, v in zip(node.outputs, flat, strict=True))


def get_source_inputs(tensor, layer=None, node_index=None) -> list[Tensor]:
    """The `Input` tensors that `tensor` is computed from, each once."""
    del layer, node_index
    found: dict[int, Tensor] = {}
    seen: set[int] = set()
    stack = [tensor]
    while stack:
        item = stack.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if item._node.type == "Placeholder":
            found[id(item)] = item
        else:
            stack.extend(reversed(_needs(_maker(item))))
    return list(found.values())
