"""The callbacks of one `fit`, called in turn."""

from __future__ import annotations

from typing import Any

from penstock.keras.callbacks.logs import History, ProgbarLogger


class CallbackList:
    """Callbacks called in turn. Made by `fit`; programs may pass their own."""

    def __init__(
        self, callbacks=None, add_history=False, add_progbar=False, model=None, **params
    ):
        given = callbacks if isinstance(callbacks, list | tuple) else [callbacks]
        self.callbacks: list[Any] = [c for c in given if c is not None]
        for callback in self.callbacks:
            if not hasattr(callback, "set_model"):
                raise TypeError(
                    f"A callback is an object of tf.keras.callbacks, not {callback!r}."
                )
        self._history = self._progbar = None
        for callback in self.callbacks:
            if isinstance(callback, History):
                self._history = callback
            if isinstance(callback, ProgbarLogger):
                self._progbar = callback
        if self._history is None and add_history:
            self._history = History()
            self.callbacks.append(self._history)
        if self._progbar is None and add_progbar:
            self._progbar = ProgbarLogger(count_mode="steps")
            self.callbacks.append(self._progbar)
        if model is not None:
            self.set_model(model)
        self.params: dict[str, Any] = {}
        if params:
            self.set_params(params)
        self._batch_calls: dict[str, list] = {}

    def append(self, callback) -> None:
        self.callbacks.append(callback)

    def set_params(self, params) -> None:
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model) -> None:
        self.model = model
        if self._history is not None:
            model.history = self._history
        for callback in self.callbacks:
            callback.set_model(model)

    def __iter__(self):
        return iter(self.callbacks)

    # --- batches ----------------------------------------------------------------------

    def needs_every_batch(self, kind: str) -> bool:
        """Whether a callback must be called for each batch, one by one."""
        return any(_wants(c, kind) for c in self.callbacks)

    def passed(self, kind: str, batch: int) -> None:
        """A batch whose hooks nobody overrides: only counted."""
        if self._progbar is not None:
            self._progbar.seen = batch + 1

    def _batch(self, kind: str, side: str, batch, logs) -> None:
        name = f"on_{kind}_batch_{side}"
        calls = self._batch_calls.get(name)
        if calls is None:
            calls = self._batch_calls[name] = [
                getattr(c, name)
                for c in self.callbacks
                if _wants(c, kind) or c is self._progbar
            ]
        for call in calls:
            call(batch, logs)

    def on_train_batch_begin(self, batch, logs=None):
        self._batch("train", "begin", batch, logs or {})

    def on_train_batch_end(self, batch, logs=None):
        self._batch("train", "end", batch, logs)

    def on_test_batch_begin(self, batch, logs=None):
        self._batch("test", "begin", batch, logs or {})

    def on_test_batch_end(self, batch, logs=None):
        self._batch("test", "end", batch, logs)

    def on_predict_batch_begin(self, batch, logs=None):
        self._batch("predict", "begin", batch, logs or {})

    def on_predict_batch_end(self, batch, logs=None):
        self._batch("predict", "end", batch, logs)

    on_batch_begin, on_batch_end = on_train_batch_begin, on_train_batch_end

    # --- epochs and phases ------------------------------------------------------------

    def _all(self, hook: str, *args) -> None:
        for callback in self.callbacks:
            getattr(callback, hook)(*args)

    def on_epoch_begin(self, epoch, logs=None):
        self._all("on_epoch_begin", epoch, logs or {})

    def on_epoch_end(self, epoch, logs=None):
        self._all("on_epoch_end", epoch, logs)

    def on_train_begin(self, logs=None):
        self._all("on_train_begin", logs or {})

    def on_train_end(self, logs=None):
        self._all("on_train_end", logs or {})

    def on_test_begin(self, logs=None):
        self._all("on_test_begin", logs or {})

    def on_test_end(self, logs=None):
        self._all("on_test_end", logs or {})

    def on_predict_begin(self, logs=None):
        self._all("on_predict_begin", logs or {})

    def on_predict_end(self, logs=None):
        self._all("on_predict_end", logs or {})


def _wants(callback, kind: str) -> bool:
    wants = getattr(callback, "_wants_batches", None)
    return True if wants is None else bool(wants(kind))
