"""Python's operators on variables: those of the tensor that a variable reads as."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
