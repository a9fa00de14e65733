"""Callbacks that end training."""

from __future__ import annotations

import logging
import sys

import numpy as np

from penstock.keras.callbacks.base import Callback

_log = logging.getLogger("penstock.keras")


def better(monitor: str, mode: str, who: str):
    """`improves(new, old)` for what is monitored, and the worst value."""
    if mode not in ("auto", "min", "max"):
        _log.warning("%s mode %s is unknown, fallback to auto mode.", who, mode)
        mode = "auto"
    high = any(monitor.endswith(end) for end in ("acc", "accuracy", "auc", "fmeasure"))
    if mode == "max" or (mode == "auto" and high):
        return np.greater, -np.inf
    return np.less, np.inf


class EarlyStopping(Callback):
    """Stops when `monitor` has not improved by `min_delta` for `patience` epochs."""

    def __init__(
        self, monitor="val_loss", min_delta=0, patience=0, verbose=0, mode="auto",
        baseline=None, restore_best_weights=False, start_from_epoch=0,
    ):  # fmt: skip
        super().__init__()
        self.monitor, self.patience, self.verbose = monitor, patience, verbose
        self.baseline, self.start_from_epoch = baseline, start_from_epoch
        self.restore_best_weights = restore_best_weights
        self.monitor_op, self._worst = better(monitor, mode, "EarlyStopping")
        sign = 1 if self.monitor_op is np.greater else -1
        self.min_delta = sign * abs(min_delta)
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best, self.best_weights = self._worst, None

    def on_train_begin(self, logs=None):
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best, self.best_weights = self._worst, None

    def on_epoch_end(self, epoch, logs=None):
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights = self.model.get_weights()
            self.best_epoch = epoch
        self.wait += 1
        if self._is_improvement(current, self.best):
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self._is_improvement(current, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.stopped_epoch > 0 and self.verbose > 0:
            _say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                _say(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)

    def get_monitor_value(self, logs):
        """What is monitored, or None with a warning where it was not measured."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            _log.warning(
                "Early stopping conditioned on metric `%s` which is not available. "
                "Available metrics are: %s", self.monitor, ",".join(logs or {}),
            )  # fmt: skip
        return value

    def _is_improvement(self, value, reference) -> bool:
        return bool(self.monitor_op(value - self.min_delta, reference))


class TerminateOnNaN(Callback):
    """Stops at the first batch whose loss is not a number."""

    def on_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is not None and not np.isfinite(loss):
            _say(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
