"""Operations between layers: in `layers`, in tables and in files, as Keras has them."""

import json

import numpy as np
import pytest
from tests.keras.models import operation_rows as operations

import penstock as tf

keras = tf.keras
ROWS = operations.rows(tf)


@pytest.fixture(scope="module")
def kept(fixtures):
    return json.loads((fixtures / "keras_models.json").read_text())


@pytest.mark.parametrize("name", ROWS)
def test_a_model_tells_of_its_operations(name, kept):
    wanted = kept["operations"][name]
    made = operations.model(tf, ROWS[name])
    found = operations.told(made)
    assert found == {k: wanted[k] for k in found}
    for one, other in zip(operations.outputs(made), wanted["outputs"], strict=True):
        np.testing.assert_allclose(one, other, atol=kept["tolerance"])


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", ROWS)
def test_files_hold_them(name, ending, tmp_path):
    made = operations.model(tf, ROWS[name])
    wanted = operations.outputs(made)
    made.save(tmp_path / f"m.{ending}")
    again = keras.models.load_model(tmp_path / f"m.{ending}")
    assert operations.told(again)["layers"] == operations.told(made)["layers"]
    assert operations.outputs(again) == wanted


def test_what_keras_3_stores_is_read_and_stored_again(kept):
    held = kept["keras 3"]
    made = keras.models.model_from_json(json.dumps(held["config"]))
    lines: list[str] = []
    made.summary(print_fn=lines.append)
    for name, kind in held["operations"]:
        assert any(line.startswith(f" {name} ({kind}") for line in lines), name
    found = operations.outputs(made)[0]
    np.testing.assert_allclose(found, held["outputs"], atol=kept["tolerance"])
    entries = {e["name"]: e for e in made.get_config()["layers"]}
    for entry in held["config"]["config"]["layers"]:
        if entry["module"].startswith("keras.src.ops"):
            assert entries[entry["name"]] == entry


def test_functions_of_keras_3_become_operations():
    ops, x = keras.ops, keras.Input((4,))
    made = keras.Model(x, ops.softmax(ops.expand_dims(ops.relu(x), 1), axis=-1))
    entries = made.get_config()["layers"][1:]
    assert [(e["module"], e["class_name"]) for e in entries] == [
        ("keras.src.ops.nn", "Relu"), ("keras.src.ops.numpy", "ExpandDims"),
        ("keras.src.ops.nn", "Softmax"),
    ]  # fmt: skip
    again = keras.Model.from_config(made.get_config())
    assert operations.outputs(again) == operations.outputs(made)


def test_a_symbolic_tensor_says_who_made_it():
    keras.backend.clear_session()
    x = keras.Input((4,))
    assert repr(x) == (
        "<KerasTensor: shape=(None, 4) dtype=float32 (created by layer 'input_1')>"
    )
    assert "created by layer 'tf.math.multiply'" in str(x * 2.0)
    assert isinstance(x, keras.KerasTensor)
    assert x.name == "input_1"


def test_inside_a_layer_nothing_is_a_layer():
    class Twice(keras.layers.Layer):
        def call(self, x):
            return tf.concat([x, x * 2.0], axis=-1)

    x = keras.Input((4,))
    made = keras.Model(x, Twice()(x))
    assert [type(e).__name__ for e in made.layers] == ["InputLayer", "Twice"]
