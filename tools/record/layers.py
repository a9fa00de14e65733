"""What tf_keras gives for every layer sample: config, outputs, gradients, states.

    PYTHONPATH=. python tools/record/layers.py

with an interpreter that has TensorFlow and tf_keras.
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np
import tensorflow as tf
import tf_keras
from tests.laws import layer_samples as samples

import keras as keras3

FOLDER = os.path.join(os.path.dirname(__file__), "../../tests/fixtures")


def record(sample, arrays, index):
    keras = tf_keras if sample.reference == "tf_keras" else keras3
    layer = sample.made(keras.layers)
    inputs = [tf.constant(a) for a in sample.inputs()]

    def call():
        return sample.called(layer, inputs)

    call()
    values = samples.weights([tuple(w.shape) for w in layer.weights])
    trained = [w.name for w in layer.trainable_weights]
    if layer.weights:
        layer.set_weights(values)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([i for i in inputs if i.dtype.is_floating])
        outputs = tf.nest.flatten(call())
        loss = sum(
            tf.reduce_sum(tf.cast(o, "float32") * c)
            for o, c in zip(
                outputs, samples.cotangents([o.shape for o in outputs]), strict=True
            )
        )
    floats = [i for i in inputs if i.dtype.is_floating]
    weights = layer.trainable_weights
    if keras is keras3:
        weights = [w.value for w in weights]
    try:
        down = tape.gradient(loss, [*floats, *weights])
    except LookupError:
        down = [None]
    mask = getattr(outputs[0], "_keras_mask", None)
    arrays.update({f"{index}/out/{i}": o.numpy() for i, o in enumerate(outputs)})
    for i, g in enumerate(down):
        if g is not None:
            arrays[f"{index}/grad/{i}"] = tf.convert_to_tensor(g).numpy()
    if mask is not None:
        arrays[f"{index}/mask"] = mask.numpy()
    for i, w in enumerate(layer.weights):
        if not np.array_equal(w.numpy(), values[i]):
            arrays[f"{index}/state/{i}"] = w.numpy()
    return {
        "config": layer.get_config(),
        "weights": [[w.name, list(w.shape)] for w in layer.weights],
        "trained": trained,
        "losses": [float(x) for x in layer.losses],
    }


def plain(value):
    return value.as_list() if hasattr(value, "as_list") else float(value)


def main():
    arrays, about = {}, {}
    for index, sample in enumerate(samples.SAMPLES):
        if not sample.reference:
            continue
        try:
            about[sample.key] = {"index": index, **record(sample, arrays, index)}
        except Exception as error:
            print("not recorded:", sample.key, repr(error)[:300], file=sys.stderr)
    arrays = {
        k: v.astype(np.float16) if v.dtype == np.float64 else v
        for k, v in arrays.items()
    }
    np.savez_compressed(os.path.join(FOLDER, "layers.npz"), **arrays)
    facts = {
        "made by": f"TensorFlow {tf.__version__}, tf_keras {tf_keras.__version__}",
        "tolerance": "2e-5 of the largest value: float32 sums in another order",
        "samples": about,
    }
    with open(os.path.join(FOLDER, "layers.json"), "w") as file:
        json.dump(facts, file, separators=(",", ":"), default=plain)


if __name__ == "__main__":
    main()
