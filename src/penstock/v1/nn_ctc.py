"""Connectionist temporal classification in the spellings of 1.x."""

from __future__ import annotations

from penstock.api import nn_ctc

ctc_loss_v2 = nn_ctc.ctc_loss_dense


def ctc_loss(
    labels, inputs=None, sequence_length=None, preprocess_collapse_repeated=False,
    ctc_merge_repeated=True, ignore_longer_outputs_than_inputs=False, time_major=True,
    logits=None,
):  # fmt: skip
    """-log P(labels) for each row of `inputs` [time, batch, classes]."""
    if isinstance(inputs, nn_ctc.SparseTensor):  # 0.x: inputs came first
        labels, inputs = inputs, labels
    return nn_ctc.ctc_loss_sparse(
        labels, inputs if logits is None else logits, sequence_length,
        preprocess_collapse_repeated, ctc_merge_repeated,
        ignore_longer_outputs_than_inputs, time_major,
    )  # fmt: skip


def ctc_beam_search_decoder(
    inputs, sequence_length, beam_width=100, top_paths=1, merge_repeated=True
):
    """The likeliest label sequences; equal neighbours become one by default."""
    return nn_ctc.beam_search(
        inputs, sequence_length, beam_width, top_paths, merge_repeated
    )


def ctc_beam_search_decoder_v2(inputs, sequence_length, beam_width=100, top_paths=1):
    """The same, never joining equal neighbours."""
    return nn_ctc.beam_search(inputs, sequence_length, beam_width, top_paths, False)


__all__ = [
    "ctc_beam_search_decoder", "ctc_beam_search_decoder_v2", "ctc_loss",
    "ctc_loss_v2",
]  # fmt: skip
