"""Pooling: the largest or the mean of windows, or of everything."""

from __future__ import annotations

from penstock.api import array, math, nn_conv
from penstock.keras.input_spec import InputSpec
from penstock.keras.layer import Layer
from penstock.keras.layers.conv import LAYOUTS, layout_of, padding_of
from penstock.keras.layers.options import given, sizes


class _Pooling(Layer):
    """The base: windows of `pool_size` every `strides` (default: pool_size)."""

    rank = 2
    function = staticmethod(nn_conv.max_pool)

    def __init__(self, pool_size=2, strides=None, padding="valid", data_format=None,
                 **kwargs):  # fmt: skip
        super().__init__(**kwargs)
        self.pool_size = sizes(pool_size, self.rank, "pool_size")
        strides = pool_size if strides is None else strides
        self.strides = sizes(strides, self.rank, "strides")
        self.padding = padding_of(padding)
        self.data_format = layout_of(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs):
        return type(self).function(
            inputs, ksize=list(self.pool_size), strides=list(self.strides),
            padding=self.padding.upper(),
            data_format=LAYOUTS[self.rank, self.data_format],
        )  # fmt: skip

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "pool_size", "padding", "strides", "data_format"),
        }


class MaxPooling1D(_Pooling):
    """The largest of each window of [batch, steps, channels]."""

    rank = 1


class MaxPooling2D(_Pooling):
    """The largest of each window of images."""


class MaxPooling3D(_Pooling):
    """The largest of each window of volumes."""

    rank = 3


class AveragePooling1D(_Pooling):
    """The mean of each window of [batch, steps, channels]."""

    rank = 1
    function = staticmethod(nn_conv.avg_pool)


class AveragePooling2D(_Pooling):
    """The mean of each window of images."""

    function = staticmethod(nn_conv.avg_pool)


class AveragePooling3D(_Pooling):
    """The mean of each window of volumes."""

    rank = 3
    function = staticmethod(nn_conv.avg_pool)


class _GlobalPooling(Layer):
    """The base: over all of space. With `keepdims`, space stays as sizes 1."""

    rank = 2
    function = staticmethod(math.reduce_max)

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.data_format = layout_of(data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _space(self) -> list[int]:
        first = 1 if self.data_format == "channels_last" else 2
        return list(range(first, first + self.rank))

    def call(self, inputs):
        return type(self).function(inputs, axis=self._space, keepdims=self.keepdims)

    def get_config(self):
        return {**super().get_config(), **given(self, "data_format", "keepdims")}


class GlobalMaxPooling1D(_GlobalPooling):
    """[batch, steps, channels] -> [batch, channels]."""

    rank = 1


class GlobalMaxPooling2D(_GlobalPooling):
    """Images -> [batch, channels]."""


class GlobalMaxPooling3D(_GlobalPooling):
    """Volumes -> [batch, channels]."""

    rank = 3


class GlobalAveragePooling1D(_GlobalPooling):
    """The mean over the steps of [batch, steps, channels] that are not masked."""

    rank = 1
    supports_masking = True
    function = staticmethod(math.reduce_mean)

    def call(self, inputs, mask=None):
        if mask is None:
            return super().call(inputs)
        axis = self._space[0]
        weight = array.expand_dims(math.cast(mask, inputs.dtype), 3 - axis)
        total = math.reduce_sum(inputs * weight, axis=axis, keepdims=self.keepdims)
        return total / math.reduce_sum(weight, axis=axis, keepdims=self.keepdims)

    def compute_mask(self, inputs, mask=None):
        return None


class GlobalAveragePooling2D(_GlobalPooling):
    """The mean of each channel of images."""

    function = staticmethod(math.reduce_mean)


class GlobalAveragePooling3D(_GlobalPooling):
    """The mean of each channel of volumes."""

    rank = 3
    function = staticmethod(math.reduce_mean)


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
GlobalMaxPool1D, GlobalMaxPool2D = GlobalMaxPooling1D, GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
GlobalAvgPool1D, GlobalAvgPool2D = GlobalAveragePooling1D, GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
