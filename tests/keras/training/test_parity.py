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


def follows(name: str, x, y, wanted, steps: int = parity.STEPS) -> None:
    made = parity.model(keras, *CASES[name], x.shape[1])
    found = parity.losses(keras, made, x, y)
    assert len(found) == len(wanted)
    np.testing.assert_allclose(found[:steps], wanted[:steps], rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", CASES)
def test_digits(name, digits, kept):
    follows(name, *digits, kept["digits"][name])


@pytest.mark.parametrize("name", CASES)
def test_clothes(name, clothes, kept):
    steps = parity.COMPARED.get(name, parity.STEPS)
    follows(name, *parity.fashion(clothes), kept["fashion"][name], steps)


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
