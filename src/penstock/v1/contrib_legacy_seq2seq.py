"""`tf.contrib.legacy_seq2seq`: losses and decoders over lists of steps."""

from __future__ import annotations

from penstock.api import array, nn
from penstock.api import math_arithmetic as arithmetic
from penstock.api import math_reduce as reduce
from penstock.api.math_functions import cast
from penstock.api.scopes import scope, tensor
from penstock.v1.rnn import static_rnn
from penstock.v1.variable_scope import get_variable_scope, variable_scope


def sequence_loss_by_example(
    logits, targets, weights, average_across_timesteps=True,
    softmax_loss_function=None, name=None,
):  # fmt: skip
    """The weighted cross entropy [batch] of lists of logits and targets by step.

    Raises ValueError where the lists differ in length.
    """
    if not len(logits) == len(targets) == len(weights):
        raise ValueError(
            "Lengths of logits, weights, and targets must be the same "
            f"{len(logits)}, {len(weights)}, {len(targets)}."
        )
    with scope(name, "sequence_loss_by_example"):
        losses = []
        for logit, target, weight in zip(logits, targets, weights, strict=True):
            if softmax_loss_function is None:
                target = array.reshape(target, [-1])
                loss = nn.sparse_softmax_cross_entropy_with_logits(target, logit)
            else:
                loss = softmax_loss_function(labels=target, logits=logit)
            losses.append(loss * weight)
        total = arithmetic.add_n(losses)
        if average_across_timesteps:
            total = total / (arithmetic.add_n(list(map(tensor, weights))) + 1e-12)
        return total


def sequence_loss(
    logits, targets, weights, average_across_timesteps=True, average_across_batch=True,
    softmax_loss_function=None, name=None,
):  # fmt: skip
    """The sum of `sequence_loss_by_example`, by batch size on request."""
    with scope(name, "sequence_loss"):
        each = sequence_loss_by_example(
            logits, targets, weights, average_across_timesteps, softmax_loss_function
        )
        cost = reduce.reduce_sum(each)
        if not average_across_batch:
            return cost
        return cost / cast(array.shape(targets[0])[0], cost.dtype)


def rnn_decoder(decoder_inputs, initial_state, cell, loop_function=None, scope=None):
    """(outputs, state) of `cell` over a list of inputs.

    With `loop_function(previous output, step)` an output makes the next input.
    """
    with variable_scope(scope or "rnn_decoder"):
        state, outputs, previous = initial_state, [], None
        for i, x in enumerate(decoder_inputs):
            if loop_function is not None and previous is not None:
                with variable_scope("loop_function", reuse=True):
                    x = loop_function(previous, i)
            if i > 0:
                get_variable_scope().reuse_variables()
            output, state = cell(x, state)
            outputs.append(output)
            if loop_function is not None:
                previous = output
        return outputs, state


def basic_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, dtype=None, scope=None):
    """An encoder's last state starts a decoder; Sutskever et al. (2014)."""
    import copy

    from penstock.core.dtypes import float32

    with variable_scope(scope or "basic_rnn_seq2seq"):
        _, state = static_rnn(copy.copy(cell), encoder_inputs, dtype=dtype or float32)
        return rnn_decoder(decoder_inputs, state, cell)
