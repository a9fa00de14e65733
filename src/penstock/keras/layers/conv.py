"""Convolutions of sequences, images and volumes: Conv1D, Conv2D, Conv3D."""

from __future__ import annotations

from penstock.api import array, nn, nn_conv
from penstock.keras import backend_config as config
from penstock.keras.input_spec import InputSpec
from penstock.keras.layer import Layer
from penstock.keras.layers.options import given, sizes, take

LAYOUTS = {
    (1, "channels_last"): "NWC", (1, "channels_first"): "NCW",
    (2, "channels_last"): "NHWC", (2, "channels_first"): "NCHW",
    (3, "channels_last"): "NDHWC", (3, "channels_first"): "NCDHW",
}  # fmt: skip


def layout_of(data_format) -> str:
    """`data_format`, checked; the default where it is None."""
    name = (data_format or config.image_data_format()).lower()
    if name not in ("channels_last", "channels_first"):
        raise ValueError(
            "The `data_format` argument must be one of channels_first, channels_last. "
            f"Received: {data_format}"
        )
    return name


def padding_of(padding, causal: bool = False) -> str:
    """`padding` in lower case. Raises ValueError for a word that is none."""
    allowed = {"valid", "same"} | ({"causal"} if causal else set())
    name = padding.lower() if isinstance(padding, str) else padding
    if name not in allowed:
        raise ValueError(
            f"The `padding` argument must be one of {sorted(allowed)}. "
            f"Received: {padding}"
        )
    return name


class Conv(Layer):
    """The base of convolutions in `rank` dimensions.

    Input [batch, *space, channels] (or channels first), output [..., filters].
    """

    rank = 2

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format=None,
        dilation_rate=1, groups=1, activation=None, use_bias=True,
        kernel_initializer="glorot_uniform", bias_initializer="zeros",
        kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, bias_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        rank = self.rank
        self.filters = int(filters) if isinstance(filters, float) else filters
        if self.filters is not None and self.filters <= 0:
            raise ValueError(
                "Invalid value for argument `filters`. Expected a strictly positive "
                f"value. Received filters={filters}."
            )
        self.groups = groups or 1
        self.kernel_size = sizes(kernel_size, rank, "kernel_size")
        self.strides = sizes(strides, rank, "strides")
        self.dilation_rate = sizes(dilation_rate, rank, "dilation_rate")
        self.padding = padding_of(padding, causal=rank == 1)
        self.data_format = layout_of(data_format)
        self.use_bias = use_bias
        take(
            self, activation=activation, kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer, kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )  # fmt: skip
        if self.filters is not None and self.filters % self.groups:
            raise ValueError(
                "The number of filters must be evenly divisible by the number of "
                f"groups. Received: groups={groups}, filters={filters}"
            )
        self._check_steps()
        self.input_spec = InputSpec(min_ndim=rank + 2)

    def _check_steps(self) -> None:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
                f"Received: strides={self.strides}, dilation_rate={self.dilation_rate}"
            )

    @property
    def _layout(self) -> str:
        return LAYOUTS[self.rank, self.data_format]

    @property
    def _channel(self) -> int:
        return -1 if self.data_format == "channels_last" else 1

    def _input_channels(self, input_shape) -> int:
        """The inputs' channels, which must be known from now on."""
        axis = self._channel if self._channel == 1 else len(input_shape) - 1
        found = input_shape[axis]
        if found is None:
            raise ValueError(
                "The channel dimension of the inputs should be defined. The "
                "input_shape "
                f"received is {tuple(input_shape)}, where axis {self._channel} "
                "(0-based) is the channel dimension, which found to be `None`."
            )
        self.input_spec = InputSpec(min_ndim=self.rank + 2, axes={self._channel: found})
        return found

    def _make_bias(self) -> None:
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", (self.filters,), initializer=self.bias_initializer,
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip

    def build(self, input_shape):
        channels = self._input_channels(input_shape)
        if channels % self.groups:
            raise ValueError(
                "The number of input channels must be evenly divisible by "
                "the number of "
                f"groups. Received groups={self.groups}, but the input has {channels} "
                f"channels (full input shape is {tuple(input_shape)})."
            )
        self.kernel = self.add_weight(
            "kernel", (*self.kernel_size, channels // self.groups, self.filters),
            initializer=self.kernel_initializer, regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )  # fmt: skip
        self._make_bias()
        self.built = True

    def call(self, inputs):
        outputs = self._convolved(self._flat(inputs))
        if any(d is not None and d <= 0 for d in outputs.dims[1:]):
            raise ValueError(
                "One of the dimensions in the output is <= 0 due to downsampling in "
                f"{self.name}. Consider increasing the input size. Received input "
                f"shape {inputs.shape.as_list()} which would produce output shape with "
                "a zero or negative value in a dimension."
            )
        return self._finished(outputs, inputs)

    def _flat(self, inputs):
        """`inputs` with all batch dimensions as one."""
        if len(inputs.dims) == self.rank + 2:
            return inputs
        return array.reshape(inputs, [-1, *_sizes(inputs, -self.rank - 1)])

    def _convolved(self, inputs):
        padding = self.padding
        if padding == "causal":
            reach = self.dilation_rate[0] * (self.kernel_size[0] - 1)
            pads = [[0, 0], [0, 0], [0, 0]]
            pads[1 if self._channel == -1 else 2] = [reach, 0]
            inputs, padding = array.pad(inputs, pads), "valid"
        return nn_conv.convolution(
            inputs, self.kernel, strides=list(self.strides), padding=padding.upper(),
            dilations=list(self.dilation_rate), data_format=self._layout,
        )  # fmt: skip

    def _finished(self, outputs, inputs):
        if self.bias is not None:
            layout = "NHWC" if self._channel == -1 else "NCHW"
            outputs = nn.bias_add(outputs, self.bias, data_format=layout)
        if len(inputs.dims) > self.rank + 2:
            before = array.shape(inputs)[: -self.rank - 1]
            shape = array.concat([before, array.shape(outputs)[1:]], 0)
            known = (*inputs.dims[: -self.rank - 1], *outputs.dims[1:])
            outputs = array.reshape(outputs, shape)
            outputs.set_shape(known)
        return self.activation(outputs)

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "filters", "kernel_size", "strides", "padding", "data_format",
                    "dilation_rate", "groups", "activation", "use_bias",
                    "kernel_initializer", "bias_initializer", "kernel_regularizer",
                    "bias_regularizer", "activity_regularizer", "kernel_constraint",
                    "bias_constraint"),
        }  # fmt: skip


def _sizes(x, start: int) -> list:
    sizes_ = array.shape(x)
    return [
        sizes_[i] if x.dims[i] is None else x.dims[i]
        for i in range(len(x.dims) + start, len(x.dims))
    ]


class Conv1D(Conv):
    """Convolution of [batch, steps, channels]; `causal` padding looks back only."""

    rank = 1


class Conv2D(Conv):
    """Convolution of images [batch, height, width, channels]."""


class Conv3D(Conv):
    """Convolution of volumes [batch, depth, height, width, channels]."""

    rank = 3


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
