"""`tf.raw_ops`: every op of the table under TensorFlow's name, called by keywords."""

from __future__ import annotations

import functools
from collections import namedtuple
from typing import Any

import penstock.ops  # noqa: F401  (fills the table)
from penstock.core.dtypes import as_dtype
from penstock.core.errors import UnsupportedError
from penstock.ir.node import user_line
from penstock.ir.op import TABLE


class RawOp:
    """An op that takes its inputs and attributes by TensorFlow's names for them."""

    def __init__(self, op_type: str):
        self.__name__ = op_type
        self._op = TABLE[op_type]
        names = [arg.name for arg in self._op.signature.outputs]
        self._outputs: Any = namedtuple(op_type, names) if len(names) > 1 else None

    def __call__(self, *args: Any, name=None, **given: Any) -> Any:
        """The output, or a named tuple of outputs.

        Raises TypeError for arguments by position, and for missing or unknown ones.
        """
        names = [arg.name for arg in self._op.signature.inputs]
        if args:
            raise TypeError(
                f"{self.__name__} only takes keyword args (possible keys: {names})."
            )
        missing = [n for n in names if n not in given]
        if missing:
            raise TypeError(
                f"{self.__name__} needs the keyword arguments {missing}, received "
                f"{sorted(given)}."
            )
        inputs = [given.pop(n) for n in names]
        for attr in self._op.signature.type_attrs:
            if attr in given:
                given[attr] = _types(given[attr])
        out = self._op(*inputs, name=name, **given)
        return out if self._outputs is None else self._outputs(*out)

    def __repr__(self):
        return f"<function tf.raw_ops.{self.__name__}>"


def _types(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(map(as_dtype, value))
    return as_dtype(value)


@functools.cache
def _raw(name: str) -> RawOp:
    return RawOp(name)


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    if name not in TABLE:
        file, line = user_line()
        where = f" ({file}, line {line})" if file else ""
        raise UnsupportedError(f"tf.raw_ops.{name} is not in Penstock{where}")
    return _raw(name)


def __dir__() -> list[str]:
    return sorted(name for name in TABLE if not name.startswith("_"))
