"""`tf.contrib.framework`: argument scopes, and variables found by name or kind."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Generator
from typing import Any

from penstock.core.errors import UnsupportedError
from penstock.ir import context
from penstock.v1.graph_keys import GraphKeys, get_collection
from penstock.v1.variable_scope import VariableScope, get_variable

_scopes: list[dict[str, dict[str, Any]]] = [{}]


def _key(function) -> str:
    return getattr(function, "_key_op", str(function))


def add_arg_scope(func: Callable) -> Callable:
    """Let `arg_scope` give defaults to `func` (decorator)."""

    @functools.wraps(func)
    def scoped(*args, **kwargs):
        return func(*args, **{**_scopes[-1].get(_key(func), {}), **kwargs})

    scoped._key_op = _key(func)  # type: ignore[attr-defined]
    return scoped


def has_arg_scope(func) -> bool:
    return hasattr(func, "_key_op")


def arg_scoped_arguments(func) -> tuple:
    """The names of arguments that `arg_scope` may give."""
    code = func.__wrapped__.__code__
    defaults = len(func.__wrapped__.__defaults__ or ())
    return code.co_varnames[code.co_argcount - defaults : code.co_argcount]


@contextlib.contextmanager
def arg_scope(list_ops_or_scope, **kwargs) -> Generator[dict, None, None]:
    """Inside the `with`, the listed functions take `kwargs` as their defaults.

    Or re-enter a scope that an earlier `with` gave. Raises ValueError for a function
    without `add_arg_scope`.
    """
    if isinstance(list_ops_or_scope, dict):
        if kwargs:
            raise ValueError("Defaults cannot be added to a scope that is re-entered.")
        new = list_ops_or_scope
    else:
        new = dict(_scopes[-1])
        for func in list_ops_or_scope:
            if not has_arg_scope(func):
                raise ValueError(
                    f"{func} is not decorated with @add_arg_scope, so arg_scope "
                    "cannot give it arguments."
                )
            new[_key(func)] = {**new.get(_key(func), {}), **kwargs}
    _scopes.append(new)
    try:
        yield new
    finally:
        _scopes.pop()


def current_arg_scope() -> dict:
    return _scopes[-1]


@add_arg_scope
def variable(
    name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=True,
    collections=None, caching_device=None, device=None, partitioner=None,
    custom_getter=None, use_resource=None, synchronization=None, aggregation=None,
):  # fmt: skip
    """As `tf.get_variable`, also on `device` and in every one of `collections`."""
    del caching_device, device, synchronization, aggregation
    keys = [GraphKeys.GLOBAL_VARIABLES] if collections is None else list(collections)
    if GraphKeys.GLOBAL_VARIABLES not in keys and (
        GraphKeys.LOCAL_VARIABLES not in keys
    ):
        keys.append(GraphKeys.GLOBAL_VARIABLES)
    return get_variable(
        name, shape=shape, dtype=dtype, initializer=initializer,
        regularizer=regularizer, trainable=trainable, collections=keys,
        partitioner=partitioner, custom_getter=custom_getter, use_resource=use_resource,
    )  # fmt: skip


@add_arg_scope
def model_variable(
    name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=True,
    collections=None, **given,
):  # fmt: skip
    """A variable that is in MODEL_VARIABLES too."""
    keys = [*(collections or []), GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES]
    return variable(
        name, shape, dtype, initializer, regularizer, trainable, keys, **given
    )


def local_variable(initial_value, validate_shape=True, name=None, use_resource=None):
    """A variable that is neither trained nor saved."""
    from penstock.v1.variables import Variable

    return Variable(
        initial_value, trainable=False, collections=[GraphKeys.LOCAL_VARIABLES],
        validate_shape=validate_shape, name=name, use_resource=use_resource,
    )  # fmt: skip


def get_variables(
    scope=None, suffix=None, collection=GraphKeys.GLOBAL_VARIABLES
) -> list:
    """The variables of `collection` inside `scope` whose names end in `suffix`."""
    if isinstance(scope, VariableScope):
        scope = scope.name
    if suffix is not None:
        suffix = suffix if ":" in suffix else suffix + ":"
        scope = (scope or "") + ".*" + suffix
    return get_collection(collection, scope)


def get_model_variables(scope=None, suffix=None) -> list:
    return get_variables(scope, suffix, GraphKeys.MODEL_VARIABLES)


def get_local_variables(scope=None, suffix=None) -> list:
    return get_variables(scope, suffix, GraphKeys.LOCAL_VARIABLES)


def get_trainable_variables(scope=None, suffix=None) -> list:
    return get_variables(scope, suffix, GraphKeys.TRAINABLE_VARIABLES)


def get_variables_by_suffix(suffix, scope=None) -> list:
    return get_variables(scope, suffix)


def get_variables_by_name(given_name, scope=None) -> list:
    """The variables whose last name is `given_name`."""
    return get_variables(scope, f"/{given_name}:|^{given_name}:")


def get_unique_variable(var_op_name):
    """The one variable of that name. Raises ValueError where there are more or none."""
    candidates = get_variables(var_op_name)
    for candidate in candidates:
        if candidate.op.name == var_op_name:
            return candidate
    raise ValueError(f"Variable {var_op_name} does not uniquely identify a variable")


def get_variables_to_restore(include=None, exclude=None) -> list:
    """The variables inside the scopes of `include`, without those of `exclude`."""
    if include is None:
        chosen = get_variables()
    else:
        if not isinstance(include, list | tuple):
            raise TypeError("include is provided but is not a list or a tuple.")
        chosen = [v for scope in include for v in get_variables(scope)]
    if exclude is None:
        return chosen
    if not isinstance(exclude, list | tuple):
        raise TypeError("exclude is provided but is not a list or a tuple.")
    left_out = {id(v) for scope in exclude for v in get_variables(scope)}
    return [v for v in chosen if id(v) not in left_out]


def filter_variables(
    var_list, include_patterns=None, exclude_patterns=None, reg_search=True
) -> list:
    """The variables whose names match one of the first and none of the second."""
    find = re.search if reg_search else re.match
    chosen = list(var_list)
    if include_patterns is not None:
        wanted = include_patterns
        chosen = [v for v in chosen if any(find(p, v.op.name) for p in wanted)]
    for pattern in exclude_patterns or ():
        chosen = [v for v in chosen if not find(pattern, v.op.name)]
    return chosen


def get_variable_full_name(var) -> str:
    return var.op.name


def assign_from_values(var_names_to_values: dict) -> tuple:
    """(operation that sets variables by name, feed for it)."""
    from penstock.api.control_flow import group
    from penstock.v1.placeholders import placeholder

    ops, feeds = [], {}
    for name, value in var_names_to_values.items():
        found = get_unique_variable(name)
        held = placeholder(found.dtype.base_dtype, found.shape)
        ops.append(found.assign(held))
        feeds[held] = value
    return group(*ops), feeds


def assign_from_values_fn(var_names_to_values: dict) -> Callable:
    """The same as a function of a session."""
    op, feeds = assign_from_values(var_names_to_values)
    return lambda session: session.run(op, feeds)


def assign_from_checkpoint(
    model_path, var_list, ignore_missing_vars=False
) -> tuple[Any, dict]:
    """(operation that sets variables from a checkpoint, feed for it).

    `var_list`: variables, or a dictionary from names in the file. Raises ValueError
    where a variable is missing or its shape differs.
    """
    from penstock.api.control_flow import group
    from penstock.saving.checkpoint import load_checkpoint
    from penstock.v1.placeholders import placeholder

    pairs = var_list.items() if isinstance(var_list, dict) else [
        (v.op.name, v) for v in var_list
    ]  # fmt: skip
    reader = load_checkpoint(model_path)
    ops, feeds = [], {}
    for name, one in pairs:
        if not reader.has_tensor(name):
            if ignore_missing_vars:
                continue
            raise ValueError(f"Checkpoint {model_path} is missing variable [{name}]")
        value = reader.get_tensor(name)
        if not one.shape.is_compatible_with(value.shape):
            raise ValueError(
                f"Total size of new array must be unchanged for {name}: checkpoint "
                f"{list(value.shape)}, variable {one.shape}."
            )
        held = placeholder(one.dtype.base_dtype, one.shape)
        ops.append(one.assign(held))
        feeds[held] = value
    return group(*ops), feeds


def assign_from_checkpoint_fn(
    model_path, var_list, ignore_missing_vars=False, reshape_variables=False
) -> Callable:
    """A function of a session that restores `var_list` from `model_path`."""
    if reshape_variables:
        raise UnsupportedError(
            "assign_from_checkpoint_fn's reshape_variables is not in Penstock."
        )
    op, feeds = assign_from_checkpoint(model_path, var_list, ignore_missing_vars)
    return lambda session: session.run(op, feeds)


def get_name_scope() -> str:
    return context.landing().get_name_scope()
