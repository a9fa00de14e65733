"""LSTMs whose products are convolutions: ConvLSTM1D, ConvLSTM2D, ConvLSTM3D.

Shi et al., Convolutional LSTM network (2015), without its peepholes, as Keras.
"""

from __future__ import annotations

from penstock.api import array, nn, nn_conv
from penstock.keras.input_spec import InputSpec
from penstock.keras.layer import Layer
from penstock.keras.layers.cells import one_where_forgotten
from penstock.keras.layers.conv import LAYOUTS, layout_of, padding_of
from penstock.keras.layers.options import given, sizes, take, when_training
from penstock.keras.layers.recurrent import RNN

_GATES = 4  # input, forget, candidate, output


class ConvLSTMCell(Layer):
    """One step: [batch, *space, channels] and two states [batch, *space, filters]."""

    def __init__(
        self, rank, filters, kernel_size, strides=1, padding="valid", data_format=None,
        dilation_rate=1, activation="tanh", recurrent_activation="hard_sigmoid",
        use_bias=True, kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal", bias_initializer="zeros",
        unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None,
        bias_regularizer=None, kernel_constraint=None, recurrent_constraint=None,
        bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.rank, self.filters = rank, filters
        self.kernel_size = sizes(kernel_size, rank, "kernel_size")
        self.strides = sizes(strides, rank, "strides")
        self.dilation_rate = sizes(dilation_rate, rank, "dilation_rate")
        self.padding, self.data_format = padding_of(padding), layout_of(data_format)
        self.use_bias, self.unit_forget_bias = use_bias, unit_forget_bias
        take(
            self, activation=activation, recurrent_activation=recurrent_activation,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer, kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint, bias_constraint=bias_constraint,
        )  # fmt: skip
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self.state_size = [filters, filters]
        self.output_size = filters
        object.__setattr__(self, "_drawn", {})

    @property
    def _channel(self) -> int:
        return -1 if self.data_format == "channels_last" else 1

    def build(self, input_shape):
        channels = input_shape[self._channel]
        if channels is None:
            raise ValueError(
                "The channel dimension of the inputs (last axis) should be defined. "
                f"Found None. Full input shape received: input_shape={input_shape}"
            )
        width = self.filters * _GATES
        self.kernel = self.add_weight(
            "kernel", (*self.kernel_size, channels, width),
            initializer=self.kernel_initializer, regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )  # fmt: skip
        self.recurrent_kernel = self.add_weight(
            "recurrent_kernel", (*self.kernel_size, self.filters, width),
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            start = self.bias_initializer
            if self.unit_forget_bias:
                start = one_where_forgotten(start, self.filters)
            self.bias = self.add_weight(
                "bias", (width,), initializer=start, regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )  # fmt: skip
        self.built = True

    def reset_dropout_mask(self) -> None:
        self._drawn.pop("input", None)

    def reset_recurrent_dropout_mask(self) -> None:
        self._drawn.pop("state", None)

    def _thinned(self, x, what: str, rate: float, training):
        """`x` once for each gate, with that gate's dropout, the same at every step."""
        if rate == 0 or training is None or training is False:
            return [x] * _GATES
        if what not in self._drawn:
            ones = array.ones_like(x)
            self._drawn[what] = [
                when_training(training, lambda: nn.dropout(ones, rate), lambda: ones)
                for _ in range(_GATES)
            ]
        return [x * mask for mask in self._drawn[what]]

    def of_input(self, x, kernel=None):
        """The inputs' convolution, without bias."""
        return nn_conv.convolution(
            x, self.kernel if kernel is None else kernel, strides=list(self.strides),
            padding=self.padding.upper(), dilations=list(self.dilation_rate),
            data_format=LAYOUTS[self.rank, self.data_format],
        )  # fmt: skip

    def _of_state(self, h, kernel):
        return nn_conv.convolution(
            h, kernel, strides=[1] * self.rank, padding="SAME",
            data_format=LAYOUTS[self.rank, self.data_format],
        )  # fmt: skip

    def _gates(self, xs, kernel, convolved):
        """Four convolutions, as one where all read the same."""
        axis = self._channel
        if all(x is xs[0] for x in xs):
            return array.split(convolved(xs[0], kernel), _GATES, axis=axis)
        kernels = array.split(kernel, _GATES, axis=-1)
        return [convolved(x, k) for x, k in zip(xs, kernels, strict=True)]

    def call(self, inputs, states, training=None):
        h, c = states
        xs = self._thinned(inputs, "input", self.dropout, training)
        hs = self._thinned(h, "state", self.recurrent_dropout, training)
        new = self._gates(xs, self.kernel, self.of_input)
        old = self._gates(hs, self.recurrent_kernel, self._of_state)
        if self.bias is not None:
            layout = "NHWC" if self._channel == -1 else "NCHW"
            biases = array.split(self.bias, _GATES)
            new = [
                nn.bias_add(x, b, data_format=layout)
                for x, b in zip(new, biases, strict=True)
            ]
        i, f, z, o = (x + y for x, y in zip(new, old, strict=True))
        gate = self.recurrent_activation
        c = gate(f) * c + gate(i) * self.activation(z)
        h = gate(o) * self.activation(c)
        return h, [h, c]

    def get_config(self):
        return {**super().get_config(), **_config(self)}


def _config(layer) -> dict:
    return given(
        layer, "filters", "kernel_size", "strides", "padding", "data_format",
        "dilation_rate", "activation", "recurrent_activation", "use_bias",
        "kernel_initializer", "recurrent_initializer", "bias_initializer",
        "unit_forget_bias", "kernel_regularizer", "recurrent_regularizer",
        "bias_regularizer", "kernel_constraint", "recurrent_constraint",
        "bias_constraint", "dropout", "recurrent_dropout",
    )  # fmt: skip


class ConvLSTM(RNN):
    """The base: [batch, time, *space, channels] to [batch, (time,) *space, filters]."""

    rank = 2

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format=None,
        dilation_rate=1, *args, return_sequences=False, return_state=False,
        go_backwards=False, stateful=False, unroll=False, activity_regularizer=None,
        **kwargs,
    ):  # fmt: skip
        options = {k: kwargs.pop(k) for k in _OF_THE_CELL if k in kwargs}
        cell = ConvLSTMCell(
            self.rank, filters, kernel_size, strides, padding, data_format,
            dilation_rate, *args, **options, dtype=kwargs.get("dtype"),
            name=f"conv_lstm_cell{self.rank}d",
        )  # fmt: skip
        super().__init__(
            cell, return_sequences, return_state, go_backwards, stateful, unroll,
            activity_regularizer=activity_regularizer, **kwargs,
        )  # fmt: skip
        self.input_spec = [InputSpec(ndim=self.rank + 3)]

    def __getattr__(self, name: str):
        # The cell's options are the layer's: layer.filters, layer.kernel_initializer
        if name in _OF_THE_CELL and "cell" in self.__dict__:
            return getattr(self.__dict__["cell"], name)
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}"
        )

    def _build_cell(self, step) -> None:
        self.cell.build(step)  # Keras' names of weights leave out the cell

    def get_initial_state(self, inputs):
        """Zeros of the shape that one step's convolution has."""
        kernel = array.zeros_like(self.cell.kernel[..., : self.cell.filters])
        zeros = self.cell.of_input(array.zeros_like(inputs[:, 0]), kernel)
        return [zeros, zeros]

    def _make_states(self, step) -> None:
        if None in step:
            raise ValueError(
                "If a RNN is stateful, it needs to know its batch size and its "
                f"pictures' size; received a step of shape {step}."
            )
        space = step[2:] if self.cell._channel == 1 else step[1:-1]
        new = tuple(
            _length(n, k, s, d, self.cell.padding)
            for n, k, s, d in zip(
                space, self.cell.kernel_size, self.cell.strides,
                self.cell.dilation_rate, strict=True,
            )
        )  # fmt: skip
        filters = (self.cell.filters,)
        size = (*filters, *new) if self.cell._channel == 1 else (*new, *filters)
        self._zero_states(step[0], [size, size])

    def get_config(self):
        base = {k: v for k, v in super().get_config().items() if k != "cell"}
        more = given(self, "activity_regularizer")
        return {**base, **_config(self.cell), **more}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)


_OF_THE_CELL = (
    "filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate",
    "activation", "recurrent_activation", "use_bias", "kernel_initializer",
    "recurrent_initializer", "bias_initializer", "unit_forget_bias",
    "kernel_regularizer", "recurrent_regularizer", "bias_regularizer",
    "kernel_constraint", "recurrent_constraint", "bias_constraint", "dropout",
    "recurrent_dropout",
)  # fmt: skip


def _length(n: int, kernel: int, stride: int, dilation: int, padding: str) -> int:
    reach = 0 if padding == "same" else dilation * (kernel - 1)
    return -(-(n - reach) // stride)


class ConvLSTM1D(ConvLSTM):
    """Over sequences of [batch, time, steps, channels]."""

    rank = 1


class ConvLSTM2D(ConvLSTM):
    """Over films [batch, time, height, width, channels]."""


class ConvLSTM3D(ConvLSTM):
    """Over films of volumes [batch, time, depth, height, width, channels]."""

    rank = 3
