"""Record models that Keras 2 saved as folders, and what they predict for ones.

    ORACLE/bin/python tools/record/keras_folders.py -> tests/fixtures/keras_folders

Tolerance 1e-5: float32 sums in another order.
"""

import os
import shutil
from pathlib import Path

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_USE_LEGACY_KERAS="1")

import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "keras_folders"
L = tf.keras.layers


def sequential():
    return tf.keras.Sequential(
        [
            L.Dense(4, activation="relu", input_shape=(3,)),
            L.BatchNormalization(),
            L.Dense(2),
        ]
    )


def functional():
    x = tf.keras.Input((3,))
    y = L.Dense(4, activation="tanh")(x)
    return tf.keras.Model(x, L.Dense(2)(L.Concatenate()([x, y])))


shutil.rmtree(FOLDER, ignore_errors=True)
for make in (sequential, functional):
    tf.keras.utils.set_random_seed(1)
    model, ones = make(), np.ones((8, 3), np.float32)
    model.compile("adam", "mse")
    model.fit(ones, np.zeros((8, 2)), verbose=0)
    model.save(str(FOLDER / make.__name__))
    # What Penstock reads: the metadata and the variables.
    (FOLDER / make.__name__ / "saved_model.pb").unlink()
    (FOLDER / make.__name__ / "fingerprint.pb").unlink(missing_ok=True)
    np.save(FOLDER / f"{make.__name__}.npy", model.predict(ones, verbose=0))
    print(make.__name__)
