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
KNOWN = [s for s in samples.SAMPLES if s.reference]
KNOWN_IDS = [s.key for s in KNOWN]
FIRST = list({s.layer: s for s in reversed(samples.SAMPLES)}.values())[::-1]


@pytest.fixture(autouse=True)
def fresh_names():
    tf.keras.backend.clear_session()


@pytest.fixture(scope="module")
def facts(fixtures):
    return json.loads((fixtures / "layers.json").read_text())["samples"]


@pytest.fixture(scope="module")
def arrays(fixtures):
    with np.load(fixtures / "layers.npz", allow_pickle=False) as file:
        return dict(file)


def close(got, wanted, what, tolerance=2e-5):
    scale = max(1.0, float(np.max(np.abs(wanted), initial=0.0)))
    np.testing.assert_allclose(
        got, wanted, rtol=0, atol=tolerance * scale, err_msg=what
    )


def _last(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(":0")


def plain(value):
    """`value` as JSON keeps it."""
    return json.loads(json.dumps(value, default=lambda v: v.as_list()))


def bare(config, outside=True):
    """`config` without what layers inside get by chance: numbered names, shapes."""
    if isinstance(config, list):
        return [bare(v, outside) for v in config]
    if not isinstance(config, dict):
        return config
    dropped = {"build_config"} if outside else {"build_config", "name", "time_major"}
    return {k: bare(v, False) for k, v in config.items() if k not in dropped}


def same(got, wanted) -> bool:
    """Equal configs, floats as near as float32 keeps them."""
    if isinstance(wanted, dict):
        return got.keys() == wanted.keys() and all(
            same(got[k], wanted[k]) for k in wanted
        )
    if isinstance(wanted, float):
        return got == pytest.approx(wanted, rel=1e-6)
    return got == wanted


@pytest.mark.parametrize("sample", KNOWN, ids=KNOWN_IDS)
def test_call_and_gradient(sample, facts, arrays):
    known = facts[sample.key]
    index = known["index"]
    layer = sample.made(layers)
    inputs = [tf.constant(a) for a in sample.inputs()]
    sample.called(layer, inputs)
    about = [[w.name, w.shape.as_list()] for w in layer.weights]
    trained = [w.name for w in layer.trainable_weights]
    if sample.reference == "keras":  # Keras 3's names are other paths
        about = [[_last(n), shape] for n, shape in about]
        trained = [_last(n) for n in trained]
    assert about == known["weights"]
    assert trained == known["trained"]
    values = samples.weights([tuple(w.shape) for w in layer.weights])
    layer.set_weights(values)
    floats = [i for i in inputs if i.dtype.is_floating]
    with tf.GradientTape() as tape:
        for x in floats:
            tape.watch(x)
        outputs = nest.flatten(sample.called(layer, inputs))
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
    if sample.layer in ("IntegerLookup", "StringLookup", "TextVectorization"):
        pytest.skip("tests/keras/layers_of_data holds their configs")
    layer = sample.made(layers)
    sample.called(layer, [tf.constant(a) for a in sample.inputs()])
    config = layer.get_config()
    if sample.reference == "tf_keras":
        assert same(bare(plain(config)), bare(facts[sample.key]["config"]))
    again = type(layer).from_config(config)
    assert bare(plain(again.get_config())) == bare(plain(config))


@pytest.mark.parametrize("sample", samples.SAMPLES, ids=IDS)
def test_symbolic_call_takes_any_batch(sample, arrays, facts):
    inputs = sample.inputs()
    kind = "string" if sample.words else "int32" if sample.below else "float32"
    if sample.arguments.get("time_major"):
        pytest.skip("the batch is not first")
    symbols = [Input(shape=a.shape[1:], dtype=kind) for a in inputs]
    layer = sample.made(layers)
    model = Model(symbols, sample.called(layer, symbols))
    assert all(o.shape[0] is None for o in model.outputs)
    layer.set_weights(samples.weights([tuple(w.shape) for w in layer.weights]))
    index = facts[sample.key]["index"] if sample.reference else None
    outputs = nest.flatten(model(inputs))
    for i, out in enumerate(outputs):
        if sample.reference:
            close(out.numpy(), arrays[f"{index}/out/{i}"], f"output {i}")
        symbol = model.outputs[i].shape
        assert symbol.is_compatible_with(out.shape), (symbol, out.shape)
    if not sample.call:  # statistics of the batch change with it
        halves = [a[:1] for a in inputs]
        for out, whole in zip(nest.flatten(model(halves)), outputs, strict=True):
            close(out.numpy(), whole.numpy()[:1], "one row")


_AROUND = (
    "Pipeline",
    "RNN",
    "Bidirectional",
    "TimeDistributed",
    "SpectralNormalization",
)


@pytest.mark.parametrize("sample", samples.SAMPLES, ids=IDS)
def test_mixed_precision(sample):
    if sample.below or sample.words or sample.layer == "Discretization":
        pytest.skip("no floats")
    if sample.layer in _AROUND or sample.states:
        pytest.skip("a layer inside, or the one around, has a policy of its own")
    layer = sample.made(layers, dtype="mixed_bfloat16")
    inputs = [tf.constant(a) for a in sample.inputs()]
    outputs = nest.flatten(sample.called(layer, inputs))
    assert {o.dtype.name for o in outputs} == {"bfloat16"}
    assert all(w.dtype.name == "float32" for w in layer.weights)
    assert np.isfinite(tf.cast(outputs[0], "float32").numpy()).all()


#: Exported, and no layer that could be called by itself.
_NO_SAMPLE = {
    "MixUp": "takes pictures and labels: tests/keras/layers",
    "CutMix": "takes pictures and labels: tests/keras/layers",
    "DenseFeatures": "takes feature columns: tests/v2/snippets",
    "Layer": "the base",
    "AbstractRNNCell": "the base of cells",
    "Wrapper": "the base of wrappers",
    "InputLayer": "every model with inputs has one",
    "Lambda": "tests/keras/saving: its config holds code",
    "StackedRNNCells": "made by RNN of a list",
    "CuDNNGRU": "another name of GRU with fixed options",
    "CuDNNLSTM": "another name of LSTM with fixed options",
}


def test_every_exported_layer_has_a_sample():
    sampled = {s.layer for s in samples.SAMPLES}
    classes = {
        value.__name__
        for value in vars(layers).values()
        if isinstance(value, type) and issubclass(value, layers.Layer)
    }
    assert classes - sampled == set(_NO_SAMPLE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("layers")


@pytest.mark.parametrize("sample", FIRST, ids=[s.layer for s in FIRST])
def test_files(sample, folder):
    """In each format a model of the layer comes back whole, or its weights do."""
    inputs = sample.inputs()
    kind = "string" if sample.words else "int32" if sample.below else "float32"

    def model():
        symbols = [
            Input(batch_shape=a.shape, dtype=kind, name=f"i{n}")
            for n, a in enumerate(inputs)
        ]
        return Model(symbols, sample.called(sample.made(layers), symbols))

    first = model()
    first.set_weights(samples.weights([tuple(w.shape) for w in first.weights]))
    wanted = [o.numpy() for o in nest.flatten(first(inputs))]

    def same_outputs(other, how):
        for a, b in zip(wanted, nest.flatten(other(inputs)), strict=True):
            assert np.array_equal(a, b.numpy(), equal_nan=a.dtype.kind == "f"), how

    for name in ("whole.keras", "whole.h5"):
        first.save(folder / name)
        same_outputs(tf.keras.models.load_model(folder / name), name)
    for name in ("some.weights.h5", "some.h5", "some.ckpt"):
        first.save_weights(folder / name)
        second = model()
        status = second.load_weights(folder / name)
        if name.endswith("ckpt"):
            status.assert_consumed()
        same_outputs(second, name)
