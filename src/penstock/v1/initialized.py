"""Values of variables that may not have one yet."""

from __future__ import annotations

from penstock.ir.node import Node
from penstock.ir.tensor import Tensor
from penstock.lowering import is_variable
from penstock.ops.state_host import initialized_or, resource_initialized_or


def initialized_value(variable) -> Tensor:
    """The variable's value, or its initial value while it has none."""
    handle, first = variable._tensor, variable.initial_value
    op = initialized_or if handle.dtype._is_ref_dtype else resource_initialized_or
    return op(handle, first)


def guarded(value: Tensor, name: str) -> Tensor:
    """`value` with its reads of variables made safe before these are initialised.

    So that `tf.Variable(w * 2)` can be initialised in the same run as `w`. Nodes on
    the way to a variable are made again, `name` behind their own.
    """
    suffix = "_" + name.replace("/", "_")
    made: dict[Node, Node] = {}
    touched: dict[Node, bool] = {}

    def reads(node: Node) -> bool:
        found = touched.get(node)
        if found is None:
            touched[node] = False
            found = is_variable(node) or any(reads(t._node) for t in node.inputs)
            touched[node] = found and node.type not in _STOPS
        return touched[node]

    def safe(tensor: Tensor) -> Tensor:
        node = tensor._node
        if not reads(node):
            return tensor
        variable = _variable_of(node)
        if variable is not None:
            return initialized_value(variable)
        if node not in made:
            grouped = [
                [safe(t) for t in item] if isinstance(item, list) else safe(item)
                for item in node.grouped
            ]
            attrs = {k: node.attrs[k] for k in node.op.attrs if k in node.attrs}
            attrs |= {k: node.attrs[k] for k in node.op.required}
            with node.graph.name_scope(None):
                out = node.op(*grouped, name=node.name + suffix, **attrs)
            first = out[0] if isinstance(out, tuple | list) else out
            made[node] = first._node
        return made[node].outputs[tensor.value_index]

    return safe(value)


# They ask whether a variable is initialised, or read it on purpose.
_STOPS = {
    "IsVariableInitialized", "VarIsInitializedOp", "InitializedOr",
    "ResourceInitializedOr", "ReadVariableOp", "Shape", "Assign", "AssignAdd",
    "AssignSub",
}  # fmt: skip


def _variable_of(node: Node):
    """The `Variable` that `node` is, or is the plain read of."""
    at = node
    if node.type == "Identity" and is_variable(node.inputs[0]._node):
        at = node.inputs[0]._node
    if not is_variable(at):
        return None
    from penstock.v1.graph_keys import GraphKeys

    graph = at.graph
    for key in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES):
        for variable in graph.get_collection(key):
            if getattr(variable, "_tensor", None) is at.outputs[0]:
                return variable
    return None
