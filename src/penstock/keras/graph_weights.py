"""Layers in the graphs of 1.x programs: `tf.keras.layers.Dense(3)(placeholder)`.

A layer's weights are eager variables. Where a program's own graph reads one, a 1.x
variable stands for it there: it starts with the weight's value, is among the trainable
variables, and lives in sessions. While a session is current, the layer's `get_weights`
and `set_weights` mean the session's values.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.ir import context, sessions
from penstock.ir.func_graph import FuncGraph
from penstock.ir.graph import Graph
from penstock.ops.source import identity
from penstock.runtime.eager import RECORDER

_WEIGHTS, _PHASE = "keras weights", "keras learning phase"


def program_graph() -> Graph | None:
    """The 1.x program's graph that calls land in, in a branch or a loop of it too.

    None under eager execution, and in what is traced there.
    """
    where: Any = context.landing()
    while isinstance(where, FuncGraph):
        where = where.outer
    return where if isinstance(where, Graph) else None


def stand_in(variable, graph: Graph) -> Any:
    """The 1.x variable that stands for a layer's `variable` in `graph`."""
    known = graph.scratch.setdefault(_WEIGHTS, {})
    found = known.get(id(variable))
    if found is None:
        from penstock.v1.resource_variables import ResourceVariable

        with (
            context.entered(graph),
            graph.name_scope(None),
            graph.control_dependencies(None),
        ):
            made = ResourceVariable(
                variable._tensor.numpy(), variable.trainable, name=variable._name,
                constraint=variable.constraint,
            )  # fmt: skip
        found = known[id(variable)] = made, variable  # held: ids stay theirs
    return found[0]


def in_session(variable) -> tuple[Any, Any] | None:
    """(stand-in, session) where the current session has a value of `variable`."""
    session: Any = sessions.current()
    if session is None:
        return None
    found = session.graph.scratch.get(_WEIGHTS, {}).get(id(variable))
    if found is None or found[0]._tensor.op not in session._store:
        return None
    return found[0], session


def value_of(variable) -> np.ndarray:
    """A weight's value: the current session's, where it has one."""
    found = in_session(variable)
    return variable._tensor.numpy() if found is None else found[1].run(found[0])


def give(variable, value: np.ndarray) -> None:
    """Let a weight take `value`, in the current session too."""
    found = in_session(variable)
    if found is not None:
        found[0].load(value, found[1])
    with context.entered(RECORDER):
        variable.assign(value)


def learning_phase(graph: Graph) -> Any:
    """The placeholder that says, where it is fed, whether layers are training."""
    found = graph.scratch.get(_PHASE)
    if found is None:
        from penstock.v1.placeholders import placeholder_with_default

        with (
            context.entered(graph),
            graph.name_scope(None),
            graph.control_dependencies(None),
        ):
            found = placeholder_with_default(False, (), name="keras_learning_phase")
        graph.scratch[_PHASE] = found
    return found


def after(updates: list[Any], value: Any) -> Any:
    """`value`, computed after `updates` where a graph would leave them out.

    What is eager or traced happens in its order anyway.
    """
    if not updates or program_graph() is None:
        return value
    with context.landing().control_dependencies(updates):
        return identity(value)


def eagerly(function: Callable) -> Callable:
    """A decorator: computed eagerly where a 1.x program's graph would take the calls.

    Models train and are saved without a session.
    """

    @functools.wraps(function)
    def call(*args, **kwargs):
        if program_graph() is None:
            return function(*args, **kwargs)
        with context.entered(RECORDER):
            return function(*args, **kwargs)

    return call
