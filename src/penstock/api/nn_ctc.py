"""Connectionist temporal classification as programs call it."""

from __future__ import annotations

import numpy as np

from penstock.api import array
from penstock.api.math_functions import cast
from penstock.api.scopes import tensor
from penstock.api.sparse import SparseTensor
from penstock.core.dtypes import int32, int64
from penstock.ir.op import TABLE


def ctc_loss_sparse(
    labels, logits, sequence_length, preprocess_collapse_repeated=False,
    ctc_merge_repeated=True, ignore_longer_outputs_than_inputs=False, time_major=True,
):  # fmt: skip
    """-log P(labels) for each row; the blank is the last class. Graves et al. (2006).

    Raises TypeError unless `labels` is a SparseTensor of int32.
    """
    if not isinstance(labels, SparseTensor):
        raise TypeError(
            "Expected argument `labels` to be a SparseTensor. "
            f"Received labels={labels} of type: {type(labels).__name__}"
        )
    logits = tensor(logits, name="logits")
    if not time_major:
        logits = array.transpose(logits, [1, 0, 2])
    return TABLE["CTCLoss"](
        logits, labels.indices, labels.values, tensor(sequence_length, int32),
        preprocess_collapse_repeated=preprocess_collapse_repeated,
        ctc_merge_repeated=ctc_merge_repeated,
        ignore_longer_outputs_than_inputs=ignore_longer_outputs_than_inputs,
    )[0]  # fmt: skip


def ctc_loss_dense(
    labels, logits, label_length, logit_length, logits_time_major=True, unique=None,
    blank_index=None, name=None,
):  # fmt: skip
    """The same for `labels` [batch, most labels], or sparse, and any blank class.

    The blank is class 0 for dense labels unless `blank_index` says otherwise, and the
    last one for sparse labels. Raises ValueError where the classes are not known.
    """
    del unique, name
    logits = tensor(logits, name="logits")
    if not logits_time_major:
        logits = array.transpose(logits, [1, 0, 2])
    classes = None if logits.shape.rank is None else logits.shape.as_list()[2]
    if classes is None:
        raise ValueError("The last size of the logits, the classes, must be known.")
    if isinstance(labels, SparseTensor):
        if blank_index is None:
            raise ValueError(
                "Argument `blank_index` must be provided when labels is a SparseTensor."
            )
        indices, values = labels.indices, cast(labels.values, int32)
    else:
        dense = tensor(labels)
        longest = array.shape(dense)[1]
        real = array.sequence_mask(tensor(label_length, int32), longest)
        indices = cast(array.where(real), int64)
        values = cast(TABLE["GatherNd"](dense, indices), int32)
    blank = (0 if blank_index is None else int(blank_index)) % classes
    # The op wants the blank last: that class moves there, those behind it forward.
    order = [c for c in range(classes) if c != blank] + [blank]
    turned = array.gather(logits, np.array(order, np.int32), axis=2)
    place = np.argsort(order).astype(np.int32)
    values = array.gather(tensor(place), values)
    lengths = tensor(logit_length, int32)
    return TABLE["CTCLoss"](turned, indices, values, lengths)[0]


def ctc_greedy_decoder(inputs, sequence_length, merge_repeated=True, blank_index=None):
    """([SparseTensor of labels], [batch, 1] -sum of the largest logits)."""
    *parts, score = TABLE["CTCGreedyDecoder"](
        inputs, tensor(sequence_length, int32), merge_repeated=merge_repeated,
        blank_index=-1 if blank_index is None else int(blank_index),
    )  # fmt: skip
    return [SparseTensor(*parts)], score


def beam_search(inputs, sequence_length, beam_width, top_paths, merge_repeated):
    """([SparseTensor of labels] * top_paths, log probabilities [batch, top_paths])."""
    *kinds, score = TABLE["CTCBeamSearchDecoder"](
        inputs, tensor(sequence_length, int32), beam_width=int(beam_width),
        top_paths=int(top_paths), merge_repeated=merge_repeated,
    )  # fmt: skip
    return [SparseTensor(*p) for p in zip(*kinds, strict=True)], score


__all__ = ["ctc_greedy_decoder"]
