"""How many insertions, deletions and replacements apart sequences are, on the host."""

from __future__ import annotations

import numpy as np

from penstock.ir.constant import constant_value
from penstock.ir.op import STOPS, op


def _shape(*inputs, **_):
    known = constant_value(inputs[2])
    if known is not None:
        return tuple(int(n) for n in known[:-1])
    rank = inputs[2].dims and inputs[2].dims[0]
    return None if not rank else (None,) * (rank - 1)


@op(
    "EditDistance",
    "hypothesis_indices: int64, hypothesis_values: T, hypothesis_shape: int64,"
    " truth_indices: int64, truth_values: T, truth_shape: int64 -> output: float32",
    shape=_shape,
    gradient=STOPS,
    host=True,
)
def edit_distance(
    hypothesis_indices, hypothesis_values, hypothesis_shape, truth_indices,
    truth_values, truth_shape, *, normalize=True,
):  # fmt: skip
    """The distance of every pair of sequences; relative to the truth's length.

    An empty truth is 0 from an empty hypothesis, else infinitely far when relative.
    """
    sizes = np.maximum(hypothesis_shape, truth_shape)[:-1]
    out = np.zeros(tuple(map(int, sizes)), np.float32)
    guesses = _sequences(hypothesis_indices, hypothesis_values)
    truths = _sequences(truth_indices, truth_values)
    for place in guesses.keys() | truths.keys():
        guess, truth = guesses.get(place, []), truths.get(place, [])
        steps = float(_distance(guess, truth))
        if normalize and truth:
            steps /= len(truth)
        elif normalize and guess:
            steps = np.inf
        out[place] = steps
    return out


def _sequences(indices, values) -> dict[tuple[int, ...], list]:
    found: dict[tuple[int, ...], list] = {}
    for at, value in zip(np.asarray(indices), values, strict=True):
        found.setdefault(tuple(map(int, at[:-1])), []).append(value)
    return found


def _distance(a: list, b: list) -> int:
    """Levenshtein (1966), row by row."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            change = diagonal + (x != y)
            diagonal = row[j]
            row[j] = min(change, row[j] + 1, row[j - 1] + 1)
    return row[-1]
