"""First values that are no draws: constants, the identity, the waves of a transform."""

from __future__ import annotations

import numpy as np

from penstock.core.dtypes import as_dtype
from penstock.core.shapes import as_dims
from penstock.keras import backend_config
from penstock.keras.initializers.base import FAMILY, Initializer, ready


class _Filled(Initializer):
    def _fill(self, shape, kind):
        raise NotImplementedError

    def __call__(self, shape, dtype=None, **kwargs):
        kind = as_dtype(dtype or backend_config.floatx())
        if kind.name == "string":
            raise ValueError(f"Expected numeric or boolean dtype, got {kind}.")
        return ready(self._fill(tuple(as_dims(shape) or ()), kind), kind)


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
