"""Keras 3's layers that put pictures together, or cover parts, in training."""

from __future__ import annotations

from penstock.api import array, math, random
from penstock.keras.layer import Layer
from penstock.keras.layer_call import takes
from penstock.keras.layers.augmentation import Augmentation, pair_of


def _box(x, corner, share):
    """Which points [batch, h, w, 1] lie in boxes of a `share` of both sides.

    corner, share: [batch, 1, 1, 1]; the corner is a share of what the box leaves.
    """
    sizes = array.shape(x)
    inside = None
    for axis, at in zip((1, 2), corner, strict=True):
        size = math.cast(sizes[axis], x.dtype)
        places = math.cast(math.range(sizes[axis]), x.dtype)
        places = array.reshape(places, [1, -1, 1, 1] if axis == 1 else [1, 1, -1, 1])
        length = math.floor(share * size)
        start = math.floor(at * (size - length))
        here = math.logical_and(places >= start, places < start + length)
        inside = here if inside is None else math.logical_and(inside, here)
    return inside


class RandomErasing(Augmentation):
    """A box filled with `fill_value` (noise), with a chance from `factor`.

    scale: the box's least and largest share of the picture. Zhong et al. (2017).
    """

    kept = ("factor", "scale", "fill_value", "value_range")

    def __init__(self, factor=1.0, scale=(0.02, 0.33), fill_value=None,
                 value_range=(0, 255), seed=None, **kwargs):  # fmt: skip
        super().__init__(seed, **kwargs)
        self.factor, self.scale = pair_of(factor), pair_of(scale)
        self.fill_value, self.value_range = fill_value, value_range

    def _changed(self, x):
        share = math.sqrt(self._between(x, self.scale))
        corner = (self._draw(x, 0.0, 1.0), self._draw(x, 0.0, 1.0))
        erased = math.logical_and(_box(x, corner, share), self._happens(x))
        if self.fill_value is None:
            low, high = (float(v) for v in self.value_range)
            fill = random.random_uniform(array.shape(x), low, high, x.dtype, self.seed)
        else:
            fill = array.zeros_like(x) + float(self.fill_value)
        return array.where(erased, fill, x)


class _Mixed(Layer):
    """The base: {"images", "labels"} with each picture mixed with another's."""

    kept: tuple[str, ...] = ()

    def __init__(self, data_format=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format, self.seed = data_format or "channels_last", seed

    def call(self, inputs, training=True):
        if not isinstance(inputs, dict):
            raise ValueError(
                f"{type(self).__name__} takes a dictionary with 'images' and 'labels'. "
                f"Received: {type(inputs).__name__}"
            )
        if not training:
            return inputs
        x = math.cast(inputs["images"], self.compute_dtype)
        count = array.shape(x)[0]
        order = random.shuffle(math.range(count), seed=self.seed)
        other = array.gather(x, order)
        pictures, share = self._mixed(x, other)  # share: [batch, 1, 1, 1]
        out = {**inputs, "images": pictures}
        if "labels" in inputs:
            labels = math.cast(inputs["labels"], self.compute_dtype)
            tail = [1] * (len(labels.dims) - 1)
            part = array.reshape(share, [-1, *tail])
            out["labels"] = labels * part + array.gather(labels, order) * (1.0 - part)
        return out

    def _mixed(self, x, other):
        raise NotImplementedError

    def get_config(self):
        own = {name: getattr(self, name) for name in self.kept}
        return {
            **super().get_config(), "data_format": self.data_format, **own,
            "seed": self.seed,
        }  # fmt: skip


def _beta(x, alpha: float, seed):
    """One share for each picture, from the beta distribution of (alpha, alpha)."""
    shape = array.stack([array.shape(x)[0], 1, 1, 1])
    one, two = (random.random_gamma(shape, alpha, seed=seed) for _ in range(2))
    return math.cast(one / (one + two), x.dtype)


class MixUp(_Mixed):
    """λ·picture + (1 - λ)·another; Zhang et al. (2017)."""

    kept = ("alpha",)

    def __init__(self, alpha=0.2, data_format=None, seed=None, **kwargs):
        super().__init__(data_format, seed, **kwargs)
        self.alpha = alpha

    def _mixed(self, x, other):
        share = _beta(x, float(self.alpha), self.seed)
        return x * share + other * (1.0 - share), share


class CutMix(_Mixed):
    """A box of another picture; Yun et al. (2019)."""

    kept = ("factor",)

    def __init__(self, factor=1.0, seed=None, data_format=None, **kwargs):
        super().__init__(data_format, seed, **kwargs)
        self.factor = pair_of(factor)

    def _mixed(self, x, other):
        low, high = self.factor
        shape = array.stack([array.shape(x)[0], 1, 1, 1])
        size, down, right = (
            random.random_uniform(shape, dtype=x.dtype, seed=self.seed)
            for _ in range(3)
        )
        cut = math.sqrt(size * float(high - low) + float(low))
        inside = _box(x, (down, right), cut)
        covered = math.reduce_mean(
            math.cast(inside, x.dtype), axis=[1, 2], keepdims=True
        )
        return array.where(inside, other, x), 1.0 - covered


class Pipeline(Layer):
    """Layers applied one after another."""

    def __init__(self, layers, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.layers = list(layers)

    def call(self, inputs, training=True, mask=None):
        del mask
        for layer in self.layers:
            more = {"training": training} if takes(layer, "training") else {}
            inputs = layer(inputs, **more)
        return inputs

    def get_config(self):
        from penstock.keras.archive import serialize_layer

        return {
            **super().get_config(), "layers": [serialize_layer(x) for x in self.layers]
        }  # fmt: skip

    @classmethod
    def from_config(cls, config, custom_objects=None):
        from penstock.keras.archive import deserialize_layer

        config = dict(config)
        layers = [deserialize_layer(x, custom_objects) for x in config.pop("layers")]
        return cls(layers, **config)
