"""Layers that change the size of space: padding, cropping, upsampling."""

from __future__ import annotations

from typing import Any

from penstock.api import array, math
from penstock.api.image_resize import resize
from penstock.keras.input_spec import InputSpec
from penstock.keras.layer import Layer
from penstock.keras.layers.conv import layout_of
from penstock.keras.layers.options import sizes


def _pairs(value, rank: int, what: str) -> tuple[Any, ...]:
    """(before, after) per dimension from an int, one int each, or pairs."""
    if isinstance(value, int):
        return ((value, value),) * rank
    items = list(value)
    if rank == 1 and all(isinstance(v, int) for v in items):
        items = [items]
    if len(items) != rank:
        raise ValueError(
            f"`{what}` should have {rank} elements. Received: {value} with length "
            f"{len(items)}"
        )
    return tuple(sizes(v, 2, f"{what} entry", zero=True) for v in items)


class _Borders(Layer):
    rank = 2
    what = "padding"
    default: int = 1

    def __init__(self, amount, data_format, **kwargs):
        super().__init__(**kwargs)
        self._pairs = _pairs(amount, self.rank, self.what)
        setattr(self, self.what, self._pairs[0] if self.rank == 1 else self._pairs)
        self.data_format = layout_of(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _first(self) -> int:
        return 1 if self.rank == 1 or self.data_format == "channels_last" else 2

    def get_config(self):
        config = {**super().get_config(), self.what: getattr(self, self.what)}
        if self.rank > 1:
            config["data_format"] = self.data_format
        return config


class _ZeroPadding(_Borders):
    def __init__(self, padding: Any = 1, data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)

    def call(self, inputs):
        pads = [[0, 0]] * (self.rank + 2)
        pads[self._first : self._first + self.rank] = [list(p) for p in self._pairs]
        return array.pad(inputs, pads)


class ZeroPadding1D(_ZeroPadding):
    """Zeros before and after the steps."""

    rank = 1

    def __init__(self, padding=1, **kwargs):
        super().__init__(padding, None, **kwargs)


class ZeroPadding2D(_ZeroPadding):
    """Zeros around images."""


class ZeroPadding3D(_ZeroPadding):
    """Zeros around volumes."""

    rank = 3


class _Cropping(_Borders):
    what = "cropping"

    def __init__(self, cropping=0, data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)

    def call(self, inputs):
        where = [slice(None)] * (self.rank + 2)
        for i, (before, after) in enumerate(self._pairs):
            size = inputs.dims[self._first + i]
            if size is not None and before + after >= size:
                raise ValueError(
                    f"`cropping` of {self.name} leaves nothing of axis "
                    f"{self._first + i} of the input, shape {tuple(inputs.dims)}: "
                    f"cropping={self.cropping}"
                )
            where[self._first + i] = slice(before, -after if after else None)
        return inputs[tuple(where)]


class Cropping1D(_Cropping):
    """Cuts steps off both ends."""

    rank = 1

    def __init__(self, cropping=(1, 1), **kwargs):
        super().__init__(cropping, None, **kwargs)


class Cropping2D(_Cropping):
    """Cuts the borders of images off."""

    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)


class Cropping3D(_Cropping):
    """Cuts the borders of volumes off."""

    rank = 3

    def __init__(self, cropping=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)


class UpSampling1D(Layer):
    """Each step `size` times."""

    def __init__(self, size=2, **kwargs):
        super().__init__(**kwargs)
        self.size = int(size)
        self.input_spec = InputSpec(ndim=3)

    def call(self, inputs):
        return array.repeat(inputs, self.size, axis=1)

    def get_config(self):
        return {**super().get_config(), "size": self.size}


class UpSampling2D(Layer):
    """Images `size` times as large, by repeating or by an interpolation."""

    def __init__(
        self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs
    ):
        super().__init__(**kwargs)
        self.size = sizes(size, 2, "size")
        self.data_format = layout_of(data_format)
        self.interpolation = interpolation.lower()
        self.input_spec = InputSpec(ndim=4)

    def call(self, inputs):
        first = 1 if self.data_format == "channels_last" else 2
        if self.interpolation == "nearest":
            for i, times in enumerate(self.size):
                inputs = array.repeat(inputs, times, axis=first + i)
            return inputs
        if first == 2:
            inputs = array.transpose(inputs, [0, 2, 3, 1])
        now = array.shape(inputs)
        wanted = [
            (now[1 + i] if inputs.dims[1 + i] is None else inputs.dims[1 + i]) * t
            for i, t in enumerate(self.size)
        ]
        out = resize(inputs, wanted, method=self.interpolation)
        out = math.cast(out, inputs.dtype)
        return array.transpose(out, [0, 3, 1, 2]) if first == 2 else out

    def get_config(self):
        return {
            **super().get_config(), "size": self.size, "data_format": self.data_format,
            "interpolation": self.interpolation,
        }  # fmt: skip


class UpSampling3D(Layer):
    """Volumes `size` times as large, by repeating."""

    def __init__(self, size=(2, 2, 2), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.size = sizes(size, 3, "size")
        self.data_format = layout_of(data_format)
        self.input_spec = InputSpec(ndim=5)

    def call(self, inputs):
        first = 1 if self.data_format == "channels_last" else 2
        for i, times in enumerate(self.size):
            inputs = array.repeat(inputs, times, axis=first + i)
        return inputs

    def get_config(self):
        return {
            **super().get_config(), "size": self.size, "data_format": self.data_format
        }  # fmt: skip
