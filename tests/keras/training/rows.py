"""Small trainings, written once for Keras and for Penstock. NumPy only."""

import contextlib
import io
import re

import numpy as np

_random = np.random.RandomState(3)
X = _random.rand(20, 6).astype(np.float32)
Y = _random.randint(0, 3, 20)
FIRST = [
    _random.randn(6, 5).astype(np.float32) * 0.4,
    np.zeros(5, np.float32),
    _random.randn(5, 3).astype(np.float32) * 0.4,
    np.zeros(3, np.float32),
]
COMPILE = {
    "optimizer": "adam", "loss": "sparse_categorical_crossentropy",
    "metrics": ["accuracy"],
}  # fmt: skip


def model(keras, weights=FIRST, **compiled):
    layers = keras.layers
    made = keras.Sequential(
        [
            layers.Dense(5, activation="relu", input_shape=(6,), name="first"),
            layers.Dense(3, activation="softmax", name="second"),
        ]
    )
    made.set_weights(weights)
    made.compile(**{**COMPILE, **compiled})
    return made


def _plain(history) -> dict:
    return {k: [float(v) for v in vs] for k, vs in history.history.items()}


def histories(keras) -> dict[str, dict]:
    """What `fit` measures with each of its options."""
    keras.backend.clear_session()  # default names count from the start
    common = {"epochs": 2, "shuffle": False, "verbose": 0, "batch_size": 8}
    weight = np.linspace(0.5, 1.5, 20).astype(np.float32)
    hot = np.eye(3, dtype=np.float32)[Y]
    l2 = keras.regularizers.l2(0.1)
    out = {
        "plain": model(keras).fit(X, Y, **common),
        "validation": model(keras).fit(X, Y, validation_data=(X[:7], Y[:7]), **common),
        "split": model(keras).fit(X, Y, validation_split=0.3, **common),
        "frequency": model(keras).fit(
            X, Y, validation_data=(X[:7], Y[:7]), validation_freq=2, **common
        ),
        "weights": model(keras, weighted_metrics=["mse"], metrics=None).fit(
            X, Y, sample_weight=weight, **common
        ),
        "classes": model(keras).fit(
            X, Y, class_weight={0: 1.0, 1: 2.0, 2: 0.5}, **common
        ),
        "one-hot": model(
            keras, loss="categorical_crossentropy", metrics=["acc", "mae", "AUC"]
        ).fit(X, hot, **common),
        "steps": model(keras).fit(X, Y, steps_per_epoch=2, **common),
        "initial": model(keras).fit(X, Y, initial_epoch=1, **common),
    }
    inputs = keras.Input((6,), name="in")
    x = keras.layers.Dense(4, kernel_regularizer=l2, name="shared")(inputs)
    outputs = [
        keras.layers.Dense(3, activation="softmax", name="a")(x),
        keras.layers.Dense(1, name="b")(x),
    ]
    two = keras.Model(inputs, outputs)
    ones = [np.full(w.shape, 0.1, np.float32) for w in two.get_weights()]
    two.set_weights(ones)
    two.compile(
        "sgd",
        {"a": "sparse_categorical_crossentropy", "b": "mse"},
        metrics={"a": ["accuracy"], "b": ["mae"]},
        loss_weights={"a": 1.0, "b": 0.5},
    )
    out["two outputs"] = two.fit(X, {"a": Y, "b": X[:, :1]}, **common)
    return {name: _plain(history) for name, history in out.items()}


def hooks(keras) -> list[str]:
    """Each hook in the order it is called, with what its logs hold."""
    seen: list[str] = []

    class Spy(keras.callbacks.Callback):
        pass

    def watch(name):
        def hook(self, *args, logs=None):
            *where, held = [*args, logs] if len(args) < 2 else args
            if name.endswith(("train_begin", "train_end", "test_begin", "test_end",
                              "predict_begin", "predict_end")):  # fmt: skip
                where, held = [], (args[0] if args else logs)
            seen.append(f"{name} {where} {sorted(held or {})}")

        return hook

    for name in dir(keras.callbacks.Callback):
        if name.startswith("on_") and not name.startswith("on_batch"):
            setattr(Spy, name, watch(name))
    made = model(keras)
    made.fit(X, Y, batch_size=8, epochs=2, verbose=0, validation_data=(X[:9], Y[:9]),
             validation_batch_size=8, callbacks=[Spy()])  # fmt: skip
    made.evaluate(X, Y, batch_size=10, verbose=0, callbacks=[Spy()])
    made.predict(X, batch_size=10, verbose=0, callbacks=[Spy()])
    return seen


def bars(keras) -> dict[str, list[str]]:
    """The last state of each line on standard output, times and numbers masked."""
    out = {}
    for verbose in (1, 2):
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            made = model(keras)
            made.fit(X, Y, batch_size=8, epochs=2, verbose=verbose, shuffle=False,
                     validation_data=(X[:9], Y[:9]))  # fmt: skip
            made.evaluate(X, Y, batch_size=10, verbose=verbose)
            made.predict(X, batch_size=10, verbose=verbose)
        lines = [
            re.split(r"[\b\r]+", line)[-1].rstrip()
            for line in shown.getvalue().splitlines()
        ]
        out[str(verbose)] = [
            re.sub(
                r"- \d+s", "- Ns", re.sub(r"\d+(ms|us|s)/(step|epoch)", "T/\\2", line)
            )
            for line in lines
        ]
    return out


def written(keras) -> str:
    """What callbacks say, over a training in which all of them act."""
    shown = io.StringIO()
    callbacks = keras.callbacks
    with contextlib.redirect_stdout(shown):
        made = model(keras, optimizer=keras.optimizers.SGD(0.5))
        made.fit(
            X, Y, batch_size=8, epochs=12, verbose=0, shuffle=False,
            validation_data=(X[:9], (Y[:9] + 1) % 3),
            callbacks=[
                callbacks.ReduceLROnPlateau(patience=2, verbose=1, factor=0.5),
                callbacks.EarlyStopping(patience=5, verbose=1,
                                        restore_best_weights=True),
            ],
        )  # fmt: skip
        made.fit(
            X, Y, batch_size=8, epochs=2, verbose=0, shuffle=False,
            callbacks=[
                callbacks.LearningRateScheduler(lambda e, lr: lr * 0.5, verbose=1)
            ],
        )  # fmt: skip
    return shown.getvalue()


def summaries(keras) -> dict[str, str]:
    """`summary()` of several models and with its options."""
    layers = keras.layers
    out = {}

    def show(name, made, **options):
        lines: list[str] = []
        made.summary(print_fn=lambda line, **_: lines.append(line), **options)
        out[name] = "\n".join(lines)

    plain = keras.Sequential(
        [
            layers.Flatten(input_shape=(28, 28), name="flatten"),
            layers.Dense(128, activation="relu", name="dense"),
            layers.Dropout(0.2, name="dropout"),
            layers.Dense(10, activation="softmax", name="dense_1"),
        ],
        name="sequential",
    )
    show("plain", plain)
    show("narrow", plain, line_length=50)
    show("positions", plain, line_length=100, positions=[0.3, 0.6, 1.0])
    plain.layers[1].trainable = False
    show("frozen", plain)
    show("trainable", plain, show_trainable=True)
    late = keras.Sequential([layers.Dense(2, name="a")], name="late")
    late.build((None, 3))
    show("late", late)
    first = keras.Input((8,), name="left")
    second = keras.Input((8,), name="right_with_a_rather_long_name_indeed")
    inner = keras.Sequential(
        [layers.Dense(4, input_shape=(8,), name="i1"), layers.Dense(2, name="i2")],
        name="inner",
    )
    joined = layers.Concatenate(name="join")([inner(first), inner(second), first])
    end = layers.Dense(1, name="end")(joined)
    functional = keras.Model([first, second], end, name="functional")
    show("functional", functional)
    show("nested", functional, expand_nested=True)
    show("range", functional, layer_range=["inner", "end"])

    class Own(keras.Model):
        def __init__(self):
            super().__init__(name="own")
            self.one = layers.Dense(3, name="one")
            self.two = layers.Dense(2, name="two")

        def call(self, x):
            return self.two(self.one(x))

    own = Own()
    own(np.zeros((2, 4), np.float32))
    show("subclass", own)
    return out
