"""`tf.layers`' convolutions: plain, transposed, depthwise separable."""

from __future__ import annotations

from penstock.api import array, nn, nn_conv
from penstock.core.shapes import TensorShape
from penstock.v1.layers.base import InputSpec, Layer, activation, initializer
from penstock.v1.layers.core import bias, known_size
from penstock.v1.layers.pooling import layout, sizes

_activation = activation


class _Conv(Layer):
    """activation(inputs * kernel + bias), kernel [*kernel_size, in, filters]."""

    rank = 2
    op_name = ""

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid",
        data_format="channels_last", dilation_rate=1, activation=None, use_bias=True,
        kernel_initializer=None, bias_initializer=None, kernel_regularizer=None,
        bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
        bias_constraint=None, trainable=True, name=None, **kwargs,
    ):  # fmt: skip
        super().__init__(
            trainable, name, activity_regularizer=activity_regularizer, **kwargs
        )
        self.filters = int(filters)
        self.kernel_size = sizes(kernel_size, self.rank, "kernel_size")
        self.strides = sizes(strides, self.rank, "strides")
        self.dilation_rate = sizes(dilation_rate, self.rank, "dilation_rate")
        self.padding, self.data_format = padding.lower(), data_format
        self.activation = _activation(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializer(kernel_initializer)
        self.bias_initializer = bias(bias_initializer)
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self.kernel_constraint = kernel_constraint
        self.bias_constraint = bias_constraint
        self.bias = None
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def channel_axis(self) -> int:
        return 1 if self.data_format == "channels_first" else -1

    def build(self, input_shape):
        channels = known_size(input_shape, self.channel_axis, type(self).__name__)
        self.kernel = self.add_weight(
            "kernel", [*self.kernel_size, *self.connections(channels)],
            initializer=self.kernel_initializer, regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )  # fmt: skip
        self.build_bias()

    def build_bias(self):
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", [self.filters], initializer=self.bias_initializer,
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip

    def connections(self, channels: int) -> tuple[int, int]:
        """The kernel's last two sizes."""
        return channels, self.filters

    def call(self, inputs):
        return self.finish(self.convolve(inputs))

    def convolve(self, inputs):
        function = {2: nn_conv.conv2d, 3: nn_conv.conv3d}[self.rank]
        return function(
            inputs, self.kernel, self.strides, self.padding.upper(),
            layout(self.data_format, self.rank), self.dilation_rate,
            name=f"Conv{self.rank}D",
        )  # fmt: skip

    def finish(self, outputs):
        if self.bias is not None:
            first = self.data_format == "channels_first"
            outputs = nn.bias_add(outputs, self.bias, "NCHW" if first else "NHWC")
        return outputs if self.activation is None else self.activation(outputs)


class Conv2D(_Conv):
    """Convolution of images [batch, h, w, channels]."""


class Conv3D(_Conv):
    """Convolution of volumes [batch, d, h, w, channels]."""

    rank = 3


class Conv1D(_Conv):
    """Convolution of sequences [batch, steps, channels]; padding may be causal."""

    rank = 1

    def convolve(self, inputs):
        padding = self.padding.upper()
        last = self.data_format == "channels_last"
        if padding == "CAUSAL":
            before = self.dilation_rate[0] * (self.kernel_size[0] - 1)
            pads = [[0, 0], [before, 0], [0, 0]]
            inputs = array.pad(inputs, pads if last else [pads[0], pads[2], pads[1]])
            padding = "VALID"
        return nn_conv.conv1d(
            inputs, self.kernel, self.strides[0], padding, "NWC" if last else "NCW",
            self.dilation_rate[0], name="Conv1D",
        )  # fmt: skip


class Conv2DTranspose(_Conv):
    """The gradient of `Conv2D` as a layer; kernel [h, w, filters, in]."""

    def __init__(
        self, filters, kernel_size, strides=(1, 1), padding="valid",
        data_format="channels_last", activation=None, use_bias=True,
        kernel_initializer=None, bias_initializer=None, kernel_regularizer=None,
        bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
        bias_constraint=None, trainable=True, name=None, **kwargs,
    ):  # fmt: skip
        super().__init__(
            filters, kernel_size, strides, padding, data_format, 1, activation,
            use_bias, kernel_initializer, bias_initializer, kernel_regularizer,
            bias_regularizer, activity_regularizer, kernel_constraint,
            bias_constraint, trainable, name, **kwargs,
        )  # fmt: skip

    def connections(self, channels):
        return self.filters, channels

    def convolve(self, inputs):
        asked = array.shape(inputs)
        first = self.data_format == "channels_first"
        at = 2 if first else 1
        batch = asked[0]
        space = [
            self._grown(asked[at + i], inputs.shape.as_list()[at + i], i)
            for i in range(self.rank)
        ]
        wanted = [n for n, _ in space]
        ends = [self.filters, *wanted] if first else [*wanted, self.filters]
        whole = [batch, *ends]
        function = {2: nn_conv.conv2d_transpose, 3: nn_conv.conv3d_transpose}[self.rank]
        outputs = function(
            inputs, self.kernel, array.stack(whole), self.strides,
            self.padding.upper(), layout(self.data_format, self.rank),
        )  # fmt: skip
        known = [n for _, n in space]
        sizes_ = [self.filters, *known] if first else [*known, self.filters]
        outputs.set_shape([inputs.shape.as_list()[0], *sizes_])
        return outputs

    def _grown(self, size, known: int | None, i: int):
        """The size along space `i` after the layer: (tensor or int, int or None)."""
        stride, window = self.strides[i], self.kernel_size[i]
        extra = max(window - stride, 0) if self.padding == "valid" else 0
        if known is not None:
            return known * stride + extra, known * stride + extra
        return size * stride + extra, None

    def compute_output_shape(self, input_shape):
        given = TensorShape(input_shape).as_list()
        at = 2 if self.data_format == "channels_first" else 1
        out = list(given)
        out[self.channel_axis] = self.filters
        for i in range(self.rank):
            out[at + i] = self._grown(0, given[at + i], i)[1]
        return TensorShape(out)


class Conv3DTranspose(Conv2DTranspose):
    """The gradient of `Conv3D` as a layer."""

    rank = 3

    def __init__(self, filters, kernel_size, strides=(1, 1, 1), *args, **kwargs):
        super().__init__(filters, kernel_size, strides, *args, **kwargs)


class SeparableConv2D(_Conv):
    """Each channel with its own filters, then all mixed point by point."""

    def __init__(
        self, filters, kernel_size, strides=(1, 1), padding="valid",
        data_format="channels_last", dilation_rate=(1, 1), depth_multiplier=1,
        activation=None, use_bias=True, depthwise_initializer=None,
        pointwise_initializer=None, bias_initializer=None, depthwise_regularizer=None,
        pointwise_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        depthwise_constraint=None, pointwise_constraint=None, bias_constraint=None,
        trainable=True, name=None, **kwargs,
    ):  # fmt: skip
        super().__init__(
            filters, kernel_size, strides, padding, data_format, dilation_rate,
            activation, use_bias, None, bias_initializer, None, bias_regularizer,
            activity_regularizer, None, bias_constraint, trainable, name, **kwargs,
        )  # fmt: skip
        self.depth_multiplier = depth_multiplier
        self._of_depth = {
            "initializer": initializer(depthwise_initializer),
            "regularizer": depthwise_regularizer, "constraint": depthwise_constraint,
        }  # fmt: skip
        self._of_points = {
            "initializer": initializer(pointwise_initializer),
            "regularizer": pointwise_regularizer, "constraint": pointwise_constraint,
        }  # fmt: skip

    def build(self, input_shape):
        channels = known_size(input_shape, self.channel_axis, type(self).__name__)
        several = self.depth_multiplier
        self.depthwise_kernel = self.add_weight(
            "depthwise_kernel", [*self.kernel_size, channels, several], **self._of_depth
        )
        ones = [1] * self.rank
        self.pointwise_kernel = self.add_weight(
            "pointwise_kernel", [*ones, several * channels, self.filters],
            **self._of_points,
        )  # fmt: skip
        self.build_bias()

    def convolve(self, inputs):
        return nn_conv.separable_conv2d(
            inputs, self.depthwise_kernel, self.pointwise_kernel, self.strides,
            self.padding.upper(), layout(self.data_format, 2), self.dilation_rate,
        )  # fmt: skip


class SeparableConv1D(SeparableConv2D):
    """`SeparableConv2D` for sequences [batch, steps, channels]."""

    rank = 1

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid",
        data_format="channels_last", dilation_rate=1, *args, **kwargs,
    ):  # fmt: skip
        super().__init__(
            filters, kernel_size, strides, padding, data_format, dilation_rate, *args,
            **kwargs,
        )  # fmt: skip

    def convolve(self, inputs):
        last = self.data_format == "channels_last"
        axis = 1 if last else 2
        wide = array.expand_dims(inputs, axis)
        outputs = nn_conv.separable_conv2d(
            wide, array.expand_dims(self.depthwise_kernel, 0),
            array.expand_dims(self.pointwise_kernel, 0), self.strides * 2,
            self.padding.upper(), "NHWC" if last else "NCHW",
            (1, *self.dilation_rate),
        )  # fmt: skip
        return array.squeeze(outputs, [axis])


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
Convolution2DTranspose = Deconvolution2D = Deconv2D = Conv2DTranspose
Convolution3DTranspose = Deconvolution3D = Deconv3D = Conv3DTranspose
SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D


def conv1d(
    inputs, filters, kernel_size, strides=1, padding="valid",
    data_format="channels_last", dilation_rate=1, activation=None, use_bias=True,
    kernel_initializer=None, bias_initializer=None, kernel_regularizer=None,
    bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
    bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """As `Conv1D(...)(inputs)`."""
    return Conv1D(
        filters, kernel_size, strides, padding, data_format, dilation_rate, activation,
        use_bias, kernel_initializer, bias_initializer, kernel_regularizer,
        bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint,
        trainable, name, _scope=name, _reuse=reuse,
    )(inputs)  # fmt: skip


def conv2d(
    inputs, filters, kernel_size, strides=(1, 1), padding="valid",
    data_format="channels_last", dilation_rate=(1, 1), activation=None, use_bias=True,
    kernel_initializer=None, bias_initializer=None, kernel_regularizer=None,
    bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
    bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """As `Conv2D(...)(inputs)`: images [batch, h, w, channels]."""
    return Conv2D(
        filters, kernel_size, strides, padding, data_format, dilation_rate, activation,
        use_bias, kernel_initializer, bias_initializer, kernel_regularizer,
        bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint,
        trainable, name, _scope=name, _reuse=reuse,
    )(inputs)  # fmt: skip


def conv3d(
    inputs, filters, kernel_size, strides=(1, 1, 1), padding="valid",
    data_format="channels_last", dilation_rate=(1, 1, 1), activation=None,
    use_bias=True, kernel_initializer=None, bias_initializer=None,
    kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
    kernel_constraint=None, bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """As `Conv3D(...)(inputs)`."""
    return Conv3D(
        filters, kernel_size, strides, padding, data_format, dilation_rate, activation,
        use_bias, kernel_initializer, bias_initializer, kernel_regularizer,
        bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint,
        trainable, name, _scope=name, _reuse=reuse,
    )(inputs)  # fmt: skip


def conv2d_transpose(
    inputs, filters, kernel_size, strides=(1, 1), padding="valid",
    data_format="channels_last", activation=None, use_bias=True,
    kernel_initializer=None, bias_initializer=None, kernel_regularizer=None,
    bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
    bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """As `Conv2DTranspose(...)(inputs)`."""
    return Conv2DTranspose(
        filters, kernel_size, strides, padding, data_format, activation, use_bias,
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
        activity_regularizer, kernel_constraint, bias_constraint, trainable, name,
        _scope=name, _reuse=reuse,
    )(inputs)  # fmt: skip


def conv3d_transpose(
    inputs, filters, kernel_size, strides=(1, 1, 1), padding="valid",
    data_format="channels_last", activation=None, use_bias=True,
    kernel_initializer=None, bias_initializer=None, kernel_regularizer=None,
    bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
    bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """As `Conv3DTranspose(...)(inputs)`."""
    return Conv3DTranspose(
        filters, kernel_size, strides, padding, data_format, activation, use_bias,
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
        activity_regularizer, kernel_constraint, bias_constraint, trainable, name,
        _scope=name, _reuse=reuse,
    )(inputs)  # fmt: skip


def _separable(kind):
    def separable(
        inputs, filters, kernel_size, strides=1, padding="valid",
        data_format="channels_last", dilation_rate=1, depth_multiplier=1,
        activation=None, use_bias=True, depthwise_initializer=None,
        pointwise_initializer=None, bias_initializer=None, depthwise_regularizer=None,
        pointwise_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        depthwise_constraint=None, pointwise_constraint=None, bias_constraint=None,
        trainable=True, name=None, reuse=None,
    ):  # fmt: skip
        return kind(
            filters, kernel_size, strides, padding, data_format, dilation_rate,
            depth_multiplier, activation, use_bias, depthwise_initializer,
            pointwise_initializer, bias_initializer, depthwise_regularizer,
            pointwise_regularizer, bias_regularizer, activity_regularizer,
            depthwise_constraint, pointwise_constraint, bias_constraint, trainable,
            name, _scope=name, _reuse=reuse,
        )(inputs)  # fmt: skip

    separable.__doc__ = f"As `{kind.__name__}(...)(inputs)`."
    return separable


separable_conv1d = _separable(SeparableConv1D)
separable_conv2d = _separable(SeparableConv2D)
