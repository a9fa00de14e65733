"""`tf.contrib`, which TensorFlow has no more: names as documented, values by NumPy."""

import subprocess
import sys

import numpy as np
import pytest

import penstock.compat.v1 as tf

X = np.random.RandomState(0).normal(size=(5, 4)).astype(np.float32)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def started():
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    return session


def test_fully_connected():
    layers = tf.contrib.layers
    y = layers.fully_connected(
        tf.constant(X), 3, weights_regularizer=layers.l2_regularizer(0.5)
    )
    weights, biases = tf.trainable_variables()
    assert [weights.name, biases.name, y.op.type] == [
        "fully_connected/weights:0", "fully_connected/biases:0", "Relu",
    ]  # fmt: skip
    assert tf.contrib.framework.get_model_variables() == [weights, biases]
    (penalty,) = tf.losses.get_regularization_losses()
    with started() as session:
        value, w, loss = session.run([y, weights, penalty])
    np.testing.assert_allclose(value, np.maximum(X @ w, 0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(loss, 0.25 * np.sum(w * w), rtol=1e-5)


def test_arg_scope_gives_defaults():
    slim = tf.contrib.slim
    images = tf.zeros([2, 8, 8, 3])
    with slim.arg_scope(
        [slim.conv2d], padding="VALID", normalizer_fn=slim.batch_norm
    ) as kept:
        inner = slim.conv2d(images, 4, [3, 3])
        wide = slim.conv2d(images, 4, [3, 3], padding="SAME")
    with slim.arg_scope(kept):
        again = slim.conv2d(images, 4, [3, 3])
    plain = slim.conv2d(images, 4, [3, 3])
    sizes = [t.shape.as_list()[1] for t in (inner, wide, again, plain)]
    assert sizes == [6, 8, 6, 8]
    names = [v.op.name for v in tf.trainable_variables()]
    assert names == [
        "Conv/weights", "Conv/BatchNorm/beta", "Conv_1/weights",
        "Conv_1/BatchNorm/beta", "Conv_2/weights", "Conv_2/BatchNorm/beta",
        "Conv_3/weights", "Conv_3/biases",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="add_arg_scope"), slim.arg_scope([len], a=1):
        pass


def test_batch_norm_in_place():
    """With updates_collections None the averages move when the output is run."""
    x = tf.constant(X)
    y = tf.contrib.layers.batch_norm(
        x, decay=0.5, updates_collections=None, is_training=True
    )
    assert tf.get_collection(tf.GraphKeys.UPDATE_OPS) == []
    (mean,) = (v for v in tf.global_variables() if "moving_mean" in v.name)
    with started() as session:
        value = session.run(y)
        moved = session.run(mean)
    np.testing.assert_allclose(moved, X.mean(0) / 2, rtol=1e-5, atol=1e-7)
    expected = (X - X.mean(0)) / np.sqrt(X.var(0) + 0.001)
    np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-5)


def test_layer_norm_and_maxout():
    x = tf.constant(X)
    normal = tf.contrib.layers.layer_norm(x)
    largest = tf.contrib.layers.maxout(x, 2)
    with started() as session:
        n, m = session.run([normal, largest])
    expected = (X - X.mean(1, keepdims=True)) / X.std(1, keepdims=True)
    np.testing.assert_allclose(n, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(m, X.reshape(5, 2, 2).max(2))
    with pytest.raises(ValueError, match="not a multiple"):
        tf.contrib.layers.maxout(x, 3)


def test_optimize_loss_counts_steps():
    w = tf.get_variable("w", initializer=3.0)
    step = tf.contrib.framework.get_or_create_global_step()
    train = tf.contrib.layers.optimize_loss(tf.square(w), step, 0.25, "SGD")
    with started() as session:
        losses = [session.run(train) for _ in range(2)]
        assert session.run(step) == 2
        np.testing.assert_allclose(session.run(w), 0.75)
    assert losses[0] == 9.0
    with pytest.raises(ValueError, match="Optimizer name"):
        tf.contrib.layers.optimize_loss(tf.square(w), step, 0.1, "Adamant")


def test_sequence_loss():
    rng = np.random.RandomState(1)
    logits = rng.normal(size=(2, 3, 4)).astype(np.float32)
    targets, weights = rng.randint(0, 4, (2, 3)), np.array([[1, 1, 0], [1, 0, 0.5]])
    weights = weights.astype(np.float32)
    loss = tf.contrib.seq2seq.sequence_loss(logits, targets, weights)
    by_step = tf.contrib.seq2seq.sequence_loss(
        logits, targets, weights, average_across_timesteps=False
    )
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    entropy = -np.take_along_axis(log_p, targets[..., None], -1)[..., 0] * weights
    with tf.Session() as session:
        a, b = session.run([loss, by_step])
    np.testing.assert_allclose(a, entropy.sum() / weights.sum(), rtol=1e-5)
    np.testing.assert_allclose(
        b, entropy.sum(0) / np.maximum(weights.sum(0), 1e-12), rtol=1e-5
    )


def test_projector_writes_its_file(tmp_path):
    projector = tf.contrib.tensorboard.plugins.projector
    config = projector.ProjectorConfig()
    config.embeddings.add().tensor_name = "embedding"
    projector.visualize_embeddings(str(tmp_path), config)
    text = (tmp_path / "projector_config.pbtxt").read_text()
    assert 'tensor_name: "embedding"' in text


EAGER = """
import penstock.compat.v1 as tf
tfe = tf.contrib.eager
tfe.enable_eager_execution()
w = tfe.Variable(5.0)
grads = tfe.implicit_gradients(lambda: tf.square(w + 1))
optimizer = tf.train.{optimizer}
for _ in range(3):
    optimizer.apply_gradients(grads())
print(repr(float(w.numpy())))
"""


@pytest.mark.parametrize(
    ("optimizer", "wanted"),
    [
        ("GradientDescentOptimizer(0.2)", 0.296),
        ("MomentumOptimizer(0.1, 0.5)", 0.812),
        ("AdamOptimizer(0.2)", 4.4007654),
    ],
)
def test_eager_optimizers(optimizer, wanted):
    """Numbers by the update rules: TensorFlow's trajectories hold the rules."""
    program = EAGER.replace("{optimizer}", optimizer)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) == pytest.approx(wanted, rel=1e-5)


def test_sequences_to_sequences_learn():
    """A short phrase is learnt; fed its own guesses the decoder gives it again."""
    legacy, steps = tf.contrib.legacy_seq2seq, 3
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(2)
        said = [tf.placeholder(tf.int32, [None]) for _ in range(2)]
        heard = [tf.placeholder(tf.int32, [None]) for _ in range(steps + 1)]

        def outputs(own):
            cell = tf.contrib.rnn.GRUCell(12)
            return legacy.embedding_attention_seq2seq(
                said, heard[:steps], cell, 9, 9, 5, feed_previous=own
            )[0]

        learning = outputs(False)
        with tf.variable_scope(tf.get_variable_scope(), reuse=True):
            guesses = [tf.argmax(o, 1) for o in outputs(True)]
        weights = [tf.ones_like(h, tf.float32) for h in heard[1:]]
        loss = legacy.sequence_loss(learning, heard[1:], weights)
        train = tf.train.AdamOptimizer(0.05).minimize(loss)
        session.run(tf.global_variables_initializer())
        phrase = [[0], [3], [5], [7]]
        feeds = dict(zip([*said, *heard], [[1], [4], *phrase], strict=True))
        losses = [session.run([loss, train], feeds)[0] for _ in range(60)]
        assert losses[-1] < 0.1 < losses[0]
        assert session.run(guesses, feeds) == phrase[1:]


def test_slim_losses_take_predictions_first():

    with tf.Graph().as_default(), tf.Session() as session:
        logits, hot = tf.constant([[2.0, -1.0]]), tf.constant([[1.0, 0.0]])
        old = tf.contrib.slim.losses.softmax_cross_entropy(logits, hot)
        new = tf.losses.softmax_cross_entropy(hot, logits)
        assert session.run(old) == session.run(new)
