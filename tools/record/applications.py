"""The layers of tf_keras' applications, and what small ones predict.

    python tools/record/applications.py [FOLDER]

with an interpreter that has TensorFlow and tf_keras. Writes each model's layers (class,
name, output shape, shapes of weights) to tests/fixtures/applications.json, compressed,
and for the models of `PREDICTED` what they give for one picture when every weight is
drawn from the generator that tests/keras/applications/drawn.py shares. With FOLDER also
writes their weights as Keras' `.h5`.
"""

import gzip
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import tensorflow as tf
import tf_keras
from tests.keras.applications import drawn

HERE = os.path.join(os.path.dirname(__file__), "../../tests/fixtures")


def about(layer):
    shape = layer.output_shape
    return [
        type(layer).__name__,
        layer.name,
        list(shape[0] if isinstance(shape, list) else shape),
        [list(w.shape) for w in layer.weights],
    ]


def main():
    models, outputs = {}, {}
    for name, arguments in drawn.MODELS:
        tf_keras.backend.clear_session()
        model = getattr(tf_keras.applications, name)(weights=None, **arguments)
        models[drawn.key(name, arguments)] = {
            "name": model.name,
            "layers": [about(x) for x in model.layers],
        }
        if name in drawn.PREDICTED and "input_shape" in arguments:
            drawn.fill(model)
            picture = drawn.picture(model.input_shape[1:])
            outputs[name] = model(picture, training=False).numpy().ravel().tolist()
            if len(sys.argv) > 1:
                model.save_weights(os.path.join(sys.argv[1], f"{name}.h5"))
    facts = {
        "made by": f"TensorFlow {tf.__version__}, tf_keras {tf_keras.__version__}",
        "tolerance": "2e-4 of the largest: float32 through up to 200 layers",
        "models": models,
        "outputs": outputs,
    }
    text = json.dumps(facts, separators=(",", ":")).encode()
    with open(os.path.join(HERE, "applications.json.gz"), "wb") as file:
        file.write(gzip.compress(text, mtime=0))


if __name__ == "__main__":
    main()
