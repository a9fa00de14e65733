"""Keras 3's layers that change the colours of pictures at random in training.

Pictures lie in `value_range`; a `factor` is a number f, for (0, f), or a pair. The
numbers drawn are not those of Keras 3; what is done with them is the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.api import array, math
from penstock.api.image_adjust import hsv_to_rgb, rgb_to_hsv
from penstock.keras.layers.options import given
from penstock.keras.layers.preprocessing_images import _RandomPicture
from penstock.keras.ops import pictures

_GRAY = (0.2989, 0.587, 0.114)


class Augmentation(_RandomPicture):
    """The base: `_changed(pictures)`, from pictures or a dictionary with "images"."""

    #: Names of the arguments that are kept besides `seed`.
    kept: tuple[str, ...] = ("factor", "value_range")

    def __init__(self, seed=None, data_format=None, **kwargs):
        super().__init__(seed, **kwargs)
        self.data_format = data_format or "channels_last"

    def call(self, inputs, training=True):
        if not isinstance(inputs, dict):
            return super().call(inputs, training)
        return {**inputs, "images": super().call(inputs["images"], training)}

    def _bounded(self, x):
        low, high = self.value_range
        return math.minimum(math.maximum(x, float(low)), float(high))

    def _happens(self, x):
        """Whether a picture is changed: with a chance drawn from `factor`."""
        return math.less(self._draw(x, 0.0, 1.0), self._between(x, self.factor))

    def _between(self, x, bounds):
        low, high = (float(b) for b in bounds)
        return self._draw(x, 0.0, 1.0) * (high - low) + low

    def get_config(self):
        config = super().get_config()
        config.pop("rng_type")
        return {**config, **given(self, "data_format", *self.kept)}


def pair_of(factor, least: float = 0.0) -> tuple:
    """`factor` as (lower, upper) within [least, 1]; a number f for (0, f) or (-f, f).

    Raises ValueError outside.
    """
    if isinstance(factor, list | tuple):
        found = tuple(factor)
    else:
        found = (0 if least == 0.0 else -factor, factor)
    if len(found) != 2 or not least <= found[0] <= found[1] <= 1.0:
        raise ValueError(
            "The `factor` argument should be a number or two rising ones within "
            f"[{least}, 1]. Received: factor={factor}"
        )
    return found


class _Colours(Augmentation):
    """The base of those with one factor, in [least, 1]."""

    least = 0.0

    def __init__(self, factor=1.0, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        self.factor, self.value_range = pair_of(factor, self.least), value_range


def _gray(x):
    """The brightness of pictures in red, green and blue, [..., 1]."""
    return math.reduce_sum(x * np.array(_GRAY, x.dtype.np), axis=-1, keepdims=True)


class RandomInvert(_Colours):
    """Pictures in negative, with a chance from `factor`."""

    def _changed(self, x):
        low, high = (float(v) for v in self.value_range)
        return array.where(self._happens(x), low + high - x, x)


class RandomGrayscale(Augmentation):
    """Pictures without colour, with the chance `factor`."""

    kept = ("factor",)

    def __init__(self, factor=0.5, data_format=None, seed=None, **kwargs):
        super().__init__(seed, data_format, **kwargs)
        pair_of(factor)
        self.factor = factor

    def _changed(self, x):
        gone = math.less(self._draw(x, 0.0, 1.0), float(self.factor))
        return array.where(gone, _gray(x) + array.zeros_like(x), x)


class RandomColorDegeneration(_Colours):
    """Pictures with a part `factor` of their colour taken out."""

    def _changed(self, x):
        share = self._between(x, self.factor)
        return self._bounded(x + (_gray(x) - x) * share)


class RandomSharpness(_Colours):
    """Pictures smoothed (towards 0) or sharpened (towards 1); 0.5 leaves them."""

    def _changed(self, x):
        window = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13
        smooth = pictures.weighted(x, window, "same")
        return self._bounded(smooth + (x - smooth) * self._between(x, self.factor) * 2)


class RandomPosterization(Augmentation):
    """The highest bits of each value in [0, 255], from 1 to `factor` of them."""

    def __init__(self, factor, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        if not 1 <= factor <= 8:
            raise ValueError(
                f"`factor` must be within (1, 8) for bits. Received: factor={factor}"
            )
        self.factor, self.value_range = factor, value_range

    def _changed(self, x):
        low, high = (float(v) for v in self.value_range)
        bits = math.floor(self._draw(x, 0.0, float(self.factor))) + 1.0
        step = math.pow(array.ones_like(bits) * 2.0, 8.0 - bits)
        unit = (high - low) / 255.0
        whole = math.floor((x - low) / unit / step) * step
        return whole * unit + low


class _InHSV(_Colours):
    """The base of those that change hue or saturation."""

    def _changed(self, x):
        low, high = (float(v) for v in self.value_range)
        hsv = rgb_to_hsv((x - low) / (high - low))
        h, s, v = (hsv[..., i : i + 1] for i in range(3))
        changed = hsv_to_rgb(array.concat(self._coloured(x, h, s, v), axis=-1))
        return changed * (high - low) + low

    def _coloured(self, x, h, s, v) -> list:
        raise NotImplementedError


class RandomHue(_InHSV):
    """Hues turned by up to `factor` of half the circle."""

    def _coloured(self, x, h, s, v):
        return [math.floormod(h + self._between(x, self.factor) * 0.5, 1.0), s, v]


class RandomSaturation(_InHSV):
    """Colours paler (towards 0) or fuller (towards 1); 0.5 leaves them.

    A full colour stays full; Keras 3 lets it leave the range.
    """

    least = -1.0

    def _coloured(self, x, h, s, v):
        f = math.maximum(self._between(x, self.factor), 0.0)
        times = f / math.maximum(1.0 - f, 1e-7)
        return [h, math.minimum(s * times, 1.0), v]


class Solarization(Augmentation):
    """Values at or above a threshold in negative, after something is added."""

    kept = ("addition_factor", "threshold_factor", "value_range")

    def __init__(self, addition_factor=0.0, threshold_factor=0.0, value_range=(0, 255),
                 seed=None, **kwargs):  # fmt: skip
        super().__init__(seed, **kwargs)
        self.addition_factor = pair_of(addition_factor)
        self.threshold_factor = pair_of(threshold_factor)
        self.value_range = value_range

    def _changed(self, x):
        low, high = (float(v) for v in self.value_range)
        added = self._between(x, self.addition_factor) * (high - low)
        x = self._bounded(x + added)
        least = self._between(x, self.threshold_factor) * (high - low) + low
        return array.where(math.less(x, least), x, low + high - x)


class AutoContrast(Augmentation):
    """Each channel spread over the whole range, in inference too."""

    kept = ("value_range",)

    def __init__(self, value_range=(0, 255), **kwargs):
        super().__init__(**kwargs)
        self.value_range = value_range

    def _changed(self, x):
        low, high = (float(v) for v in self.value_range)
        least = math.reduce_min(x, axis=[1, 2], keepdims=True)
        most = math.reduce_max(x, axis=[1, 2], keepdims=True)
        spread = math.divide_no_nan(x - least, most - least) * (high - low) + low
        flat = math.equal(most, least)
        return array.where(flat, x, spread)

    def _unchanged(self, x):
        if len(x.dims) == 3:
            return array.squeeze(self._changed(array.expand_dims(x, 0)), [0])
        return self._changed(x)


class RandomColorJitter(Augmentation):
    """Brightness, contrast, saturation and hue changed, those with a factor."""

    kept = ("value_range", "brightness_factor", "contrast_factor", "saturation_factor",
            "hue_factor")  # fmt: skip

    def __init__(self, value_range=(0, 255), brightness_factor=None,
                 contrast_factor=None, saturation_factor=None, hue_factor=None,
                 seed=None, data_format=None, **kwargs):  # fmt: skip
        from penstock.keras.layers.preprocessing_images import (
            RandomBrightness,
            RandomContrast,
        )

        super().__init__(seed, data_format, **kwargs)
        self.value_range = value_range
        self.brightness_factor, self.contrast_factor = (
            brightness_factor,
            contrast_factor,
        )
        self.saturation_factor, self.hue_factor = saturation_factor, hue_factor
        ranged: dict[str, Any] = {"value_range": value_range, "seed": seed}
        self._parts = [
            made(factor, **options)
            for made, factor, options in (
                (RandomBrightness, brightness_factor, ranged),
                (RandomContrast, contrast_factor, {"seed": seed}),
                (RandomSaturation, saturation_factor, ranged),
                (RandomHue, hue_factor, ranged),
            )
            if factor is not None
        ]

    def _changed(self, x):
        for part in self._parts:
            x = part._changed(x)
        return self._bounded(x)


class RandomGaussianBlur(_Colours):
    """Pictures blurred, with a chance from `factor`."""

    kept = ("factor", "kernel_size", "sigma", "value_range")

    def __init__(self, factor=1.0, kernel_size=3, sigma=1.0, value_range=(0, 255),
                 seed=None, **kwargs):  # fmt: skip
        super().__init__(factor, value_range, seed, **kwargs)
        self.kernel_size, self.sigma = kernel_size, sigma

    def _changed(self, x):
        size = self.kernel_size
        size = (size, size) if isinstance(size, int) else tuple(size)
        wide = self.sigma if isinstance(self.sigma, int | float) else self.sigma[-1]
        blurred = pictures.blurred(x, size, (wide, wide))
        return array.where(self._happens(x), self._bounded(blurred), x)
