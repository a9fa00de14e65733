"""`tf.zeros_initializer` and its relatives at the root of 2.x."""

from __future__ import annotations

from penstock.api import array, random
from penstock.core.dtypes import as_dtype, float32
from penstock.v2.constant import constant


class Initializer:
    """Called with a shape and a dtype, gives a tensor."""

    def __call__(self, shape, dtype=float32, **kwargs):
        raise NotImplementedError(f"{type(self).__name__} must say what it makes.")

    def get_config(self) -> dict:
        """The arguments that make this initializer again."""
        return {k: v for k, v in vars(self).items() if not k.startswith("_")}

    @classmethod
    def from_config(cls, config: dict):
        config.pop("dtype", None)
        return cls(**config)


class zeros_initializer(Initializer):
    def __call__(self, shape, dtype=float32, **kwargs):
        return array.zeros(shape, as_dtype(dtype))


class ones_initializer(Initializer):
    def __call__(self, shape, dtype=float32, **kwargs):
        return array.ones(shape, as_dtype(dtype))


class constant_initializer(Initializer):
    """One value, or a list of as many as the shape has elements."""

    def __init__(self, value=0, support_partition=False):
        self.value = value

    def __call__(self, shape, dtype=None, **kwargs):
        return constant(self.value, dtype=dtype, shape=shape)


class random_uniform_initializer(Initializer):
    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def __call__(self, shape, dtype=float32, **kwargs):
        kind = as_dtype(dtype)
        if self.seed is not None:  # the same values at every call
            return random.stateless_random_uniform(
                shape, [self.seed, 0], self.minval, self.maxval, kind
            )
        return random.random_uniform(shape, self.minval, self.maxval, kind)


class random_normal_initializer(Initializer):
    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def __call__(self, shape, dtype=float32, **kwargs):
        kind = as_dtype(dtype)
        if self.seed is not None:
            return random.stateless_random_normal(
                shape, [self.seed, 0], self.mean, self.stddev, kind
            )
        return random.random_normal(shape, self.mean, self.stddev, kind)


__all__ = [
    "constant_initializer", "ones_initializer", "random_normal_initializer",
    "random_uniform_initializer", "zeros_initializer",
]  # fmt: skip
