"""Graphs as TensorFlow's GraphDef: nodes with TensorFlow's types, names, attributes."""

from __future__ import annotations

import os
from typing import Any

from penstock.formats import graphdef
from penstock.formats.messages import GraphDef, NodeDef
from penstock.ir.graph import Graph
from penstock.ir.node import Node
from penstock.ir.tensor import Tensor
from penstock.saving import attributes
from penstock.saving.function_io import FunctionNames, add_functions
from penstock.saving.graph_import import import_graph_def
from penstock.saving.public_form import Writer, lists

GraphDef = GraphDef

#: What TensorFlow calls the version of its set of ops, and the oldest reader's.
PRODUCER, MIN_CONSUMER = 134, 0


def node_def(node: Node, named=None, add_shapes: bool = False):
    """`node` as a NodeDef message; `named` names the functions it calls."""
    if named is None:
        named = FunctionNames()
    message = NodeDef(name=node.name, op=node.type, device=node.device)
    message.input.extend(tensor_name(t) for t in node.inputs)
    message.input.extend(f"^{n.name}" for n in node.control_inputs)
    for name, value in attributes.encode_all(node.op, node.attrs, named).items():
        message.attr[name].CopyFrom(value)
    if add_shapes:
        shapes = message.attr["_output_shapes"].list
        shapes.SetInParent()
        shapes.shape.extend(t.shape.as_proto() for t in node.outputs)
    return message


def tensor_name(tensor: Tensor) -> str:
    """How a GraphDef names an input: without ":0"."""
    index = tensor.value_index
    return tensor.op.name if index == 0 else f"{tensor.op.name}:{index}"


def graph_def(graph: Graph, add_shapes: bool = False, export_scope: str | None = None):
    """`graph` as a GraphDef, the functions that its nodes call in its library.

    `export_scope` keeps what lies inside it, named from there on. Raises ValueError
    for a graph of 2 GiB and more.
    """
    message = GraphDef()
    message.versions.producer = PRODUCER
    message.versions.min_consumer = MIN_CONSUMER
    named = FunctionNames(lists(graph))
    writer = Writer(
        named.lists, named, tensor_name, lambda node, output: node,
        lambda node: node_def(node, named, add_shapes),
    )  # fmt: skip
    prefix = export_scope.rstrip("/") + "/" if export_scope else ""
    for node in graph.get_operations():
        if not node.name.startswith(prefix):
            continue
        for made in writer.node(node):
            if prefix:
                _without(made, prefix)
            message.node.append(made)
    add_functions(message.library, named, node_def)
    return message


def _without(message, prefix: str) -> None:
    """Strip `prefix` from names; inputs from outside go, as TensorFlow drops them."""
    message.name = message.name.removeprefix(prefix)
    inputs = list(message.input)
    del message.input[:]
    for name in inputs:
        control, plain = ("^", name[1:]) if name.startswith("^") else ("", name)
        if plain.startswith(prefix):
            message.input.append(control + plain.removeprefix(prefix))
        elif not control:
            message.input.append(f"$unbound_inputs_{plain.replace(':', '_')}")


def write_graph(graph_or_graph_def, logdir, name, as_text=True) -> str:
    """Write a graph (or GraphDef) to `name` in folder `logdir`; gives the path."""
    message: Any = graph_or_graph_def
    if isinstance(message, Graph):
        message = graph_def(message)
    folder = os.fspath(logdir)
    if folder:
        os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name)
    graphdef.write_message(path, message, as_text=bool(as_text))
    return path


__all__ = ["graph_def", "import_graph_def", "node_def", "write_graph"]
