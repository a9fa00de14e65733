"""`TensorBoard`: event files for the TensorBoard viewer."""

from __future__ import annotations

import os
import time
from typing import Any

import numpy as np

from penstock.formats import events
from penstock.keras.callbacks.base import Callback


class TensorBoard(Callback):
    """Losses, metrics and weights as event files under `log_dir`.

    train/ and validation/ hold `epoch_<name>` by epoch; with `update_freq` an integer
    or "batch", `batch_<name>` by step too. `histogram_freq`: every how many epochs the
    weights are written.
    """

    def __init__(
        self, log_dir="logs", histogram_freq=0, write_graph=True, write_images=False,
        write_steps_per_second=False, update_freq="epoch", profile_batch=0,
        embeddings_freq=0, embeddings_metadata=None, **kwargs,
    ):  # fmt: skip
        super().__init__()
        kwargs.pop("batch_size", None)  # Keras before 2.3
        kwargs.pop("write_grads", None)
        if kwargs:
            raise ValueError(
                f"Unrecognized arguments in `TensorBoard` Callback: {sorted(kwargs)}"
            )
        del profile_batch, embeddings_freq, embeddings_metadata
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq, self.write_graph = histogram_freq, write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq: Any = 1 if update_freq == "batch" else update_freq
        self._writers: dict[str, events.EventWriter] = {}
        self._step = 0

    def _wants_batches(self, kind: str) -> bool:
        return kind == "train" and self.update_freq != "epoch"

    def _writer(self, name: str) -> events.EventWriter:
        if name not in self._writers:
            folder = os.path.join(self.log_dir, name)
            self._writers[name] = events.EventWriter(folder, ".v2")
        return self._writers[name]

    def _scalars(self, writer: str, values: dict[str, Any], step: int) -> None:
        if values:
            content = [events.scalar(tag, float(v)) for tag, v in values.items()]
            self._writer(writer).add_summary(events.summary(*content), step)
            self._writer(writer).flush()

    def on_train_begin(self, logs=None):
        self._step = int(self.model.optimizer.iterations.numpy())

    def on_epoch_begin(self, epoch, logs=None):
        self._began = time.time()
        self._first_step = self._step

    def on_train_batch_end(self, batch, logs=None):
        self._step += 1
        if self.update_freq == "epoch" or self._step % self.update_freq:
            return
        values = {f"batch_{k}": v for k, v in (logs or {}).items() if _is_number(v)}
        self._scalars("train", values, self._step)

    def on_test_end(self, logs=None):
        if self.model.optimizer is None or not hasattr(self.model, "_validates"):
            return
        step = int(self.model.optimizer.iterations.numpy())
        found = {
            f"evaluation_{k}_vs_iterations": v
            for k, v in (logs or {}).items()
            if _is_number(v)
        }
        self._scalars("validation", found, step)

    def on_epoch_end(self, epoch, logs=None):
        logs = {k: v for k, v in (logs or {}).items() if _is_number(v)}
        train = {f"epoch_{k}": v for k, v in logs.items() if not k.startswith("val_")}
        rate = self.model.optimizer._learning_rate
        if callable(rate) and not hasattr(rate, "assign"):
            train["epoch_learning_rate"] = self.model.optimizer.learning_rate.numpy()
        if self.write_steps_per_second:
            now = int(self.model.optimizer.iterations.numpy())
            took = max(time.time() - self._began, 1e-9)
            train["epoch_steps_per_second"] = (now - self._first_step) / took
            self._step = now
        found = {f"epoch_{k[4:]}": v for k, v in logs.items() if k.startswith("val_")}
        self._scalars("train", train, epoch)
        self._scalars("validation", found, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._weights(epoch)

    def _weights(self, epoch: int) -> None:
        content = []
        for layer in self.model.layers:
            for weight in layer.weights:
                tag = weight.name.replace(":", "_")
                value = weight.numpy()
                if np.isfinite(value).all():
                    content.append(events.histogram(f"{tag}/histogram", value))
        if content:
            self._writer("train").add_summary(events.summary(*content), epoch)
            self._writer("train").flush()

    def on_train_end(self, logs=None):
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()


def _is_number(value) -> bool:
    return np.ndim(value) == 0 and not isinstance(value, str)
