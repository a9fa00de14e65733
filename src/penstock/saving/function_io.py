"""Branches, loop bodies and functions as FunctionDefs of a graph's library.

Inside a FunctionDef an input is the name of an argument, or `node:output:index`, the
output by its name in the op's signature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from penstock.formats.messages import FunctionDef
from penstock.ir.func_graph import FuncGraph
from penstock.ir.node import Node
from penstock.ir.tensor import Tensor
from penstock.saving.public_form import VARIANT, Writer, lists, output_name

FunctionDef = FunctionDef


class FunctionNames:
    """A name of its own for every graph that a node calls, in order of asking."""

    def __init__(self, lists: set[int] | None = None):
        """`lists` are the tensors that are written as lists (`public_form`)."""
        self.lists: set[int] = lists or set()
        #: Graph -> the outputs that whoever runs it takes as lists.
        self.list_outputs: dict[FuncGraph, set[int]] = {}
        self._names: dict[FuncGraph, str] = {}
        self._taken: set[str] = set()

    def __call__(self, graph: FuncGraph) -> str:
        name = self._names.get(graph)
        if name is None:
            base = graph.name or "function"
            name, number = base, 0
            while name in self._taken:
                number += 1
                name = f"{base}_{number}"
            self._names[graph] = name
            self._taken.add(name)
        return name

    def graphs(self) -> Iterator[tuple[FuncGraph, str]]:
        """Every graph named so far, those named meanwhile too."""
        done: set[FuncGraph] = set()
        while len(done) < len(self._names):
            for graph, name in list(self._names.items()):
                if graph not in done:
                    done.add(graph)
                    yield graph, name


def add_functions(library, named: FunctionNames, node_def: Callable) -> None:
    """Add a FunctionDef to `library` for every graph that `named` was asked for."""
    for graph, name in named.graphs():
        named.lists |= lists(graph)
        library.function.append(function_def(graph, name, named, node_def))


def function_def(graph: FuncGraph, name: str, named, node_def: Callable):
    """`graph` as FunctionDef `name`."""
    outputs = named.list_outputs.get(graph, set())
    message = FunctionDef()
    message.signature.name = name
    arguments = {id(t): t._node.name.replace("/", "_") for t in graph.inputs}
    for tensor in graph.inputs:
        message.signature.input_arg.add(
            name=arguments[id(tensor)], type=_written_type(tensor, named.lists)
        )
        if id(tensor) in named.lists:
            continue
        shape = message.arg_attr[len(message.signature.input_arg) - 1]
        shape.attr["_output_shapes"].list.shape.append(_handle_shape(tensor))
    inputs = {t._node for t in graph.inputs}
    writer = Writer(
        named.lists, named,
        lambda t: _reference(t, arguments, named.lists),
        lambda node, output: f"{node}:{output}:0",
        lambda node: node_def(node, named),
    )  # fmt: skip
    for node in graph.get_operations():
        if node in inputs:
            continue
        message.node_def.extend(writer.node(node))
    for i, tensor in enumerate(graph.outputs):
        argument = f"output_{i}"
        as_list = i in outputs
        kind = VARIANT if as_list else tensor.dtype.base_dtype.as_datatype_enum
        message.signature.output_arg.add(name=argument, type=kind)
        reference, extra = writer.fitting(tensor, as_list, f"{argument}/stack")
        message.node_def.extend(extra)
        message.ret[argument] = reference
    for node in graph.control_outputs:
        message.signature.control_output.append(node.name)
        message.control_ret[node.name] = node.name
    return message


def _handle_shape(tensor: Tensor):
    known = getattr(tensor, "variable_dims", None)
    return (known if known is not None else tensor.shape).as_proto()


def _written_type(tensor: Tensor, lists: set[int]) -> int:
    if id(tensor) in lists:
        return VARIANT
    return tensor.dtype.base_dtype.as_datatype_enum


def _reference(tensor: Tensor, arguments: dict[int, str], lists: set[int]) -> str:
    """How a FunctionDef names `tensor`."""
    argument = arguments.get(id(tensor))
    if argument is not None:
        return argument
    node, index = tensor._node, tensor.value_index
    name, index = output_name(node, index, lists) or output_argument(node, index)
    return f"{tensor._node.name}:{name}:{index}"


def output_argument(node: Node, index: int) -> tuple[str, int]:
    """The output argument that flat output `index` of `node` belongs to."""
    at = 0
    for arg in node.op.outputs:
        count = output_count(arg, node.attrs)
        if index < at + count:
            return arg.name, index - at
        at += count
    raise IndexError(f"{node.type} '{node.name}' has no output {index}.")


def output_count(arg, attrs) -> int:
    """How many tensors output argument `arg` stands for."""
    if arg.number_attr is not None:
        return int(attrs[arg.number_attr])
    return len(attrs[arg.list_attr]) if arg.list_attr is not None else 1


def flat_output(node: Node, name: str, index: int) -> Tensor:
    """The tensor that `node:name:index` means. Raises ValueError without one."""
    at = 0
    for arg in node.op.outputs:
        count = output_count(arg, node.attrs)
        if arg.name == name and index < count:
            return node.outputs[at + index]
        at += count
    raise ValueError(
        f"Node '{node.name}' of type {node.type} has no output {name}:{index}."
    )
