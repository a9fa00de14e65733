"""`tf.cond`, `tf.case` and `tf.while_loop`: branches and loops as nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from penstock.api.control_flow_order import (
    group,
    identity_n,
    no_op,
    tuple,
    with_dependencies,
)
from penstock.api.scopes import scope, tensor
from penstock.api.tensor_array import TensorArray
from penstock.core import dtypes, nest
from penstock.core.shapes import Dims, TensorShape, as_dims
from penstock.ir import context
from penstock.ir.func_graph import FuncGraph
from penstock.ir.graph import Graph
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.node import Node
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ir.trace import TracedGraph

__all__ = [
    "case", "cond", "group", "identity_n", "no_op", "switch_case", "tuple",
    "while_loop", "with_dependencies",
]  # fmt: skip

tuple_ = type(())  # `tuple` is TensorFlow's function here

# --- values that consist of several tensors ------------------------------------


def _parts(leaf) -> list[Any]:
    """The tensors of one leaf of a nested value."""
    if isinstance(leaf, TensorArray):
        return [leaf.flow]
    if isinstance(leaf, IndexedSlices):
        shape = [] if leaf.dense_shape is None else [leaf.dense_shape]
        return [leaf.values, leaf.indices, *shape]
    components = getattr(leaf, "_components", None)
    if components is not None:
        return list(components())
    return [leaf]


def _rebuilt(leaf, parts: list[Tensor], dims: Dims = None):
    if isinstance(leaf, TensorArray):
        return leaf._with(parts[0], dims)
    if isinstance(leaf, IndexedSlices):
        return IndexedSlices(*parts)
    if hasattr(leaf, "_components"):
        return type(leaf)(*parts)
    return parts[0]


def _flatten(structure) -> tuple_[list[Any], list[Any]]:
    """(leaves, their tensors in order)."""
    leaves = nest.flatten(structure)
    return leaves, [p for leaf in leaves for p in _parts(leaf)]


def _pack(structure, leaves, tensors, dims=None):
    out, at = [], 0
    for i, leaf in enumerate(leaves):
        n = len(_parts(leaf))
        known = None if dims is None else dims[i]
        out.append(_rebuilt(leaf, list(tensors[at : at + n]), known))
        at += n
    return nest.pack(structure, out)


# --- branches ------------------------------------------------------------------


class _Branch:
    """A Python function traced into a graph of its own."""

    def __init__(self, name: str, function: Callable, landing, first_id: int):
        self.graph = graph = _graph_inside(name, landing)
        graph.version = first_id
        with context.entered(graph):
            self.result = function()
            self.none = self.result is None
            leaves = nest.flatten(self.result)
            self.leaves = [_leaf(graph, leaf) for leaf in leaves]
            self.structure = self.result
            flat = [p for leaf in self.leaves for p in _parts(leaf)]
            graph.outputs = [graph.own(t) for t in flat]


def _graph_inside(name: str, landing) -> FuncGraph:
    """A graph for a part of `landing`; in a traced function, effects keep order."""
    kind = TracedGraph if isinstance(landing, TracedGraph) else FuncGraph
    graph = kind(name, landing)
    if isinstance(landing, Graph):
        graph._collections = landing._collections
        graph._devices = list(landing._devices)
    return graph


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
    first = landing.version + 4 if _counts_as_v1(landing) else 0
    made = []
    for i, function in enumerate(reversed(functions)):
        made.append(_Branch(f"{op.lower()}_{i}", function, landing, first))
        first = made[-1].graph.version if first else 0
    made.reverse()
    _check_alike(made)
    inputs = _same_inputs([b.graph for b in made])
    kinds = tuple_(t.dtype.base_dtype for t in made[0].graph.outputs)
    waits = [n for b in made for n in b.graph.waits]
    with landing.control_dependencies(waits):
        if op == "If":
            outputs = TABLE["If"](
                index, inputs, Tout=kinds, then_branch=made[1].graph,
                else_branch=made[0].graph, name=full or None,
            )  # fmt: skip
        else:
            outputs = TABLE["Case"](
                index, inputs, Tout=kinds, branches=tuple_(b.graph for b in made),
                name=full or None,
            )  # fmt: skip
    if first:
        _skip_to(landing, first + max(len(kinds), 1))
    if isinstance(outputs, Node):
        return None
    best = made[-1]
    result = _pack(best.structure, best.leaves, list(outputs))
    if not strict and isinstance(result, list | tuple_) and len(result) == 1:
        return result[0] if not nest.is_namedtuple(result) else result
    return result


def _counts_as_v1(landing) -> bool:
    """Whether nodes are counted as 1.x control flow makes them: seeds depend on it."""
    while isinstance(landing, FuncGraph):
        landing = landing.outer
    return type(landing) is Graph


def _skip_to(landing, number: int) -> None:
    landing.version = max(landing.version, number)


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


def _same_inputs(graphs: list[FuncGraph]) -> list[Tensor]:
    """Give `graphs` the same inputs; the outer tensors that those stand for."""
    wanted = {id(o): o for g in graphs for o in g.captured}
    for graph in graphs:
        graph.inputs = [graph.own(outer) for outer in wanted.values()]
    return list(wanted.values())


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


# --- loops ---------------------------------------------------------------------


def while_loop(
    cond, body, loop_vars, shape_invariants=None, parallel_iterations=10,
    back_prop=True, swap_memory=False, maximum_iterations=None, name=None,
) -> Any:  # fmt: skip
    """Repeat `body(*loop_vars)` while `cond(*loop_vars)`; the final loop_vars.

    `loop_vars` may be nested and hold TensorArrays. A size that changes from round to
    round must be None in `shape_invariants`. Raises ValueError where a shape changes.
    """
    del swap_memory
    if not callable(cond) or not callable(body):
        raise TypeError("'cond' and 'body' must be callable.")
    if not isinstance(loop_vars, list | tuple_ | Mapping) or not loop_vars:
        raise ValueError("'loop_vars' must be a non-empty list or tuple.")
    landing = context.landing()
    if landing.eager:
        return _eager_loop(cond, body, loop_vars, maximum_iterations)
    with scope(name, "while") as full:
        loop = _LoopGraphs(landing, cond, body, loop_vars, shape_invariants,
                           maximum_iterations)  # fmt: skip
        with landing.control_dependencies(loop.waits):
            outputs = TABLE["While"](
                loop.inputs, cond=loop.test, body=loop.step, name=full or None,
                parallel_iterations=parallel_iterations,
            )  # fmt: skip
        if loop.next_id:
            _skip_to(landing, loop.next_id)
        outputs = list(outputs)[: loop.width]
        if not back_prop:
            outputs = [TABLE["StopGradient"](t) for t in outputs]
        return loop.result(outputs)


def _eager_loop(cond, body, loop_vars, limit):
    loop_vars = nest.map_structure(
        lambda v: v if isinstance(v, TensorArray | Tensor) else tensor(v), loop_vars
    )
    count = 0
    while (limit is None or count < int(limit)) and bool(cond(*loop_vars)):
        made = body(*loop_vars)
        loop_vars = made if isinstance(made, list | tuple_) else (made,)
        count += 1
    return loop_vars


class _LoopGraphs:
    """The graphs of a loop's test and body, and what goes into them."""

    def __init__(self, landing, cond, body, loop_vars, invariants, limit):
        self.structure = loop_vars
        self.landing = landing
        counted = limit is not None
        extra = []
        if counted:
            extra = [
                tensor(limit, dtypes.int32, "maximum_iterations"),
                tensor(np.array(0, np.int32), name="iteration_counter"),
            ]
        self.leaves = [
            leaf if len(_parts(leaf)) > 1 or isinstance(leaf, TensorArray)
            else tensor(_parts(leaf)[0])
            for leaf in nest.flatten(loop_vars)
        ]  # fmt: skip
        init = [landing.own(p) for leaf in self.leaves for p in _parts(leaf)]
        self.init = extra[1:] + init
        self.width = len(init)
        self.shapes = [None] * len(extra[1:]) + _declared(self.leaves, invariants, init)
        n = len(self.init)
        v1 = _counts_as_v1(landing)
        first = landing.version + n if v1 else 0
        self.test = self._graph("while_cond", landing, first)
        with context.entered(self.test):
            go = tensor(cond(*self._arguments(self.test)))
            if counted:
                within = TABLE["Less"](self.test.inputs[0], self.test.own(extra[0]))
                go = TABLE["LogicalAnd"](within, go)
            self.test.outputs = [self.test.own(go)]
        first = self.test.version + 1 + n if v1 else 0
        self.step = self._graph("while_body", landing, first)
        with context.entered(self.step):
            made = body(*self._arguments(self.step))
            self._take(made, counted)
        self.next_id = self.step.version + 2 * n if v1 else 0
        self._join()
        self.waits = [*self.test.waits, *self.step.waits]

    def _graph(self, name, landing, first) -> FuncGraph:
        graph = _graph_inside(name, landing)
        graph.version = first
        with context.entered(graph):
            for t, dims in zip(self.init, self.shapes, strict=True):
                graph.add_input(
                    t.dtype.base_dtype, t.dims if dims is None else dims[0], "loop_var"
                )
        self.count = len(self.init) - self.width
        return graph

    def _arguments(self, graph) -> list[Any]:
        packed = _pack(self.structure, self.leaves, graph.inputs[self.count :])
        if isinstance(packed, Mapping):
            return [packed]
        return list(packed)

    def _take(self, made, counted) -> None:
        """What the body returned, checked against the loop variables."""
        structure = self.structure
        if isinstance(structure, list | tuple_) and len(structure) == 1:
            if not (isinstance(made, list | tuple_) and len(made) == 1):
                made = [made] if type(structure) is list else (made,)
        if isinstance(made, list | tuple_) and isinstance(structure, list | tuple_):
            if len(made) != len(structure):
                raise ValueError(
                    f"The body of the loop gave {len(made)} values for "
                    f"{len(structure)} loop variables."
                )
        nest.assert_same_structure(structure, made, check_types=False)
        if _counts_as_v1(self.landing) and type(made) in (list, tuple_):
            # Loops of the 1.x years give what the body gave: a tuple for a tuple.
            self.structure = type(made)(structure)
        self.made = nest.flatten(made)
        graph = self.step
        flat = []
        for leaf, new in zip(self.leaves, self.made, strict=True):
            parts = _parts(new)
            for old, part in zip(_parts(leaf), parts, strict=True):
                flat.append(graph.own(tensor(part, old.dtype.base_dtype)))
        inputs = graph.inputs[self.count : len(self.init)]
        checked = [not isinstance(leaf, TensorArray) for leaf in self.leaves
                   for _ in _parts(leaf)]  # fmt: skip
        for before, after, check in zip(inputs, flat, checked, strict=True):
            if check:
                _check_invariant(before, after)
        if counted:
            flat.insert(0, TABLE["AddV2"](graph.inputs[0], 1))
        graph.outputs = flat

    def _join(self) -> None:
        """One list of captured tensors for both graphs; the body passes them on."""
        n = len(self.init)
        wanted = {id(o): o for g in (self.test, self.step) for o in g.captured}
        for graph in (self.test, self.step):
            graph.inputs = [
                *graph.inputs[:n], *(graph.own(o) for o in wanted.values())
            ]  # fmt: skip
        self.step.outputs = [*self.step.outputs, *self.step.inputs[n:]]
        self.inputs = [*self.init, *wanted.values()]
        self.width += self.count

    def result(self, outputs):
        outputs = outputs[self.count :]
        dims = [
            new.element_shape._dims if isinstance(new, TensorArray) else None
            for new in self.made
        ]
        return _pack(self.structure, self.leaves, outputs, dims)


def _declared(leaves, invariants, init):
    """The shape that each loop variable keeps: None where it is that of its value."""
    if invariants is None:
        return [
            (None,) if isinstance(leaf, TensorArray) else None
            for leaf in leaves
            for _ in _parts(leaf)
        ]
    flat = _flat_shapes(invariants)
    if len(flat) != len(leaves):
        raise ValueError(
            f"shape_invariants has {len(flat)} shapes for {len(leaves)} loop variables."
        )
    out = []
    for leaf, given in zip(leaves, flat, strict=True):
        if isinstance(leaf, TensorArray):
            out.append((None,))
            continue
        for part in _parts(leaf):
            dims = as_dims(getattr(given, "shape", given))
            if not TensorShape(dims).is_compatible_with(part.dims):
                raise ValueError(
                    f"The shape invariant {TensorShape(dims)} does not fit the loop "
                    f"variable {part!r}."
                )
            out.append((dims,))
    return out


def _flat_shapes(value) -> list:
    if isinstance(value, list | tuple_) and not nest.is_namedtuple(value):
        return [s for v in value for s in _flat_shapes(v)]
    if isinstance(value, Mapping):
        return [s for k in sorted(value) for s in _flat_shapes(value[k])]
    if nest.is_namedtuple(value):
        return [s for v in value for s in _flat_shapes(v)]
    return [value]


def _check_invariant(before: Tensor, after: Tensor) -> None:
    a, b = before.dims, after.dims
    if a is None:
        return
    fits = (
        b is not None
        and len(a) == len(b)
        and all(m is None or m == n for m, n in zip(a, b, strict=True))
    )
    if not fits:
        raise ValueError(
            f"The shape for {before.name} is not an invariant for the loop. It enters "
            f"the loop with shape {before.shape}, but has shape {after.shape} after "
            "one iteration. Provide shape invariants with the `shape_invariants` "
            "argument of tf.while_loop or set_shape() on the loop variables."
        )
