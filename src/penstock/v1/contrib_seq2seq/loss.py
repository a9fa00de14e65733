"""`tf.contrib.seq2seq`: the loss of sequences."""

from __future__ import annotations

from penstock.api import array, nn
from penstock.api import math_reduce as reduce
from penstock.api.scopes import scope, tensor

#: Keeps the mean over no steps from 0 / 0.
_TINY = 1e-12


def sequence_loss(
    logits, targets, weights, average_across_timesteps=True, average_across_batch=True,
    softmax_loss_function=None, name=None, sum_over_timesteps=False,
    sum_over_batch=False,
):  # fmt: skip
    """Cross entropy of logits [batch, time, classes] and targets [batch, time].

    Weighted by `weights` [batch, time], averaged (or summed) over time and batch as
    asked. Raises ValueError for other ranks.
    """
    logits, targets = tensor(logits), tensor(targets)
    weights = tensor(weights)
    if len(logits.shape) != 3:
        raise ValueError(
            "Logits must be a [batch_size x sequence_length x logits] tensor"
        )
    if len(targets.shape) != 2 or len(weights.shape) != 2:
        raise ValueError("Targets and weights must be [batch_size x sequence_length]")
    if (average_across_timesteps and sum_over_timesteps) or (
        average_across_batch and sum_over_batch
    ):
        raise ValueError("One dimension cannot be both averaged and summed over.")
    with scope(name, "sequence_loss"):
        classes = array.shape(logits)[2]
        flat = array.reshape(logits, [-1, classes])
        wanted = array.reshape(targets, [-1])
        if softmax_loss_function is None:
            loss = nn.sparse_softmax_cross_entropy_with_logits(wanted, flat)
        else:
            loss = softmax_loss_function(labels=wanted, logits=flat)
        loss = loss * array.reshape(weights, [-1])
        if average_across_timesteps and average_across_batch:
            return reduce.reduce_sum(loss) / (reduce.reduce_sum(weights) + _TINY)
        loss = array.reshape(loss, array.shape(logits)[0:2])
        axes = [
            axis
            for axis, over in (
                (0, average_across_batch or sum_over_batch),
                (1, average_across_timesteps or sum_over_timesteps),
            )
            if over
        ]
        if not axes:
            return loss
        total = reduce.reduce_sum(loss, axes)
        if not (average_across_batch or average_across_timesteps):
            return total
        return total / (reduce.reduce_sum(weights, axes) + _TINY)


__all__ = ["sequence_loss"]
