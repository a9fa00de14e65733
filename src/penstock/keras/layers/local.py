"""Convolutions with a kernel of its own at each place: LocallyConnected1D and 2D."""

from __future__ import annotations

import itertools

from penstock.api import array, math
from penstock.api.scopes import tensor
from penstock.core.errors import UnsupportedError
from penstock.keras.input_spec import InputSpec
from penstock.keras.layer import Layer
from penstock.keras.layers.conv import layout_of
from penstock.keras.layers.options import given, sizes, take


class _Local(Layer):
    """The base: patches of [batch, *space, channels] times each place's own matrix.

    The kernel is [places, patch · channels, filters] for `implementation` 1. The other
    two store the same numbers elsewhere and are refused.
    """

    rank = 1

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format=None,
        activation=None, use_bias=True, kernel_initializer="glorot_uniform",
        bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, kernel_constraint=None, bias_constraint=None,
        implementation=1, **kwargs,
    ):  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if str(padding).lower() != "valid" or implementation != 1:
            raise UnsupportedError(
                f"{type(self).__name__}: padding is valid and implementation 1; "
                f"received padding={padding!r}, implementation={implementation!r}."
            )
        self.filters, self.padding = filters, "valid"
        self.kernel_size = sizes(kernel_size, self.rank, "kernel_size")
        self.strides = sizes(strides, self.rank, "strides")
        self.data_format, self.use_bias = layout_of(data_format), use_bias
        self.implementation = implementation
        take(
            self, activation=activation, kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer, kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )  # fmt: skip
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _space(self, shape) -> tuple:
        first = self.data_format == "channels_first"
        return tuple(shape[2:] if first else shape[1:-1])

    def build(self, input_shape):
        first = self.data_format == "channels_first"
        channels = input_shape[1 if first else -1]
        space = self._space(input_shape)
        if channels is None or None in space:
            raise ValueError(
                f"{type(self).__name__} needs inputs of known size and channels; "
                f"received input_shape={tuple(input_shape)}"
            )
        self._grid = tuple(
            (n - k) // s + 1
            for n, k, s in zip(space, self.kernel_size, self.strides, strict=True)
        )
        places, patch = _product(self._grid), _product(self.kernel_size) * channels
        self.kernel = self.add_weight(
            "kernel", (places, patch, self.filters),
            initializer=self.kernel_initializer, regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", (*self._grid, self.filters), initializer=self.bias_initializer,
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self.built = True

    def call(self, inputs):
        x = inputs
        if self.data_format == "channels_first":
            x = array.transpose(x, [0, *range(2, self.rank + 2), 1])
        out = _applied(x, tensor(self.kernel), self.kernel_size, self.strides)
        if self.bias is not None:
            out = out + self.bias
        if self.data_format == "channels_first":
            out = array.transpose(out, [0, self.rank + 1, *range(1, self.rank + 1)])
        return self.activation(out)

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "filters", "kernel_size", "strides", "padding", "data_format",
                    "activation", "use_bias", "kernel_initializer", "bias_initializer",
                    "kernel_regularizer", "bias_regularizer", "activity_regularizer",
                    "kernel_constraint", "bias_constraint", "implementation"),
        }  # fmt: skip


def _applied(x, kernel, window, strides):
    """[batch, *grid, filters]: what each place sees, by that place's own matrix."""
    grid = [
        (n - k) // s + 1 for n, k, s in zip(x.dims[1:-1], window, strides, strict=True)
    ]
    parts = []
    for offset in itertools.product(*(range(k) for k in window)):
        picked = x
        for axis, (o, n, s) in enumerate(zip(offset, grid, strides, strict=True), 1):
            picked = array.gather(picked, [o + s * i for i in range(n)], axis=axis)
        parts.append(array.reshape(picked, [-1, _product(grid), x.dims[-1]]))
    out = math.einsum("bpk,pkf->bpf", array.concat(parts, 2), kernel)
    return array.reshape(out, [-1, *grid, out.dims[-1]])


def local_conv1d(inputs, kernel, kernel_size, strides, data_format=None):
    """`K.local_conv1d`: kernel [places, window · channels, filters]."""
    return _local(inputs, kernel, kernel_size, strides, data_format)


def local_conv2d(inputs, kernel, kernel_size, strides, output_shape, data_format=None):
    """`K.local_conv2d`: kernel [places, window · channels, filters]."""
    del output_shape
    return _local(inputs, kernel, kernel_size, strides, data_format)


def _local(inputs, kernel, kernel_size, strides, data_format):
    x, rank = tensor(inputs), len(kernel_size)
    if layout_of(data_format) == "channels_last":
        return _applied(x, tensor(kernel), kernel_size, strides)
    x = array.transpose(x, [0, *range(2, rank + 2), 1])
    out = _applied(x, tensor(kernel), kernel_size, strides)
    return array.transpose(out, [0, rank + 1, *range(1, rank + 1)])


def _product(items) -> int:
    out = 1
    for item in items:
        out *= item
    return out


class LocallyConnected1D(_Local):
    """Over sequences [batch, steps, channels]."""


class LocallyConnected2D(_Local):
    """Over images [batch, height, width, channels]."""

    rank = 2
