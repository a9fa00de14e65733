"""The arguments of an eager call: what they are keyed by, and what is read of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core.dtypes import DType
from penstock.core.errors import InvalidArgumentError
from penstock.ir.node import _regroup
from penstock.ir.op import Op
from penstock.ir.tensor import Tensor
from penstock.ops.xla import jnp
from penstock.runtime.eager.tensor import EagerTensor
from penstock.runtime.eager.window import Window

SCALARS = (float, int, bool)


class Miss(Exception):
    """The arguments need the careful way in."""


def graph_of(args):
    """The graph that takes calls on its tensors from outside, if `args` have one."""
    for item in args:
        for value in item if isinstance(item, list | tuple) else (item,):
            if isinstance(value, Tensor) and value._node is not None:
                graph = value._node.graph
                if getattr(graph, "open_to_eager", False):
                    return graph
    return None


def read_variables(args: tuple) -> tuple:
    """`args` with variables read: that may end the window, so it comes first."""
    for item in args:
        if type(item) is not EagerTensor and hasattr(item, "cell_value"):
            return tuple(
                [a._dense_tensor() if hasattr(a, "cell_value") else a for a in args]
            )
    return args


#: Larger arrays are checked when the window is computed, not at the call.
_CHECKED_AT_ONCE = 4096


def check_known(op: Op, args, attrs) -> None:
    """Raise at the call what a guard says of values that are known already."""
    values = []
    for item in args:
        if type(item) is EagerTensor:
            value = item._value
            if value is None or value.size > _CHECKED_AT_ONCE:
                return
            values.append(np.asarray(value))
        elif isinstance(item, np.ndarray):
            values.append(item)
        else:
            return
    with np.errstate(all="ignore"):
        holds, message = op.guard(*values, **{k: attrs[k] for k in op.passes})  # type: ignore[misc]
    if not np.asarray(holds).all():
        raise InvalidArgumentError(None, None, f"{message} [Op:{op.type}]")


def settle(static, args) -> None:
    """Compute the arguments whose values the structure holds, before it is begun."""
    for position in static:
        item = args[position]
        for value in item if isinstance(item, list | tuple) else (item,):
            if isinstance(value, EagerTensor) and value._value is None:
                value.array()


def leave(fresh: list[EagerTensor]) -> None:
    """Inputs of a record that was not made after all."""
    for tensor in fresh:
        tensor._window = None


#: An array that is an input for this time (a batch is twice: forward and backward) goes
#: to the device, not to be handed over each time ...
_OFTEN = 4
#: ... up to this many elements; larger ones may be shared with the program, which would
#: then hold them twice.
_PLACED = 1 << 16


def enter(window: Window, tensor: EagerTensor, fresh: list, size: int):
    """`tensor` becomes an input of the window; the key of its kind."""
    for other in fresh:
        if other is tensor:
            return tensor._slot
    value = tensor._value
    if value is None:
        tensor.array()  # pending in another thread's window, or left out of one
    elif type(value) is np.ndarray:
        tensor._entered += 1
        if tensor._entered == _OFTEN and value.size <= _PLACED:
            if value.dtype.kind != "O":
                tensor._value = jnp.array(value)
    slot = size + len(fresh)
    if tensor._window is not None:
        # Another thread's: its slots do not tell this tensor from others any more.
        tensor._window.ended += 1
    tensor._window = window
    tensor._slot = slot
    fresh.append(tensor)
    return (tensor.dtype, tensor.dims)


def scalar_key(value):
    """A number's identity: 1, 1.0 and True differ, and so do 0.0 and -0.0."""
    return (type(value), value) if value else (type(value), repr(value))


def as_number(value, kind: DType | None) -> EagerTensor:
    """A Python number as an input of the window. Raises Miss where it may not fit."""
    if kind is None or (type(value) is float and not kind.is_floating):
        raise Miss
    return EagerTensor(kind, (), np.asarray(value, kind.np))


def static_key(arg):
    if type(arg) is EagerTensor:
        value = arg._numpy()
        return (value.dtype.str, value.shape, value.tobytes())
    if isinstance(arg, np.ndarray | np.generic):
        return (arg.dtype.str, arg.shape, arg.tobytes())
    if isinstance(arg, list | tuple):
        return tuple(static_key(a) for a in arg)
    if type(arg) in (int, float, bool, str) or arg is None:
        return (type(arg), arg)
    if hasattr(arg, "_dims"):
        return arg._dims
    if isinstance(arg, Tensor):  # a symbolic one: the call lands in its graph
        raise Miss
    return static_key(np.asarray(arg))


def static_value(item):
    if isinstance(item, list):
        return [t._numpy() for t in item]
    return item._numpy()


def result_of(op: Op, attrs, outs: list):
    args = op.outputs
    if len(args) == 1 and not args[0].is_list:
        return outs[0]
    if not args:
        return None
    if len(args) == 1:
        return outs
    if any(a.is_list for a in args):
        return _regroup(args, attrs, outs)
    return tuple(outs)


def structure_key(  # noqa: C901  (one loop, kept whole for speed)
    window: Window, op: Op, args, attrs: dict, static, fresh: list, used: list
) -> tuple:
    """The structure of this call; `fresh` leaves and `used` tensors on the way.

    Raises Miss where the careful way has to look at the arguments first.
    """
    if op.keeps is not None:
        raise Miss
    refs: list[Any] = [op]
    step = window.step
    size = step.size
    for position, arg in enumerate(args):
        kind = type(arg)
        if static and position in static:
            refs.append(static_key(arg))
        elif kind is EagerTensor:
            used.append(arg)
            if arg._window is window:
                refs.append(arg._slot)
            else:
                refs.append(enter(window, arg, fresh, size))
        elif kind in SCALARS:
            kinds = step.general.get(op) if step.general else None
            if kinds is None:
                refs.append(scalar_key(arg))
            else:
                number = as_number(arg, kinds[position])
                used.append(number)
                refs.append(enter(window, number, fresh, size))
        elif kind is list or kind is tuple:
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
    if attrs:
        for k, v in attrs.items():
            refs.append(k)
            refs.append(tuple(v) if type(v) is list else v)
    return tuple(refs)
