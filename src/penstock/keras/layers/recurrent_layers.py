"""SimpleRNN, LSTM and GRU: an RNN whose steps are one op where that can be."""

from __future__ import annotations

from typing import Any

from penstock.api import array, nn
from penstock.ir.op import TABLE
from penstock.keras import activations
from penstock.keras.layers.cells import GRUCell, LSTMCell, SimpleRNNCell, cell_config
from penstock.keras.layers.options import given, when_training
from penstock.keras.layers.recurrent import RNN, _sequence_config
from penstock.ops.rnn import ACTIVATIONS

_OF_THE_CELL = (
    "units", "activation", "use_bias", "kernel_initializer", "recurrent_initializer",
    "bias_initializer", "kernel_regularizer", "recurrent_regularizer",
    "bias_regularizer", "kernel_constraint", "recurrent_constraint", "bias_constraint",
    "dropout", "recurrent_dropout", "recurrent_activation", "unit_forget_bias",
    "implementation", "reset_after",
)  # fmt: skip


class _Recurrent(RNN):
    """The base: a layer with the options of its one cell."""

    cell_class: type = SimpleRNNCell
    cell_name = "simple_rnn_cell"
    op_name = "_RecurrentSimple"
    more: tuple[str, ...] = ()

    def __init__(
        self, units, *args, return_sequences=False, return_state=False,
        go_backwards=False, stateful=False, unroll=False, time_major=False,
        activity_regularizer=None, **kwargs,
    ):  # fmt: skip
        options = {k: kwargs.pop(k) for k in _OF_THE_CELL if k in kwargs}
        cell = self.cell_class(
            units, *args, **options, name=self.cell_name, dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
        )  # fmt: skip
        super().__init__(
            cell, return_sequences, return_state, go_backwards, stateful, unroll,
            time_major, activity_regularizer=activity_regularizer, **kwargs,
        )  # fmt: skip

    def __getattr__(self, name: str):
        # The cell's options are the layer's: layer.units, layer.kernel_initializer
        if name in _OF_THE_CELL and "cell" in self.__dict__:
            return getattr(self.__dict__["cell"], name)
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}"
        )

    def _run(self, inputs: Any, mask, training, states, constants):
        cell: Any = self.cell
        names = self._activation_names()
        if cell.recurrent_dropout or names is None or self.unroll or (
            self.zero_output_for_mask and not self.return_sequences
        ):  # fmt: skip
            return super()._run(inputs, mask, training, states, constants)
        if cell.dropout:
            inputs = self._dropped(inputs, training)
        bias = cell.bias
        if bias is None:
            bias = array.zeros(cell._bias_shape(), inputs.dtype)
        here = array.zeros([0], "bool") if mask is None else mask
        out = TABLE[self.op_name](
            inputs, cell.kernel, cell.recurrent_kernel, bias, *states, here, **names,
            **self._extra(), go_backwards=self.go_backwards,
        )  # fmt: skip
        states = list(out[1 : 1 + len(states)])
        outputs, last = out[0], states[0]
        if self.zero_output_for_mask and mask is not None:
            seen = array.reverse(mask, [1]) if self.go_backwards else mask
            seen = array.expand_dims(seen, -1)
            outputs = array.where(seen, outputs, array.zeros_like(outputs))
        return outputs, last, states

    def _extra(self) -> dict:
        return {}

    def _activation_names(self) -> dict[str, str] | None:
        """The activations by name, None where the op does not have one of them."""
        out = {}
        for option in ("activation", "recurrent_activation"):
            function = getattr(self.cell, option, None)
            if function is None:
                continue
            name = getattr(function, "__name__", "")
            if name not in ACTIVATIONS or getattr(activations, name, 0) is not function:
                return None
            out[option] = name
        return out

    def _dropped(self, inputs, training):
        sizes = array.shape(inputs)
        shape = [sizes[0], 1, sizes[2]]
        rate = self.cell.dropout
        return when_training(
            training, lambda: nn.dropout(inputs, rate, noise_shape=shape),
            lambda: inputs,
        )  # fmt: skip

    def get_config(self):
        config = super(RNN, self).get_config()
        config.update(_sequence_config(self))
        config.update(cell_config(self.cell))
        config.update(given(self.cell, *self.more))
        config["activity_regularizer"] = given(self, "activity_regularizer")[
            "activity_regularizer"
        ]
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        if config.get("implementation") == 0:
            config["implementation"] = 1
        return cls(**config)


class SimpleRNN(_Recurrent):
    """h' = activation(x·kernel + h·recurrent_kernel + bias) over [batch, time, in]."""


class LSTM(_Recurrent):
    """Long short-term memory over [batch, time, in].

    Hochreiter and Schmidhuber (1997).
    """

    cell_class, cell_name, op_name = LSTMCell, "lstm_cell", "_RecurrentLSTM"
    more = ("recurrent_activation", "unit_forget_bias", "implementation")


class GRU(_Recurrent):
    """Gated recurrent unit over [batch, time, in]. Cho et al. (2014).

    `reset_after=False` is the first version of the paper, and of Keras 1.
    """

    cell_class, cell_name, op_name = GRUCell, "gru_cell", "_RecurrentGRU"
    more = ("recurrent_activation", "implementation", "reset_after")

    def _extra(self) -> dict:
        return {"reset_after": self.cell.reset_after}


class CuDNNLSTM(LSTM):
    """LSTM by its old name for GPUs."""


class CuDNNGRU(GRU):
    """GRU by its old name for GPUs."""
