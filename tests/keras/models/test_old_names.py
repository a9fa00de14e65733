"""Keras 1's spellings beside Keras 2's."""

import itertools

import numpy as np
import pytest

import penstock as tf
from penstock.keras.keras1_layers import Convolution2D

L = tf.keras.layers
X = np.random.RandomState(0).rand(24, 6, 6, 1).astype(np.float32)
Y = np.eye(3, dtype=np.float32)[np.arange(24) % 3]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (lambda: L.Dense(output_dim=3, init="he_normal", W_regularizer="l2"),
         lambda: L.Dense(3, kernel_initializer="he_normal", kernel_regularizer="l2")),
        (lambda: L.Dense(3, bias=False, b_constraint="non_neg"),
         lambda: L.Dense(3, use_bias=False, bias_constraint="non_neg")),
        (lambda: L.Conv2D(4, 3, 5, border_mode="same", subsample=(2, 1)),
         lambda: L.Conv2D(4, (3, 5), padding="same", strides=(2, 1))),
        (lambda: L.Conv2D(nb_filter=4, nb_row=3, nb_col=5, dim_ordering="tf"),
         lambda: L.Conv2D(4, (3, 5), data_format="channels_last")),
        (lambda: L.Conv1D(nb_filter=4, filter_length=3, subsample_length=2),
         lambda: L.Conv1D(4, 3, strides=2)),
        (lambda: L.MaxPooling2D((2, 2), border_mode="same"),
         lambda: L.MaxPooling2D((2, 2), padding="same")),
        (lambda: L.MaxPooling1D(pool_length=3, stride=2),
         lambda: L.MaxPooling1D(3, strides=2)),
        (lambda: L.LSTM(5, inner_init="zeros", dropout_W=0.1, dropout_U=0.2,
                        consume_less="gpu"),
         lambda: L.LSTM(5, recurrent_initializer="zeros", dropout=0.1,
                        recurrent_dropout=0.2)),
        (lambda: L.Embedding(9, 4, init="normal", dropout=0.2),
         lambda: L.Embedding(9, 4, embeddings_initializer="normal")),
        (lambda: L.BatchNormalization(mode=0, axis=1, gamma_init="zero"),
         lambda: L.BatchNormalization(axis=1, gamma_initializer="zero")),
        (lambda: L.Dropout(p=0.3), lambda: L.Dropout(0.3)),
        (lambda: Convolution2D(4, 3, 5, activation="relu"),
         lambda: L.Conv2D(4, (3, 5), activation="relu")),
    ],
)  # fmt: skip
def test_layers(old, new):
    found, wanted = old().get_config(), new().get_config()
    del found["name"], wanted["name"]
    assert found == wanted


def test_strides_of_keras_2_stay_strides():
    assert L.Conv2D(4, 3, 2).strides == (2, 2)
    with pytest.raises(TypeError, match="twice"):
        L.Dense(3, units=3, output_dim=3)


def test_training():
    first = L.Input((6, 6, 1))
    last = L.Dense(3, activation="softmax")(L.Flatten()(first))
    model = tf.keras.Model(input=first, output=last)
    model.compile("sgd", "categorical_crossentropy")
    fitted = model.fit(X, Y, nb_epoch=2, verbose=0)
    assert fitted.epoch == [0, 1]

    def batches():
        yield from itertools.cycle([(X[:8], Y[:8])])

    model.fit_generator(
        batches(), samples_per_epoch=24, nb_epoch=1, verbose=0, max_q_size=2,
        validation_data=batches(), nb_val_samples=16,
    )  # fmt: skip
    assert int(model.optimizer.iterations) == 2 + 3
    assert model.predict_generator(batches(), val_samples=16, verbose=0).shape[0] == 16


def test_the_order_of_dimensions():
    K = tf.keras.backend
    assert K.image_dim_ordering() == "tf"
    try:
        K.set_image_dim_ordering("th")
        assert K.image_data_format() == "channels_first"
    finally:
        K.set_image_dim_ordering("tf")
