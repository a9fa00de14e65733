"""Hooks: what is called around every run of a monitored session."""

from __future__ import annotations

from typing import Any, NamedTuple


class SessionRunArgs(NamedTuple):
    """What a hook wants to be run along: fetches, feeds, options."""

    fetches: Any
    feed_dict: Any = None
    options: Any = None


class SessionRunValues(NamedTuple):
    """What a hook gets back: `results` structured as its fetches."""

    results: Any
    options: Any
    run_metadata: Any


class SessionRunContext:
    """The run that hooks are called around: its arguments and its session."""

    def __init__(self, original_args, session):
        self._original_args, self._session = original_args, session
        self._stop_requested = False

    @property
    def original_args(self) -> SessionRunArgs:
        return self._original_args

    @property
    def session(self):
        return self._session

    @property
    def stop_requested(self) -> bool:
        return self._stop_requested

    def request_stop(self) -> None:
        """Let the session's `should_stop` be true from now on."""
        self._stop_requested = True


class SessionRunHook:
    """Extends the runs of a `MonitoredSession`. As `tf.train.SessionRunHook`."""

    def begin(self) -> None:
        """Before the session is made: the graph may still be changed."""

    def after_create_session(self, session, coord) -> None:
        """When a new session was made; the graph is final."""

    def before_run(self, run_context) -> SessionRunArgs | None:
        """Before each run: what to run along, or None."""

    def after_run(self, run_context, run_values) -> None:
        """After each run, with the values of what `before_run` asked for."""

    def end(self, session) -> None:
        """When the session ends without an error; it can still be run."""
