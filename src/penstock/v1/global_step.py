"""The global step: a counter of training steps that a graph knows by its collection."""

from __future__ import annotations

from penstock.core.dtypes import int64
from penstock.ir.tensor import Tensor
from penstock.v1.default_graph import get_default_graph
from penstock.v1.graph_keys import GraphKeys
from penstock.v1.initializers import zeros_initializer
from penstock.v1.variable_scope import get_variable
from penstock.v1.variables import Variable


def get_global_step(graph=None):
    """The global step of `graph`, or None. Raises TypeError for one that cannot be."""
    graph = graph if graph is not None else get_default_graph()
    found = graph.get_collection(GraphKeys.GLOBAL_STEP)
    if len(found) == 1:
        step = found[0]
    elif not found:
        try:
            step = graph.get_tensor_by_name("global_step:0")
        except KeyError:
            return None
        step = next((v for v in _variables(graph) if v._tensor is step), step)
    else:
        raise TypeError("Multiple tensors in `global_step` collection.")
    assert_global_step(step)
    return step


def _variables(graph) -> list:
    return graph.get_collection(GraphKeys.GLOBAL_VARIABLES)


def create_global_step(graph=None):
    """A new global step: int64, from 0. Raises ValueError where there is one."""
    graph = graph if graph is not None else get_default_graph()
    if get_global_step(graph) is not None:
        raise ValueError('"global_step" already exists.')
    with graph.as_default(), graph.name_scope(None):
        return get_variable(
            GraphKeys.GLOBAL_STEP,
            shape=[],
            dtype=int64,
            initializer=zeros_initializer(),
            trainable=False,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
        )


def get_or_create_global_step(graph=None):
    """The global step of `graph`, made where there is none."""
    graph = graph if graph is not None else get_default_graph()
    found = get_global_step(graph)
    return create_global_step(graph) if found is None else found


def assert_global_step(global_step_tensor) -> None:
    """Raises TypeError unless it is an integer scalar, tensor or variable."""
    if not isinstance(global_step_tensor, Variable | Tensor):
        raise TypeError(
            'Existing "global_step" must be a Variable or Tensor: '
            f"{global_step_tensor}."
        )
    if not global_step_tensor.dtype.base_dtype.is_integer:
        raise TypeError(
            'Existing "global_step" does not have integer type: '
            f"{global_step_tensor.dtype}"
        )
    shape = global_step_tensor.shape
    if shape.rank not in (0, None):
        raise TypeError(f'Existing "global_step" is not scalar: {shape}')


def global_step(sess, global_step_tensor) -> int:
    """The step that `sess` has reached. As `tf.train.global_step`."""
    return int(sess.run(global_step_tensor))
