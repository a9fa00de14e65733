"""Layers that prepare pictures: size, crop, flips, contrast, brightness."""

from __future__ import annotations

from penstock.api import array, math, random
from penstock.api.image_resize import resize
from penstock.keras.layer import Layer
from penstock.keras.layers.options import given, when_training

_METHODS = (
    "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian",
    "mitchellcubic",
)  # fmt: skip


class Rescaling(Layer):
    """inputs · scale + offset."""

    supports_masking = True

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.scale, self.offset = scale, offset

    def call(self, inputs):
        kind = self.compute_dtype
        x = math.cast(inputs, kind)
        return x * math.cast(self.scale, kind) + math.cast(self.offset, kind)

    def get_config(self):
        return {**super().get_config(), **given(self, "scale", "offset")}


class Resizing(Layer):
    """Pictures [..., h, w, channels] in another size."""

    def __init__(self, height, width, interpolation="bilinear",
                 crop_to_aspect_ratio=False, **kwargs):  # fmt: skip
        super().__init__(**kwargs)
        if interpolation.lower() not in _METHODS:
            raise NotImplementedError(
                f"Value not recognized for `interpolation`: {interpolation}. Supported "
                f"values are: {', '.join(_METHODS)}"
            )
        self.height, self.width = height, width
        self.interpolation = interpolation
        self.crop_to_aspect_ratio = crop_to_aspect_ratio

    def call(self, inputs):
        size = [self.height, self.width]
        if self.crop_to_aspect_ratio:
            inputs = self._cut(inputs)
        out = resize(inputs, size, method=self.interpolation.lower())
        return math.cast(out, self.compute_dtype)

    def _cut(self, x):
        """The largest middle part of the target's ratio."""
        height, width = x.dims[-3], x.dims[-2]
        if None in (height, width):
            raise ValueError(
                "crop_to_aspect_ratio needs pictures of known size; received shape "
                f"{x.shape}."
            )
        tall = min(height, int(width * self.height / self.width))
        wide = min(width, int(height * self.width / self.height))
        top, left = (height - tall) // 2, (width - wide) // 2
        return x[..., top : top + tall, left : left + wide, :]

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "height", "width", "interpolation", "crop_to_aspect_ratio"),
        }


def _scaled_up(x, height: int, width: int, kind):
    """The picture resized so that a middle part of the target's ratio fills it."""
    tall = int(x.dims[-2] * height / width)
    wide = int(x.dims[-3] * width / height)
    tall, wide = min(x.dims[-3], tall), min(x.dims[-2], wide)
    top, left = (x.dims[-3] - tall) // 2, (x.dims[-2] - wide) // 2
    part = x[..., top : top + tall, left : left + wide, :]
    return math.cast(resize(part, [height, width]), kind)


class CenterCrop(Layer):
    """The middle [height, width] of pictures; smaller ones are resized."""

    def __init__(self, height, width, **kwargs):
        super().__init__(**kwargs)
        self.height, self.width = height, width

    def call(self, inputs):
        x = math.cast(inputs, self.compute_dtype)
        down, right = x.dims[-3] - self.height, x.dims[-2] - self.width
        if down < 0 or right < 0:
            return _scaled_up(x, self.height, self.width, self.compute_dtype)
        top, left = down // 2, right // 2
        return x[..., top : top + self.height, left : left + self.width, :]

    def get_config(self):
        return {**super().get_config(), **given(self, "height", "width")}


class _RandomPicture(Layer):
    """The base: `_changed(pictures)` in training, the pictures otherwise."""

    def __init__(self, seed=None, **kwargs):
        kwargs.pop("force_generator", None)
        kwargs.pop("rng_type", None)
        super().__init__(**kwargs)
        self.seed = seed

    def call(self, inputs, training=True):
        x = math.cast(inputs, self.compute_dtype)
        alone = len(x.dims) == 3
        batch = array.expand_dims(x, 0) if alone else x

        def changed():
            out = self._changed(batch)
            return array.squeeze(out, [0]) if alone else out

        return when_training(training, changed, lambda: self._unchanged(x))

    def _unchanged(self, x):
        return x

    def get_config(self):
        return {**super().get_config(), "rng_type": "stateful", "seed": self.seed}

    def _changed(self, x):
        raise NotImplementedError

    def _draw(self, x, low, high):
        """One number in [low, high) for each picture, [batch, 1, 1, 1]."""
        shape = array.stack([array.shape(x)[0], 1, 1, 1])
        return random.random_uniform(shape, low, high, dtype=x.dtype, seed=self.seed)


class RandomFlip(_RandomPicture):
    """Pictures mirrored at random, "horizontal", "vertical" or both."""

    def __init__(self, mode="horizontal_and_vertical", seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        if mode not in ("horizontal", "vertical", "horizontal_and_vertical"):
            raise ValueError(
                f"RandomFlip layer {self.name} received an unknown mode argument {mode}"
            )
        self.mode = mode

    def _changed(self, x):
        for word, axis in (("horizontal", 2), ("vertical", 1)):
            if word in self.mode:
                flip = math.less(self._draw(x, 0.0, 1.0), 0.5)
                x = array.where(flip, array.reverse(x, [axis]), x)
        return x

    def get_config(self):
        return {**super().get_config(), **given(self, "mode", "seed")}


def _bounds(factor, name: str) -> tuple[float, float]:
    low, high = factor if isinstance(factor, list | tuple) else (factor, factor)
    if low < 0 or high < 0 or low > 1:
        raise ValueError(
            f"{name}: `factor` cannot have negative values or a lower bound "
            "over 1, got "
            f"{factor}"
        )
    return float(low), float(high)


class RandomContrast(_RandomPicture):
    """(x - mean) · f + mean of each channel, f from [1 - lower, 1 + upper)."""

    def __init__(self, factor, seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        self.factor = factor
        self._bounds = _bounds(factor, self.name)

    def _changed(self, x):
        f = self._draw(x, 1.0 - self._bounds[0], 1.0 + self._bounds[1])
        mean = math.reduce_mean(x, axis=[1, 2], keepdims=True)
        return math.minimum(math.maximum((x - mean) * f + mean, 0.0), 255.0)

    def get_config(self):
        return {**super().get_config(), **given(self, "factor", "seed")}


class RandomBrightness(_RandomPicture):
    """x + f · the value range, f from [-factor, factor), kept within the range."""

    def __init__(self, factor, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        low, high = factor if isinstance(factor, list | tuple) else (-factor, factor)
        if not -1 <= low <= high <= 1:
            raise ValueError(
                f"The `factor` argument should lie within [-1.0, 1.0]. Got {factor}"
            )
        self._factor, self._value_range = [float(low), float(high)], value_range

    def _changed(self, x):
        low, high = self._value_range
        x = x + self._draw(x, *self._factor) * float(high - low)
        return math.minimum(math.maximum(x, float(low)), float(high))

    def get_config(self):
        return {
            **super().get_config(), "factor": self._factor,
            "value_range": self._value_range, "seed": self.seed,
        }  # fmt: skip


class RandomCrop(_RandomPicture):
    """A part [height, width] at random; the middle part in inference."""

    def __init__(self, height, width, seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        self.height, self.width = height, width

    def _changed(self, x):
        down, right = x.dims[1] - self.height, x.dims[2] - self.width
        if down < 0 or right < 0:
            return self._unchanged(x)
        top, left = (
            random.random_uniform([], 0, n + 1, dtype="int32", seed=self.seed)
            for n in (down, right)
        )
        begin = array.stack([0, top, left, 0])
        out = array.slice(x, begin, [-1, self.height, self.width, -1])
        out.set_shape((x.dims[0], self.height, self.width, x.dims[3]))
        return out

    def _unchanged(self, x):
        return _scaled_up(x, self.height, self.width, self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), **given(self, "height", "width", "seed")}
