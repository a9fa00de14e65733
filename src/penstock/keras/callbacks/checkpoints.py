"""Callbacks that keep models and the state of training in files."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np

from penstock.formats import atomic
from penstock.keras.callbacks.base import Callback
from penstock.keras.callbacks.stopping import better

_log = logging.getLogger("penstock.keras")


class ModelCheckpoint(Callback):
    """Saves the model, or its weights, after epochs or every `save_freq` batches.

    `filepath` may hold fields such as {epoch:02d} and {val_loss:.2f}. Raises KeyError
    at the first save for a field that is not measured.
    """

    def __init__(
        self, filepath, monitor="val_loss", verbose=0, save_best_only=False,
        save_weights_only=False, mode="auto", save_freq="epoch", options=None,
        initial_value_threshold=None, **kwargs,
    ):  # fmt: skip
        super().__init__()
        self.filepath = os.fspath(filepath)
        self.monitor, self.verbose = monitor, verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self.period = kwargs.pop("period", 1)
        self.load_weights_on_restart = kwargs.pop("load_weights_on_restart", False)
        if kwargs:
            _log.warning("ModelCheckpoint takes no %s.", ", ".join(sorted(kwargs)))
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ValueError(
                f'Unrecognized save_freq: {save_freq}. Expected save_freq are "epoch" '
                "or integer"
            )
        self.save_freq: Any = save_freq
        self.monitor_op, worst = better(monitor, mode, "ModelCheckpoint")
        self.best = (
            worst if initial_value_threshold is None else initial_value_threshold
        )
        self._since = self._last_batch = self._epoch = self._epochs_since = 0

    def _wants_batches(self, kind: str) -> bool:
        return kind == "train" and self.save_freq != "epoch"

    def on_train_begin(self, logs=None):
        if self.load_weights_on_restart:
            path = Path(self.filepath)
            if path.exists() or path.with_name(path.name + ".index").exists():
                self.model.load_weights(self.filepath)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch, self._last_batch = epoch, 0

    def on_train_batch_end(self, batch, logs=None):
        if self.save_freq == "epoch":
            return
        new = batch + 1 if batch <= self._last_batch else batch - self._last_batch
        self._last_batch = batch
        self._since += new if batch else 1
        if self._since >= self.save_freq:
            self._since = 0
            self._save(self._epoch, batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        self._epochs_since += 1
        if self.save_freq == "epoch" and self._epochs_since >= self.period:
            self._epochs_since = 0
            self._save(epoch, None, logs)

    def _save(self, epoch: int, batch, logs) -> None:
        logs = dict((logs or {}).items())
        path = self._path(epoch, batch, logs)
        if not self.save_best_only:
            self._say(f"\nEpoch {epoch + 1}: saving model to {path}")
            self._write(path)
            return
        current = logs.get(self.monitor)
        if current is None:
            _log.warning(
                "Can save best model only with %s available, skipping.", self.monitor
            )
        elif self.monitor_op(current, self.best):
            self._say(
                f"\nEpoch {epoch + 1}: {self.monitor} improved from {self.best:.5f} to "
                f"{current:.5f}, saving model to {path}"
            )
            self.best = current
            self._write(path)
        else:
            self._say(
                f"\nEpoch {epoch + 1}: {self.monitor} did not improve from "
                f"{self.best:.5f}"
            )

    def _write(self, path: str) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)

    def _path(self, epoch: int, batch, logs) -> str:
        fields = dict(logs)
        if batch is not None and "batch" not in fields:
            fields["batch"] = batch + 1
        try:
            return self.filepath.format(epoch=epoch + 1, **fields)
        except KeyError as error:
            raise KeyError(
                f'Failed to format this callback filepath: "{self.filepath}". Reason: '
                f"{error}. Measured are: {sorted(fields)}."
            ) from None

    def _say(self, text: str) -> None:
        if self.verbose > 0:
            sys.stdout.write(text + "\n")


class BackupAndRestore(Callback):
    """Keeps the state of training in `backup_dir`; `fit` goes on from there.

    Weights, the optimizer's variables and the epoch, after each epoch or every
    `save_freq` batches. The backup is removed when training ends, if
    `delete_checkpoint`.
    """

    def __init__(
        self, backup_dir, save_freq="epoch", delete_checkpoint=True,
        save_before_preemption=False,
    ):  # fmt: skip
        super().__init__()
        if not backup_dir:
            raise ValueError("Empty `backup_dir` argument passed")
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ValueError(
                "`save_freq` must be 'epoch' or an integer number of batches, not "
                f"{save_freq!r}."
            )
        del save_before_preemption
        self.backup_dir, self.save_freq = Path(backup_dir), save_freq
        self.delete_checkpoint = delete_checkpoint
        self._epoch = self._batches = 0

    @property
    def _file(self) -> Path:
        return self.backup_dir / "training.npz"

    def _wants_batches(self, kind: str) -> bool:
        return kind == "train" and self.save_freq != "epoch"

    def on_train_begin(self, logs=None):
        if not self._file.exists():
            return
        if not self.model.built:
            raise ValueError(
                f"There is a backup in {self.backup_dir}, but the model has no weights "
                "yet to take it. Give its first layer an input_shape, or call "
                "`model.build` before `fit`."
            )
        self.restore(self.model)

    def restore(self, model) -> None:
        """Put back what was kept. Raises ValueError where it is another model's."""
        model.optimizer.build(model.trainable_variables)
        with np.load(self._file, allow_pickle=False) as kept:
            held = _state(model)
            arrays = [kept[f"v{i}"] for i in range(int(kept["count"]))]
            if [a.shape for a in arrays] != [tuple(v.shape) for v in held]:
                raise ValueError(
                    f"The backup in {self.backup_dir} is of another model. Remove the "
                    "folder to start anew."
                )
            for variable, value in zip(held, arrays, strict=True):
                variable.assign(value)
            at = int(kept["epoch"]), int(kept["batch"])
            object.__setattr__(model, "_goes_on_at", at)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        self._batches += 1
        if self.save_freq != "epoch" and self._batches >= self.save_freq:  # pyright: ignore
            self._batches = 0
            done = batch + 1 == self.params.get("steps")
            at = (self._epoch + 1, 0) if done else (self._epoch, batch + 1)
            self._keep(*at)

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch":
            self._keep(epoch + 1, 0)

    def _keep(self, epoch: int, batch: int) -> None:
        """Write down that training goes on at `batch` of `epoch`."""
        held = _state(self.model)
        self.backup_dir.mkdir(parents=True, exist_ok=True)
        arrays = {f"v{i}": np.asarray(v.numpy()) for i, v in enumerate(held)}
        with atomic.replacing(self._file) as file:
            place = {"epoch": np.array(epoch), "batch": np.array(batch)}
            arrays |= {"count": np.array(len(held)), **place}
            np.savez(file, **arrays)  # type: ignore[arg-type]

    def on_train_end(self, logs=None):
        if self.delete_checkpoint and self.backup_dir.exists():
            shutil.rmtree(self.backup_dir)


def _state(model) -> list:
    """Every variable that training goes on from."""
    optimizer = model.optimizer
    return [
        *model.weights, *optimizer.variables, *optimizer._kept_besides().values(),
    ]  # fmt: skip
