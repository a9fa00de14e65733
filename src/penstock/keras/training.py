"""`compile`, `fit`, `evaluate`, `predict`: what makes layers a model that learns."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from penstock.core import nest
from penstock.keras import backend_config as config
from penstock.keras import feed as feeds
from penstock.keras import old_names
from penstock.keras.batch_logs import hooks, numbers
from penstock.keras.class_weights import weighted
from penstock.keras.compiled import CompiledLoss, CompiledMetrics
from penstock.keras.graph_weights import eagerly
from penstock.keras.optimizers.base import Optimizer
from penstock.keras.steps import Steps
from penstock.keras.utils.interactive import is_interactive_logging_enabled
from penstock.v2.tape import GradientTape


def _verbosity(verbose) -> int:
    """What "auto" is: the bar, or where progress is logged a line for each epoch."""
    if verbose != "auto":
        return int(verbose)
    return 1 if is_interactive_logging_enabled() else 2


class Training(Steps):
    """The part of `Model` that trains, tests and predicts."""

    compiled_loss: Any
    compiled_metrics: Any

    def _start_training(self) -> None:
        self.optimizer = None
        self.compiled_loss = None
        self.compiled_metrics = None
        self.loss = None
        self.stop_training = False
        self.history = None
        self.run_eagerly = False
        self._steps_at_once = 1
        self._is_compiled = False
        object.__setattr__(self, "_steps_made", {})
        object.__setattr__(self, "_last_steps", {})
        object.__setattr__(self, "_paces", {})

    def compile(
        self, optimizer="rmsprop", loss=None, metrics=None, loss_weights=None,
        weighted_metrics=None, run_eagerly=None, steps_per_execution=None,
        jit_compile=None, sample_weight_mode=None, target_tensors=None,
        auto_scale_loss=True, **kwargs,
    ):  # fmt: skip
        """Choose how to train: `optimizer`, `loss` and `metrics` by object or name.

        Raises ValueError for names that are none, TypeError for unknown arguments.
        """
        from penstock.keras import optimizers

        kwargs.pop("experimental_run_tf_function", None)
        steps_per_execution = (
            kwargs.pop("experimental_steps_per_execution", None) or steps_per_execution
        )
        if kwargs:
            raise TypeError(
                f"Invalid keyword argument(s) in `compile`: {sorted(kwargs)}"
            )
        self.optimizer = optimizers.get(optimizer)
        if config.global_policy().name == "mixed_float16":
            from penstock.keras.mixed_precision import LossScaleOptimizer

            if not isinstance(self.optimizer, LossScaleOptimizer):
                self.optimizer = LossScaleOptimizer(self.optimizer)
        self.loss = loss
        names = getattr(self, "output_names", None)
        object.__setattr__(
            self, "compiled_loss", CompiledLoss(loss, loss_weights, names)
        )
        object.__setattr__(
            self, "compiled_metrics", CompiledMetrics(metrics, weighted_metrics, names)
        )
        self.run_eagerly = bool(run_eagerly)
        self._steps_at_once = int(steps_per_execution or 1)
        self._is_compiled = True
        self._steps_made.clear()
        self._last_steps.clear()

    def _check_compiled(self) -> None:
        if not self._is_compiled:
            raise RuntimeError(
                "You must compile your model before training/testing. Use "
                "`model.compile(optimizer, loss)`."
            )

    # --- one step, as programs may override it ----------------------------------------

    def _has_own_step(self, kind: str) -> bool:
        """Whether the program defines `train_step`, `test_step` or `predict_step`."""
        name = f"{kind}_step"
        own = getattr(getattr(self, name), "__func__", None)
        return own is not getattr(Training, name)

    def train_step(self, data):
        """One step of training on a batch; the metrics by name."""
        x, y, sample_weight = feeds.unpack(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, sample_weight)
        self.optimizer.minimize(loss, self.trainable_variables, tape=tape)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data):
        """One step of evaluation on a batch; the metrics by name."""
        x, y, sample_weight = feeds.unpack(data)
        y_pred = self(x, training=False)
        self.compute_loss(x, y, y_pred, sample_weight)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data):
        """The outputs for a batch."""
        x, _, _ = feeds.unpack(data)
        return self(x, training=False)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, **_):
        """The scalar that training makes small: losses and regularisation."""
        return self.compiled_loss(y, y_pred, sample_weight, self.losses)

    def compute_metrics(self, x, y, y_pred, sample_weight):
        """Update the metrics; their results by name."""
        self.compiled_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for metric in self.metrics:
            result = metric.result()
            out.update(result if isinstance(result, dict) else {metric.name: result})
        return out

    @property
    def metrics(self) -> list:
        """The loss tracker, the compiled metrics, and those that layers hold."""
        out: list[Any] = []
        above: Any = super()
        if self._is_compiled:
            out += self.compiled_loss.metrics
            out += self.compiled_metrics.metrics
        return out + [m for m in above.metrics if not any(m is x for x in out)]

    @property
    def metrics_names(self) -> list[str]:
        return [m.name for m in self.metrics]

    @eagerly
    def reset_metrics(self) -> None:
        for metric in self.metrics:
            metric.reset_state()

    # --- fit, evaluate, predict -------------------------------------------------------

    @eagerly
    @old_names.renamed(old_names.FIT)
    def fit(
        self, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None,
        validation_split=0.0, validation_data=None, shuffle=True, class_weight=None,
        sample_weight=None, initial_epoch=0, steps_per_epoch=None,
        validation_steps=None, validation_batch_size=None, validation_freq=1,
        max_queue_size=10, workers=1, use_multiprocessing=False,
    ):  # fmt: skip
        """Train for `epochs`. Returns the `History` of what was measured.

        `x` and `y`: arrays, lists or dicts of them, data frames; or `x` alone: a data
        set, a `Sequence` or a generator of (x, y[, sample_weight]).
        """
        from penstock.keras.callbacks import CallbackList

        self._check_compiled()
        if validation_split:
            (x, y, sample_weight), validation_data = feeds.split(
                x, y, sample_weight, validation_split
            )
        feed: Any = feeds.feed(
            x, y, sample_weight, batch_size, steps_per_epoch, shuffle
        )
        if feed.static and not feed.count:
            raise ValueError("Expected input data to be non-empty.")
        if class_weight:
            feed = weighted(feed, class_weight)
        if feed.static and feed.steps * feed.batch_size < feed.count:
            feed = feeds.ContinuedFeed(feed)
        object.__setattr__(self, "_validates", validation_data is not None)
        object.__setattr__(self, "_goes_on_at", (initial_epoch, 0))
        verbose = _verbosity(verbose)
        calls = callbacks if isinstance(callbacks, CallbackList) else CallbackList(
            callbacks, add_history=True, add_progbar=verbose != 0, model=self,
            verbose=verbose, epochs=epochs, steps=feed.steps,
        )  # fmt: skip
        self.stop_training = False
        calls.on_train_begin()
        logs: dict[str, Any] = {}
        first, batch = self._goes_on_at  # a backup may go on later
        for epoch in range(first, epochs):
            self.reset_metrics()
            calls.on_epoch_begin(epoch)
            result = self._run_epoch(
                "train",
                feed,
                hooks(self, calls, "train", feed),
                calls.needs_every_batch("train"),
                batch,
            )
            batch = 0
            ran_out = getattr(feed, "ran_out", False)
            if ran_out:
                warnings.warn(
                    "Your input ran out of data; interrupting training. Make sure that "
                    "your dataset or generator can generate at least `steps_per_epoch "
                    f"* epochs` batches (in this case, {feed.steps * epochs} batches). "
                    "You may need to use the repeat() function when building your "
                    "dataset.",
                    stacklevel=2,
                )
            if result is None and ran_out and logs:
                break  # it ended with the last epoch
            if result is None:
                raise ValueError(
                    "Unexpected result of `train_function` (Empty Logs). The data gave "
                    "no batch: check its size, or `steps_per_epoch`."
                )
            logs = numbers(result)
            if validation_data is not None and _due(epoch, validation_freq):
                found = self._validate(
                    validation_data,
                    validation_batch_size or batch_size,
                    validation_steps,
                    calls,
                )
                logs.update({f"val_{k}": v for k, v in found.items()})
            calls.on_epoch_end(epoch, logs)
            if self.stop_training or ran_out:
                break
        if isinstance(self.optimizer, Optimizer):
            self.optimizer.finalize_variable_values(self.trainable_variables)
        calls.on_train_end(logs)
        return self.history

    def _validate(self, data, batch_size, steps, calls):
        kept = getattr(self, "_validation_feed", None)
        if kept is None or kept[0] is not data:
            if isinstance(data, tuple | list) and not hasattr(data, "element_spec"):
                x, y, sample_weight = feeds.unpack(tuple(data))
                feed = feeds.feed(x, y, sample_weight, batch_size, steps)
            else:
                feed = feeds.feed(
                    data, batch_size=batch_size, steps=steps, restarted=True
                )
            object.__setattr__(self, "_validation_feed", (data, feed))
        else:
            feed = kept[1]
        return self._test(feed, calls)

    def _test(self, feed, calls) -> dict[str, float]:
        self.reset_metrics()
        calls.on_test_begin()
        result = self._run_epoch(
            "test",
            feed,
            hooks(self, calls, "test", feed),
            calls.needs_every_batch("test"),
        )
        logs = numbers(result or {})
        calls.on_test_end(logs)
        return logs

    @eagerly
    def evaluate(
        self, x=None, y=None, batch_size=None, verbose="auto", sample_weight=None,
        steps=None, callbacks=None, max_queue_size=10, workers=1,
        use_multiprocessing=False, return_dict=False, **kwargs,
    ):  # fmt: skip
        """The loss and metrics on data: a scalar, a list, or a dict if asked for."""
        from penstock.keras.callbacks import CallbackList

        self._check_compiled()
        feed = feeds.feed(x, y, sample_weight, batch_size, steps)
        verbose = _verbosity(verbose)
        calls = callbacks if isinstance(callbacks, CallbackList) else CallbackList(
            callbacks, add_history=False, add_progbar=verbose != 0, model=self,
            verbose=verbose, epochs=1, steps=feed.steps,
        )  # fmt: skip
        logs = self._test(feed, calls)
        if return_dict:
            return logs
        values = list(logs.values())
        return values[0] if len(values) == 1 else values

    @eagerly
    def predict(
        self, x, batch_size=None, verbose: Any = "auto", steps=None, callbacks=None,
        max_queue_size=10, workers=1, use_multiprocessing=False,
    ):  # fmt: skip
        """The model's outputs for `x`, as NumPy arrays."""
        from penstock.keras.callbacks import CallbackList

        feed = feeds.feed(x, None, None, batch_size, steps)
        verbose = _verbosity(verbose)
        calls = callbacks if isinstance(callbacks, CallbackList) else CallbackList(
            callbacks, add_history=False, add_progbar=verbose != 0, model=self,
            verbose=verbose, epochs=1, steps=feed.steps,
        )  # fmt: skip
        calls.on_predict_begin()
        if feed.static and not self.run_eagerly:
            parts = self._predict_arrays(feed, calls)
        else:
            parts = self._predict_batches(enumerate(feed), calls)
        calls.on_predict_end()
        if not parts:
            raise ValueError("Expected input data to be non-empty.")
        columns = zip(*[nest.flatten(p) for p in parts], strict=True)
        joined = [c[0] if len(c) == 1 else np.concatenate(c) for c in columns]
        return nest.pack(parts[0], joined)

    @eagerly
    def train_on_batch(
        self, x, y=None, sample_weight=None, class_weight=None, reset_metrics=True,
        return_dict=False,
    ):  # fmt: skip
        """One step of training on one batch; the loss, or loss and metrics."""
        self._check_compiled()
        return self._on_batch("train", x, y, sample_weight, class_weight,
                              reset_metrics, return_dict)  # fmt: skip

    @eagerly
    def test_on_batch(
        self, x, y=None, sample_weight=None, reset_metrics=True, return_dict=False
    ):
        """One step of evaluation on one batch."""
        self._check_compiled()
        return self._on_batch("test", x, y, sample_weight, None, reset_metrics,
                              return_dict)  # fmt: skip

    def _on_batch(self, kind, x, y, sample_weight, class_weight, reset, as_dict):
        if reset:
            self.reset_metrics()
        feed = feeds.ArrayFeed(x, y, sample_weight)
        if class_weight:
            feed = weighted(feed, class_weight)
        batch = feed.pack(feed.arrays)
        logs = numbers(self._step(kind, batch)(batch))
        if as_dict:
            return logs
        values = list(logs.values())
        return values[0] if len(values) == 1 else values

    @eagerly
    def predict_on_batch(self, x):
        """The outputs for one batch, as NumPy arrays."""
        feed = feeds.ArrayFeed(x)
        batch = feed.pack(feed.arrays)
        return nest.map_structure(
            lambda t: t.numpy(), self._step("predict", batch)(batch)
        )

    @old_names.of_samples
    def fit_generator(self, generator, steps_per_epoch=None, epochs=1, **kwargs):
        """`fit`, by its old name for generators."""
        return self.fit(generator, steps_per_epoch=steps_per_epoch, epochs=epochs,
                        **kwargs)  # fmt: skip

    @old_names.of_samples
    def evaluate_generator(self, generator, steps=None, **kwargs):
        return self.evaluate(generator, steps=steps, **kwargs)

    @old_names.of_samples
    def predict_generator(self, generator, steps=None, **kwargs):
        return self.predict(generator, steps=steps, **kwargs)

    def reset_states(self) -> None:
        """Forget the state of stateful recurrent layers."""
        below = self._flatten_layers(include_self=False)  # type: ignore[attr-defined]
        for layer in below:
            if getattr(layer, "stateful", False) and hasattr(layer, "reset_states"):
                layer.reset_states()


def _due(epoch: int, frequency) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return (epoch + 1) in frequency
