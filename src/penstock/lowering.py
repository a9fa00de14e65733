"""From nodes to arrays: evaluate an ordered list of nodes, under `jax.jit` or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from penstock.core.convert import whole
from penstock.core.dtypes import resource
from penstock.core.errors import InvalidArgumentError, UnsupportedError
from penstock.core.shapes import is_static, size
from penstock.ir.constant import constant_dims
from penstock.ir.node import Node
from penstock.ir.op import Op
from penstock.ir.tensor import Tensor
from penstock.ops import extent
from penstock.ops.subgraph import NotOnDevice
from penstock.ops.xla import backend, jax, jnp

#: Draws are made together where there are more of a kind, as in initial values; those
#: of more elements are made alone, on all cores.
_FEW, _SHARED = 6, 1 << 18


class Frame:
    """The values of one evaluation: of tensors, and of the state they touch.

    `state` maps a variable (or a node that keeps a state) to its current value. An
    `alias` is a tensor that stands for a variable: it is read when it is used.
    """

    def __init__(self, state: dict[Any, Any], call: Callable | None = None):
        #: On the host: runs a sub-graph, as `call(graph, bound, fetches)`.
        self.call = call
        #: Inside a branch or a loop body that is being compiled.
        self.nested = False
        self.values: dict[int, Any] = {}
        self.alias: dict[int, Any] = {}
        self.state = state
        self.guards: list[tuple[Node, Any, str]] = []
        #: 1.0 as XLA does not know it; see `extent.fences`.
        self.one: Any = None

    def value(self, tensor: Tensor) -> Any:
        key = id(tensor)
        if key in self.values:
            return self.values[key]
        variable = self.alias.get(key)
        if variable is None:
            raise AssertionError(f"{tensor.name} was not computed before its use")
        return self.state[variable]

    @property
    def host(self) -> bool:
        return self.call is not None

    def inside(self, graph, tensors: Sequence[Tensor], state=None) -> Frame:
        """A frame for a graph in a node, its inputs bound to `tensors` of this one.

        It shares this frame's state unless it is given another.
        """
        inner = Frame(self.state if state is None else state)
        inner.nested = True
        inner.guards = self.guards if state is None else []
        for own, outer in zip(graph.inputs, tensors, strict=True):
            self.pass_on(inner, own, outer)
        return inner

    def pass_on(self, inner: Frame, own: Tensor, outer: Tensor) -> None:
        """Let `own` in `inner` be what `outer` is here: a value or a variable."""
        if id(outer) in self.values:
            inner.values[id(own)] = self.values[id(outer)]
        elif id(outer) in self.alias:
            inner.alias[id(own)] = self.alias[id(outer)]
        else:
            raise AssertionError(f"{outer.name} was not computed before its use")

    def arguments(self, node: Node) -> list[Any]:
        skipped = node.op.writes if node.op.overwrites else ()
        return [
            None
            if i in skipped
            else [self.value(t) for t in item]
            if isinstance(item, list)
            else self.value(item)
            for i, item in enumerate(node.grouped)
        ]

    def run(self, nodes: Sequence[Node]) -> None:
        done = set() if self.host else self._together(nodes)
        fences = extent.fences(nodes) if self.one is not None else ()
        for node in nodes:
            if node not in done:
                self.execute(node)
            if node in fences:
                self._fence(node)

    def _fence(self, node: Node) -> None:
        """Let the results of `node` be computed once, whoever uses them."""
        for tensor in node.outputs:
            value: Any = self.values.get(id(tensor))
            if not hasattr(value, "shape") or _known(value):
                continue  # a variable's handle, a stack without a shape yet
            if tensor.dtype.base_dtype.is_floating:
                one = jnp.asarray(self.one, value.dtype)
                self.values[id(tensor)] = value / one

    def _together(self, nodes: Sequence[Node]) -> set[Node]:
        """Compute what several nodes of a kind can share; the nodes that are done."""
        kinds: dict[Any, list[Node]] = {}
        for node in nodes:
            if node.op.together is not None and self._shareable(node):
                attrs = node.op.body_attrs(node.attrs)
                kinds.setdefault((node.type, *attrs.items()), []).append(node)
        done: set[Node] = set()
        for alike in kinds.values():
            if len(alike) > _FEW:
                op = alike[0].op
                out = op.together(
                    [_constants(n) for n in alike],
                    op.body_attrs(alike[0].attrs),
                    [self.state[n] for n in alike],
                )
                for node, (value, kept) in zip(alike, out, strict=True):
                    self.state[node] = kept
                    self._keep(node, value)
                done.update(alike)
        return done

    def _shareable(self, node: Node) -> bool:
        count = size(node.outputs[0].dims)
        if not count or count > _SHARED:
            return False
        if any(t._node.type != "Const" or id(t) in self.values for t in node.inputs):
            return False
        attrs = node.op.body_attrs(node.attrs)
        return body_here(node.op, _constants(node), attrs) is node.op.body

    def execute(self, node: Node) -> None:
        """Compute one node whose inputs are there."""
        op = node.op
        if is_variable(node):
            self.alias[id(node.outputs[0])] = node
            return
        if not node.outputs and not op.writes and not op.host and not op.nested:
            return  # it only orders
        if op.type == "Identity" and id(node.inputs[0]) in self.alias:
            # TensorFlow's Identity of a reference shares the variable's memory.
            self.alias[id(node.outputs[0])] = self.alias[id(node.inputs[0])]
            return
        if op.nested:
            # Control flow and questions about state find their inputs themselves.
            self._keep(node, op.body(self, node, **op.body_attrs(node.attrs)))
            return
        self._compute(node)

    def _compute(self, node: Node) -> None:
        """Call the node's body on its inputs."""
        op = node.op
        args = self.arguments(node)
        if self.host:
            args = _on_host(args)
        if op.fold is not None and _all_known(args):
            # What does not hold is told where the node runs, if it does.
            if op.guard is None or _holds(op, args, op.body_attrs(node.attrs)):
                self._keep(node, op.fold(*args, **op.body_attrs(node.attrs)))
                return
        if not self.host:
            self._check_static(node, args)
        if op.guard is not None:
            holds, message = op.guard(*args, **op.body_attrs(node.attrs))
            if self.host:
                _check_now(node, holds, message)
            elif holds is not True:  # a fact of the graph needs no check in each run
                self.guards.append((node, holds, message))
        attrs = op.body_attrs(node.attrs)
        try:
            body = op.body if self.host else body_here(op, args, attrs)
            if op.keeps is not None:
                out, self.state[node] = body(*args, kept=self.state[node], **attrs)
            else:
                out = body(*args, **attrs)
        except (TypeError, ValueError) as error:
            if self.host or not _has_unknown_shapes(node):
                raise
            raise _unfitting(node, args, error) from None
        if op.writes:
            self._write(node, out)
        else:
            self._keep(node, out)

    def _check_static(self, node: Node, args: list[Any]) -> None:
        for position in static_positions(node):
            if _known(args[position]):
                continue
            if self.nested:
                raise NotOnDevice(node, "a shape depends on computed values")
            raise UnsupportedError(
                f"{node.type} '{node.name}': the value of input "
                f"{node.op.inputs[position].name!r} fixes a shape and must be known "
                "when the step is compiled; it depends on computed data here."
            )

    def _keep(self, node: Node, out: Any) -> None:
        if not node.outputs:
            return
        outs = out if isinstance(out, tuple | list) else (out,)
        if len(outs) != len(node.outputs):
            raise AssertionError(
                f"{node.type} gave {len(outs)} results for {len(node.outputs)} outputs"
            )
        for tensor, value in zip(node.outputs, outs, strict=True):
            self.values[id(tensor)] = whole(value) if type(value) is bytes else value

    def _write(self, node: Node, out: Any) -> None:
        news = out if isinstance(out, tuple) else (out,)
        for position, new in zip(node.op.writes, news, strict=True):
            variable = self.variable(node.inputs[position])
            self.state[variable] = _as_dtype(new, node)
        for tensor in node.outputs:
            self.alias[id(tensor)] = self.variable(node.inputs[node.op.writes[0]])

    def variable(self, tensor: Tensor) -> Any:
        """The variable that `tensor` stands for."""
        return self.alias[id(tensor)]


def _has_unknown_shapes(node: Node) -> bool:
    """Whether what goes into `node` could not be checked when it was made."""
    return any(t.dims is None or None in t.dims for t in node.inputs)


def _unfitting(node: Node, args: list[Any], error: Exception) -> Exception:
    """The error for values whose shapes turned out not to fit an operation."""
    flat = [a for arg in args for a in (arg if isinstance(arg, list) else [arg])]
    shapes = ", ".join(str(list(np.shape(a))) for a in flat)
    file, number = node.line
    where = f", defined at {file}:{number}" if file else ""
    return InvalidArgumentError(
        None,
        node,
        f"Incompatible shapes for {node.type}: {shapes}. {error}"
        f"\n\t [[node {node.name}{where}]]",
    )


def _on_host(args: list[Any]) -> list[Any]:
    return [
        _on_host(a)
        if isinstance(a, list)
        else np.asarray(a)
        if hasattr(a, "shape")
        else a
        for a in args
    ]


def _holds(op: Op, args: list[Any], attrs: Mapping[str, Any]) -> bool:
    """Whether the guard of `op` holds for values that are known while compiling."""
    with jax.ensure_compile_time_eval():
        holds, _ = op.guard(*args, **attrs)  # type: ignore[misc]
        return bool(np.asarray(holds).all())


def _check_now(node: Node, holds: Any, message: str) -> None:
    if not np.asarray(holds).all():
        file, number = node.line
        where = f", defined at {file}:{number}" if file else ""
        raise InvalidArgumentError(
            None, node, f"{message}\n\t [[node {node.name}{where}]]"
        )


def _constants(node: Node) -> list[Any]:
    """The values of a node's inputs, all of which are constants."""
    return [t._node.attrs["value"] for t in node.inputs]


def body_here(op: Op, args: list[Any], attrs: Mapping[str, Any]) -> Callable:
    """The op's body, or a faster one that this platform has for such arguments."""
    return op.body_on(backend(), args, attrs) if op.kernels else op.body


def slow_in_loops(node: Node) -> bool:
    """Whether the node runs many times slower in a compiled loop than outside one."""
    op = node.op
    if not op.slow_in_loops or backend() != "cpu":
        return False
    if any(not is_static(t.dims) for t in node.inputs):
        return True
    static = static_positions(node)
    args = [
        constant_dims(t)
        if i in static
        else SimpleNamespace(shape=t.dims, dtype=t.dtype.np)
        for i, t in enumerate(node.inputs)
    ]
    if any(a is None for a in args):
        return True
    return body_here(op, args, op.body_attrs(node.attrs)) is op.body


def static_positions(node: Node) -> tuple[int, ...]:
    """Positions of the inputs whose values fix shapes, for this node."""
    static = node.op.static
    return static(node) if callable(static) else static


def is_variable(node: Node) -> bool:
    """Whether the node is a variable itself: its output is read from the state."""
    if node.type == "Placeholder":  # a captured handle or reference
        kind = node.outputs[0].dtype
        return kind is resource or kind._is_ref_dtype
    return node.type in ("VariableV2", "VarHandleOp")


def _as_dtype(new, node: Node) -> Any:
    """Updates keep the variable's dtype whatever the arithmetic promoted to."""
    kind = node.attrs.get("T") or node.attrs.get("dtype")
    if kind is None or getattr(new, "dtype", None) == kind.np:
        return new
    return new.astype(kind.np)


def _known(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_known, value))
    return isinstance(value, np.ndarray | np.generic)


def _all_known(args: list[Any]) -> bool:
    return all(map(_known, args))
