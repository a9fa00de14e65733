"""`tf.layers`' pooling, in one to three dimensions."""

from __future__ import annotations

from penstock.api import nn_conv
from penstock.v1.layers.base import InputSpec, Layer


def sizes(value, rank: int, name: str) -> tuple[int, ...]:
    """An int or `rank` ints as `rank` ints. Raises ValueError for another length."""
    if isinstance(value, int):
        return (value,) * rank
    items = tuple(int(v) for v in value)
    if len(items) != rank:
        raise ValueError(
            f"The `{name}` argument must be a tuple of {rank} integers. "
            f"Received: {value}"
        )
    return items


def layout(data_format: str, rank: int) -> str:
    """`channels_last` or `channels_first` as the ops write it: "NHWC"."""
    letters = "DHW"[3 - rank :]
    if data_format in ("channels_first", f"NC{letters}"):
        return f"NC{letters}"
    if data_format in ("channels_last", f"N{letters}C"):
        return f"N{letters}C"
    raise ValueError(
        "The `data_format` argument must be one of `channels_first`, "
        f"`channels_last`. Received: {data_format}"
    )


class _Pooling(Layer):
    """Windows of `pool_size` at `strides`, reduced to one number each."""

    rank = 2
    functions: tuple = ()

    def __init__(
        self, pool_size, strides, padding="valid", data_format="channels_last",
        name=None, **kwargs,
    ):  # fmt: skip
        super().__init__(name=name, **kwargs)
        self.pool_size = sizes(pool_size, self.rank, "pool_size")
        self.strides = sizes(
            pool_size if strides is None else strides, self.rank, "strides"
        )
        self.padding, self.data_format = padding.lower(), data_format
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs):
        return self.functions[0](
            inputs, self.pool_size, self.strides, self.padding.upper(),
            layout(self.data_format, self.rank),
        )  # fmt: skip


class MaxPooling2D(_Pooling):
    functions = (nn_conv.max_pool2d,)


class AveragePooling2D(_Pooling):
    functions = (nn_conv.avg_pool2d,)


class MaxPooling3D(_Pooling):
    rank, functions = 3, (nn_conv.max_pool3d,)


class AveragePooling3D(_Pooling):
    rank, functions = 3, (nn_conv.avg_pool3d,)


class _Pooling1D(_Pooling):
    """Pooling of sequences, as pooling of images one pixel wide."""

    rank = 1

    def call(self, inputs):
        from penstock.api import array

        last = self.data_format == "channels_last"
        axis = 2 if last else 3
        wide = array.expand_dims(inputs, axis)
        pooled = self.functions[0](
            wide, (*self.pool_size, 1), (*self.strides, 1), self.padding.upper(),
            "NHWC" if last else "NCHW",
        )  # fmt: skip
        return array.squeeze(pooled, [axis])


class MaxPooling1D(_Pooling1D):
    functions = (nn_conv.max_pool2d,)


class AveragePooling1D(_Pooling1D):
    functions = (nn_conv.avg_pool2d,)


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D


def _function(kind: type[_Pooling], doc: str):
    def pool(
        inputs, pool_size, strides, padding="valid", data_format="channels_last",
        name=None,
    ):  # fmt: skip
        return kind(pool_size, strides, padding, data_format, name)(inputs)

    pool.__doc__ = doc
    return pool


max_pooling1d = _function(MaxPooling1D, "The largest of each window of sequences.")
max_pooling2d = _function(MaxPooling2D, "The largest of each window of images.")
max_pooling3d = _function(MaxPooling3D, "The largest of each window of volumes.")
average_pooling1d = _function(AveragePooling1D, "Means of windows of sequences.")
average_pooling2d = _function(AveragePooling2D, "Means of windows of images.")
average_pooling3d = _function(AveragePooling3D, "Means of windows of volumes.")
