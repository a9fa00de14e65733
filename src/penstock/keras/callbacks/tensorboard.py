"""`TensorBoard`: event files for the TensorBoard viewer."""

from __future__ import annotations

import logging
import os
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from penstock.api.specs import TensorSpec
from penstock.core import nest
from penstock.core.dtypes import as_dtype
from penstock.formats import atomic, events
from penstock.formats.messages import SummaryMetadata
from penstock.keras.backend_config import floatx
from penstock.keras.callbacks.base import Callback
from penstock.v2 import summary
from penstock.v2.function import function

_log = logging.getLogger("penstock.keras")


class TensorBoard(Callback):
    """Losses, metrics and weights as event files under `log_dir`.

    train/ and validation/ hold `epoch_<name>` by epoch; with `update_freq` an integer
    or "batch", `batch_<name>` by step too, and what the model itself writes by
    `tf.summary`. `histogram_freq`: every how many epochs weights are written, with
    `write_images` as pictures also. `write_graph`: the model's layers and operations.
    """

    def __init__(
        self, log_dir="logs", histogram_freq=0, write_graph=True, write_images=False,
        write_steps_per_second=False, update_freq="epoch", profile_batch=0,
        embeddings_freq=0, embeddings_metadata=None, **kwargs,
    ):  # fmt: skip
        super().__init__()
        for old in ("batch_size", "write_grads", "embeddings_layer_names"):
            kwargs.pop(old, None)  # Keras before 2.3
        if kwargs:
            raise ValueError(
                f"Unrecognized arguments in `TensorBoard` Callback: {sorted(kwargs)}"
            )
        del profile_batch
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq, self.write_graph = histogram_freq, write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq: Any = 1 if update_freq == "batch" else update_freq
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self._writers: dict[str, summary.SummaryWriter] = {}
        self._graph_written = False
        self._step = 0
        self._inside = ExitStack()

    def _wants_batches(self, kind: str) -> bool:
        return kind == "train" and self.update_freq != "epoch"

    def _writer(self, name: str) -> summary.SummaryWriter:
        if name not in self._writers:
            folder = os.path.join(self.log_dir, name)
            self._writers[name] = summary.create_file_writer(folder)
        return self._writers[name]

    def _scalars(self, writer: str, values: dict[str, Any], step: int) -> None:
        if values:
            with self._writer(writer).as_default(), summary.record_if(True):
                for tag, value in values.items():
                    summary.scalar(tag, float(value), step)

    def _iterations(self) -> int:
        return int(self.model.optimizer.iterations.numpy())

    # --- training ---------------------------------------------------------------------

    def set_model(self, model):
        super().set_model(model)
        self._graph_written = False
        if self.write_graph:
            self._write_layers()
        if self.embeddings_freq:
            self._name_embeddings()

    def on_train_begin(self, logs=None):
        self._step = self._iterations()
        if self.update_freq != "epoch":
            due = lambda: self._step % self.update_freq == 0  # noqa: E731
            self._inside.enter_context(
                self._writer("train").as_default(self.model.optimizer.iterations)
            )
            self._inside.enter_context(summary.record_if(due))

    def on_epoch_begin(self, epoch, logs=None):
        self._began = time.time()
        self._first_step = self._iterations()

    def on_train_batch_begin(self, batch, logs=None):
        self._batch_began = time.time()

    def on_train_batch_end(self, batch, logs=None):
        self._step += 1
        if self.update_freq == "epoch":
            return
        values = {f"batch_{k}": v for k, v in (logs or {}).items() if _is_number(v)}
        if self.write_steps_per_second:
            took = max(time.time() - self._batch_began, 1e-9)
            values = {"batch_steps_per_second": 1.0 / took, **values}
        if self._step % self.update_freq == 0:
            self._scalars("train", values, self._step)

    def on_test_end(self, logs=None):
        if self.model.optimizer is None or not hasattr(self.model, "_validates"):
            return
        found = {
            f"evaluation_{k}_vs_iterations": v
            for k, v in (logs or {}).items()
            if _is_number(v)
        }
        self._scalars("validation", found, self._iterations())

    def on_epoch_end(self, epoch, logs=None):
        logs = {k: v for k, v in (logs or {}).items() if _is_number(v)}
        train = {f"epoch_{k}": v for k, v in logs.items() if not k.startswith("val_")}
        rate = self.model.optimizer._learning_rate
        if callable(rate) and not hasattr(rate, "assign"):
            train["epoch_learning_rate"] = self.model.optimizer.learning_rate.numpy()
        if self.write_steps_per_second:
            took = max(time.time() - self._began, 1e-9)
            steps = self._iterations() - self._first_step
            train["epoch_steps_per_second"] = steps / took
        found = {f"epoch_{k[4:]}": v for k, v in logs.items() if k.startswith("val_")}
        self._scalars("train", train, epoch)
        self._scalars("validation", found, epoch)
        if self.write_graph and not self._graph_written:
            self._write_operations()
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            path = os.path.join(self.log_dir, "train", f"keras_embedding.ckpt-{epoch}")
            self.model.save_weights(path)

    def on_train_end(self, logs=None):
        self._inside.close()
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    # --- what is written besides numbers ----------------------------------------------

    def _write_layers(self) -> None:
        """The model's config, which the viewer draws as a graph of layers."""
        try:
            config = self.model.to_json()
        except (NotImplementedError, TypeError, ValueError):
            return  # a subclass: the viewer has its operations
        metadata = SummaryMetadata(
            plugin_data=SummaryMetadata.PluginData(
                plugin_name="graph_keras_model", content=b"1"
            )
        )
        value = np.array(config.encode(), object)
        writer = self._writer("train")._events
        content = events.tensor("keras", value, metadata)
        writer.add_summary(events.summary(content), 0)  # type: ignore[union-attr]

    def _write_operations(self) -> None:
        """The graph of the model's own operations, once it is built."""
        self._graph_written = True
        specs = _input_specs(self.model)
        if specs is None:
            return
        model = self.model
        try:
            made: Any = function(lambda x: model(x, training=False))
            graph = made.get_concrete_function(specs).graph
            data = graph.as_graph_def()
        except Exception as error:  # a model that only runs eagerly has no graph
            _log.warning("TensorBoard: the graph was not written: %s", error)
            return
        self._writer("train")._events.add_graph(data)  # type: ignore[union-attr]

    def _write_weights(self, epoch: int) -> None:
        with self._writer("train").as_default(), summary.record_if(True):
            for layer in self.model.layers:
                for weight in layer.weights:
                    tag = weight.name.replace(":", "_")
                    value = weight.numpy()
                    summary.histogram(f"{tag}/histogram", value, epoch)
                    if self.write_images:
                        _write_picture(f"{tag}/image", value, epoch)

    def _name_embeddings(self) -> None:
        """Which weights the viewer's projector shows, as projector_config.pbtxt."""
        from google.protobuf import text_format
        from tensorboard.plugins import projector

        generated: Any = projector  # has no types to check
        config = generated.ProjectorConfig()
        names = self.embeddings_metadata
        for number, layer in enumerate(x for x in self.model.layers if x.weights):
            if type(layer).__name__ != "Embedding":
                continue
            shown = config.embeddings.add()
            shown.tensor_name = (
                f"layer_with_weights-{number}/embeddings/.ATTRIBUTES/VARIABLE_VALUE"
            )
            given = names.pop(layer.name, None) if isinstance(names, dict) else names
            if given is not None:
                shown.metadata_path = str(given)
        path = Path(self.log_dir) / "projector_config.pbtxt"
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_bytes(path, text_format.MessageToString(config).encode())


def _input_specs(model):
    """Specs of the tensors that `model` takes, or None where that is not known."""
    inputs = nest.flatten(getattr(model, "inputs", None) or [])
    specs = [TensorSpec(t.shape, t.dtype) for t in inputs]
    shape = getattr(model, "_build_input_shape", None)
    if not specs and isinstance(shape, tuple):
        specs = [TensorSpec((None, *shape[1:]), as_dtype(floatx()))]
    return specs[0] if len(specs) == 1 else specs or None


def _write_picture(tag: str, value: np.ndarray, epoch: int) -> None:
    """A weight as a grey picture, or as one for each of its outputs."""
    shown = np.squeeze(value)
    if shown.ndim == 1:
        shown = shown.reshape(1, -1, 1, 1)
    elif shown.ndim == 2:
        shown = shown.T if shown.shape[0] > shown.shape[1] else shown
        shown = shown.reshape(1, *shown.shape, 1)
    elif shown.ndim == 3:
        shown = shown.transpose(2, 0, 1)[..., None]
    if shown.ndim == 4 and shown.shape[-1] in (1, 3, 4):
        summary.image(tag, shown, epoch)


def _is_number(value) -> bool:
    return np.ndim(value) == 0 and not isinstance(value, str)
