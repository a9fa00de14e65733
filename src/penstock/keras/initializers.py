"""First values of weights. As `tf.keras.initializers`, with tf_keras' numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from penstock.core import philox_np
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import as_dims
from penstock.ir import context
from penstock.keras import backend_config
from penstock.keras.registry import Family
from penstock.keras.utils.seeding import made_up_seed
from penstock.ops import sampling_initializers as draw
from penstock.runtime.eager.tensor import EagerTensor

FAMILY = Family("initializer", "keras.initializers")


class Initializer:
    """Called with a shape and a dtype, gives the tensor to start from."""

    def __call__(self, shape, dtype=None, **kwargs):
        raise NotImplementedError("Initializer subclasses must implement `__call__`.")

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config):
        config = {k: v for k, v in config.items() if k != "dtype"}
        return cls(**config)


def _ready(array, kind):
    tensor = EagerTensor(kind, tuple(array.shape), array)
    return context.landing().own(tensor) if not context.executing_eagerly() else tensor


class _Filled(Initializer):
    def _fill(self, shape, kind):
        raise NotImplementedError

    def __call__(self, shape, dtype=None, **kwargs):
        kind = as_dtype(dtype or backend_config.floatx())
        if kind.name == "string":
            raise ValueError(f"Expected numeric or boolean dtype, got {kind}.")
        return _ready(self._fill(tuple(as_dims(shape) or ()), kind), kind)


@FAMILY.add("zeros", "zero")
class Zeros(_Filled):
    def _fill(self, shape, kind):
        return np.zeros(shape, kind.np)


@FAMILY.add("ones", "one")
class Ones(_Filled):
    def _fill(self, shape, kind):
        return np.ones(shape, kind.np)


@FAMILY.add("constant")
class Constant(_Filled):
    """Everywhere `value`, a number or an array that fills the shape."""

    def __init__(self, value=0):
        self.value = value

    def _fill(self, shape, kind):
        value = np.asarray(self.value, kind.np)
        if value.size == np.prod(shape, dtype=int) and value.shape != shape:
            return value.reshape(shape)
        return np.array(np.broadcast_to(value, shape))

    def get_config(self):
        return {"value": self.value}


@FAMILY.add("identity", "eye")
class Identity(_Filled):
    """`gain` on the diagonal of a matrix. Raises ValueError for other ranks."""

    def __init__(self, gain=1.0):
        self.gain = gain

    def _fill(self, shape, kind):
        if len(shape) != 2:
            raise ValueError(
                "Identity matrix initializer can only be used for 2D matrices. "
                f"Received: shape={shape} of rank {len(shape)}."
            )
        return (self.gain * np.eye(*shape)).astype(kind.np)

    def get_config(self):
        return {"gain": self.gain}


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
            return _ready(_uniform(seed, dims, *bounds), kind)
        return _ready(_cached(self, seed, dims, kind), kind)

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
    from penstock.ops.xla import jax

    config = {k: v for k, v in initializer._recipe().items()}
    key = (type(initializer), tuple(sorted(config.items())), shape, kind)
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


def get(identifier):
    """An initializer from its name, config, class or itself; None stays None."""
    return FAMILY.get(identifier)


def serialize(initializer, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.serialize(initializer)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.deserialize(config, custom_objects)


@FAMILY.add("stft")
class STFT(_Filled):
    """The cosines ("real") or sines of a Fourier transform, times a window.

    shape: (samples, 1, bins). scaling: "density", "spectrum" or None.
    """

    def __init__(self, side="real", window="hann", scaling="density", periodic=False):
        if side not in ("real", "imag"):
            raise ValueError(f"side should be 'real' or 'imag'. Received: side={side}")
        self.side, self.window = side, window
        self.scaling, self.periodic = scaling, periodic

    def _fill(self, shape, kind):
        samples, _, bins = shape
        weights = self._weights(samples)
        angle = np.outer(np.arange(samples), np.arange(bins)) * np.pi / (bins - 1)
        waves = np.cos(angle) if self.side == "real" else -np.sin(angle)
        total = {None: 1.0, "density": np.sqrt(np.sum(weights**2)),
                 "spectrum": np.sum(weights)}[self.scaling]  # fmt: skip
        return (waves * weights[:, None] / total)[:, None].astype(kind.np)

    def _weights(self, samples: int) -> np.ndarray:
        if self.window is None:
            return np.ones(samples)
        if not isinstance(self.window, str):
            return np.asarray(self.window, float)
        half = {"hann": 0.5, "hamming": 0.54}.get(self.window)
        if half is None:
            raise ValueError(
                f"window is 'hann', 'hamming', numbers or None; received {self.window}."
            )
        length = samples if self.periodic else max(samples - 1, 1)
        return half - (1 - half) * np.cos(2 * np.pi * np.arange(samples) / length)

    def get_config(self):
        return {
            "side": self.side, "window": self.window, "scaling": self.scaling,
            "periodic": self.periodic,
        }  # fmt: skip


STFTInitializer, IdentityInitializer, OrthogonalInitializer = STFT, Identity, Orthogonal
constant, zeros, ones, identity = Constant, Zeros, Ones, Identity
random_normal, random_uniform = RandomNormal, RandomUniform
normal, uniform = RandomNormal, RandomUniform
truncated_normal, variance_scaling = TruncatedNormal, VarianceScaling
orthogonal = Orthogonal
glorot_uniform, glorot_normal = GlorotUniform, GlorotNormal
lecun_uniform, lecun_normal = LecunUniform, LecunNormal
he_uniform, he_normal = HeUniform, HeNormal

__all__ = sorted({n for n in FAMILY.named if n in globals()} | {  # pyright: ignore
    "Initializer", "deserialize", "get", "serialize"})  # fmt: skip
