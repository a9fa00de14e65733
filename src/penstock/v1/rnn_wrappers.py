"""Cells around cells: dropout, residual connections, devices."""

from __future__ import annotations

import hashlib
from typing import Any

from penstock.api import nn, operators  # noqa: F401  (arithmetic of tensors)
from penstock.api.math_functions import floor
from penstock.api.passing import identity
from penstock.api.scopes import scope, tensor
from penstock.core import nest
from penstock.core.shapes import TensorShape
from penstock.ir import context
from penstock.ir.constant import constant_value
from penstock.v1.random import random_uniform
from penstock.v1.rnn_cell_base import LSTMStateTuple, RNNCell


class _Wrapper(RNNCell):
    """A cell that does something around `cell`; without variables of its own."""

    def __init__(self, cell):
        super().__init__()
        if not callable(cell):
            raise TypeError(f"The parameter cell must be a RNNCell, received {cell!r}.")
        self.cell: Any = cell
        self._cell = cell

    @property
    def wrapped_cell(self):
        return self.cell

    @property
    def state_size(self):
        return self.cell.state_size

    @property
    def output_size(self):
        return self.cell.output_size

    @property
    def variables(self):
        return self.cell.variables

    def zero_state(self, batch_size, dtype):
        with scope(None, type(self).__name__ + "ZeroState"):
            return self.cell.zero_state(batch_size, dtype)

    def __call__(self, inputs, state, scope=None):
        return self._wrapped(inputs, state, scope)

    def _wrapped(self, inputs, state, scope):
        raise NotImplementedError


class DropoutWrapper(_Wrapper):
    """`cell` with dropout on inputs, state and output; Gal and Ghahramani (2016).

    Keep probabilities are floats or scalar tensors. With `variational_recurrent` one
    mask is drawn for all steps and rows: it needs `dtype`, and `input_size` where
    inputs are dropped. Raises ValueError without them.
    """

    def __init__(
        self, cell, input_keep_prob=1.0, output_keep_prob=1.0, state_keep_prob=1.0,
        variational_recurrent=False, input_size=None, dtype=None, seed=None,
        dropout_state_filter_visitor=None,
    ):  # fmt: skip
        super().__init__(cell)
        self._seed = seed
        self._filter = dropout_state_filter_visitor or _not_memory
        with context.landing().name_scope(None):
            self._input = _probability(input_keep_prob, "input_keep_prob")
            self._state = _probability(state_keep_prob, "state_keep_prob")
            self._output = _probability(output_keep_prob, "output_keep_prob")
        self._noise: dict[str, list[Any]] = {}
        if variational_recurrent:
            self._draw(input_size, dtype)

    def _draw(self, input_size, dtype) -> None:
        """The masks that all steps share, as noise of one row."""
        if dtype is None:
            raise ValueError("When variational_recurrent=True, dtype must be provided")
        if input_size is None and _drops(self._input):
            raise ValueError(
                "When variational_recurrent=True and input_keep_prob < 1.0 or is "
                "unknown, input_size must be provided"
            )
        sizes = {
            "input": (self._input, input_size),
            "state": (self._state, self.cell.state_size),
            "output": (self._output, self.cell.output_size),
        }
        for salt, (keep, size) in sizes.items():
            if salt != "input" or _drops(keep):
                self._noise[salt] = [
                    random_uniform(
                        [1, *_sizes(leaf)], dtype=dtype, seed=self._salted(salt, i)
                    )
                    for i, leaf in enumerate(_size_leaves(size))
                ]

    def _wrapped(self, inputs, state, scope):
        if _drops(self._input):
            inputs = self._dropped(inputs, "input", self._input)
        output, new = self.cell(inputs, state, scope=scope)
        if _drops(self._state):
            filtered = nest.flatten_up_to(new, self._filter(new))
            leaves = [
                self._drop(leaf, "state", i, self._state) if keep else leaf
                for i, (leaf, keep) in enumerate(
                    zip(nest.flatten(new), nest.flatten(filtered), strict=True)
                )
            ]
            new = nest.pack(new, leaves)
        if _drops(self._output):
            output = self._dropped(output, "output", self._output)
        return output, new

    def _dropped(self, values, salt, keep):
        leaves = [
            self._drop(leaf, salt, i, keep)
            for i, leaf in enumerate(nest.flatten(values))
        ]
        return nest.pack(values, leaves)

    def _drop(self, value, salt: str, index: int, keep):
        if salt in self._noise:
            kept = floor(keep + self._noise[salt][index])
            out = value / keep * kept
            out.set_shape(value.shape)
            return out
        return nn.dropout(value, rate=1.0 - keep, seed=self._salted(salt, index))

    def _salted(self, salt: str, index: int) -> int | None:
        """A seed of its own for each place where something is dropped."""
        if self._seed is None:
            return None
        text = f"{self._seed}{salt}_{index}".encode()
        return int(hashlib.md5(text).hexdigest()[:8], 16) & 0x7FFFFFFF


def _not_memory(state):
    """Which leaves of a state may be dropped: not the memory of an LSTM."""
    if isinstance(state, LSTMStateTuple):
        return LSTMStateTuple(c=False, h=True)
    if nest.is_nested(state):
        return [_not_memory(s) for s in state]
    return True


def _probability(value, name: str):
    """A float in [0, 1], or the tensor. Raises ValueError outside."""
    made = tensor(value)
    known = constant_value(made)
    if known is None:
        return made
    if not 0 <= float(known) <= 1:
        raise ValueError(
            f"Parameter {name} must be between 0 and 1, received {float(known)}."
        )
    return float(value) if isinstance(value, int | float) else float(known)


def _sizes(size) -> list:
    return [size] if isinstance(size, int) else TensorShape(size).as_list()


def _size_leaves(size) -> list:
    """The sizes and shapes in a nested one."""
    if isinstance(size, int | TensorShape):
        return [size]
    return [leaf for part in size for leaf in _size_leaves(part)]


def _drops(keep) -> bool:
    return not isinstance(keep, float) or keep < 1


class ResidualWrapper(_Wrapper):
    """`cell` with its inputs added to its outputs, or what `residual_fn` makes."""

    def __init__(self, cell, residual_fn=None):
        super().__init__(cell)
        self._residual_fn = residual_fn

    def _wrapped(self, inputs, state, scope):
        outputs, new = self.cell(inputs, state, scope=scope)
        if self._residual_fn is not None:
            return self._residual_fn(inputs, outputs), new
        nest.assert_same_structure(inputs, outputs)
        for a, b in zip(nest.flatten(inputs), nest.flatten(outputs), strict=True):
            a.shape.assert_is_compatible_with(b.shape)
        summed = nest.map_structure(
            lambda a, b: identity(a) + identity(b), inputs, outputs
        )
        return summed, new


class DeviceWrapper(_Wrapper):
    """`cell`, asked to run on `device`."""

    def __init__(self, cell, device):
        super().__init__(cell)
        self._device = device

    def zero_state(self, batch_size, dtype):
        with context.landing().device(self._device):
            return super().zero_state(batch_size, dtype)

    def _wrapped(self, inputs, state, scope):
        with context.landing().device(self._device):
            return self.cell(inputs, state, scope=scope)
