"""How a model's steps run over a feed: traced once, many at a time."""

from __future__ import annotations

import itertools
import time
from typing import Any

import numpy as np

from penstock.core import nest
from penstock.keras import feed as feeds
from penstock.keras import tracking
from penstock.keras.explain import explaining
from penstock.keras.fit_step import CompiledStep, Pace
from penstock.ops.xla import jnp
from penstock.runtime.eager import RECORDER


class Steps(tracking.Open):
    """The part of `Model` that runs `train_step` and its kin over batches."""

    run_eagerly: bool
    _steps_at_once: int
    optimizer: Any
    __call__: Any
    reset_metrics: Any
    reset_states: Any
    _has_own_step: Any
    _called = False  # to be built: a model may have no weights that tell
    _steps_made: dict[Any, CompiledStep]
    _last_steps: dict[Any, CompiledStep]
    _paces: dict[Any, Pace]

    def _step(self, kind: str, example) -> CompiledStep:
        """The traced `train_step`, `test_step` or `predict_step` for such batches.

        To be run at once: it draws on from where the step before it stopped.
        """
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
            self.run_eagerly,
        )
        found = self._steps_made.get(key)
        if found is None:
            method = getattr(self, f"{kind}_step")

            def step(data):
                self._clear_losses()  # type: ignore[attr-defined]
                return method(_trimmed(data))

            found = self._steps_made[key] = CompiledStep(
                step, example, self.run_eagerly
            )
        last = self._last_steps.get((kind, *key[2:]))
        if last is not None and last is not found:  # batches of another shape
            found.draw_on_from(last)
        self._last_steps[kind, *key[2:]] = found
        return found

    def _prepare(self, kind: str, example) -> None:
        """Make every variable before a step is traced: weights, slots, metrics."""
        if not self.built or not self._really_built():
            self._build_by_call(kind, example)
        if kind == "train" and self.optimizer is not None:
            self.optimizer._build_in_passing(self.trainable_variables)

    def _build_by_call(self, kind: str, example) -> None:
        x, _, _ = feeds.unpack(example)
        try:
            self(nest.map_structure(_blank, x), training=False)
        except NotImplementedError:
            if not self._has_own_step(kind):
                raise
            return  # a step of the program's own may do without `call`
        self._called = True
        self.reset_metrics()  # of what layers told of these zeros
        self.reset_states()

    def _really_built(self) -> bool:
        if getattr(self, "_graph", self) is None:
            # A Sequential on a dict of inputs never has one: its layers tell.
            return self._called and all(layer.built for layer in self.layers)  # type: ignore
        return bool(getattr(self, "_steps", None) or self._called or self.weights)

    def _run_epoch(self, kind: str, feed, on_chunk, every_batch: bool, start: int = 0):
        """All batches of `feed` from number `start` through one step each; the last
        result.

        `on_chunk(first, stop, result)` is called after each run of steps.
        """
        # Hooks of batches are called once for `steps_per_execution` of them.
        most = self._steps_at_once if every_batch else None
        if feed.static and not self.run_eagerly:
            with explaining(feed.template[1]):
                return self._run_arrays(kind, feed, on_chunk, most, start)
        if start:  # a backup goes on: the steps that were left, on what comes next
            left = itertools.islice(feed, feed.steps and feed.steps - start)
            return self._run_singly(kind, enumerate(left, start), on_chunk)
        if most == 1 or self.run_eagerly:
            return self._run_singly(kind, enumerate(feed), on_chunk)
        return self._run_groups(kind, feed, on_chunk, most)

    def _run_singly(self, kind: str, batches, on_chunk):
        """One step for each (number, batch); the last result."""
        result = None
        for n, batch in batches:
            on_chunk(n, None, None)
            step = self._step(kind, batch)
            with explaining(batch[1]):
                result = step(batch)
            if on_chunk(n, n + 1, result):
                break
        return result

    def _run_groups(self, kind: str, feed, on_chunk, most: int | None):
        """Batches from an iterator, several of one shape in one compiled loop."""
        result, at = None, 0
        batches = iter(feed)
        batch = next(batches, None)
        while batch is not None:
            step, group = self._step(kind, batch), [batch]
            pace = self._paces.setdefault(step, Pace())
            step.room = step.room or _room(batch, feed.steps)
            full = min(most or pace.steps, step.room)
            while (batch := next(batches, None)) is not None and len(group) < full:
                if _shapes(group[0]) != _shapes(batch):
                    break
                group.append(batch)
            began = time.perf_counter()
            with explaining([b[1] for b in group]):
                result, stopped = self._run_group(step, group, at, on_chunk)
            if stopped:
                break
            pace.saw(len(group), time.perf_counter() - began)
            at += len(group)
        return result

    def _run_group(self, step: CompiledStep, group: list, at: int, on_chunk):
        """(the last result, whether to stop) of batches shaped alike."""
        room = step.room or 1
        if not step.loops or room == 1 or (len(group) == 1 and not step.looped):
            result = None
            for n, batch in enumerate(group, at):
                on_chunk(n, None, None)
                result = step(batch)
                if on_chunk(n, n + 1, result):
                    return result, True
            return result, False
        # Room for more than there are: one size is compiled, however many came.
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

    def _run_arrays(self, kind, feed, on_chunk, most: int | None, start: int = 0):
        order = feed.index()
        size, whole = feed.batch_size, feed.count // feed.batch_size
        whole = min(whole, feed.steps)
        result = None
        at = start
        if whole > start:
            step = self._step(kind, feed.example(size))
            if step.loops and most != 1:
                at, result = self._run_loop(
                    step, feed, order, (start, whole), on_chunk, most
                )
        while at < feed.steps and not (at == -1):
            rows = order[at * size : (at + 1) * size]
            batch = feed.pack([a[rows] for a in feed.arrays])
            on_chunk(at, None, None)
            result = self._step(kind, batch)(batch)
            if on_chunk(at, at + 1, result):
                break
            at += 1
        return result

    def _run_loop(self, step: CompiledStep, feed, order, ends, on_chunk, most):
        """Chunks of steps as compiled loops. (where it stopped, the last result)."""
        at, whole = ends
        if getattr(feed, "on_device", None) is None:
            feed.on_device = [jnp.asarray(a) for a in feed.arrays]
        size = feed.batch_size
        index = jnp.asarray(order[: whole * size].reshape(whole, size).astype(np.int32))
        pace = self._paces.setdefault(step, Pace())
        result = None
        while at < whole:
            stop = min(at + (most or pace.steps), whole)
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
            out = nest.map_structure(lambda t: t.numpy(), step(batch))
            parts.append(out)
            calls.on_predict_batch_end(n, {"outputs": out})
        return parts

    def _predict_arrays(self, feed, calls) -> list:
        """The outputs: whole batches in compiled loops where that is possible."""
        whole = min(feed.count // feed.batch_size, feed.steps)
        parts, at = [], 0
        step: Any = None
        if whole:
            step = self._step("predict", feed.example(feed.batch_size))
        looping = step is not None and step.loops and step.fixed_outputs
        if looping and not calls.needs_every_batch("predict"):
            parts, at = [self._predict_loop(step, feed, whole, calls)], whole
        rest = ((n, feed.batch(n)) for n in range(at, feed.steps))
        return parts + self._predict_batches(rest, calls)

    def _predict_loop(self, step: Any, feed, whole: int, calls):
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


#: The most batches, and bytes of them, that wait for one compiled loop.
_MOST_WAITING, _MOST_BYTES = 64, 1 << 25


def _room(batch, steps: int | None) -> int:
    """How many batches like `batch` are gathered for one compiled loop, of `steps`."""
    arrays = [a for a in nest.flatten(batch) if a is not None]
    if not all(np.ndim(a) for a in arrays):
        return 1
    taken = sum(a.nbytes for a in arrays)
    most = min(_MOST_WAITING, steps or _MOST_WAITING)
    return max(1, min(most, _MOST_BYTES // max(taken, 1)))


def _shapes(batch):
    flat = nest.flatten(batch)
    return [None if a is None else (a.shape, a.dtype) for a in flat]


def _blank(array) -> np.ndarray:
    """Zeros, or empty strings, in the place of a batch."""
    return np.full(array.shape, b"" if array.dtype == object else 0, array.dtype)


def _trimmed(data):
    """(x, y, None) as (x, y): what a program's own `train_step` expects."""
    x, y, sample_weight = data
    if sample_weight is not None:
        return x, y, sample_weight
    return (x,) if y is None else (x, y)
