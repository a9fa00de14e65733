"""Models as the real Keras 2 (tf_keras) and Keras 3 save them, and what they predict.

    python tools/record/keras_files.py

with an interpreter that has TensorFlow, tf_keras and keras.
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np

FOLDER = os.path.join(os.path.dirname(__file__), "../../tests/fixtures/keras_files")


def graph(keras):
    layers = keras.layers
    x = keras.Input((5, 2), name="x")
    h = layers.Bidirectional(layers.LSTM(2))(x)
    h = layers.BatchNormalization()(h)
    h = layers.Dense(2, activation="relu")(h)
    y = layers.Dense(2, name="o", kernel_regularizer="l2")(h)
    return keras.Model(x, layers.Add()([h, y]), name="graph")


def stack(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Flatten(),
            layers.Dense(3),
            layers.BatchNormalization(),
            layers.Dense(2),
        ],
        name="stack",
    )


def main():
    import tf_keras as keras2

    import keras as keras3

    series = np.linspace(-1, 1, 40).reshape(4, 5, 2).astype("float32")
    images = np.linspace(-1, 1, 16).reshape(4, 2, 2).astype("float32")
    target = np.ones((4, 2), "float32")
    out = {"series": series, "images": images}
    for name, keras in (("keras2", keras2), ("keras3", keras3)):
        keras.utils.set_random_seed(3)
        model = graph(keras)
        model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
        model.fit(series, target, verbose=0, epochs=2)
        for suffix in (".h5", ".keras"):
            model.save(os.path.join(FOLDER, name + suffix))
        model.save_weights(os.path.join(FOLDER, f"{name}.weights.h5"))
        out[name] = model.predict(series, verbose=0)
    stacked = stack(keras2)
    stacked.compile("adam", "mse")
    stacked.fit(images, target, verbose=0)
    stacked.save_weights(os.path.join(FOLDER, "stack.ckpt"))
    out["stack"] = stacked.predict(images, verbose=0)
    stacked.fit(images, target, verbose=0, shuffle=False)
    out["stack after another step"] = stacked.predict(images, verbose=0)
    np.savez(os.path.join(FOLDER, "outputs.npz"), **out)


if __name__ == "__main__":
    main()
    sys.exit(0)
