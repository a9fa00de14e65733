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
from penstock.runtime.eager import careful
from penstock.runtime.eager.arguments import (
    Miss,
    check_known,
    enter,
    graph_of,
    leave,
    read_variables,
    result_of,
    settle,
    structure_key,
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
        self.tapes: list[Any] = []
        self.strict = False
        self.scope = ""
        self.kept: dict[Any, EagerTensor] = {}
        self.numbers: dict[Any, set] = {}
        self.scratch: dict[Any, Any] = {}
        self.seeds = EagerSeeds()

    @property
    def seed(self) -> int | None:
        """The seed of `tf.random.set_seed`."""
        return self.seeds.global_seed

    # --- recording ------------------------------------------------------------------

    def apply(self, op: Op, args: tuple, attrs: dict, name: str | None):
        """Record `op` on `args`; its result tensors, to be computed when looked at."""
        if op.host or op.nested:
            graph = graph_of(args)
            if graph is None:
                return careful.run_on_host(self, op, args, attrs)
            with context.entered(graph):
                return graph.apply(op, args, attrs, name)
        for item in args:
            if type(item) is not EagerTensor and hasattr(item, "cell_value"):
                args = read_variables(args)
                break
        static = op.static
        if static:
            if callable(static):
                try:
                    static = static(Stand(args, {**op.attrs, **attrs}))
                except (AttributeError, IndexError, KeyError, TypeError):
                    return careful.record(
                        self, op, args, attrs, name
                    )  # not tensors yet
            settle(static, args)
        window = self.window
        step = window.step
        if step.depth > _LONG:
            step = self._perhaps_flush(window)
        fresh: list[EagerTensor] = []
        used: list[EagerTensor] = []
        try:
            child = step.children.get(
                structure_key(window, op, args, attrs, static, fresh, used)
            )
        except (Miss, TypeError):
            child = None
        if child is None:
            leave(fresh)
            return careful.record(self, op, args, attrs, name)
        if op.guard is not None:
            check_known(op, args, {**op.attrs, **attrs})
        return self.take(window, child, fresh, used)

    def take(self, window: Window, child: Step, fresh, used, whole: bool = False):
        """Follow `child`: make the tensors of its results."""
        window.step = child
        if fresh:
            window.leaves += fresh
        recipe = child.recipe
        slot = recipe.first
        live = window.live
        if recipe.single and not whole:  # nearly every op
            dtype, dims = recipe.specs[0]
            out = pending(dtype, dims, window, slot)
            live.append(ref(out))
            if self.tapes:
                self.tell_tapes(recipe, used, [out])
            if self.strict:
                window.flush()
            return out
        outs = []
        for dtype, dims in recipe.specs:
            out = pending(dtype, dims, window, slot)
            live.append(ref(out))
            slot += 1
            outs.append(out)
        state = outs.pop() if recipe.kept is not None else None
        if self.tapes:
            self.tell_tapes(recipe, used, outs)
        if self.strict:
            window.flush()
        if state is not None:
            return outs, state
        return outs if whole else result_of(recipe.op, recipe.attrs, outs)

    def tell_tapes(self, recipe: Recipe | Custom, used, outs) -> None:
        for tape in self.tapes:
            tape.record(recipe, used, outs)

    def composite(self, op: Op, inputs: list[EagerTensor], specs) -> Any:
        """Record `op`, made for this purpose, on tensors; results shaped as `specs`."""
        window = self.window
        fresh: list[EagerTensor] = []
        size = window.step.size
        keys: list[Any] = []
        for tensor in inputs:
            if tensor._window is window:
                keys.append(tensor._slot)
            else:
                keys.append(enter(window, tensor, fresh, size))
        key = (op, *keys)
        child = window.step.children.get(key)
        if child is None:
            first = size + len(fresh)
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
        """A variable is about to be read: end the window where a loop comes round."""
        window = self.window
        if tensor._value is not None or tensor._window is not window:
            return
        site = (id(cell), *user_line())
        if site in window.read_at:
            window.flush()
        window.read_at.add(site)

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

    def device(self, device):
        return nullcontext()

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
