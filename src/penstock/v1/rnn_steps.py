"""All steps of a cell at once: what `dynamic_rnn` runs where it need not loop.

The ops of `ops/rnn.py` multiply all inputs by the kernel in one product and have their
gradients written by hand. The library's own cells, and stacks of them, are such ops;
cells that programs write, wrappers and peepholes are not and run in the loop.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from penstock.api import array, math_functions, nn
from penstock.api.scopes import tensor
from penstock.core import nest
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.ops.rnn import ACTIVATIONS
from penstock.v1.layers.base import Layer
from penstock.v1.rnn_cell import (
    BasicLSTMCell,
    BasicRNNCell,
    GRUCell,
    LSTMCell,
    MultiRNNCell,
)
from penstock.v1.rnn_cell_base import LayerRNNCell, LSTMStateTuple, RNNCell
from penstock.v1.variable_scope import variable_scope


def all_steps(cell, x: Tensor, state, present: Tensor | None):
    """(outputs [batch, time, units], last state) of `cell` over x [batch, time, in].

    Where `present` [batch, time] is False, the state stays and outputs are zero.
    """
    mask = array.zeros([0], "bool") if present is None else present
    return _run(cell, x, state, mask)


def can_run(cell, x, state) -> bool:
    """Whether `all_steps` computes what `cell`, one step after the other, would."""
    if not isinstance(x, Tensor) or x.dims is None or len(x.dims) != 3:
        return False
    sizes, leaves = nest.flatten(cell.state_size), nest.flatten(state)
    if len(sizes) != len(leaves) or x.dims[2] is None:
        return False
    fitting = (
        isinstance(s, Tensor)
        and s.dims is not None
        and len(s.dims) == 2
        and s.dims[1] == size
        for s, size in zip(leaves, sizes, strict=True)
    )
    return all(fitting) and _is_plain(cell)


def _is_plain(cell) -> bool:
    """Whether `cell` computes as the class of the library does that it comes from."""
    kind = type(cell)
    if getattr(kind, "call", None) is MultiRNNCell.call:
        return kind.__call__ is RNNCell.__call__ and all(map(_is_plain, cell._cells))
    if kind.__call__ is not LayerRNNCell.__call__ or kind.call not in _STEPS:
        return False
    if kind.call is LSTMCell.call:
        more = cell._use_peepholes, cell._cell_clip, cell._num_proj
        if any(more) or cell._proj_clip is not None:
            return False
    return _activation(cell) is not None


def _activation(cell) -> str | None:
    """The name of the cell's activation, where it is one that the ops have."""
    function = cell._activation
    name = getattr(function, "__name__", "")
    known = getattr(nn, name, None), getattr(math_functions, name, None)
    return name if name in ACTIVATIONS and function in known else None


def _run(cell, x: Tensor, state, mask: Tensor):
    kind = type(cell)
    first = x[:, 0]  # what a step is given: names and builds the variables
    if kind.call is MultiRNNCell.call:
        with cell._around_call(), Layer._ready(cell, first):
            return _stacked(cell, x, state, mask)
    with Layer._ready(cell, first):
        return _STEPS[kind.call](cell, x, state, mask)


def _stacked(cell, x: Tensor, state, mask: Tensor):
    news, owns = [], cell._states(state)
    for i, (inner, own) in enumerate(zip(cell._cells, owns, strict=True)):
        with variable_scope(f"cell_{i}"):
            x, new = _run(inner, x, own, mask)
        news.append(new)
    return x, cell._joined(news)


def _rows(kernel, x: Tensor):
    """The rows of `kernel` that meet the inputs, and those that meet the state."""
    n = x.dims[2]  # type: ignore[index]
    rows = kernel.shape.as_list()[0]
    return array.split(kernel, [n, rows - n], 0)


def _basic(cell, x: Tensor, h, mask: Tensor):
    kernel, recurrent = _rows(cell._kernel, x)
    outputs, last, *_ = TABLE["_RecurrentSimple"](
        x,
        kernel,
        recurrent,
        cell._bias,
        h,
        mask,
        activation=_activation(cell),
        zero_masked=True,
    )
    return outputs, last


def _gru(cell, x: Tensor, h, mask: Tensor):
    """The cell keeps r, u and the candidate apart; the op has u, r, candidate."""
    columns = []
    for kernel, bias in (
        (cell._gate_kernel, cell._gate_bias),
        (cell._candidate_kernel, cell._candidate_bias),
    ):
        columns.append([*_rows(kernel, x), bias])
    parts = []
    for gates, candidate in zip(*columns, strict=True):
        r, u = array.split(gates, 2, -1)
        parts.append(array.concat([u, r, candidate], -1))
    outputs, last, *_ = TABLE["_RecurrentGRU"](
        x,
        *parts,
        h,
        mask,
        activation=_activation(cell),
        zero_masked=True,
        reset_after=False,
    )
    return outputs, last


def _lstm(cell, x: Tensor, state, mask: Tensor):
    if cell._state_is_tuple:
        c, h = state
    else:
        c, h = array.split(state, 2, 1)
    kernel, recurrent = _rows(cell._kernel, x)
    forget = np.zeros([4, cell._num_units])
    forget[2] = cell._forget_bias  # gates are kept as i, g, f, o
    bias = cell._bias + tensor(forget.reshape(-1), x.dtype)
    outputs, h, c, *_ = TABLE["_RecurrentLSTM"](
        x, kernel, recurrent, bias, h, c, mask, activation=_activation(cell),
        zero_masked=True, order="igfo",
    )  # fmt: skip
    new = LSTMStateTuple(c, h) if cell._state_is_tuple else array.concat([c, h], 1)
    return outputs, new


_STEPS: dict[Callable, Callable] = {
    BasicRNNCell.call: _basic,
    GRUCell.call: _gru,
    BasicLSTMCell.call: _lstm,
    LSTMCell.call: _lstm,
}
