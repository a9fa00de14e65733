"""Cells of `tf.contrib.rnn` beyond `tf.nn.rnn_cell`."""

from __future__ import annotations

from typing import Any

from penstock.api import array, linalg, nn, nn_conv
from penstock.api import math_functions as m
from penstock.api.array_order import split
from penstock.v1.contrib_rnn import linear
from penstock.v1.initializers import constant_initializer, ones_initializer
from penstock.v1.rnn_cell import GRUCell, LSTMCell
from penstock.v1.rnn_cell_base import LSTMStateTuple, RNNCell
from penstock.v1.rnn_wrappers import _Wrapper
from penstock.v1.variable_scope import get_variable, variable_scope


class _Own(RNNCell):
    """A cell whose state is its output: `num_units` numbers."""

    def __init__(self, num_units, reuse=None, name=None, **kwargs):
        super().__init__(_reuse=reuse, name=name, **kwargs)
        self._num_units = num_units

    @property
    def state_size(self) -> Any:
        return self._num_units

    @property
    def output_size(self) -> Any:
        return self._num_units


class LayerNormBasicLSTMCell(_Own):
    """LSTM whose gates and state are normalised over the units; Ba et al. (2016).

    The new inputs are dropped with `dropout_keep_prob`; Semeniuta et al. (2016).
    """

    def __init__(
        self, num_units, forget_bias=1.0, input_size=None, activation=m.tanh,
        layer_norm=True, norm_gain=1.0, norm_shift=0.0, dropout_keep_prob=1.0,
        dropout_prob_seed=None, reuse=None,
    ):  # fmt: skip
        super().__init__(num_units, reuse)
        self._forget_bias, self._activation = forget_bias, activation
        self._keep_prob, self._seed = dropout_keep_prob, dropout_prob_seed
        self._layer_norm, self._g, self._b = layer_norm, norm_gain, norm_shift

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self._num_units)

    def _norm(self, x, scope):
        from penstock.api.nn_norm import moments

        with variable_scope(scope):
            units = x.shape.as_list()[-1:]
            start_g, start_b = map(constant_initializer, (self._g, self._b))
            gamma = get_variable("gamma", units, x.dtype, initializer=start_g)
            beta = get_variable("beta", units, x.dtype, initializer=start_b)
        mean, variance = moments(x, [1], keepdims=True)
        return (x - mean) * m.rsqrt(variance + 1e-12) * gamma + beta

    def call(self, inputs, state):
        c, h = state
        whole = linear([inputs, h], 4 * self._num_units, bias=not self._layer_norm)
        i, j, f, o = split(whole, 4, 1)
        if self._layer_norm:
            i, j = self._norm(i, "input"), self._norm(j, "transform")
            f, o = self._norm(f, "forget"), self._norm(o, "output")
        g = self._activation(j)
        if not isinstance(self._keep_prob, float) or self._keep_prob < 1:
            g = nn.dropout(g, 1.0 - self._keep_prob, seed=self._seed)
        new_c = c * m.sigmoid(f + self._forget_bias) + m.sigmoid(i) * g
        if self._layer_norm:
            new_c = self._norm(new_c, "state")
        new_h = self._activation(new_c) * m.sigmoid(o)
        return new_h, LSTMStateTuple(new_c, new_h)


class LSTMBlockCell(LSTMCell):
    """As LSTMCell: what was one kernel there is one compiled step here anyway."""

    def __init__(
        self, num_units, forget_bias=1.0, cell_clip=None, use_peephole=False,
        dtype=None, reuse=None, name="lstm_cell",
    ):  # fmt: skip
        clip = None if cell_clip is None or cell_clip <= 0 else cell_clip
        super().__init__(
            num_units, use_peepholes=use_peephole, cell_clip=clip,
            forget_bias=forget_bias, reuse=reuse, name=name, dtype=dtype,
        )  # fmt: skip


class GRUBlockCellV2(GRUCell):
    """As GRUCell, in one compiled step."""

    def __init__(self, num_units=None, cell_size=None, reuse=None, name="gru_cell"):
        super().__init__(num_units or cell_size, reuse=reuse, name=name)


GRUBlockCell = GRUBlockCellV2


class UGRNNCell(_Own):
    """One gate between the old state and a candidate; Collins et al. (2017)."""

    def __init__(
        self, num_units, initializer=None, forget_bias=1.0, activation=m.tanh,
        reuse=None,
    ):  # fmt: skip
        super().__init__(num_units, reuse)
        self._initializer, self._forget_bias = initializer, forget_bias
        self._activation = activation

    def call(self, inputs, state):
        with variable_scope("ugrnn_cell", initializer=self._initializer):
            whole = linear([inputs, state], 2 * self._num_units, bias=True)
        gate, candidate = split(whole, 2, 1)
        g = m.sigmoid(gate + self._forget_bias)
        new = g * state + (1.0 - g) * self._activation(candidate)
        return new, new


class IndRNNCell(_Own):
    """Each unit recurs on itself alone; Li et al. (2018)."""

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None):
        super().__init__(num_units, reuse, name, dtype=dtype)
        self._activation = activation or m.tanh

    def call(self, inputs, state):
        units = self._num_units
        kernel_w = get_variable("kernel_w", [inputs.shape.as_list()[-1], units])
        start = ones_initializer()
        kernel_u = get_variable("kernel_u", [1, units], initializer=start)
        zero = constant_initializer(0.0)
        bias = get_variable("bias", [units], initializer=zero)
        total = linalg.matmul(inputs, kernel_w) + state * kernel_u
        new = self._activation(nn.bias_add(total, bias))
        return new, new


class ConvLSTMCell(RNNCell):
    """An LSTM of pictures: products are convolutions; Shi et al. (2015)."""

    def __init__(
        self, conv_ndims, input_shape, output_channels, kernel_shape, use_bias=True,
        skip_connection=False, forget_bias=1.0, initializers=None,
        name="conv_lstm_cell",
    ):  # fmt: skip
        super().__init__(name=name)
        if conv_ndims != len(input_shape) - 1:
            raise ValueError(
                f"Invalid input_shape {input_shape} for conv_ndims={conv_ndims}."
            )
        self._axes, self._shape = conv_ndims, list(input_shape)
        self._channels, self._kernel = output_channels, list(kernel_shape)
        self._use_bias, self._skip = use_bias, skip_connection
        self._forget_bias = forget_bias
        total = output_channels + (self._shape[-1] if skip_connection else 0)
        self._output = [*self._shape[:-1], total]

    @property
    def output_size(self) -> Any:
        from penstock.core.shapes import TensorShape

        return TensorShape(self._output)

    @property
    def state_size(self) -> Any:
        from penstock.core.shapes import TensorShape

        one = TensorShape([*self._shape[:-1], self._channels])
        return LSTMStateTuple(one, one)

    def call(self, inputs, state, scope=None):
        cell, hidden = state
        joined = array.concat([inputs, hidden], -1)
        depth = joined.shape.as_list()[-1]
        kernel = get_variable("kernel", [*self._kernel, depth, 4 * self._channels])
        whole = nn_conv.convolution(joined, kernel, padding="SAME")
        if self._use_bias:
            zero = constant_initializer(0.0)
            whole = whole + get_variable(
                "biases", [4 * self._channels], initializer=zero
            )
        i, j, f, o = split(whole, 4, self._axes + 1)
        new_c = m.sigmoid(f + self._forget_bias) * cell + m.sigmoid(i) * m.tanh(j)
        output = m.tanh(new_c) * m.sigmoid(o)
        new = LSTMStateTuple(new_c, output)
        return (array.concat([output, inputs], -1) if self._skip else output), new


def _conv(axes: int, default: str):
    class Cell(ConvLSTMCell):
        def __init__(self, name=default, **kwargs):
            super().__init__(conv_ndims=axes, name=name, **kwargs)

    Cell.__name__ = Cell.__qualname__ = f"Conv{axes}DLSTMCell"
    Cell.__doc__ = f"ConvLSTMCell over {axes} axes."
    return Cell


Conv1DLSTMCell = _conv(1, "conv_1d_lstm_cell")
Conv2DLSTMCell = _conv(2, "conv_2d_lstm_cell")
Conv3DLSTMCell = _conv(3, "conv_3d_lstm_cell")


class HighwayWrapper(_Wrapper):
    """Lets inputs pass by the cell through a gate; Srivastava et al. (2015)."""

    def __init__(self, cell, couple_carry_transform_gates=True, carry_bias_init=1.0):
        super().__init__(cell)
        self._couple, self._bias = couple_carry_transform_gates, carry_bias_init

    def _wrapped(self, inputs, state, scope):
        called: Any = self._cell(inputs, state, scope=scope)
        outputs, new_state = called
        size = inputs.shape.as_list()[-1]

        def gate(name, bias):
            with variable_scope(name):
                return m.sigmoid(linear(inputs, size, True, constant_initializer(bias)))

        carry = gate("carry", self._bias)
        rest = 1 - carry if self._couple else gate("transform", -self._bias)
        return inputs * carry + outputs * rest, new_state


__all__ = [
    "Conv1DLSTMCell", "Conv2DLSTMCell", "Conv3DLSTMCell", "ConvLSTMCell",
    "GRUBlockCell", "GRUBlockCellV2", "HighwayWrapper", "IndRNNCell", "LSTMBlockCell",
    "LayerNormBasicLSTMCell", "UGRNNCell",
]  # fmt: skip
