"""Hooks that write: checkpoints, summaries, how fast steps go."""

from __future__ import annotations

import logging
import os
from typing import Any

from penstock.formats.messages import SessionLog, Summary
from penstock.saving.graph_io import graph_def, write_graph
from penstock.v1.default_graph import get_default_graph
from penstock.v1.file_writer import FileWriterCache
from penstock.v1.graph_keys import GraphKeys
from penstock.v1.meta_graph import export_meta_graph
from penstock.v1.training.basic_session_run_hooks import (
    SecondOrStepTimer,
    required_step,
)
from penstock.v1.training.session_run_hook import SessionRunArgs, SessionRunHook

log = logging.getLogger("tensorflow")


class CheckpointSaverListener:
    """Is told before and after a `CheckpointSaverHook` saves."""

    def begin(self) -> None:
        """When the hook begins."""

    def before_save(self, session, global_step_value) -> None:
        """Before a checkpoint is written."""

    def after_save(self, session, global_step_value):
        """After it was written; True asks the session to stop."""

    def end(self, session, global_step_value) -> None:
        """When the session ends."""


class CheckpointSaverHook(SessionRunHook):
    """Saves a checkpoint at the start, every so many steps or seconds, and at the end.

    Raises ValueError where both `saver` and `scaffold` are given.
    """

    def __init__(
        self, checkpoint_dir, save_secs=None, save_steps=None, saver=None,
        checkpoint_basename="model.ckpt", scaffold=None, listeners=None,
        save_graph_def=True,
    ):  # fmt: skip
        log.info("Create CheckpointSaverHook.")
        if saver is not None and scaffold is not None:
            raise ValueError("You cannot provide both saver and scaffold.")
        self._saver, self._scaffold = saver, scaffold
        self._folder = os.fspath(checkpoint_dir)
        self._path = os.path.join(self._folder, checkpoint_basename)
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)
        self._listeners = list(listeners or ())
        self._save_graph_def = save_graph_def

    def begin(self) -> None:
        self._writer = FileWriterCache.get(self._folder)
        self._step = required_step("CheckpointSaverHook")
        for listener in self._listeners:
            listener.begin()

    def after_create_session(self, session, coord) -> None:
        step = session.run(self._step)
        graph = get_default_graph()
        if self._save_graph_def:
            write_graph(graph_def(graph, add_shapes=True), self._folder, "graph.pbtxt")
        saver = self._found_saver()
        meta = export_meta_graph(
            graph=graph, saver_def=saver.saver_def if saver else None
        )
        self._writer.add_graph(graph)
        self._writer.add_meta_graph(meta)
        # The state before the first step is a checkpoint too.
        self._save(session, step)
        self._timer.update_last_triggered_step(step)

    def before_run(self, run_context):
        return SessionRunArgs(self._step)

    def after_run(self, run_context, run_values) -> None:
        if not self._timer.should_trigger_for_step(run_values.results + 1):
            return
        step = run_context.session.run(self._step)
        if self._timer.should_trigger_for_step(step):
            self._timer.update_last_triggered_step(step)
            if self._save(run_context.session, step):
                run_context.request_stop()

    def end(self, session) -> None:
        step = session.run(self._step)
        if step != self._timer.last_triggered_step():
            self._save(session, step)
        for listener in self._listeners:
            listener.end(session, step)

    def _save(self, session, step) -> bool:
        """Write a checkpoint; whether a listener asks to stop."""
        log.info("Calling checkpoint listeners before saving checkpoint %d...", step)
        for listener in self._listeners:
            listener.before_save(session, step)
        log.info("Saving checkpoints for %d into %s.", step, self._path)
        self._found_saver().save(
            session, self._path, global_step=step,
            write_meta_graph=self._save_graph_def,
        )  # fmt: skip
        entry = SessionLog(status=SessionLog.CHECKPOINT, checkpoint_path=self._path)
        self._writer.add_session_log(entry, step)
        log.info("Calling checkpoint listeners after saving checkpoint %d...", step)
        answers = [item.after_save(session, step) for item in self._listeners]
        return any(answers)

    def _found_saver(self):
        if self._saver is not None:
            return self._saver
        if self._scaffold is not None:
            return self._scaffold.saver
        found = get_default_graph().get_collection(GraphKeys.SAVERS)
        if len(found) != 1:
            raise RuntimeError(
                f"{'No' if not found else 'More than one'} item in collection "
                f"{GraphKeys.SAVERS}. Pass a saver or a scaffold to "
                "CheckpointSaverHook."
            )
        return found[0]


class StepCounterHook(SessionRunHook):
    """Logs and writes how many steps a second go by, every so many steps or seconds."""

    def __init__(
        self, every_n_steps=100, every_n_secs=None, output_dir=None, summary_writer=None
    ):
        if (every_n_steps is None) == (every_n_secs is None):
            raise ValueError(
                "exactly one of every_n_steps and every_n_secs should be provided."
            )
        self._timer = SecondOrStepTimer(
            every_steps=every_n_steps, every_secs=every_n_secs
        )
        self._folder, self._writer = output_dir, summary_writer

    def begin(self) -> None:
        if self._writer is None and self._folder:
            self._writer = FileWriterCache.get(self._folder)
        self._step = required_step("StepCounterHook")
        self._tag = f"{self._step.op.name}/sec"

    def before_run(self, run_context):
        return SessionRunArgs(self._step)

    def after_run(self, run_context, run_values) -> None:
        if not self._timer.should_trigger_for_step(run_values.results + 1):
            return
        step = run_context.session.run(self._step)
        if self._timer.should_trigger_for_step(step):
            seconds, steps = self._timer.update_last_triggered_step(step)
            if seconds:
                self._log(steps / seconds, step)

    def _log(self, rate: float, step) -> None:
        log.info("%s: %g", self._tag, rate)
        if self._writer is not None:
            value = Summary.Value(tag=self._tag, simple_value=rate)
            self._writer.add_summary(Summary(value=[value]), step)


class SummarySaverHook(SessionRunHook):
    """Writes summaries every so many steps or seconds.

    Raises ValueError unless one of `scaffold` and `summary_op` is given.
    """

    def __init__(
        self, save_steps=None, save_secs=None, output_dir=None, summary_writer=None,
        scaffold=None, summary_op=None,
    ):  # fmt: skip
        if (scaffold is None) == (summary_op is None):
            raise ValueError("Exactly one of scaffold or summary_op must be provided.")
        self._summary_op = summary_op
        self._scaffold: Any = scaffold
        self._folder, self._writer = output_dir, summary_writer
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)

    def begin(self) -> None:
        if self._writer is None and self._folder:
            self._writer = FileWriterCache.get(self._folder)
        self._next_step = None
        self._step = required_step("SummarySaverHook")
        # Read before the step counts it up, whichever kind of variable it is.
        self._before = self._step + 0

    def before_run(self, run_context):
        self._due = self._next_step is None or self._timer.should_trigger_for_step(
            self._next_step
        )
        wanted = {"global_step": self._before}
        op = self._found()
        if self._due and op is not None:
            wanted["summary"] = op
        return SessionRunArgs(wanted)

    def after_run(self, run_context, run_values) -> None:
        if self._writer is None:
            return
        step = run_values.results["global_step"] + 1
        if self._next_step is None or self._due:
            step = run_context.session.run(self._step)
        if self._next_step is None:
            self._writer.add_session_log(SessionLog(status=SessionLog.START), step)
        if self._due:
            self._timer.update_last_triggered_step(step)
            found = run_values.results.get("summary")
            if found is not None:
                many = found if isinstance(found, list) else [found]
                for summary in many:
                    self._writer.add_summary(summary, step)
        self._next_step = step + 1

    def end(self, session=None) -> None:
        if self._writer is not None:
            self._writer.flush()

    def _found(self):
        if self._summary_op is not None:
            return self._summary_op
        return self._scaffold.summary_op


__all__ = [
    "CheckpointSaverHook", "CheckpointSaverListener", "StepCounterHook",
    "SummarySaverHook",
]  # fmt: skip
