"""`tf.keras.backend`: what once needed a session."""

from __future__ import annotations

from typing import Any

from penstock.ir import sessions


def function(inputs, outputs, updates=None, name=None, **kwargs):
    """A function of lists of arrays, from symbolic `inputs` to `outputs`."""
    from penstock.keras.model import Model

    many = isinstance(outputs, list | tuple)
    model = Model(list(inputs), list(outputs) if many else [outputs])

    def call(values):
        found = model(list(values) if len(inputs) > 1 else values[0])
        found = found if isinstance(found, list | tuple) else [found]
        arrays = [x.numpy() if hasattr(x, "numpy") else x for x in found]
        return arrays if many else arrays[0]

    return call


_session: Any = None


def get_session() -> Any:
    """The current session, else one on the program's graph that stays open.

    Variables of that one are initialised when it is asked for.
    """
    global _session
    found = sessions.current()
    if found is not None:
        return found
    from penstock.v1.session import Session
    from penstock.v1.variable_lists import (
        global_variables,
        is_variable_initialized,
        variables_initializer,
    )

    if _session is None or _session._closed:
        _session = Session()
    with _session.graph.as_default():
        fresh = [
            v
            for v in global_variables()
            if not _session.run(is_variable_initialized(v))
        ]
        if fresh:
            _session.run(variables_initializer(fresh))
    return _session


def set_session(session) -> None:
    """Let `get_session` give `session` where none is current."""
    global _session
    _session = session


def manual_variable_initialization(value) -> None:
    """Nothing to do: variables have their values from the start."""
