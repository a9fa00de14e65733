"""`tf.contrib.legacy_seq2seq`: losses and decoders over lists of steps."""

from __future__ import annotations

import copy
from typing import Any

from penstock.api import array, math_functions, nn, nn_conv
from penstock.api import math_arithmetic as arithmetic
from penstock.api import math_reduce as reduce
from penstock.api.math_functions import cast
from penstock.api.nn_embedding import embedding_lookup
from penstock.api.passing import stop_gradient
from penstock.api.scopes import scope, tensor
from penstock.core import nest
from penstock.core.dtypes import float32
from penstock.ir.op import TABLE
from penstock.v1.contrib_rnn import EmbeddingWrapper, OutputProjectionWrapper, linear
from penstock.v1.control_flow import cond
from penstock.v1.rnn import static_rnn
from penstock.v1.variable_scope import (
    get_variable,
    get_variable_scope,
    variable_scope,
)


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
    with variable_scope(scope or "basic_rnn_seq2seq"):
        _, state = static_rnn(copy.copy(cell), encoder_inputs, dtype=dtype or float32)
        return rnn_decoder(decoder_inputs, state, cell)


def tied_rnn_seq2seq(
    encoder_inputs, decoder_inputs, cell, loop_function=None, dtype=None, scope=None
):
    """`basic_rnn_seq2seq` whose encoder and decoder share their weights."""
    with variable_scope("combined_tied_rnn_seq2seq"):
        scope = scope or "tied_rnn_seq2seq"
        _, state = static_rnn(cell, encoder_inputs, dtype=dtype or float32, scope=scope)
        get_variable_scope().reuse_variables()
        return rnn_decoder(decoder_inputs, state, cell, loop_function, scope)


def _previous_embedded(embedding, projection, update_embedding: bool):
    """A loop function: the embedding of the likeliest symbol of the output before."""

    def following(previous, _):
        if projection is not None:
            previous = TABLE["MatMul"](previous, projection[0]) + projection[1]
        symbol = reduce.argmax(previous, 1)
        found = embedding_lookup(embedding, symbol)
        return found if update_embedding else stop_gradient(found)

    return following


def embedding_rnn_decoder(
    decoder_inputs, initial_state, cell, num_symbols, embedding_size,
    output_projection=None, feed_previous=False, update_embedding_for_previous=True,
    scope=None,
):  # fmt: skip
    """`rnn_decoder` over symbols [batch]; with `feed_previous` over its own guesses."""
    with variable_scope(scope or "embedding_rnn_decoder"):
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop = None
        if feed_previous:
            loop = _previous_embedded(
                embedding, output_projection, update_embedding_for_previous
            )
        taken = [embedding_lookup(embedding, i) for i in decoder_inputs]
        return rnn_decoder(taken, initial_state, cell, loop)


def _projected(cell, size: int, projection):
    """`cell` with an output for each symbol, unless the caller projects."""
    return cell if projection is not None else OutputProjectionWrapper(cell, size)


def _either(feed_previous, decode):
    """`decode(feed)` for a Python bool, or both ways under `cond` for a tensor."""
    if isinstance(feed_previous, bool):
        return decode(feed_previous, None)

    def flat(feed: bool):
        reuse = None if feed else True
        with variable_scope(get_variable_scope(), reuse=reuse):
            outputs, state = decode(feed, reuse)
        shapes.append((outputs, state))
        return [*outputs, *nest.flatten(state)]

    shapes: list = []
    values: Any = cond(feed_previous, lambda: flat(True), lambda: flat(False))
    outputs, state = shapes[0]
    count = len(outputs)
    return list(values[:count]), nest.pack(state, list(values[count:]))


def embedding_rnn_seq2seq(
    encoder_inputs, decoder_inputs, cell, num_encoder_symbols, num_decoder_symbols,
    embedding_size, output_projection=None, feed_previous=False, dtype=None, scope=None,
):  # fmt: skip
    """An encoder and a decoder over embedded symbols; Sutskever et al. (2014)."""
    with variable_scope(scope or "embedding_rnn_seq2seq"):
        encoder = EmbeddingWrapper(copy.copy(cell), num_encoder_symbols, embedding_size)
        _, state = static_rnn(encoder, encoder_inputs, dtype=dtype or float32)
        decoder = _projected(cell, num_decoder_symbols, output_projection)

        def decode(feed: bool, _):
            return embedding_rnn_decoder(
                decoder_inputs, state, decoder, num_decoder_symbols, embedding_size,
                output_projection, feed,
            )  # fmt: skip

        return _either(feed_previous, decode)


class _Attention:
    """What heads read of `states` [batch, length, size], given a decoder's state."""

    def __init__(self, states, heads: int):
        length, self.size = states.shape.as_list()[1:]
        if self.size is None:
            raise ValueError(
                f"Shape[2] of attention_states must be known: {states.shape}"
            )
        self.length = array.shape(states)[1] if length is None else length
        self.hidden = array.reshape(states, [-1, self.length, 1, self.size])
        self.heads = []
        for head in range(heads):
            kernel = get_variable(f"AttnW_{head}", [1, 1, self.size, self.size])
            key = nn_conv.conv2d(self.hidden, kernel, [1, 1, 1, 1], "SAME")
            self.heads.append((key, get_variable(f"AttnV_{head}", [self.size])))

    def nothing(self, batch):
        """What is read before the first step."""
        reads = [
            array.zeros([batch, self.size], self.hidden.dtype.base_dtype)
            for _ in self.heads
        ]
        for read in reads:
            read.set_shape([None, self.size])
        return reads

    def __call__(self, state):
        """What each head reads, as [batch, size]."""
        flat = nest.flatten(state)
        query = array.concat(flat, 1) if len(flat) > 1 else flat[0]
        out = []
        for head, (key, weight) in enumerate(self.heads):
            with variable_scope(f"Attention_{head}"):
                y = array.reshape(linear(query, self.size, True), [-1, 1, 1, self.size])
                score = reduce.reduce_sum(weight * math_functions.tanh(key + y), [2, 3])
                share = array.reshape(nn.softmax(score), [-1, self.length, 1, 1])
                read = reduce.reduce_sum(share * self.hidden, [1, 2])
                out.append(array.reshape(read, [-1, self.size]))
        return out


def attention_decoder(
    decoder_inputs, initial_state, attention_states, cell, output_size=None,
    num_heads=1, loop_function=None, dtype=None, scope=None,
    initial_state_attention=False,
):  # fmt: skip
    """`rnn_decoder` that looks at `attention_states` [batch, length, size] each step.

    Vinyals et al. (2015). Raises ValueError without inputs or heads.
    """
    if not decoder_inputs:
        raise ValueError("Must provide at least 1 input to attention decoder.")
    if num_heads < 1:
        raise ValueError("With less than 1 heads, use a non-attention decoder.")
    output_size = cell.output_size if output_size is None else output_size
    with variable_scope(scope or "attention_decoder", dtype=dtype):
        attend = _Attention(attention_states, num_heads)
        reads = attend.nothing(array.shape(decoder_inputs[0])[0])
        if initial_state_attention:
            reads = attend(initial_state)
        state, outputs = initial_state, []
        for i, x in enumerate(decoder_inputs):
            if i > 0:
                get_variable_scope().reuse_variables()
            if loop_function is not None and outputs:
                with variable_scope("loop_function", reuse=True):
                    x = loop_function(outputs[-1], i)
            width = x.shape.as_list()[1]
            if width is None:
                raise ValueError(f"Could not infer input size from input: {x.name}")
            cell_output, state = cell(linear([x, *reads], width, True), state)
            reuse = True if i or initial_state_attention else None
            with variable_scope(get_variable_scope(), reuse=reuse):
                reads = attend(state)
            with variable_scope("AttnOutputProjection"):
                outputs.append(linear([cell_output, *reads], output_size, True))
        return outputs, state


def embedding_attention_decoder(
    decoder_inputs, initial_state, attention_states, cell, num_symbols, embedding_size,
    num_heads=1, output_size=None, output_projection=None, feed_previous=False,
    update_embedding_for_previous=True, dtype=None, scope=None,
    initial_state_attention=False,
):  # fmt: skip
    """`attention_decoder` over symbols [batch]."""
    with variable_scope(scope or "embedding_attention_decoder", dtype=dtype):
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop = None
        if feed_previous:
            loop = _previous_embedded(
                embedding, output_projection, update_embedding_for_previous
            )
        taken = [embedding_lookup(embedding, i) for i in decoder_inputs]
        return attention_decoder(
            taken, initial_state, attention_states, cell, output_size, num_heads, loop,
            initial_state_attention=initial_state_attention,
        )  # fmt: skip


def embedding_attention_seq2seq(
    encoder_inputs, decoder_inputs, cell, num_encoder_symbols, num_decoder_symbols,
    embedding_size, num_heads=1, output_projection=None, feed_previous=False,
    dtype=None, scope=None, initial_state_attention=False,
):  # fmt: skip
    """An encoder, and a decoder that looks back at it; Bahdanau et al. (2014)."""
    with variable_scope(scope or "embedding_attention_seq2seq", dtype=dtype):
        encoder = EmbeddingWrapper(copy.copy(cell), num_encoder_symbols, embedding_size)
        seen, state = static_rnn(encoder, encoder_inputs, dtype=dtype or float32)
        rows = [array.reshape(o, [-1, 1, cell.output_size]) for o in seen]
        states = array.concat(rows, 1)
        size = num_decoder_symbols if output_projection is None else None
        decoder = _projected(cell, num_decoder_symbols, output_projection)

        def decode(feed: bool, _):
            return embedding_attention_decoder(
                decoder_inputs, state, states, decoder, num_decoder_symbols,
                embedding_size, num_heads, size, output_projection, feed,
                initial_state_attention=initial_state_attention,
            )  # fmt: skip

        return _either(feed_previous, decode)


def model_with_buckets(
    encoder_inputs, decoder_inputs, targets, weights, buckets, seq2seq,
    softmax_loss_function=None, per_example_loss=False, name=None,
):  # fmt: skip
    """(outputs, losses) of `seq2seq` for each pair of sizes in `buckets`.

    Raises ValueError where a bucket is longer than the inputs.
    """
    for what, items, at in (
        ("encoder_inputs", encoder_inputs, 0), ("targets", targets, 1),
        ("weights", weights, 1),
    ):  # fmt: skip
        if len(items) < buckets[-1][at]:
            raise ValueError(
                f"Length of {what} ({len(items)}) must be at least that of last "
                f"bucket ({buckets[-1][at]})."
            )
    outputs, losses = [], []
    with scope(name, "model_with_buckets"):
        for i, (before, after) in enumerate(buckets):
            with variable_scope(get_variable_scope(), reuse=True if i else None):
                out, _ = seq2seq(encoder_inputs[:before], decoder_inputs[:after])
            outputs.append(out)
            measure = sequence_loss_by_example if per_example_loss else sequence_loss
            losses.append(
                measure(
                    out, targets[:after], weights[:after],
                    softmax_loss_function=softmax_loss_function,
                )
            )  # fmt: skip
    return outputs, losses


__all__ = [
    "attention_decoder", "basic_rnn_seq2seq", "embedding_attention_decoder",
    "embedding_attention_seq2seq", "embedding_rnn_decoder", "embedding_rnn_seq2seq",
    "model_with_buckets", "rnn_decoder", "sequence_loss", "sequence_loss_by_example",
    "tied_rnn_seq2seq",
]  # fmt: skip
