"""Pictures of models; skipped where pydot or Graphviz is missing."""

import shutil

import pytest

import penstock as tf

pytest.importorskip("pydot")
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz missing")
keras, layers = tf.keras, tf.keras.layers


@pytest.fixture
def model():
    keras.backend.clear_session()
    inner = keras.Sequential([layers.Dense(3, input_shape=(4,), name="deep")])
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(2, name="last")(inner(x) + 1.0))


def test_every_layer_and_operation_is_drawn(model):
    text = keras.utils.model_to_dot(model, show_shapes=True, show_dtype=True)
    drawn = text.to_string()
    for part in ("last", "tf.__operators__.add", "(None, 3)", "float32"):
        assert part in drawn, part
    assert "deep" not in drawn
    nested = keras.utils.model_to_dot(model, expand_nested=True).to_string()
    assert "deep" in nested and "subgraph" in nested


@needs_dot
def test_a_picture_is_written(model, tmp_path):
    path = tmp_path / "m.png"
    keras.utils.plot_model(model, str(path), show_shapes=True, expand_nested=True)
    assert path.read_bytes().startswith(b"\x89PNG")
