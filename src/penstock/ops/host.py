"""Callbacks, printing, assertions: what runs as Python between compiled segments."""

from __future__ import annotations

import itertools
import logging
import sys
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np

from penstock.core.dtypes import string
from penstock.core.errors import AbortedError, InvalidArgumentError
from penstock.ir.op import STOPS, op
from penstock.ops import rules
from penstock.ops.host_text import flat_summary, summary

log = logging.getLogger("tensorflow")


class Callback(str):
    """The token by which a `PyFunc` node names its Python function, and holds it.

    The function lives as long as a node does. A graph read from a file has the bare
    string: it finds the function while the graph that was written is there.
    """

    function: Callable


_callbacks: WeakValueDictionary[str, Callback] = WeakValueDictionary()
_numbers = itertools.count()


def register(function: Callable) -> Callback:
    """A token under which `PyFunc` finds `function`."""
    name = f"pyfunc_{next(_numbers)}"
    token = _callbacks[name] = Callback(name)
    token.function = function
    return token


def _function(token: str) -> Callable:
    """Raises InvalidArgumentError where nobody holds the function any more."""
    found = token if isinstance(token, Callback) else _callbacks.get(token)
    if found is None:
        raise InvalidArgumentError(
            f"callback {token} is not found: its Python function went with the graph "
            "that called it. Keep that graph, or build this one by tf.py_function."
        )
    return found.function


def _unknown(input, *, Tout, **_):
    return [None] * len(Tout)


def _called(input, *, token, Tout):
    # Scalars arrive as NumPy's scalars and as bytes, which have `decode`.
    result = _function(token)(*[np.asarray(x)[()] for x in input])
    return as_outputs(token, result, Tout)


def as_outputs(token: str, result, Tout) -> tuple[np.ndarray, ...]:
    """What the function `token` returned, as arrays of the dtypes `Tout`.

    Raises InvalidArgumentError for another number of values and for other dtypes.
    """
    values = list(result) if isinstance(result, list | tuple) else [result]
    if not Tout:
        return ()
    if len(values) != len(Tout):
        raise InvalidArgumentError(
            f"{token} returns {len(values)} values, but expects to see {len(Tout)} "
            "values."
        )
    return tuple(
        _converted(token, i, v, kind)
        for i, (v, kind) in enumerate(zip(values, Tout, strict=True))
    )


def _converted(token: str, i: int, value: Any, kind) -> np.ndarray:
    if kind is string:
        from penstock.core.convert import to_array

        return to_array(value, string)
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    if isinstance(value, int | float | list | tuple) and not isinstance(value, bool):
        # Plain Python numbers have no dtype of their own, but keep what they say.
        if not (array.dtype.kind == "f" and kind.is_integer):
            array = array.astype(kind.np)
    if array.dtype != kind.np:
        raise InvalidArgumentError(
            f"{i}-th value returned by {token} is {array.dtype.name}, but expects "
            f"{kind.name}. Give Tout={array.dtype.name}, or return .astype."
        )
    return array


for _name, _stateful in (("PyFunc", True), ("PyFuncStateless", False)):
    op(
        _name,
        "input: *Tin -> output: *Tout",
        shape=_unknown,
        gradient=STOPS,
        host=True,
        stateful=_stateful,
    )(_called)


@op(
    "EagerPyFunc",
    "input: *Tin -> output: *Tout",
    shape=_unknown,
    attrs={"is_async": False},
    host=True,
    stateful=True,
)
def eager_py_func(input, *, token, Tout):
    return _called(input, token=token, Tout=Tout)


_differentiated: Callable | None = None


def python_gradient(rule: Callable) -> Callable:
    """Decorator of (function, inputs, gradients of its results) -> gradients of the
    inputs, all as arrays. The 2.x face defines it: it has the tapes.
    """
    global _differentiated
    _differentiated = rule
    return rule


@eager_py_func.gradient
def _(node, *dys):
    """The function again, under a tape: its values are known only while it runs."""
    rule = _differentiated
    if rule is None:
        raise LookupError(
            f"The gradient of '{node.name}' needs a tape, which the 2.x face has: "
            "import penstock as tf, or define the gradient by tf.custom_gradient."
        )
    function, count = _function(node.attrs["token"]), len(node.inputs)
    at = [i for i, x in enumerate(node.inputs) if x.dtype.is_floating]

    def again(*arrays):
        found = rule(function, arrays[:count], arrays[count:])
        return [found[i] for i in at]

    made = eager_py_func(
        [*node.inputs, *dys], token=register(again),
        Tout=tuple(node.inputs[i].dtype for i in at),
    )  # fmt: skip
    out: list[Any] = [None] * count
    for i, gradient in zip(at, made, strict=True):
        gradient.set_shape(node.inputs[i].dims)
        out[i] = gradient
    return out


#: How often each `Print` with first_n has printed.
_printed: WeakKeyDictionary[Any, int] = WeakKeyDictionary()


@op(
    "Print",
    "input: T, data: *U -> output: T",
    shape=lambda input, data, **_: input.dims,
    attrs={"message": "", "first_n": -1, "summarize": 3},
    nested=True,
    host=True,
    stateful=True,
)
def print_v1(frame, node):
    first_n = node.attrs["first_n"]
    count = _printed.get(node, 0)
    if first_n < 0 or count < first_n:
        _printed[node] = count + 1
        limit = node.attrs["summarize"]
        parts = [flat_summary(frame.value(t), limit) for t in node.inputs[1:]]
        print(f"{node.attrs['message']}{''.join(parts)}", file=sys.stderr, flush=True)
    return np.asarray(frame.value(node.inputs[0]))


@print_v1.gradient
def _(node, dy):
    return [dy, *[None] * (len(node.inputs) - 1)]


@op(
    "StringFormat",
    "inputs: *T -> output: string",
    shape=rules.scalar,
    gradient=STOPS,
    host=True,
)
def string_format(inputs, *, template="%s", placeholder="%s", summarize=3):
    pieces = template.split(placeholder)
    out = pieces[0]
    for value, piece in zip(inputs, pieces[1:], strict=True):
        out += summary(value, summarize) + piece
    return np.array(out.encode("utf-8", "surrogateescape"), object)


@op(
    "PrintV2",
    "input: string ->",
    shape=rules.none,
    gradient=STOPS,
    host=True,
    stateful=True,
)
def print_v2(input, *, output_stream="stderr", end="\n"):
    text = input.item().decode("utf-8", "replace")
    if output_stream.startswith("file://"):
        with open(output_stream[7:], "a", encoding="utf-8") as file:
            file.write(text + end)
    elif output_stream.startswith("log("):
        level = {"info": 20, "warning": 30, "error": 40}[output_stream[4:-1]]
        log.log(level, "%s", text)
    else:
        stream = sys.stdout if output_stream == "stdout" else sys.stderr
        print(text, end=end, file=stream, flush=True)
    return ()


@op(
    "Assert",
    "condition: bool, data: *T ->",
    shape=rules.none,
    gradient=STOPS,
    host=True,
    stateful=True,
)
def assert_op(condition, data, *, summarize=3):
    if not np.asarray(condition).all():
        shown = " ".join(flat_summary(d, summarize) for d in data)
        raise InvalidArgumentError(f"assertion failed: {shown}")
    return ()


@op(
    "Abort",
    "->",
    shape=rules.none,
    attrs={"exit_without_error": False},
    gradient=STOPS,
    host=True,
    stateful=True,
)
def abort(*, error_msg=""):
    raise AbortedError(error_msg or "Abort was run")
