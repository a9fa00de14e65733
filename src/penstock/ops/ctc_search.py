"""Labels from the outputs of a network: the best path, and a beam of prefixes."""

from __future__ import annotations

import numpy as np

_NEVER = -np.inf


def best_path(logits: np.ndarray, blank: int, merged: bool):
    """(labels, -sum of the largest logits) of one row [time, classes]."""
    path = logits.argmax(1) if len(logits) else np.zeros(0, np.int64)
    score = -logits.max(1).sum() if len(logits) else 0.0
    keep = path != blank
    if merged and len(path):
        keep[1:] &= path[1:] != path[:-1]
    return path[keep].tolist(), score


def beam_search(logits: np.ndarray, width: int, paths: int, merged: bool):
    """[(labels, log probability)] of the `paths` best prefixes of one row.

    A prefix is kept with how likely it ends in a blank and in its last label. Hannun
    et al. (2014). With `merged`, equal neighbours of the result become one.
    """
    values = logits.astype(np.float64)
    logp = values - values.max(1, keepdims=True) if len(values) else values
    logp = logp - np.log(np.exp(logp).sum(1, keepdims=True))
    blank = logits.shape[1] - 1
    beam: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, _NEVER)}
    for step in logp:
        beam = _best(_extended(beam, step, blank), width)
    ranked = sorted(beam.items(), key=lambda item: -np.logaddexp(*item[1]))[:paths]
    out = [(_unrepeated(p) if merged else list(p), np.logaddexp(*s)) for p, s in ranked]
    return out + [([], _NEVER)] * (paths - len(out))


def _extended(beam, step, blank: int):
    """All prefixes one step later."""
    after: dict[tuple[int, ...], list[float]] = {}

    def add(prefix, place: int, score: float) -> None:
        both = after.setdefault(prefix, [_NEVER, _NEVER])
        both[place] = np.logaddexp(both[place], score)

    for prefix, (in_blank, in_label) in beam.items():
        total = np.logaddexp(in_blank, in_label)
        add(prefix, 0, total + step[blank])
        for label in range(blank):
            again = bool(prefix) and prefix[-1] == label
            if again:
                add(prefix, 1, in_label + step[label])
            add((*prefix, label), 1, (in_blank if again else total) + step[label])
    return after


def _best(after, width: int):
    ranked = sorted(after.items(), key=lambda item: -np.logaddexp(*item[1]))
    return {prefix: (a, b) for prefix, (a, b) in ranked[:width]}


def _unrepeated(labels) -> list[int]:
    return [a for i, a in enumerate(labels) if i == 0 or labels[i - 1] != a]


def sparse(rows: list[list[int]]):
    """(indices [n, 2], values [n], dense shape [2]) of lists of labels."""
    pairs = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
    longest = max((len(row) for row in rows), default=0)
    return (
        np.array(pairs, np.int64).reshape(-1, 2),
        np.array([label for row in rows for label in row], np.int64),
        np.array([len(rows), longest], np.int64),
    )
