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


def test_label_out_of_range():
    made = rows.model(keras)
    with pytest.raises(InvalidArgumentError) as told:
        made.fit(rows.X, rows.Y + 3, verbose=0)
    first = rows.Y[0] + 3
    assert (
        f"Received a label value of {first} which is outside the valid range of [0, 3)"
        in str(told.value)
    )


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
