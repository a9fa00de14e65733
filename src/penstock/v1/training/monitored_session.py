"""`tf.train.MonitoredSession`: a session with hooks, that starts and ends by itself."""

from __future__ import annotations

import inspect
from typing import Any

from penstock.core.errors import (
    AbortedError,
    OutOfRangeError,
    UnavailableError,
)
from penstock.ir import sessions
from penstock.v1.config import RunMetadata, RunOptions
from penstock.v1.default_graph import get_default_graph
from penstock.v1.training.coordinator import Coordinator
from penstock.v1.training.queue_runner import start_queue_runners
from penstock.v1.training.saving_hooks import (
    CheckpointSaverHook,
    StepCounterHook,
    SummarySaverHook,
)
from penstock.v1.training.scaffold import Scaffold
from penstock.v1.training.session_manager import SessionManager
from penstock.v1.training.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
)

#: Stands for an argument that was not given.
USE_DEFAULT: Any = object()


class SessionCreator:
    """Makes the session of a `MonitoredSession`."""

    def create_session(self):
        raise NotImplementedError(
            f"create_session is not implemented for {type(self).__name__}."
        )


class ChiefSessionCreator(SessionCreator):
    """Restores the newest checkpoint of `checkpoint_dir`, or initialises."""

    def __init__(
        self, scaffold=None, master="", config=None, checkpoint_dir=None,
        checkpoint_filename_with_path=None,
    ):  # fmt: skip
        self._scaffold = scaffold or Scaffold()
        self._master, self._config = master, config
        self._folder, self._path = checkpoint_dir, checkpoint_filename_with_path

    def create_session(self):
        scaffold = self._scaffold.finalize()
        return _manager(scaffold).prepare_session(
            self._master,
            saver=scaffold.saver,
            checkpoint_dir=self._folder,
            checkpoint_filename_with_path=self._path,
            config=self._config,
            init_op=scaffold.init_op,
            init_feed_dict=scaffold.init_feed_dict,
            init_fn=scaffold.init_fn,
        )


class WorkerSessionCreator(SessionCreator):
    """Waits until the chief has initialised the variables."""

    def __init__(self, scaffold=None, master="", config=None, max_wait_secs=1800):
        self._scaffold = scaffold or Scaffold()
        self._master, self._config, self._wait = master, config, max_wait_secs

    def create_session(self):
        scaffold = self._scaffold.finalize()
        return _manager(scaffold).wait_for_session(
            self._master, config=self._config, max_wait_secs=self._wait
        )


def _manager(scaffold: Scaffold) -> SessionManager:
    return SessionManager(
        local_init_op=scaffold.local_init_op,
        local_init_feed_dict=scaffold.local_init_feed_dict,
        ready_op=scaffold.ready_op,
        ready_for_local_init_op=scaffold.ready_for_local_init_op,
        graph=get_default_graph(),
    )


class StepContext:
    """What the function given to `run_step_fn` may use."""

    def __init__(self, session, run_with_hooks_fn):
        self._session, self._run = session, run_with_hooks_fn

    @property
    def session(self):
        return self._session

    def run_with_hooks(self, *args, **kwargs):
        """As `MonitoredSession.run`."""
        return self._run(*args, **kwargs)

    def request_stop(self):
        """Leave the step, and the `with` of the session."""
        raise StopIteration("step_fn has requested the iterations to stop.")


class _MonitoredSession:
    """What `MonitoredSession` and `SingularMonitoredSession` share.

    `recovers`: after an AbortedError or UnavailableError a new session is made and the
    run repeated.
    """

    StepContext = StepContext
    _recovers = True

    def __init__(self, session_creator=None, hooks=None, stop_grace_period_secs=120):
        self._graph_was_finalized = get_default_graph().finalized
        self._hooks = list(hooks or ())
        self._creator = session_creator or ChiefSessionCreator()
        self._grace = stop_grace_period_secs
        self._stopped = False
        self._session: Any = None
        for hook in self._hooks:
            hook.begin()
        self._create()

    def _create(self) -> None:
        self._session = self._creator.create_session()
        self._coord = Coordinator(
            clean_stop_exception_types=(OutOfRangeError, StopIteration)
        )
        start_queue_runners(sess=self._session, coord=self._coord)
        for hook in self._hooks:
            hook.after_create_session(self._session, self._coord)

    @property
    def graph(self):
        """The graph of the session; None once it is closed."""
        return None if self._session is None else self._session.graph

    def should_stop(self) -> bool:
        """Whether a hook, a thread or a step asked to stop, or it is closed."""
        if self._session is None or self._stopped:
            return True
        return self._coord.should_stop()

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """As `Session.run`, with all hooks around it.

        Raises RuntimeError once the session is to stop.
        """
        if self._session is None:
            raise RuntimeError("Attempted to use a closed Session.")
        while True:
            try:
                return self._run_once(fetches, feed_dict, options, run_metadata)
            except (AbortedError, UnavailableError):
                if not self._recovers:
                    raise
                self._close_session()
                self._create()
            except Exception:
                # A thread may have failed first; its error is the cause then.
                self._coord.raise_requested_exception()
                raise

    def _run_once(self, fetches, feed_dict, options, run_metadata):
        if self.should_stop():
            self._coord.raise_requested_exception()
            raise RuntimeError("Run called even after should_stop requested.")
        context = SessionRunContext(
            SessionRunArgs([fetches], feed_dict, options), self._session
        )
        wanted, feeds = [fetches], dict(feed_dict or {})
        asking, merged = [], RunOptions()
        if options is not None:
            merged.CopyFrom(options)
        for hook in self._hooks:
            args = hook.before_run(context)
            if args is None:
                continue
            if args.feed_dict:
                _check_conflicts(feeds, args.feed_dict, feed_dict or {})
                feeds.update(args.feed_dict)
            if args.options is not None:
                _merge(merged, args.options)
            if args.fetches is not None:
                wanted.append(args.fetches)
                asking.append(hook)
        run_metadata = run_metadata or RunMetadata()
        results = self._session.run(wanted, feeds or None, merged, run_metadata)
        given = dict(zip(map(id, asking), results[1:], strict=True))
        for hook in self._hooks:
            values = SessionRunValues(given.get(id(hook)), merged, run_metadata)
            hook.after_run(context, values)
        self._stopped = self._stopped or context.stop_requested
        return results[0]

    def run_step_fn(self, step_fn):
        """Call `step_fn(step_context)`; the session's own run has no hooks there.

        Raises ValueError for a function with other arguments.
        """
        names = list(inspect.signature(step_fn).parameters)
        if names not in (["step_context"], ["self", "step_context"]):
            raise ValueError(
                "`step_fn` may either have one `step_context` argument, or `self` and "
                "`step_context` arguments if it's an instance method. Got "
                f"{tuple(names)} instead."
            )
        if self._session is None:
            raise RuntimeError("Attempted to use a closed Session.")
        try:
            return step_fn(StepContext(self._session, self.run))
        except StopIteration:
            self._stopped = True
            raise

    def close(self) -> None:
        """End the hooks, stop the threads and close the session."""
        self._close(None)

    def _close(self, failure) -> None:
        try:
            if failure is None and self._session is not None:
                for hook in self._hooks:
                    hook.end(self._session)
        finally:
            try:
                self._close_session()
            finally:
                self._session = None
                self._stopped = True
                if not self._graph_was_finalized:
                    get_default_graph().finalized = False

    def _close_session(self) -> None:
        session, coord = self._session, self._coord
        if session is None:
            return
        self._session = None
        try:
            coord.request_stop()
            coord.join(stop_grace_period_secs=self._grace, ignore_live_threads=True)
        finally:
            session.close()

    def __enter__(self):
        self._entered = sessions.entered(_raw(self))
        self._entered.__enter__()
        return self

    def __exit__(self, kind, error, traceback) -> bool:
        self._entered.__exit__(kind, error, traceback)
        # Data that has come to its end is how many loops stop.
        done = kind is not None and issubclass(kind, OutOfRangeError | StopIteration)
        self._close(None if done else error)
        return done


def _raw(monitored):
    return monitored._session


def _merge(options, more) -> None:
    """Let `options` ask for what either asks for."""
    options.trace_level = max(options.trace_level, more.trace_level)
    options.timeout_in_ms = max(options.timeout_in_ms, more.timeout_in_ms)
    options.output_partition_graphs |= more.output_partition_graphs


def _check_conflicts(feeds, more, by_user) -> None:
    for key in more:
        if any(key is k for k in feeds):
            who = "a SessionRunHook and user" if key in by_user else "two hooks"
            raise RuntimeError(
                f"Same tensor is fed by {who}. Conflicting tensor: {key}"
            )


class MonitoredSession(_MonitoredSession):
    """A session with hooks that recovers. As `tf.train.MonitoredSession`."""


class SingularMonitoredSession(_MonitoredSession):
    """A session with hooks that does not recover, but can be handed to a `Saver`."""

    _recovers = False

    def __init__(
        self, hooks=None, scaffold=None, master="", config=None, checkpoint_dir=None,
        stop_grace_period_secs=120, checkpoint_filename_with_path=None,
    ):  # fmt: skip
        creator = ChiefSessionCreator(
            scaffold, master, config, checkpoint_dir, checkpoint_filename_with_path
        )
        super().__init__(creator, hooks, stop_grace_period_secs)

    def raw_session(self):
        """The plain session inside."""
        return self._session


def MonitoredTrainingSession(
    master="", is_chief=True, checkpoint_dir=None, scaffold=None, hooks=None,
    chief_only_hooks=None, save_checkpoint_secs=USE_DEFAULT,
    save_summaries_steps=USE_DEFAULT, save_summaries_secs=USE_DEFAULT, config=None,
    stop_grace_period_secs=120, log_step_count_steps=100, max_wait_secs=7200,
    save_checkpoint_steps=USE_DEFAULT, summary_dir=None, save_graph_def=True,
):  # fmt: skip
    """A `MonitoredSession` that restores from and saves to `checkpoint_dir`.

    Every 600 seconds a checkpoint, every 100 steps summaries and the speed, unless
    told otherwise. A worker that is not the chief waits for it.
    """
    if save_summaries_steps is USE_DEFAULT and save_summaries_secs is USE_DEFAULT:
        save_summaries_steps, save_summaries_secs = 100, None
    if save_checkpoint_steps is USE_DEFAULT and save_checkpoint_secs is USE_DEFAULT:
        save_checkpoint_secs, save_checkpoint_steps = 600, None
    summary_secs, summary_steps, save_secs, save_steps = (
        None if value is USE_DEFAULT else value
        for value in (
            save_summaries_secs, save_summaries_steps, save_checkpoint_secs,
            save_checkpoint_steps,
        )
    )  # fmt: skip
    scaffold = scaffold or Scaffold()
    if not is_chief:
        creator = WorkerSessionCreator(scaffold, master, config, max_wait_secs)
        return MonitoredSession(creator, hooks, stop_grace_period_secs)
    all_hooks: list[SessionRunHook] = list(chief_only_hooks or ())
    folder = summary_dir or checkpoint_dir
    if folder:
        if log_step_count_steps and log_step_count_steps > 0:
            all_hooks.append(
                StepCounterHook(output_dir=folder, every_n_steps=log_step_count_steps)
            )
        if (summary_steps or 0) > 0 or (summary_secs or 0) > 0:
            all_hooks.append(
                SummarySaverHook(
                    scaffold=scaffold,
                    save_steps=summary_steps,
                    save_secs=summary_secs,
                    output_dir=folder,
                )
            )
    if checkpoint_dir and ((save_secs or 0) > 0 or (save_steps or 0) > 0):
        all_hooks.append(
            CheckpointSaverHook(
                checkpoint_dir,
                save_steps=save_steps,
                save_secs=save_secs,
                scaffold=scaffold,
                save_graph_def=save_graph_def,
            )
        )
    all_hooks += hooks or ()
    creator = ChiefSessionCreator(scaffold, master, config, checkpoint_dir)
    return MonitoredSession(creator, all_hooks, stop_grace_period_secs)


__all__ = [
    "ChiefSessionCreator", "MonitoredSession", "MonitoredTrainingSession",
    "SessionCreator", "SingularMonitoredSession", "WorkerSessionCreator",
]  # fmt: skip
