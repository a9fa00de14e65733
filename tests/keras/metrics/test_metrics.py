"""Metrics against what tf_keras gives, and what all of them share."""

import json
import math

import numpy as np
import pytest
from tests.keras.metrics import rows

import penstock as tf
from penstock.keras import metrics


def test_equal_tf_keras(fixtures):
    kept = json.loads((fixtures / "keras_metrics.json").read_text())
    found = rows.measure(metrics)
    assert list(found) == list(kept["values"])
    for name, (results, weights) in kept["values"].items():
        mine, mine_weights = found[name]
        assert mine_weights == weights, name
        for a, b in zip(mine, results, strict=True):
            np.testing.assert_allclose(
                a, b, rtol=1e-5, atol=kept["tolerance"], err_msg=name
            )


@pytest.mark.parametrize(("name", "options", "kind"), rows.ROWS)
def test_life(name, options, kind):
    metric = getattr(metrics, name)(**options)
    first, *rest = rows.batches(kind)

    def update(target, batch):
        t, p, w = batch
        if name in ("F1Score", "FBetaScore"):
            t = t.astype(np.float32)
        target.update_state(t, p, sample_weight=w)

    update(metric, first)
    one = np.asarray(metric.result())
    config = metric.get_config()
    again = type(metric).from_config(config)
    assert again.get_config() == config
    update(again, rest[0])
    both = type(metric).from_config(config)
    update(both, first)
    update(both, rest[0])
    metric.merge_state([again])
    np.testing.assert_allclose(metric.result(), both.result(), rtol=1e-5, atol=1e-6)
    metric.reset_states()
    update(metric, first)
    np.testing.assert_allclose(metric.result(), one, rtol=1e-5)


def test_perplexities():
    assert float(metrics.perplexity([0.25] * 4)) == pytest.approx(4.0)
    model = metrics.Perplexity(ignore_class=0)
    p = np.array([[[0.1, 0.5, 0.4], [0.5, 0.25, 0.25], [0.9, 0.05, 0.05]]], np.float32)
    model.update_state(np.array([[1, 2, 0]]), p)
    wanted = math.exp(-(math.log(0.5) + math.log(0.25)) / 2)
    assert float(model.result()) == pytest.approx(wanted, rel=1e-5)
    words = metrics.PerplexityPerWord()
    words.update_state([-3.0, -5.0], [2, 2])
    assert float(words.result()) == pytest.approx(math.exp(2.0), rel=1e-5)


def test_own_metric():
    class Count(metrics.Metric):
        def __init__(self, name="count", **kwargs):
            super().__init__(name=name, **kwargs)
            self.seen = self.add_weight(name="seen", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.seen.assign_add(tf.cast(tf.size(y_true), tf.float32))

        def result(self):
            return self.seen

        def reset_states(self):
            self.seen.assign(0.0)

    metric = Count()
    assert float(metric(np.zeros(3), np.zeros(3))) == 3.0
    metric.reset_state()
    assert float(metric.result()) == 0.0


@pytest.mark.parametrize(
    ("true", "predicted", "wanted"),
    [
        ((4, 1), (4, 1), "binary_accuracy"),
        ((4,), (4, 3), "sparse_categorical_accuracy"),
        ((4, 1), (4, 3), "sparse_categorical_accuracy"),
        ((4, 3), (4, 3), "categorical_accuracy"),
    ],
)
def test_accuracy_by_shape(true, predicted, wanted):
    metric = metrics.get_metric  # the choice that `compile` makes
    found = metric("acc", tf.zeros(true), tf.zeros(predicted))
    assert found.name == "acc"
    assert found._fn.__name__ == wanted
