"""`GradientTape`: remembers what was computed from watched tensors.

Under eager execution a gradient is one record: the backward graph is built when the
structure of the taped computation is new, and found again afterwards. While a graph
is traced the tape only marks what is watched; the graph itself is differentiated.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import Any

import numpy as np

import penstock.backward as backward
from penstock.core import nest
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops.host import python_gradient
from penstock.runtime.eager.recorder import RECORDER
from penstock.runtime.eager.tensor import EagerTensor
from penstock.runtime.eager.trail import Custom, Recipe
from penstock.v2.tape_plan import backwards, is_real

log = logging.getLogger("tensorflow")


class GradientTape:
    """Records operations for differentiation. As `tf.GradientTape`.

    persistent: `gradient` may be called more than once.
    watch_accessed_variables: trainable variables are watched when read.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True):
        self._persistent = persistent
        self._watches_variables = watch_accessed_variables
        self._recording = False
        self._used_up = False
        self._reset()

    def _reset(self) -> None:
        self._records: list[tuple[Any, list, Any]] = []
        self._tracked: dict[int, Any] = {}
        self._reads: dict[int, tuple[Any, list[EagerTensor]]] = {}
        self._windows, self._ended = 0, -1

    # --- recording ------------------------------------------------------------------

    def __enter__(self):
        if self._recording:
            raise ValueError("Tape is already recording.")
        if not self._persistent:
            self._reset()
        self._used_up = False
        self._start()
        return self

    def __exit__(self, kind, error, traceback):
        if self._recording:
            self._pause()

    def _start(self) -> None:
        self._recording = True
        window = RECORDER.window
        window.tapes = [*window.tapes, self]

    def _pause(self) -> None:
        self._recording = False
        window = RECORDER.window
        window.tapes = [t for t in window.tapes if t is not self]

    def watch(self, tensor) -> None:
        """Track `tensor` (floating point), a variable, or a structure of them."""
        for item in nest.flatten(tensor):
            if hasattr(item, "_resource") and not isinstance(item, Tensor):
                self._reads.setdefault(id(item), (item, []))
                continue
            if not isinstance(item, Tensor):
                raise ValueError(
                    f"Passed in object {item!r} of type {type(item).__name__!r}, not "
                    "tf.Tensor or tf.Variable."
                )
            if not is_real(item):
                log.log(
                    logging.WARN,
                    "The dtype of the watched tensor must be floating (e.g. "
                    "tf.float32), got %r",
                    item.dtype,
                )
            self._tracked[id(item)] = item

    def record(self, recipe: Recipe | Custom, used: list, outs, ended: int) -> None:
        """Called by the recorder for each op while this tape is active.

        `ended` tells the windows of this thread apart.
        """
        tracked = self._tracked
        for tensor in used:
            if id(tensor) in tracked:
                break
        else:
            return
        self._records.append((recipe, used, outs))
        if ended != self._ended:
            self._ended = ended
            self._windows += 1
        for tensor in outs:
            dtype = tensor.dtype
            if dtype.is_floating or dtype.is_complex:
                tracked[id(tensor)] = tensor

    def variable_read(self, variable, tensor: EagerTensor) -> None:
        """Called when `variable` is read: `tensor` stands for it."""
        known = self._reads.get(id(variable))
        if known is None:
            if not (self._watches_variables and variable.trainable):
                return
            known = self._reads[id(variable)] = (variable, [])
        tensors = known[1]
        if not tensors or all(t is not tensor for t in tensors):
            tensors.append(tensor)
            self._tracked[id(tensor)] = tensor

    def watched_variables(self) -> tuple:
        return tuple(variable for variable, _ in self._reads.values())

    @contextmanager
    def stop_recording(self):
        """Nothing inside is recorded. Raises ValueError where nothing was."""
        if not self._recording:
            raise ValueError(
                "Attempting to stop recording while the tape is not recording."
            )
        self._pause()
        try:
            yield
        finally:
            self._start()

    def reset(self) -> None:
        """Forget what was recorded."""
        self._reset()

    # --- differentiating ------------------------------------------------------------

    def gradient(
        self, target, sources, output_gradients=None, unconnected_gradients="none"
    ):
        """d(sum of target)/d(source) for each of `sources`, in their structure.

        None where a source has no part in `target`; zeros with
        `unconnected_gradients="zero"`. Raises RuntimeError for a second call on a tape
        that is not persistent.
        """
        if self._used_up:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of "
                "gradients (or jacobians). Use tf.GradientTape(persistent=True)."
            )
        if target is None:
            raise TypeError(
                "Argument `target` should be a list or nested structure of Tensors or "
                "Variables to be differentiated, but received None."
            )
        was_recording = self._recording
        if was_recording:
            self._pause()
        try:
            flat = nest.flatten(sources)
            given = _given(output_gradients, target)
            found = self._gradient(nest.flatten(target), flat, given)
        finally:
            if was_recording and self._persistent:
                self._start()
        if unconnected_gradients != "none" and (
            getattr(unconnected_gradients, "value", unconnected_gradients) == "zero"
        ):
            found = [
                TABLE["ZerosLike"](as_tensor(context.landing(), s, None, None))
                if g is None
                else g
                for g, s in zip(found, flat, strict=True)
            ]
        if not self._persistent:
            self._used_up = True
            self._records, self._tracked = [], {}
            self._reads = {key: (v, []) for key, (v, _) in self._reads.items()}
        return nest.pack(sources, found)

    def _gradient(self, targets: list, sources: list, given: list | None) -> list:
        where = context.landing()
        if not where.eager:
            return _graph_gradient(where, targets, sources, given)
        values = [self._target(t) for t in targets]
        groups = [self._source(s) for s in sources]
        wanted = [t for group in groups for t in group]
        seeds = None
        if given is not None:
            seeds = [
                None if g is None else as_tensor(where, g, v.dtype, None)
                for g, v in zip(given, values, strict=True)
            ]
        if not all(map(is_real, values)):
            keep = [i for i, v in enumerate(values) if is_real(v)]
            values = [values[i] for i in keep]
            seeds = None if seeds is None else [seeds[i] for i in keep]
        if not values:
            return [None] * len(sources)
        found = backwards(self._records, values, wanted, seeds, self._windows == 1)
        if len(wanted) == len(groups) and all(groups):  # each source was read once
            return found
        flat = iter(found)
        return [_sum_up([next(flat) for _ in group]) for group in groups]

    def _target(self, target):
        if isinstance(target, EagerTensor):
            return target
        if hasattr(target, "_dense_tensor"):
            known = self._reads.get(id(target))
            if known and known[1]:
                return known[1][-1]
            tensor = target._dense_tensor()
            self.variable_read(target, tensor)  # it may be a source as well
            return tensor
        raise ValueError(f"The target of a gradient must be a tensor, not {target!r}.")

    def _source(self, source) -> list[EagerTensor]:
        """The tensors that stood for `source` while the tape was recording."""
        if isinstance(source, EagerTensor):
            return [source]
        known = self._reads.get(id(source))
        if known is not None:
            return known[1]
        if hasattr(source, "_dense_tensor"):
            return []
        raise TypeError(
            f"The sources of a gradient must be tensors or variables, not {source!r} "
            f"of type {type(source).__name__}."
        )

    def jacobian(
        self, target, sources, unconnected_gradients="none", parallel_iterations=None,
        experimental_use_pfor=True,
    ):  # fmt: skip
        """d target / d source for each source: target.shape + source.shape."""
        from penstock.v2.jacobian import jacobian

        return jacobian(self, target, sources, unconnected_gradients)

    def batch_jacobian(
        self, target, source, unconnected_gradients="none", parallel_iterations=None,
        experimental_use_pfor=True,
    ):  # fmt: skip
        """Row by row: [batch, ...target, ...source]."""
        from penstock.v2.jacobian import batch_jacobian

        return batch_jacobian(self, target, source, unconnected_gradients)


@python_gradient
def _of_python(function, inputs, received) -> list[np.ndarray]:
    """The gradients of a `py_function` in a graph: it runs again, on a tape."""
    with context.entered(RECORDER):
        xs = [RECORDER.constant(np.asarray(x)) for x in inputs]
        floats = [x for x in xs if x.dtype.is_floating]
        with GradientTape() as tape:
            tape.watch(floats)
            made = function.function(*xs)
        ys = list(made) if isinstance(made, list | tuple) else [made]
        dys = [RECORDER.constant(np.asarray(dy)) for dy in received]
        pairs = [p for p in zip(ys, dys, strict=True) if isinstance(p[0], EagerTensor)]
        found = tape.gradient(
            [y for y, _ in pairs], floats, [dy for _, dy in pairs],
            unconnected_gradients="zero",
        )  # fmt: skip
        by_id = dict(zip(map(id, floats), found, strict=True))
        return [
            as_tensor(RECORDER, by_id[id(x)], None, None).numpy()
            if id(x) in by_id
            else np.zeros(())
            for x in xs
        ]


def _given(output_gradients, target) -> list | None:
    """One upstream gradient for each target, or None for ones."""
    if output_gradients is None:
        return None
    if not nest.is_nested(target):
        return [output_gradients]
    return nest.flatten(output_gradients)


def _sum_up(parts: list):
    parts = [p for p in parts if p is not None]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else backward.add_up(parts)


def _graph_gradient(graph, targets, sources, given):
    ys = [as_tensor(graph, t, None, None) for t in targets]
    xs = [
        s._resource() if hasattr(s, "_resource") else as_tensor(graph, s, None, None)
        for s in sources
    ]
    return backward.gradients(ys, xs, given)
