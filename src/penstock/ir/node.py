"""`Node`: one operation of a graph; what programs know as `tf.Operation`."""

from __future__ import annotations

import importlib
import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from penstock.core.dtypes import string
from penstock.ir import sessions
from penstock.ir.op import Op
from penstock.ir.tensor import Tensor

if TYPE_CHECKING:
    from penstock.ir.graph import Graph

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def user_line() -> tuple[str, int]:
    """File and line of the nearest caller outside Penstock; ("", 0) if none."""
    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if not _is_ours(name):
            return name, frame.f_lineno
        frame = frame.f_back
    return "", 0


@cache
def _is_ours(filename: str) -> bool:
    return filename.startswith((_PACKAGE, "<frozen"))


def _has_strings(bound) -> bool:
    """Whether a node computes with strings: constants and variables only hold them."""
    if not bound.inputs:
        return False
    return string in bound.dtypes or any(t.dtype is string for t in bound.inputs)


def serializer():
    """The module that writes graphs as protocol buffers.

    It knows the graph, not the other way round: it is found by name, when asked for.
    """
    return importlib.import_module("penstock.saving.graph_io")


class Node:
    """One operation of a graph; what programs know as `tf.Operation`."""

    __slots__ = (
        "__weakref__",
        "_inside",
        "attrs",
        "control_inputs",
        "device",
        "graph",
        "grouped",
        "id",
        "inputs",
        "line",
        "name",
        "op_def",
        "original",
        "outputs",
    )  # fmt: skip

    def __init__(self, graph, op: Op, name: str, bound, control, line):
        self.graph: Graph = graph
        self.op_def: Op = op.for_strings() if _has_strings(bound) else op
        self.name = name
        self.inputs: tuple[Tensor, ...] = bound.inputs
        self.grouped = bound.grouped
        self.attrs: dict[str, Any] = bound.attrs
        self.control_inputs: list[Node] = control
        self.line: tuple[str, int] = line
        self.device = ""
        self.outputs: list[Tensor] = []
        self.id = -1
        self.original: Node | None = None
        self._inside: tuple = ()

    @property
    def op(self) -> Op:
        """The declaration in the op table."""
        return self.op_def

    @property
    def type(self) -> str:
        return self.op_def.type

    def get_attr(self, name: str):
        """The attribute `name`. Raises ValueError where there is none."""
        try:
            return self.attrs[name]
        except KeyError:
            raise ValueError(
                f"Operation '{self.name}' has no attribute named '{name}'; it has "
                f"{sorted(self.attrs)}."
            ) from None

    @property
    def node_def(self):
        return serializer().node_def(self)

    def values(self) -> tuple[Tensor, ...]:
        return tuple(self.outputs)

    def run(self, feed_dict=None, session=None) -> None:
        """Run this operation in `session`, by default the entered one."""
        sessions.of(self.graph, session, self).run(self, feed_dict)

    def result(self):
        """What calling the op gave: a tensor, tensors, or this node."""
        args = self.op_def.outputs
        if not args:
            return self
        if len(args) == 1:
            return self.outputs if args[0].is_list else self.outputs[0]
        if any(a.is_list for a in args):
            return _regroup(args, self.attrs, self.outputs)
        return tuple(self.outputs)

    def __repr__(self):
        return f"<tf.Operation '{self.name}' type={self.type}>"

    def __str__(self):
        try:
            return str(self.node_def)
        except ImportError:
            return repr(self)


def _regroup(args, attrs, outputs) -> tuple:
    out, at = [], 0
    for arg in args:
        if not arg.is_list:
            out.append(outputs[at])
            at += 1
            continue
        count = attrs[arg.number_attr] if arg.number_attr else len(attrs[arg.list_attr])
        out.append(outputs[at : at + count])
        at += count
    return tuple(out)
