"""Record what tf_keras and Keras 3 make of operations between layers.

With the reference's Python, from the repository's root:
    TF_USE_LEGACY_KERAS=1 PYTHONPATH=src:. python tools/record/keras_models.py
Writes tests/fixtures/keras_models.json.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import tensorflow as tf
import tf_keras
from tests.keras.models import operation_rows as operations

import keras

PATH = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "keras_models.json"


def measured() -> dict:
    out = {}
    for name, row in operations.rows(tf).items():
        made = operations.model(tf, row)
        out[name] = {**operations.told(made), "outputs": operations.outputs(made)}
    return out


def of_keras_3() -> dict:
    """A model by `keras.ops` as Keras 3 stores it, and what it gives."""
    ops = keras.ops
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    z = ops.relu(2.0 - (x + y) * 3.0)
    z = ops.concatenate([z, x], axis=-1)[:, 1:6]
    z = z / ops.mean(ops.abs(z), axis=1, keepdims=True)
    a, b = ops.split(keras.layers.Dense(2)(z), 2, axis=1)
    made = keras.Model([x, y], ops.matmul(a, ops.ones((1, 3))) + ops.softmax(b))
    made.set_weights([np.full(w.shape, 0.25, np.float32) for w in made.get_weights()])
    values = operations.VALUES
    found = made([values, values[::-1].copy()])
    return {
        "config": json.loads(made.to_json()),
        "operations": [[o.name, type(o).__name__] for o in made.operations],
        "outputs": np.asarray(found).tolist(),
    }  # fmt: skip


def main() -> None:
    whole = {
        "tensorflow": tf.__version__, "tf_keras": tf_keras.__version__,
        "keras": keras.__version__, "tolerance": 1e-5,
        "reason": "float32 functions rounded in another order",
        "operations": measured(), "keras 3": of_keras_3(),
    }  # fmt: skip
    PATH.write_text(json.dumps(whole) + "\n")


if __name__ == "__main__":
    main()
