"""The variables of a graph, and the operations that initialise them."""

from __future__ import annotations

import numpy as np

from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops import state
from penstock.ops.source import no_op
from penstock.v1.graph_keys import GraphKeys, get_collection
from penstock.v1.resource_variables import ResourceVariable
from penstock.v1.variables import Variable


def global_variables(scope=None) -> list:
    """The variables that sessions share and checkpoints hold."""
    return get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def all_variables() -> list:
    """Deprecated spelling of `global_variables`."""
    return global_variables()


def local_variables(scope=None) -> list:
    """Variables that are not saved, such as the counts behind a metric."""
    return get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def trainable_variables(scope=None) -> list:
    """The variables that optimizers change by default."""
    return get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def model_variables(scope=None) -> list:
    return get_collection(GraphKeys.MODEL_VARIABLES, scope)


def moving_average_variables(scope=None) -> list:
    """The variables that a moving average is kept of."""
    return get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


def _saveable_variables() -> list:
    return global_variables() + get_collection(GraphKeys.SAVEABLE_OBJECTS)


def variables_initializer(var_list, name="init"):
    """An operation that gives each variable of `var_list` its initial value."""
    where = context.landing()
    if where.eager:
        return None
    with where.control_dependencies([v.initializer for v in var_list]):
        return no_op(name=name)


def global_variables_initializer():
    """An operation that initialises all global variables."""
    return variables_initializer(global_variables())


def local_variables_initializer():
    """An operation that initialises all local variables."""
    return variables_initializer(local_variables())


def initialize_all_variables():
    """Deprecated spelling of `global_variables_initializer`."""
    return global_variables_initializer()


def initialize_local_variables():
    """Deprecated spelling of `local_variables_initializer`."""
    return local_variables_initializer()


def initialize_variables(var_list, name="init"):
    """Deprecated spelling of `variables_initializer`."""
    return variables_initializer(var_list, name)


def tables_initializer(name="init_all_tables"):
    """An operation that initialises all lookup tables."""
    tables = get_collection(GraphKeys.TABLE_INITIALIZERS)
    with context.landing().control_dependencies(tables):
        return no_op(name=name)


initialize_all_tables = tables_initializer


def is_variable_initialized(variable) -> Tensor:
    """A bool tensor: whether `variable` has a value."""
    if isinstance(variable, ResourceVariable):
        return variable.is_initialized()
    return state.is_variable_initialized(variable)


def report_uninitialized_variables(
    var_list=None, name="report_uninitialized_variables"
) -> Tensor:
    """The names of variables without a value, string [n]."""
    if var_list is None:
        var_list = global_variables() + local_variables()
    where = context.landing()
    with where.name_scope(name):
        if not var_list:
            return where.constant(np.zeros(0, object), "Const")
        known = TABLE["Pack"](
            [is_variable_initialized(v) for v in var_list], axis=0, name="stack"
        )
        missing = TABLE["LogicalNot"](known)
        names = np.array([v.op.name.encode() for v in var_list], object)
        at = TABLE["Where"](missing, name="boolean_mask/Where")
        at = TABLE["Squeeze"](at, squeeze_dims=[1], name="boolean_mask/Squeeze")
        names = where.constant(names, "Const")
        return TABLE["GatherV2"](names, at, 0, name="boolean_mask/GatherV2")


def assert_variables_initialized(var_list=None):
    """Deprecated: gives the uninitialised names as `report_...` does."""
    return report_uninitialized_variables(var_list)


__all__ = [
    "Variable", "all_variables", "assert_variables_initialized", "global_variables",
    "global_variables_initializer", "initialize_all_tables",
    "initialize_all_variables", "initialize_local_variables", "initialize_variables",
    "is_variable_initialized", "local_variables", "local_variables_initializer",
    "model_variables", "moving_average_variables", "report_uninitialized_variables",
    "tables_initializer", "trainable_variables", "variables_initializer",
]  # fmt: skip
