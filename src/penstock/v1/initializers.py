"""First values of variables: `tf.zeros_initializer` and its relatives of 1.x.

Each is called with the shape, and perhaps a dtype, and gives a tensor.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from penstock.api import array, random
from penstock.core.dtypes import as_dtype, float32
from penstock.core.shapes import as_dims
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.v1.constant import constant

#: Standard deviation of a standard normal truncated at two deviations.
_TRUNCATED_STDDEV = 0.87962566103423978


class Initializer:
    """What `get_variable` calls for a first value: `initializer(shape, dtype)`."""

    _config: tuple[str, ...] = ()
    dtype: Any = float32

    def __call__(self, shape, dtype=None, partition_info=None):
        kind = self.dtype if dtype is None else as_dtype(dtype)
        return self._make(_sizes(shape), kind, partition_info)

    def get_config(self) -> dict:
        """The arguments that make this initializer again."""
        config = {name: getattr(self, name) for name in self._config}
        return {**config, "dtype": self.dtype.name}

    @classmethod
    def from_config(cls, config: dict):
        return cls(**config)

    def _make(self, shape, dtype, partition_info):
        raise NotImplementedError(f"{type(self).__name__} must say what it makes.")


def _sizes(shape) -> list[int]:
    dims = as_dims(shape)
    assert dims is not None and None not in dims, "initializers need a whole shape"
    return list(dims)  # type: ignore[arg-type]


class Zeros(Initializer):
    """All zeros (empty strings, False)."""

    def __init__(self, dtype=float32):
        self.dtype = as_dtype(dtype)

    def _make(self, shape, dtype, partition_info):
        return array.zeros(shape, dtype)


class Ones(Initializer):
    """All ones."""

    def __init__(self, dtype=float32):
        self.dtype = as_dtype(dtype)

    def _make(self, shape, dtype, partition_info):
        return array.ones(shape, dtype)


class Constant(Initializer):
    """`value` everywhere, or the values of a list that fill the shape.

    Raises TypeError for a tensor, ValueError for more values than places.
    """

    _config = ("value",)

    def __init__(self, value: Any = 0, dtype=float32, verify_shape=False):
        if not (np.isscalar(value) or isinstance(value, list | tuple | np.ndarray)):
            raise TypeError(
                "Invalid type for initial value: "
                f"{type(value).__name__} (expected Python scalar, list or tuple of "
                "values, or numpy.ndarray)."
            )
        self.value, self.dtype = value, as_dtype(dtype)
        self._verify_shape = verify_shape

    def _make(self, shape, dtype, partition_info):
        return constant(self.value, dtype, shape, verify_shape=self._verify_shape)


class RandomUniform(Initializer):
    """Spread evenly over [minval, maxval)."""

    _config = ("minval", "maxval", "seed")

    def __init__(self, minval=0.0, maxval=None, seed=None, dtype=float32):
        self.minval, self.maxval, self.seed = minval, maxval, seed
        self.dtype = as_dtype(dtype)

    def _make(self, shape, dtype, partition_info):
        return random.random_uniform(shape, self.minval, self.maxval, dtype, self.seed)


class RandomNormal(Initializer):
    """Normal with `mean` and `stddev`."""

    _config = ("mean", "stddev", "seed")

    def __init__(self, mean=0.0, stddev=1.0, seed=None, dtype=float32):
        self.mean, self.stddev, self.seed = mean, stddev, seed
        self.dtype = as_dtype(dtype)

    def _make(self, shape, dtype, partition_info):
        return random.random_normal(shape, self.mean, self.stddev, dtype, self.seed)


class TruncatedNormal(Initializer):
    """Normal with `mean` and `stddev`, redrawn beyond two deviations."""

    _config = ("mean", "stddev", "seed")

    def __init__(self, mean=0.0, stddev=1.0, seed=None, dtype=float32):
        self.mean, self.stddev, self.seed = mean, stddev, seed
        self.dtype = as_dtype(dtype)

    def _make(self, shape, dtype, partition_info):
        return random.truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)


class UniformUnitScaling(Initializer):
    """Even over ±sqrt(3 / inputs) * factor: keeps the scale of what comes in.

    Sussillo and Abbott, "Random walk initialization" (2014).
    """

    _config = ("factor", "seed")

    def __init__(self, factor=1.0, seed=None, dtype=float32):
        self.factor, self.seed, self.dtype = factor, seed, as_dtype(dtype)

    def _make(self, shape, dtype, partition_info):
        full = getattr(partition_info, "full_shape", None) or shape
        inputs = max(math.prod(float(n) for n in full[:-1]), 1.0)
        limit = math.sqrt(3 / inputs) * self.factor
        return random.random_uniform(shape, -limit, limit, dtype, self.seed)


class VarianceScaling(Initializer):
    """Variance `scale` / n, n the inputs, outputs or their mean by `mode`.

    `distribution`: truncated_normal, untruncated_normal or uniform. Raises
    ValueError for another mode or distribution, or a scale that is not positive.
    """

    _config = ("scale", "mode", "distribution", "seed")

    def __init__(
        self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None,
        dtype=float32,
    ):  # fmt: skip
        if scale <= 0.0:
            raise ValueError(
                f"Argument `scale` must be a positive float. Received: {scale}"
            )
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(
                "Argument `mode` should be one of ('fan_in', 'fan_out', 'fan_avg'). "
                f"Received: {mode}"
            )
        distribution = distribution.lower()
        if distribution == "normal":
            distribution = "truncated_normal"
        kinds = ("uniform", "truncated_normal", "untruncated_normal")
        if distribution not in kinds:
            raise ValueError(
                f"Argument `distribution` should be one of {kinds}. "
                f"Received: {distribution}"
            )
        self.scale, self.mode, self.distribution = scale, mode, distribution
        self.seed, self.dtype = seed, as_dtype(dtype)

    def _make(self, shape, dtype, partition_info):
        full = getattr(partition_info, "full_shape", None) or shape
        fan_in, fan_out = fans(full)
        n = {
            "fan_in": max(1.0, fan_in),
            "fan_out": max(1.0, fan_out),
            "fan_avg": max(1.0, (fan_in + fan_out) / 2.0),
        }[self.mode]
        variance = self.scale / n
        if self.distribution == "truncated_normal":
            stddev = math.sqrt(variance) / _TRUNCATED_STDDEV
            return random.truncated_normal(shape, 0.0, stddev, dtype, self.seed)
        if self.distribution == "untruncated_normal":
            stddev = math.sqrt(variance)
            return random.random_normal(shape, 0.0, stddev, dtype, self.seed)
        limit = math.sqrt(3.0 * variance)
        return random.random_uniform(shape, -limit, limit, dtype, self.seed)


def fans(shape) -> tuple[float, float]:
    """How many inputs and outputs a weight of `shape` connects."""
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


class GlorotUniform(VarianceScaling):
    """Glorot and Bengio, "Understanding the difficulty of training..." (2010)."""

    _config = ("seed",)

    def __init__(self, seed=None, dtype=float32):
        super().__init__(1.0, "fan_avg", "uniform", seed, dtype)


class GlorotNormal(VarianceScaling):
    """Glorot and Bengio (2010), by a truncated normal."""

    _config = ("seed",)

    def __init__(self, seed=None, dtype=float32):
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, dtype)


class Orthogonal(Initializer):
    """Orthonormal rows or columns, whichever are fewer, times `gain`.

    Raises ValueError below rank 2. Saxe, McClelland, Ganguli (2014).
    """

    _config = ("gain", "seed")

    def __init__(self, gain=1.0, seed=None, dtype=float32):
        self.gain, self.seed, self.dtype = gain, seed, as_dtype(dtype)

    def _make(self, shape, dtype, partition_info):
        if len(shape) < 2:
            raise ValueError(
                "The tensor to initialize, specified by argument `shape` must be at "
                f"least two-dimensional. Received shape={shape}"
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = max(rows, columns), min(rows, columns)
        drawn = random.random_normal(tall, dtype=dtype, seed=self.seed)
        q, r = TABLE["Qr"](drawn, full_matrices=False)
        # Signs make the decomposition unique, the draw uniform.
        signs = TABLE["Sign"](TABLE["DiagPart"](r))
        q = TABLE["Mul"](q, signs, name="mul")
        if rows < columns:
            q = TABLE["Transpose"](q, [1, 0], name="matrix_transpose/transpose")
        whole = TABLE["Reshape"](q, shape)
        return TABLE["Mul"](self.gain, whole, name="mul")


class Identity(Initializer):
    """The identity matrix times `gain`. Raises ValueError unless the rank is 2."""

    _config = ("gain",)

    def __init__(self, gain=1.0, dtype=float32):
        self.gain, self.dtype = gain, as_dtype(dtype)

    def _make(self, shape, dtype, partition_info):
        if len(shape) != 2:
            raise ValueError(
                "The tensor to initialize, specified by argument `shape` must be "
                f"two-dimensional. Received shape={shape}"
            )
        eye = as_tensor(context.landing(), np.eye(*shape, dtype=dtype.np), None, "eye")
        return eye if self.gain == 1.0 else TABLE["Mul"](self.gain, eye, name="mul")


zeros_initializer, ones_initializer, constant_initializer = Zeros, Ones, Constant
random_uniform_initializer = RandomUniform
random_normal_initializer = RandomNormal
truncated_normal_initializer = TruncatedNormal
uniform_unit_scaling_initializer = UniformUnitScaling
variance_scaling_initializer = VarianceScaling
glorot_uniform_initializer, glorot_normal_initializer = GlorotUniform, GlorotNormal
orthogonal_initializer, identity_initializer = Orthogonal, Identity


def he_normal(seed=None) -> VarianceScaling:
    """Truncated normal of variance 2 / inputs. He et al. (2015)."""
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed)


def he_uniform(seed=None) -> VarianceScaling:
    """Even, of variance 2 / inputs. He et al. (2015)."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


def lecun_normal(seed=None) -> VarianceScaling:
    """Truncated normal of variance 1 / inputs. LeCun et al. (1998)."""
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed)


def lecun_uniform(seed=None) -> VarianceScaling:
    """Even, of variance 1 / inputs. LeCun et al. (1998)."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


__all__ = [
    "Constant", "GlorotNormal", "GlorotUniform", "Identity", "Initializer", "Ones",
    "Orthogonal", "RandomNormal", "RandomUniform", "TruncatedNormal",
    "UniformUnitScaling", "VarianceScaling", "Zeros", "constant_initializer",
    "glorot_normal_initializer", "glorot_uniform_initializer", "he_normal",
    "he_uniform", "identity_initializer", "lecun_normal", "lecun_uniform",
    "ones_initializer", "orthogonal_initializer", "random_normal_initializer",
    "random_uniform_initializer", "truncated_normal_initializer",
    "uniform_unit_scaling_initializer", "variance_scaling_initializer",
    "zeros_initializer",
]  # fmt: skip
