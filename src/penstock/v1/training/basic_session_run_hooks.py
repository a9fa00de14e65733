"""Hooks that stop, log and check. Those that write files are in `saving_hooks`."""

from __future__ import annotations

import logging
import time
from typing import Any

import numpy as np

from penstock.ir.node import Node
from penstock.ir.tensor import Tensor
from penstock.v1.default_graph import get_default_graph
from penstock.v1.global_step import get_global_step
from penstock.v1.training.session_run_hook import SessionRunArgs, SessionRunHook

log = logging.getLogger("tensorflow")


class SecondOrStepTimer:
    """Says when `every_secs` seconds or `every_steps` steps have passed.

    Raises ValueError unless just one of them is given.
    """

    def __init__(self, every_secs=None, every_steps=None):
        self.reset()
        self._every_secs, self._every_steps = every_secs, every_steps
        if every_secs is None and every_steps is None:
            raise ValueError("Either every_secs or every_steps should be provided.")
        if every_secs is not None and every_steps is not None:
            raise ValueError("Can not provide both every_secs and every_steps.")

    def reset(self) -> None:
        self._last_step: Any = None
        self._last_time: Any = None

    def should_trigger_for_step(self, step) -> bool:
        if self._last_step is None:
            return True
        if self._last_step == step:
            return False
        if self._every_secs is not None:
            return time.time() >= self._last_time + self._every_secs
        return step >= self._last_step + self._every_steps

    def update_last_triggered_step(self, step):
        """Note `step`; (seconds, steps) since the one before, or (None, None)."""
        now = time.time()
        passed = (None, None)
        if self._last_step is not None:
            passed = (now - self._last_time, step - self._last_step)
        self._last_time, self._last_step = now, step
        return passed

    def last_triggered_step(self):
        return self._last_step


class NeverTriggerTimer(SecondOrStepTimer):
    """A timer that never says so."""

    def __init__(self):
        self.reset()

    def should_trigger_for_step(self, step) -> bool:
        return False

    def update_last_triggered_step(self, step):
        return (None, None)


def required_step(who: str):
    """The graph's global step. Raises RuntimeError naming the hook where none is."""
    step = get_global_step()
    if step is None:
        raise RuntimeError(f"Global step should be created to use {who}.")
    return step


class StopAtStepHook(SessionRunHook):
    """Stops after `num_steps` more steps, or at step `last_step`.

    Raises ValueError unless just one of them is given.
    """

    def __init__(self, num_steps=None, last_step=None):
        if num_steps is None and last_step is None:
            raise ValueError("One of num_steps or last_step must be specified.")
        if num_steps is not None and last_step is not None:
            raise ValueError("Only one of num_steps or last_step can be specified.")
        self._num_steps, self._last_step = num_steps, last_step

    def begin(self) -> None:
        self._step = required_step("StopAtStepHook")

    def after_create_session(self, session, coord) -> None:
        if self._last_step is None:
            self._last_step = session.run(self._step) + self._num_steps

    def before_run(self, run_context):
        return SessionRunArgs(self._step)

    def after_run(self, run_context, run_values) -> None:
        # The value fetched may be from before the step.
        if run_values.results + 1 >= self._last_step:
            if run_context.session.run(self._step) >= self._last_step:
                run_context.request_stop()


class LoggingTensorHook(SessionRunHook):
    """Logs tensors (a list of names, or tag -> tensor) every so many runs or seconds.

    `at_end` logs them once more. Raises ValueError where it is not said when.
    """

    def __init__(
        self, tensors, every_n_iter=None, every_n_secs=None, at_end=False,
        formatter=None,
    ):  # fmt: skip
        only_at_end = at_end and every_n_iter is None and every_n_secs is None
        if not only_at_end and (every_n_iter is None) == (every_n_secs is None):
            raise ValueError(
                "either at_end and/or exactly one of every_n_iter and every_n_secs "
                "must be provided."
            )
        if every_n_iter is not None and every_n_iter <= 0:
            raise ValueError(f"invalid every_n_iter={every_n_iter}.")
        if not isinstance(tensors, dict):
            tensors = {_tag(item): item for item in tensors}
        self._tensors, self._at_end, self._formatter = tensors, at_end, formatter
        self._timer = (
            NeverTriggerTimer()
            if only_at_end
            else SecondOrStepTimer(every_secs=every_n_secs, every_steps=every_n_iter)
        )

    def begin(self) -> None:
        self._timer.reset()
        self._runs = 0
        self._current = {
            tag: as_graph_element(item) for tag, item in self._tensors.items()
        }

    def before_run(self, run_context):
        self._due = self._timer.should_trigger_for_step(self._runs)
        return SessionRunArgs(self._current) if self._due else None

    def after_run(self, run_context, run_values) -> None:
        if self._due:
            self._log(run_values.results)
        self._runs += 1

    def end(self, session) -> None:
        if self._at_end:
            self._log(session.run(self._current))

    def _log(self, values) -> None:
        seconds, _ = self._timer.update_last_triggered_step(self._runs)
        with np.printoptions(suppress=True):
            if self._formatter:
                log.info(self._formatter(values))
                return
            text = ", ".join(f"{tag} = {values[tag]!s}" for tag in self._tensors)
            if seconds is None:
                log.info("%s", text)
            else:
                log.info("%s (%.3f sec)", text, seconds)


def _tag(item) -> str:
    return item.name if isinstance(item, Tensor | Node) else str(item)


def as_graph_element(item):
    """The tensor or operation that `item` is or names. Raises ValueError for none."""
    graph = get_default_graph()
    try:
        return graph.as_graph_element(item)
    except KeyError as error:
        raise ValueError(error.args[0]) from None


class NanLossDuringTrainingError(RuntimeError):
    """The loss became NaN. As `tf.train.NanLossDuringTrainingError`."""

    def __str__(self):
        return "NaN loss during training."


class NanTensorHook(SessionRunHook):
    """Stops where the loss is NaN, with an error unless `fail_on_nan_loss` is False."""

    def __init__(self, loss_tensor, fail_on_nan_loss=True):
        self._loss, self._fail = loss_tensor, fail_on_nan_loss

    def before_run(self, run_context):
        return SessionRunArgs(self._loss)

    def after_run(self, run_context, run_values) -> None:
        if np.isnan(run_values.results):
            message = "Model diverged with loss = NaN."
            if self._fail:
                log.error(message)
                raise NanLossDuringTrainingError
            log.warning(message)
            run_context.request_stop()


class GlobalStepWaiterHook(SessionRunHook):
    """Waits until the global step is `wait_until_step`: for workers that start late."""

    def __init__(self, wait_until_step):
        self._wait_until = wait_until_step
        self._waited = False

    def begin(self) -> None:
        self._step = required_step("_GlobalStepWaiterHook")

    def before_run(self, run_context) -> None:
        if self._waited or self._wait_until <= 0:
            return
        log.info("Waiting for global step %d before starting training.",
                 self._wait_until)  # fmt: skip
        while run_context.session.run(self._step) < self._wait_until:
            time.sleep(0.5)
        self._waited = True


class FinalOpsHook(SessionRunHook):
    """Runs `final_ops` when the session ends; their values: `final_ops_values`."""

    def __init__(self, final_ops, final_ops_feed_dict=None):
        self._final_ops, self._feeds = final_ops, final_ops_feed_dict
        self._values = None

    @property
    def final_ops_values(self):
        return self._values

    def end(self, session) -> None:
        if self._final_ops is not None:
            self._values = session.run(self._final_ops, feed_dict=self._feeds)


class FeedFnHook(SessionRunHook):
    """Feeds every run what `feed_fn()` gives."""

    def __init__(self, feed_fn):
        self.feed_fn = feed_fn

    def before_run(self, run_context):
        return SessionRunArgs(fetches=None, feed_dict=self.feed_fn())


__all__ = [
    "FeedFnHook", "FinalOpsHook", "GlobalStepWaiterHook", "LoggingTensorHook",
    "NanLossDuringTrainingError", "NanTensorHook", "SecondOrStepTimer",
    "StopAtStepHook",
]  # fmt: skip
