"""`keras.ops`: Fourier transforms; a complex array is a pair (real, imaginary)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from penstock.api import array, math, signal, signal_frames
from penstock.api.scopes import tensor as as_tensor
from penstock.keras.ops.operands import floating, named_as, pair, tensor


def _whole(x):
    """(real, imaginary) as one complex tensor."""
    if not isinstance(x, tuple | list) or len(x) != 2:
        raise ValueError(
            "Input `x` should be a tuple of two tensors - real and imaginary. "
            f"Received: x={x}"
        )
    real, imag = (floating(v) for v in pair(*x))
    if tuple(real.dims) != tuple(imag.dims):
        raise ValueError(
            "Input `x` should be a tuple of two tensors - real and imaginary. Both "
            f"the real and imaginary parts should have the same shape. Received: "
            f"x[0].shape = {real.shape}, x[1].shape = {imag.shape}"
        )
    return math.complex(real, imag)


def _parts(z):
    return math.real(z), math.imag(z)


def _complex(function: Callable) -> Callable:
    @named_as(function)
    def call(x):
        return _parts(function(_whole(x)))

    return call


fft, fft2, ifft2 = map(_complex, (signal.fft, signal.fft2d, signal.ifft2d))


def _length(n):
    return None if n is None else [n]


def rfft(x, fft_length=None):
    """(real, imaginary) of the transform of real numbers along the last axis."""
    return _parts(signal.rfft(floating(x), _length(fft_length)))


def irfft(x, fft_length=None):
    """The real numbers whose transform is (real, imaginary)."""
    return signal.irfft(_whole(x), _length(fft_length))


def extract_sequences(x, sequence_length, sequence_stride):
    """Pieces [..., count, length] of the last axis, a stride apart."""
    return signal_frames.frame(tensor(x), sequence_length, sequence_stride)


def _window(window, length: int, size: int, kind) -> np.ndarray:
    """The window of `length`, in the middle of `size` numbers."""
    if window is None:
        return np.ones(size, kind.np)
    elif isinstance(window, str):
        if window not in ("hann", "hamming"):
            raise ValueError(
                "If a string is passed to `window`, it must be one of `'hann'`, "
                f"`'hamming'`. Received: window={window}"
            )
        half = {"hann": 0.5, "hamming": 0.54}[window]
        around = np.cos(2 * np.pi * np.arange(length) / length)
        values = half - (1 - half) * around
    else:
        values = np.asarray(window.numpy() if hasattr(window, "numpy") else window)
        if values.shape != (length,):
            raise ValueError(
                "The shape of `window` must be equal to [sequence_length]. Received: "
                f"window shape={values.shape}"
            )
    before = (size - length) // 2
    return np.pad(values, (before, size - length - before)).astype(kind.np)


def stft(x, sequence_length, sequence_stride, fft_length, window="hann", center=True):
    """(real, imaginary) of the transforms of windowed pieces, [..., pieces, bins]."""
    x = floating(x)
    if center:
        edge = [[0, 0]] * (len(x.dims) - 1) + [[fft_length // 2] * 2]
        x = array.pad(x, edge, mode="reflect")
    weights = _window(window, sequence_length, fft_length, x.dtype.base_dtype)
    pieces = signal_frames.frame(x, fft_length, sequence_stride)
    return _parts(signal.rfft(pieces * as_tensor(weights), [fft_length]))


def istft(x, sequence_length, sequence_stride, fft_length, length=None, window="hann",
          center=True):  # fmt: skip
    """The series whose `stft` is x, overlaps divided by the windows' squares."""
    pieces = signal.irfft(_whole(x), [fft_length])
    weights = _window(window, sequence_length, fft_length, pieces.dtype.base_dtype)
    if window is not None:  # what overlapping windows add up to far from the ends
        place = np.arange(fft_length) % sequence_stride
        total = np.bincount(place, weights.astype(float) ** 2)[place]
        weights = np.where(total > 0, weights / np.where(total > 0, total, 1), 0)
    pieces = pieces * as_tensor(weights.astype(pieces.dtype.base_dtype.np))
    series = signal_frames.overlap_and_add(pieces, sequence_stride)
    whole = fft_length + sequence_stride * (pieces.dims[-2] - 1)
    start = fft_length // 2 if center else 0
    end = whole - start if length is None else start + length
    return series[..., start:end]


def view_as_complex(x):
    """[..., 2] as complex numbers."""
    x = floating(x)
    return math.complex(x[..., 0], x[..., 1])


def view_as_real(x):
    """Complex numbers as [..., 2]."""
    x = tensor(x)
    return array.stack([math.real(x), math.imag(x)], axis=-1)


def polar(abs_, angle):
    """abs_ · e^(i·angle)."""
    size, angle = (floating(v) for v in pair(abs_, angle))
    return math.complex(size * math.cos(angle), size * math.sin(angle))
