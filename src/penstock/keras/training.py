"""`compile`, `fit`, `evaluate`, `predict`: what makes layers a model that learns."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from penstock.core import nest
from penstock.core.errors import InvalidArgumentError
from penstock.ir.tensor import Tensor
from penstock.keras import backend_config as config
from penstock.keras import feed as feeds
from penstock.keras.compiled import CompiledLoss, CompiledMetrics
from penstock.keras.explain import explained
from penstock.keras.fit_step import CompiledStep, Pace
from penstock.keras.optimizers.base import Optimizer
from penstock.ops.xla import jnp
from penstock.runtime.eager import RECORDER
from penstock.v2.tape import GradientTape


class Training:
    """The part of `Model` that trains, tests and predicts."""

    def _start_training(self) -> None:
        self.optimizer = None
        self.compiled_loss = None
        self.compiled_metrics = None
        self.loss = None
        self.stop_training = False
        self.history = None
        self.run_eagerly = False
        self._is_compiled = False
        object.__setattr__(self, "_steps_made", {})
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
        kwargs.pop("experimental_steps_per_execution", None)
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
        self._is_compiled = True
        self._steps_made.clear()

    def _check_compiled(self) -> None:
        if not self._is_compiled:
            raise RuntimeError(
                "You must compile your model before training/testing. Use "
                "`model.compile(optimizer, loss)`."
            )

    # --- one step, as programs may override it -------------------------------------------

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
        out = []
        if self._is_compiled:
            out += self.compiled_loss.metrics
            out += self.compiled_metrics.metrics
        return out + [
            m
            for m in super().metrics
            if not any(m is x for x in out)  # type: ignore[misc]
        ]

    @property
    def metrics_names(self) -> list[str]:
        return [m.name for m in self.metrics]

    def reset_metrics(self) -> None:
        for metric in self.metrics:
            metric.reset_state()

    # --- compiled steps --------------------------------------------------------------------

    def _step(self, kind: str, example) -> CompiledStep:
        """The traced `train_step`, `test_step` or `predict_step` for such batches."""
        self._prepare(kind, example)
        flat = nest.flatten(example)
        key = (
            kind,
            tuple(None if a is None else (a.dtype.str, a.shape) for a in flat),
            tuple(
                layer._trainable
                for layer in self._flatten_layers()  # type: ignore[attr-defined]
            ),
            RECORDER.seed,
        )
        found = self._steps_made.get(key)
        if found is None:
            method = getattr(self, f"{kind}_step")

            def step(data):
                self._clear_losses()  # type: ignore[attr-defined]
                return method(_trimmed(data))

            found = self._steps_made[key] = CompiledStep(step, example)
        return found

    def _prepare(self, kind: str, example) -> None:
        """Make every variable before a step is traced: weights, slots, metrics."""
        if not self.built or not self._really_built():
            x, _, _ = feeds.unpack(example)
            arrays = nest.map_structure(lambda a: np.zeros(a.shape, a.dtype), x)
            self(arrays, training=False)
        if kind == "train" and self.optimizer is not None:
            self.optimizer._build_in_passing(self.trainable_variables)

    def _really_built(self) -> bool:
        if getattr(self, "_graph", self) is None:
            return False
        return bool(getattr(self, "_steps", None) or self.weights)

    def _run_epoch(self, kind: str, feed, on_chunk, every_batch: bool):
        """All batches of `feed` through one step each; the last result.

        `on_chunk(first, stop, result)` is called after each run of steps.
        """
        try:
            return self._run_feed(kind, feed, on_chunk, every_batch)
        except InvalidArgumentError as error:
            targets = feed.template[1] if feed.static else None
            told = explained(error, targets)
            if told is error:
                raise
            raise told from None

    def _run_feed(self, kind: str, feed, on_chunk, every_batch: bool):
        if feed.static and not self.run_eagerly:
            return self._run_arrays(kind, feed, on_chunk, every_batch)
        if every_batch or self.run_eagerly:
            return self._run_singly(kind, enumerate(feed), on_chunk)
        return self._run_groups(kind, feed, on_chunk)

    def _run_singly(self, kind: str, batches, on_chunk):
        """One step for each (number, batch); the last result."""
        result = None
        for n, batch in batches:
            on_chunk(n, None, None)
            step = self._step(kind, batch)
            if self.run_eagerly:
                step.eager = True
            result = step(batch)
            if on_chunk(n, n + 1, result):
                break
        return result

    def _run_groups(self, kind: str, feed, on_chunk):
        """Batches from an iterator, several of one shape in one compiled loop."""
        pace = self._paces.setdefault(kind, Pace())
        result, at, group = None, 0, []
        batches = iter(feed)
        ended = stopped = False
        while not (ended and not group) and not stopped:
            batch = next(batches, None)
            ended = batch is None
            alike = bool(group) and not ended and _shapes(group[0]) == _shapes(batch)
            if group and (not alike or len(group) >= pace.steps):
                began = time.perf_counter()
                result, stopped = self._run_group(kind, group, at, on_chunk)
                pace.saw(len(group), time.perf_counter() - began)
                at, group = at + len(group), []
            if not ended:
                group.append(batch)
        return result

    def _run_group(self, kind: str, group: list, at: int, on_chunk):
        """(the last result, whether to stop) of batches shaped alike."""
        step = self._step(kind, group[0])
        if not step.loops or len(group) == 1:
            n = len(group)
            result = None
            for i, batch in enumerate(group):
                on_chunk(at + i, None, None)
                result = step(batch)
                if on_chunk(at + i, at + i + 1, result):
                    return result, True
            return result, n == 0
        # Room for a power of two, so that few sizes are compiled.
        room = 1 << (len(group) - 1).bit_length()
        rows = [[a for a in nest.flatten(b) if a is not None] for b in group]
        size = len(rows[0][0])
        arrays = []
        for column in zip(*rows, strict=True):
            whole = np.empty((room * size, *column[0].shape[1:]), column[0].dtype)
            np.concatenate(column, out=whole[: len(group) * size])
            arrays.append(whole)
        index = np.arange(room * size, dtype=np.int32).reshape(room, size)
        on_chunk(at, None, None)
        result = step.run_many(arrays, index, 0, len(group))
        return result, on_chunk(at, at + len(group), result)

    def _run_arrays(self, kind, feed, on_chunk, every_batch):
        order = feed.index()
        size, whole = feed.batch_size, feed.count // feed.batch_size
        whole = min(whole, feed.steps)
        result = None
        at = 0
        if whole:
            step = self._step(kind, feed.example(size))
            if step.loops and not every_batch:
                at, result = self._run_loop(step, feed, order, whole, on_chunk)
        while at < feed.steps and not (at == -1):
            rows = order[at * size : (at + 1) * size]
            batch = feed.pack([a[rows] for a in feed.arrays])
            on_chunk(at, None, None)
            result = self._step(kind, batch)(batch)
            if on_chunk(at, at + 1, result):
                break
            at += 1
        return result

    def _run_loop(self, step: CompiledStep, feed, order, whole: int, on_chunk):
        """Chunks of steps as compiled loops. (where it stopped, the last result)."""
        if getattr(feed, "on_device", None) is None:
            feed.on_device = [jnp.asarray(a) for a in feed.arrays]
        size = feed.batch_size
        index = jnp.asarray(order[: whole * size].reshape(whole, size).astype(np.int32))
        pace = self._paces.setdefault(step, Pace())
        at, result = 0, None
        while at < whole:
            stop = min(at + pace.steps, whole)
            on_chunk(at, None, None)
            began = time.perf_counter()
            result = step.run_many(feed.on_device, index, at, stop)
            for value in nest.flatten(result)[:1]:
                value.array().block_until_ready()
            pace.saw(stop - at, time.perf_counter() - began)
            if on_chunk(at, stop, result):
                return feed.steps, result
            at = stop
        return at, result

    # --- fit, evaluate, predict -----------------------------------------------------------------

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
        feed = feeds.feed(x, y, sample_weight, batch_size, steps_per_epoch, shuffle)
        if class_weight:
            feed = _weighted(feed, class_weight)
        if feed.static and feed.steps * feed.batch_size < feed.count:
            feed = feeds.ContinuedFeed(feed)
        object.__setattr__(self, "_validates", validation_data is not None)
        object.__setattr__(self, "_initial_epoch", initial_epoch)
        verbose = 1 if verbose == "auto" else int(verbose)
        calls = callbacks if isinstance(callbacks, CallbackList) else CallbackList(
            callbacks, add_history=True, add_progbar=verbose != 0, model=self,
            verbose=verbose, epochs=epochs, steps=feed.steps,
        )  # fmt: skip
        self.stop_training = False
        calls.on_train_begin()
        logs: dict[str, Any] = {}
        for epoch in range(self._initial_epoch, epochs):  # a backup may go on later
            self.reset_metrics()
            calls.on_epoch_begin(epoch)
            result = self._run_epoch(
                "train",
                feed,
                _hooks(self, calls, "train", feed),
                calls.needs_every_batch("train"),
            )
            if result is None:
                raise ValueError(
                    "Unexpected result of `train_function` (Empty Logs). The data gave no "
                    "batch: check its size, or `steps_per_epoch`."
                )
            logs = _numbers(result)
            if validation_data is not None and _due(epoch, validation_freq):
                found = self._validate(
                    validation_data,
                    validation_batch_size or batch_size,
                    validation_steps,
                    calls,
                )
                logs.update({f"val_{k}": v for k, v in found.items()})
            calls.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        if isinstance(self.optimizer, Optimizer):
            self.optimizer.finalize_variable_values(self.trainable_variables)
        calls.on_train_end(logs)
        return self.history

    def _validate(self, data, batch_size, steps, calls):
        kept = getattr(self, "_validation_feed", None)
        if kept is None or kept[0] is not data:
            if isinstance(data, tuple | list) and not hasattr(data, "element_spec"):
                feed = feeds.feed(*feeds.unpack(tuple(data)), batch_size, steps)
            else:
                feed = feeds.feed(data, batch_size=batch_size, steps=steps)
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
            _hooks(self, calls, "test", feed),
            calls.needs_every_batch("test"),
        )
        logs = _numbers(result or {})
        calls.on_test_end(logs)
        return logs

    def evaluate(
        self, x=None, y=None, batch_size=None, verbose="auto", sample_weight=None,
        steps=None, callbacks=None, max_queue_size=10, workers=1,
        use_multiprocessing=False, return_dict=False, **kwargs,
    ):  # fmt: skip
        """The loss and metrics on data: a scalar, a list, or a dict if asked for."""
        from penstock.keras.callbacks import CallbackList

        self._check_compiled()
        feed = feeds.feed(x, y, sample_weight, batch_size, steps)
        verbose = 1 if verbose == "auto" else int(verbose)
        calls = callbacks if isinstance(callbacks, CallbackList) else CallbackList(
            callbacks, add_history=False, add_progbar=verbose != 0, model=self,
            verbose=verbose, epochs=1, steps=feed.steps,
        )  # fmt: skip
        logs = self._test(feed, calls)
        if return_dict:
            return logs
        values = list(logs.values())
        return values[0] if len(values) == 1 else values

    def predict(
        self, x, batch_size=None, verbose="auto", steps=None, callbacks=None,
        max_queue_size=10, workers=1, use_multiprocessing=False,
    ):  # fmt: skip
        """The model's outputs for `x`, as NumPy arrays."""
        from penstock.keras.callbacks import CallbackList

        feed = feeds.feed(x, None, None, batch_size, steps)
        verbose = 1 if verbose == "auto" else int(verbose)
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

    def _predict_batches(self, batches, calls) -> list:
        """The outputs of each batch, as arrays."""
        parts = []
        for n, batch in batches:
            calls.on_predict_batch_begin(n)
            step = self._step("predict", batch)
            if self.run_eagerly:
                step.eager = True
            out = nest.map_structure(lambda t: t.numpy(), step(batch))
            parts.append(out)
            calls.on_predict_batch_end(n, {"outputs": out})
        return parts

    def _predict_arrays(self, feed, calls) -> list:
        """The outputs: whole batches in compiled loops where that is possible."""
        whole = min(feed.count // feed.batch_size, feed.steps)
        parts, at = [], 0
        step = self._step("predict", feed.example(feed.batch_size)) if whole else None
        looping = step is not None and step.loops and step.fixed_outputs
        if looping and not calls.needs_every_batch("predict"):
            parts, at = [self._predict_loop(step, feed, whole, calls)], whole
        rest = ((n, feed.batch(n)) for n in range(at, feed.steps))
        return parts + self._predict_batches(rest, calls)

    def _predict_loop(self, step: CompiledStep, feed, whole: int, calls):
        size = feed.batch_size
        index = np.arange(whole * size, dtype=np.int32).reshape(whole, size)
        arrays = [jnp.asarray(a) for a in feed.arrays]
        kept, at = step.blank(whole), 0
        pace = self._paces.setdefault(step, Pace(64))
        while at < whole:
            stop = min(at + pace.steps, whole)
            calls.on_predict_batch_begin(at)
            began = time.perf_counter()
            _, kept = step.run_many(arrays, index, at, stop, kept)
            kept[0].block_until_ready()
            pace.saw(stop - at, time.perf_counter() - began)
            calls.on_predict_batch_end(stop - 1, {})
            at = stop
        outs = [np.asarray(k) for k in kept]
        return step._packed([o.reshape(-1, *o.shape[2:]) for o in outs])

    def train_on_batch(
        self, x, y=None, sample_weight=None, class_weight=None, reset_metrics=True,
        return_dict=False,
    ):  # fmt: skip
        """One step of training on one batch; the loss, or loss and metrics."""
        self._check_compiled()
        return self._on_batch("train", x, y, sample_weight, class_weight,
                              reset_metrics, return_dict)  # fmt: skip

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
            feed = _weighted(feed, class_weight)
        batch = feed.pack(feed.arrays)
        logs = _numbers(self._step(kind, batch)(batch))
        if as_dict:
            return logs
        values = list(logs.values())
        return values[0] if len(values) == 1 else values

    def predict_on_batch(self, x):
        """The outputs for one batch, as NumPy arrays."""
        feed = feeds.ArrayFeed(x)
        batch = feed.pack(feed.arrays)
        return nest.map_structure(
            lambda t: t.numpy(), self._step("predict", batch)(batch)
        )

    def fit_generator(self, generator, steps_per_epoch=None, epochs=1, **kwargs):
        """`fit`, by its old name for generators."""
        return self.fit(generator, steps_per_epoch=steps_per_epoch, epochs=epochs,
                        **kwargs)  # fmt: skip

    def evaluate_generator(self, generator, steps=None, **kwargs):
        return self.evaluate(generator, steps=steps, **kwargs)

    def predict_generator(self, generator, steps=None, **kwargs):
        return self.predict(generator, steps=steps, **kwargs)

    def reset_states(self) -> None:
        """Forget the state of stateful recurrent layers."""
        for layer in self._flatten_layers(include_self=False):  # type: ignore[attr-defined]
            if getattr(layer, "stateful", False) and hasattr(layer, "reset_states"):
                layer.reset_states()


def _shapes(batch):
    flat = nest.flatten(batch)
    return [None if a is None else (a.shape, a.dtype) for a in flat]


def _trimmed(data):
    """(x, y, None) as (x, y): what a program's own `train_step` expects."""
    x, y, sample_weight = data
    if sample_weight is not None:
        return x, y, sample_weight
    return (x,) if y is None else (x, y)


def _hooks(model, calls, kind: str, feed):
    """What `_run_epoch` calls around steps: the batch hooks of callbacks."""
    begin = getattr(calls, f"on_{kind}_batch_begin")
    end = getattr(calls, f"on_{kind}_batch_end")

    def hook(first: int, stop, result) -> bool:
        if stop is None:
            begin(first)
            return False
        for n in range(first, stop - 1):
            calls.passed(kind, n)
        end(stop - 1, _Later(result))
        return kind == "train" and model.stop_training

    return hook


class _Later(dict):
    """Logs whose numbers are looked at only when a callback asks for them."""

    def __init__(self, result):
        super().__init__(result if isinstance(result, dict) else {"loss": result})
        self._raw = True

    def _settle(self) -> None:
        if self._raw:
            self._raw = False
            for k, v in _numbers(dict(self)).items():
                dict.__setitem__(self, k, v)

    def __getitem__(self, key):
        self._settle()
        return dict.__getitem__(self, key)

    def get(self, key, default=None):
        self._settle()
        return dict.get(self, key, default)

    def items(self):
        self._settle()
        return dict.items(self)

    def values(self):
        self._settle()
        return dict.values(self)

    def copy(self):
        self._settle()
        return dict(dict.items(self))


def _numbers(result) -> dict[str, float]:
    """Logs as Python floats (arrays where a metric gives several numbers)."""
    if not isinstance(result, dict):
        result = {"loss": result}
    out = {}
    for name, value in result.items():
        array = value.numpy() if isinstance(value, Tensor) else np.asarray(value)
        out[name] = float(array) if np.ndim(array) == 0 else array
    return out


def _due(epoch: int, frequency) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return (epoch + 1) in frequency


def _weighted(feed, class_weight: dict[int, float]):
    """`feed` with each row weighted by its class.

    Raises ValueError for a source that is not arrays with one target.
    """
    if not feed.static:
        return _WeightedIterator(feed, class_weight)
    x, y, sample_weight = feed.template
    weights = _row_weights(y, class_weight, sample_weight)
    again = feeds.ArrayFeed(x, y, weights, feed.batch_size, feed.shuffle, feed.steps)
    return again


def _row_weights(y, class_weight, sample_weight):
    if nest.is_nested(y):
        raise ValueError(
            "`class_weight` is only supported for Models with a single output."
        )
    classes = np.argmax(y, axis=-1) if np.ndim(y) > 1 and y.shape[-1] > 1 else y
    classes = np.asarray(classes).reshape(-1).astype(int)
    known = set(class_weight)
    unknown = set(np.unique(classes)) - known
    if unknown:
        raise ValueError(
            f"`class_weight` must contain all classes in the data. The classes {unknown} "
            "exist in the data but not in `class_weight`."
        )
    weights = np.array([class_weight[c] for c in classes], np.float32)
    return weights if sample_weight is None else weights * np.asarray(sample_weight)


class _WeightedIterator:
    """A feed of batches with each row weighted by its class."""

    def __init__(self, feed, class_weight):
        self.feed, self.class_weight = feed, class_weight
        self.static, self.steps = False, feed.steps

    def __iter__(self):
        for x, y, sample_weight in self.feed:
            yield x, y, _row_weights(y, self.class_weight, sample_weight)
