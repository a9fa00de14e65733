"""Callbacks that write down or show what was measured."""

from __future__ import annotations

import collections
import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from penstock.keras.callbacks.base import Callback
from penstock.keras.utils.interactive import say
from penstock.keras.utils.progbar import Progbar


class History(Callback):
    """What `fit` returns: `history` maps each name to its values, epoch by epoch."""

    def __init__(self):
        super().__init__()
        self.history: dict[str, list] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs=None):
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self


class BaseLogger(Callback):
    """Averages metrics over an epoch. `fit` does so by itself."""

    def __init__(self, stateful_metrics=None):
        super().__init__()
        self.stateful_metrics = set(stateful_metrics or [])

    def on_epoch_begin(self, epoch, logs=None):
        self.seen, self.totals = 0, {}

    def on_batch_end(self, batch, logs=None):
        logs = logs or {}
        size = logs.get("size", 1)
        self.seen += size
        for name, value in logs.items():
            kept = name in self.stateful_metrics
            self.totals[name] = (
                value if kept else self.totals.get(name, 0) + value * size
            )

    def on_epoch_end(self, epoch, logs=None):
        for name in self.params.get("metrics", ()):
            if logs is not None and name in self.totals:
                kept = name in self.stateful_metrics
                logs[name] = self.totals[name] / (1 if kept else self.seen)


class ProgbarLogger(Callback):
    """The progress bar on standard output, with Keras 2's text."""

    def __init__(self, count_mode: str = "samples", stateful_metrics=None):
        super().__init__()
        if count_mode not in ("samples", "steps"):
            raise ValueError(
                f"Unknown `count_mode`: {count_mode}. Expected values are ['samples', "
                "'steps']"
            )
        self.use_steps = count_mode == "steps"
        self.stateful_metrics = set(stateful_metrics or ())
        self.seen = 0
        self.progbar: Progbar | None = None
        self.target = None
        self.verbose, self.epochs = 1, 1
        self._in_fit = False

    def set_params(self, params):
        super().set_params(params)
        self.verbose = params.get("verbose", 1)
        self.epochs = params.get("epochs", 1)
        self.target = params.get("steps") if self.use_steps else params.get("samples")

    def _wants_batches(self, kind: str) -> bool:
        return False

    def on_train_begin(self, logs=None):
        self._in_fit = True  # validation inside `fit` is silent

    def on_test_begin(self, logs=None):
        if not self._in_fit:
            self._restart()

    def on_predict_begin(self, logs=None):
        self._restart()

    def on_epoch_begin(self, epoch, logs=None):
        self._restart()
        if self.verbose and self.epochs > 1:
            say(f"Epoch {epoch + 1}/{self.epochs}\n")

    def on_train_batch_end(self, batch, logs=None):
        self._advance(batch, logs)

    def on_test_batch_end(self, batch, logs=None):
        if not self._in_fit:
            self._advance(batch, logs)

    def on_predict_batch_end(self, batch, logs=None):
        self._advance(batch, None)

    def on_epoch_end(self, epoch, logs=None):
        self._finish(logs)

    def on_test_end(self, logs=None):
        if not self._in_fit:
            self._finish(logs)

    def on_predict_end(self, logs=None):
        self._finish(logs)

    def _restart(self) -> None:
        self.seen, self.progbar = 0, None

    def _bar(self) -> Progbar:
        if self.progbar is None:
            names = [m.name for m in self.model.metrics] if self.model else []
            self.progbar = Progbar(
                self.target, verbose=self.verbose, unit_name="step",
                stateful_metrics=self.stateful_metrics | set(names),
            )  # fmt: skip
        return self.progbar

    def _advance(self, batch: int, logs) -> None:
        self.seen = batch + 1
        bar = self._bar()
        if self.verbose == 1:
            bar.update(self.seen, list((logs or {}).items()), finalize=False)

    def _finish(self, logs) -> None:
        bar = self._bar()
        if self.target is None:
            self.target = bar.target = self.seen
        bar.update(self.target, list((logs or {}).items()), finalize=True)


class LambdaCallback(Callback):
    """A callback of given functions."""

    def __init__(
        self, on_epoch_begin=None, on_epoch_end=None, on_batch_begin=None,
        on_batch_end=None, on_train_begin=None, on_train_end=None, **kwargs,
    ):  # fmt: skip
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin, "on_epoch_end": on_epoch_end,
            "on_batch_begin": on_batch_begin, "on_batch_end": on_batch_end,
            "on_train_begin": on_train_begin, "on_train_end": on_train_end,
        }  # fmt: skip
        vars(self).update(kwargs)
        for name, function in given.items():
            if function is not None:
                setattr(self, name, function)


class CSVLogger(Callback):
    """Writes each epoch's numbers as a row of a CSV file."""

    def __init__(self, filename, separator=",", append=False):
        super().__init__()
        self.filename, self.sep, self.append = Path(filename), separator, append
        self.keys: list[str] | None = None
        self._file: Any = None
        self._writer: Any = None

    def on_train_begin(self, logs=None):
        there = self.append and self.filename.exists() and self.filename.stat().st_size
        self._header = not there
        # Rows are added while training runs: a file to watch, written in place.
        self._file = self.filename.open("a" if self.append else "w", newline="")

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        if self.keys is None:
            self.keys = sorted(logs)
            # So that an epoch stopped early has columns for what it lacks.
            names = [f"val_{k}" for k in self.keys]
            if not any(k.startswith("val_") for k in self.keys) and getattr(
                self.model, "_validates", False
            ):
                self.keys += names
        if self._writer is None:
            self._writer = csv.DictWriter(
                self._file, ["epoch", *self.keys], delimiter=self.sep
            )
            if self._header:
                self._writer.writeheader()
        row = collections.OrderedDict(epoch=epoch)
        row.update((k, _cell(logs.get(k, "NA"))) for k in self.keys)
        self._writer.writerow(row)
        self._file.flush()

    def on_train_end(self, logs=None):
        self._file.close()
        self._writer = None


def _cell(value):
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return value.item()
    if isinstance(value, Iterable):
        return '"[' + ", ".join(map(str, value)) + ']"'
    return value


class RemoteMonitor(Callback):
    """Sends each epoch's numbers to a server, as a form field or as JSON."""

    def __init__(
        self, root="http://localhost:9000", path="/publish/epoch/end/", field="data",
        headers=None, send_as_json=False,
    ):  # fmt: skip
        super().__init__()
        self.root, self.path, self.field = root, path, field
        self.headers, self.send_as_json = headers, send_as_json

    def on_epoch_end(self, epoch, logs=None):
        import urllib.parse
        import urllib.request
        import warnings

        body = {"epoch": epoch, **{k: float(v) for k, v in (logs or {}).items()}}
        text = json.dumps(body)
        headers = dict(self.headers or {})
        if self.send_as_json:
            headers.setdefault("Content-Type", "application/json")
            data = text.encode()
        else:
            data = urllib.parse.urlencode({self.field: text}).encode()
        request = urllib.request.Request(self.root + self.path, data, headers)
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except OSError:
            warnings.warn(
                f"Could not reach RemoteMonitor root server at {self.root}",
                stacklevel=2,
            )
