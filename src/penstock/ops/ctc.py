"""Connectionist temporal classification: loss and decoders, on the host.

Graves et al. (2006). Inputs are [time, batch, classes]; a blank is the last class.
All rows of a batch are computed together; only steps follow each other.
"""

from __future__ import annotations

import numpy as np

from penstock.core.errors import InvalidArgumentError
from penstock.core.shapes import merge_size
from penstock.ir.op import STOPS, TABLE, op
from penstock.ops import rules
from penstock.ops.ctc_search import beam_search, best_path, sparse

_NEVER = -np.inf


def _sizes(inputs, lengths):
    time, batch, classes = rules.ranked(inputs, 3, "The inputs of CTC")
    (rows,) = rules.ranked(lengths, 1, "sequence_length")
    return time, merge_size(batch, rows), classes


def _loss_shape(inputs, indices, values, lengths, **_):
    time, batch, classes = _sizes(inputs, lengths)
    return [(batch,), (time, batch, classes)]


@op(
    "CTCLoss",
    "inputs: T, labels_indices: int64, labels_values: int32, sequence_length: int32"
    " -> loss: T, gradient: T",
    shape=_loss_shape,
    host=True,
)
def ctc_loss(
    inputs, labels_indices, labels_values, sequence_length, *,
    preprocess_collapse_repeated=False, ctc_merge_repeated=True,
    ignore_longer_outputs_than_inputs=False,
):  # fmt: skip
    """-log P(labels | inputs) [batch], and its gradient into the inputs."""
    check_lengths(inputs, sequence_length)
    time, batch, classes = inputs.shape
    rows = _rows(labels_indices, labels_values, batch, classes)
    if preprocess_collapse_repeated:
        rows = [r[np.r_[True, r[1:] != r[:-1]]] if r.size else r for r in rows]
    lengths = np.array(sequence_length)
    needed = np.array([_needed(r, ctc_merge_repeated) for r in rows])
    fits = needed <= lengths
    if not fits.all() and not ignore_longer_outputs_than_inputs:
        at = int(np.argmin(fits))
        raise InvalidArgumentError(
            "Not enough time for target transition sequence (required: "
            f"{needed[at]}, available: {lengths[at]}) in row {at}. You "
            "can turn this error into a warning by using the flag "
            "ignore_longer_outputs_than_inputs"
        )
    logits = inputs.astype(np.float64)
    logp = logits - logits.max(2, keepdims=True)
    logp = logp - np.log(np.exp(logp).sum(2, keepdims=True))
    states, skips = _states(rows, classes - 1, ctc_merge_repeated)
    lattice = _Lattice(logp, states, skips, lengths, ctc_merge_repeated)
    loss, occupied = lattice.posteriors()
    alive = (np.arange(time)[:, None] < lengths) & fits
    gradient = np.where(alive[..., None], np.exp(logp) - occupied, 0.0)
    kind = inputs.dtype
    return np.where(fits, loss, 0.0).astype(kind), gradient.astype(kind)


@ctc_loss.gradient
def _(node, dloss, dgradient):
    wide = TABLE["ExpandDims"](TABLE["ExpandDims"](dloss, 0), 2)
    return [TABLE["Mul"](node.outputs[1], wide), None, None, None]


def check_lengths(inputs, lengths) -> None:
    """Raises InvalidArgumentError unless there is a fitting length for each row."""
    time, batch, _ = inputs.shape
    if len(lengths) != batch:
        raise InvalidArgumentError(
            f"len(sequence_length) != batch_size. len(sequence_length): {len(lengths)} "
            f"batch_size: {batch}"
        )
    if (np.asarray(lengths) > time).any():
        at = int(np.argmax(np.asarray(lengths) > time))
        raise InvalidArgumentError(f"sequence_length({at}) <= {time}")


def _rows(indices, values, batch: int, classes: int) -> list[np.ndarray]:
    """The labels of each row. Raises InvalidArgumentError for a class there is not."""
    bad = (values < 0) | (values >= classes - 1)
    if bad.any():
        raise InvalidArgumentError(
            f"Labels must be in [0, {classes - 1}), as the last class is the blank; "
            f"received {values[bad][0]}."
        )
    return [values[indices[:, 0] == row] for row in range(batch)]


def _needed(labels: np.ndarray, merged: bool) -> int:
    """The fewest steps that give `labels`: equal neighbours need a blank between."""
    repeats = int((labels[1:] == labels[:-1]).sum()) if merged else 0
    return len(labels) + repeats


def _states(rows, blank: int, merged: bool):
    """[batch, states] classes, blanks around the labels; which may be skipped into."""
    longest = max((len(r) for r in rows), default=0)
    states = np.full((len(rows), 2 * longest + 1), blank)
    for row, labels in zip(states, rows, strict=True):
        row[1 : 2 * len(labels) : 2] = labels
    skips = np.zeros(states.shape, bool)
    skips[:, 3::2] = (states[:, 3::2] != states[:, 1:-2:2]) | (not merged)
    ends = np.array([2 * len(r) for r in rows])
    return (states, ends), skips


class _Lattice:
    """Sums over all paths through the states of every row, as logarithms."""

    def __init__(self, logp, states, skips, lengths, merged: bool):
        self.logp = logp
        (self.states, self.ends), self.skips = states, skips
        self.lengths, self.stays = lengths, merged
        self.batch = np.arange(len(lengths))

    def posteriors(self):
        """(loss [batch], how likely each class is at each step)."""
        time, batch, classes = self.logp.shape
        emitted = self.logp[:, self.batch[:, None], self.states]
        alpha = self._forward(emitted)
        beta = self._backward(emitted)
        with np.errstate(invalid="ignore", divide="ignore"):
            last = np.clip(self.lengths - 1, 0, None)
            total = self._at_end(alpha[last, self.batch])
            total = np.where(
                self.lengths > 0, total, np.where(self.ends > 0, _NEVER, 0)
            )
            weight = np.exp(alpha + beta - emitted - total[:, None])
        weight = np.nan_to_num(weight)
        occupied = np.zeros((time, batch, classes))
        for state in range(self.states.shape[1]):
            occupied[:, self.batch, self.states[:, state]] += weight[:, :, state]
        return -total, occupied

    def _at_end(self, alpha):
        """Paths that end in the last label or the blank after it."""
        blank = alpha[self.batch, self.ends]
        label = alpha[self.batch, np.maximum(self.ends - 1, 0)]
        return np.where(self.ends > 0, np.logaddexp(blank, label), blank)

    def _forward(self, emitted):
        out = np.full(emitted.shape, _NEVER)
        out[0, :, :2] = emitted[0, :, :2]
        for t in range(1, len(emitted)):
            out[t] = self._moved(out[t - 1], 1) + emitted[t]
        return out

    def _backward(self, emitted):
        out = np.full(emitted.shape, _NEVER)
        count = self.states.shape[1]
        start = np.full((len(self.batch), count), _NEVER)
        start[self.batch, self.ends] = 0.0
        start[self.batch, np.maximum(self.ends - 1, 0)] = 0.0
        after = np.full(start.shape, _NEVER)
        for t in reversed(range(len(emitted))):
            ending = (self.lengths - 1 == t)[:, None]
            reached = self._moved(after, -1)
            out[t] = np.where(ending, start, reached) + emitted[t]
            after = out[t]
        return out

    def _moved(self, at, way: int):
        """Where a step leads, one round of the recurrence: stay, next, over a blank."""
        labels = np.arange(at.shape[1]) % 2 == 1
        stay = at if self.stays else np.where(labels, _NEVER, at)
        one, two = np.full(at.shape, _NEVER), np.full(at.shape, _NEVER)
        if way > 0:
            one[:, 1:] = at[:, :-1]
            two[:, 2:] = np.where(self.skips[:, 2:], at[:, :-2], _NEVER)
        else:
            one[:, :-1] = at[:, 1:]
            two[:, :-2] = np.where(self.skips[:, 2:], at[:, 2:], _NEVER)
        return np.logaddexp(np.logaddexp(stay, one), two)


def _decoded_shape(inputs, lengths, *, top_paths=1, **_):
    _, batch, _ = _sizes(inputs, lengths)
    return [
        *[(None, 2)] * top_paths, *[(None,)] * top_paths, *[(2,)] * top_paths,
        (batch, top_paths),
    ]  # fmt: skip


@op(
    "CTCGreedyDecoder",
    "inputs: T, sequence_length: int32 -> decoded_indices: int64,"
    " decoded_values: int64, decoded_shape: int64, log_probability: T",
    shape=_decoded_shape,
    gradient=STOPS,
    host=True,
)
def ctc_greedy_decoder(
    inputs, sequence_length, *, merge_repeated=False, blank_index=-1
):
    """The labels of the likeliest path of each row."""
    check_lengths(inputs, sequence_length)
    blank = blank_index % inputs.shape[2]
    pairs = [
        best_path(inputs[:n, row], blank, merge_repeated)
        for row, n in enumerate(sequence_length)
    ]
    scores = np.array([[score] for _, score in pairs], inputs.dtype)
    return (*sparse([labels for labels, _ in pairs]), scores.reshape(-1, 1))


@op(
    "CTCBeamSearchDecoder",
    "inputs: T, sequence_length: int32 -> decoded_indices: top_paths*int64,"
    " decoded_values: top_paths*int64, decoded_shape: top_paths*int64,"
    " log_probability: T",
    shape=_decoded_shape,
    gradient=STOPS,
    host=True,
)
def ctc_beam_search_decoder(
    inputs, sequence_length, *, beam_width, top_paths, merge_repeated=True
):
    """The labels of the likeliest `top_paths` prefixes of each row."""
    if top_paths > beam_width:
        raise InvalidArgumentError(
            f"requested more paths than the beam width: top_paths {top_paths}, "
            f"beam_width {beam_width}"
        )
    check_lengths(inputs, sequence_length)
    found = [
        beam_search(inputs[:n, row], beam_width, top_paths, merge_repeated)
        for row, n in enumerate(sequence_length)
    ]
    columns = [sparse([row[path][0] for row in found]) for path in range(top_paths)]
    parts = [part for kind in zip(*columns, strict=True) for part in kind]
    scores = np.array([[score for _, score in row] for row in found], inputs.dtype)
    return (*parts, scores)
