"""`fit` and its kin against tf_keras: numbers, hooks, texts, tables."""

import json
import warnings

import numpy as np
import pytest
from tests.keras.training import rows

import penstock as tf
from penstock.core.errors import InvalidArgumentError

keras = tf.keras


@pytest.fixture(scope="module")
def kept(fixtures):
    return json.loads((fixtures / "keras_training.json").read_text())


def test_histories(kept):
    found = rows.histories(keras)
    for name, wanted in kept["values"]["histories"].items():
        assert list(found[name]) == list(wanted), name
        for key, values in wanted.items():
            np.testing.assert_allclose(
                found[name][key], values, rtol=1e-5, atol=1e-6, err_msg=f"{name} {key}"
            )


def test_hooks(kept):
    assert rows.hooks(keras) == kept["values"]["hooks"]


def test_bars(kept):
    found = rows.bars(keras)
    for verbose, wanted in kept["values"]["bars"].items():
        assert [x for x in found[verbose] if x] == [x for x in wanted if x]


def test_what_callbacks_say(kept):
    assert rows.written(keras) == kept["values"]["written"]


def test_summaries(kept):
    found = rows.summaries(keras)
    for name, wanted in kept["values"]["summaries"].items():
        assert found[name] == wanted, name


def test_sources_of_batches_agree():
    common = {"epochs": 2, "verbose": 0, "shuffle": False}
    wanted = rows.model(keras).fit(rows.X, rows.Y, batch_size=4, **common).history

    def batches():
        while True:
            for i in range(0, 20, 4):
                yield rows.X[i : i + 4], rows.Y[i : i + 4]

    class Rows(keras.utils.Sequence):
        def __len__(self):
            return 5

        def __getitem__(self, i):
            return rows.X[4 * i : 4 * i + 4], rows.Y[4 * i : 4 * i + 4]

    for source, options in (
        (batches(), {"steps_per_epoch": 5}), (Rows(), {}), (Rows(), {"workers": 2}),
    ):  # fmt: skip
        found = rows.model(keras).fit(source, **options, **common).history
        for key, values in wanted.items():
            np.testing.assert_allclose(found[key], values, rtol=1e-5)


def test_eagerly_the_same():
    options = {"batch_size": 8, "verbose": 0, "shuffle": False}
    one = rows.model(keras).fit(rows.X, rows.Y, **options).history["loss"]
    two = rows.model(keras, run_eagerly=True).fit(rows.X, rows.Y, **options)
    np.testing.assert_allclose(one, two.history["loss"], rtol=1e-5)


def test_own_train_step():
    class Own(keras.Sequential):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                p = self(x, training=True)
                loss = self.compiled_loss(y, p, regularization_losses=self.losses)
            grads = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(
                zip(grads, self.trainable_variables, strict=True)
            )
            self.compiled_metrics.update_state(y, p)
            return {m.name: m.result() for m in self.metrics}

    made = Own(
        [
            keras.layers.Dense(5, "relu", input_shape=(6,)),
            keras.layers.Dense(3, "softmax"),
        ]
    )
    made.set_weights(rows.FIRST)
    made.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    options = {"batch_size": 8, "verbose": 0, "shuffle": False}
    found = made.fit(rows.X, rows.Y, **options).history
    wanted = rows.model(keras).fit(rows.X, rows.Y, **options).history
    assert list(found) == list(wanted)
    np.testing.assert_allclose(found["loss"], wanted["loss"], rtol=1e-5)


def test_learning_rate_changes_between_batches():
    made = rows.model(keras, optimizer=keras.optimizers.SGD(0.1))

    class Freeze(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.optimizer.lr = 0.0 if batch else 0.1

    made.fit(rows.X, rows.Y, batch_size=4, verbose=0, shuffle=False,
             callbacks=[Freeze()])  # fmt: skip
    once = rows.model(keras, optimizer=keras.optimizers.SGD(0.1))
    once.train_on_batch(rows.X[:4], rows.Y[:4])
    np.testing.assert_allclose(made.get_weights()[0], once.get_weights()[0], rtol=1e-6)


def _batches(y=rows.Y):
    return tf.data.Dataset.from_tensor_slices((rows.X, y)).batch(4)


def _endless():
    while True:
        yield from ((rows.X[i : i + 4], rows.Y[i : i + 4]) for i in range(0, 20, 4))


_FIRST = rows.Y[0] + 3
#: what a program does -> what it is told
TOLD = {
    "class too large": (
        lambda: rows.model(keras).fit(rows.X, rows.Y + 3, verbose=0, shuffle=False),
        InvalidArgumentError,
        rf"value of {_FIRST} which is outside the valid range of \[0, 3\).* units",
    ),
    "class below zero": (
        lambda: rows.model(keras).evaluate(rows.X, rows.Y - 3, verbose=0),
        InvalidArgumentError,
        r"outside the valid range of \[0, 3\).*from 0: renumber them",
    ),
    "class in a data set": (
        lambda: rows.model(keras).fit(_batches(rows.Y + 3), verbose=0),
        InvalidArgumentError,
        rf"Received a label value of {_FIRST} which is outside",
    ),
    "no rows": (
        lambda: rows.model(keras).fit(rows.X[:0], rows.Y[:0]),
        ValueError,
        "Expected input data to be non-empty",
    ),
    "no targets": (
        lambda: rows.model(keras).fit(rows.X, verbose=0),
        ValueError,
        "Target data is missing.*loss=sparse_categorical_crossentropy",
    ),
    "no loss": (
        lambda: rows.model(keras, loss=None).fit(rows.X, rows.Y, verbose=0),
        ValueError,
        "No loss found",
    ),
    "a generator split": (
        lambda: rows.model(keras).fit(_endless(), validation_split=0.2),
        ValueError,
        "`validation_split` is only supported for Tensors or NumPy arrays",
    ),
    "a class without weight": (
        lambda: rows.model(keras).fit(rows.X, rows.Y, class_weight={0: 1.0, 2: 1.0}),
        ValueError,
        r"The classes \[1\] exist in the data but not in `class_weight`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TOLD)
def test_what_is_wrong_is_told(what):
    act, kind, said = TOLD[what]
    with pytest.raises(kind, match=said):
        act()


def test_data_that_end_too_soon_end_the_training():
    few = ((rows.X[:4], rows.Y[:4]) for _ in range(5))
    with pytest.warns(UserWarning, match="ran out of data.*in this case, 12 batches"):
        told = rows.model(keras).fit(few, steps_per_epoch=4, epochs=3, verbose=0)
    assert told.epoch == [0, 1]


def test_validation_begins_anew_each_time():
    made = rows.model(keras, optimizer=keras.optimizers.SGD(0.0))
    held = _batches().repeat()
    told = made.fit(rows.X, rows.Y, epochs=2, verbose=0, validation_data=held,
                    validation_steps=2).history["val_loss"]  # fmt: skip
    assert told[0] == told[1] != made.evaluate(rows.X, rows.Y, verbose=0)[0]


def test_a_metric_beside_itself_weighted():
    made = rows.model(keras, weighted_metrics=["accuracy"])
    told = made.fit(rows.X, rows.Y, sample_weight=np.linspace(0, 1, 20), verbose=0)
    assert list(told.history) == ["loss", "accuracy", "weighted_accuracy"]


def test_hooks_of_several_steps_at_once():
    seen: list[int] = []
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(batch)
    )
    options = {"shuffle": False, "verbose": 0}
    wanted = rows.model(keras).fit(rows.X, rows.Y, batch_size=4, **options).history
    for source in ((rows.X, rows.Y, 4), (_batches(),)):
        made = rows.model(keras, steps_per_execution=2)
        told = made.fit(*source, callbacks=[watch], **options).history
        np.testing.assert_allclose(told["loss"], wanted["loss"], rtol=1e-5)
    assert seen == [1, 3, 4] * 2


def test_steps_that_overflow_count():
    """As tf_keras: the scale halves, nothing else changes, and the step counts."""
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        scaled = keras.mixed_precision.LossScaleOptimizer(
            keras.optimizers.SGD(0.1), initial_scale=2.0**30
        )
        made = rows.model(keras, optimizer=scaled)
        made.fit(rows.X, rows.Y, batch_size=4, verbose=0)
    finally:
        keras.mixed_precision.set_global_policy("float32")
    assert float(scaled.loss_scale) == 2.0**25
    assert int(scaled.iterations) == 5
    np.testing.assert_array_equal(made.get_weights()[0], rows.FIRST[0])


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision_learns(policy):
    keras.mixed_precision.set_global_policy(policy)
    try:
        made = rows.model(keras, optimizer=keras.optimizers.Adam(0.05))
        told = made.fit(rows.X, rows.Y, batch_size=4, epochs=30, verbose=0).history
    finally:
        keras.mixed_precision.set_global_policy("float32")
    assert made.layers[0].compute_dtype == policy.removeprefix("mixed_")
    assert {w.dtype for w in made.weights} == {tf.float32}
    assert told["loss"][-1] < 0.8 * told["loss"][0]


def test_nan_ends_training(capsys):
    made = rows.model(keras)
    x = rows.X.copy()
    x[9] = np.nan
    made.fit(x, rows.Y, batch_size=4, epochs=3, verbose=0, shuffle=False,
             callbacks=[keras.callbacks.TerminateOnNaN()])  # fmt: skip
    assert capsys.readouterr().out == ("Batch 2: Invalid loss, terminating training\n")


def test_not_compiled():
    made = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
    with pytest.raises(RuntimeError, match="must compile your model"):
        made.fit(np.zeros((2, 2)), np.zeros(2))


def test_wrong_input_shape():
    with pytest.raises(ValueError, match="incompatible"):
        rows.model(keras).fit(rows.X[:, :4], rows.Y, verbose=0)


def test_counts_differ():
    with pytest.raises(ValueError, match="Data cardinality is ambiguous"):
        rows.model(keras).fit(rows.X, rows.Y[:-1], verbose=0)


def test_second_epoch_compiles_nothing_new():
    made = rows.model(keras)
    made.fit(rows.X, rows.Y, batch_size=4, verbose=0)
    steps = dict(made._steps_made)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made.fit(rows.X, rows.Y, batch_size=4, verbose=0)
    assert dict(made._steps_made) == steps


class Watching(keras.Model):
    """Tells which pass of a shuffled data set each first batch belongs to."""

    def __init__(self, passes):
        super().__init__()
        self.passes, self.seen = passes, []

    def train_step(self, data):
        return self._see("T", data)

    def test_step(self, data):
        return self._see("E", data)

    def _see(self, kind, data):
        number = self.passes.get(tuple(data[0].numpy().ravel()))
        self.seen += [] if number is None else [(kind, number)]
        return {"loss": 0.0}

    def call(self, x):
        return x


def test_passes_over_shuffled_data_sets_count_as_in_tf_keras():
    def shuffled():
        numbers = tf.data.Dataset.range(8).map(lambda n: (n[None], 0.0))
        return numbers.shuffle(8, seed=1).batch(4)

    every = shuffled()
    passes = {tuple(next(iter(every))[0].numpy().ravel()): n for n in range(1, 16)}
    model = Watching(passes)
    model.compile(loss="mse", run_eagerly=True)

    def seen(run):
        model.seen = []
        run()
        return model.seen

    # The numbers are what tf_keras 2.21 prints; it draws one order more than it uses.
    data, other = shuffled(), shuffled()
    assert seen(lambda: model.fit(data, epochs=2, verbose=0)) == [("T", 2), ("T", 3)]
    assert seen(lambda: model.fit(data, epochs=1, verbose=0)) == [("T", 5)]
    assert seen(lambda: model.evaluate(data, verbose=0)) == [("E", 7)]
    data = shuffled()
    both = seen(lambda: model.fit(data, validation_data=other, epochs=2, verbose=0))
    assert both == [("T", 2), ("E", 2), ("T", 3), ("E", 4)]
    data = shuffled().repeat()
    run = dict(steps_per_epoch=2, epochs=2, verbose=0)
    assert seen(lambda: model.fit(data, **run)) == [("T", 1), ("T", 2)]
    data = shuffled().cache()
    assert seen(lambda: model.fit(data, epochs=2, verbose=0)) == [("T", 2), ("T", 2)]


def test_a_model_without_weights_is_built_once():
    class First(keras.Model):
        def call(self, x):
            return x[:, :1]

    model = First()
    model.compile(loss="mse")
    x = np.arange(20, dtype=np.float32).reshape(10, 2)
    data = tf.data.Dataset.from_tensor_slices((x, np.zeros((10, 1)))).batch(4)
    wanted = np.mean(x[:, 0] ** 2)
    assert model.evaluate(data, verbose=0) == pytest.approx(wanted)
    assert model.evaluate(x, np.zeros((10, 1)), verbose=0) == pytest.approx(wanted)


def test_a_model_of_two_networks_needs_no_call():
    class Pair(keras.Model):
        def __init__(self):
            super().__init__()
            self.one, self.two = (keras.layers.Dense(1) for _ in range(2))

        def compile(self, first, second):
            super().compile()
            self.first, self.second = first, second

        def train_step(self, data):
            (x,), told = data, {}
            for name, net, rule in (
                ("one", self.one, self.first), ("two", self.two, self.second)
            ):  # fmt: skip
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean(tf.square(net(x) - 1.0))
                weights = net.trainable_variables
                gradients = tape.gradient(loss, weights)
                rule.apply_gradients(zip(gradients, weights, strict=True))
                told[name] = loss
            return told

    keras.utils.set_random_seed(1)
    model = Pair()
    model.compile(keras.optimizers.SGD(0.1), keras.optimizers.Adam(0.1))
    history = model.fit(np.ones((16, 3), np.float32), epochs=9, verbose=0).history
    assert history["one"][-1] < 0.1 * history["one"][0]
    assert history["two"][-1] < history["two"][0]


def test_what_a_layer_does_not_implement_is_told():
    class Around(keras.Model):
        calls = 0

        def call(self, inputs):
            self.calls += 1
            if self.calls == 1:  # as the model is built
                raise NotImplementedError("the first call")
            return inputs

    model = Around()
    model.compile("sgd", "mse")
    with pytest.raises(NotImplementedError, match="the first call"):
        model.fit(np.zeros((2, 1)), np.zeros((2, 1)), verbose=0)


def test_metrics_and_losses_that_layers_tell():
    class Watched(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.far = keras.metrics.MeanAbsoluteError(name="far")

        def call(self, x):
            self.add_metric(self.far(tf.zeros_like(x), x), name="ignored")
            self.add_loss(0.5 * tf.reduce_mean(x))
            return x

    model = keras.Sequential([Watched(), keras.layers.Dense(1)])
    model(tf.ones((2, 2)))
    assert [float(loss) for loss in model.losses] == [0.5]
    model.compile("sgd", "mse")
    history = model.fit(np.ones((4, 2), np.float32), np.ones((4, 1)), verbose=0).history
    assert sorted(history) == ["far", "loss"] and history["far"] == [1.0]


def test_metrics_of_a_sequential_on_a_dict_cover_the_epoch(monkeypatch):
    """It has no graph to tell that it is built: it was, and its metrics reset, anew
    for each run of steps, of which a busy machine makes several an epoch."""
    one = property(lambda pace: 1, lambda pace, steps: None)
    monkeypatch.setattr("penstock.keras.fit_step.Pace.steps", one, raising=False)

    class Only(keras.layers.Layer):
        def call(self, features):
            return features["a"]

    dense = keras.layers.Dense(1, kernel_initializer="zeros")
    model = keras.Sequential([Only(), dense])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    rows = {"a": np.ones((6, 1), np.float32)}, np.arange(6, dtype=np.float32)
    data = tf.data.Dataset.from_tensor_slices(rows).shuffle(6).batch(2)
    seen = model.fit(data, epochs=2, verbose=0).history
    assert np.allclose(seen["loss"], np.mean(np.arange(6.0) ** 2))
