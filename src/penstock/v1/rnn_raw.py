"""`tf.nn.raw_rnn`: a cell in a loop that a function of the program steers."""

from __future__ import annotations

from typing import Any

from penstock.api import array, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api import math_reduce as reduce
from penstock.api.control_flow import while_loop
from penstock.api.scopes import tensor
from penstock.api.tensor_array import TensorArray
from penstock.core import nest
from penstock.core.dtypes import int32
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.v1.rnn import batch_size, must_be_cell, output_dims, unless
from penstock.v1.rnn_cell_base import sizes_joined
from penstock.v1.variable_scope import variable_scope


def raw_rnn(cell, loop_fn, parallel_iterations=None, swap_memory=False, scope=None):
    """(TensorArray of outputs, final state, final loop state) of a free loop.

    `loop_fn(time, cell_output, cell_state, loop_state)` gives (finished [batch], next
    input, next state, what to emit, next loop state); output and state are None in its
    first call. Rows that finished keep their state and emit zeros. How long the loop
    runs is known when it ends, so its steps are run one by one.
    """
    del swap_memory
    must_be_cell(cell)
    if not callable(loop_fn):
        raise TypeError("loop_fn must be a callable")
    with variable_scope(scope or "rnn"):
        time = tensor(0, int32, name="time")
        first: Any = loop_fn(time, None, None, None)
        finished, following, state, like, carried = first
        if like is None:
            like = cell.output_size
        flat = nest.flatten(following)
        batch = batch_size([array.expand_dims(x, 0) for x in flat])
        kind = flat[0].dtype.base_dtype
        blanks, taken = [], []
        for item in nest.flatten(like):
            shaped = isinstance(item, Tensor)
            dims = item.shape.as_list() if shaped else output_dims(item)
            dtype = item.dtype.base_dtype if shaped else kind
            blanks.append(array.zeros(sizes_joined(batch, dims)[0], dtype))
            taken.append(TensorArray(dtype, size=0, dynamic_size=True))
        blank = nest.pack(like, blanks)
        # While there is no loop state, a number stands for it.
        stands = carried is None

        def step(time, finished, x, taken, state, carried):
            output, new = cell(x, state)
            nest.assert_same_structure(state, new, check_types=False)
            later = time + 1
            told: Any = loop_fn(later, output, new, None if stands else carried)
            ends, x, new, emitted, after = told
            emitted = unless(lambda: finished, blank, emitted)
            new = unless(lambda: finished, state, new)
            pairs = zip(taken, nest.flatten(emitted), strict=True)
            out = [array_.write(time, e) for array_, e in pairs]
            over = TABLE["LogicalOr"](finished, ends)
            return later, over, x, out, new, carried if stands else after

        _, _, _, made, final, carried = while_loop(
            lambda time, finished, *_: TABLE["LogicalNot"](reduce.reduce_all(finished)),
            step,
            [
                time, finished, following, taken, state,
                tensor(0, int32) if stands else carried,
            ],
            parallel_iterations=parallel_iterations or 32,
        )  # fmt: skip
        return nest.pack(like, made), final, None if stands else carried


__all__ = ["raw_rnn"]
