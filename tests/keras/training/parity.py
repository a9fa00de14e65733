"""A hundred steps of small models by each optimizer, for Keras and for Penstock alike.

Every model starts at weights from a seed of NumPy's and sees its batches in order.
"""

import gzip
from pathlib import Path

import numpy as np

BATCH, STEPS = 32, 100
SEED = 116

#: name -> (optimizer, options)
OPTIMIZERS = {
    "SGD": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "Nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "RMSprop": ("RMSprop", {}),
    "RMSprop centered": ("RMSprop", {"centered": True}),
    "RMSprop momentum": ("RMSprop", {"momentum": 0.5}),
    "Adam": ("Adam", {}),
    "AMSGrad": ("Adam", {"amsgrad": True}),
    "AdamW": ("AdamW", {"weight_decay": 0.01}),
    "Adagrad": ("Adagrad", {}),
    "Adadelta": ("Adadelta", {"learning_rate": 1.0}),
    "Adamax": ("Adamax", {}),
    "Nadam": ("Nadam", {}),
    "Ftrl": ("Ftrl", {"learning_rate": 0.01}),
    "Lion": ("Lion", {"learning_rate": 1e-4}),
    "Adafactor": ("Adafactor", {}),
}

#: Trainings that carry rounding on so far that a hundred steps are compared in float64:
#: convolutions with batch normalisation. On pictures tf_keras' own float32 leaves its
#: float64 by 1e-4 at step 8 (Adam) and 23 (SGD), ours at steps 86 and 47.
IN_FLOAT64 = ("convolutions", "convolutions SGD")


def digits():
    """scikit-learn's digits as (images [n, 8, 8] of [0, 1], labels), repeated."""
    from sklearn.datasets import load_digits

    kept = load_digits()
    rows = np.arange(BATCH * STEPS) % len(kept.target)
    return (kept.images[rows] / 16).astype(np.float32), kept.target[rows]


def fashion(folder: Path):
    """The first rows of Fashion-MNIST's training images, from its files in `folder`."""
    with gzip.open(folder / "train-images-idx3-ubyte.gz") as file:
        x = np.frombuffer(file.read(16 + BATCH * STEPS * 784)[16:], np.uint8)
    with gzip.open(folder / "train-labels-idx1-ubyte.gz") as file:
        y = np.frombuffer(file.read(8 + BATCH * STEPS)[8:], np.uint8)
    return x.reshape(-1, 28, 28).astype(np.float32) / np.float32(255), y.astype(int)


def dense(keras, side):
    layers = keras.layers
    return [
        layers.Flatten(), layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]  # fmt: skip


def convolutions(keras, side):
    layers = keras.layers
    return [
        layers.Reshape((side, side, 1)), layers.Conv2D(6, 5, padding="same"),
        layers.BatchNormalization(), layers.Activation("relu"),
        layers.MaxPool2D(2, 2, padding="same"), layers.Dropout(0.0),
        layers.Flatten(), layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]  # fmt: skip


def recurrent(keras, side):
    layers = keras.layers
    return [layers.LSTM(24), layers.Dense(10, activation="softmax")]


def cases():
    """(name, layers, optimizer, options) of each training."""
    for name, (optimizer, options) in OPTIMIZERS.items():
        yield name, dense, optimizer, options
    yield "convolutions", convolutions, "Adam", {}
    yield "convolutions SGD", convolutions, "SGD", {"momentum": 0.9}
    yield "LSTM", recurrent, "Adam", {}


def model(keras, layers, optimizer, options, side: int):
    """A compiled model of images [side, side] at weights from the seed."""
    made = keras.Sequential(layers(keras, side))
    made.build((None, side, side))
    random = np.random.RandomState(SEED)
    made.set_weights([_first(random, w.name, w.shape) for w in made.weights])
    made.compile(
        getattr(keras.optimizers, optimizer)(**options),
        "sparse_categorical_crossentropy",
        ["accuracy"],
    )
    return made


def _first(random, name: str, shape):
    """Glorot's range for matrices; offsets zero; scales and variances near one."""
    dims = tuple(shape)
    if len(dims) > 1:
        fans = np.prod(dims[:-2]) * (dims[-2] + dims[-1])
        return random.uniform(-1, 1, dims).astype(np.float32) * np.sqrt(6 / fans)
    ones = "gamma" in name or "variance" in name
    return np.full(dims, float(ones), np.float32)


def losses(keras, made, x, y) -> list[float]:
    """The loss of each batch in one epoch of `fit`, in order."""
    found: list[float] = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.reset_metrics()  # so that `loss` is of this batch alone

        def on_train_batch_end(self, batch, logs=None):
            found.append(float(logs["loss"]))

    made.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[Watch()])
    return found


def accuracies(keras, train, test, seeds, epochs: int) -> list[float]:
    """The share of `test` that the 784-128-10 model gets right, for each seed."""
    out = []
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        made = keras.Sequential(dense(keras, 28))
        made.compile(
            "adam", "sparse_categorical_crossentropy", ["accuracy"],
            steps_per_execution=75,
        )  # fmt: skip
        made.fit(*train, batch_size=BATCH, epochs=epochs, verbose=0)
        out.append(made.evaluate(*test, verbose=0)[1])
    return out
