"""How a model's steps run over a feed: traced once, many at a time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from penstock.core import nest
from penstock.core.errors import InvalidArgumentError
from penstock.keras import feed as feeds
from penstock.keras.explain import explained
from penstock.keras.fit_step import CompiledStep, Pace
from penstock.ops.xla import jnp
from penstock.runtime.eager import RECORDER


class Steps:
    """The part of `Model` that runs `train_step` and its kin over batches."""

    run_eagerly: bool
    optimizer: Any
    _steps_made: dict[Any, CompiledStep]
    _paces: dict[Any, Pace]

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

    # --- predictions ---

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


def _shapes(batch):
    flat = nest.flatten(batch)
    return [None if a is None else (a.shape, a.dtype) for a in flat]


def _trimmed(data):
    """(x, y, None) as (x, y): what a program's own `train_step` expects."""
    x, y, sample_weight = data
    if sample_weight is not None:
        return x, y, sample_weight
    return (x,) if y is None else (x, y)
