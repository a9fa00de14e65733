"""GraphDef to nodes of a graph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from penstock.core.dtypes import variant
from penstock.core.errors import UnsupportedError
from penstock.core.shapes import TensorShape, as_dims
from penstock.formats.errors import FormatError
from penstock.formats.messages import GraphDef
from penstock.ir import context
from penstock.ir.bind import Bound, output_dtypes
from penstock.ir.convert import as_tensor
from penstock.ir.func_graph import FuncGraph
from penstock.ir.graph import Graph
from penstock.ir.infer import infer
from penstock.ir.node import Node
from penstock.ir.op import TABLE, Op
from penstock.ir.tensor import Tensor
from penstock.ops.control_loop import add_stack, count_rounds
from penstock.saving import attributes, constructs, control_flow_v1
from penstock.saving.function_io import flat_output
from penstock.saving.tensor_array_v3 import TRANSLATED

_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$")
#: What a faulty node brings forth; a ShapeError says enough itself.
_FAULTS = (FormatError, TypeError, KeyError, IndexError, OverflowError)
#: How deep functions may call functions.
_DEEPEST = 64


def import_graph_def(
    graph_def,
    input_map: Mapping[Any, Tensor] | None = None,
    return_elements: Sequence[str] | None = None,
    name: str | None = None,
    op_dict=None,
    producer_op_list=None,
):
    """Add the nodes of `graph_def` to the graph that calls land in.

    Their names get the prefix `name` ("import" by default, none for ""). `input_map`
    replaces tensors of the GraphDef, by name; `return_elements` names operations and
    tensors ("y:0") to return. Raises TypeError for no GraphDef, ValueError for a
    faulty one or unknown names, UnsupportedError for an op that Penstock lacks.
    """
    del op_dict, producer_op_list
    if not isinstance(graph_def, GraphDef):
        raise TypeError("Argument `graph_def` must be a GraphDef proto.")
    graph = context.landing()
    # An empty name puts the nodes at the root, whatever the scope.
    prefix = "" if name == "" else graph.unique_name(name or "import")
    given = {
        _plain(k): as_tensor(graph, v, None, None) for k, v in (input_map or {}).items()
    }
    library = Library(graph_def.library)
    importer = Importer(graph, prefix, given, library)
    importer.run(graph_def.node)
    unused = [k for k in given if k not in importer.used]
    if unused:
        raise ValueError(
            "Attempted to map inputs that were not found in graph_def: "
            f"[{', '.join(unused)}]"
        )
    if return_elements is None:
        return None
    return [importer.element(e) for e in return_elements]


def _plain(name) -> str:
    """`name` as an input map is looked up: tensors with their index."""
    if not isinstance(name, str):
        raise TypeError(
            f"input_map must be a dictionary from names; received {name!r}."
        )
    return name if ":" in name or name.startswith("^") else f"{name}:0"


class Library:
    """The functions of a GraphDef, made into a graph for each node that calls them.

    A graph of its own, because a node's gradient may ask its graph for more outputs.
    """

    def __init__(self, library):
        self._defs = {f.signature.name: f for f in library.function}
        #: What the node passes that asks for a function now.
        self.passed: list[Tensor] = []
        self._depth = 0

    def __call__(self, name: str) -> FuncGraph:
        message = self._defs.get(name)
        if message is None:
            raise ValueError(f"The GraphDef calls function '{name}', which it lacks.")
        if self._depth >= _DEEPEST:
            raise ValueError(f"Function '{name}' calls itself, or too deep.")
        self._depth += 1
        try:
            return _function(message, self)
        finally:
            self._depth -= 1


def _function(message, library: Library) -> FuncGraph:
    """The graph of FunctionDef `message`."""
    graph = FuncGraph(message.signature.name)
    with graph.as_default():
        importer = Importer(graph, "", {}, library)
        passed = library.passed[-len(message.signature.input_arg) :]
        for i, arg in enumerate(message.signature.input_arg):
            dtype = attributes.as_dtype(arg.type)
            if dtype is variant and i < len(passed):  # a list: here, a stack
                dtype = passed[i].dtype.base_dtype
            shapes = message.arg_attr[i].attr["_output_shapes"].list.shape
            dims = as_dims(shapes[0]) if shapes else None
            handle = dtype.name == "resource"
            tensor = graph.add_input(dtype, () if handle else dims, arg.name)
            if handle:
                tensor.variable_dims = TensorShape(dims)
            importer.arguments[arg.name] = tensor
        importer.run(message.node_def)
        graph.outputs = [
            importer.tensor(message.ret[arg.name], f"function '{graph.name}'")
            for arg in message.signature.output_arg
        ]
        # What runs though no output depends on it, as in a traced function.
        graph.control_outputs = [importer.made[n] for n in message.control_ret.values()]
    return graph


class Importer:
    """One GraphDef (or function) on its way into `graph`."""

    def __init__(self, graph: Graph, prefix: str, given: dict, library: Any):
        """`library` gives the graph of a function by its name."""
        self.graph, self.prefix, self.given = graph, prefix, given
        self.library = library
        self.made: dict[str, Node] = {}
        self.arguments: dict[str, Tensor] = {}
        self.used: set[str] = set()
        #: Outputs of what became other nodes than its message says.
        self.stands: dict[str, list[Tensor]] = {}
        self.flows = False

    def run(self, messages) -> None:
        self.flows = self.flows or any(m.op in TRANSLATED for m in messages)
        try:
            for message in _ordered(control_flow_v1.found(messages), self.arguments):
                try:
                    self._add_any(message)
                except _FAULTS as error:
                    raise ValueError(f"Node '{message.name}': {error}") from error
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        """A graph that could not be imported whole leaves nothing behind."""
        for node in self.made.values():
            self.graph._nodes.pop(node.name, None)

    def _add_any(self, message) -> None:
        if isinstance(message, control_flow_v1.Construct):
            self.stands[message.name] = constructs.added(self, message)
        elif message.op in TRANSLATED:
            self.stands[message.name] = self._translated(message)
        else:
            self._add(message)

    def _translated(self, message) -> list[Tensor]:
        what = f"Node '{message.name}'"
        inputs = [self.tensor(i, what) for i in message.input if i[:1] != "^"]
        attrs = {
            key: attributes.decode(value, what, self.library)
            for key, value in message.attr.items()
        }
        with context.entered(self.graph), self.graph.name_scope(None):
            return TRANSLATED[message.op](inputs, attrs, self.named(message.name))

    def named(self, name: str) -> str:
        """What a node called `name` in the GraphDef is called here."""
        return f"{self.prefix}/{name}" if self.prefix else name

    def _add(self, message) -> None:
        name = self.named(message.name)
        what = f"Node '{message.name}'"
        if not _NAME.match(message.name):
            raise ValueError(f"{what}: that is no valid name.")
        if name in self.graph._nodes:
            raise ValueError(f"{what}: the graph has a node '{name}' already.")
        op = TABLE.get(message.op)
        if op is None:
            raise UnsupportedError(
                f"{what}: op {message.op} is not in Penstock. Import the part of the "
                "graph without it, or map its outputs by input_map."
            )
        attrs = dict(op.attrs)
        known = _known_attributes(op)
        if message.op == "Identity" and self.flows:
            known.discard("T")  # a TensorArray's flow has the dtype of what it holds
        inputs, control = [], []
        for reference in message.input:
            if reference.startswith("^"):
                control.append(self._node(reference[1:], what))
            else:
                inputs.append(self.tensor(reference, what))
        for key, value in message.attr.items():
            if key in known or key == "_gradient_op_type":
                self.library.passed = inputs
                attrs[key] = attributes.decode(value, f"{what}, '{key}'", self.library)
        _retype_lists(attrs, inputs)
        # A loop of Penstock's own that keeps values of every round for its gradient.
        count = inputs.pop() if "_saved" in message.attr and inputs else None
        bound = _bound(op, inputs, attrs, what)
        with context.entered(self.graph):
            shapes = infer(op, bound)
        node = self.graph._add_node_for_import(op, name, bound, shapes, control)
        node.device = message.device
        if count is not None:
            _save_again(node, count, message.attr["_saved"].list.s)
        if message.op == "VarHandleOp":
            node.outputs[0].variable_dims = TensorShape(attrs.get("shape"))
        self.made[message.name] = node

    def _node(self, name: str, what: str) -> Node:
        if name in self.arguments:
            return self.arguments[name]._node
        if name in self.stands:
            return self.stands[name][0]._node
        if name not in self.made:
            raise ValueError(f"{what}: Unknown input node '^{name}'")
        return self.made[name]

    def tensor(self, reference: str, what: str) -> Tensor:
        """The tensor that an input of a node means."""
        if reference in self.arguments:
            return self.arguments[reference]
        parts = reference.split(":")
        if len(parts) == 3 and parts[0] in self.stands:
            return self.stands[parts[0]][0]  # a stack, or what was read of one
        if len(parts) == 3:
            node = self._node(parts[0], what)
            return flat_output(node, parts[1], _index(parts[2], what))
        index = _index(parts[1], what) if len(parts) == 2 else 0
        key = f"{parts[0]}:{index}"
        if key in self.given:
            self.used.add(key)
            return self.graph.own(self.given[key])
        if parts[0] in self.stands:
            return self.stands[parts[0]][index]
        node = self.made.get(parts[0])
        if node is None:
            raise ValueError(f"{what}: Unknown input node '{reference}'")
        if index >= len(node.outputs):
            raise ValueError(
                f"{what}: Connecting to invalid output {index} of source node "
                f"{parts[0]} which has {len(node.outputs)} outputs."
            )
        return node.outputs[index]

    def element(self, name: str):
        """An operation, or with ":" a tensor, by its name in the GraphDef."""
        if not isinstance(name, str):
            raise TypeError(f"return_elements must be strings; received {name!r}.")
        node_name, colon, index = name.partition(":")
        if colon and name in self.given:
            return self.given[name]
        node = self.made.get(node_name)
        number = int(index) if index.isdigit() else 0
        if node is None or (colon and number >= len(node.outputs)):
            kind = "tensor" if colon else "node"
            raise ValueError(f"Requested return {kind} '{name}' not found in graph def")
        return node.outputs[number] if colon else node


def _save_again(node: Node, count: Tensor, names) -> None:
    """Let the loop `node` save the tensors `names` of its body, as it did."""
    body = node.attrs["body"]
    count_rounds(node, count)
    for name in names:
        add_stack(node, body.get_tensor_by_name(name.decode()))


def _index(text: str, what: str) -> int:
    if not text.isdigit() or len(text) > 9:
        raise ValueError(f"{what}: '{text}' is no number of an output.")
    return int(text)


def _known_attributes(op: Op) -> set[str]:
    known = {*op.attrs, *op.required, *op.signature.type_attrs}
    for arg in (*op.inputs, *op.outputs):
        known.update(n for n in (arg.number_attr, arg.list_attr) if n is not None)
    return known


def _bound(op: Op, inputs: list[Tensor], attrs: dict[str, Any], what: str) -> Bound:
    """The inputs by argument, checked against the op's signature."""
    at, grouped = 0, []
    for arg in op.inputs:
        if not arg.is_list:
            count = 1
        elif arg.number_attr is not None:
            count = int(attrs[arg.number_attr])
        else:
            count = len(attrs[arg.list_attr or ""])
        if not 0 <= count <= len(inputs) - at:
            raise ValueError(
                f"{what} of type {op.type}: {len(inputs)} inputs do not fill argument "
                f"'{arg.name}' and those before it."
            )
        part = inputs[at : at + count]
        at += count
        _check_types(op, arg, part, attrs, what)
        grouped.append(part if arg.is_list else part[0])
    if at != len(inputs):
        raise ValueError(
            f"{what} of type {op.type} takes {at} inputs, received {len(inputs)}."
        )
    missing = [n for n in op.required if attrs.get(n) is None]
    if missing:
        raise ValueError(f"{what} of type {op.type} lacks attributes {missing}.")
    dtypes = output_dtypes(op, attrs, grouped)
    return Bound(tuple(inputs), tuple(grouped), attrs, dtypes)


def _retype_lists(attrs: dict[str, Any], inputs: list[Tensor]) -> None:
    """Say in `attrs` what is in the lists that a node passes."""
    if attrs.get("T") is variant:  # of Identity
        del attrs["T"]
    for name in ("T", "Tin"):
        kinds = attrs.get(name)
        if isinstance(kinds, tuple | list) and variant in kinds:
            passed = inputs[len(inputs) - len(kinds) :]
            attrs[name] = tuple(t.dtype.base_dtype for t in passed)
    kinds = attrs.get("Tout")
    if isinstance(kinds, tuple | list) and variant in kinds:
        graph = next(v for v in attrs.values() if isinstance(v, FuncGraph))
        attrs["Tout"] = tuple(t.dtype.base_dtype for t in graph.outputs)


def _check_types(op: Op, arg, part, attrs: dict[str, Any], what: str) -> None:
    for i, tensor in enumerate(part):
        kind = tensor.dtype.base_dtype
        if arg.list_attr is not None:
            wanted = attrs[arg.list_attr][i]
        elif arg.dtype is not None:
            wanted = arg.dtype
        else:
            wanted = attrs.setdefault(arg.type_attr, kind)
        if kind is not wanted.base_dtype:
            raise ValueError(
                f"Input '{arg.name}' of node {what[5:]} was passed {kind.name} from "
                f"{tensor.name} incompatible with expected {wanted.name}."
            )


def _ordered(messages, arguments) -> Iterator[Any]:
    """The nodes, each after what it takes; a GraphDef may list them in any order."""
    by_name: dict[str, Any] = {}
    for message in messages:
        if message.name in by_name:
            raise ValueError(f"The GraphDef has two nodes '{message.name}'.")
        by_name[message.name] = message
    done: set[str] = set()
    for first in messages:
        stack = [(first.name, iter(_sources(first)))] if first.name not in done else []
        path = {first.name}
        while stack:
            name, sources = stack[-1]
            for source in sources:
                if source in done or source not in by_name or source in arguments:
                    continue
                if source in path:
                    raise UnsupportedError(
                        f"Node '{name}': the GraphDef has a cycle that is no loop "
                        "of tf.while_loop."
                    )
                path.add(source)
                stack.append((source, iter(_sources(by_name[source]))))
                break
            else:
                stack.pop()
                path.discard(name)
                if name not in done:
                    done.add(name)
                    yield by_name[name]


def _sources(message) -> list[str]:
    return [i.lstrip("^").split(":")[0] for i in message.input]
