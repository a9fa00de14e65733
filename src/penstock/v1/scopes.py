"""Contexts of graph construction: names, order, devices."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

from penstock.ir import context
from penstock.ir.node import Node
from penstock.ir.tensor import Tensor
from penstock.v1.default_graph import get_default_graph, root


class name_scope:
    """Prefix the names of nodes made inside a `with`. As `tf.name_scope` of 1.x.

    `default_name` stands in for a `name` of None; `values` are checked to be of one
    graph, which is entered. The `with` gives the scope with a slash behind it.
    """

    def __init__(self, name=None, default_name=None, values=None):
        if name is None and default_name is None and values is not None:
            raise ValueError(
                f"At least one of name ({name}) and default_name ({default_name}) "
                "must be provided."
            )
        if not isinstance(name if name is not None else default_name, str | None):
            raise TypeError(f"name for name_scope must be a string, not {name!r}.")
        self._name = default_name if name is None else name
        self._values = values
        self._stack: list[contextlib.ExitStack] = []

    @property
    def name(self):
        return self._name

    def __enter__(self) -> str:
        stack = contextlib.ExitStack()
        where = _graph_of(self._values or ())
        if where is not None and where is not context.landing():
            stack.enter_context(where.as_default())
        scope = stack.enter_context(context.landing().name_scope(self._name))
        self._stack.append(stack)
        return scope

    def __exit__(self, kind, error, traceback):
        return self._stack.pop().__exit__(kind, error, traceback)


def _graph_of(values):
    """The one graph that the tensors of `values` belong to, or None."""
    found: Tensor | Node | None = None
    for value in values:
        convert = getattr(value, "_as_graph_element", None)
        value = convert() if convert is not None else value
        if not isinstance(value, Tensor | Node) or value.graph is None:
            continue
        if found is None:
            found = value
        elif value.graph is not found.graph:
            if root(value.graph) is root(found.graph):
                continue  # a branch captures from the graph around it
            raise ValueError(
                f"{value!r} must be from the same graph as {found!r}. Build both "
                "inside one `with graph.as_default():`."
            )
    if found is None or root(found.graph) is root(context.landing()):
        return None
    return found.graph


def op_scope(values, name, default_name=None) -> name_scope:
    """Deprecated spelling of `name_scope`."""
    return name_scope(name, default_name, values)


def control_dependencies(control_inputs):
    """Nodes made inside the `with` run after `control_inputs`.

    None forgets the blocks around. As `tf.control_dependencies`.
    """
    return context.landing().control_dependencies(control_inputs)


def device(device_name_or_function):
    """Ask for nodes made inside the `with` to run on a device. As `tf.device`."""
    return context.landing().device(device_name_or_function)


def colocate_with(op, ignore_existing=False):
    """Accepted: where nodes run is the compiler's choice here."""
    return context.landing().colocate_with(op, ignore_existing)


@contextlib.contextmanager
def container(container_name) -> Generator[str, None, None]:
    """Accepted: variables live in their session here."""
    yield container_name


@contextlib.contextmanager
def init_scope() -> Generator[None, None, None]:
    """Let nodes made inside land outside every branch, loop body and function."""
    where = context.landing()
    if where.eager:
        yield
        return
    outer = root(where)
    with outer.as_default(), outer.control_dependencies(None):
        scope = where.get_name_scope() if where is outer else ""
        with outer.name_scope(scope + "/" if scope else None):
            yield


__all__ = [
    "colocate_with", "container", "control_dependencies", "device",
    "get_default_graph", "init_scope", "name_scope", "op_scope",
]  # fmt: skip
