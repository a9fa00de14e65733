"""`tf.contrib.rnn`'s own cells: embeddings before a cell, projections around it."""

from __future__ import annotations

import math
from typing import Any

from penstock.api import array
from penstock.api.nn_embedding import embedding_lookup
from penstock.ir.op import TABLE
from penstock.v1.initializers import random_uniform_initializer, zeros_initializer
from penstock.v1.rnn_cell_base import RNNCell
from penstock.v1.variable_scope import get_variable, get_variable_scope


def linear(args, output_size: int, bias: bool, bias_initializer=None):
    """The tensors `args` [batch, n], joined, times `kernel`, plus `bias`.

    Both are variables of the current scope.
    """
    args = list(args) if isinstance(args, list | tuple) else [args]
    sizes = [a.shape.as_list()[1] for a in args]
    if None in sizes:
        raise ValueError(f"linear needs known sizes along axis 1, received {sizes}.")
    dtype = args[0].dtype.base_dtype
    kernel = get_variable("kernel", [sum(sizes), output_size], dtype=dtype)
    out = TABLE["MatMul"](args[0] if len(args) == 1 else array.concat(args, 1), kernel)
    if not bias:
        return out
    start = bias_initializer or zeros_initializer(dtype=dtype)
    offsets = get_variable("bias", [output_size], dtype=dtype, initializer=start)
    return TABLE["BiasAdd"](out, offsets)


class _Around(RNNCell):
    """A cell that does something before or after `cell`."""

    def __init__(self, cell, reuse=None):
        super().__init__(_reuse=reuse)
        if not callable(cell):
            raise TypeError(f"The parameter cell must be a RNNCell, received {cell!r}.")
        self._cell: Any = cell

    @property
    def state_size(self):
        return self._cell.state_size

    @property
    def output_size(self):
        return self._cell.output_size

    def zero_state(self, batch_size, dtype):
        return self._cell.zero_state(batch_size, dtype)


class EmbeddingWrapper(_Around):
    """Looks integers [batch] up in an embedding, and gives the rows to `cell`.

    Raises ValueError for sizes below 1.
    """

    def __init__(
        self, cell, embedding_classes, embedding_size, initializer=None, reuse=None
    ):
        super().__init__(cell, reuse)
        if embedding_classes <= 0 or embedding_size <= 0:
            raise ValueError(
                "Both embedding_classes and embedding_size must be > 0: "
                f"{embedding_classes}, {embedding_size}."
            )
        self._classes, self._size = embedding_classes, embedding_size
        self._initializer = initializer

    def call(self, inputs, state):
        start = self._initializer or get_variable_scope().initializer
        if start is None:  # rows of variance 1
            start = random_uniform_initializer(-math.sqrt(3), math.sqrt(3))
        kind = state[0].dtype if isinstance(state, tuple) else state.dtype
        embedding = get_variable(
            "embedding", [self._classes, self._size], initializer=start,
            dtype=kind.base_dtype,
        )  # fmt: skip
        return self._cell(
            embedding_lookup(embedding, array.reshape(inputs, [-1])), state
        )


class InputProjectionWrapper(_Around):
    """Projects the inputs to `num_proj` before `cell`."""

    def __init__(self, cell, num_proj, activation=None, input_size=None, reuse=None):
        super().__init__(cell, reuse)
        del input_size
        self._width, self._act = num_proj, activation

    def call(self, inputs, state):
        projected = linear(inputs, self._width, True)
        return self._cell(self._act(projected) if self._act else projected, state)


class OutputProjectionWrapper(_Around):
    """Projects the outputs of `cell` to `output_size`. Raises ValueError below 1."""

    def __init__(self, cell, output_size, activation=None, reuse=None):
        super().__init__(cell, reuse)
        if output_size < 1:
            raise ValueError(f"Parameter output_size must be > 0: {output_size}.")
        self._width, self._act = output_size, activation

    @property
    def output_size(self):
        return self._width

    def call(self, inputs, state):
        output, new = self._cell(inputs, state)
        projected = linear(output, self._width, True)
        return (self._act(projected) if self._act else projected), new


__all__ = ["EmbeddingWrapper", "InputProjectionWrapper", "OutputProjectionWrapper"]
