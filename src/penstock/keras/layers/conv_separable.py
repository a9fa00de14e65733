"""Convolutions channel by channel: depthwise and separable ones."""

from __future__ import annotations

from penstock.api import array, nn_conv
from penstock.keras.layers.conv import Conv
from penstock.keras.layers.options import given, take


class _PerChannel(Conv):
    """The base: `depth_multiplier` filters for each channel."""

    def _depthwise(self, inputs, kernel, padding):
        """[batch, *space, in] to [batch, *space', in·multiplier]."""
        strides = _square(self.strides)
        if self.rank == 2:
            return nn_conv.depthwise_conv2d(
                inputs, kernel, strides=strides, padding=padding.upper(),
                data_format=self._layout, dilations=list(self.dilation_rate),
            )  # fmt: skip
        axis = 1 if self._channel == -1 else 2
        out = nn_conv.depthwise_conv2d(
            array.expand_dims(inputs, axis), array.expand_dims(kernel, 0),
            strides=[strides[0], strides[0]], padding=padding.upper(),
            data_format="NHWC" if self._channel == -1 else "NCHW",
            dilations=[1, self.dilation_rate[0]],
        )  # fmt: skip
        return array.squeeze(out, [axis])

    def _causal(self, inputs):
        if self.padding != "causal":
            return inputs, self.padding
        reach = self.dilation_rate[0] * (self.kernel_size[0] - 1)
        pads = [[0, 0], [0, 0], [0, 0]]
        pads[1 if self._channel == -1 else 2] = [reach, 0]
        return array.pad(inputs, pads), "valid"


def _square(strides) -> list[int]:
    if len(set(strides)) > 1:
        raise ValueError(
            f"Depthwise convolutions take equal strides only. Received: {strides}"
        )
    return list(strides)


class _DepthwiseConv(_PerChannel):
    def __init__(
        self, kernel_size, strides=1, padding="valid", depth_multiplier=1,
        data_format=None, dilation_rate=1, activation=None, use_bias=True,
        depthwise_initializer="glorot_uniform", bias_initializer="zeros",
        depthwise_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        depthwise_constraint=None, bias_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(
            None, kernel_size, strides, padding, data_format, dilation_rate,
            activation=activation, use_bias=use_bias, bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer, bias_constraint=bias_constraint,
            activity_regularizer=activity_regularizer, **kwargs,
        )  # fmt: skip
        self.depth_multiplier = depth_multiplier
        take(
            self, depthwise_initializer=depthwise_initializer,
            depthwise_regularizer=depthwise_regularizer,
            depthwise_constraint=depthwise_constraint,
        )  # fmt: skip

    def build(self, input_shape):
        channels = self._input_channels(input_shape)
        self.depthwise_kernel = self.add_weight(
            "depthwise_kernel", (*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )  # fmt: skip
        self.filters = channels * self.depth_multiplier
        self._make_bias()
        self.filters = None
        self.built = True

    def call(self, inputs):
        x, padding = self._causal(inputs)
        return self._finished(
            self._depthwise(x, self.depthwise_kernel, padding), inputs
        )

    def get_config(self):
        config = super().get_config()
        for name in ("filters", "kernel_initializer", "kernel_regularizer",
                     "kernel_constraint"):  # fmt: skip
            config.pop(name)
        return {
            **config,
            **given(self, "depth_multiplier", "depthwise_initializer",
                    "depthwise_regularizer", "depthwise_constraint"),
        }  # fmt: skip


class DepthwiseConv1D(_DepthwiseConv):
    """Each channel of [batch, steps, channels] with filters of its own."""

    rank = 1


class DepthwiseConv2D(_DepthwiseConv):
    """Each channel of images with filters of its own."""


class _SeparableConv(_PerChannel):
    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format=None,
        dilation_rate=1, depth_multiplier=1, activation=None, use_bias=True,
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform", bias_initializer="zeros",
        depthwise_regularizer=None, pointwise_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, depthwise_constraint=None,
        pointwise_constraint=None, bias_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(
            filters, kernel_size, strides, padding, data_format, dilation_rate,
            activation=activation, use_bias=use_bias, bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer, bias_constraint=bias_constraint,
            activity_regularizer=activity_regularizer, **kwargs,
        )  # fmt: skip
        self.depth_multiplier = depth_multiplier
        take(
            self, depthwise_initializer=depthwise_initializer,
            pointwise_initializer=pointwise_initializer,
            depthwise_regularizer=depthwise_regularizer,
            pointwise_regularizer=pointwise_regularizer,
            depthwise_constraint=depthwise_constraint,
            pointwise_constraint=pointwise_constraint,
        )  # fmt: skip

    def _check_steps(self) -> None:
        pass

    def build(self, input_shape):
        channels = self._input_channels(input_shape)
        self.depthwise_kernel = self.add_weight(
            "depthwise_kernel", (*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )  # fmt: skip
        self.pointwise_kernel = self.add_weight(
            "pointwise_kernel",
            (*(1,) * self.rank, channels * self.depth_multiplier, self.filters),
            initializer=self.pointwise_initializer,
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
        )  # fmt: skip
        self._make_bias()
        self.built = True

    def call(self, inputs):
        x, padding = self._causal(inputs)
        out = nn_conv.convolution(
            self._depthwise(x, self.depthwise_kernel, padding), self.pointwise_kernel,
            padding="VALID", data_format=self._layout,
        )  # fmt: skip
        return self._finished(out, inputs)

    def get_config(self):
        config = super().get_config()
        return {
            **config,
            **given(self, "depth_multiplier", "depthwise_initializer",
                    "pointwise_initializer", "depthwise_regularizer",
                    "pointwise_regularizer", "depthwise_constraint",
                    "pointwise_constraint"),
        }  # fmt: skip


class SeparableConv1D(_SeparableConv):
    """Depthwise convolution of sequences, then one across channels."""

    rank = 1


class SeparableConv2D(_SeparableConv):
    """Depthwise convolution of images, then one across channels. Chollet (2016)."""


SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
