"""Layers that arrange: Flatten, Reshape, Permute, RepeatVector."""

from __future__ import annotations

import math

from penstock.api import array
from penstock.ir.op import TABLE
from penstock.keras import backend_config as config
from penstock.keras.input_spec import InputSpec
from penstock.keras.layer import Layer


class Flatten(Layer):
    """[batch, a, b, ...] -> [batch, a·b·...]."""

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = data_format or config.image_data_format()
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs):
        rank = len(inputs.dims)
        if self.data_format == "channels_first" and rank > 2:
            inputs = array.transpose(inputs, [0, *range(2, rank), 1])
        if rank == 1:
            return array.expand_dims(inputs, -1)
        known = inputs.dims[1:]
        if None in known:
            out = array.reshape(inputs, [array.shape(inputs)[0], -1])
            return out
        return array.reshape(inputs, [-1, math.prod(known)])

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format}


class Reshape(Layer):
    """[batch, ...] -> [batch, *target_shape]; one entry may be -1."""

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)

    def call(self, inputs):
        target = self._resolved(inputs.dims[1:])
        if None in inputs.dims[1:] and -1 in target:
            out = array.reshape(inputs, [array.shape(inputs)[0], *target])
            out.set_shape((inputs.dims[0], *(None if d == -1 else d for d in target)))
            return out
        if inputs.dims[0] is not None:
            return array.reshape(inputs, [inputs.dims[0], *target])
        if 0 not in target and -1 not in target:
            return array.reshape(inputs, [-1, *target])
        return array.reshape(inputs, [array.shape(inputs)[0], *target])

    def _resolved(self, dims) -> tuple[int, ...]:
        target = self.target_shape
        if None in dims or sum(d == -1 for d in target) > 1:
            return target
        total, rest = math.prod(dims), math.prod(d for d in target if d != -1)
        if -1 in target and rest and total % rest == 0:
            target = tuple(total // rest if d == -1 else d for d in target)
        if math.prod(target) != total:
            raise ValueError(
                "total size of new array must be unchanged, "
                f"input_shape = {list(dims)}, output_shape = {list(self.target_shape)}"
            )
        return target

    def get_config(self):
        return {**super().get_config(), "target_shape": self.target_shape}


class Permute(Layer):
    """The dimensions after the batch in the order `dims`, counted from 1."""

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                "Invalid permutation argument `dims` for Permute Layer. The set of "
                f"indices in `dims` must be consecutive and start from 1. Received "
                f"dims={dims}"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs):
        return array.transpose(inputs, (0, *self.dims))

    def get_config(self):
        return {**super().get_config(), "dims": self.dims}


class RepeatVector(Layer):
    """[batch, features] -> [batch, n, features]."""

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(n, int):
            raise TypeError(f"Expected an integer value for `n`, got {type(n)}.")
        self.n = n
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs):
        wide = TABLE["ExpandDims"](inputs, 1)
        return array.tile(wide, [1, self.n, 1])

    def get_config(self):
        return {**super().get_config(), "n": self.n}
