"""`tf.contrib.training`: training and evaluation as functions of a few arguments."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

from penstock.api.clip import clip_by_norm
from penstock.api.control_flow import with_dependencies
from penstock.api.debugging import check_numerics as finite
from penstock.core.dtypes import int64
from penstock.ir.indexed_slices import IndexedSlices
from penstock.saving.checkpoint import latest_checkpoint
from penstock.v1 import summary
from penstock.v1.contrib_hparams import HParams, parse_values
from penstock.v1.file_writer import FileWriterCache
from penstock.v1.global_step import get_or_create_global_step
from penstock.v1.graph_keys import GraphKeys, get_collection
from penstock.v1.initializers import zeros_initializer
from penstock.v1.training.basic_session_run_hooks import FinalOpsHook
from penstock.v1.training.monitored_session import (
    ChiefSessionCreator,
    MonitoredSession,
    MonitoredTrainingSession,
)
from penstock.v1.training.session_run_hook import SessionRunArgs, SessionRunHook
from penstock.v1.variable_lists import trainable_variables
from penstock.v1.variable_scope import get_variable

#: Says: count the global step that the graph has.
_USE_GLOBAL_STEP = 0


def create_train_op(
    total_loss, optimizer, global_step: Any = _USE_GLOBAL_STEP, update_ops=None,
    variables_to_train=None, transform_grads_fn=None, summarize_gradients=False,
    gate_gradients=1, aggregation_method=None, colocate_gradients_with_ops=False,
    check_numerics=True,
):  # fmt: skip
    """The loss, once variables were updated and the global step counted up.

    `update_ops` (UPDATE_OPS by default) run before the gradients are taken.
    """
    if isinstance(global_step, int) and global_step == _USE_GLOBAL_STEP:
        global_step = get_or_create_global_step()
    updates = get_collection(GraphKeys.UPDATE_OPS) if update_ops is None else update_ops
    if updates:
        total_loss = with_dependencies(list(updates), total_loss)
    if variables_to_train is None:
        variables_to_train = trainable_variables()
    pairs = optimizer.compute_gradients(
        total_loss, variables_to_train, gate_gradients, aggregation_method,
        colocate_gradients_with_ops,
    )  # fmt: skip
    if transform_grads_fn is not None:
        pairs = transform_grads_fn(pairs)
    if summarize_gradients:
        add_gradients_summaries(pairs)
    applied = optimizer.apply_gradients(pairs, global_step=global_step)
    if check_numerics:
        total_loss = finite(total_loss, "LossTensor is inf or nan")
    train_op = with_dependencies([applied], total_loss)
    known = get_collection(GraphKeys.TRAIN_OP)
    if train_op not in known:
        from penstock.v1.graph_keys import add_to_collection

        add_to_collection(GraphKeys.TRAIN_OP, train_op)
    return train_op


def _each(pairs, change: Callable) -> list:
    """`pairs` with `change(gradient, variable)` where there is a gradient."""
    out = []
    for grad, variable in pairs:
        if isinstance(grad, IndexedSlices):
            values = change(grad.values, variable)
            grad = IndexedSlices(values, grad.indices, grad.dense_shape)
        elif grad is not None:
            grad = change(grad, variable)
        out.append((grad, variable))
    return out


def clip_gradient_norms(gradients_to_variables, max_norm):
    """The pairs with each gradient's norm at most `max_norm`."""
    return _each(gradients_to_variables, lambda g, _: clip_by_norm(g, max_norm))


def clip_gradient_norms_fn(max_norm):
    return lambda pairs: clip_gradient_norms(pairs, max_norm)


def multiply_gradients(grads_and_vars, gradient_multipliers: dict):
    """The pairs, those of the given variables (or their names) multiplied.

    Raises ValueError where nothing is given or such a variable has no gradient.
    """
    if not isinstance(grads_and_vars, list):
        raise ValueError("`grads_and_vars` must be a list.")
    if not gradient_multipliers:
        raise ValueError("`gradient_multipliers` is empty.")
    for grad, var in grads_and_vars:
        named = var in gradient_multipliers or var.op.name in gradient_multipliers
        if named and grad is None:
            raise ValueError(
                f"Requested multiple of `None` gradient for {var.op.name}."
            )

    def changed(grad, var):
        for key in (var, var.op.name):
            if key in gradient_multipliers:
                return grad * gradient_multipliers[key]
        return grad

    return _each(grads_and_vars, changed)


def add_gradients_summaries(grads_and_vars) -> list:
    """Histograms and norms of the gradients."""
    from penstock.api.clip import global_norm

    made = []
    for grad, var in grads_and_vars:
        if grad is None:
            continue
        values = grad.values if isinstance(grad, IndexedSlices) else grad
        made.append(summary.histogram(var.op.name + "_gradient", values))
        made.append(summary.scalar(var.op.name + "_gradient_norm", global_norm([grad])))
    return made


def train(
    train_op, logdir, master="", is_chief=True, scaffold=None, hooks=None,
    chief_only_hooks=None, save_checkpoint_secs=600, save_summaries_steps=100,
    config=None, max_wait_secs=7200, run_metadata=None,
):  # fmt: skip
    """Run `train_op` until a hook says stop; the last value of it.

    Raises ValueError where hooks are missing that would end it.
    """
    if not hooks:
        raise ValueError("Need hooks to stop training, such as StopAtStepHook.")
    loss = None
    with MonitoredTrainingSession(
        master=master, is_chief=is_chief, checkpoint_dir=logdir, scaffold=scaffold,
        hooks=hooks, chief_only_hooks=chief_only_hooks,
        save_checkpoint_secs=save_checkpoint_secs,
        save_summaries_steps=save_summaries_steps, config=config,
    ) as session:  # fmt: skip
        while not session.should_stop():
            loss = session.run(train_op)
    return loss


# --- evaluation


def get_or_create_eval_step():
    """The variable that counts how many evaluations ran."""
    found = get_collection(GraphKeys.EVAL_STEP)
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError("Multiple tensors added to tf.GraphKeys.EVAL_STEP")
    return get_variable(
        GraphKeys.EVAL_STEP, shape=[], dtype=int64, trainable=False,
        initializer=zeros_initializer(),
        collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.EVAL_STEP],
    )  # fmt: skip


class StopAfterNEvalsHook(SessionRunHook):
    """Asks to stop when the evaluation step reaches `num_evals`."""

    def __init__(self, num_evals, log_progress=True):
        self._num, self._step = num_evals, None

    def begin(self):
        self._step = get_or_create_eval_step()

    def before_run(self, run_context):
        return SessionRunArgs({"step": self._step})

    def after_run(self, run_context, run_values):
        if self._num is not None and run_values.results["step"] >= self._num:
            run_context.request_stop()


class SummaryAtEndHook(SessionRunHook):
    """Writes a summary when the session ends."""

    def __init__(
        self, log_dir=None, summary_writer=None, summary_op=None, feed_dict=None
    ):
        if not log_dir and summary_writer is None:
            raise ValueError("Need log_dir or summary_writer.")
        self._dir, self._writer = log_dir, summary_writer
        self._op: Any = summary_op
        self._feeds = feed_dict

    def begin(self):
        if self._op is None:
            self._op = summary.merge_all()
        if self._writer is None:
            self._writer = FileWriterCache.get(self._dir)

    def end(self, session):
        if self._op is None:
            return
        step = session.run(get_or_create_global_step())
        written: Any = self._writer
        written.add_summary(session.run(self._op, self._feeds), step)
        written.flush()


def evaluate_once(
    checkpoint_path, master="", scaffold=None, eval_ops=None, feed_dict=None,
    final_ops=None, final_ops_feed_dict=None, hooks=None, config=None,
):  # fmt: skip
    """Restore a checkpoint, run `eval_ops` until a hook stops, give `final_ops`."""
    step: Any = get_or_create_eval_step()
    counted: Any = step.assign_add(1)
    if isinstance(eval_ops, dict):
        eval_ops = {**eval_ops, "update_eval_step": counted}
    elif isinstance(eval_ops, list | tuple):
        eval_ops = [*eval_ops, counted]
    elif eval_ops is not None:
        eval_ops = [eval_ops, counted]
    final = FinalOpsHook(final_ops, final_ops_feed_dict)
    creator = ChiefSessionCreator(
        scaffold=scaffold, checkpoint_filename_with_path=checkpoint_path, master=master,
        config=config,
    )  # fmt: skip
    with MonitoredSession(creator, hooks=[*(hooks or ()), final]) as session:
        if eval_ops is not None:
            while not session.should_stop():
                session.run(eval_ops, feed_dict)
    return final.final_ops_values


def wait_for_new_checkpoint(
    checkpoint_dir, last_checkpoint=None, seconds_to_sleep=1, timeout=None
):
    """The path of a checkpoint other than the last; None when `timeout` is over."""
    stop = None if timeout is None else time.monotonic() + timeout
    while True:
        found = latest_checkpoint(checkpoint_dir)
        if found is not None and found != last_checkpoint:
            return found
        if stop is not None and time.monotonic() + seconds_to_sleep > stop:
            return None
        time.sleep(seconds_to_sleep)


def checkpoints_iterator(
    checkpoint_dir, min_interval_secs=0, timeout=None, timeout_fn=None
) -> Iterator[str]:
    """Checkpoints as they come; ends when none came for `timeout` seconds."""
    path = None
    while True:
        found = wait_for_new_checkpoint(checkpoint_dir, path, timeout=timeout)
        if found is None:
            if not timeout_fn or timeout_fn():
                return
            continue
        began = time.monotonic()
        path = found
        yield path
        rest = began + min_interval_secs - time.monotonic()
        if rest > 0:
            time.sleep(rest)


def evaluate_repeatedly(
    checkpoint_dir, master="", scaffold=None, eval_ops=None, feed_dict=None,
    final_ops=None, final_ops_feed_dict=None, eval_interval_secs=60, hooks=None,
    config=None, max_number_of_evaluations=None, timeout=None, timeout_fn=None,
):  # fmt: skip
    """`evaluate_once` for each new checkpoint; the last `final_ops`."""
    result, count = None, 0
    for path in checkpoints_iterator(
        os.fspath(checkpoint_dir), eval_interval_secs, timeout, timeout_fn
    ):
        result = evaluate_once(
            path, master, scaffold, eval_ops, feed_dict, final_ops, final_ops_feed_dict,
            hooks, config,
        )  # fmt: skip
        count += 1
        if max_number_of_evaluations is not None and count >= max_number_of_evaluations:
            break
    return result


__all__ = [
    "HParams", "StopAfterNEvalsHook", "SummaryAtEndHook", "add_gradients_summaries",
    "checkpoints_iterator", "clip_gradient_norms", "clip_gradient_norms_fn",
    "create_train_op", "evaluate_once", "evaluate_repeatedly",
    "get_or_create_eval_step", "multiply_gradients", "parse_values", "train",
    "wait_for_new_checkpoint",
]  # fmt: skip
