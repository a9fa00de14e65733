"""`Callback` and `CallbackList`: what is called while a model trains."""

from __future__ import annotations

from typing import Any


class Callback:
    """The base: override the hooks that matter. As `tf.keras.callbacks.Callback`.

    `self.model` and `self.params` (verbose, epochs, steps) are there from the start.
    """

    def __init__(self):
        self.validation_data = None
        self.model: Any = None
        self.params: dict[str, Any] = {}

    def set_params(self, params) -> None:
        self.params = params

    def set_model(self, model) -> None:
        self.model = model

    def on_batch_begin(self, batch, logs=None):
        """`on_train_batch_begin`, by its old name."""

    def on_batch_end(self, batch, logs=None):
        """`on_train_batch_end`, by its old name."""

    def on_epoch_begin(self, epoch, logs=None):
        """Before an epoch; counted from 0."""

    def on_epoch_end(self, epoch, logs=None):
        """After an epoch; `logs` holds its losses and metrics, `val_` ones too."""

    def on_train_batch_begin(self, batch, logs=None):
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch, logs=None):
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch, logs=None):
        """Before a batch of evaluation or validation."""

    def on_test_batch_end(self, batch, logs=None):
        """After a batch of evaluation or validation."""

    def on_predict_batch_begin(self, batch, logs=None):
        """Before a batch of prediction."""

    def on_predict_batch_end(self, batch, logs=None):
        """After a batch of prediction; `logs` holds "outputs"."""

    def on_train_begin(self, logs=None):
        """At the start of `fit`."""

    def on_train_end(self, logs=None):
        """At the end of `fit`."""

    def on_test_begin(self, logs=None):
        """At the start of an evaluation or validation."""

    def on_test_end(self, logs=None):
        """At the end of an evaluation or validation."""

    def on_predict_begin(self, logs=None):
        """At the start of a prediction."""

    def on_predict_end(self, logs=None):
        """At the end of a prediction."""

    def _wants_batches(self, kind: str) -> bool:
        """Whether a hook for batches of `kind` was overridden."""
        hooks = [f"on_{kind}_batch_begin", f"on_{kind}_batch_end"]
        if kind == "train":
            hooks += ["on_batch_begin", "on_batch_end"]
        return any(
            hook in vars(self)
            or getattr(type(self), hook, None) is not getattr(Callback, hook)
            for hook in hooks
        )
