"""`FuncGraph`: a graph with inputs and outputs, that captures what it uses."""

from __future__ import annotations

from typing import Any

from penstock.core.dtypes import DType
from penstock.core.shapes import Dims, TensorShape
from penstock.ir import context
from penstock.ir.graph import Graph
from penstock.ir.node import Node
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


class FuncGraph(Graph):
    """A graph with inputs and outputs: a branch, a loop body, a traced function.

    A tensor of an outer graph that is used inside is *captured*: it becomes an extra
    input, and the call passes the outer tensor.
    """

    building_function = True

    def __init__(self, name: str, outer=None):
        super().__init__()
        self.name = name
        self.outer = outer
        self.inputs: list[Tensor] = []
        self.outputs: list[Tensor] = []
        self.structured_outputs: Any = None
        self.captures: dict[int, tuple[Tensor, Tensor]] = {}
        #: Nodes that run with this graph though no output depends on them.
        self.control_outputs: list[Node] = []
        #: Nodes outside that the node holding this graph has to wait for.
        self.waits: list[Node] = []
        if outer is not None and not outer.eager:
            self.seed = outer.seed

    @property
    def captured(self) -> list[Tensor]:
        """The outer tensors, in the order of the inputs they feed."""
        return [outside for outside, _ in self.captures.values()]

    def add_input(self, dtype: DType, dims: Dims, name: str = "input") -> Tensor:
        """A new input of this graph."""
        tensor = TABLE["Placeholder"](dtype=dtype, shape=TensorShape(dims), name=name)
        self.inputs.append(tensor)
        return tensor

    def control_dependencies(self, control_inputs):
        """As a graph's; what lies outside, the node that holds this graph waits for."""
        if control_inputs is None:
            return super().control_dependencies(None)
        inside = []
        for item in control_inputs:
            node = item if isinstance(item, Node) else self._as_node(item)
            (inside if node.graph is self else self.waits).append(node)
        return super().control_dependencies(inside)

    def own(self, tensor: Tensor) -> Tensor:
        if tensor._node is not None and tensor._node.graph is self:
            return tensor
        kept = self.captures.get(id(tensor))
        if kept is not None:
            return kept[1]
        if isinstance(self.outer, Graph) and not getattr(tensor, "is_eager", False):
            tensor = self.outer.own(tensor)  # through every graph in between
            kept = self.captures.get(id(tensor))
            if kept is not None:
                return kept[1]
        with (
            context.entered(self),
            self.name_scope(None),
            self.control_dependencies(None),
        ):
            inner = self.add_input(tensor.dtype, tensor.dims, "captured")
        # A handle still names its variable inside.
        known = getattr(tensor, "variable_dims", None)
        if known is not None:
            inner.variable_dims = known
        self.captures[id(tensor)] = (tensor, inner)
        return inner
