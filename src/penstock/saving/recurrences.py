"""Recurrences in public ops: the loop that a GraphDef holds in place of one op.

What the ops of `ops/rnn.py` keep for their gradient is not made here, so that a node
is written as a call only where nothing takes that.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from penstock.api import array, linalg, math_functions, nn, operators  # noqa: F401
from penstock.api.control_flow import while_loop
from penstock.api.tensor_array import TensorArray
from penstock.core.dtypes import bool as bool_
from penstock.ir import context
from penstock.ir.func_graph import FuncGraph
from penstock.ir.node import Node
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor

#: Op type -> how many of its outputs a call gives.
OUTPUTS = {"_RecurrentSimple": 2, "_RecurrentLSTM": 3, "_RecurrentGRU": 2}


def as_graph(node: Node) -> FuncGraph:
    """A graph of public ops that computes the first outputs of `node`."""
    graph = FuncGraph(f"{node.type.lstrip('_')}_steps", node.graph)
    with context.entered(graph):
        inputs = [graph.add_input(t.dtype.base_dtype, t.dims) for t in node.inputs]
        graph.outputs = list(_STEPS[node.type](node.attrs, *inputs))
    return graph


def _activation(name: str) -> Callable:
    if name == "linear":
        return lambda x: x
    if name == "exponential":
        return math_functions.exp
    if name == "hard_sigmoid":
        return lambda x: TABLE["Minimum"](TABLE["Maximum"](x * 0.2 + 0.5, 0.0), 1.0)
    return getattr(nn, name, None) or getattr(math_functions, name)


def _run(attrs, x: Tensor, kernel, bias, states: list[Tensor], mask, step):
    """(outputs [batch, time, units], last states) of `step(states, x·kernel)`."""
    backwards = attrs.get("go_backwards")
    steps = array.transpose(x, [1, 0, 2])
    steps = array.reverse(steps, [0]) if backwards else steps
    count, batch = array.shape(steps)[0], array.shape(steps)[1]
    depth = array.shape(kernel)[1]
    flat = array.reshape(steps, [-1, array.shape(kernel)[0]])
    flat = linalg.matmul(flat, kernel) + bias
    projected = array.reshape(flat, array.stack([count, batch, depth]))
    present = None
    if mask.dims != (0,):
        present = array.transpose(math_functions.cast(mask, bool_))
        present = array.reverse(present, [0]) if backwards else present
    first = states[0]
    blank = array.zeros_like(first)

    def round_(i, states, seen, out):
        new = step(states, array.gather(projected, i))
        shown = new[0]
        if present is not None:
            here = array.expand_dims(array.gather(present, i), 1)
            new = [_kept(here, a, b) for a, b in zip(new, states, strict=True)]
            seen = TABLE["LogicalOr"](seen, here)
            shown = _kept(here if attrs.get("zero_masked") else seen, new[0], blank)
        return i + 1, new, seen, out.write(i, shown)

    out = TensorArray(x.dtype, count, element_shape=first.dims)
    seen = array.fill(array.stack([batch, 1]), False)
    seen.set_shape([first.dims[0] if first.dims else None, 1])
    start = [array.zeros([], "int32"), states, seen, out]
    _, last, _, out = while_loop(lambda i, *_: i < count, round_, start)
    return array.transpose(out.stack(), [1, 0, 2]), last


def _kept(condition, new: Tensor, old: Tensor) -> Tensor:
    chosen = TABLE["SelectV2"](condition, new, old)
    chosen.set_shape(old.shape)
    return chosen


def _simple(attrs, x, kernel, recurrent, bias, h, mask):
    act = _activation(attrs["activation"])

    def step(states, zx):
        return [act(zx + linalg.matmul(states[0], recurrent))]

    outputs, (last,) = _run(attrs, x, kernel, bias, [h], mask, step)
    return outputs, last


def _lstm(attrs, x, kernel, recurrent, bias, h, c, mask):
    act, gate = map(_activation, (attrs["activation"], attrs["recurrent_activation"]))

    def step(states, zx):
        h, c = states
        parts = array.split(zx + linalg.matmul(h, recurrent), 4, 1)
        gates = dict(zip(attrs["order"], parts, strict=True))
        new = gate(gates["f"]) * c + gate(gates["i"]) * act(gates["g"])
        return [gate(gates["o"]) * act(new), new]

    outputs, (h, c) = _run(attrs, x, kernel, bias, [h, c], mask, step)
    return outputs, h, c


def _gru(attrs, x, kernel, recurrent, bias, h, mask):
    act, gate = map(_activation, (attrs["activation"], attrs["recurrent_activation"]))
    after = attrs["reset_after"]
    first, inner_bias = (bias[0], bias[1]) if after else (bias, np.float32(0))

    def step(states, zx):
        (h,) = states
        xz, xr, xh = array.split(zx, 3, 1)
        if after:
            both = linalg.matmul(h, recurrent) + inner_bias
            hz, hr, inner = array.split(both, 3, 1)
            z, r = gate(xz + hz), gate(xr + hr)
            new = act(xh + r * inner)
        else:
            rz, rr, rh = array.split(recurrent, 3, 1)
            z = gate(xz + linalg.matmul(h, rz))
            r = gate(xr + linalg.matmul(h, rr))
            new = act(xh + linalg.matmul(r * h, rh))
        return [z * h + (1.0 - z) * new]

    outputs, (last,) = _run(attrs, x, kernel, first, [h], mask, step)
    return outputs, last


_STEPS = {"_RecurrentSimple": _simple, "_RecurrentLSTM": _lstm, "_RecurrentGRU": _gru}
