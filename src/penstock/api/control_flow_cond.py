"""`tf.cond`, `tf.case`, `tf.switch_case`: branches as nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from penstock.api.control_flow_parts import (
    counts_as_v1,
    graph_inside,
    pack_parts,
    parts_of,
    same_inputs,
    skip_to,
)
from penstock.api.scopes import scope, tensor
from penstock.api.tensor_array import TensorArray
from penstock.core import dtypes, nest
from penstock.ir import context
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.node import Node
from penstock.ir.op import TABLE


class _Branch:
    """A Python function traced into a graph of its own."""

    def __init__(self, name: str, function: Callable, landing, first_id: int):
        self.graph = graph = graph_inside(name, landing)
        graph.version = first_id
        with context.entered(graph):
            self.result = function()
            self.none = self.result is None
            leaves = nest.flatten(self.result)
            self.leaves = [_leaf(graph, leaf) for leaf in leaves]
            self.structure = self.result
            flat = [p for leaf in self.leaves for p in parts_of(leaf)]
            graph.outputs = [graph.own(t) for t in flat]


def _leaf(graph, leaf):
    """A branch's result as tensors; an operation as True, computed after it."""
    if isinstance(leaf, Node) or leaf is None:
        after = [] if leaf is None else [leaf]
        with graph.control_dependencies(after):
            return TABLE["Identity"](graph.constant(np.array(True), "done"))
    if isinstance(leaf, TensorArray | IndexedSlices) or hasattr(leaf, "_components"):
        return leaf
    return tensor(leaf)


def cond(pred, true_fn=None, false_fn=None, name=None, *, strict=False):
    """`true_fn()` where the scalar `pred` is True, else `false_fn()`.

    Both must give the same structure and dtypes. Raises TypeError where they do not.
    """
    if not callable(true_fn) or not callable(false_fn):
        raise TypeError("'true_fn' and 'false_fn' must be callable.")
    landing = context.landing()
    if landing.eager or isinstance(pred, bool | np.bool_):
        return true_fn() if bool(pred) else false_fn()
    with scope(name, "cond") as full:
        pred = tensor(pred, name="pred")
        if pred.dtype.base_dtype is not dtypes.bool:
            raise TypeError(f"pred must be a bool tensor, received {pred!r}.")
        return _branch(landing, pred, [false_fn, true_fn], "If", full, strict)


def _branch(landing, index, functions, op, full, strict=False):
    first = landing.version + 4 if counts_as_v1(landing) else 0
    made = []
    for i, function in enumerate(reversed(functions)):
        made.append(_Branch(f"{op.lower()}_{i}", function, landing, first))
        first = made[-1].graph.version if first else 0
    made.reverse()
    _check_alike(made)
    inputs = same_inputs([b.graph for b in made])
    kinds = tuple(t.dtype.base_dtype for t in made[0].graph.outputs)
    waits = [n for b in made for n in b.graph.waits]
    with landing.control_dependencies(waits):
        if op == "If":
            outputs = TABLE["If"](
                index, inputs, Tout=kinds, then_branch=made[1].graph,
                else_branch=made[0].graph, name=full or None,
            )  # fmt: skip
        else:
            outputs = TABLE["Case"](
                index, inputs, Tout=kinds, branches=tuple(b.graph for b in made),
                name=full or None,
            )  # fmt: skip
    if first:
        skip_to(landing, first + max(len(kinds), 1))
    if isinstance(outputs, Node):
        return None
    best = made[-1]
    result = pack_parts(best.structure, best.leaves, list(outputs))
    if not strict and isinstance(result, list | tuple) and len(result) == 1:
        return result[0] if not nest.is_namedtuple(result) else result
    return result


def _check_alike(branches) -> None:
    first = branches[-1]
    for other in branches[:-1]:
        try:
            nest.assert_same_structure(first.structure, other.structure)
        except (TypeError, ValueError) as error:
            raise type(error)(
                f"true_fn and false_fn must return the same structure: {error}"
            ) from None
        for a, b in zip(first.graph.outputs, other.graph.outputs, strict=True):
            if a.dtype.base_dtype is not b.dtype.base_dtype:
                raise TypeError(
                    "Outputs of true_fn and false_fn must have the same type(s). "
                    f"Received {a.dtype.name} from true_fn and {b.dtype.name} from "
                    "false_fn. Use tf.cast in one."
                )


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """The function of the first pair whose predicate is True, else `default`."""
    pairs = pred_fn_pairs
    if isinstance(pairs, Mapping):
        pairs = list(pairs.items())
    pairs = [(getattr(p, "deref", lambda p=p: p)(), f) for p, f in pairs]
    del exclusive
    with scope(name, "case"):
        function = default
        if function is None:
            *pairs, (_, function) = pairs
        for pred, fn in reversed(pairs):
            function = _either(pred, fn, function, strict)
        return function()


def _either(pred, fn, otherwise, strict):
    return lambda: cond(pred, fn, otherwise, strict=strict)


def switch_case(branch_index, branch_fns, default=None, name="switch_case"):
    """The function of `branch_fns` that `branch_index` names, else `default`."""
    items = branch_fns
    if isinstance(items, Mapping):
        items = sorted(items.items())
    elif items and not callable(items[0]):
        items = sorted(items)
    else:
        items = list(enumerate(items))
    functions = dict(items)
    otherwise = default if default is not None else items[-1][1]
    table = [functions.get(i, otherwise) for i in range(max(functions) + 1)]
    table.append(otherwise)
    landing = context.landing()
    if landing.eager or isinstance(branch_index, int):
        at = int(branch_index)
        return table[at if 0 <= at < len(table) else -1]()
    with scope(name, "switch_case"), scope(None, "indexed_case") as full:
        index = tensor(branch_index, dtypes.int32, "branch_index")
        return _branch(landing, index, table, "Case", full)


__all__ = ["case", "cond", "switch_case"]
