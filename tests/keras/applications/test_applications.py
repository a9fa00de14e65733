"""Applications against tf_keras': layers, names, order, shapes, and what they predict.

Recorded by tools/record/applications.py.
"""

import gzip
import json

import numpy as np
import pytest
from tests.keras.applications import drawn

import penstock as tf

applications = tf.keras.applications


@pytest.fixture(scope="module")
def recorded(fixtures):
    return json.loads(gzip.decompress((fixtures / "applications.json.gz").read_bytes()))


def build(name, arguments):
    tf.keras.backend.clear_session()
    return getattr(applications, name)(weights=None, **arguments)


def about(layer):
    shape = layer.output_shape
    return [
        type(layer).__name__,
        layer.name,
        list(shape[0] if isinstance(shape, list) else shape),
        [w.shape.as_list() for w in layer.weights],
    ]


@pytest.mark.parametrize(
    ("name", "arguments"), drawn.CHEAP, ids=[drawn.key(*m) for m in drawn.CHEAP]
)
def test_layers_are_keras(name, arguments, recorded):
    wanted = recorded["models"][drawn.key(name, arguments)]
    model = build(name, arguments)
    assert model.name == wanted["name"]
    assert [about(x) for x in model.layers] == wanted["layers"]
    if name in recorded["outputs"] and "input_shape" in arguments:
        drawn.fill(model)
        got = model(drawn.picture(model.input_shape[1:]), training=False).numpy()
        wanted = np.array(recorded["outputs"][name])
        np.testing.assert_allclose(
            got.ravel(), wanted, rtol=0, atol=2e-4 * np.abs(wanted).max()
        )


@pytest.mark.parametrize(
    ("module", "kind"),
    [("vgg16", "caffe"), ("mobilenet_v2", "tf"), ("densenet", "torch")],
)
def test_pictures_are_prepared(module, kind):
    wanted = {
        "caffe": [-100.939, -114.779, -122.68],
        "tf": [-0.99215686, -0.9843137, -0.9764706],
        "torch": [-2.1007793, -2.0007002, -1.7521569],
    }[kind]  # what tf_keras gives for (1, 2, 3)
    prepare = getattr(applications, module).preprocess_input
    pixel = np.array([[[[1.0, 2.0, 3.0]]]], np.float32)
    for given in (pixel.copy(), pixel.astype(np.uint8), tf.constant(pixel)):
        np.testing.assert_allclose(np.ravel(prepare(given)), wanted, rtol=1e-5)
    first = np.moveaxis(pixel, -1, 1)
    got = prepare(first.copy(), data_format="channels_first")
    np.testing.assert_allclose(np.ravel(got), wanted, rtol=1e-5)


def test_predictions_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    words = {str(i): [f"n{i:08}", f"word {i}"] for i in range(1000)}
    (tmp_path / "models/imagenet_class_index.json").write_text(json.dumps(words))
    scores = np.zeros((1, 1000), np.float32)
    scores[0, [7, 3]] = 0.6, 0.4
    (row,) = applications.vgg16.decode_predictions(scores, top=2)
    assert [(i, w) for i, w, _ in row] == [
        ("n00000007", "word 7"), ("n00000003", "word 3"),
    ]  # fmt: skip
    assert row[0][2] == np.float32(0.6)
    with pytest.raises(ValueError, match="expects a batch of predictions"):
        applications.vgg16.decode_predictions(scores[:, :10])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": "nothing"}, "The `weights` argument should be either `None`"),
        ({"weights": "imagenet", "classes": 10}, "`classes` should be 1000"),
        ({"weights": None, "input_shape": (10, 10, 3)}, "at least 32x32"),
        ({"weights": None, "input_shape": (224, 224)}, "a tuple of three integers"),
    ],
)
def test_wrong_arguments_are_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        applications.VGG16(**arguments)


def test_imagenet_weights_come_from_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    model = build("MobileNetV2", {"include_top": False, "input_shape": (96, 96, 3)})
    name = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_96_no_top.h5"
    model.save_weights(tmp_path / "models" / name)
    again = applications.MobileNetV2(include_top=False, input_shape=(96, 96, 3))
    first, second = model.get_weights()[0], again.get_weights()[0]
    assert np.array_equal(first, second)
