"""`slim.evaluation`: checkpoints evaluated once or as they come."""

from __future__ import annotations

from typing import Any

from penstock.v1 import contrib_training as training
from penstock.v1.contrib_training import checkpoints_iterator, wait_for_new_checkpoint
from penstock.v1.saver import Saver
from penstock.v1.training.scaffold import Scaffold

_DEFAULT: Any = 0


def _scaffold(variables_to_restore) -> Scaffold:
    chosen = variables_to_restore
    return Scaffold(saver=Saver(chosen) if chosen is not None else None)


def _hooks(logdir, num_evals, summary_op, feeds, hooks) -> list:
    found = [training.StopAfterNEvalsHook(num_evals), *(hooks or ())]
    if summary_op is not None and logdir:
        op = None if summary_op is _DEFAULT else summary_op
        found.append(training.SummaryAtEndHook(logdir, summary_op=op, feed_dict=feeds))
    return found


def evaluate_once(
    master, checkpoint_path, logdir, num_evals=1, initial_op=None,
    initial_op_feed_dict=None, eval_op=None, eval_op_feed_dict=None, final_op=None,
    final_op_feed_dict=None, summary_op: Any = _DEFAULT, summary_op_feed_dict=None,
    variables_to_restore=None, session_config=None, hooks=None,
):  # fmt: skip
    """Run `eval_op` `num_evals` times on a checkpoint, then give `final_op`."""
    return training.evaluate_once(
        checkpoint_path, master, _scaffold(variables_to_restore),
        [] if eval_op is None else eval_op, eval_op_feed_dict, final_op,
        final_op_feed_dict,
        _hooks(logdir, num_evals, summary_op, summary_op_feed_dict, hooks),
        session_config,
    )  # fmt: skip


def evaluation_loop(
    master, checkpoint_dir, logdir, num_evals=1, initial_op=None,
    initial_op_feed_dict=None, init_fn=None, eval_op=None, eval_op_feed_dict=None,
    final_op=None, final_op_feed_dict=None, summary_op: Any = _DEFAULT,
    summary_op_feed_dict=None, variables_to_restore=None, eval_interval_secs=60,
    max_number_of_evaluations=None, session_config=None, timeout=None, timeout_fn=None,
    hooks=None,
):  # fmt: skip
    """`evaluate_once` for each new checkpoint of a folder; the last `final_op`."""
    return training.evaluate_repeatedly(
        checkpoint_dir, master, _scaffold(variables_to_restore),
        [] if eval_op is None else eval_op, eval_op_feed_dict, final_op,
        final_op_feed_dict, eval_interval_secs,
        _hooks(logdir, num_evals, summary_op, summary_op_feed_dict, hooks),
        session_config, max_number_of_evaluations, timeout, timeout_fn,
    )  # fmt: skip


__all__ = [
    "checkpoints_iterator", "evaluate_once", "evaluation_loop",
    "wait_for_new_checkpoint",
]  # fmt: skip
