"""Masks, axes and options at their edges, as tf_keras 2.21 gives or refuses them."""

import importlib

import numpy as np
import pytest

import penstock as tf

K, L = tf.keras, tf.keras.layers
X = np.random.RandomState(0).randn(4, 5, 3).astype("float32")
MASK = np.array(
    [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 0, 0, 0, 0], [1, 1, 0, 1, 1]], bool
)


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ("sum", [0.2109, -0.0956, 0.1096, 0.1383, 0.2368, 0.163, 0, 0, 0, 0, 0.005]),
        ("ave", [0.1055, -0.0478, 0.0548, 0.0692, 0.1184, 0.0815, 0, 0, 0, 0, 0.0025]),
        ("concat", [0.057, 0.1184, 0.154, -0.214, 0.1576, 0.2037, -0.0479, -0.0654]),
    ],
)
def test_masked_steps_of_bidirectional_are_zeros(mode, wanted):
    layer = L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode=mode)
    layer(X)
    r = np.random.RandomState(3)
    shapes = [w.shape for w in layer.get_weights()]
    layer.set_weights([r.uniform(-0.5, 0.5, s).astype("float32") for s in shapes])
    out = layer(X, mask=MASK)
    np.testing.assert_allclose(np.ravel(out)[: len(wanted)], wanted, atol=6e-5)
    assert np.abs(out.numpy()[~MASK]).max() == 0
    inner = layer.get_config()["layer"]["config"]
    assert "zero_output_for_mask" not in inner


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: L.BatchNormalization(axis=5)(X), r"Expected 0 <= axis < inputs.rank"),
        (lambda: L.BatchNormalization(axis=[1, -2])(X), r"Duplicate axis: \(1, 1\)"),
        (lambda: L.LayerNormalization(axis=7)(X), r"Received: axis=\(7,\)"),
        (lambda: L.LayerNormalization(axis=[1, -2])(X), "Duplicate axis"),
        (lambda: K.regularizers.L2(float("nan")), "not a valid regularization penalty"),
        (lambda: K.initializers.Ones()((2,), "string"), "numeric or boolean dtype"),
        (lambda: K.mixed_precision.Policy("nope"), "a mixed precision Policy"),
    ],
)
def test_refused(made, message):
    with pytest.raises(ValueError, match=message):
        made()


def test_r2_of_constant_targets_counts_as_zero():
    truth = np.eye(3, dtype="float32")[[0, 2, 1, 1]]
    guess = np.random.RandomState(0).rand(4, 3).astype("float32")
    metric = K.metrics.R2Score()
    metric.update_state(truth, guess, sample_weight=np.array([1, 0, 2, 0.5], "f4"))
    assert float(metric.result()) == pytest.approx(0.098892294, rel=1e-5)
    metric.reset_state()
    assert np.isnan(metric.result().numpy())


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("layers.experimental.preprocessing", "Rescaling"),
        ("layers.experimental", "EinsumDense"),
        ("optimizers.legacy", "Adam"),
        ("optimizers.experimental", "AdamW"),
        ("experimental", "CosineDecay"),
        ("utils.legacy", "serialize_keras_object"),
        ("dtype_policies", "DTypePolicy"),
        ("ops.numpy", "kron"),
        ("tree", "flatten"),
    ],
)
def test_places(module, name):
    assert callable(getattr(importlib.import_module(f"penstock.keras.{module}"), name))


def test_policies_go_round():
    policies = K.dtype_policies
    config = policies.serialize(policies.get("mixed_bfloat16"))
    assert policies.deserialize(config) == K.mixed_precision.Policy("mixed_bfloat16")
