"""Models as scikit-learn's estimators."""

import numpy as np
import pytest

import penstock as tf

pytest.importorskip("sklearn")
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from penstock.keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor

RNG = np.random.RandomState(1)
X = np.concatenate([RNG.randn(20, 2) - 2, RNG.randn(20, 2) + 2]).astype(np.float32)
NAMES = np.array(["low"] * 20 + ["high"] * 20)


def classifier(units=4):
    tf.keras.utils.set_random_seed(1)
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [layers.Dense(units, "relu", input_dim=2), layers.Dense(2, "softmax")]
    )
    rate = tf.keras.optimizers.Adam(0.1)
    model.compile(rate, "categorical_crossentropy", metrics=["accuracy"])
    return model


def regressor():
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_dim=2)])
    model.compile("sgd", "mse")
    return model


def test_a_classifier():
    made = KerasClassifier(classifier, epochs=5, batch_size=8, verbose=0)
    made.fit(X, NAMES)
    assert (made.predict(X) == NAMES).mean() > 0.9
    assert made.predict_proba(X).shape == (40, 2)
    assert made.score(X, NAMES) > 0.9
    assert sorted(made.classes_) == ["high", "low"]


def test_what_scikit_learn_does_with_one():
    made = KerasClassifier(classifier, epochs=1, verbose=0)
    search = GridSearchCV(made, {"units": [2, 3]}, cv=2)
    search.fit(X, NAMES)
    assert search.best_params_["units"] in (2, 3)
    steps = make_pipeline(StandardScaler(), KerasRegressor(regressor, verbose=0))
    assert (cross_val_score(steps, X, X[:, 0], cv=2) <= 0).all()


def test_a_parameter_that_nobody_takes():
    with pytest.raises(ValueError, match="wrong is not a legal parameter"):
        KerasClassifier(classifier, wrong=3)
