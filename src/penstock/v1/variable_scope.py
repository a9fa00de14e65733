"""Variable scopes: names and defaults for the variables that `get_variable` makes."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from penstock.core.dtypes import DType, as_dtype, float32
from penstock.core.errors import UnsupportedError
from penstock.ir import context
from penstock.v1 import variable_store
from penstock.v1.default_graph import get_default_graph, root
from penstock.v1.graph_keys import GraphKeys
from penstock.v1.scopes import name_scope
from penstock.v1.variable_store import AUTO_REUSE


@dataclass(eq=False)
class VariableScope:
    """What `get_variable` falls back on inside a scope. As `tf.VariableScope`."""

    reuse: Any = False
    name: str = ""
    initializer: Any = None
    regularizer: Any = None
    caching_device: Any = None
    partitioner: Any = None
    custom_getter: Callable | None = None
    original_name_scope: str = ""
    dtype: DType = float32
    use_resource: bool | None = None
    constraint: Any = None

    def reuse_variables(self) -> None:
        """From here on, share variables instead of making them."""
        self.reuse = True

    def set_initializer(self, initializer) -> None:
        self.initializer = initializer

    def set_regularizer(self, regularizer) -> None:
        self.regularizer = regularizer

    def set_dtype(self, dtype) -> None:
        self.dtype = as_dtype(dtype)

    def set_partitioner(self, partitioner) -> None:
        self.partitioner = partitioner

    def set_custom_getter(self, custom_getter) -> None:
        self.custom_getter = custom_getter

    def set_caching_device(self, caching_device) -> None:
        self.caching_device = caching_device

    def set_use_resource(self, use_resource) -> None:
        self.use_resource = use_resource

    def get_collection(self, name) -> list:
        """The items of collection `name` that lie in this scope."""
        scope = self.name + "/" if self.name else None
        return get_default_graph().get_collection(name, scope)

    def trainable_variables(self) -> list:
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def global_variables(self) -> list:
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def local_variables(self) -> list:
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)

    def get_variable(self, name, shape=None, **given):
        """As `tf.get_variable` inside this scope."""
        full = f"{self.name}/{name}" if self.name else name
        if given.get("reuse") is None:
            given["reuse"] = self.reuse
        initializer = given.get("initializer")
        for what in ("initializer", "regularizer", "partitioner", "constraint"):
            if given.get(what) is None:
                given[what] = getattr(self, what)
        if given.get("use_resource") is None:
            given["use_resource"] = self.use_resource
        if given.get("dtype") is None:
            # A constant brings its own dtype.
            kind = getattr(initializer, "dtype", None)
            constant = initializer is not None and not callable(initializer)
            given["dtype"] = kind if constant and kind is not None else self.dtype
        if given["regularizer"] is not None and given.get("trainable") is None:
            given["trainable"] = True
        getter = given.pop("custom_getter", None) or self.custom_getter
        with context.landing().name_scope(None):
            if getter is None:
                return variable_store.get_variable(full, shape=shape, **given)
            return _through(getter)(full, shape=shape, **given)


def _through(getter: Callable) -> Callable:
    return functools.partial(getter, variable_store.get_variable)


def _chained(inner: Callable | None, outer: Callable | None) -> Callable | None:
    """A custom getter that asks `inner`, whose own getter is `outer`."""
    if inner is None or outer is None:
        return inner or outer

    def getter(true_getter, *args, **kwargs):
        return inner(functools.partial(outer, true_getter), *args, **kwargs)

    return getter


def get_variable_scope() -> VariableScope:
    """The scope in force. As `tf.get_variable_scope`."""
    graph = root(get_default_graph())
    return graph.scratch.setdefault("variable scope", VariableScope())


def _set_scope(scope: VariableScope) -> None:
    root(get_default_graph()).scratch["variable scope"] = scope


class variable_scope:
    """Name the variables made inside a `with`, and set their defaults.

    `name_or_scope` is a name inside the scope in force, or a scope to re-enter; with
    None, `default_name` is taken and made unique. `reuse` is True (share), None
    (as around) or tf.AUTO_REUSE. Raises TypeError without any name, ValueError
    where `reuse` is asked of a default name. As `tf.variable_scope`.
    """

    def __init__(
        self,
        name_or_scope=None,
        default_name=None,
        values=None,
        initializer=None,
        regularizer=None,
        caching_device=None,
        partitioner=None,
        custom_getter=None,
        reuse=None,
        dtype=None,
        use_resource=None,
        constraint=None,
        auxiliary_name_scope=True,
    ):
        if default_name is None and name_or_scope is None:
            raise TypeError("If default_name is None then name_or_scope is required")
        if not isinstance(name_or_scope, str | VariableScope | None):
            raise TypeError(
                "VariableScope: name_or_scope must be a string or VariableScope."
            )
        if reuse not in (None, True, False) and reuse is not AUTO_REUSE:
            raise ValueError(
                "The reuse parameter must be True or False or None, received "
                f"{reuse!r}."
            )
        if not isinstance(auxiliary_name_scope, bool):
            raise TypeError(
                "The auxiliary_name_scope must be `True` or `False`, while get "
                f"{auxiliary_name_scope}"
            )
        self._target = name_or_scope
        self._default_name = default_name
        self._values = values
        self._reuse = reuse
        self._auxiliary = auxiliary_name_scope
        self._given = {
            "initializer": initializer,
            "regularizer": regularizer,
            "caching_device": caching_device,
            "partitioner": partitioner,
            "dtype": None if dtype is None else as_dtype(dtype),
            "use_resource": use_resource,
            "constraint": constraint,
        }
        self._custom_getter = custom_getter
        self._stacks: list[contextlib.ExitStack] = []

    def __enter__(self) -> VariableScope:
        stack = contextlib.ExitStack()
        if self._target is None and self._reuse:
            raise ValueError("reuse=True cannot be used without a name_or_scope")
        names = stack.enter_context(self._names())
        old = get_variable_scope()
        store = variable_store.store()
        if isinstance(self._target, VariableScope):
            full = self._target.name
            counts = dict(store.opened)
            scope = self._again(self._target)
        else:
            part = self._target
            if part is None:
                part = _unique(store, old.name, self._default_name)
            full = f"{old.name}/{part}" if old.name else part
            counts = None
            scope = self._inside(old, full, names)
        store.open(full)
        _set_scope(scope)

        def leave():
            if counts is not None:
                store.opened = counts
            else:
                store.close_inside(full)
            _set_scope(old)

        stack.callback(leave)
        self._stacks.append(stack)
        return scope

    def __exit__(self, kind, error, traceback):
        return self._stacks.pop().__exit__(kind, error, traceback)

    def __call__(self, function: Callable) -> Callable:
        @functools.wraps(function)
        def inside(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return inside

    def _names(self):
        """The name scope to enter; giving its name with a slash behind."""
        if isinstance(self._target, VariableScope):
            part = self._target.name.split("/")[-1]
        else:
            part = self._target if self._target is not None else self._default_name
        if not self._auxiliary or not part:
            current = context.landing().get_name_scope()
            return contextlib.nullcontext(current + "/" if current else "")
        return name_scope(part, values=self._values)

    def _inside(self, old: VariableScope, full: str, names: str) -> VariableScope:
        given = {k: v for k, v in self._given.items() if v is not None}
        return replace(
            old,
            name=full,
            reuse=self._reuse or old.reuse,
            original_name_scope=names,
            custom_getter=_chained(self._custom_getter, old.custom_getter),
            **given,
        )

    def _again(self, target: VariableScope) -> VariableScope:
        given = {k: v for k, v in self._given.items() if v is not None}
        return replace(
            target,
            reuse=target.reuse if self._reuse is None else self._reuse,
            custom_getter=_chained(self._custom_getter, target.custom_getter),
            **given,
        )


def _unique(store, scope: str, name) -> str:
    """`name`, numbered where a scope of that name was opened inside `scope`."""

    def opened(part: str) -> int:
        return store.opened.get(f"{scope}/{part}" if scope else part, 0)

    if not opened(name):
        return name
    number = 1
    while opened(f"{name}_{number}"):
        number += 1
    return f"{name}_{number}"


def variable_op_scope(values, name_or_scope, default_name=None, **given):
    """Deprecated spelling of `variable_scope` with `values`."""
    return variable_scope(
        name_or_scope, default_name=default_name, values=values, **given
    )


def get_variable(
    name,
    shape=None,
    dtype=None,
    initializer=None,
    regularizer=None,
    trainable=None,
    collections=None,
    caching_device=None,
    partitioner=None,
    validate_shape=True,
    use_resource=None,
    custom_getter=None,
    constraint=None,
    synchronization=None,
    aggregation=None,
):
    """The variable `name` of the scope in force: new, or shared as `reuse` says.

    Raises ValueError where it exists and may not be shared, where it must be shared
    and does not exist, or where shape or dtype differ. As `tf.get_variable`.
    """
    del caching_device, synchronization, aggregation
    return get_variable_scope().get_variable(
        name, shape, dtype=dtype, initializer=initializer, regularizer=regularizer,
        trainable=trainable, collections=collections, partitioner=partitioner,
        validate_shape=validate_shape, use_resource=use_resource,
        custom_getter=custom_getter, constraint=constraint,
    )  # fmt: skip


def get_local_variable(name, shape=None, dtype=None, initializer=None, **given):
    """As `get_variable`, for a variable that is neither trained nor saved."""
    keys = list(given.pop("collections", None) or [])
    given.pop("trainable", None)
    return get_variable(
        name,
        shape,
        dtype,
        initializer,
        trainable=False,
        collections=[*keys, GraphKeys.LOCAL_VARIABLES],
        **given,
    )


def no_regularizer(_):
    """Use this regularizer to have none where the scope around has one."""
    return None


@contextlib.contextmanager
def variable_creator_scope(variable_creator):
    """Refused: variables are made by `tf.Variable` alone here."""
    raise UnsupportedError("tf.variable_creator_scope is not in Penstock")
    yield variable_creator


__all__ = [
    "AUTO_REUSE", "VariableScope", "get_local_variable", "get_variable",
    "get_variable_scope", "no_regularizer", "variable_creator_scope",
    "variable_op_scope", "variable_scope",
]  # fmt: skip
