"""Callbacks that write files or change training."""

import csv
import json

import numpy as np
import pytest
from tests.keras.training import rows

import penstock as tf
from penstock.formats.events import read_events

callbacks = tf.keras.callbacks
QUIET = {"batch_size": 8, "verbose": 0, "shuffle": False}


def test_csv(tmp_path):
    path = tmp_path / "log.csv"
    fit = rows.model(tf.keras).fit
    history = fit(rows.X, rows.Y, epochs=2, callbacks=[callbacks.CSVLogger(path)],
                  **QUIET)  # fmt: skip
    with path.open(newline="") as file:
        found = list(csv.DictReader(file))
    assert list(found[0]) == ["epoch", "accuracy", "loss"]
    assert [float(r["loss"]) for r in found] == history.history["loss"]


def test_tensorboard(tmp_path):
    from tensorboard.util.tensor_util import make_ndarray

    made = rows.model(tf.keras)
    board = callbacks.TensorBoard(tmp_path, histogram_freq=1)
    history = made.fit(rows.X, rows.Y, epochs=2, callbacks=[board],
                       validation_data=(rows.X, rows.Y), **QUIET).history  # fmt: skip

    def values(folder):
        found: dict[str, list] = {}
        for path in sorted((tmp_path / folder).iterdir()):
            for event in read_events(path):
                for v in event.summary.value:
                    array = make_ndarray(v.tensor)
                    found.setdefault(v.tag, []).append((event.step, array))
        return found

    train, validation = values("train"), values("validation")
    losses = train["epoch_loss"]
    np.testing.assert_allclose([v for _, v in losses], history["loss"], rtol=1e-6)
    assert [s for s, _ in losses] == [0, 1]
    found = [v for _, v in validation["epoch_loss"]]
    np.testing.assert_allclose(found, history["val_loss"], rtol=1e-6)
    assert [s for s, _ in validation["evaluation_loss_vs_iterations"]] == [3, 6]
    assert train["first/kernel_0/histogram"][0][1][:, 2].sum() == 30
    layers = json.loads(train["keras"][0][1].item())
    assert layers["class_name"] == "Sequential"


def test_best_weights_are_saved(tmp_path):
    made = rows.model(tf.keras)
    path = tmp_path / "best.ckpt"
    keep = callbacks.ModelCheckpoint(
        path, monitor="loss", save_best_only=True, save_weights_only=True
    )
    made.fit(rows.X, rows.Y, epochs=3, callbacks=[keep], **QUIET)
    assert (tmp_path / "best.ckpt.index").exists()
    again = rows.model(tf.keras)
    again.load_weights(path)
    for a, b in zip(again.get_weights(), made.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_names_of_checkpoints(tmp_path):
    path = tmp_path / "e{epoch:02d}-{loss:.1f}.weights.h5"
    keep = callbacks.ModelCheckpoint(path, save_weights_only=True)
    rows.model(tf.keras).fit(rows.X, rows.Y, epochs=2, callbacks=[keep], **QUIET)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "e01-1.1.weights.h5", "e02-1.1.weights.h5"
    ]  # fmt: skip


def test_unknown_field_in_a_name(tmp_path):
    keep = callbacks.ModelCheckpoint(tmp_path / "{val_loss}", save_weights_only=True)
    with pytest.raises(KeyError, match="Failed to format this callback filepath"):
        rows.model(tf.keras).fit(rows.X, rows.Y, callbacks=[keep], **QUIET)


def test_training_goes_on_after_a_break(tmp_path):
    class Break(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    whole = rows.model(tf.keras).fit(rows.X, rows.Y, epochs=4, **QUIET).history
    backup = callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.raises(KeyboardInterrupt):
        rows.model(tf.keras).fit(
            rows.X, rows.Y, epochs=4, callbacks=[backup, Break()], **QUIET
        )
    again = rows.model(tf.keras)
    rest = again.fit(
        rows.X, rows.Y, epochs=4,
        callbacks=[callbacks.BackupAndRestore(tmp_path / "backup")], **QUIET,
    )  # fmt: skip
    assert rest.epoch == [2, 3]
    np.testing.assert_allclose(rest.history["loss"], whole["loss"][2:], rtol=1e-6)
    assert not (tmp_path / "backup").exists()


def test_lambda():
    seen = []
    called = callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(epoch),
        on_batch_end=lambda batch, logs: seen.append(logs["loss"] > 0),
    )
    rows.model(tf.keras).fit(rows.X, rows.Y, callbacks=[called], **QUIET)
    assert seen == [True, True, True, 0]


def test_stop_from_a_batch():
    class Stop(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)
            self.model.stop_training = batch == 1

    seen: list[int] = []
    rows.model(tf.keras).fit(rows.X, rows.Y, epochs=3, callbacks=[Stop()], **QUIET)
    assert seen == [0, 1]


def test_what_is_no_callback():
    with pytest.raises(TypeError, match=r"an object of tf\.keras\.callbacks"):
        rows.model(tf.keras).fit(rows.X, rows.Y, callbacks=[3])
