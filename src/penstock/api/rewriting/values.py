"""Values of variables on their way through branches and loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.api.control_flow_parts import (
    graph_inside,
    pack_parts,
    parts_of,
    same_inputs,
)
from penstock.api.tensor_array import TensorArray
from penstock.core import dtypes, nest
from penstock.core.shapes import is_static
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.op import TABLE
from penstock.ir.tensor import NeedsValue, Tensor

#: How the names of variables begin that hold what a loop returns.
RESULT = "_result"


class Undefined:
    """A variable that has no value yet."""

    def __init__(self, name: str):
        self.name = name

    def _missing(self, *args, **kwargs):
        raise UnboundLocalError(
            f"cannot access local variable '{self.name}' where it is not associated "
            "with a value"
        )

    __bool__ = __call__ = __iter__ = __len__ = __getitem__ = _missing
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _missing
    __float__ = __int__ = __str__ = _missing

    def __getattr__(self, name: str):
        if name.startswith("_"):
            raise AttributeError(name)
        return self._missing()

    def __repr__(self):
        return f"<{self.name} is not defined>"


def is_symbolic(value) -> bool:
    """Whether Python cannot know `value`: a tensor of a graph, a variable in one."""
    if isinstance(value, Tensor):
        return not getattr(value, "is_eager", False)
    if hasattr(value, "_resource") and hasattr(value, "_dense_tensor"):
        return not context.landing().eager
    return False


def truth(value, statement: str) -> Tensor:
    """The condition of a staged statement as a scalar.

    Raises ValueError unless it is one bool, of whatever rank.
    """
    value = as_tensor(context.landing(), value, None, None)
    dims = value.dims
    one = dims is None or all(d in (1, None) for d in dims)
    if value.dtype.base_dtype is not dtypes.bool or not one:
        raise ValueError(
            f"The condition of {statement} must be one tf.bool, got {value!r}. "
            "Compare it, or reduce it by tf.reduce_all or tf.reduce_any; to ask for "
            "None, write `is not None`."
        )
    return value if dims == () else TABLE["Reshape"](value, np.zeros(0, np.int32))


def is_leaf_tensor(leaf) -> bool:
    return isinstance(leaf, Tensor | TensorArray | IndexedSlices) or hasattr(
        leaf, "_components"
    )


def is_value(leaf) -> bool:
    """Whether a node can carry `leaf`: tensors, numbers and arrays."""
    numbers = bool | int | float | complex | str | bytes | np.ndarray | np.generic
    return is_leaf_tensor(leaf) or isinstance(leaf, numbers)


def same(a, b) -> bool:
    """Whether two results are one Python object or equal Python values."""
    if a is b:
        return True
    if type(a) is not type(b) or is_leaf_tensor(a):
        return False
    if nest.is_nested(a):
        left, right = nest.flatten(a), nest.flatten(b)
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(a, bool | int | float | complex | str | bytes | type(None)):
        return a == b
    return False


def merged(test, then: Callable, otherwise: Callable, names) -> list:
    """What the lists that `then()` and `otherwise()` give have become after an `if`.

    Items that are the same Python value on both ways stay that; the others become
    outputs of one `If`. Raises NeedsValue for what no tensor can stand for.
    """
    landing = context.landing()
    test = truth(test, "an if statement")
    graphs = [graph_inside(n, landing) for n in ("cond_true", "cond_false")]
    sides = []
    for graph, branch in zip(graphs, (then, otherwise), strict=True):
        with context.entered(graph):
            sides.append(branch())
    kept: list[Any] = []
    wanted: list[int] = []
    for i, (a, b) in enumerate(zip(*sides, strict=True)):
        if i < len(names) and names[i].startswith(RESULT):
            a, b = _both(a, b)
            sides[0][i], sides[1][i] = a, b
        if same(a, b):
            kept.append(a)
        elif isinstance(a, Undefined) or isinstance(b, Undefined):
            kept.append(a if isinstance(a, Undefined) else b)
        else:
            kept.append(None)
            wanted.append(i)
    pairs = [_alike(graphs, sides[0][i], sides[1][i], names, i) for i in wanted]
    for side, graph in enumerate(graphs):
        with context.entered(graph):
            graph.outputs = [
                graph.own(part)
                for pair in pairs
                for leaf in nest.flatten(pair[side])
                for part in parts_of(leaf)
            ]
    outs = _if(landing, test, graphs)
    at = 0
    for i, (a, _) in zip(wanted, pairs, strict=True):
        leaves = nest.flatten(a)
        count = sum(len(parts_of(leaf)) for leaf in leaves)
        kept[i] = pack_parts(a, leaves, outs[at : at + count])
        at += count
    return kept


def _both(a, b):
    """A loop's result, which is looked at only where it was set: else it is zeros."""
    if isinstance(a, Undefined) and not isinstance(b, Undefined):
        return _zeros(b), b
    if isinstance(b, Undefined) and not isinstance(a, Undefined):
        return a, _zeros(a)
    return a, b


def _zeros(value):
    return nest.map_structure(
        lambda t: (
            np.zeros(t.dims, t.dtype.np)
            if isinstance(t, Tensor) and is_static(t.dims)
            else t
        ),
        value,
    )


def _if(landing, test, graphs) -> list[Tensor]:
    inputs = same_inputs(graphs)
    kinds = tuple(t.dtype.base_dtype for t in graphs[0].outputs)
    with landing.control_dependencies([n for g in graphs for n in g.waits]):
        made = TABLE["If"](
            test, inputs, Tout=kinds, then_branch=graphs[0], else_branch=graphs[1],
            name="cond",
        )  # fmt: skip
    return list(made) if kinds else []


def _alike(graphs, a, b, names, i) -> tuple[Any, Any]:
    """The two values as nested tensors of the same structure and dtypes."""
    what = names[i] if i < len(names) else "the value returned"
    left, right = nest.flatten(a), nest.flatten(b)
    try:
        nest.assert_same_structure(a, b, check_types=False)
    except (TypeError, ValueError):
        raise NeedsValue(f"'{what}' differs in structure between branches.") from None
    pairs = [_leaves(graphs, x, y, what) for x, y in zip(left, right, strict=True)]
    return (
        nest.pack(a, [x for x, _ in pairs]),
        nest.pack(b, [y for _, y in pairs]),
    )


def _leaves(graphs, a, b, what: str):
    if isinstance(a, TensorArray) and isinstance(b, TensorArray):
        return a, b
    if hasattr(a, "_components") and type(a) is type(b):
        return a, b
    if not (is_value(a) or hasattr(a, "_dense_tensor")):
        raise NeedsValue(f"'{what}' is not a tensor in a branch, but {a!r}.")
    if not (is_value(b) or hasattr(b, "_dense_tensor")):
        raise NeedsValue(f"'{what}' is not a tensor in a branch, but {b!r}.")
    kind = _kind(a, b)
    made = []
    for graph, value in zip(graphs, (a, b), strict=True):
        with context.entered(graph):
            made.append(as_tensor(graph, value, kind, None))
    x, y = made
    if x.dtype.base_dtype is not y.dtype.base_dtype:
        raise NeedsValue(
            f"'{what}' has dtype {x.dtype.name} in one branch, {y.dtype.name} in the "
            "other."
        )
    return x, y


def _kind(a, b):
    """The dtype that a tensor on one side asks of a Python number on the other."""
    for one, other in ((a, b), (b, a)):
        dtype = getattr(one, "dtype", None)
        if isinstance(one, Tensor) and isinstance(other, int | float):
            fits = not isinstance(other, bool) and (
                isinstance(other, int) or dtype.is_floating  # type: ignore[union-attr]
            )
            return dtype.base_dtype if fits else None  # type: ignore[union-attr]
    return None
