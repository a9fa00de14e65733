"""Candidate samplers: classes drawn at random, and how often each was to be expected.

The draws are TensorFlow's: words of the op's Philox stream, of which each run takes
2048 for every class it draws, used or not.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from penstock.core import philox_np
from penstock.core.errors import InvalidArgumentError
from penstock.core.seeds import philox_state
from penstock.ir.op import STOPS, op
from penstock.ops import rules

#: Words of the stream that a run sets aside for each class drawn.
_RESERVED = 2048


def _start(node) -> np.ndarray:
    return np.concatenate(philox_state(node.attrs["seed"], node.attrs["seed2"]))


def _shape(true_classes, *, num_true, num_sampled, **_):
    batch = rules.ranked(true_classes, 2, "true_classes")[0]
    return [(num_sampled,), (batch, num_true), (num_sampled,)]


def _doubles(words: np.ndarray) -> np.ndarray:
    """Pairs of words as float64 in [0, 1): 52 bits of mantissa."""
    high = words[0::2].astype(np.uint64) & np.uint64(0xFFFFF)
    bits = (np.uint64(1023) << np.uint64(52)) | (high << np.uint64(32))
    return (bits | words[1::2].astype(np.uint64)).view(np.float64) - 1.0


def _log_uniform(words, range_max: int) -> np.ndarray:
    drawn = np.exp(_doubles(words) * np.log(range_max + 1.0)).astype(np.int64) - 1
    return drawn % range_max


def _log_uniform_share(classes, range_max: int) -> np.ndarray:
    return np.log((classes + 2.0) / (classes + 1.0)) / np.log(range_max + 1.0)


def _uniform(words, range_max: int) -> np.ndarray:
    wide = words[0::2].astype(np.uint64) | (
        words[1::2].astype(np.uint64) << np.uint64(32)
    )
    return (wide % np.uint64(range_max)).astype(np.int64)


def _uniform_share(classes, range_max: int) -> np.ndarray:
    return np.full(np.shape(classes), 1.0 / range_max)


def _draw(kept, count: int, unique: bool, from_words: Callable):
    """(classes int64 [count], draws it took, the place afterwards)."""
    key, counter = np.asarray(kept[:2]), np.asarray(kept[2:])
    after = np.concatenate(
        [key, philox_np.advance(counter, count * _RESERVED // 4)]
    ).astype(np.uint32)
    tries = count
    while True:
        drawn = from_words(philox_np.random_bits(key, counter, 2 * tries))
        if not unique:
            return drawn, count, after
        _, first = np.unique(drawn, return_index=True)
        if len(first) >= count:
            places = np.sort(first)[:count]
            return drawn[places], int(places[-1]) + 1, after
        tries *= 2


def _expected(share: np.ndarray, count: int, tries: int) -> np.ndarray:
    if tries == count:
        return (share * count).astype(np.float32)
    return (-np.expm1(tries * np.log1p(-share))).astype(np.float32)


def _declare(type: str, sample: Callable, share: Callable):
    @op(
        type,
        "true_classes: int64 -> sampled_candidates: int64, true_expected_count: "
        "float32, sampled_expected_count: float32",
        shape=_shape,
        attrs={"seed": 0, "seed2": 0},
        gradient=STOPS,
        keeps=_start,
        stateful=True,
        host=True,
    )
    def sampler(true_classes, *, num_true, num_sampled, unique, range_max, kept):
        if unique and num_sampled > range_max:
            raise InvalidArgumentError(
                None, None,
                "Sampler's range is too small: cannot draw "
                f"{num_sampled} different classes out of {range_max}.",
            )  # fmt: skip
        classes, tries, after = _draw(
            kept, num_sampled, unique, lambda words: sample(words, range_max)
        )
        counts = [
            _expected(share(np.asarray(c), range_max), num_sampled, tries)
            for c in (true_classes, classes)
        ]
        return (classes, *counts), after

    return sampler


log_uniform_candidate_sampler = _declare(
    "LogUniformCandidateSampler", _log_uniform, _log_uniform_share
)
uniform_candidate_sampler = _declare(
    "UniformCandidateSampler", _uniform, _uniform_share
)


@op(
    "FixedUnigramCandidateSampler",
    "true_classes: int64 -> sampled_candidates: int64, true_expected_count: "
    "float32, sampled_expected_count: float32",
    shape=_shape,
    attrs={"seed": 0, "seed2": 0},
    gradient=STOPS,
    keeps=_start,
    stateful=True,
    host=True,
)
def fixed_unigram_candidate_sampler(
    true_classes, *, num_true, num_sampled, unique, range_max, kept, vocab_file="",
    distortion=1.0, num_reserved_ids=0, num_shards=1, shard=0, unigrams=(),
):  # fmt: skip
    """Classes by the given frequencies, which `distortion` raises to a power.

    The draws are a stream of their own: TensorFlow's come from a table of aliases.
    """
    weights = _unigrams(vocab_file, distortion, num_reserved_ids, unigrams)
    weights = weights[shard::num_shards]
    edges = np.cumsum(weights) / weights.sum()
    share = weights / weights.sum()
    classes, tries, after = _draw(
        kept, num_sampled, unique,
        lambda words: np.searchsorted(edges, _doubles(words), "right").astype(np.int64),
    )  # fmt: skip
    counts = [
        _expected(share[np.asarray(c)], num_sampled, tries)
        for c in (true_classes, classes)
    ]
    return (classes, *counts), after


def _unigrams(vocab_file, distortion, reserved, unigrams) -> np.ndarray:
    """How often each class occurs: the numbers, or the last column of a file."""
    values = list(unigrams)
    if vocab_file:
        path = vocab_file.decode() if isinstance(vocab_file, bytes) else vocab_file
        with open(path, encoding="utf-8") as file:
            values = [float(line.rsplit(",", 1)[-1]) for line in file if line.strip()]
    raised = np.power(np.asarray(values, np.float64), distortion)
    return np.concatenate([np.zeros(reserved), raised])
