"""Losses against what tf_keras gives, and what they say about bad input."""

import json

import numpy as np
import pytest
from tests.keras.losses import rows

import penstock as tf
from penstock.core.errors import InvalidArgumentError, ShapeError
from penstock.keras import losses


def test_equal_tf_keras(fixtures):
    kept = json.loads((fixtures / "keras_losses.json").read_text())
    found = rows.measure(losses)
    assert list(found) == list(kept["values"])
    for name, values in kept["values"].items():
        for mine, wanted in zip(found[name], values, strict=True):
            np.testing.assert_allclose(
                mine, wanted, rtol=1e-5, atol=kept["tolerance"], err_msg=name
            )


def test_probabilities_of_a_softmax_count_as_its_logits():
    logits = np.array([[100.0, -100.0]], np.float32)
    loss = losses.sparse_categorical_crossentropy(
        [1], tf.keras.activations.softmax(tf.constant(logits))
    )
    assert float(loss[0]) == 200.0


def test_label_out_of_range_is_told():
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    with pytest.raises(
        InvalidArgumentError, match=r"outside the valid range of \[0, 3\)"
    ):
        float(loss(np.array([3]), np.zeros((1, 3), np.float32)))


def test_one_hot_labels_for_a_sparse_loss_are_told():
    with pytest.raises(ShapeError, match="One-hot labels go with"):
        losses.sparse_categorical_crossentropy(np.eye(3), np.full((3, 3), 1 / 3))


def test_classes_for_a_one_hot_loss_are_told():
    with pytest.raises(ShapeError, match="sparse_categorical_crossentropy"):
        losses.categorical_crossentropy(np.array([1, 2]), np.full((2, 3), 1 / 3))


def test_missing_from_logits_is_told():
    model = tf.keras.Sequential([tf.keras.layers.Dense(3, input_shape=(2,))])
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.warns(UserWarning, match="from_logits=True"):
        model.train_on_batch(np.zeros((2, 2), np.float32), np.array([0, 1]))


@pytest.mark.parametrize("name", sorted({row[0] for row in rows.ROWS}))
def test_config_round_trip(name):
    loss = getattr(losses, name)(reduction="sum")
    again = losses.deserialize(losses.serialize(loss))
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()


def test_own_loss():
    class Mine(losses.Loss):
        def call(self, y_true, y_pred):
            return tf.reduce_mean(tf.abs(y_true - y_pred), axis=-1)

    got = Mine()(np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32))
    assert float(got) == 1.0


def test_unknown_name():
    with pytest.raises(ValueError, match="Unknown loss: 'msee'"):
        losses.get("msee")
