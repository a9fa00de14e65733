"""First values that are drawn: normal, uniform, orthogonal, of a layer's own scale."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from penstock.core import philox_np
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import as_dims
from penstock.keras import backend_config
from penstock.keras.initializers.base import FAMILY, Initializer, ready
from penstock.keras.utils.seeding import made_up_seed
from penstock.ops import sampling_initializers as draw
from penstock.ops.xla import jax


class _Drawn(Initializer):
    """Draws from `seed`; without one, from a seed made up at the first draw."""

    def __init__(self, seed=None):
        self.seed = seed
        self._made_up: int | None = None

    @property
    def _used(self) -> int:
        if self.seed is not None:
            return int(self.seed)
        if self._made_up is None:
            self._made_up = made_up_seed()
        return self._made_up

    def _draw(self, seed, shape, kind):
        raise NotImplementedError

    def __call__(self, shape, dtype=None, **kwargs):
        kind = as_dtype(dtype or backend_config.floatx())
        if not kind.is_floating:
            raise ValueError(
                f"Expected float or integer dtype for {type(self).__name__}, got "
                f"{kind.name}: random weights are floating point."
            )
        seed = np.array([self._used, 0], np.int64)
        dims = tuple(as_dims(shape) or ())
        bounds = self._bounds(dims)
        if bounds is not None and kind.name == "float32" and _is_small(dims):
            return ready(_uniform(seed, dims, *bounds), kind)
        return ready(_cached(self, seed, dims, kind), kind)

    def _bounds(self, shape) -> tuple[float, float] | None:
        """The interval of a uniform draw; None for another distribution."""
        return None

    def get_config(self):
        return {"seed": self.seed}


#: Fewer values than this are drawn by NumPy before XLA has compiled their draw.
_SMALL = 1 << 21


def _is_small(shape) -> bool:
    return math.prod(shape) < _SMALL


def _uniform(seed, shape, low: float, high: float) -> np.ndarray:
    """As `draw.uniform`, to the bit."""
    bits = philox_np.random_bits(*philox_np.stateless(seed), math.prod(shape))
    unit = philox_np.unit_float32(bits).reshape(shape)
    span = np.float32(high) - np.float32(low)
    return unit * span + np.float32(low)


def _cached(initializer, seed, shape, kind):
    """The draw, compiled once for each shape and kind of draw."""
    recipe = tuple(sorted(initializer._recipe().items()))
    key = (type(initializer), recipe, shape, kind)
    found = _compiled.get(key)
    if found is None:
        found = _compiled[key] = jax.jit(
            lambda pair: initializer._draw(pair, shape, kind.np)
        )
    return found(seed)


_compiled: dict[Any, Any] = {}


@FAMILY.add("random_normal", "normal")
class RandomNormal(_Drawn):
    """Normal of `mean` and `stddev`."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def _recipe(self):
        return {"mean": self.mean, "stddev": self.stddev}

    def _draw(self, seed, shape, kind):
        return draw.normal(seed, shape, self.mean, self.stddev, kind)

    def get_config(self):
        return {**self._recipe(), "seed": self.seed}


@FAMILY.add("truncated_normal")
class TruncatedNormal(RandomNormal):
    """Normal of `mean` and `stddev`, cut off at two standard deviations."""

    def _draw(self, seed, shape, kind):
        return draw.truncated_normal(seed, shape, self.mean, self.stddev, kind)


@FAMILY.add("random_uniform", "uniform")
class RandomUniform(_Drawn):
    """Uniform in [minval, maxval)."""

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def _recipe(self):
        return {"minval": self.minval, "maxval": self.maxval}

    def _bounds(self, shape):
        return self.minval, self.maxval

    def _draw(self, seed, shape, kind):
        return draw.uniform(seed, shape, self.minval, self.maxval, kind)

    def get_config(self):
        return {**self._recipe(), "seed": self.seed}


@FAMILY.add("orthogonal")
class Orthogonal(_Drawn):
    """`gain` times an orthogonal matrix; Saxe et al. (2014). Needs rank 2 or more."""

    def __init__(self, gain=1.0, seed=None):
        super().__init__(seed)
        self.gain = gain

    def _recipe(self):
        return {"gain": self.gain}

    def _draw(self, seed, shape, kind):
        if len(shape) < 2:
            raise ValueError(
                "The tensor to initialize must be at least two-dimensional. Received: "
                f"shape={shape} of rank {len(shape)}."
            )
        return draw.orthogonal(seed, shape, self.gain, kind)

    def get_config(self):
        return {"gain": self.gain, "seed": self.seed}


@FAMILY.add("variance_scaling")
class VarianceScaling(_Drawn):
    """Draws of variance scale / n, n the fan of `mode`."""

    def __init__(
        self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None
    ):
        if scale <= 0.0:
            raise ValueError(
                f"`scale` must be positive float. Received: scale={scale}."
            )
        if mode not in {"fan_in", "fan_out", "fan_avg"}:
            raise ValueError(
                f"Invalid `mode` argument: {mode}. Use fan_in, fan_out or fan_avg."
            )
        distribution = str(distribution).lower()
        if distribution == "normal":
            distribution = "truncated_normal"
        if distribution not in {
            "uniform", "truncated_normal", "untruncated_normal"
        }:  # fmt: skip
            raise ValueError(f"Invalid `distribution` argument: {distribution}.")
        super().__init__(seed)
        self.scale, self.mode, self.distribution = scale, mode, distribution

    def _recipe(self):
        return {
            "scale": self.scale, "mode": self.mode, "distribution": self.distribution
        }  # fmt: skip

    def _bounds(self, shape):
        if self.distribution != "uniform":
            return None
        limit = draw.uniform_limit(shape, self.scale, self.mode)
        return -limit, limit

    def _draw(self, seed, shape, kind):
        return draw.variance_scaling(
            seed, shape, self.scale, self.mode, self.distribution, kind
        )

    def get_config(self):
        return {**self._recipe(), "seed": self.seed}


class _Named(VarianceScaling):
    """A `VarianceScaling` whose only choice is the seed."""

    choice: tuple[float, str, str]

    def __init__(self, seed=None):
        super().__init__(*self.choice, seed=seed)

    def get_config(self):
        return {"seed": self.seed}


@FAMILY.add("glorot_uniform", "xavier_uniform")
class GlorotUniform(_Named):
    """Glorot and Bengio (2010)."""

    choice = (1.0, "fan_avg", "uniform")


@FAMILY.add("glorot_normal", "xavier_normal")
class GlorotNormal(_Named):
    choice = (1.0, "fan_avg", "truncated_normal")


@FAMILY.add("lecun_normal")
class LecunNormal(_Named):
    """LeCun et al. (1998)."""

    choice = (1.0, "fan_in", "truncated_normal")


@FAMILY.add("lecun_uniform")
class LecunUniform(_Named):
    choice = (1.0, "fan_in", "uniform")


@FAMILY.add("he_normal")
class HeNormal(_Named):
    """He et al. (2015)."""

    choice = (2.0, "fan_in", "truncated_normal")


@FAMILY.add("he_uniform")
class HeUniform(_Named):
    choice = (2.0, "fan_in", "uniform")
