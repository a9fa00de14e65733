"""Python's operators on variables: those of the tensor that a variable reads as."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.api.slicing import assign_slice
from penstock.api.variable_sliced import SlicedTensor

_BINARY = """
    add radd sub rsub mul rmul truediv rtruediv div rdiv floordiv rfloordiv mod rmod
    pow rpow matmul rmatmul and rand or ror xor rxor lt le gt ge getitem
""".split()
_UNARY = ("neg", "abs", "invert")


def attach(kind: Any, read: Callable[[Any], Any]) -> None:
    """Give class `kind` the operators of the tensor that `read(variable)` is."""
    for name in _BINARY:
        setattr(kind, f"__{name}__", _binary(f"__{name}__", read))
    for name in _UNARY:
        setattr(kind, f"__{name}__", _unary(f"__{name}__", read))


def _binary(method: str, read: Callable) -> Callable:
    def operator(self, other):
        return getattr(read(self), method)(other)

    operator.__name__ = method
    return operator


def _unary(method: str, read: Callable) -> Callable:
    def operator(self):
        return getattr(read(self), method)()

    operator.__name__ = method
    return operator


def attach_parts(kind: Any) -> None:
    """Let `variable[index]` of class `kind` be assigned to."""
    kind.__getitem__ = _part
    kind._assign_part = assign_slice


def _part(variable, index):
    read = variable.value()[index]
    if getattr(read, "is_eager", False):
        return read
    made = SlicedTensor(read._node, read.value_index, read.dtype, read.dims)
    made._of = (variable, index)
    read._node.outputs[read.value_index] = made
    return made
