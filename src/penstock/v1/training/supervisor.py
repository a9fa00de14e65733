"""`tf.train.Supervisor`: a session that saves and summarizes in threads of its own."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import Any

from penstock.core.errors import AbortedError
from penstock.formats.messages import SessionLog, Summary
from penstock.v1.default_graph import get_default_graph
from penstock.v1.file_writer import FileWriter
from penstock.v1.global_step import get_global_step
from penstock.v1.graph_keys import GraphKeys
from penstock.v1.meta_graph import export_meta_graph
from penstock.v1.summary import merge_all
from penstock.v1.training.coordinator import Coordinator, LooperThread
from penstock.v1.training.queue_runner import start_queue_runners
from penstock.v1.training.scaffold import Scaffold, default_saver
from penstock.v1.training.session_manager import SessionManager
from penstock.v1.variable_lists import (
    global_variables_initializer,
    report_uninitialized_variables,
)


class Supervisor:
    """Starts a session from `logdir`'s newest checkpoint or the init op, and keeps it.

    While the session is managed, threads save every `save_model_secs` seconds and
    summarize every `save_summaries_secs` (0: never). As `tf.train.Supervisor`.
    """

    USE_DEFAULT: Any = 0

    def __init__(
        self, graph=None, ready_op=USE_DEFAULT, ready_for_local_init_op=USE_DEFAULT,
        is_chief=True, init_op=USE_DEFAULT, init_feed_dict=None,
        local_init_op=USE_DEFAULT, logdir=None, summary_op=USE_DEFAULT,
        saver=USE_DEFAULT, global_step=USE_DEFAULT, save_summaries_secs=120,
        save_model_secs=600, recovery_wait_secs=30, stop_grace_secs=120,
        checkpoint_basename="model.ckpt", session_manager=None,
        summary_writer=USE_DEFAULT, init_fn=None, local_init_run_options=None,
    ):  # fmt: skip
        self._graph = graph if graph is not None else get_default_graph()
        self._is_chief = is_chief
        self._init_fn, self._init_feed_dict = init_fn, init_feed_dict
        self._logdir = logdir if is_chief else None
        self._save_summaries_secs = save_summaries_secs
        self._save_model_secs, self._grace = save_model_secs, stop_grace_secs
        self._coord = Coordinator()
        self._threads: list[LooperThread] = []
        with self._graph.as_default():
            self._ready_op = _either(
                ready_op, GraphKeys.READY_OP, report_uninitialized_variables
            )
            self._ready_for_local_init_op = _either(
                ready_for_local_init_op, GraphKeys.READY_FOR_LOCAL_INIT_OP, lambda: None
            )
            self._init_op = _either(
                init_op, GraphKeys.INIT_OP, global_variables_initializer
            )
            self._local_init_op = _either(
                local_init_op, GraphKeys.LOCAL_INIT_OP, Scaffold.default_local_init_op
            )
            self._saver: Any = default_saver() if _unset(saver) else saver
            self._summary_op = _either(summary_op, GraphKeys.SUMMARY_OP, merge_all)
            self._global_step = (
                get_global_step() if _unset(global_step) else global_step
            )
        self._save_path: str | None = None
        self._summary_writer: Any = None
        if self._logdir:
            self._save_path = os.path.join(self._logdir, checkpoint_basename)
            if _unset(summary_writer):
                self._summary_writer = FileWriter(self._logdir)
            else:
                self._summary_writer = summary_writer
        self._session_manager = session_manager or SessionManager(
            local_init_op=self._local_init_op,
            ready_op=self._ready_op,
            ready_for_local_init_op=self._ready_for_local_init_op,
            graph=self._graph,
            recovery_wait_secs=recovery_wait_secs,
            local_init_run_options=local_init_run_options,
        )
        self._graph.finalize()

    # --- what it knows ----------------------------------------------------------------

    is_chief = property(lambda self: self._is_chief)
    session_manager = property(lambda self: self._session_manager)
    coord = property(lambda self: self._coord)
    init_op = property(lambda self: self._init_op)
    init_feed_dict = property(lambda self: self._init_feed_dict)
    ready_op = property(lambda self: self._ready_op)
    ready_for_local_init_op = property(lambda self: self._ready_for_local_init_op)
    summary_writer = property(lambda self: self._summary_writer)
    summary_op = property(lambda self: self._summary_op)
    save_summaries_secs = property(lambda self: self._save_summaries_secs)
    global_step = property(lambda self: self._global_step)
    saver = property(lambda self: self._saver)
    save_model_secs = property(lambda self: self._save_model_secs)
    save_path = property(lambda self: self._save_path)

    # --- the session ------------------------------------------------------------------

    def prepare_or_wait_for_session(
        self, master="", config=None, wait_for_checkpoint=False, max_wait_secs=7200,
        start_standard_services=True,
    ):  # fmt: skip
        """A session that is ready; the chief's saves and summarizes from now on."""
        self._coord.clear_stop()
        if self._summary_writer is not None:
            self._summary_writer.reopen()
        if not self._is_chief:
            session = self._session_manager.wait_for_session(
                master, config=config, max_wait_secs=max_wait_secs
            )
        else:
            session = self._session_manager.prepare_session(
                master, init_op=self._init_op, saver=self._saver,
                checkpoint_dir=self._logdir, wait_for_checkpoint=wait_for_checkpoint,
                max_wait_secs=max_wait_secs, config=config,
                init_feed_dict=self._init_feed_dict, init_fn=self._init_fn,
            )  # fmt: skip
            self._write_graph()
            if start_standard_services:
                self.start_standard_services(session)
        self.start_queue_runners(session)
        return session

    PrepareSession = prepare_or_wait_for_session

    @contextmanager
    def managed_session(
        self, master="", config=None, start_standard_services=True,
        close_summary_writer=True,
    ):  # fmt: skip
        """A session for a `with`; what stops it, stops all threads and is raised."""
        session = None
        try:
            session = self.prepare_or_wait_for_session(
                master=master, config=config,
                start_standard_services=start_standard_services,
            )  # fmt: skip
            with session.as_default(), self._graph.as_default():
                yield session
        except BaseException as error:
            self.request_stop(error)
        try:
            self.stop(close_summary_writer=close_summary_writer)
        finally:
            if session is not None:
                session.close()

    def _write_graph(self) -> None:
        if self._logdir and self._summary_writer is not None:
            from penstock.saving.graph_io import graph_def, write_graph

            message = graph_def(self._graph, add_shapes=True)
            write_graph(message, self._logdir, "graph.pbtxt")
            self._summary_writer.add_graph(self._graph)
            self._summary_writer.add_meta_graph(
                export_meta_graph(
                    graph=self._graph,
                    saver_def=self._saver.saver_def if self._saver else None,
                )
            )

    def start_standard_services(self, sess):
        """Threads that summarize, count steps and save; gives them.

        Raises RuntimeError where this is not the chief.
        """
        if not self._is_chief:
            raise RuntimeError(
                "Only chief supervisor can start standard services. Because only "
                "chief supervisors can write events."
            )
        if not self._logdir:
            return []
        if self._global_step is not None and self._summary_writer:
            step = int(sess.run(self._global_step))
            started = SessionLog(status=SessionLog.START)
            self._summary_writer.add_session_log(started, step)
        threads = []
        secs = self._save_summaries_secs
        if secs and self._summary_writer:
            if self._summary_op is not None:
                threads.append(
                    LooperThread(self._coord, secs, self._summarize, (sess,))
                )
            if self._global_step is not None:
                threads.append(
                    LooperThread(self._coord, secs, _StepCounter(self, sess))
                )
        if self._saver and self._save_model_secs:
            threads.append(
                LooperThread(self._coord, self._save_model_secs, self._save, (sess,))
            )
        for thread in threads:
            thread.start()
        self._threads += threads
        return threads

    def start_queue_runners(self, sess, queue_runners=None):
        """Start the threads that fill queues; gives them."""
        if queue_runners is None:
            with self._graph.as_default():
                threads = start_queue_runners(sess, self._coord)
        else:
            threads = []
            for runner in queue_runners:
                threads += runner.create_threads(
                    sess, coord=self._coord, daemon=True, start=True
                )
        self._threads += threads
        return threads

    def loop(self, timer_interval_secs, target, args=None, kwargs=None):
        """A thread that calls `target` every so many seconds until the stop."""
        looper = LooperThread(self._coord, timer_interval_secs, target, args, kwargs)
        looper.start()
        self._threads.append(looper)
        return looper

    def summary_computed(self, sess, summary, global_step=None) -> None:
        """Write a summary that the program computed itself.

        Raises TypeError where there is no writer, RuntimeError without a log folder.
        """
        if not self._summary_writer:
            raise RuntimeError("Writing a summary requires a summary writer.")
        if global_step is None and self._global_step is not None:
            global_step = int(sess.run(self._global_step))
        self._summary_writer.add_summary(summary, global_step)

    def _summarize(self, sess) -> None:
        wanted = [self._summary_op]
        if self._global_step is not None:
            wanted.append(self._global_step)
        summary, *step = sess.run(wanted)
        self._summary_writer.add_summary(summary, step[0] if step else None)
        self._summary_writer.flush()

    def _save(self, sess) -> None:
        self._saver.save(sess, self._save_path, global_step=self._global_step)
        if self._summary_writer and self._global_step is not None:
            entry = SessionLog(
                status=SessionLog.CHECKPOINT, checkpoint_path=self._save_path
            )
            step = int(sess.run(self._global_step))
            self._summary_writer.add_session_log(entry, step)

    # --- stopping ---------------------------------------------------------------------

    def should_stop(self) -> bool:
        return self._coord.should_stop()

    def request_stop(self, ex=None) -> None:
        self._coord.request_stop(ex)

    def wait_for_stop(self) -> None:
        self._coord.wait_for_stop()

    def stop_on_exception(self):
        return self._coord.stop_on_exception()

    def stop(
        self, threads=None, close_summary_writer=True, ignore_live_threads=False
    ) -> None:
        """Stop all threads, and raise what stopped them."""
        self._coord.request_stop()
        try:
            self._coord.join(
                threads, stop_grace_period_secs=self._grace,
                ignore_live_threads=ignore_live_threads,
            )  # fmt: skip
        finally:
            if close_summary_writer and self._summary_writer is not None:
                stopped = SessionLog(status=SessionLog.STOP)
                self._summary_writer.add_session_log(stopped)
                self._summary_writer.close()

    Loop, RequestStop, ShouldStop, Stop = loop, request_stop, should_stop, stop
    StartQueueRunners, StartStandardServices = (
        start_queue_runners, start_standard_services,
    )  # fmt: skip
    StopOnException, SummaryComputed, WaitForStop = (
        stop_on_exception, summary_computed, wait_for_stop,
    )  # fmt: skip


class _StepCounter:
    """Writes how many steps a second went by since the call before."""

    def __init__(self, supervisor: Supervisor, sess):
        self._supervisor, self._sess = supervisor, sess
        self._step, self._time = int(sess.run(supervisor.global_step)), time.time()

    def __call__(self) -> None:
        step = int(self._sess.run(self._supervisor.global_step))
        now = time.time()
        seconds, steps = now - self._time, step - self._step
        self._step, self._time = step, now
        tag = f"{self._supervisor.global_step.op.name}/sec"
        rate = steps / seconds if seconds > 0 else float("inf")
        value = Summary.Value(tag=tag, simple_value=rate)
        summary = Summary(value=[value])
        self._supervisor.summary_writer.add_summary(summary, step)


def _unset(value) -> bool:
    return value is Supervisor.USE_DEFAULT


def _either(given, key: str, make):
    """What was given; for the default the collection's item, or a new one."""
    if not _unset(given):
        return given
    graph = get_default_graph()
    found = graph.get_collection(key)
    if found:
        return found[0]
    made = make()
    if made is not None:
        graph.add_to_collection(key, made)
    return made


def basic_train_loop(
    supervisor, train_step_fn, args=None, kwargs=None, master=""
) -> None:
    """Call `train_step_fn(session, *args, **kwargs)` until the supervisor stops.

    A step that raises AbortedError begins again with a new session.
    """
    while True:
        retry = False
        with supervisor.managed_session(master) as session:
            try:
                while not supervisor.should_stop():
                    train_step_fn(session, *(args or ()), **(kwargs or {}))
            except AbortedError:
                retry = True
        if not retry:
            return


__all__ = ["Supervisor", "basic_train_loop"]
