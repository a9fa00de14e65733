"""The careful way into a window: bind, convert and infer what was not met before."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from penstock.core.convert import whole
from penstock.core.dtypes import DType, as_dtype, string
from penstock.core.errors import InvalidArgumentError
from penstock.ir import context
from penstock.ir.bind import bind, output_dtypes
from penstock.ir.convert import as_tensor
from penstock.ir.node import user_line
from penstock.ir.op import Op
from penstock.ir.tensor import Tensor
from penstock.runtime.eager.arguments import (
    SCALARS,
    check_known,
    enter,
    graph_of,
    leave,
    result_of,
    scalar_key,
    settle,
    static_key,
    static_value,
)
from penstock.runtime.eager.shapes import AttrsOnly, Stand, specs_of
from penstock.runtime.eager.tensor import EagerTensor
from penstock.runtime.eager.trail import Baked, Recipe, Step, kind_of
from penstock.runtime.eager.values import eager_array
from penstock.runtime.eager.window import Window

#: Numbers written in a program are built into the code until a place shows this many.
_VARIANTS = 3


def record(recorder, op: Op, args: tuple, attrs: dict, name: str | None):  # noqa: C901
    """Bind, convert and infer; then record with everything in its place."""
    graph = graph_of(args)
    if graph is not None:
        with context.entered(graph):
            return graph.apply(op, args, attrs, name)
    bound = _bound(recorder, op, args, attrs)
    if any(t.dtype is string for t in bound.inputs):
        return run_on_host(recorder, op.for_strings(), args, attrs)
    static = op.static
    if callable(static):
        static = static(Stand(bound.grouped, bound.attrs))
    settle(static, bound.grouped)
    if op.guard is not None:
        check_known(op, bound.grouped, bound.attrs)
    window = recorder.window
    general = _general(recorder, op, bound, args)
    refs: list[Any] = [op]
    fresh: list[EagerTensor] = []
    used: list[EagerTensor] = []
    layout: list[Any] = []
    for position, (item, given) in enumerate(zip(bound.grouped, args, strict=True)):
        if position in static:
            value = static_value(item)
            refs.append(static_key(given))
            layout.append(Baked(value))
        elif isinstance(item, list):
            slots = []
            for tensor in item:
                used.append(tensor)
                slots.append(_slot_key(window, tensor, fresh))
            refs.append(tuple(k for k, _ in slots))
            layout.append(tuple(s for _, s in slots))
        elif type(given) in SCALARS and not general:
            refs.append(scalar_key(given))
            layout.append(Baked(item._value))
        else:
            used.append(item)
            key, slot = _slot_key(window, item, fresh)
            refs.append(key)
            layout.append(slot)
    for k, v in attrs.items():
        if op.keeps is None or k in op.passes:  # seeds are in the state it keeps
            refs.append(k)
            refs.append(tuple(v) if type(v) is list else v)
    kept = None
    if op.keeps is not None:
        kept_tensor = _kept_state(recorder, op, bound.attrs)
        key, kept = _slot_key(window, kept_tensor, fresh)
        refs.append(key)
    key = tuple(refs)
    child = window.step.children.get(key)
    if child is None:
        try:
            child = _grow(recorder, window, op, bound, tuple(layout), kept, fresh, key)
        except BaseException:
            leave(fresh)
            raise
    taken = recorder.take(window, child, fresh, used)
    if op.keeps is None:
        return taken
    outs, state = taken
    recorder.kept[_kept_key(op, bound.attrs)] = state
    return result_of(op, bound.attrs, outs)


def _slot_key(window: Window, tensor: EagerTensor, fresh):
    if tensor._window is window:
        return tensor._slot, tensor._slot
    return enter(window, tensor, fresh), tensor._slot


def _grow(recorder, window, op, bound, layout, kept, fresh, key) -> Step:
    """A new branch of the tree: the only time shapes are inferred."""
    parent = window.step
    specs = specs_of(op, bound, layout)
    if kept is not None:
        state = recorder.kept[_kept_key(op, bound.attrs)]
        specs = (*specs, (state.dtype, state.dims))
    first = parent.size + len(fresh)
    baked = tuple(
        ref if isinstance(place, Baked) else len(place) if type(place) is tuple else 0
        for place, ref in zip(layout, key[1:], strict=False)
    )
    kind = kind_of(op, bound.attrs, baked)
    listed = kept is not None or any(arg.is_list for arg in op.outputs)
    single = not listed and len(op.outputs) == 1
    plain = not listed and len(op.outputs) > 1
    recipe = Recipe(
        op, bound.attrs, layout, kept, first, specs, user_line(), kind, single, plain
    )
    child = Step(
        parent,
        recipe,
        tuple(t._slot for t in fresh),
        parent.depth + 1,
        first + len(specs),
    )
    parent.children[key] = child
    return child


def _general(recorder, op: Op, bound, args) -> bool:
    """Whether Python numbers come as inputs here: they were seen to change.

    Decided for a line of the program, so that a long window of ever new numbers
    is compiled a few times, not once for each place it has.
    """
    numbers = [scalar_key(a) for a in args if type(a) in SCALARS]
    if not numbers:
        return False
    seen = recorder.numbers.setdefault((op, *user_line()), set())
    if len(seen) <= _VARIANTS:
        seen.add(tuple(numbers))
    if len(seen) <= _VARIANTS:
        return False
    recorder.window.step.general[op] = tuple(
        t.dtype if isinstance(t, Tensor) else None for t in bound.grouped
    )
    return True


def _bound(recorder, op: Op, args: tuple, attrs: dict):
    try:
        return bind(op, args, attrs, partial(_convert_input, recorder))
    except TypeError as error:
        if "does not match type" in str(error):
            raise _mixed(op, args, error) from None
        raise


def _mixed(op: Op, args, error: TypeError) -> Exception:
    return InvalidArgumentError(
        None,
        None,
        f"cannot compute {op.type}: {error} Name: ",
    )


def _convert_input(recorder, value, dtype: DType | None, name: str, ref: bool):
    if isinstance(value, Tensor) and not isinstance(value, EagerTensor):
        return recorder.own(value)
    if dtype is None and isinstance(value, list | tuple):
        tensor = as_tensor(recorder, value, None, name)
        plain = tensor._value is not None and tensor.dtype.is_integer
        return recorder.constant(eager_array(value, None)) if plain else tensor
    return as_tensor(recorder, value, dtype, name)


def _kept_key(op: Op, attrs: dict):
    return (op, *((k, v) for k, v in attrs.items() if not isinstance(v, list)))


def _kept_state(recorder, op: Op, attrs: dict) -> EagerTensor:
    key = _kept_key(op, attrs)
    if key not in recorder.kept:
        value = np.asarray(op.keeps(AttrsOnly(attrs)))
        recorder.kept[key] = EagerTensor(as_dtype(value.dtype), value.shape, value)
    return recorder.kept[key]


def run_on_host(recorder, op: Op, args: tuple, attrs: dict):
    bound = _bound(recorder, op, args, attrs)
    if op.nested:
        raise TypeError(f"{op.type} cannot run eagerly; use its tf function.")
    arrays = [
        [t._numpy() for t in item] if isinstance(item, list) else item._numpy()
        for item in bound.grouped
    ]
    if op.keeps is None:
        out = op.body(*arrays, **op.body_attrs(bound.attrs))
    else:
        kept = _kept_state(recorder, op, bound.attrs)._numpy()
        out, after = op.body(*arrays, kept=kept, **op.body_attrs(bound.attrs))
        recorder.kept[_kept_key(op, bound.attrs)] = recorder.constant(after)
    outs = list(out) if isinstance(out, tuple | list) else [out]
    if not op.outputs:
        return None
    kinds = output_dtypes(op, bound.attrs, bound.grouped)
    tensors = []
    for kind, value in zip(kinds, outs, strict=True):
        array = whole(value)
        tensors.append(EagerTensor(kind, array.shape, array))
    if recorder.tapes:
        layout = tuple(
            (0,) * len(item) if isinstance(item, list) else 0 for item in bound.grouped
        )
        kind = kind_of(op, bound.attrs, layout)
        recipe = Recipe(op, bound.attrs, layout, None, 0, (), ("", 0), kind)
        recorder.tell_tapes(recipe, list(bound.inputs), tensors)
    return result_of(op, bound.attrs, tensors)
