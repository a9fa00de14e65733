"""Checks that 1.x adds to a whole graph."""

from __future__ import annotations

from penstock.core.dtypes import float16, float32, float64
from penstock.ir import context
from penstock.ir.func_graph import FuncGraph
from penstock.ir.node import Node
from penstock.ir.op import TABLE
from penstock.v1.default_graph import get_default_graph

_CHECKED = (float16, float32, float64)


def add_check_numerics_ops() -> Node:
    """An operation that fails where any floating tensor holds a NaN or an infinity.

    The tensors are those the graph has at the time of the call, checked in the order
    in which they were made: the error names the first. Raises RuntimeError eagerly
    and ValueError inside a branch, a loop's body or a function.
    """
    if context.executing_eagerly():
        raise RuntimeError(
            "add_check_numerics_ops() is not compatible with eager execution. Call "
            "tf.debugging.check_numerics on the tensors in question."
        )
    graph = get_default_graph()
    if isinstance(graph, FuncGraph):
        raise ValueError(
            "add_check_numerics_ops() is not compatible with TensorFlow control flow "
            "operations such as `tf.cond()` or `tf.while_loop()`. Call it outside."
        )
    last: list[Node] = []
    for node in list(graph.get_operations()):
        for output in node.outputs:
            if output.dtype in _CHECKED:
                with graph.control_dependencies(last):
                    checked = TABLE["CheckNumerics"](output, message=output.name)
                last = [checked.op]
    with graph.control_dependencies(last):
        return TABLE["NoOp"]()


__all__ = ["add_check_numerics_ops"]
