"""Python inside a graph: callbacks and printing."""

from __future__ import annotations

import pprint
import sys
from typing import Any

import numpy as np

from penstock.api.scopes import tensor
from penstock.core import nest
from penstock.core.dtypes import as_dtype
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops.host import as_outputs, register


def py_func(func, inp, Tout, stateful=True, name=None):
    """`func` of NumPy arrays, called when the step runs; its results as `Tout` say.

    Nothing differentiates through it. Raises InvalidArgumentError at run time where
    func returns other dtypes. As `tf.py_func`.
    """
    return _call("PyFunc" if stateful else "PyFuncStateless", func, inp, Tout, name)


def numpy_function(
    func: Any = None, inp: Any = None, Tout=None, stateful=True, name=None
):
    """As `py_func`; a decorator where only Tout is given. As `tf.numpy_function`."""
    if func is None:
        return lambda f: lambda *args: numpy_function(f, args, Tout, stateful, name)
    if context.executing_eagerly():
        made = func(*[np.asarray(x) for x in inp])
        if isinstance(made, list | tuple):
            return [tensor(v) for v in made]
        return tensor(made)
    return py_func(func, inp, Tout, stateful, name)


def py_function(func: Any = None, inp: Any = None, Tout=None, name=None):
    """`func` of eager tensors, called when the step runs. As `tf.py_function`."""
    if func is None:
        return lambda f: lambda *args: py_function(f, args, Tout, name)
    if context.executing_eagerly():
        made = func(*[tensor(x) for x in inp])
        return _eager_outputs(getattr(func, "__name__", "func"), made, Tout)

    return _call("EagerPyFunc", _Eagerly(func), inp, Tout, name)


class _Eagerly:
    """A function of eager tensors as one of arrays."""

    def __init__(self, function):
        if not callable(function):
            raise ValueError(
                f"Expected func to be callable. Received func={function!r}."
            )
        self.function = function

    def __call__(self, *arrays):
        from penstock.runtime import eager

        with context.entered(eager.landing()):
            made = self.function(*[tensor(a) for a in arrays])
        flat = made if isinstance(made, list | tuple) else [made]
        out = [getattr(v, "numpy", lambda v=v: v)() for v in flat]
        return out if isinstance(made, list | tuple) else out[0]


def _eager_outputs(name: str, made, Tout):
    """Tensors stay, so that gradients pass through; the rest becomes tensors."""
    many = isinstance(Tout, list | tuple)
    kinds = [as_dtype(t) for t in (Tout if many else [Tout])]
    values = list(made) if isinstance(made, list | tuple) else [made]
    if len(values) != len(kinds):
        as_outputs(name, values, kinds)  # tells what is wrong
    out = [
        v if isinstance(v, Tensor) and v.dtype is kind
        else tensor(as_outputs(name, [v], [kind])[0])
        for v, kind in zip(values, kinds, strict=False)
    ]  # fmt: skip
    return out if many else out[0]


def _call(op: str, func, inp, Tout, name):
    if not callable(func):
        raise ValueError(f"Expected func to be callable. Received func={func!r}.")
    many = isinstance(Tout, list | tuple)
    kinds = tuple(as_dtype(t) for t in (Tout if many else [Tout]))
    made = TABLE[op](
        [tensor(x) for x in inp], token=register(func), Tout=kinds, name=name
    )
    if not kinds:
        return made
    return list(made) if many else made[0]


def Print(input_, data, message=None, first_n=None, summarize=None, name=None):
    """`input_`, printing `data` to the standard error stream when it is computed."""
    return TABLE["Print"](
        input_, list(data), message=message or "",
        first_n=-1 if first_n is None else first_n,
        summarize=3 if summarize is None else summarize, name=name,
    )  # fmt: skip


_LEVELS = ("info", "warning", "error")


def print_v2(*inputs, **kwargs):
    """Print tensors and Python values when the step runs. As `tf.print`.

    Keywords: output_stream (sys.stderr by default), summarize (3 items at either end,
    -1 for all), sep, end, name.
    """
    stream = _stream(kwargs.pop("output_stream", sys.stderr))
    name = kwargs.pop("name", None)
    summarize = kwargs.pop("summarize", 3)
    sep = kwargs.pop("sep", " ")
    end = kwargs.pop("end", "\n")
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments for tf.print: {kwargs}")
    tensors: list[Tensor] = []
    texts = [_template(item, tensors) for item in inputs]
    if len(inputs) == 1 and isinstance(inputs[0], Tensor) and _is_text(inputs[0]):
        text = inputs[0]
    else:
        text = TABLE["StringFormat"](
            tensors, template=sep.join(texts), placeholder=_MARK, summarize=summarize,
            name=name,
        )  # fmt: skip
    return TABLE["PrintV2"](text, output_stream=stream, end=end, name=name)


# What stands for a tensor in the template; no program's text has it.
_MARK = "\u0000{}\u0000"


def _is_text(t: Tensor) -> bool:
    return t.dtype.base_dtype.name == "string" and t.dims == ()


def _stream(stream) -> str:
    if stream is sys.stdout or stream == "stdout":
        return "stdout"
    if stream is sys.stderr or stream == "stderr":
        return "stderr"
    if callable(stream) and stream.__name__.lower() in (*_LEVELS, "warn"):
        level = stream.__name__.lower()
        return f"log({'warning' if level == 'warn' else level})"
    if isinstance(stream, str) and stream.startswith("file://"):
        return stream
    if hasattr(stream, "write"):
        return "stdout" if getattr(stream, "name", "") == "<stdout>" else "stderr"
    raise ValueError(
        "Unsupported output stream, logging level, or file: "
        f"{stream!r}. Give sys.stdout, sys.stderr or 'file://PATH'."
    )


def _is_tensor(value) -> bool:
    return isinstance(value, Tensor) or hasattr(value, "_dense_tensor")


class _Hole:
    def __repr__(self):
        return _MARK


def _template(item: Any, tensors: list[Tensor]) -> str:
    if _is_tensor(item):
        tensors.append(tensor(item))
        return _MARK
    if not nest.is_nested(item):
        return str(item) if isinstance(item, str) else _plain(item)

    def hole(leaf):
        if _is_tensor(leaf):
            tensors.append(tensor(leaf))
            return _Hole()
        return leaf

    return pprint.pformat(nest.map_structure(hole, item))


def _plain(value: Any) -> str:
    return pprint.pformat(value)


# As `tf.print`; this module has no other use for the word.
print = print_v2
