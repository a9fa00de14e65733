"""The landing of eager calls: each op becomes a record of the thread's window."""

from __future__ import annotations

import threading
import weakref
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from penstock.core.dtypes import DType, as_dtype, string
from penstock.core.errors import InvalidArgumentError
from penstock.core.seeds import EagerSeeds
from penstock.ir import context
from penstock.ir.bind import bind, output_dtypes
from penstock.ir.convert import as_tensor
from penstock.ir.node import user_line
from penstock.ir.op import Op
from penstock.ir.tensor import Tensor
from penstock.runtime.eager.arguments import (
    Miss,
    as_number,
    check_known,
    enter,
    graph_of,
    leave,
    read_variables,
    result_of,
    scalar_key,
    settle,
    static_key,
    static_value,
)
from penstock.runtime.eager.shapes import AttrsOnly, Stand, specs_of
from penstock.runtime.eager.tensor import EagerTensor, pending
from penstock.runtime.eager.trail import Baked, Custom, Recipe, Step, kind_of
from penstock.runtime.eager.values import eager_array
from penstock.runtime.eager.window import Window

#: A window longer than this ends where the loop it is in comes round again ...
_LONG = 256
#: ... and in any case here.
_LONGEST = 2048
#: Numbers written in a program are built into the code until a place shows this many.
_VARIANTS = 3

_SCALARS = (float, int, bool)


class Recorder(threading.local):
    """Where calls land under eager execution. As many windows as threads."""

    eager = True

    def __init__(self):
        self.window = Window()
        self.tapes: list[Any] = []
        self.strict = False
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
                return self._run_on_host(op, args, attrs)
            with context.entered(graph):
                return graph.apply(op, args, attrs, name)
        args = read_variables(args)
        static = op.static
        if static:
            if callable(static):
                try:
                    static = static(Stand(args, {**op.attrs, **attrs}))
                except (AttributeError, IndexError, KeyError, TypeError):
                    return self._careful(op, args, attrs, name)  # not tensors yet
            settle(static, args)
        window = self.window
        step = window.step
        if step.depth > _LONG:
            step = self._perhaps_flush(window)
        fresh: list[EagerTensor] = []
        used: list[EagerTensor] = []
        try:
            key = self._key(window, op, args, attrs, static, fresh, used)
            child = step.children.get(key)
        except (Miss, TypeError):
            child = None
        if child is None:
            leave(fresh)
            return self._careful(op, args, attrs, name)
        if op.guard is not None:
            check_known(op, args, {**op.attrs, **attrs})
        return self._take(window, child, fresh, used)

    def _key(  # noqa: C901  (one loop, kept whole for speed)
        self, window, op: Op, args, attrs: dict, static, fresh: list, used: list
    ) -> tuple:
        """The structure of this call; `fresh` leaves and `used` tensors on the way.

        Raises Miss where the careful way has to look at the arguments first.
        """
        if op.keeps is not None:
            raise Miss
        refs: list[Any] = [op]
        size = window.step.size
        for position, arg in enumerate(args):
            if static and position in static:
                refs.append(static_key(arg))
            elif type(arg) is EagerTensor:
                used.append(arg)
                if arg._window is window:
                    refs.append(arg._slot)
                else:
                    refs.append(enter(window, arg, fresh, size))
            elif type(arg) in _SCALARS:
                kinds = window.step.general.get(op) if window.step.general else None
                if kinds is None:
                    refs.append(scalar_key(arg))
                else:
                    number = as_number(arg, kinds[position])
                    used.append(number)
                    refs.append(enter(window, number, fresh, size))
            elif type(arg) is list or type(arg) is tuple:
                inner: list[Any] = []
                for item in arg:
                    if type(item) is not EagerTensor:
                        raise Miss
                    used.append(item)
                    if item._window is window:
                        inner.append(item._slot)
                    else:
                        inner.append(enter(window, item, fresh, size))
                refs.append(tuple(inner))
            else:
                raise Miss
        for k, v in attrs.items():
            refs.append(k)
            refs.append(tuple(v) if type(v) is list else v)
        return tuple(refs)

    def _take(self, window: Window, child: Step, fresh, used, whole: bool = False):
        """Follow `child`: make the tensors of its results."""
        window.step = child
        if fresh:
            window.leaves += [(tensor._slot, tensor) for tensor in fresh]
        recipe = child.recipe
        slot = recipe.first
        outs = []
        live = window.live
        for dtype, dims in recipe.specs:
            out = pending(dtype, dims, window, slot)
            live.append((slot, weakref.ref(out)))
            slot += 1
            outs.append(out)
        state = outs.pop() if recipe.kept is not None else None
        if self.tapes:
            self._tell_tapes(recipe, used, outs)
        if self.strict:
            window.flush()
        if state is not None:
            return outs, state
        return outs if whole else result_of(recipe.op, recipe.attrs, outs)

    def _tell_tapes(self, recipe: Recipe | Custom, used, outs) -> None:
        for tape in self.tapes:
            tape.record(recipe, used, outs)

    # --- the careful way ------------------------------------------------------------

    def _careful(self, op: Op, args: tuple, attrs: dict, name: str | None):  # noqa: C901
        """Bind, convert and infer; then record with everything in its place."""
        graph = graph_of(args)
        if graph is not None:
            with context.entered(graph):
                return graph.apply(op, args, attrs, name)
        bound = self._bound(op, args, attrs)
        if any(t.dtype is string for t in bound.inputs):
            return self._run_on_host(op.for_strings(), args, attrs)
        static = op.static
        if callable(static):
            static = static(Stand(bound.grouped, bound.attrs))
        settle(static, bound.grouped)
        if op.guard is not None:
            check_known(op, bound.grouped, bound.attrs)
        window = self.window
        general = self._general(op, bound, args)
        refs: list[Any] = [op]
        fresh: list[EagerTensor] = []
        used: list[EagerTensor] = []
        layout: list[Any] = []
        size = window.step.size
        for position, (item, given) in enumerate(zip(bound.grouped, args, strict=True)):
            if position in static:
                value = static_value(item)
                refs.append(static_key(given))
                layout.append(Baked(value))
            elif isinstance(item, list):
                slots = []
                for tensor in item:
                    used.append(tensor)
                    slots.append(self._slot_key(window, tensor, fresh, size))
                refs.append(tuple(k for k, _ in slots))
                layout.append(tuple(s for _, s in slots))
            elif type(given) in _SCALARS and not general:
                refs.append(scalar_key(given))
                layout.append(Baked(item._value))
            else:
                used.append(item)
                key, slot = self._slot_key(window, item, fresh, size)
                refs.append(key)
                layout.append(slot)
        for k, v in attrs.items():
            if op.keeps is None or k in op.passes:  # seeds are in the state it keeps
                refs.append(k)
                refs.append(tuple(v) if type(v) is list else v)
        kept = None
        if op.keeps is not None:
            kept_tensor = self._kept_state(op, bound.attrs)
            key, kept = self._slot_key(window, kept_tensor, fresh, size)
            refs.append(key)
        key = tuple(refs)
        child = window.step.children.get(key)
        if child is None:
            try:
                child = self._grow(window, op, bound, tuple(layout), kept, fresh, key)
            except BaseException:
                leave(fresh)
                raise
        taken = self._take(window, child, fresh, used)
        if op.keeps is None:
            return taken
        outs, state = taken
        self.kept[self._kept_key(op, bound.attrs)] = state
        return result_of(op, bound.attrs, outs)

    def _slot_key(self, window: Window, tensor: EagerTensor, fresh, size):
        if tensor._window is window:
            return tensor._slot, tensor._slot
        return enter(window, tensor, fresh, size), tensor._slot

    def _grow(self, window, op, bound, layout, kept, fresh, key) -> Step:
        """A new branch of the tree: the only time shapes are inferred."""
        parent = window.step
        specs = specs_of(op, bound, layout)
        if kept is not None:
            state = self.kept[self._kept_key(op, bound.attrs)]
            specs = (*specs, (state.dtype, state.dims))
        first = parent.size + len(fresh)
        baked = tuple(
            ref
            if isinstance(place, Baked)
            else len(place)
            if type(place) is tuple
            else 0
            for place, ref in zip(layout, key[1:], strict=False)
        )
        kind = kind_of(op, bound.attrs, baked)
        recipe = Recipe(op, bound.attrs, layout, kept, first, specs, user_line(), kind)
        child = Step(
            parent,
            recipe,
            tuple(t._slot for t in fresh),
            parent.depth + 1,
            first + len(specs),
        )
        parent.children[key] = child
        return child

    def _general(self, op: Op, bound, args) -> bool:
        """Whether Python numbers come as inputs here: they were seen to change.

        Decided for a line of the program, so that a long window of ever new numbers
        is compiled a few times, not once for each place it has.
        """
        numbers = [scalar_key(a) for a in args if type(a) in _SCALARS]
        if not numbers:
            return False
        seen = self.numbers.setdefault((op, *user_line()), set())
        if len(seen) <= _VARIANTS:
            seen.add(tuple(numbers))
        if len(seen) <= _VARIANTS:
            return False
        self.window.step.general[op] = tuple(
            t.dtype if isinstance(t, Tensor) else None for t in bound.grouped
        )
        return True

    def _bound(self, op: Op, args: tuple, attrs: dict):
        try:
            return bind(op, args, attrs, self._convert_input)
        except TypeError as error:
            if "does not match type" in str(error):
                raise self._mixed(op, args, error) from None
            raise

    def _mixed(self, op: Op, args, error: TypeError) -> Exception:
        return InvalidArgumentError(
            None,
            None,
            f"cannot compute {op.type}: {error} Name: ",
        )

    def _convert_input(self, value, dtype: DType | None, name: str, ref: bool):
        if isinstance(value, Tensor) and not isinstance(value, EagerTensor):
            return self.own(value)
        if dtype is None and isinstance(value, list | tuple):
            tensor = as_tensor(self, value, None, name)
            plain = tensor._value is not None and tensor.dtype.is_integer
            return self.constant(eager_array(value, None)) if plain else tensor
        return as_tensor(self, value, dtype, name)

    def composite(self, op: Op, inputs: list[EagerTensor], specs) -> list[EagerTensor]:
        """Record `op`, made for this purpose, on tensors; results shaped as `specs`."""
        window = self.window
        fresh: list[EagerTensor] = []
        size = window.step.size
        keys, layout = [], []
        for tensor in inputs:
            key, slot = self._slot_key(window, tensor, fresh, size)
            keys.append(key)
            layout.append(slot)
        key = (op, *keys)
        child = window.step.children.get(key)
        if child is None:
            first = size + len(fresh)
            line = user_line()
            kind = kind_of(op, {}, ())
            recipe = Recipe(
                op, {}, tuple(layout), None, first, tuple(specs), line, kind
            )
            leaves = tuple(t._slot for t in fresh)
            depth = window.step.depth + 1
            child = Step(window.step, recipe, leaves, depth, first + len(specs))
            window.step.children[key] = child
        return self._take(window, child, fresh, inputs, whole=True)

    # --- state of random ops --------------------------------------------------------

    def _kept_key(self, op: Op, attrs: dict):
        return (op, *((k, v) for k, v in attrs.items() if not isinstance(v, list)))

    def _kept_state(self, op: Op, attrs: dict) -> EagerTensor:
        key = self._kept_key(op, attrs)
        if key not in self.kept:
            value = np.asarray(op.keeps(AttrsOnly(attrs)))
            self.kept[key] = EagerTensor(as_dtype(value.dtype), value.shape, value)
        return self.kept[key]

    def forget_random_state(self) -> None:
        """What `tf.random.set_seed` does to the state of ops run so far."""
        self.kept.clear()

    # --- host ops -------------------------------------------------------------------

    def _run_on_host(self, op: Op, args: tuple, attrs: dict):
        bound = self._bound(op, args, attrs)
        if op.nested:
            raise TypeError(f"{op.type} cannot run eagerly; use its tf function.")
        arrays = [
            [t._numpy() for t in item] if isinstance(item, list) else item._numpy()
            for item in bound.grouped
        ]
        out = op.body(*arrays, **op.body_attrs(bound.attrs))
        outs = list(out) if isinstance(out, tuple | list) else [out]
        if not op.outputs:
            return None
        kinds = output_dtypes(op, bound.attrs, bound.grouped)
        tensors = []
        for kind, value in zip(kinds, outs, strict=True):
            array = np.asarray(value)
            tensors.append(EagerTensor(kind, array.shape, array))
        if self.tapes:
            layout = tuple(
                (0,) * len(item) if isinstance(item, list) else 0
                for item in bound.grouped
            )
            kind = kind_of(op, bound.attrs, layout)
            recipe = Recipe(op, bound.attrs, layout, None, 0, (), ("", 0), kind)
            self._tell_tapes(recipe, list(bound.inputs), tensors)
        return result_of(op, bound.attrs, tensors)

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
        if tensor._value is not None:
            return
        window = self.window
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
            self._tell_tapes(Custom(backward), inputs, outs)

    def own(self, tensor: Tensor) -> Tensor:
        if isinstance(tensor, EagerTensor) or graph_of((tensor,)) is not None:
            return tensor
        raise TypeError(
            f"{tensor!r} is out of scope: it belongs to a graph (a tf.function or "
            "tf.Graph) and cannot be used here. Return it from the function, or fetch "
            "it in a Session."
        )

    def name_scope(self, name):
        return _Scope(name)

    def control_dependencies(self, inputs):
        return nullcontext()

    def device(self, device):
        return nullcontext()

    def colocate_with(self, op, ignore_existing=False):
        return nullcontext()

    def get_name_scope(self) -> str:
        return ""

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        return name


class _Scope:
    """A name scope under eager execution: a name, and nothing else."""

    __slots__ = ("_name",)

    def __init__(self, name):
        self._name = name

    def __enter__(self) -> str:
        return f"{self._name}/" if self._name else ""

    def __exit__(self, kind, error, traceback) -> None:
        """Nothing was changed."""


RECORDER = Recorder()
