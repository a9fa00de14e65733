"""A model that nobody holds is gone, weights and all, without `clear_session`."""

import gc
import weakref

import numpy as np
import pytest

import penstock as tf
from penstock import keras
from penstock.keras import layers

X, Y = np.ones((40, 4), np.float32), np.zeros(40, np.int32)


def functional(**kwargs):
    entry = keras.Input((4,))
    x = layers.Dense(3, **kwargs)(entry) * 2 + tf.constant([1.0, 2.0, 3.0])
    return keras.Model(entry, [layers.Softmax()(x), tf.reduce_sum(x, 1)])


def fitted():
    model = keras.Sequential(
        [layers.Dense(3, input_shape=(4,)), layers.Dense(2, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X, Y, epochs=2, verbose=0, validation_split=0.2)
    model.evaluate(X, Y, verbose=0)
    return model


def predicted():
    model = functional(activation="sigmoid")
    model.predict(X, verbose=0)
    return model


def taped():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(3, activation="softmax")

        def call(self, x):
            return self.dense(x)

    model = Own()
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(model(X))
    tape.gradient(y, model.trainable_variables)
    return model


def cloned():
    return keras.models.clone_model(functional())


@pytest.mark.parametrize("make", [functional, fitted, predicted, taped, cloned])
def test_a_dropped_model_is_gone(make):
    model = make()
    held = [weakref.ref(model), *(weakref.ref(w) for w in model.weights)]
    held += [weakref.ref(layer) for layer in model.layers]
    del model
    gc.collect()
    assert [ref() for ref in held if ref() is not None] == []


def test_a_variable_is_not_read_when_it_is_made():
    class Loud(tf.Variable):
        def __array__(self, dtype=None, copy=None):
            raise AssertionError("its handle took the elements for the variable")

    assert Loud([1.0, 2.0]).handle.dtype is tf.resource
