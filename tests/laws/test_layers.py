"""Every layer's whole life, held against tf_keras.

Recorded by tools/record/layers.py: configs, outputs, gradients, masks, moved states.
"""

import json

import numpy as np
import pytest
from tests.laws import layer_samples as samples

import penstock as tf
from penstock.core import nest
from penstock.keras import layers
from penstock.keras.input_layer import Input
from penstock.keras.masks import getattr_mask
from penstock.keras.model import Model

IDS = [s.key for s in samples.SAMPLES]


@pytest.fixture(scope="module")
def facts(fixtures):
    return json.loads((fixtures / "layers.json").read_text())["samples"]


@pytest.fixture(scope="module")
def arrays(fixtures):
    with np.load(fixtures / "layers.npz", allow_pickle=False) as file:
        return dict(file)


def made(sample):
    return getattr(layers, sample.layer)(name="sample", **sample.arguments)


def called(layer, sample, inputs):
    if sample.many:
        return layer(inputs, **sample.call)
    return layer(*inputs, **sample.call)


def close(got, wanted, what, tolerance=2e-5):
    scale = max(1.0, float(np.max(np.abs(wanted), initial=0.0)))
    np.testing.assert_allclose(
        got, wanted, rtol=0, atol=tolerance * scale, err_msg=what
    )


def plain(value):
    """`value` as JSON keeps it."""
    return json.loads(json.dumps(value, default=lambda v: v.as_list()))


def same(got, wanted) -> bool:
    """Equal configs, floats as near as float32 keeps them."""
    if isinstance(wanted, dict):
        return got.keys() == wanted.keys() and all(
            same(got[k], wanted[k]) for k in wanted
        )
    if isinstance(wanted, float):
        return got == pytest.approx(wanted, rel=1e-6)
    return got == wanted


@pytest.mark.parametrize("sample", samples.SAMPLES, ids=IDS)
def test_call_and_gradient(sample, facts, arrays):
    known = facts[sample.key]
    index = known["index"]
    layer = made(sample)
    inputs = [tf.constant(a) for a in sample.inputs()]
    called(layer, sample, inputs)
    about = [[w.name, w.shape.as_list()] for w in layer.weights]
    assert about == known["weights"]
    assert [w.name for w in layer.trainable_weights] == known["trained"]
    values = samples.weights([tuple(w.shape) for w in layer.weights])
    layer.set_weights(values)
    floats = [i for i in inputs if i.dtype.is_floating]
    with tf.GradientTape() as tape:
        for x in floats:
            tape.watch(x)
        outputs = nest.flatten(called(layer, sample, inputs))
        downward = samples.cotangents([tuple(o.shape) for o in outputs])
        loss = tf.add_n(
            [
                tf.reduce_sum(tf.cast(o, "float32") * c)
                for o, c in zip(outputs, downward, strict=True)
            ]
        )
    for i, out in enumerate(outputs):
        close(out.numpy(), arrays[f"{index}/out/{i}"], f"output {i}")
    sources = [*floats, *layer.trainable_weights]
    if any(key.startswith(f"{index}/grad/") for key in arrays):
        for i, grad in enumerate(tape.gradient(loss, sources)):
            wanted = arrays.get(f"{index}/grad/{i}")
            assert (grad is None) == (wanted is None), f"gradient {i}"
            if grad is not None:
                close(tf.convert_to_tensor(grad).numpy(), wanted, f"gradient {i}")
    mask = getattr_mask(outputs[0])
    assert (mask is not None) == (f"{index}/mask" in arrays)
    if mask is not None:
        assert np.array_equal(mask.numpy(), arrays[f"{index}/mask"])
    for i, weight in enumerate(layer.weights):
        close(weight.numpy(), arrays.get(f"{index}/state/{i}", values[i]), weight.name)
    close([float(x) for x in layer.losses], known["losses"], "losses", 1e-4)


@pytest.mark.parametrize("sample", samples.SAMPLES, ids=IDS)
def test_config_goes_round(sample, facts):
    layer = made(sample)
    called(layer, sample, [tf.constant(a) for a in sample.inputs()])
    config = layer.get_config()
    wanted = facts[sample.key]["config"]
    assert same(plain(config), wanted)
    again = type(layer).from_config(config)
    assert plain(again.get_config()) == plain(config)


@pytest.mark.parametrize("sample", samples.SAMPLES, ids=IDS)
def test_symbolic_call_takes_any_batch(sample, arrays, facts):
    inputs = sample.inputs()
    kind = "int32" if sample.below else "float32"
    if sample.arguments.get("time_major"):
        pytest.skip("the batch is not first")
    symbols = [Input(shape=a.shape[1:], dtype=kind) for a in inputs]
    layer = made(sample)
    model = Model(symbols, called(layer, sample, symbols))
    assert all(o.shape[0] is None for o in model.outputs)
    layer.set_weights(samples.weights([tuple(w.shape) for w in layer.weights]))
    index = facts[sample.key]["index"]
    outputs = nest.flatten(model(inputs))
    for i, out in enumerate(outputs):
        close(out.numpy(), arrays[f"{index}/out/{i}"], f"output {i}")
        symbol = model.outputs[i].shape
        assert symbol.is_compatible_with(out.shape), (symbol, out.shape)
    if not sample.call:  # statistics of the batch change with it
        halves = [a[:1] for a in inputs]
        for out, whole in zip(nest.flatten(model(halves)), outputs, strict=True):
            close(out.numpy(), whole.numpy()[:1], "one row")


@pytest.mark.parametrize("sample", samples.SAMPLES, ids=IDS)
def test_mixed_precision(sample):
    if sample.below or sample.layer in ("Discretization",):
        pytest.skip("integers")
    layer = getattr(layers, sample.layer)(
        name="sample", dtype="mixed_bfloat16", **sample.arguments
    )
    inputs = [tf.constant(a) for a in sample.inputs()]
    outputs = nest.flatten(called(layer, sample, inputs))
    assert {o.dtype.name for o in outputs} == {"bfloat16"}
    assert all(w.dtype.name == "float32" for w in layer.weights)
    assert np.isfinite(tf.cast(outputs[0], "float32").numpy()).all()
