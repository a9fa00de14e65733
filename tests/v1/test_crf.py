"""Chains of tags against every sequence there is."""

import itertools

import numpy as np
import pytest

import penstock.compat.v1 as tf
from penstock.v1 import contrib_crf as crf

BATCH, STEPS, TAGS = 3, 4, 3
RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(BATCH, STEPS, TAGS)).astype(np.float32)
PARAMS = RNG.normal(size=(TAGS, TAGS)).astype(np.float32)
LENGTHS = np.array([4, 1, 3])


def score(row: int, tags) -> float:
    unary = sum(INPUTS[row, t, tag] for t, tag in enumerate(tags))
    return unary + sum(PARAMS[a, b] for a, b in itertools.pairwise(tags))


def every(row: int) -> dict[tuple, float]:
    """The score of every sequence of tags of the row's length."""
    found = itertools.product(range(TAGS), repeat=int(LENGTHS[row]))
    return {tags: score(row, tags) for tags in found}


def run(build, unknown=False):
    with tf.Graph().as_default(), tf.Session() as session:
        size = [None, None, TAGS] if unknown else INPUTS.shape
        x = tf.placeholder(tf.float32, size)
        return session.run(build(x), {x: INPUTS})


@pytest.mark.parametrize("unknown", [False, True])
def test_norm_sums_over_every_sequence(unknown):
    got = run(lambda x: crf.crf_log_norm(x, LENGTHS, PARAMS), unknown)
    wanted = [np.log(sum(map(np.exp, every(i).values()))) for i in range(BATCH)]
    np.testing.assert_allclose(got, wanted, rtol=1e-5)


@pytest.mark.parametrize("unknown", [False, True])
def test_decode_finds_the_best_of_every_sequence(unknown):
    tags, best = run(lambda x: crf.crf_decode(x, PARAMS, LENGTHS), unknown)
    for row, n in enumerate(LENGTHS):
        wanted = max(every(row), key=lambda tags, row=row: every(row)[tags])
        assert tuple(tags[row, :n]) == wanted
        assert not tags[row, n:].any()
        np.testing.assert_allclose(best[row], every(row)[wanted], rtol=1e-5)
        plain, top = crf.viterbi_decode(INPUTS[row, :n], PARAMS)
        assert tuple(plain) == wanted
        np.testing.assert_allclose(top, best[row], rtol=1e-5)


def test_likelihoods_of_every_sequence_sum_to_one_and_learn():
    tags = np.array(list(itertools.product(range(TAGS), repeat=STEPS)))
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.constant(np.repeat(INPUTS[:1], len(tags), 0))
        found, params = crf.crf_log_likelihood(x, tags, [STEPS] * len(tags))
        loss = -tf.reduce_mean(found[:1])
        train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
        session.run(tf.global_variables_initializer())
        total = session.run(tf.reduce_sum(tf.exp(found)))
        np.testing.assert_allclose(total, 1, rtol=1e-5)
        assert params.name == "transitions:0"
        first = session.run(loss)
        for _ in range(5):
            session.run(train)
        assert session.run(loss) < first


def test_scores_of_allowed_tags():
    allowed = RNG.random(INPUTS.shape) > 0.4
    allowed[..., 0] = True
    got = run(lambda x: crf.crf_multitag_sequence_score(x, allowed, LENGTHS, PARAMS))
    for row in range(BATCH):
        fits = [
            value
            for tags, value in every(row).items()
            if all(allowed[row, t, tag] for t, tag in enumerate(tags))
        ]
        np.testing.assert_allclose(got[row], np.log(np.exp(fits).sum()), rtol=1e-5)
