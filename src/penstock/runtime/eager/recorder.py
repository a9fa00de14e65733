"""The landing of eager calls: each op becomes a record of the thread's window."""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from typing import Any
from weakref import ref

from penstock.core.dtypes import as_dtype
from penstock.core.seeds import EagerSeeds
from penstock.ir import context
from penstock.ir.node import user_line
from penstock.ir.op import Op
from penstock.ir.tensor import Tensor
from penstock.ops.xla import jax
from penstock.runtime import devices
from penstock.runtime.eager import careful
from penstock.runtime.eager.arguments import (
    Miss,
    Unsettled,
    check_known,
    enter,
    graph_of,
    key_of,
    leave,
    read_variables,
    result_of,
    settle,
    slots_of,
)
from penstock.runtime.eager.shapes import Stand
from penstock.runtime.eager.tensor import EagerTensor, pending
from penstock.runtime.eager.trail import Custom, Recipe, Step, kind_of
from penstock.runtime.eager.window import Window

#: A window longer than this ends where the loop it is in comes round again ...
_LONG = 256
#: ... and in any case here.
_LONGEST = 2048


class Recorder(threading.local):
    """Where calls land under eager execution. As many windows as threads."""

    eager = True

    def __init__(self):
        self.window = Window()
        self.scope = ""
        self.kept: dict[Any, EagerTensor] = {}
        self.numbers: dict[Any, set] = {}
        self.scratch: dict[Any, Any] = {}
        self.seeds = EagerSeeds()

    @property
    def seed(self) -> int | None:
        """The seed of `tf.random.set_seed`."""
        return self.seeds.global_seed

    @property
    def tapes(self) -> list[Any]:
        """The tapes that watch this thread."""
        return self.window.tapes

    @tapes.setter
    def tapes(self, tapes: list[Any]) -> None:
        self.window.tapes = tapes

    @property
    def strict(self) -> bool:
        """Whether every op is computed at once."""
        return self.window.strict

    @strict.setter
    def strict(self, strict: bool) -> None:
        self.window.strict = strict

    # --- recording ------------------------------------------------------------------

    def apply(self, op: Op, args: tuple, attrs: dict, name: str | None):  # noqa: C901
        """Record `op` on `args`; its result tensors, to be computed when looked at.

        One function, kept whole for speed: it finds the call's place in the tree of
        all that was recorded before, and follows it.
        """
        if not op.pure:
            return self._apply_impure(op, args, attrs, name)
        static = op.static
        if static and callable(static):
            args = read_variables(args)
            try:
                static = static(Stand(args, {**op.attrs, **attrs}))
            except (AttributeError, IndexError, KeyError, TypeError):
                # not tensors yet
                return careful.record(self, op, args, attrs, name)
        window = self.window
        step = window.step
        if step.depth > _LONG:
            step = self._perhaps_flush(window)
        refs: list[Any] = [op]
        fresh: list[EagerTensor] = []
        used: list[EagerTensor] = []
        try:
            for arg in args:
                if type(arg) is EagerTensor and not static:
                    used.append(arg)
                    if arg._window is window:
                        refs.append(arg._slot)
                    else:
                        refs.append(enter(window, arg, fresh))
                else:
                    at = len(refs) - 1
                    refs.append(key_of(window, op, static, at, arg, fresh, used))
            if attrs:
                for k, v in attrs.items():
                    refs.append(k)
                    refs.append(tuple(v) if type(v) is list else v)
            child = step.children.get(tuple(refs))
        except Unsettled:  # reading and computing may end the window: begin anew
            leave(fresh)
            args = read_variables(args)
            settle(static, args)
            return self.apply(op, args, attrs, name)
        except (Miss, TypeError):
            child = None
        if child is None:
            leave(fresh)
            return careful.record(self, op, read_variables(args), attrs, name)
        if op.guard is not None:
            check_known(op, args, attrs)
        recipe = child.recipe
        if not recipe.single:
            return self.take(window, child, fresh, used)
        window.step = child
        if fresh:
            window.leaves += fresh
        out = pending(recipe.specs[0], window, recipe.first)
        window.live.append(ref(out))
        for tape in window.tapes:
            tape.record(recipe, used, (out,), window.ended)
        if window.strict:
            window.flush()
        return out

    def _apply_impure(self, op: Op, args: tuple, attrs: dict, name: str | None):
        """Random ops, those that run in Python, and those of a graph's tensors."""
        args = read_variables(args)
        if op.keeps and not (op.host or op.nested):
            return careful.record(self, op, args, attrs, name)
        graph = graph_of(args)
        if graph is None:
            return careful.run_on_host(self, op, args, attrs)
        with context.entered(graph):
            return graph.apply(op, args, attrs, name)

    def take(self, window: Window, child: Step, fresh, used, whole: bool = False):
        """Follow `child`: make the tensors of its results."""
        window.step = child
        if fresh:
            window.leaves += fresh
        recipe = child.recipe
        slot = recipe.first
        live = window.live
        outs = []
        for spec in recipe.specs:
            out = pending(spec, window, slot)
            live.append(ref(out))
            slot += 1
            outs.append(out)
        state = outs.pop() if recipe.kept is not None else None
        for tape in window.tapes:
            tape.record(recipe, used, outs, window.ended)
        if window.strict:
            window.flush()
        if state is not None:
            return outs, state
        if whole:
            return outs
        return tuple(outs) if recipe.plain else result_of(recipe.op, recipe.attrs, outs)

    def tell_tapes(self, recipe: Recipe | Custom, used, outs) -> None:
        window = self.window
        for tape in window.tapes:
            tape.record(recipe, used, outs, window.ended)

    def composite(self, op: Op, inputs: list[EagerTensor], specs) -> Any:
        """Record `op`, made for this purpose, on tensors; results shaped as `specs`."""
        window = self.window
        fresh: list[EagerTensor] = []
        key = (op, *slots_of(window, inputs, fresh))
        child = window.step.children.get(key)
        if child is None:
            first = window.step.size + len(fresh)
            line = user_line()
            kind = kind_of(op, {}, ())
            recipe = Recipe(
                op,
                {},
                tuple(t._slot for t in inputs),
                None,
                first,
                tuple(specs),
                line,
                kind,
            )
            leaves = tuple(t._slot for t in fresh)
            depth = window.step.depth + 1
            child = Step(window.step, recipe, leaves, depth, first + len(specs))
            window.step.children[key] = child
        return self.take(window, child, fresh, inputs, whole=True)

    def forget_random_state(self) -> None:
        """What `tf.random.set_seed` does to the state of ops run so far."""
        self.kept.clear()

    # --- windows --------------------------------------------------------------------

    def flush(self) -> None:
        """Compute everything pending in this thread."""
        self.window.flush()

    def _perhaps_flush(self, window: Window) -> Step:
        """End a long window where the program's loop comes round, not just anywhere.

        Windows cut at the same line repeat the same structure, so they are compiled
        once; cut by length alone they would start at ever other places.
        """
        site = user_line()
        if window.site is None:
            window.site = site
        elif site == window.site or window.step.depth > _LONGEST:
            window.flush()
            window.site = site
        return window.step

    def before_read(self, cell, tensor: EagerTensor) -> None:
        """A variable is about to be read: end the window where a loop comes round.

        It does where the same variable is read after the same kind of record again.
        """
        window = self.window
        if tensor._window is not window or tensor._value is not None:
            return
        step = window.step
        site = (id(cell), step.recipe.kind)
        if window.read_at.get(site, step) is not step:
            window.flush()
        window.read_at[site] = window.step

    @contextmanager
    def untaped(self):
        """Records made inside are seen by no tape."""
        tapes, self.tapes = self.tapes, []
        try:
            yield
        finally:
            self.tapes = tapes

    # --- what a Graph also answers --------------------------------------------------

    def constant(self, array, name: str | None = None) -> EagerTensor:
        return EagerTensor(as_dtype(array.dtype), array.shape, array)

    def custom(self, inputs: list, outs: list, backward: Any) -> None:
        """Tell the tapes that `backward(*douts) -> dinputs` undoes inputs -> outs."""
        if self.tapes:
            self.tell_tapes(Custom(backward), inputs, outs)

    def own(self, tensor: Tensor) -> Tensor:
        if isinstance(tensor, EagerTensor) or graph_of((tensor,)) is not None:
            return tensor
        raise TypeError(
            f"{tensor!r} is out of scope: it belongs to a graph (a tf.function or "
            "tf.Graph) and cannot be used here. Return it from the function, or fetch "
            "it in a Session."
        )

    def name_scope(self, name):
        return _Scope(self, name)

    def control_dependencies(self, inputs):
        return nullcontext()

    @contextmanager
    def device(self, device):
        """What is recorded inside is computed on `device`, where there are several."""
        place = devices.place(device)
        if place is None:
            yield
            return
        self.flush()  # what came before belongs elsewhere
        with jax.default_device(place):
            try:
                yield
            finally:
                self.flush()

    def colocate_with(self, op, ignore_existing=False):
        return nullcontext()

    def get_name_scope(self) -> str:
        return self.scope

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        return name


class _Scope:
    """A name scope under eager execution: variables made inside are named by it."""

    __slots__ = ("_name", "_outer", "_recorder")

    def __init__(self, recorder, name):
        self._recorder, self._name = recorder, name

    def __enter__(self) -> str:
        recorder, name = self._recorder, self._name
        self._outer = outer = recorder.scope
        if not name:
            full = ""
        elif name.endswith("/"):
            full = name[:-1]
        else:
            full = f"{outer}/{name}" if outer else name
        recorder.scope = full
        return f"{full}/" if full else ""

    def __exit__(self, kind, error, traceback) -> None:
        self._recorder.scope = self._outer


RECORDER = Recorder()
