"""`tf.graph_util`: GraphDefs cut down to what an output needs, and frozen."""

from __future__ import annotations

from collections.abc import Iterable

from penstock.formats.messages import GraphDef
from penstock.formats.tensor_proto import make_tensor_proto

_VARIABLES = ("VariableV2", "Variable", "VarHandleOp")


def extract_sub_graph(graph_def, dest_nodes):
    """The nodes of `graph_def` that `dest_nodes` need, in their order.

    Raises TypeError for one name instead of a list, AssertionError for an unknown.
    """
    if not isinstance(graph_def, GraphDef):
        raise TypeError("graph_def must be a GraphDef proto.")
    if isinstance(dest_nodes, str):
        raise TypeError("dest_nodes must be a list.")
    by_name = {node.name: node for node in graph_def.node}
    for name in dest_nodes:
        if name not in by_name:
            raise AssertionError(f"{name} is not in graph")
    needed: set[str] = set()
    stack = list(dest_nodes)
    while stack:
        name = stack.pop()
        if name in needed or name not in by_name:
            continue
        needed.add(name)
        stack.extend(_plain(i) for i in by_name[name].input)
    out = GraphDef()
    out.node.extend(node for node in graph_def.node if node.name in needed)
    out.library.CopyFrom(graph_def.library)
    out.versions.CopyFrom(graph_def.versions)
    return out


def _plain(reference: str) -> str:
    return reference.lstrip("^").split(":")[0]


def convert_variables_to_constants(
    sess, input_graph_def, output_node_names, variable_names_whitelist=None,
    variable_names_blacklist=None,
):  # fmt: skip
    """`input_graph_def` cut down to its outputs, variables turned into constants.

    Their values are those of `sess`. The lists, if given, name the variables that
    are (not) turned. Raises FailedPreconditionError for one without a value.
    """
    kept = extract_sub_graph(input_graph_def, list(output_node_names))
    frozen = {
        node.name
        for node in kept.node
        if node.op in _VARIABLES
        and (not variable_names_whitelist or node.name in variable_names_whitelist)
        and node.name not in (variable_names_blacklist or ())
    }
    out = GraphDef()
    out.library.CopyFrom(kept.library)
    out.versions.CopyFrom(kept.versions)
    for node in kept.node:
        made = out.node.add()
        if node.name in frozen:
            _freeze(made, node, sess.node_value(node.name))
        elif node.op == "ReadVariableOp" and _plain(node.input[0]) in frozen:
            made.name, made.op, made.device = node.name, "Identity", node.device
            made.input.extend(node.input)
            made.attr["T"].CopyFrom(node.attr["dtype"])
        else:
            made.CopyFrom(node)
    return out


def _freeze(made, node, value) -> None:
    made.name, made.op, made.device = node.name, "Const", node.device
    made.attr["dtype"].CopyFrom(node.attr["dtype"])
    made.attr["value"].tensor.CopyFrom(make_tensor_proto(value))


def remove_training_nodes(input_graph, protected_nodes: Iterable[str] | None = None):
    """`input_graph` without the nodes that matter to training alone.

    CheckNumerics, and Identities that nobody waits for, are taken out of the way.
    """
    protected = set(protected_nodes or ())
    waited = {_plain(i) for n in input_graph.node for i in n.input if i[0] == "^"}
    gone: dict[str, str] = {}
    for node in input_graph.node:
        single = len(node.input) == 1 and not node.input[0].startswith("^")
        if node.op in ("CheckNumerics", "Identity") and single:
            if node.name not in protected and node.name not in waited:
                gone[node.name] = node.input[0]
    out = GraphDef()
    out.library.CopyFrom(input_graph.library)
    out.versions.CopyFrom(input_graph.versions)
    for node in input_graph.node:
        if node.name in gone:
            continue
        made = out.node.add()
        made.CopyFrom(node)
        del made.input[:]
        for reference in node.input:
            while reference in gone:
                reference = gone[reference]
            made.input.append(reference)
    return out


def must_run_on_cpu(node, pin_variables_on_cpu=False) -> bool:
    """Whether a node holds strings or, if asked, a variable."""
    return (pin_variables_on_cpu and node.op in _VARIABLES) or "String" in node.op


def tensor_shape_from_node_def_name(graph, input_name):
    """The static shape of the tensor that a NodeDef's input names."""
    name = input_name if ":" in input_name else f"{input_name}:0"
    return graph.get_tensor_by_name(name).shape


__all__ = [
    "convert_variables_to_constants", "extract_sub_graph", "must_run_on_cpu",
    "remove_training_nodes", "tensor_shape_from_node_def_name",
]  # fmt: skip
