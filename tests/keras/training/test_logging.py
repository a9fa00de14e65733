"""Where progress goes, and how much of it, when nobody watches."""

import logging

import numpy as np
import pytest

import penstock as tf

keras = tf.keras


@pytest.fixture(autouse=True)
def _loud_again():
    yield
    keras.utils.enable_interactive_logging()


def test_a_line_for_each_epoch_is_logged(caplog, capsys):
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    x, y = np.ones((64, 2)), np.ones((64, 1))
    keras.utils.disable_interactive_logging()
    with caplog.at_level(logging.INFO, "penstock.keras"):
        model.fit(x, y, epochs=2)
        model.evaluate(x, y)
        model.predict(x)
    told = [r.message for r in caplog.records if r.name == "penstock.keras"]
    assert [t.split(" - ")[0] for t in told] == [
        "Epoch 1/2", "2/2", "Epoch 2/2", "2/2", "2/2", "2/2",
    ]  # fmt: skip
    assert capsys.readouterr().out == ""
    keras.utils.enable_interactive_logging()
    model.fit(x, y)
    assert "[======" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda layers: layers.Conv2D(2, 5)(np.ones((1, 3, 3, 1))),
         "One of the dimensions in the output is <= 0 due to downsampling"),
        (lambda layers: layers.Add()([np.ones((2, 3)), np.ones((2, 4))]),
         r"Received shapes \(3,\) and \(4,\)"),
        (lambda layers: layers.Maximum()([np.ones((2, 3)), np.ones((3, 3))]),
         "Cannot merge tensors with different batch sizes"),
    ],
)  # fmt: skip
def test_shapes_that_do_not_fit_are_told(call, message):
    with pytest.raises(ValueError, match=message):
        call(keras.layers)
