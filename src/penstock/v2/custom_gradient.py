"""Gradients that programs write: `tf.custom_gradient`, `tf.recompute_grad`."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable
from enum import Enum

import penstock.backward as backward
from penstock.core import nest
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.func_graph import FuncGraph
from penstock.ir.node import Node
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.runtime.eager.recorder import RECORDER
from penstock.runtime.inline import emit

_numbers = itertools.count()


class UnconnectedGradients(Enum):
    """What `gradient` gives for a source that has no part in the target."""

    NONE = "none"
    ZERO = "zero"


def custom_gradient(f: Callable | None = None):
    """Decorator: `f(*args)` returns its result and `grad_fn(*upstream)`.

    Where f reads variables, grad_fn takes `variables=` too and returns a pair: the
    gradients of the arguments, and those of the variables. As `tf.custom_gradient`.
    """
    if f is None:
        return custom_gradient

    @functools.wraps(f)
    def decorated(*args, **kwargs):
        if context.executing_eagerly():
            return _eager(f, args, kwargs)
        return _in_graph(f, args, kwargs)

    return decorated


class _Watcher:
    """A tape's place while `f` runs: it sees which variables are read."""

    def __init__(self):
        self.read: dict[int, tuple] = {}

    def record(self, recipe, used, outs, ended) -> None:
        """Nothing to do: only variables matter."""

    def variable_read(self, variable, tensor) -> None:
        if variable.trainable:
            self.read.setdefault(id(variable), (variable, tensor))


def _takes_variables(grad_fn) -> bool:
    kinds = inspect.signature(grad_fn).parameters
    return "variables" in kinds or any(p.kind is p.VAR_KEYWORD for p in kinds.values())


def _gradients(grad_fn, dys, variables, n_args: int) -> list:
    """What `grad_fn` returns, as one list: arguments first, then variables."""
    if variables and not _takes_variables(grad_fn):
        raise TypeError(
            "The function under tf.custom_gradient reads variables, so its grad_fn "
            "must accept the keyword argument `variables`."
        )
    if variables:
        found, of_variables = grad_fn(*dys, variables=list(variables))
    else:
        found, of_variables = grad_fn(*dys), []
    flat = nest.flatten(found)
    if len(flat) != n_args:
        raise ValueError(
            f"custom_gradient: grad_fn returned {len(flat)} gradients for {n_args} "
            "arguments."
        )
    return [*flat, *nest.flatten(of_variables)]


def _eager(f, args, kwargs):
    flat = [as_tensor(RECORDER, a, None, None) for a in nest.flatten(args)]
    tapes = RECORDER.tapes
    watcher = _Watcher()
    RECORDER.tapes = [watcher]
    try:
        result, grad_fn = f(*nest.pack(args, flat), **kwargs)
    finally:
        RECORDER.tapes = tapes
    leaves = [as_tensor(RECORDER, leaf, None, None) for leaf in nest.flatten(result)]
    if not tapes:
        return nest.pack(result, leaves)
    with RECORDER.untaped():
        outs = [TABLE["Identity"](leaf) for leaf in leaves]
    variables = [v for v, _ in watcher.read.values()]
    for v, tensor in watcher.read.values():
        for tape in tapes:
            tape.variable_read(v, tensor)

    def backward(*dys):
        return _gradients(grad_fn, dys, variables, len(flat))

    RECORDER.custom([*flat, *(t for _, t in watcher.read.values())], outs, backward)
    return nest.pack(result, outs)


def _in_graph(f, args, kwargs):
    graph = context.landing()
    flat = [as_tensor(graph, a, None, None) for a in nest.flatten(args)]
    before = set(graph.get_operations())
    result, grad_fn = f(*nest.pack(args, flat), **kwargs)
    leaves = [as_tensor(graph, leaf, None, None) for leaf in nest.flatten(result)]
    variables, reads = _read_by(graph, before, flat)
    n, m = len(leaves), len(flat) + len(reads)
    rule_graph = FuncGraph("custom_gradient", graph)
    with context.entered(rule_graph):
        dys = [rule_graph.add_input(t.dtype.base_dtype, t.dims, "dy") for t in leaves]
        found = _gradients(grad_fn, dys, variables, len(flat))
        rule_graph.outputs = [
            as_tensor(rule_graph, g, None, None) for g in found if g is not None
        ]
    captured = rule_graph.captured
    inner = [rule_graph.own(t) for t in captured]
    name = f"CustomGradient-{next(_numbers)}"

    def rule(node: Node, *upstream):
        given = [*upstream[:n], *node.inputs[n + m :]]
        outs = iter(emit(rule_graph, [*dys, *inner], given, rule_graph.outputs))
        grads = [None if g is None else next(outs) for g in found]
        return [None] * n + grads + [None] * len(captured)

    backward.REGISTERED[name] = rule
    outs = TABLE["IdentityN"](
        [*leaves, *flat, *reads, *captured], _gradient_op_type=name, name="IdentityN"
    )
    return nest.pack(result, list(outs)[:n])


def _read_by(graph, before: set, flat) -> tuple[list, list[Tensor]]:
    """The variables that nodes made since read, and those reads' results."""
    found: dict[int, tuple] = {}
    for node in graph.get_operations():
        if node.type != "ReadVariableOp" or node in before:
            continue
        for outer, inner in (
            graph.captures.values() if hasattr(graph, "captures") else ()
        ):
            cell = getattr(outer, "cell", None)
            if inner is node.inputs[0] and cell is not None and cell.trainable:
                found.setdefault(id(cell), (cell, node.outputs[0]))
    return [v for v, _ in found.values()], [t for _, t in found.values()]


def recompute_grad(f: Callable) -> Callable:
    """`f`, of which backpropagation computes the inner values again."""

    @custom_gradient
    @functools.wraps(f)
    def wrapped(*args, **kwargs):
        result = f(*args, **kwargs)

        def grad(*dys, variables=None):
            from penstock.v2.tape import GradientTape

            variables = variables or []
            fixed = [TABLE["StopGradient"](a) for a in nest.flatten(args)]
            with GradientTape() as tape:
                tape.watch(fixed)
                again = f(*nest.pack(args, fixed), **kwargs)
            outs = nest.flatten(again)
            grads = tape.gradient(outs, fixed + list(variables), list(dys))
            return grads[: len(fixed)], grads[len(fixed) :]

        def grad_alone(*dys):
            return grad(*dys)[0]

        return result, grad if _reads_variables(f) else grad_alone

    return wrapped


def _reads_variables(f) -> bool:
    """Whether `f` closes over variables; then its grad_fn is asked for theirs."""
    cells = getattr(f, "__closure__", None) or ()
    held = [c.cell_contents for c in cells]
    names = getattr(getattr(f, "__code__", None), "co_names", ())
    held += [getattr(f, "__globals__", {}).get(n) for n in names]
    return any(hasattr(v, "cell_value") for v in held)


def grad_pass_through(f: Callable) -> Callable:
    """`f`, whose gradient is that of the identity. As `tf.grad_pass_through`."""

    @custom_gradient
    def passed(*args, **kwargs):
        def grad(*dys, variables=None):
            grads = dys[0] if len(dys) == 1 else dys
            return grads if variables is None else (grads, [None] * len(variables))

        return f(*args, **kwargs), grad

    return passed


__all__ = [
    "UnconnectedGradients", "custom_gradient", "grad_pass_through", "recompute_grad",
]  # fmt: skip
