"""`tf.contrib.crf`: linear chains of tags; Lafferty, McCallum and Pereira (2001).

The score of tags is the sum of `inputs[t, tag]` over the steps and of
`transition_params[tag, next tag]` between them. Everywhere `inputs` are
[batch, time, tags] and only the first `sequence_lengths` [batch] steps count.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api import math_reduce as reduce
from penstock.api.loops import scan
from penstock.api.math_functions import cast
from penstock.api.scopes import tensor
from penstock.core.dtypes import int32
from penstock.ir.op import TABLE
from penstock.v1.variable_scope import get_variable


def crf_unary_score(tag_indices, sequence_lengths, inputs):
    """The sum [batch] of the inputs of the tags [batch, time]."""
    inputs = tensor(inputs)
    tags = cast(tag_indices, int32)
    found = array.gather(inputs, tags, batch_dims=2)
    return reduce.reduce_sum(found * _mask(inputs, sequence_lengths), 1)


def crf_binary_score(tag_indices, sequence_lengths, transition_params):
    """The sum [batch] of the transitions between the tags [batch, time]."""
    params = tensor(transition_params)
    tags = cast(tag_indices, int32)
    pairs = array.stack([tags[:, :-1], tags[:, 1:]], 2)
    steps = array.shape(tags)[1]
    inside = array.sequence_mask(cast(sequence_lengths, int32), steps, params.dtype)
    return reduce.reduce_sum(array.gather_nd(params, pairs) * inside[:, 1:], 1)


def crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params):
    """The score [batch] of the tags [batch, time], not normalised."""
    unary = crf_unary_score(tag_indices, sequence_lengths, inputs)
    return unary + crf_binary_score(tag_indices, sequence_lengths, transition_params)


def crf_multitag_sequence_score(
    inputs, tag_bitmap, sequence_lengths, transition_params
):
    """log Σ exp(score) [batch] over all tags that `tag_bitmap` allows.

    `tag_bitmap` [batch, time, tags] holds booleans.
    """
    inputs = tensor(inputs)
    never = np.asarray(-np.inf, inputs.dtype.base_dtype.np)
    allowed = TABLE["SelectV2"](cast(tag_bitmap, "bool"), inputs, never)
    return crf_log_norm(allowed, sequence_lengths, transition_params)


def crf_log_norm(inputs, sequence_lengths, transition_params):
    """log Σ exp(score) [batch] over all sequences of tags; 0 for empty ones."""
    inputs, params = tensor(inputs), tensor(transition_params)

    def prolong(before, step):
        time, x, inside = step
        paths = array.expand_dims(before, 2) + params
        after = TABLE["SelectV2"](inside, reduce.reduce_logsumexp(paths, 1) + x, before)
        return TABLE["SelectV2"](TABLE["Equal"](time, 0), x, after)

    scores = _scanned(prolong, inputs, sequence_lengths, inputs[:, 0])[-1]
    total = reduce.reduce_logsumexp(scores, 1)
    some = TABLE["Greater"](cast(sequence_lengths, int32), 0)
    return TABLE["SelectV2"](some, total, array.zeros_like(total))


def crf_log_likelihood(inputs, tag_indices, sequence_lengths, transition_params=None):
    """(log likelihood [batch] of the tags [batch, time], transition parameters).

    Without `transition_params` they are the variable "transitions" [tags, tags].
    """
    inputs = tensor(inputs)
    if transition_params is None:
        tags = inputs.shape.as_list()[2]
        transition_params = get_variable("transitions", [tags, tags])
    score = crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params)
    norm = crf_log_norm(inputs, sequence_lengths, transition_params)
    return score - norm, transition_params


def crf_decode(potentials, transition_params, sequence_length):
    """(best tags [batch, time], zeros beyond the length; their score [batch]).

    Viterbi (1967).
    """
    potentials, params = tensor(potentials), tensor(transition_params)
    tags = potentials.shape.as_list()[2]
    first = (
        potentials[:, 0],
        array.zeros([array.shape(potentials)[0], tags], int32),
    )

    def prolong(before, step):
        time, x, inside = step
        scores, _ = before
        paths = array.expand_dims(scores, 2) + params
        came = cast(reduce.argmax(paths, 1), int32)
        inside = TABLE["LogicalAnd"](inside, TABLE["Greater"](time, 0))
        after = TABLE["SelectV2"](inside, reduce.reduce_max(paths, 1) + x, scores)
        stays = array.broadcast_to(reduce.range(tags), array.shape(came))
        return after, TABLE["SelectV2"](inside, came, stays)

    all_scores, came = _scanned(prolong, potentials, sequence_length, first)
    scores = all_scores[-1]
    last = cast(reduce.argmax(scores, 1), int32)
    # Where a step came from is the tag of the step before it.
    path = scan(
        lambda tag, pointers: array.gather(pointers, tag, batch_dims=1),
        came, last, reverse=True,
    )  # fmt: skip
    whole = array.transpose(array.concat([path[1:], array.expand_dims(last, 0)], 0))
    steps = array.shape(potentials)[1]
    inside = array.sequence_mask(cast(sequence_length, int32), steps, int32)
    found = whole * inside
    found.set_shape(potentials.shape[:2])
    return found, reduce.reduce_max(scores, 1)


def viterbi_decode(score, transition_params) -> tuple[list, Any]:
    """(best tags, their score) of one sequence of scores [time, tags], in NumPy."""
    score, params = np.asarray(score), np.asarray(transition_params)
    trellis, came = score[0], []
    for row in score[1:]:
        paths = trellis[:, None] + params
        came.append(paths.argmax(0))
        trellis = row + paths.max(0)
    tags = [int(trellis.argmax())]
    for pointers in reversed(came):
        tags.append(int(pointers[tags[-1]]))
    return tags[::-1], trellis.max()


def _mask(inputs, lengths):
    steps = array.shape(inputs)[1]
    return array.sequence_mask(cast(lengths, int32), steps, inputs.dtype)


def _scanned(prolong, inputs, lengths, first) -> Any:
    """`prolong(before, (time, inputs [batch, tags], inside [batch, 1]))` over time."""
    steps = array.shape(inputs)[1]
    inside = array.sequence_mask(cast(lengths, int32), steps)
    rows = array.expand_dims(array.transpose(inside), 2)
    elems = (reduce.range(steps), array.transpose(inputs, [1, 0, 2]), rows)
    return scan(prolong, elems, first)


__all__ = [
    "crf_binary_score", "crf_decode", "crf_log_likelihood", "crf_log_norm",
    "crf_multitag_sequence_score", "crf_sequence_score", "crf_unary_score",
    "viterbi_decode",
]  # fmt: skip
