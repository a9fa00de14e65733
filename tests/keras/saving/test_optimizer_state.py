"""What optimizers remember, in each kind of file."""

import json
import zipfile

import numpy as np
import pytest

import penstock as tf

keras, layers = tf.keras, tf.keras.layers
schedules = keras.optimizers.schedules
X = np.random.RandomState(0).rand(40, 4).astype(np.float32)
Y = X.sum(1, keepdims=True)


def scaled():
    inner = keras.optimizers.SGD(0.1, momentum=0.9)
    return keras.mixed_precision.LossScaleOptimizer(
        inner, initial_scale=8.0, dynamic_growth_steps=3
    )


OPTIMIZERS = {
    "Nadam": lambda: keras.optimizers.Nadam(0.01),
    "loss scale": scaled,
    "schedule": lambda: keras.optimizers.Adam(
        schedules.ExponentialDecay(0.1, 3, 0.5, staircase=True)
    ),
}


def model(optimizer):
    made = keras.Sequential([layers.Dense(1, input_shape=(4,))])
    made.compile(optimizer, "mse")
    return made


def again(made, ending, folder, optimizer):
    path = str(folder / f"m.{ending}")
    if ending != "ckpt":
        made.save(path)
        return keras.models.load_model(path)
    made.save_weights(path)
    other = model(optimizer())
    other.load_weights(path)
    return other


# Keras 2's .h5 has no place for Nadam's product of momenta; tf_keras loses it too.
@pytest.mark.parametrize(
    ("name", "ending"),
    [(n, e) for n in OPTIMIZERS for e in ("ckpt", "keras", "h5")
     if (n, e) != ("Nadam", "h5")],
)  # fmt: skip
def test_training_goes_on_as_if_never_stored(name, ending, tmp_path):
    made = model(OPTIMIZERS[name]())
    made.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    other = again(made, ending, tmp_path, OPTIMIZERS[name])
    histories = [
        m.fit(X, Y, epochs=2, shuffle=False, verbose=0).history["loss"]
        for m in (made, other)
    ]
    np.testing.assert_allclose(*histories, rtol=1e-5)
    if name == "loss scale":
        one, two = made.optimizer, other.optimizer
        assert float(one.loss_scale) == float(two.loss_scale) > 8.0
        assert int(one.dynamic_counter) == int(two.dynamic_counter)


@pytest.mark.parametrize(
    "schedule",
    [schedules.ExponentialDecay(0.1, 10, 0.9), schedules.CosineDecay(0.1, 10),
     schedules.PiecewiseConstantDecay([2, 4], [0.1, 0.05, 0.01]),
     schedules.PolynomialDecay(0.1, 10), schedules.InverseTimeDecay(0.1, 10, 0.5)],
)  # fmt: skip
def test_a_schedule_is_stored_with_the_name_that_keras_3_asks_for(schedule, tmp_path):
    model(keras.optimizers.SGD(schedule)).save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as file:
        config = json.loads(file.read("config.json"))
    stored = config["compile_config"]["optimizer"]["config"]["learning_rate"]
    assert stored["config"]["name"] == type(schedule).__name__
    assert schedule.get_config()["name"] is None


def test_names_in_checkpoints_are_those_of_tf_keras(tmp_path):
    for name, wanted in (
        ("Nadam", {"optimizer/_u_product"}),
        ("loss scale", {"optimizer/loss_scale/current_loss_scale",
                        "optimizer/loss_scale/good_steps"}),
    ):  # fmt: skip
        made = model(OPTIMIZERS[name]())
        made.fit(X, Y, verbose=0)
        made.save_weights(str(tmp_path / "c"))
        found = {n for n, _ in tf.train.list_variables(str(tmp_path / "c"))}
        assert {f"{w}/.ATTRIBUTES/VARIABLE_VALUE" for w in wanted} <= found
