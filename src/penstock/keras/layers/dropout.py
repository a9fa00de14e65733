"""Noise that is there in training only: Dropout and its relatives."""

from __future__ import annotations

import math as numbers

from penstock.api import array, math, nn, random
from penstock.ir.op import TABLE
from penstock.keras import backend_config as config
from penstock.keras.input_spec import InputSpec
from penstock.keras.layer import Layer
from penstock.keras.layers.options import when_training


class _Noise(Layer):
    """The base: `_noisy(inputs)` in training, the inputs themselves otherwise."""

    supports_masking = True

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed

    def call(self, inputs, training=None):
        return when_training(
            training,
            lambda: self._noisy(inputs),
            lambda: TABLE["Identity"](inputs),
        )

    def _noisy(self, inputs):
        raise NotImplementedError


def _checked_rate(rate) -> float:
    if isinstance(rate, int | float) and not 0 <= rate <= 1:
        raise ValueError(
            f"Invalid value {rate} received for `rate`, expected a value "
            "between 0 and 1."
        )
    return rate


class Dropout(_Noise):
    """Zeroes a share `rate` of the inputs in training and scales up the rest.

    `noise_shape` has the rank of the inputs; sizes 1 share the choice.
    Srivastava et al. (2014).
    """

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.rate = _checked_rate(rate)
        self.noise_shape = noise_shape if noise_shape is None else tuple(noise_shape)

    def _noise_shape(self, inputs):
        return self.noise_shape

    def _noisy(self, inputs):
        if self.rate == 0:
            return TABLE["Identity"](inputs)
        if self.rate == 1:
            return array.zeros_like(inputs)
        return nn.dropout(
            inputs, self.rate, noise_shape=self._noise_shape(inputs), seed=self.seed
        )

    def get_config(self):
        return {
            **super().get_config(), "rate": self.rate, "noise_shape": self.noise_shape,
            "seed": self.seed,
        }  # fmt: skip


class _SpatialDropout(Dropout):
    """Drops whole feature maps. Tompson et al. (2015)."""

    rank = 1

    def __init__(self, rate, data_format=None, seed=None, **kwargs):
        super().__init__(rate, seed=seed, **kwargs)
        self._format = data_format or config.image_data_format()
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _noise_shape(self, inputs):
        sizes = array.shape(inputs)
        ones = [1] * self.rank
        if self._format == "channels_first" and self.rank > 1:
            return [sizes[0], sizes[1], *ones]
        return [sizes[0], *ones, sizes[-1]]


class SpatialDropout1D(_SpatialDropout):
    """Dropout of whole channels of [batch, step, channels]."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, seed=seed, **kwargs)


class SpatialDropout2D(_SpatialDropout):
    """Dropout of whole channels of images."""

    rank = 2


class SpatialDropout3D(_SpatialDropout):
    """Dropout of whole channels of volumes."""

    rank = 3


class GaussianNoise(_Noise):
    """Adds normal noise of deviation `stddev` in training."""

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.stddev = stddev

    def _noisy(self, inputs):
        return inputs + random.random_normal(
            array.shape(inputs), stddev=self.stddev, dtype=inputs.dtype, seed=self.seed
        )

    def get_config(self):
        return {**super().get_config(), "stddev": self.stddev, "seed": self.seed}


class GaussianDropout(_Noise):
    """Multiplies by normal noise of mean 1 and variance rate/(1-rate) in training."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.rate = _checked_rate(rate)

    def _noisy(self, inputs):
        if not 0 < self.rate < 1:
            return TABLE["Identity"](inputs)
        return inputs * random.random_normal(
            array.shape(inputs), mean=1.0, dtype=inputs.dtype, seed=self.seed,
            stddev=numbers.sqrt(self.rate / (1.0 - self.rate)),
        )  # fmt: skip

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


class AlphaDropout(_Noise):
    """Dropout that keeps SELU's mean and variance. Klambauer et al. (2017)."""

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.rate = _checked_rate(rate)
        self.noise_shape = noise_shape

    def _noisy(self, inputs):
        if not 0 < self.rate < 1:
            return TABLE["Identity"](inputs)
        low = -1.6732632423543772 * 1.0507009873554805
        shape = array.shape(inputs) if self.noise_shape is None else self.noise_shape
        drawn = random.random_uniform(shape, dtype=inputs.dtype, seed=self.seed)
        kept = math.cast(math.greater_equal(drawn, self.rate), inputs.dtype)
        a = ((1 - self.rate) * (1 + self.rate * low**2)) ** -0.5
        b = -a * low * self.rate
        return a * (inputs * kept + low * (1 - kept)) + b

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
