"""Transposed convolutions, which make space larger by their strides."""

from __future__ import annotations

from penstock.api import array, nn, nn_conv
from penstock.keras.layers.conv import Conv
from penstock.keras.layers.options import given, sizes


class _Transpose(Conv):
    """The base: kernels are [*window, filters, channels]."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        output_padding=None,
        data_format=None,
        dilation_rate=1,
        **kwargs,
    ):
        super().__init__(
            filters, kernel_size, strides, padding, data_format, dilation_rate, **kwargs
        )
        self.output_padding = output_padding
        if output_padding is not None:
            self.output_padding = sizes(
                output_padding, self.rank, "output_padding", True
            )
            for stride, more in zip(self.strides, self.output_padding, strict=True):
                if more >= stride:
                    raise ValueError(
                        "Strides must be greater than output padding. Received "
                        f"strides={self.strides}, output_padding={self.output_padding}."
                    )

    def _check_steps(self) -> None:
        pass

    def build(self, input_shape):
        channels = self._input_channels(input_shape)
        self.kernel = self.add_weight(
            "kernel", (*self.kernel_size, self.filters, channels),
            initializer=self.kernel_initializer, regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )  # fmt: skip
        self._make_bias()
        self.built = True

    def call(self, inputs):
        first = 1 if self._channel == -1 else 2
        asked = array.shape(inputs)
        now, known = [], []
        for i in range(self.rank):
            size = inputs.dims[first + i]
            known.append(None if size is None else self._output(size, i))
            now.append(
                known[-1] if size is not None else self._output(asked[first + i], i)
            )
        last = self._channel == -1
        whole = [*now, self.filters] if last else [self.filters, *now]
        static = [*known, self.filters] if last else [self.filters, *known]
        functions = {
            1: nn_conv.conv1d_transpose,
            2: nn_conv.conv2d_transpose,
            3: nn_conv.conv3d_transpose,
        }
        out = functions[self.rank](
            inputs, self.kernel, array.stack([asked[0], *whole]),
            strides=list(self.strides), padding=self.padding.upper(),
            data_format=self._layout, dilations=list(self.dilation_rate),
        )  # fmt: skip
        out.set_shape((inputs.dims[0], *static))
        if self.bias is not None:
            out = nn.bias_add(out, self.bias, "NHWC" if last else "NCHW")
        return self.activation(out)

    def _output(self, size, i: int):
        """The output size along one dimension."""
        window = (self.kernel_size[i] - 1) * self.dilation_rate[i] + 1
        stride = self.strides[i]
        if self.output_padding is None:
            if self.padding == "same":
                return size * stride
            return size * stride + max(window - stride, 0)
        pad = window // 2 if self.padding == "same" else 0
        return (size - 1) * stride + window - 2 * pad + self.output_padding[i]

    def get_config(self):
        config = {**super().get_config(), **given(self, "output_padding")}
        if self.rank == 3:  # Keras stores it so
            config.pop("dilation_rate")
        return config


class Conv1DTranspose(_Transpose):
    """[batch, steps, channels] to [batch, about steps·stride, filters]."""

    rank = 1


class Conv2DTranspose(_Transpose):
    """Images [batch, h, w, channels] to [batch, about h·s, w·s, filters]."""


class Conv3DTranspose(_Transpose):
    """Volumes, made larger by the strides."""

    rank = 3


Convolution2DTranspose, Convolution3DTranspose = Conv2DTranspose, Conv3DTranspose

Convolution1DTranspose = Conv1DTranspose
