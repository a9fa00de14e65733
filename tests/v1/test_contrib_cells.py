"""Cells and attention of `tf.contrib`, by their papers' formulas in NumPy."""

import numpy as np
import pytest

import penstock.compat.v1 as tf

rnn, seq2seq = tf.contrib.rnn, tf.contrib.seq2seq
X = np.random.RandomState(0).normal(size=(2, 3)).astype(np.float32)
H = np.random.RandomState(1).normal(size=(2, 4)).astype(np.float32)
C = np.random.RandomState(2).normal(size=(2, 4)).astype(np.float32)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        yield


def computed(asked):
    """The values of `asked`, and of all variables by their last names."""
    named = {v.op.name.rpartition("/")[2]: v for v in tf.global_variables()}
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run([asked, named])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_ungated_cells():
    cell = rnn.IndRNNCell(4)
    (out, _), w = computed(cell(tf.constant(X), tf.constant(H)))
    wanted = np.tanh(X @ w["kernel_w"] + H * w["kernel_u"] + w["bias"])
    np.testing.assert_allclose(out, wanted, rtol=1e-5, atol=1e-6)


def test_update_gate_cell():
    (out, state), w = computed(rnn.UGRNNCell(4)(tf.constant(X), tf.constant(H)))
    g, c = np.split(np.hstack([X, H]) @ w["kernel"] + w["bias"], 2, 1)
    g = sigmoid(g + 1)
    np.testing.assert_allclose(out, g * H + (1 - g) * np.tanh(c), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(out, state)


def test_normalised_lstm():
    cell = rnn.LayerNormBasicLSTMCell(4)
    state = rnn.LSTMStateTuple(tf.constant(C), tf.constant(H))
    (out, new), w = computed(cell(tf.constant(X), state))

    def norm(x):
        mean, var = x.mean(1, keepdims=True), x.var(1, keepdims=True)
        return (x - mean) / np.sqrt(var)

    i, j, f, o = map(norm, np.split(np.hstack([X, H]) @ w["kernel"], 4, 1))
    c = norm(C * sigmoid(f + 1) + sigmoid(i) * np.tanh(j))
    np.testing.assert_allclose(out, np.tanh(c) * sigmoid(o), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(new.c, c, rtol=1e-4, atol=1e-5)
    names = {v.op.name for v in tf.trainable_variables()}
    assert "layer_norm_basic_lstm_cell/forget/gamma" in names


@pytest.mark.parametrize("kind", ["LSTMBlockCell", "GRUBlockCellV2"])
def test_cells_in_one_block(kind):
    """They compute what the plain cells compute from the same weights."""
    plain = tf.nn.rnn_cell.BasicLSTMCell if "LSTM" in kind else rnn.GRUCell
    start = tf.constant_initializer(0.1)
    outputs = []
    for make in (getattr(rnn, kind), plain):
        with tf.variable_scope(f"s{len(outputs)}", initializer=start):
            outputs.append(
                tf.nn.dynamic_rnn(make(4), tf.constant(X[:, None]), dtype=tf.float32)[0]
            )
    (one, two), _ = computed(outputs)
    np.testing.assert_allclose(one, two, rtol=1e-6)


def test_convolutional_lstm():
    cell = rnn.Conv2DLSTMCell(
        input_shape=[5, 5, 1], output_channels=2, kernel_shape=[3, 3]
    )
    pictures = tf.ones([2, 3, 5, 5, 1])
    outputs, state = tf.nn.dynamic_rnn(cell, pictures, dtype=tf.float32)
    slopes = tf.gradients(tf.reduce_sum(outputs), tf.trainable_variables())
    (out, last, slopes), _ = computed((outputs, state, slopes))
    assert out.shape == (2, 3, 5, 5, 2) and last.c.shape == (2, 5, 5, 2)
    np.testing.assert_array_equal(out[:, -1], last.h)
    assert all(np.any(s) for s in slopes)


def test_highway():
    cell = rnn.HighwayWrapper(rnn.BasicRNNCell(3))
    out, _ = cell(tf.constant(X), tf.constant(X[::-1].copy()))
    variables = tf.trainable_variables()
    assert [v.op.name for v in variables[2:]] == ["carry/kernel", "carry/bias"]
    (out, (w, b, gate, bias)), _ = computed((out, variables))
    carry = sigmoid(X @ gate + bias)
    inner = np.tanh(np.hstack([X, X[::-1]]) @ w + b)
    np.testing.assert_allclose(
        out, X * carry + inner * (1 - carry), rtol=1e-5, atol=1e-6
    )


def test_layers_of_both_directions():
    steps = tf.constant(np.random.RandomState(3).normal(size=(2, 5, 3)), tf.float32)
    cells = [[rnn.GRUCell(4) for _ in range(2)] for _ in range(2)]
    outputs, forward, backward = rnn.stack_bidirectional_dynamic_rnn(
        *cells, steps, dtype=tf.float32, sequence_length=[5, 3]
    )
    (out, fw, bw), _ = computed((outputs, forward, backward))
    assert out.shape == (2, 5, 8) and len(fw) == len(bw) == 2
    np.testing.assert_allclose(out[0, -1, :4], fw[1][0], rtol=1e-6)
    np.testing.assert_allclose(out[0, 0, 4:], bw[1][0], rtol=1e-6)
    assert np.all(out[1, 3:] == 0)
    names = [v.op.name for v in tf.trainable_variables()]
    assert names[0].startswith("stack_bidirectional_rnn/cell_0/")


def test_monotonic_attention():
    """Against the sum over all ways to arrive at a step."""
    rng = np.random.RandomState(0)
    p = rng.uniform(0.1, 0.9, (2, 4)).astype(np.float32)
    before = rng.dirichlet(np.ones(4), 2).astype(np.float32)
    wanted = np.zeros((2, 4))
    for j in range(4):
        for k in range(j + 1):
            wanted[:, j] += before[:, k] * p[:, j] * np.prod(1 - p[:, k:j], 1)
    modes = ("recursive", "parallel")
    (one, two), _ = computed([seq2seq.monotonic_attention(p, before, m) for m in modes])
    np.testing.assert_allclose(one, wanted, rtol=1e-5)
    np.testing.assert_allclose(two, wanted, rtol=1e-4)
    hard = seq2seq.monotonic_attention([[1.0, 0, 1, 1]], [[0.0, 1, 0, 0]], "hard")
    assert computed(hard)[0].tolist() == [[0, 0, 1, 0]]
    with pytest.raises(ValueError, match="mode must be"):
        seq2seq.monotonic_attention(p, before, "soft")


@pytest.mark.parametrize("kind", ["Luong", "Bahdanau"])
def test_monotonic_mechanisms(kind):
    memory = tf.constant(np.random.RandomState(0).normal(size=(2, 5, 4)), tf.float32)
    attention = getattr(seq2seq, f"{kind}MonotonicAttention")(
        4, memory, memory_sequence_length=[5, 3]
    )
    cell = seq2seq.AttentionWrapper(rnn.GRUCell(4), attention, alignment_history=True)
    _, state = tf.nn.dynamic_rnn(
        cell, tf.ones([2, 3, 2]), initial_state=cell.zero_state(2, tf.float32)
    )
    history, _ = computed(state.alignment_history.stack())
    assert np.all(history[:, 1, 3:] < 1e-6)
    reach = np.cumsum(history[:, 0], -1)
    assert np.all(np.diff(reach, axis=0) <= 1e-5)  # it never goes back


def test_gradients_beside_differences():
    with tf.Session():
        x = tf.constant(X, name="x")
        y = tf.tanh(x) * 2
        exact, near = tf.test.compute_gradient(x, [2, 3], y, [2, 3], x_init_value=X)
        np.testing.assert_allclose(exact, np.diag(2 - 2 * np.tanh(X.ravel()) ** 2),
                                   rtol=1e-5, atol=1e-6)  # fmt: skip
        np.testing.assert_allclose(near, exact, atol=2e-3)
        assert tf.test.compute_gradient_error(x, [2, 3], y, [2, 3]) < 2e-3
        wrong = tf.stop_gradient(x) * x
        assert tf.test.compute_gradient_error(x, [2, 3], wrong, [2, 3], X) > 0.1
