"""A hundred steps from the same weights: tf_keras' loss at every one of them."""

import json

import numpy as np
import pytest
from tests.keras.training import parity

import penstock as tf

keras = tf.keras
CASES = {name: rest for name, *rest in parity.cases()}


@pytest.fixture(scope="module")
def kept(fixtures):
    return json.loads((fixtures / "keras_parity.json").read_text())


@pytest.fixture(scope="module")
def digits():
    return parity.digits()


@pytest.fixture(scope="module")
def clothes(shared):
    return shared / "keras_home" / "datasets" / "fashion-mnist"


def follows(name, x, y, wanted, steps: int = parity.STEPS, near: float = 1e-4) -> None:
    made = parity.model(keras, *CASES[name], x.shape[1])
    found = parity.losses(keras, made, x, y)
    assert len(found) == len(wanted)
    np.testing.assert_allclose(found[:steps], wanted[:steps], rtol=0, atol=near)


def agreeing(kept, name: str) -> int:
    """The steps in which tf_keras itself says the same in float32 and in float64."""
    if name not in parity.IN_FLOAT64:
        return parity.STEPS
    one, two = kept["fashion"][name], kept["float64"]["fashion"][name]
    apart = np.abs(np.subtract(one, two)) > 5e-5
    return int(apart.argmax()) if apart.any() else parity.STEPS


@pytest.mark.parametrize("name", CASES)
def test_digits(name, digits, kept):
    follows(name, *digits, kept["digits"][name])


@pytest.mark.parametrize("name", CASES)
def test_clothes(name, clothes, kept):
    steps = agreeing(kept, name)
    assert steps >= 5
    follows(name, *parity.fashion(clothes), kept["fashion"][name], steps)


@pytest.mark.parametrize("name", parity.IN_FLOAT64)
@pytest.mark.parametrize("data", ["digits", "fashion"])
def test_every_step_in_float64(name, data, kept, request):
    """The same algorithm, step by step, where rounding does not hide it."""
    if data == "digits":
        x, y = request.getfixturevalue("digits")
    else:
        x, y = parity.fashion(request.getfixturevalue("clothes"))
    keras.backend.set_floatx("float64")
    try:
        wanted, near = kept["float64"][data][name], kept["float64 tolerance"]
        follows(name, x.astype(np.float64), y, wanted, near=near)
    finally:
        keras.backend.set_floatx("float32")


@pytest.mark.parametrize("name", ["Adam", "LSTM"])
def test_a_compiled_loop_takes_the_same_steps(name, digits, kept):
    made = parity.model(keras, *CASES[name], 8)
    options = {"batch_size": parity.BATCH, "shuffle": False, "verbose": 0}
    found = made.fit(*digits, **options).history["loss"]
    np.testing.assert_allclose(found, [np.mean(kept["digits"][name])], atol=1e-4)


def test_accuracy_on_clothes(clothes, kept):
    """Over the same seeds, within half a point of tf_keras' mean."""
    from penstock.formats.idx import read_idx

    x, t = (read_idx(clothes / f"{n}-images-idx3-ubyte.gz") for n in ("train", "t10k"))
    y, u = (read_idx(clothes / f"{n}-labels-idx1-ubyte.gz") for n in ("train", "t10k"))
    scale, wanted = np.float32(255), kept["accuracies"]
    found = parity.accuracies(
        keras, (x / scale, y), (t / scale, u), wanted["seeds"], wanted["epochs"]
    )
    assert abs(np.mean(found) - np.mean(wanted["found"])) < 0.005, found
