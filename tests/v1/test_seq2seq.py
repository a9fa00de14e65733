"""Attention by its formulas, decoders by hand, beams against every sentence."""

import itertools

import numpy as np
import pytest

import penstock.compat.v1 as tf
from penstock.v1 import contrib_seq2seq as seq2seq

RNG = np.random.default_rng(0)
MEMORY = RNG.normal(size=(2, 4, 3)).astype(np.float32)
LENGTHS = np.array([4, 2])
QUERY = RNG.normal(size=(2, 5)).astype(np.float32)


def softmax(scores):
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    return scores / scores.sum(-1, keepdims=True)


def bahdanau(weights, normalized):
    v, g, b = (weights.get(f"attention_{n}") for n in "vgb")
    keys = MEMORY @ weights["memory_layer/kernel"]
    total = keys + (QUERY @ weights["query_layer/kernel"])[:, None]
    if normalized:
        v, total = g * v / np.linalg.norm(v), total + b
    return np.tanh(total) @ v


def luong(weights, scaled):
    keys = MEMORY @ weights["memory_layer/kernel"]
    scores = np.einsum("btu,bu->bt", keys, QUERY)
    return scores * weights["attention_g"] if scaled else scores


ROWS = {
    "bahdanau": (lambda m: seq2seq.BahdanauAttention(6, m, LENGTHS), bahdanau, False),
    "normed": (
        lambda m: seq2seq.BahdanauAttention(6, m, LENGTHS, normalize=True),
        bahdanau, True,
    ),
    "luong": (lambda m: seq2seq.LuongAttention(5, m, LENGTHS), luong, False),
    "scaled": (
        lambda m: seq2seq.LuongAttention(5, m, LENGTHS, scale=True),
        luong, True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_where_attention_looks(row):
    make, formula, option = ROWS[row]
    with tf.Graph().as_default(), tf.Session() as session:
        found, _ = make(tf.constant(MEMORY))(tf.constant(QUERY), state=None)
        session.run(tf.global_variables_initializer())
        change = [v.assign_add(tf.fill(v.shape, 0.3)) for v in tf.global_variables()]
        session.run(change)
        weights = {
            v.op.name.removeprefix("bahdanau_attention/").removeprefix(
                "luong_attention/"
            ): session.run(v)
            for v in tf.global_variables()
        }
        got = session.run(found)
    scores = formula(weights, option)
    scores[np.arange(4) >= LENGTHS[:, None]] = -np.inf
    np.testing.assert_allclose(got, softmax(scores), rtol=1e-5, atol=1e-7)


def test_wrapper_joins_looks_and_projects():
    with tf.Graph().as_default(), tf.Session() as session:
        mechanism = seq2seq.LuongAttention(3, tf.constant(MEMORY))
        cell = tf.nn.rnn_cell.GRUCell(3)
        wrapped = seq2seq.AttentionWrapper(
            cell, mechanism, attention_layer_size=4, alignment_history=True
        )
        state = wrapped.zero_state(2, tf.float32)
        assert (wrapped.output_size, wrapped.state_size.attention) == (4, 4)
        out, state = wrapped(tf.constant(QUERY), state)
        out, state = wrapped(tf.constant(QUERY) * 2, state)
        names = {v.op.name for v in tf.trainable_variables()}
        session.run(tf.global_variables_initializer())
        history, aligned, attention, time = session.run(
            [state.alignment_history.stack(), state.alignments, out, state.time]
        )
        kernel = session.run("attention_wrapper/attention_layer/kernel:0")
        hidden = session.run(state.cell_state)
    assert names == {
        "memory_layer/kernel", "attention_wrapper/attention_layer/kernel",
        *(f"attention_wrapper/gru_cell/{part}/{kind}"
          for part in ("gates", "candidate") for kind in ("kernel", "bias")),
    }  # fmt: skip
    assert history.shape == (2, 2, 4)
    assert time == 2
    np.testing.assert_array_equal(history[1], aligned)
    seen = np.einsum("bt,btd->bd", aligned, MEMORY)
    wanted = np.concatenate([hidden, seen], 1) @ kernel
    np.testing.assert_allclose(attention, wanted, rtol=1e-5, atol=1e-6)


def test_memory_of_another_batch_is_refused():
    with tf.Graph().as_default(), tf.Session() as session:
        mechanism = seq2seq.LuongAttention(3, tf.constant(MEMORY))
        wrapped = seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(3), mechanism)
        with pytest.raises(
            (ValueError, tf.errors.InvalidArgumentError), match="tile_batch"
        ):
            session.run(wrapped.zero_state(6, tf.float32).cell_state)


# --- decoders ------------------------------------------------------------------

WORDS, START, END = 4, 0, 1
#: The logits after each word.
AFTER = RNG.normal(size=(WORDS, WORDS)).astype(np.float32) * 2


class Markov(tf.nn.rnn_cell.RNNCell):
    """A cell whose logits depend on the last word alone; its state counts steps."""

    state_size, output_size = 1, WORDS

    def call(self, inputs, state):
        return tf.matmul(inputs, AFTER), state + 1


ONE_HOT = np.eye(WORDS, dtype=np.float32)


@pytest.mark.parametrize("imputes", [False, True])
def test_training_reads_the_right_inputs(imputes):
    words = np.array([[0, 2, 3], [0, 3, 1]])
    with tf.Graph().as_default(), tf.Session() as session:
        given = tf.placeholder(tf.int32, [None, None])
        helper = seq2seq.TrainingHelper(tf.gather(ONE_HOT, given), [3, 1])
        start = tf.zeros([2, 1])
        decoder = seq2seq.BasicDecoder(Markov(), helper, start)
        out, state, lengths = seq2seq.dynamic_decode(decoder, impute_finished=imputes)
        assert out.rnn_output.shape.as_list() == [2, None, WORDS]
        got, ids, steps, count = session.run(
            [out.rnn_output, out.sample_id, state, lengths], {given: words}
        )
    wanted = AFTER[words]
    np.testing.assert_array_equal(count, [3, 1])
    np.testing.assert_array_equal(steps[:, 0], [3, 1] if imputes else [3, 3])
    for row, n in enumerate([3, 1] if imputes else [3, 3]):
        np.testing.assert_allclose(got[row, :n], wanted[row, :n], rtol=1e-6)
        assert not got[row, n:].any()
    np.testing.assert_array_equal(ids[0], wanted[0].argmax(-1))


def test_greedy_follows_the_likeliest_word():
    with tf.Graph().as_default(), tf.Session() as session:
        helper = seq2seq.GreedyEmbeddingHelper(tf.constant(ONE_HOT), [START, 2, 3], END)
        decoder = seq2seq.BasicDecoder(Markov(), helper, tf.zeros([3, 1]))
        out, _, lengths = seq2seq.dynamic_decode(decoder, maximum_iterations=5)
        ids, count = session.run([out.sample_id, lengths])
    for row, word in enumerate([START, 2, 3]):
        wanted: list[int] = []
        while len(wanted) < 5 and word != END:
            word = int(AFTER[word].argmax())
            wanted.append(word)
        assert list(ids[row, : count[row]]) == wanted


def sentences(longest: int) -> dict[tuple, float]:
    """The log probability of every sentence of at most `longest` words."""
    logs = np.log(softmax(AFTER.astype(np.float64)))
    found = {}
    for n in range(1, longest + 1):
        for words in itertools.product(range(WORDS), repeat=n):
            if END in words[:-1] or (words[-1] != END and n < longest):
                continue
            pairs = itertools.pairwise((START, *words))
            found[words] = sum(logs[a, b] for a, b in pairs)
    return found


@pytest.mark.parametrize("penalty", [0.0, 1.5])
def test_a_wide_beam_finds_the_best_sentences(penalty):
    longest, width = 3, 13
    with tf.Graph().as_default(), tf.Session() as session:
        start = seq2seq.tile_batch(tf.zeros([2, 1]), width)
        decoder = seq2seq.BeamSearchDecoder(
            Markov(), tf.constant(ONE_HOT), [START, START], END, start, width,
            length_penalty_weight=penalty,
        )  # fmt: skip
        out, state, lengths = seq2seq.dynamic_decode(
            decoder, maximum_iterations=longest
        )
        assert out.predicted_ids.shape.as_list() == [2, None, width]
        ids, scores, count, logs = session.run(
            [
                out.predicted_ids, out.beam_search_decoder_output.scores, lengths,
                state.log_probs,
            ]
        )  # fmt: skip

    def scored(words, log):
        # The end counts once the sentence goes on without growing.
        length = len(words) - (words[-1] == END and len(words) == longest)
        return log / ((5 + length) / 6) ** penalty

    every = sentences(longest)
    best = sorted(every, key=lambda w: -scored(w, every[w]))
    for row in range(2):
        assert count.shape == (2, width)
        for beam in range(3):
            words = best[beam]
            found = list(ids[row, :, beam])
            assert found == [*words, *[END] * (longest - len(words))]
            np.testing.assert_allclose(logs[row, beam], every[words], rtol=1e-5)
            np.testing.assert_allclose(
                scores[row, -1, beam], scored(words, every[words]), rtol=1e-5
            )


def test_paths_are_walked_back():
    # The second beam of the last step came from the first of the one before.
    ids = np.array([[[1, 2, 3]], [[4, 5, 6]], [[7, 8, 9]]])
    parents = np.array([[[0, 0, 0]], [[0, 1, 1]], [[2, 1, 2]]])
    with tf.Graph().as_default(), tf.Session() as session:
        found = session.run(seq2seq.gather_tree(ids, parents, [3], 10))
    np.testing.assert_array_equal(
        found.transpose(1, 2, 0)[0], [[2, 6, 7], [2, 5, 8], [2, 6, 9]]
    )


def test_sampling_now_and_then():
    words = np.array([[0, 2, 3, 2]] * 6)
    with tf.Graph().as_default(), tf.Session() as session:
        read = {}
        for probability in (0.0, 1.0):
            helper = seq2seq.ScheduledEmbeddingTrainingHelper(
                tf.gather(ONE_HOT, words), [4] * 6, tf.constant(ONE_HOT), probability
            )
            decoder = seq2seq.BasicDecoder(Markov(), helper, tf.zeros([6, 1]))
            out, _, _ = seq2seq.dynamic_decode(decoder)
            read[probability] = session.run([out.sample_id, out.rnn_output])
    ids, outputs = read[0.0]
    assert (ids == -1).all()
    np.testing.assert_allclose(outputs, AFTER[words], rtol=1e-6)
    ids, outputs = read[1.0]
    assert (ids >= 0).all()
    np.testing.assert_allclose(outputs[:, 1:], AFTER[ids[:, :-1]], rtol=1e-6)
