"""The arguments of an eager call: what they are keyed by, and what is read of them."""

from __future__ import annotations

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
_PLAIN = frozenset({int, float, bool, str, type(None)})


class Miss(Exception):
    """The arguments need the careful way in."""


class Unsettled(Exception):
    """A variable has to be read first, or a value computed that the key holds."""


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
    return tuple([_read(item) for item in args])


def _read(item):
    if type(item) is EagerTensor:
        return item
    if hasattr(item, "cell_value"):
        return item._dense_tensor()
    if isinstance(item, list | tuple) and not all(map(_is_plain, item)):
        return [_read(value) for value in item]
    return item


def _is_plain(item) -> bool:
    return type(item) in _PLAIN or type(item) is EagerTensor


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
        given = op.body_attrs({**op.attrs, **attrs})
        holds, message = op.guard(*values, **given)  # type: ignore[misc]
    if not np.asarray(holds).all():
        raise InvalidArgumentError(None, None, f"{message} [Op:{op.type}]")


def settle(static, args) -> None:
    """Compute the arguments whose values the structure holds, before it is begun."""
    for position in static:
        _settle(args[position])


def _settle(item) -> None:
    if isinstance(item, EagerTensor):
        item.array()
    elif isinstance(item, list | tuple):
        for value in item:
            _settle(value)


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


def enter(window: Window, tensor: EagerTensor, fresh: list):
    """`tensor` becomes an input of the window; the key of its kind."""
    value = tensor._value
    if value is None:
        tensor.array()  # pending in another thread's window, or left out of one
    elif type(value) is np.ndarray:
        tensor._entered += 1
        if tensor._entered == _OFTEN and value.size <= _PLACED:
            if value.dtype.kind != "O":
                tensor._value = jnp.array(value)
    if tensor._window is not None:
        # Another thread's: its slots do not tell this tensor from others any more.
        tensor._window.ended += 1
    tensor._window = window
    tensor._slot = window.step.size + len(fresh)
    fresh.append(tensor)
    return (tensor.dtype.as_datatype_enum, tensor.dims)


def scalar_key(value):
    """A number's identity: 1, 1.0 and True differ, and so do 0.0 and -0.0."""
    return (type(value), value) if value else (type(value), repr(value))


def as_number(value, kind: DType | None) -> EagerTensor:
    """A Python number as an input of the window. Raises Miss where it may not fit."""
    if kind is None or (type(value) is float and not kind.is_floating):
        raise Miss
    return EagerTensor(kind, (), np.asarray(value, kind.np))


def static_key(arg):
    """What a value is in the structure. Raises Unsettled where it is not known yet."""
    kind = type(arg)
    if kind in _PLAIN:
        return (kind, arg)
    if isinstance(arg, EagerTensor):
        if arg._value is None:
            raise Unsettled
        arg = np.asarray(arg._value)
    if isinstance(arg, np.ndarray | np.generic):
        return (arg.dtype.str, arg.shape, arg.tobytes())
    if isinstance(arg, list | tuple):
        return tuple([static_key(a) for a in arg])
    if hasattr(arg, "cell_value"):
        raise Unsettled
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


def slots_of(window: Window, tensors, fresh: list) -> tuple:
    """The keys of `tensors`; those that are new to the window become inputs of it."""
    return tuple(
        [t._slot if t._window is window else enter(window, t, fresh) for t in tensors]
    )


def key_of(window: Window, op: Op, static, position: int, arg, fresh, used):
    """The key of any argument; `fresh` inputs and `used` tensors on the way.

    Raises Unsettled where something is to be read or computed first, and Miss where
    the careful way has to look at the arguments.
    """
    kind = type(arg)
    if position in static:
        return static_key(arg)
    if kind in SCALARS:
        general = window.step.general
        if not general or op not in general:
            return scalar_key(arg)
        arg = as_number(arg, general[op][position])
    elif kind is list or kind is tuple:
        for item in arg:
            if type(item) is not EagerTensor:
                raise Unsettled if hasattr(item, "cell_value") else Miss
        used += arg
        return slots_of(window, arg, fresh)
    elif hasattr(arg, "cell_value"):
        step = window.step
        arg = arg._dense_tensor()
        if window.step is not step or type(arg) is not EagerTensor:
            raise Unsettled
    elif kind is not EagerTensor:
        raise Miss
    used.append(arg)
    return arg._slot if arg._window is window else enter(window, arg, fresh)
