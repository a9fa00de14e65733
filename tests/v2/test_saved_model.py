"""SavedModels: TensorFlow's are read, and what is written here says the same.

That TensorFlow reads what is written here, and serves it, is checked by
tools/record/saved_models.py.
"""

import json

import numpy as np
import pytest

from v2 import saved


@pytest.fixture
def kept(fixtures):
    return json.loads((fixtures / "saved_model" / "answers.json").read_text())


def test_a_model_of_tensorflow_answers(tf, fixtures, kept):
    assert saved.answers(tf, str(fixtures / "saved_model" / "model")) == kept["answers"]


def test_a_model_written_here_answers(tf, tmp_path, kept):
    saved.write(tf, str(tmp_path / "model"))
    assert tf.saved_model.contains_saved_model(str(tmp_path / "model"))
    assert saved.answers(tf, str(tmp_path / "model")) == kept["answers"]


def test_a_keras_model_is_served(tf, tmp_path):
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(4, activation="relu", input_shape=(3,)),
         tf.keras.layers.Dropout(0.5), tf.keras.layers.Dense(2)]
    )  # fmt: skip
    tf.saved_model.save(model, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    x = np.ones([2, 3], np.float32)
    np.testing.assert_allclose(loaded(x), model(x), rtol=1e-6)
    (served,) = loaded.signatures["serving_default"](tf.constant(x)).values()
    np.testing.assert_allclose(served, model(x), rtol=1e-6)


def test_variables_must_belong_to_what_is_saved(tf, tmp_path):
    stray = tf.Variable(1.0)

    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def __call__(self, x):
            return x * stray

    with pytest.raises(ValueError, match="does not hold"):
        tf.saved_model.save(Model(), str(tmp_path))


def test_no_stored_function_takes_these_arguments(tf, fixtures):
    model = tf.saved_model.load(str(fixtures / "saved_model" / "model"))
    with pytest.raises(ValueError, match="Could not find matching"):
        model(tf.ones([2, 3]), k=7)


def test_a_folder_without_a_model_is_told(tf, tmp_path):
    with pytest.raises(tf.errors.NotFoundError, match="does not exist"):
        tf.saved_model.load(str(tmp_path))


def test_the_graph_says_how_it_is_served(tf, tmp_path):
    from penstock.formats import messages

    saved.write(tf, str(tmp_path))
    data = (tmp_path / "saved_model.pb").read_bytes()
    (meta,) = messages.parse(messages.SavedModel, data, "model").meta_graphs
    nodes = {node.name: node for node in meta.graph_def.node}
    signature = meta.signature_def["serving_default"]
    assert signature.method_name == "tensorflow/serving/predict"
    assert nodes[signature.inputs["x"].name.removesuffix(":0")].op == "Placeholder"
    call = nodes[signature.outputs["output_0"].name.removesuffix(":0")]
    library = {f.signature.name: f for f in meta.graph_def.library.function}
    called = library[call.attr["f"].func.name].signature
    assert len(called.input_arg) == len(call.input) == len(call.attr["Tin"].list.type)
    assert all(name.partition(":")[0] in nodes for name in call.input)
    keys = nodes["save/tensor_names"].attr["value"].tensor.string_val
    stored = tf.train.list_variables(str(tmp_path / "variables" / "variables"))
    names = {name for name, _ in stored}
    assert {key.decode() for key in keys} == names - {"_CHECKPOINTABLE_OBJECT_GRAPH"}
    assert nodes[meta.saver_def.restore_op_name].op == "NoOp"


def test_variables_of_one_name_stay_apart(tf, tmp_path):
    module = tf.Module()
    module.a, module.b = tf.Variable(1.0), tf.Variable([1, 2])

    @tf.function(input_signature=[])
    def both():
        return tf.cast(module.b, tf.float32) + module.a

    tf.saved_model.save(module, str(tmp_path), signatures=both)
    loaded = tf.saved_model.load(str(tmp_path))
    (out,) = loaded.signatures["serving_default"]().values()
    assert out.numpy().tolist() == [2, 3]
