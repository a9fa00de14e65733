"""`tf.nn.rnn_cell`: the cells of Elman, Cho, Hochreiter and Schmidhuber, and stacks."""

from __future__ import annotations

from typing import Any

from penstock.api import array, nn
from penstock.api.clip import clip_by_value
from penstock.api.math_functions import sigmoid, tanh
from penstock.api.scopes import scope, tensor
from penstock.core import nest
from penstock.core.shapes import TensorShape
from penstock.ir.op import TABLE
from penstock.v1.initializers import constant_initializer, zeros_initializer
from penstock.v1.layers.base import InputSpec, activation
from penstock.v1.layers.base import initializer as as_initializer
from penstock.v1.rnn_cell_base import LayerRNNCell, LSTMStateTuple, RNNCell, zero_state
from penstock.v1.rnn_wrappers import DeviceWrapper, DropoutWrapper, ResidualWrapper
from penstock.v1.variable_scope import variable_scope

_KERNEL, _BIAS = "kernel", "bias"


def _depth(shape, who: str) -> int:
    sizes = TensorShape(shape).as_list()
    if sizes[-1] is None:
        raise ValueError(f"{who}: the last size of the inputs {shape} must be known.")
    return sizes[-1]


class BasicRNNCell(LayerRNNCell):
    """output = new state = activation([x, h] · kernel + bias); Elman (1990)."""

    def __init__(
        self, num_units, activation=None, reuse=None, name=None, dtype=None, **kwargs
    ):
        super().__init__(name=name, dtype=dtype, _reuse=reuse, **kwargs)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._activation: Any = _named(activation)

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def build(self, input_shape):
        rows = _depth(_first(input_shape), "BasicRNNCell") + self._num_units
        self._kernel = self.add_variable(_KERNEL, [rows, self._num_units])
        self._bias = self.add_variable(
            _BIAS, [self._num_units], initializer=zeros_initializer(dtype=self.dtype)
        )

    def call(self, inputs, state):
        gates = TABLE["MatMul"](array.concat([inputs, state], 1), self._kernel)
        output = self._activation(nn.bias_add(gates, self._bias))
        return output, output


class GRUCell(LayerRNNCell):
    """Gated recurrent unit; Cho et al. (2014). Reset is applied before the product."""

    def __init__(
        self, num_units, activation=None, reuse=None, kernel_initializer=None,
        bias_initializer=None, name=None, dtype=None, **kwargs,
    ):  # fmt: skip
        super().__init__(name=name, dtype=dtype, _reuse=reuse, **kwargs)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._activation: Any = _named(activation)
        self._kernel_initializer = as_initializer(kernel_initializer)
        self._bias_initializer = as_initializer(bias_initializer)

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def build(self, input_shape):
        units = self._num_units
        rows = _depth(_first(input_shape), "GRUCell") + units
        first = self._bias_initializer
        self._gate_kernel = self.add_variable(
            f"gates/{_KERNEL}", [rows, 2 * units], initializer=self._kernel_initializer
        )
        self._gate_bias = self.add_variable(
            f"gates/{_BIAS}", [2 * units],
            initializer=first or constant_initializer(1.0, dtype=self.dtype),
        )  # fmt: skip
        self._candidate_kernel = self.add_variable(
            f"candidate/{_KERNEL}", [rows, units], initializer=self._kernel_initializer
        )
        self._candidate_bias = self.add_variable(
            f"candidate/{_BIAS}", [units],
            initializer=first or zeros_initializer(dtype=self.dtype),
        )  # fmt: skip

    def call(self, inputs, state):
        gates = TABLE["MatMul"](array.concat([inputs, state], 1), self._gate_kernel)
        gates = sigmoid(nn.bias_add(gates, self._gate_bias))
        r, u = array.split(gates, 2, 1)
        candidate = array.concat([inputs, r * state], 1)
        candidate = TABLE["MatMul"](candidate, self._candidate_kernel)
        c = self._activation(nn.bias_add(candidate, self._candidate_bias))
        new = u * state + (1 - u) * c
        return new, new


class BasicLSTMCell(LayerRNNCell):
    """Long short-term memory; Hochreiter and Schmidhuber (1997), Zaremba (2014).

    Gates stand in the kernel as i, j, f, o; `forget_bias` is added to f.
    """

    def __init__(
        self, num_units, forget_bias=1.0, state_is_tuple=True, activation=None,
        reuse=None, name=None, dtype=None, **kwargs,
    ):  # fmt: skip
        super().__init__(name=name, dtype=dtype, _reuse=reuse, **kwargs)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple
        self._activation: Any = _named(activation)

    @property
    def state_size(self):
        n = self._num_units
        return LSTMStateTuple(n, n) if self._state_is_tuple else 2 * n

    @property
    def output_size(self):
        return self._num_units

    def build(self, input_shape):
        units = self._num_units
        rows = _depth(_first(input_shape), "BasicLSTMCell") + units
        self._kernel = self.add_variable(_KERNEL, [rows, 4 * units])
        self._bias = self.add_variable(
            _BIAS, [4 * units], initializer=zeros_initializer(dtype=self.dtype)
        )

    def call(self, inputs, state):
        one = tensor(1, "int32")
        c, h = _memory(state, self._state_is_tuple, one)
        gates = TABLE["MatMul"](array.concat([inputs, h], 1), self._kernel)
        gates = nn.bias_add(gates, self._bias)
        i, j, f, o = TABLE["Split"](one, gates, num_split=4, name="split")
        add, mul = TABLE["AddV2"], TABLE["Mul"]
        bias = tensor(self._forget_bias, f.dtype)
        kept = mul(c, sigmoid(add(f, bias, name="Add")))
        new_c = add(kept, mul(sigmoid(i), self._activation(j)), name="Add")
        new_h = mul(self._activation(new_c), sigmoid(o))
        return new_h, _state(new_c, new_h, self._state_is_tuple)


class LSTMCell(LayerRNNCell):
    """LSTM with peepholes, projection and clipping; Sak et al. (2014)."""

    def __init__(
        self, num_units, use_peepholes=False, cell_clip=None, initializer=None,
        num_proj=None, proj_clip=None, num_unit_shards=None, num_proj_shards=None,
        forget_bias=1.0, state_is_tuple=True, activation=None, reuse=None, name=None,
        dtype=None, **kwargs,
    ):  # fmt: skip
        del num_unit_shards, num_proj_shards
        super().__init__(name=name, dtype=dtype, _reuse=reuse, **kwargs)
        self.input_spec = InputSpec(ndim=2)
        self._num_units, self._num_proj = num_units, num_proj
        self._use_peepholes = use_peepholes
        self._cell_clip, self._proj_clip = cell_clip, proj_clip
        self._initializer = as_initializer(initializer)
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple
        self._activation: Any = _named(activation)

    @property
    def state_size(self):
        out = self.output_size
        pair = LSTMStateTuple(self._num_units, out)
        return pair if self._state_is_tuple else self._num_units + out

    @property
    def output_size(self):
        return self._num_proj or self._num_units

    def build(self, input_shape):
        units = self._num_units
        rows = _depth(_first(input_shape), "LSTMCell") + self.output_size
        first = self._initializer
        self._kernel = self.add_variable(_KERNEL, [rows, 4 * units], initializer=first)
        self._bias = self.add_variable(
            _BIAS, [4 * units], initializer=zeros_initializer(dtype=self.dtype)
        )
        if self._use_peepholes:
            self._peeps = [
                self.add_variable(f"w_{gate}_diag", [units], initializer=first)
                for gate in "fio"
            ]
        if self._num_proj is not None:
            self._projection = self.add_variable(
                f"projection/{_KERNEL}", [units, self._num_proj], initializer=first
            )

    def call(self, inputs, state):
        if self._state_is_tuple:
            c, h = state
        else:
            c = array.slice(state, [0, 0], [-1, self._num_units])
            h = array.slice(state, [0, self._num_units], [-1, self.output_size])
        gates = TABLE["MatMul"](array.concat([inputs, h], 1), self._kernel)
        gates = nn.bias_add(gates, self._bias)
        i, j, f, o = array.split(gates, 4, 1)
        if self._use_peepholes:
            w_f, w_i, w_o = self._peeps
            kept = sigmoid(f + self._forget_bias + w_f * c) * c
            new_c = kept + sigmoid(i + w_i * c) * self._activation(j)
        else:
            kept = sigmoid(f + self._forget_bias) * c
            new_c = kept + sigmoid(i) * self._activation(j)
        if self._cell_clip is not None:
            new_c = clip_by_value(new_c, -self._cell_clip, self._cell_clip)
        gate = o + w_o * new_c if self._use_peepholes else o  # pyright: ignore
        new_h = sigmoid(gate) * self._activation(new_c)
        if self._num_proj is not None:
            new_h = TABLE["MatMul"](new_h, self._projection)
            if self._proj_clip is not None:
                new_h = clip_by_value(new_h, -self._proj_clip, self._proj_clip)
        return new_h, _state(new_c, new_h, self._state_is_tuple)


def _named(given):
    return tanh if given is None else activation(given)


def _first(input_shape):
    several = isinstance(input_shape, list | tuple)
    return nest.flatten(input_shape)[0] if several else input_shape


def _memory(state, is_tuple: bool, one):
    if is_tuple:
        return state
    return TABLE["Split"](one, state, num_split=2, name="split")


def _state(c, h, is_tuple: bool):
    return LSTMStateTuple(c, h) if is_tuple else array.concat([c, h], 1)


class MultiRNNCell(RNNCell):
    """Cells one on top of the other; the state is the tuple of theirs."""

    def __init__(self, cells, state_is_tuple=True):
        super().__init__()
        if not isinstance(cells, list | tuple):
            raise TypeError(f"cells must be a list or tuple, but saw: {cells}.")
        if not cells:
            raise ValueError("Must specify at least one cell for MultiRNNCell.")
        if len({id(c) for c in cells}) < len(cells):
            from penstock.v1 import logging

            logging.warning(
                "At least two cells provided to MultiRNNCell are the same object and "
                "will share weights."
            )
        self._cells = list(cells)
        self._state_is_tuple = state_is_tuple
        if not state_is_tuple and any(nest.is_nested(c.state_size) for c in cells):
            raise ValueError(
                "Some cells return tuples of states, but the flag state_is_tuple is "
                "not set."
            )

    @property
    def state_size(self):
        sizes = tuple(c.state_size for c in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self):
        return self._cells[-1].output_size

    @property
    def variables(self):
        return [v for cell in self._cells for v in cell.variables]

    def zero_state(self, batch_size, dtype):
        with scope(None, type(self).__name__ + "ZeroState"):
            if not self._state_is_tuple:
                return zero_state(self.state_size, batch_size, dtype)
            return tuple(c.zero_state(batch_size, dtype) for c in self._cells)

    def call(self, inputs, state):
        news = []
        for i, (cell, own) in enumerate(
            zip(self._cells, self._states(state), strict=True)
        ):
            with variable_scope(f"cell_{i}"):
                inputs, new = cell(inputs, own)
                news.append(new)
        return inputs, self._joined(news)

    def _states(self, state):
        """The state of each cell."""
        if self._state_is_tuple:
            yield from state
            return
        at = 0
        for cell in self._cells:
            yield array.slice(state, [0, at], [-1, cell.state_size])
            at += cell.state_size

    def _joined(self, news: list):
        return tuple(news) if self._state_is_tuple else array.concat(news, 1)


__all__ = [
    "BasicLSTMCell", "BasicRNNCell", "DeviceWrapper", "DropoutWrapper", "GRUCell",
    "LSTMCell", "LSTMStateTuple", "MultiRNNCell", "RNNCell", "ResidualWrapper",
]  # fmt: skip
