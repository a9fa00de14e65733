"""`slim.learning`: a training step as one operation, and the loop around it."""

from __future__ import annotations

import time
from typing import Any

from penstock.api import math_arithmetic as a
from penstock.api.control_flow import group
from penstock.core.errors import OutOfRangeError
from penstock.ir import context
from penstock.v1 import contrib_training as training
from penstock.v1.contrib_training import (
    add_gradients_summaries,
    clip_gradient_norms,
    multiply_gradients,
)
from penstock.v1.global_step import get_or_create_global_step
from penstock.v1.logging import info
from penstock.v1.summary import merge_all
from penstock.v1.training.supervisor import Supervisor
from penstock.v1.variable_lists import (
    global_variables_initializer,
    local_variables_initializer,
    report_uninitialized_variables,
    tables_initializer,
)

_DEFAULT: Any = 0


def create_train_op(
    total_loss, optimizer, global_step: Any = _DEFAULT, update_ops=None,
    variables_to_train=None, clip_gradient_norm=0, summarize_gradients=False,
    gate_gradients=1, aggregation_method=None, colocate_gradients_with_ops=False,
    gradient_multipliers=None, check_numerics=True, transform_grads_fn=None,
):  # fmt: skip
    """As `tf.contrib.training.create_train_op`, gradients multiplied, then clipped."""

    def transform(pairs):
        if gradient_multipliers:
            pairs = multiply_gradients(pairs, gradient_multipliers)
        if clip_gradient_norm > 0:
            pairs = clip_gradient_norms(pairs, clip_gradient_norm)
        return pairs if transform_grads_fn is None else transform_grads_fn(pairs)

    return training.create_train_op(
        total_loss, optimizer, global_step, update_ops, variables_to_train, transform,
        summarize_gradients, gate_gradients, aggregation_method,
        colocate_gradients_with_ops, check_numerics,
    )  # fmt: skip


def train_step(sess, train_op, global_step, train_step_kwargs: dict):
    """(loss, whether to stop) of one step, told in the log where asked to."""
    began = time.time()
    loss, step = sess.run([train_op, global_step])
    took = time.time() - began
    if "should_log" in train_step_kwargs and sess.run(train_step_kwargs["should_log"]):
        info("global step %d: loss = %.4f (%.3f sec/step)", step, loss, took)
    stop = False
    if "should_stop" in train_step_kwargs:
        stop = bool(sess.run(train_step_kwargs["should_stop"]))
    return loss, stop


def train(
    train_op, logdir, train_step_fn=train_step, train_step_kwargs: Any = _DEFAULT,
    log_every_n_steps=1, graph=None, master="", is_chief=True, global_step=None,
    number_of_steps=None, init_op: Any = _DEFAULT, init_feed_dict=None,
    local_init_op: Any = _DEFAULT, init_fn=None, ready_op: Any = _DEFAULT,
    summary_op: Any = _DEFAULT, save_summaries_secs=600,
    summary_writer: Any = _DEFAULT, startup_delay_steps=0, saver=None,
    save_interval_secs=600, sync_optimizer=None, session_config=None,
    session_wrapper=None, trace_every_n_steps=None, ignore_live_threads=False,
):  # fmt: skip
    """Run `train_op` until `number_of_steps` or the end of the data; the last loss.

    Checkpoints and summaries go to `logdir`, from where training goes on. Raises
    ValueError for `train_op` None or a summary interval without a `logdir`.
    """
    _check(train_op, logdir, summary_op, trace_every_n_steps, number_of_steps)
    graph = graph or context.landing()
    with graph.as_default():
        if global_step is None:
            global_step = get_or_create_global_step()
        if train_step_kwargs is _DEFAULT:
            train_step_kwargs = _told(global_step, number_of_steps, log_every_n_steps)
        if logdir is None:
            summary_op = None
        local_init_op, init_op, ready_op, summary_op = (
            make() if given is _DEFAULT else given
            for given, make in (
                (local_init_op, _local_init), (init_op, global_variables_initializer),
                (ready_op, report_uninitialized_variables), (summary_op, merge_all),
            )
        )  # fmt: skip
    given: dict[str, Any] = {"saver": saver, "summary_writer": summary_writer}
    if saver is None:
        del given["saver"]
    if summary_writer is _DEFAULT:
        del given["summary_writer"]
    supervisor = Supervisor(
        graph=graph, is_chief=is_chief, logdir=logdir, init_op=init_op,
        init_feed_dict=init_feed_dict, local_init_op=local_init_op, ready_op=ready_op,
        summary_op=summary_op, global_step=global_step,
        save_summaries_secs=save_summaries_secs, save_model_secs=save_interval_secs,
        init_fn=init_fn, **given,
    )  # fmt: skip
    loss = None
    with supervisor.managed_session(
        master, start_standard_services=False, config=session_config
    ) as session:
        if is_chief and logdir:
            supervisor.start_standard_services(session)
        supervisor.start_queue_runners(session)
        wrapped = session if session_wrapper is None else session_wrapper(session)
        try:
            stop = False
            while not (stop or supervisor.should_stop()):
                loss, stop = train_step_fn(
                    wrapped, train_op, global_step, train_step_kwargs
                )
        except OutOfRangeError:
            info("Caught OutOfRangeError. Stopping Training.")
        if logdir and is_chief:
            supervisor.saver.save(
                session, supervisor.save_path, global_step=supervisor.global_step
            )
    return loss


def _check(train_op, logdir, summary_op, trace_every_n_steps, number_of_steps) -> None:
    if train_op is None:
        raise ValueError("train_op cannot be None.")
    if logdir is None:
        if summary_op is not _DEFAULT and summary_op is not None:
            raise ValueError("Cannot provide summary_op because logdir=None")
        if trace_every_n_steps is not None:
            raise ValueError("Cannot provide trace_every_n_steps because logdir=None")
    if number_of_steps is not None and number_of_steps <= 0:
        raise ValueError("`number_of_steps` must be either None or a positive number.")


def _local_init():
    return group(local_variables_initializer(), tables_initializer())


def _told(global_step, steps, every) -> dict[str, Any]:
    """The tensors that say when to stop and when to log."""
    told: dict[str, Any] = {}
    with context.landing().name_scope("train_step"):
        if steps:
            told["should_stop"] = a.greater_equal(global_step, steps)
        told["should_log"] = a.equal(a.floormod(global_step, every), 0)
    return told


__all__ = [
    "add_gradients_summaries", "clip_gradient_norms", "create_train_op",
    "multiply_gradients", "train", "train_step",
]  # fmt: skip
