"""`tf.nn`'s losses over many classes, by a sample of them."""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from penstock.api import array, nn, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api import math_reduce as reduce
from penstock.api.linalg import matmul
from penstock.api.math_functions import cast
from penstock.api.nn_embedding import lookup
from penstock.api.passing import stop_gradient
from penstock.api.random import get_seed
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import int64
from penstock.core.errors import UnsupportedError
from penstock.ir.op import TABLE
from penstock.ops import nn_sampler

Sampled = namedtuple(
    "Sampled",
    ["sampled_candidates", "true_expected_count", "sampled_expected_count"],
)


def _sampled(
    op, true_classes, num_true, num_sampled, unique, range_max, seed, name, **more
):  # fmt: skip
    true_classes = tensor(true_classes, int64, name="true_classes")
    seed1, seed2 = (part or 0 for part in get_seed(seed))
    drawn = op(
        true_classes, num_true=num_true, num_sampled=num_sampled, unique=unique,
        range_max=range_max, seed=seed1, seed2=seed2, name=name, **more,
    )  # fmt: skip
    return Sampled(*drawn)


def log_uniform_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None
):
    """Classes by log((k+2)/(k+1)) / log(range_max+1): for ids sorted by frequency.

    (sampled [num_sampled], expected counts of `true_classes` [batch, num_true],
    expected counts of the sampled).
    """
    return _sampled(
        nn_sampler.log_uniform_candidate_sampler, true_classes, num_true, num_sampled,
        unique, range_max, seed, name,
    )  # fmt: skip


def uniform_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None
):
    """The same, all classes alike."""
    return _sampled(
        nn_sampler.uniform_candidate_sampler, true_classes, num_true, num_sampled,
        unique, range_max, seed, name,
    )  # fmt: skip


def fixed_unigram_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, vocab_file="",
    distortion=1.0, num_reserved_ids=0, num_shards=1, shard=0, unigrams=(), seed=None,
    name=None,
):  # fmt: skip
    """The same, by given frequencies."""
    return _sampled(
        nn_sampler.fixed_unigram_candidate_sampler, true_classes, num_true, num_sampled,
        unique, range_max, seed, name, vocab_file=vocab_file, distortion=distortion,
        num_reserved_ids=num_reserved_ids, num_shards=num_shards, shard=shard,
        unigrams=tuple(map(float, unigrams)),
    )  # fmt: skip


def learned_unigram_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None
):
    """Refused: it keeps the frequencies it has seen, which nothing could restore."""
    raise UnsupportedError(
        "tf.nn.learned_unigram_candidate_sampler is not in Penstock. Use "
        "log_uniform_candidate_sampler, or fixed_unigram_candidate_sampler."
    )


def all_candidate_sampler(
    true_classes, num_true, num_sampled, unique, seed=None, name=None
):
    """Every class once: what samplers are compared with."""
    with scope(name, "AllCandidateSampler"):
        true_classes = tensor(true_classes, int64)
        ones = cast(array.ones_like(true_classes), "float32")
        return Sampled(tensor(np.arange(num_sampled)), ones, array.ones([num_sampled]))


def _row_sums(x):
    """Σ along the last axis as TensorFlow computes it: a product with ones."""
    columns = array.shape(x)[1]
    ones = array.ones(array.stack([columns, 1]), x.dtype)
    return array.reshape(matmul(x, ones), [-1])


def sampled_logits(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true=1,
    sampled_values=None, subtract_log_q=True, remove_accidental_hits=False,
    partition_strategy="mod", name=None, seed=None,
):  # fmt: skip
    """(logits, labels) [batch, num_true + num_sampled]: true classes, then drawn."""
    with scope(name, "compute_sampled_logits"):
        labels = cast(labels, int64)
        flat = array.reshape(labels, [-1])
        if sampled_values is None:
            sampled_values = log_uniform_candidate_sampler(
                labels, num_true, num_sampled, True, num_classes, seed
            )
        drawn, true_expected, drawn_expected = map(stop_gradient, sampled_values)
        drawn = cast(drawn, int64)
        everyone = array.concat([flat, drawn], 0)
        rows = lookup(weights, everyone, partition_strategy, None, None)
        shifts = lookup(biases, everyone, partition_strategy, None, None)
        count = array.shape(flat)[0]
        true_w = array.slice(rows, [0, 0], array.stack([count, -1]))
        drawn_w = array.slice(rows, array.stack([count, 0]), [-1, -1])
        true_b = array.slice(shifts, [0], array.expand_dims(count, 0))
        drawn_b = array.slice(shifts, array.expand_dims(count, 0), [-1])
        drawn_logits = matmul(inputs, drawn_w, transpose_b=True)
        size = array.shape(true_w)[1:2]
        by_true = array.concat([[-1, num_true], size], 0)
        dots = TABLE["Mul"](
            array.expand_dims(inputs, 1), array.reshape(true_w, by_true)
        )
        dots = array.reshape(dots, array.concat([[-1], size], 0))
        true_logits = array.reshape(_row_sums(dots), [-1, num_true])
        true_logits = true_logits + array.reshape(true_b, [-1, num_true])
        drawn_logits = drawn_logits + drawn_b
        if remove_accidental_hits:
            drawn_logits = drawn_logits + _accidental(labels, drawn, drawn_logits.dtype)
        if subtract_log_q:
            true_logits = true_logits - TABLE["Log"](true_expected)
            drawn_logits = drawn_logits - TABLE["Log"](drawn_expected)
        logits = array.concat([true_logits, drawn_logits], 1)
        wanted = array.concat(
            [
                array.ones_like(true_logits) / num_true,
                array.zeros_like(drawn_logits),
            ],
            1,
        )
        return logits, wanted


def _accidental(labels, drawn, dtype):
    """The lowest number where a drawn class is a true one of its row, else 0."""
    same = TABLE["Equal"](array.expand_dims(labels, 2), drawn)
    hits = cast(reduce.reduce_any(same, 1), dtype)
    return hits * np.finfo(dtype.base_dtype.np).min


def nce_loss(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true=1,
    sampled_values=None, remove_accidental_hits=False, name="nce_loss",
):  # fmt: skip
    """Noise-contrastive estimation [batch]; Gutmann and Hyvärinen (2010).

    weights [classes, dim], biases [classes], labels [batch, num_true], inputs
    [batch, dim]. Noise is drawn log-uniformly unless `sampled_values` is given.
    """
    return noise_contrastive(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true,
        sampled_values, remove_accidental_hits, "div", name,
    )  # fmt: skip


def noise_contrastive(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true,
    sampled_values, remove_accidental_hits, partition_strategy, name,
):  # fmt: skip
    """The same; `partition_strategy` says how weights are dealt to shards."""
    logits, wanted = sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true,
        sampled_values, True, remove_accidental_hits, partition_strategy, name,
    )  # fmt: skip
    losses = nn.sigmoid_cross_entropy_with_logits(
        labels=wanted, logits=logits, name="sampled_losses"
    )
    return _row_sums(losses)


def sampled_softmax_loss(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true=1,
    sampled_values=None, remove_accidental_hits=True, seed=None,
    name="sampled_softmax_loss",
):  # fmt: skip
    """Softmax cross entropy [batch] over a sample of classes; Jean et al. (2014)."""
    return softmax_by_sample(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true,
        sampled_values, remove_accidental_hits, "div", name, seed,
    )  # fmt: skip


def softmax_by_sample(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true,
    sampled_values, remove_accidental_hits, partition_strategy, name, seed,
):  # fmt: skip
    """The same; `partition_strategy` says how weights are dealt to shards."""
    logits, wanted = sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true,
        sampled_values, True, remove_accidental_hits, partition_strategy, name, seed,
    )  # fmt: skip
    wanted = stop_gradient(wanted, name="labels_stop_gradient")
    return nn.softmax_cross_entropy_with_logits(labels=wanted, logits=logits)


__all__ = [
    "all_candidate_sampler", "fixed_unigram_candidate_sampler",
    "learned_unigram_candidate_sampler", "log_uniform_candidate_sampler", "nce_loss",
    "sampled_softmax_loss", "uniform_candidate_sampler",
]  # fmt: skip
