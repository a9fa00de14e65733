"""What rewritten control flow calls: Python's way on values, a node on tensors.

The variables of a statement are read by `get()` and written by `put(values)`. Branches
and bodies are traced once each. What Python objects they change must come out the same
on both ways; where it does not, `NeedsValue` is raised, and the function that is being
traced runs eagerly instead.
"""

from __future__ import annotations

import builtins
import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.api.rewriting.loops import staged_for, staged_pass, staged_while
from penstock.api.rewriting.values import Undefined, is_symbolic, merged
from penstock.core.dtypes import as_dtype
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ir.tensor import NeedsValue, Tensor

__all__ = [
    "Undefined", "and_", "assert_", "called", "for_", "if_", "if_expression",
    "if_return", "not_", "or_", "while_",
]  # fmt: skip


# --- branches ------------------------------------------------------------------


def if_(test, then: Callable, otherwise: Callable, get, put, names) -> None:
    """`if test: then() else: otherwise()`."""
    if not is_symbolic(test):
        (then if test else otherwise)()
        return
    _branches(test, then, otherwise, get, put, names)


def if_return(test, then, otherwise, get, put, names):
    """The same where each branch ends in a return."""
    if not is_symbolic(test):
        return (then if test else otherwise)()
    return _branches(test, then, otherwise, get, put, names)


def if_expression(test, then, otherwise):
    """`then() if test else otherwise()`."""
    if not is_symbolic(test):
        return then() if test else otherwise()
    return _branches(test, then, otherwise, tuple, lambda values: None, ())


def _branches(test, then, otherwise, get, put, names):
    """Both branches traced; the variables and what is returned, merged."""
    before = get()

    def run(branch):
        def traced():
            put(before)
            returned = branch()
            return [*get(), returned]

        return traced

    *values, returned = merged(test, run(then), run(otherwise), names)
    put(tuple(values))
    return returned


# --- loops ---------------------------------------------------------------------


def while_(test, body, get, put, names) -> None:
    """`while test(): body()`; staged from where the test is a tensor."""
    while True:
        go = test()
        if is_symbolic(go):
            staged_while(test, body, get, put, names)
            return
        if not go:
            return
        body()


def for_(items, go, body, get, put, names) -> None:
    """`for item in items: body(item)`, as long as `go()` where that is given."""
    if is_symbolic(items) or isinstance(items, Counted):
        staged_for(items, go, body, get, put, names)
        return
    if hasattr(items, "_staged_pass") and not context.executing_eagerly():
        iterator, element = items._staged_pass()
        staged_pass(iterator, element, go, body, get, put, names)
        return
    for item in items:
        body(item)
        if go is not None:
            on = go()
            if is_symbolic(on):
                raise NeedsValue("A loop over Python values breaks on a tensor.")
            if not on:
                return


class Counted:
    """`enumerate(tensor)`."""

    def __init__(self, tensor: Tensor, start=0):
        self.tensor, self.start = tensor, start


# --- truth ---------------------------------------------------------------------


def and_(*parts: Callable):
    """Python's `and`; `tf.logical_and` once a part is a tensor."""
    return _joined(parts, "LogicalAnd", False)


def or_(*parts: Callable):
    """Python's `or`; `tf.logical_or` once a part is a tensor."""
    return _joined(parts, "LogicalOr", True)


def _joined(parts, op: str, deciding: bool):
    value = parts[0]()
    for part in parts[1:]:
        if is_symbolic(value):
            more = _truth(part())
            value = TABLE[op](_truth(value), more)
        elif bool(value) is deciding:
            return value
        else:
            value = part()
    return value


def _truth(value):
    where = context.landing()
    if isinstance(value, Tensor) or hasattr(value, "_dense_tensor"):
        return as_tensor(where, value, None, None)
    return where.constant(np.array(bool(value)))


def not_(value):
    return TABLE["LogicalNot"](_truth(value)) if is_symbolic(value) else not value


def assert_(test, message: Callable) -> None:
    """`assert test, message()`; `tf.debugging.Assert` on a tensor."""
    if is_symbolic(test):
        from penstock.api.debugging import Assert

        Assert(test, [message()])
    elif not test:
        raise AssertionError(*[m for m in [message()] if m != ""])


# --- calls ---------------------------------------------------------------------


def called(function: Callable) -> Callable:
    """What to call in place of `function` inside rewritten code."""
    if isinstance(function, types.BuiltinFunctionType | type):
        return _BUILTINS.get(function, function)
    from penstock.api.rewriting.functions import rewritten

    if isinstance(function, types.FunctionType):
        if (function.__module__ or "").startswith("penstock.api."):
            return _with_functions(function)
        return rewritten(function)
    if isinstance(function, types.MethodType | functools.partial):
        return rewritten(function)
    call = inspect.getattr_static(type(function), "__call__", None)
    if isinstance(call, types.FunctionType) and not _of_ours(call):
        return rewritten(types.MethodType(call, function))
    return function


def _of_ours(function: types.FunctionType) -> bool:
    return (function.__module__ or "").startswith("penstock.")


def _with_functions(function: types.FunctionType) -> Callable:
    """A function of the library, given rewritten functions as its arguments."""

    def call(*args, **kwargs):
        from penstock.api.rewriting.functions import rewritten

        def prepared(item):
            return rewritten(item) if isinstance(item, types.FunctionType) else item

        kwargs = {k: prepared(v) for k, v in kwargs.items()}
        return function(*map(prepared, args), **kwargs)

    return call


def _range(*bounds: Any):
    if not any(map(is_symbolic, bounds)):
        return range(*bounds)
    first, last = bounds[:2] if len(bounds) > 1 else (0, bounds[0])  # pyright: ignore
    step = bounds[2] if len(bounds) > 2 else 1
    kind = next(b.dtype.base_dtype for b in bounds if is_symbolic(b))
    where = context.landing()
    parts = [as_tensor(where, b, kind, None) for b in (first, last, step)]
    return TABLE["Range"](*parts)


def _len(value):
    if not is_symbolic(value) or value.dims is None or not value.dims:
        return len(value)
    if value.dims[0] is not None:
        return value.dims[0]
    shape = TABLE["Shape"](value)
    return TABLE["StridedSlice"](shape, [0], [1], [1], shrink_axis_mask=1)


def _number(kind: type, name: str):
    def convert(*args, **kwargs):
        if args and is_symbolic(args[0]):
            return TABLE["Cast"](_truth(args[0]), DstT=as_dtype(name))
        return kind(*args, **kwargs)

    return convert


def _enumerate(items, start=0):
    return Counted(items, start) if is_symbolic(items) else enumerate(items, start)


_BUILTINS: dict[Any, Callable] = {
    builtins.range: _range,
    builtins.len: _len,
    builtins.int: _number(int, "int32"),
    builtins.float: _number(float, "float32"),
    builtins.enumerate: _enumerate,
}
