"""The hook that keeps a timeline of some of a training's steps."""

from __future__ import annotations

import os
from typing import Any

from penstock.formats.atomic import write_bytes
from penstock.formats.messages import RunOptions
from penstock.v1.file_writer import FileWriterCache
from penstock.v1.timeline import Timeline
from penstock.v1.training.basic_session_run_hooks import (
    SecondOrStepTimer,
    required_step,
)
from penstock.v1.training.session_run_hook import SessionRunArgs, SessionRunHook


class ProfilerHook(SessionRunHook):
    """Traces a step every so many steps or seconds into `timeline-STEP.json`.

    Open the files with `chrome://tracing`; TensorBoard's graph page shows the same.
    Raises ValueError unless one of `save_steps` and `save_secs` is given.
    """

    def __init__(
        self, save_steps=None, save_secs=None, output_dir="", show_dataflow=True,
        show_memory=False,
    ):  # fmt: skip
        self._folder = output_dir
        self._shown: dict[str, Any] = {
            "show_dataflow": show_dataflow,
            "show_memory": show_memory,
        }
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)

    def begin(self) -> None:
        self._next_step: int | None = None
        self._step = required_step("ProfilerHook")

    def before_run(self, run_context):
        self._due = self._next_step is not None and (
            self._timer.should_trigger_for_step(self._next_step)
        )
        level = RunOptions.FULL_TRACE if self._due else RunOptions.NO_TRACE
        return SessionRunArgs(None, options=RunOptions(trace_level=level))

    def after_run(self, run_context, run_values) -> None:
        step = int(run_context.session.run(self._step))
        if self._next_step is None:  # the first step compiles: no measure of others
            self._timer.update_last_triggered_step(step - 1)
        if self._due:
            self._timer.update_last_triggered_step(step)
            metadata = run_values.run_metadata
            writer = FileWriterCache.get(self._folder)
            writer.add_run_metadata(metadata, f"step_{step}", step)
            line = Timeline(metadata.step_stats)
            text = line.generate_chrome_trace_format(**self._shown)
            path = os.path.join(self._folder, f"timeline-{step}.json")
            write_bytes(path, text.encode())
        self._next_step = step + 1


__all__ = ["ProfilerHook"]
