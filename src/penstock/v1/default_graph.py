"""The process' default graph, and what 1.x programs ask of "the graph"."""

from __future__ import annotations

from typing import Any

from penstock.core.errors import UnsupportedError
from penstock.core.shapes import Dimension, TensorShape
from penstock.ir import context, sessions
from penstock.ir.func_graph import FuncGraph
from penstock.ir.graph import Graph
from penstock.ir.tensor import Tensor

_graph = Graph()
_eager = False


def _landing():
    return _graph


def activate(force: bool = False) -> None:
    """Let calls land in the process' default graph, with 1.x shapes and equality.

    Does nothing where a face was chosen before, unless `force`.
    """
    global _eager
    if context.chosen() and not force:
        return
    _eager = False
    context.set_default(_landing)
    TensorShape.dimension_class = Dimension
    Tensor.equality = False


def enable_eager_execution(config=None, device_policy=None, execution_mode=None):
    """Compute at once instead of building a graph. As `tf.enable_eager_execution`.

    Raises ValueError where the default graph has nodes already.
    """
    global _eager
    del config, device_policy, execution_mode
    if _graph.get_operations():
        raise ValueError("tf.enable_eager_execution must be called at program startup.")
    try:
        from penstock.runtime import eager
    except ImportError:
        raise UnsupportedError("tf.enable_eager_execution is not in Penstock") from None
    context.set_default(eager.landing)
    _eager = True


def disable_eager_execution() -> None:
    activate(force=True)


def enable_v2_behavior() -> None:
    """Everything of TensorFlow 2: eager, tensor equality, plain shapes."""
    enable_eager_execution()
    TensorShape.dimension_class = None
    Tensor.equality = True


def disable_v2_behavior() -> None:
    activate(force=True)


def enable_tensor_equality() -> None:
    Tensor.equality = True


def disable_tensor_equality() -> None:
    Tensor.equality = False


def enable_v2_tensorshape() -> None:
    TensorShape.dimension_class = None


def disable_v2_tensorshape() -> None:
    TensorShape.dimension_class = Dimension


def executing_eagerly() -> bool:
    return context.executing_eagerly()


def executing_eagerly_outside_functions() -> bool:
    return context.outermost().eager


def get_default_graph() -> Graph:
    """The graph that calls land in. As `tf.get_default_graph`."""
    where = context.landing()
    return _graph if where.eager else where


def reset_default_graph() -> None:
    """Forget the default graph: a new, empty one takes its place.

    Raises AssertionError inside `with graph.as_default()`, as TensorFlow does.
    """
    global _graph
    if context.stack():
        raise AssertionError(
            "Do not use tf.reset_default_graph() to clear nested graphs. If you need "
            "a cleared graph, exit the nesting and create a new graph."
        )
    _graph = Graph()


def get_default_session() -> Any:
    """The session that was entered last, or None."""
    return sessions.current()


def root(graph) -> Graph:
    """The graph that holds variables and scopes for `graph`, perhaps a branch."""
    while isinstance(graph, FuncGraph) and isinstance(graph.outer, Graph):
        graph = graph.outer
    return graph


def set_random_seed(seed) -> None:
    """Set the default graph's seed. As `tf.set_random_seed`."""
    where = context.landing()
    if where.eager:
        where.seeds.set_seed(seed)
        where.forget_random_state()
    else:
        where.seed = None if seed is None else int(seed)
