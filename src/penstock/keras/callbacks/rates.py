"""Callbacks that change the learning rate between epochs."""

from __future__ import annotations

import logging
import sys

import numpy as np

from penstock.keras.callbacks.base import Callback

_log = logging.getLogger("penstock.keras")


def _rate(model) -> float:
    optimizer = model.optimizer
    if not hasattr(optimizer, "lr"):
        raise ValueError('Optimizer must have a "lr" attribute.')
    return float(np.asarray(optimizer.learning_rate.numpy()))


class LearningRateScheduler(Callback):
    """Before each epoch the rate becomes `schedule(epoch, rate)` (or `(epoch)`)."""

    def __init__(self, schedule, verbose=0):
        super().__init__()
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch, logs=None):
        try:
            rate = self.schedule(epoch, _rate(self.model))
        except TypeError:
            rate = self.schedule(epoch)  # the form before Keras 2.2
        if hasattr(rate, "numpy"):
            rate = rate.numpy()
        if not isinstance(rate, float | np.floating | np.ndarray):
            raise ValueError(
                f'The output of the "schedule" function should be float. Got: {rate!r}'
            )
        self.model.optimizer.learning_rate = rate
        if self.verbose > 0:
            sys.stdout.write(
                f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to "
                f"{rate}.\n"
            )

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["lr"] = _rate(self.model)


class ReduceLROnPlateau(Callback):
    """Multiplies the rate by `factor` after `patience` epochs without improvement."""

    def __init__(
        self, monitor="val_loss", factor=0.1, patience=10, verbose=0, mode="auto",
        min_delta=1e-4, cooldown=0, min_lr=0, **kwargs,
    ):  # fmt: skip
        super().__init__()
        if factor >= 1.0:
            raise ValueError(
                f"ReduceLROnPlateau does not support a factor >= 1.0. Got {factor}"
            )
        self.monitor, self.factor, self.patience = monitor, factor, patience
        self.verbose, self.cooldown, self.min_lr = verbose, cooldown, min_lr
        self.min_delta = kwargs.pop("epsilon", min_delta)
        high = "acc" in monitor and mode == "auto"
        self._max = mode == "max" or high
        self.mode = mode
        self._reset()

    def _reset(self) -> None:
        self.best = -np.inf if self._max else np.inf
        self.cooldown_counter = self.wait = 0

    def on_train_begin(self, logs=None):
        self._reset()

    def in_cooldown(self) -> bool:
        return self.cooldown_counter > 0

    def on_epoch_end(self, epoch, logs=None):
        logs = {} if logs is None else logs
        logs["lr"] = _rate(self.model)
        current = logs.get(self.monitor)
        if current is None:
            _log.warning(
                "Learning rate reduction is conditioned on metric `%s` which is not "
                "available. Available metrics are: %s", self.monitor, ",".join(logs),
            )  # fmt: skip
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._improved(current):
            self.best, self.wait = current, 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _improved(self, current) -> bool:
        if self._max:
            return current > self.best + self.min_delta
        return current < self.best - self.min_delta

    def _reduce(self, epoch: int) -> None:
        old = np.float32(_rate(self.model))
        if old <= np.float32(self.min_lr):
            return
        new = max(old * self.factor, self.min_lr)  # in float32, as Keras computes it
        self.model.optimizer.learning_rate = new
        if self.verbose > 0:
            sys.stdout.write(
                f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to "
                f"{new}.\n"
            )
        self.cooldown_counter, self.wait = self.cooldown, 0
