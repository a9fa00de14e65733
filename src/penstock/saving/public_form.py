"""What graphs hold in TensorFlow's public ops: stacks as lists, recurrences as calls.

Penstock keeps the elements of a TensorArray in one tensor; a GraphDef keeps them in a
`variant`, which the ops TensorList... fill and read. Which tensors are such lists
follows from where they come from (`lists`); what takes one as a tensor, or a tensor as
one, gets a node in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from penstock.formats import tensor_proto
from penstock.formats.messages import DataType, NodeDef
from penstock.ir.graph import Graph
from penstock.ir.node import Node
from penstock.ir.tensor import Tensor
from penstock.ops.subgraph import operands, subgraphs
from penstock.saving.recurrences import OUTPUTS, as_graph

VARIANT, _INT32 = DataType.Value("DT_VARIANT"), DataType.Value("DT_INT32")
_MAKES = ("_StackReserve", "_StackWrite", "_StackWriteGrowing")
_LOOPS = ("While", "StatelessWhile")

#: Private op -> (public op, its output) where the stack is a list, where a tensor.
FORMS = {
    "_StackReserve": (("TensorListReserve", "handle"),) * 2,
    "_StackWrite": (("TensorListSetItem", "output_handle"),) * 2,
    "_StackWriteGrowing": (("TensorListSetItem", "output_handle"),) * 2,
    "_StackRead": (("TensorListGetItem", "item"), ("GatherV2", "output")),
    "_StackShaped": (("TensorListStack", "tensor"), ("Identity", "output")),
    "_StackSize": (("TensorListLength", "length"), ("StridedSlice", "output")),
}


def lists(graph: Graph) -> set[int]:
    """The ids of the tensors of `graph`, and of the graphs in it, that are lists."""
    nodes = list(_all_nodes(graph, set()))
    found = {id(n.outputs[0]) for n in nodes if n.type in _MAKES}
    groups = [group for node in nodes for group in _same(node)]
    before = -1
    while found and len(found) != before:
        before = len(found)
        for sources, rest in groups:
            if not found.isdisjoint(sources):
                found.update(rest)
    return found


def _all_nodes(graph: Graph, seen: set) -> Iterator[Node]:
    for node in graph.get_operations():
        yield node
        for inner in subgraphs(node):
            if inner not in seen:
                seen.add(inner)
                yield from _all_nodes(inner, seen)


def _same(node: Node) -> Iterator[tuple[list[int], list[int]]]:
    """Groups of tensors: where one of the first is a list, all of the second are."""
    if node.type == "Identity":
        yield [id(node.inputs[0])], [id(node.outputs[0])]
    elif node.type in _LOOPS:
        cond, body = node.attrs["cond"], node.attrs["body"]
        for i, inside in enumerate(body.inputs):
            carried = [inside, cond.inputs[i], node.outputs[i]]
            ids = [id(t) for t in carried]
            yield [id(node.inputs[i]), id(body.outputs[i]), *ids], ids
    else:
        for inner in subgraphs(node):
            for outer, inside in zip(operands(node, inner), inner.inputs, strict=False):
                yield [id(outer)], [id(inside)]
            for made, outer in zip(inner.outputs, node.outputs, strict=False):
                yield [id(made)], [id(outer)]


class Writer:
    """The nodes of one graph, or function, as messages."""

    def __init__(
        self, found: set[int], named, refer: Callable[[Tensor], str],
        made: Callable[[str, str], str], plain: Callable[[Node], Any],
    ):  # fmt: skip
        """`refer` names a tensor, `made(node, output)` the first output of a node
        that is added here; `plain` writes a node as it is, without inputs.
        """
        self.found, self.named, self.plain = found, named, plain
        self.refer, self.made = refer, made

    def is_list(self, tensor: Tensor) -> bool:
        return id(tensor) in self.found

    def node(self, node: Node) -> Iterator[Any]:
        """`node`, after the nodes that make its inputs fit."""
        if node.type in FORMS:
            yield from getattr(self, node.type)(node)
            return
        if called(node):
            yield self._call(node)
            return
        message = self.plain(node)
        del message.input[:]
        wanted = self._wanted(node)
        for i, tensor in enumerate(node.inputs):
            reference, extra = self.fitting(
                tensor, i in wanted, f"{node.name}/stack_{i}"
            )
            yield from extra
            message.input.append(reference)
        message.input.extend(f"^{n.name}" for n in node.control_inputs)
        self._retyped(node, message, wanted)
        for inner in subgraphs(node):
            carried = wanted if node.type in _LOOPS else None
            self.named.list_outputs[inner] = {
                i
                for i, t in enumerate(node.outputs[: len(inner.outputs)])
                if (i in carried if carried is not None else self.is_list(t))
            }
        yield message

    def fitting(self, tensor: Tensor, as_list: bool, name: str):
        """(a reference to `tensor` as a list or as a tensor, the nodes for it)."""
        reference = self.refer(tensor)
        if self.is_list(tensor) == as_list:
            return reference, []
        kind = tensor.dtype.base_dtype.as_datatype_enum
        shape = self._sizes(f"{name}/shape", tensor.dims and tensor.dims[1:])
        op, out = (
            ("TensorListFromTensor", "output_handle")
            if as_list
            else ("TensorListStack", "tensor")
        )
        message = _message(
            name, op, [reference, self.made(shape.name, "output")], element_dtype=kind
        )
        if as_list:
            message.attr["shape_type"].type = _INT32
        else:
            message.attr["num_elements"].i = -1
        return self.made(name, out), [shape, message]

    def _wanted(self, node: Node) -> set[int]:
        """Positions of the inputs that `node` takes as lists."""
        if node.type == "Identity" and self.is_list(node.outputs[0]):
            return {0}
        if node.type in _LOOPS:
            body = node.attrs["body"].inputs
            return {i for i, t in enumerate(body) if self.is_list(t)}
        first = node.op.operands_from
        return {
            first + i
            for inner in subgraphs(node)
            for i, t in enumerate(inner.inputs)
            if self.is_list(t)
        }

    def _retyped(self, node: Node, message, wanted: set[int]) -> None:
        """Say `variant` in the type attributes of what passes lists."""
        if not self.found:
            return
        for name in ("T", "Tin"):
            kinds: Any = message.attr[name].list.type if name in message.attr else ()
            offset = len(node.inputs) - len(kinds)
            for i in wanted if kinds else ():
                kinds[i - offset] = VARIANT
        if node.type == "Identity" and wanted:
            message.attr["T"].type = VARIANT
        if "Tout" in message.attr:
            for i, tensor in enumerate(node.outputs):
                if self.is_list(tensor):
                    message.attr["Tout"].list.type[i] = VARIANT

    def _call(self, node: Node):
        """A recurrence as a call of the function that loops."""
        graph = as_graph(node)
        self.found |= lists(graph)  # as whoever writes the function will ask
        message = _message(
            node.name, "PartitionedCall", list(map(self.refer, node.inputs))
        )
        message.attr["Tin"].list.type.extend(map(_kind, node.inputs))
        message.attr["Tout"].list.type.extend(map(_kind, graph.outputs))
        message.attr["f"].func.name = self.named(graph)
        return _controlled(message, node)

    # --- the private ops -----------------------------------------------------------

    def _sizes(self, name: str, dims):
        """A Const of the sizes `dims`, -1 where they are not known."""
        sizes = -1 if dims is None else [-1 if n is None else n for n in dims]
        return _const(name, np.array(sizes, np.int32))

    def _StackReserve(self, node: Node):
        shape = self._sizes(f"{node.name}/shape", node.outputs[0].dims and
                            node.outputs[0].dims[1:])  # fmt: skip
        yield shape
        message = _message(
            node.name, "TensorListReserve",
            [self.made(shape.name, "output"), self.refer(node.inputs[0])],
            element_dtype=_kind(node.outputs[0]), shape_type=_INT32,
        )  # fmt: skip
        yield _controlled(message, node)

    def _StackWrite(self, node: Node, grows: bool = False):
        stack, index, value = node.inputs
        handle, extra = self.fitting(stack, True, f"{node.name}/stack")
        yield from extra
        message = _message(
            node.name, "TensorListSetItem",
            [handle, self.refer(index), self.refer(value)], element_dtype=_kind(value),
        )  # fmt: skip
        if grows:
            message.attr["resize_if_index_out_of_bounds"].b = True
        yield _controlled(message, node)

    def _StackWriteGrowing(self, node: Node):
        yield from self._StackWrite(node, grows=True)

    def _StackRead(self, node: Node):
        stack, index = node.inputs
        kind = _kind(node.outputs[0])
        inputs = [self.refer(stack), self.refer(index)]
        if self.is_list(stack):
            shape = self._sizes(f"{node.name}/shape", node.outputs[0].dims)
            yield shape
            inputs.append(self.made(shape.name, "output"))
            message = _message(
                node.name, "TensorListGetItem", inputs, element_dtype=kind
            )
        else:
            axis = _const(f"{node.name}/axis", np.array(0, np.int32))
            yield axis
            inputs.append(self.made(axis.name, "output"))
            message = _message(
                node.name, "GatherV2", inputs, Tparams=kind, Tindices=_INT32,
                Taxis=_INT32,
            )  # fmt: skip
        yield _controlled(message, node)

    def _StackShaped(self, node: Node):
        stack, out = node.inputs[0], node.outputs[0]
        if not self.is_list(stack):
            message = _message(
                node.name, "Identity", [self.refer(stack)], T=_kind(stack)
            )
            yield _controlled(message, node)
            return
        shape = self._sizes(f"{node.name}/shape", out.dims and out.dims[1:])
        yield shape
        inputs = [self.refer(stack), self.made(shape.name, "output")]
        message = _message(
            node.name, "TensorListStack", inputs, element_dtype=_kind(out)
        )
        message.attr["num_elements"].i = -1
        yield _controlled(message, node)

    def _StackSize(self, node: Node):
        stack = node.inputs[0]
        if self.is_list(stack):
            inputs = [self.refer(stack)]
            yield _controlled(_message(node.name, "TensorListLength", inputs), node)
            return
        shape = _message(
            f"{node.name}/shape", "Shape", [self.refer(stack)], T=_kind(stack),
            out_type=_INT32,
        )  # fmt: skip
        yield shape
        inputs = [self.made(shape.name, "output")]
        for name, value in (("begin", 0), ("end", 1), ("step", 1)):
            part = _const(f"{node.name}/{name}", np.array([value], np.int32))
            yield part
            inputs.append(self.made(part.name, "output"))
        message = _message(node.name, "StridedSlice", inputs, T=_INT32, Index=_INT32)
        message.attr["shrink_axis_mask"].i = 1
        yield _controlled(message, node)


def _kind(tensor: Tensor) -> int:
    return tensor.dtype.base_dtype.as_datatype_enum


def _message(name: str, op: str, inputs: list[str], **kinds: int):
    message = NodeDef(name=name, op=op)
    message.input.extend(inputs)
    for key, kind in kinds.items():
        message.attr[key].type = kind
    return message


def _const(name: str, value: np.ndarray):
    message = _message(name, "Const", [], dtype=_INT32)
    message.attr["value"].tensor.CopyFrom(tensor_proto.make_tensor_proto(value))
    return message


def _controlled(message, node: Node):
    message.device = node.device
    message.input.extend(f"^{n.name}" for n in node.control_inputs)
    return message


def called(node: Node) -> bool:
    """Whether `node` is written as a call: a recurrence without a gradient."""
    kept = OUTPUTS.get(node.type)
    if kept is None:
        return False
    extra = {id(t) for t in node.outputs[kept:]}
    graph = node.graph
    users = graph.scratch.get("written_users")
    if users is None or users[0] != len(graph._nodes):
        taken = {id(t) for n in graph.get_operations() for t in n.inputs}
        users = graph.scratch["written_users"] = (len(graph._nodes), taken)
    outputs = getattr(graph, "outputs", ())
    return extra.isdisjoint(users[1]) and extra.isdisjoint(map(id, outputs))


def output_name(node: Node, index: int, found: set[int]) -> tuple[str, int] | None:
    """The public output that output `index` of a private `node` is; None for others."""
    if called(node):
        return "output", index
    if node.type not in FORMS:
        return None
    if index:
        raise ValueError(
            f"'{node.name}': how long a TensorArray was cannot be written."
        )
    as_list, as_tensor = FORMS[node.type]
    makes = node.type in _MAKES or id(node.inputs[0]) in found
    return (as_list if makes else as_tensor)[1], 0


__all__ = ["VARIANT", "Writer", "lists", "output_name"]
