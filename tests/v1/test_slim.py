"""`tf.contrib.slim` beyond its layers: training, collected outputs, metrics, sizes."""

import numpy as np
import pytest

import penstock.compat.v1 as tf

slim = tf.contrib.slim


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


def _net(images):
    with (
        slim.arg_scope(
            [slim.conv2d, slim.fully_connected],
            weights_initializer=slim.variance_scaling_initializer(),
            weights_regularizer=slim.l2_regularizer(1e-3),
        ),
        slim.arg_scope([slim.conv2d], outputs_collections="points"),
    ):
        net = slim.conv2d(images, 4, [3, 3], scope="c1")
        net = slim.conv2d(net, 4, [3, 3], stride=2, scope="c2")
        net = slim.flatten(net)
        return slim.fully_connected(net, 2, activation_fn=None, scope="out")


def test_training_goes_on_from_the_folder(tmp_path):
    rng = np.random.default_rng(0)
    pictures = rng.random((8, 6, 6, 1), dtype=np.float32)
    labels = np.array([0, 1] * 4)

    def trained(steps):
        with tf.Graph().as_default():
            tf.set_random_seed(1)
            logits = _net(tf.constant(pictures))
            slim.losses.sparse_softmax_cross_entropy(logits, labels)
            loss = slim.losses.get_total_loss()
            step = slim.learning.create_train_op(
                loss, tf.train.GradientDescentOptimizer(0.1), clip_gradient_norm=1.0
            )
            return slim.learning.train(step, str(tmp_path), number_of_steps=steps)

    first = trained(2)
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("model.ckpt-2")
    assert trained(6) < first
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("model.ckpt-6")
    with pytest.raises(ValueError, match="number_of_steps"):
        trained(0)


def test_gradients_are_clipped_one_by_one():
    variable = tf.Variable([3.0, 4.0])
    loss = tf.reduce_sum(variable * [30.0, 40.0])
    step = slim.learning.create_train_op(
        loss, tf.train.GradientDescentOptimizer(1.0), clip_gradient_norm=5.0,
        gradient_multipliers={variable: 2.0}, summarize_gradients=True,
    )  # fmt: skip
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        summaries = tf.Summary.FromString(session.run(tf.summary.merge_all()))
        assert [round(v.simple_value) for v in summaries.value][1] == 5
        assert session.run(step) == 250.0
        np.testing.assert_allclose(session.run(variable), [0.0, 0.0], atol=1e-5)
        assert session.run(tf.train.get_global_step()) == 1


def test_outputs_are_found_by_name():
    logits = _net(tf.placeholder(tf.float32, [None, 6, 6, 1]))
    points = slim.utils.convert_collection_to_dict("points")
    assert sorted(points) == ["c1", "c2"]
    assert slim.utils.last_dimension(points["c2"].shape, min_rank=4) == 4
    with pytest.raises(ValueError, match="rank of shape"):
        slim.utils.last_dimension(logits.shape, min_rank=4)
    elements, size = slim.model_analyzer.analyze_vars(slim.get_model_variables())
    assert (elements, size) == (40 + 148 + 74, 4 * (40 + 148 + 74))


def test_streaming_metrics_take_predictions_first():
    predictions = tf.placeholder(tf.float32, [None, 3])
    labels = tf.placeholder(tf.int64, [None])
    values, updates = slim.metrics.aggregate_metric_map(
        {
            "accuracy": slim.metrics.streaming_accuracy(
                tf.argmax(predictions, 1), labels
            ),
            "two": slim.metrics.streaming_recall_at_k(predictions, labels, 2),
        }
    )
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        for scores, label in (([[3, 2, 1], [1, 2, 3]], [0, 1]), ([[3, 2, 1]], [2])):
            session.run(updates, {predictions: scores, labels: label})
        found = session.run(values)
    assert found["accuracy"] == pytest.approx(1 / 3)
    assert found["two"] == pytest.approx(2 / 3)
