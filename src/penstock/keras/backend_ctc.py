"""Connectionist temporal classification in Keras' spellings: `K.ctc_*`, `losses.CTC`.

Graves et al. (2006).
"""

from __future__ import annotations

from penstock.api import array, math, nn_ctc
from penstock.api.scopes import tensor
from penstock.api.sparse import SparseTensor
from penstock.keras.backend_config import epsilon


def _lengths(x):
    """[batch, 1] or [batch] whole numbers as int32 [batch]."""
    return array.reshape(math.cast(tensor(x), "int32"), [-1])


def ctc_label_dense_to_sparse(labels, label_lengths):
    """The first `label_lengths` of each row of `labels` [batch, most] as sparse."""
    labels = tensor(labels)
    real = array.sequence_mask(_lengths(label_lengths), array.shape(labels)[1])
    at = math.cast(array.where(real), "int64")
    values = array.gather_nd(labels, at)
    return SparseTensor(at, values, math.cast(array.shape(labels), "int64"))


def _log(y_pred):
    """Probabilities [batch, time, classes] as logits [time, batch, classes]."""
    y_pred = tensor(y_pred)
    return math.log(
        array.transpose(y_pred, [1, 0, 2]) + tensor(epsilon(), y_pred.dtype)
    )


def ctc_batch_cost(y_true, y_pred, input_length, label_length):
    """-log P(labels) [batch, 1] of softmax outputs whose last class is the blank."""
    labels = math.cast(tensor(y_true), "int32")
    labels = ctc_label_dense_to_sparse(labels, label_length)
    loss = nn_ctc.ctc_loss_sparse(labels, _log(y_pred), _lengths(input_length))
    return array.expand_dims(loss, 1)


def ctc_decode(y_pred, input_length, greedy=True, beam_width=100, top_paths=1):
    """([labels [batch, time], -1 behind them] for each path, scores)."""
    logits, lengths = _log(y_pred), _lengths(input_length)
    if greedy:
        found, score = nn_ctc.ctc_greedy_decoder(logits, lengths)
    else:
        found, score = nn_ctc.beam_search(logits, lengths, beam_width, top_paths, False)
    steps, rows = array.shape(logits)[0], array.shape(logits)[1]
    empty = array.fill(array.stack([rows, steps]), tensor(-1, "int64"))
    return [
        array.tensor_scatter_nd_update(empty, path.indices, path.values)
        for path in found
    ], score


def ctc(y_true, y_pred):
    """-log P(labels) for logits [batch, time, classes]; blank and filling are 0.

    Raises ValueError for labels that are not [batch, most].
    """
    labels, logits = math.cast(tensor(y_true), "int32"), tensor(y_pred)
    if len(labels.dims) != 2 or len(logits.dims) != 3:
        raise ValueError(
            "Targets `y_true` are expected to be a tensor of shape `(batch_size, "
            "max_length)` in integer format, outputs `y_pred` of shape `(batch_size, "
            f"max_length, num_classes)`. Received: y_true.shape={labels.shape}, "
            f"y_pred.shape={logits.shape}"
        )
    filled = math.not_equal(labels, 0)
    lengths = math.reduce_sum(math.cast(filled, "int32"), axis=1)
    steps = array.fill(array.shape(logits)[:1], array.shape(logits)[1])
    return nn_ctc.ctc_loss_dense(
        labels, logits, lengths, steps, logits_time_major=False, blank_index=0
    )
