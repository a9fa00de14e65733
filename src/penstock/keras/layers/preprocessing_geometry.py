"""Layers that move, turn and scale pictures at random in training."""

from __future__ import annotations

import numpy as np

from penstock.api import array, math, random
from penstock.api.image_resize import resize
from penstock.keras.layers.options import given
from penstock.keras.layers.preprocessing_images import _RandomPicture
from penstock.keras.resampling import sampled

_FILLS = ("reflect", "wrap", "constant", "nearest")
_METHODS = ("nearest", "bilinear")


class _Moved(_RandomPicture):
    """The base: pictures read at other places, given by `_places`."""

    def __init__(self, fill_mode="reflect", interpolation="bilinear", seed=None,
                 fill_value=0.0, **kwargs):  # fmt: skip
        super().__init__(seed, **kwargs)
        if fill_mode not in _FILLS:
            raise ValueError(
                f"Unknown `fill_mode` {fill_mode}. Only `reflect`, `wrap`, `constant` "
                "and `nearest` are supported."
            )
        if interpolation not in _METHODS:
            raise ValueError(
                f"Unknown `interpolation` {interpolation}. Only `bilinear` and "
                "`nearest` are supported."
            )
        self.fill_mode, self.fill_value = fill_mode, fill_value
        self.interpolation = interpolation

    def _maps(self, x):
        """Eight numbers for each picture [batch, 8] that map a point of the output.

        (a0, a1, a2, b0, b1, b2, 0, 0): column a0·x + a1·y + a2 and row
        b0·x + b1·y + b2 of the input.
        """
        raise NotImplementedError

    def _changed(self, x):
        return sampled(x, self._maps(x), self.fill_mode, self.fill_value,
                       self.interpolation)  # fmt: skip

    def _sizes(self, x):
        """Height and width, as numbers of the pictures' dtype."""
        sizes = array.shape(x)
        return math.cast(sizes[1], x.dtype), math.cast(sizes[2], x.dtype)

    def _scalars(self, x, low: float, high: float):
        """One number in [low, high) for each picture, [batch]."""
        return array.squeeze(self._draw(x, low, high), [1, 2, 3])

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "fill_mode", "fill_value", "interpolation", "seed"),
        }


def _both(factor) -> tuple[float, float]:
    """A factor as its lower and upper bound: a number stands for -f and f."""
    if isinstance(factor, list | tuple):
        return float(factor[0]), float(factor[1])
    return -float(factor), float(factor)


def _ordered(factor, name: str) -> tuple[float, float]:
    low, high = _both(factor)
    if high < low:
        raise ValueError(f"{name}: lower bound over upper bound, got {factor}")
    return low, high


class RandomRotation(_Moved):
    """Pictures turned about their middle; `factor` is a share of a whole turn."""

    def __init__(self, factor, fill_mode="reflect", interpolation="bilinear", seed=None,
                 fill_value=0.0, **kwargs):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, **kwargs)
        self.factor = factor
        self._turns = _ordered(factor, "RandomRotation")

    def _maps(self, x):
        low, high = (2.0 * np.pi * t for t in self._turns)
        angle = self._scalars(x, low, high)
        height, width = self._sizes(x)
        right, down = width - 1.0, height - 1.0
        cos, sin = math.cos(angle), math.sin(angle)
        across = (right - (cos * right - sin * down)) / 2.0
        along = (down - (sin * right + cos * down)) / 2.0
        zero = array.zeros_like(angle)
        return array.stack([cos, -sin, across, sin, cos, along, zero, zero], axis=1)

    def get_config(self):
        return {**super().get_config(), **given(self, "factor")}


class RandomTranslation(_Moved):
    """Pictures moved by shares of their height and width."""

    def __init__(self, height_factor, width_factor, fill_mode="reflect",
                 interpolation="bilinear", seed=None, fill_value=0.0,
                 **kwargs):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._down = _ordered(height_factor, "RandomTranslation")
        self._right = _ordered(width_factor, "RandomTranslation")

    def _maps(self, x):
        height, width = self._sizes(x)
        down = self._scalars(x, *self._down) * height
        right = self._scalars(x, *self._right) * width
        one, zero = array.ones_like(down), array.zeros_like(down)
        return array.stack([one, zero, -right, zero, one, -down, zero, zero], axis=1)

    def get_config(self):
        return {**super().get_config(), **given(self, "height_factor", "width_factor")}


class RandomZoom(_Moved):
    """Pictures scaled: factors above 0 zoom out, below 0 in.

    Without `width_factor` the picture keeps its proportions.
    """

    def __init__(self, height_factor, width_factor=None, fill_mode="reflect",
                 interpolation="bilinear", seed=None, fill_value=0.0,
                 **kwargs):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._tall = _ordered(height_factor, "RandomZoom")
        self._wide = None
        if width_factor is not None:
            self._wide = _ordered(width_factor, "RandomZoom")

    def _maps(self, x):
        height, width = self._sizes(x)
        tall = self._scalars(x, 1.0 + self._tall[0], 1.0 + self._tall[1])
        wide = tall
        if self._wide is not None:
            wide = self._scalars(x, 1.0 + self._wide[0], 1.0 + self._wide[1])
        across = (width - 1.0) / 2.0 * (1.0 - wide)
        along = (height - 1.0) / 2.0 * (1.0 - tall)
        zero = array.zeros_like(tall)
        return array.stack([wide, zero, across, zero, tall, along, zero, zero], axis=1)

    def get_config(self):
        return {**super().get_config(), **given(self, "height_factor", "width_factor")}


class _RandomSize(_RandomPicture):
    """The base: one side of all pictures scaled by one number."""

    axis = 1

    def __init__(self, factor, interpolation="bilinear", seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        self.factor, self.interpolation = factor, interpolation
        low, high = _ordered(factor, type(self).__name__)
        if low < -1.0 or high < -1.0:
            raise ValueError(
                f"`factor` must have values larger than -1, got: factor={factor}"
            )
        self._share = (1.0 + low, 1.0 + high)

    def _changed(self, x):
        sizes = array.shape(x)
        low, high = self._share
        share = random.random_uniform([], low, high, dtype="float32", seed=self.seed)
        side = math.cast(math.cast(sizes[self.axis], "float32") * share, "int32")
        size = [side, sizes[2]] if self.axis == 1 else [sizes[1], side]
        out = resize(x, array.stack(size), method=self.interpolation.lower())
        shape = x.shape.as_list()
        shape[self.axis] = None
        out.set_shape(shape)
        return math.cast(out, self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(), **given(self, "factor", "interpolation", "seed")
        }  # fmt: skip


class RandomHeight(_RandomSize):
    """Pictures made taller or lower, all of a batch alike."""


class RandomWidth(_RandomSize):
    """Pictures made wider or narrower, all of a batch alike."""

    axis = 2
