"""`tf.signal`: cosine transforms, the mel scale, cepstra, shifted spectra."""

from __future__ import annotations

import numpy as np

from penstock.api.scopes import tensor
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE


def dct(input, type=2, n=None, axis=-1, norm=None, name=None):
    """The discrete cosine transform of kind 1 to 4 along the last axis."""
    x = tensor(input)
    if n is not None:
        x = _of_size(x, int(n))
    size = x.dims[-1]
    if size is None:
        raise ValueError("dct: the size of the last axis must be known.")
    return _applied(x, _basis(size, type, norm))


def idct(input, type=2, n=None, axis=-1, norm=None, name=None):
    """The inverse of `dct` of that kind; 2 n times it where `norm` is None."""
    x = tensor(input)
    size = x.dims[-1]
    inverse = {1: 1, 2: 3, 3: 2, 4: 4}[type]
    basis = _basis(size, inverse, norm)
    return _applied(x, basis)


def _of_size(x, n: int):
    have = x.dims[-1]
    if n <= have:
        return x[..., :n]
    room = np.zeros((len(x.dims), 2), np.int32)
    room[-1, 1] = n - have
    return TABLE["Pad"](x, room)


def _basis(size: int, kind: int, norm) -> np.ndarray:
    """Columns of frequencies; scaled to be orthonormal where `norm` is "ortho"."""
    n = np.arange(size)
    if kind == 1:
        if norm is not None:
            raise ValueError("dct of type 1 has no orthonormal form.")
        basis = 2 * np.cos(np.pi * np.outer(n, n) / (size - 1))
        basis[[0, -1]] /= 2
        return basis
    if kind == 2:
        basis = 2 * np.cos(np.pi * np.outer(2 * n + 1, n) / (2 * size))
        if norm == "ortho":
            basis *= np.where(n == 0, np.sqrt(1 / (4 * size)), np.sqrt(1 / (2 * size)))
        return basis
    if kind == 3:
        basis = 2 * np.cos(np.pi * np.outer(n, 2 * n + 1) / (2 * size))
        if norm == "ortho":
            scale = np.where(n == 0, np.sqrt(1 / (4 * size)), np.sqrt(1 / (2 * size)))
            return basis * scale[:, None]
        basis[0] /= 2
        return basis
    if kind == 4:
        basis = 2 * np.cos(np.pi * np.outer(2 * n + 1, 2 * n + 1) / (4 * size))
        return basis * (np.sqrt(1 / (2 * size)) if norm == "ortho" else 1)
    raise ValueError(f"dct: type must be 1, 2, 3 or 4, received {kind!r}.")


def _applied(x, basis: np.ndarray):
    kind = x.dtype.base_dtype.np
    return TABLE["Einsum"]([x, tensor(basis.astype(kind))], equation="...n,nk->...k")


def linear_to_mel_weight_matrix(
    num_mel_bins=20, num_spectrogram_bins=129, sample_rate=8000,
    lower_edge_hertz=125.0, upper_edge_hertz=3800.0, dtype=dtypes.float32, name=None,
):  # fmt: skip
    """Triangles on the mel scale, [spectrogram bins, mel bins].

    Multiply a spectrogram by it. HTK's scale: 1127 ln(1 + f / 700).
    """
    kind = as_dtype(dtype).np

    def mel(hertz):
        return 1127.0 * np.log(1.0 + np.asarray(hertz, kind) / 700.0)

    nyquist = float(sample_rate) / 2
    bins = mel(np.linspace(0.0, nyquist, int(num_spectrogram_bins), dtype=kind)[1:])
    edges = np.linspace(
        mel(lower_edge_hertz), mel(upper_edge_hertz), int(num_mel_bins) + 2, dtype=kind
    )
    lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
    rising = (bins[:, None] - lower) / (centre - lower)
    falling = (upper - bins[:, None]) / (upper - centre)
    weights = np.maximum(0.0, np.minimum(rising, falling))
    return tensor(np.pad(weights, [[1, 0], [0, 0]]).astype(kind))


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms, name=None):
    """Mel-frequency cepstral coefficients of log mel spectrograms, last axis."""
    x = tensor(log_mel_spectrograms)
    size = x.dims[-1]
    return dct(x, type=2) * x.dtype.np.type(1 / np.sqrt(2.0 * size))


def fftshift(x, axes=None, name=None):
    """The zero frequency moved to the middle of `axes` (all by default)."""
    return _shifted(x, axes, lambda size: size // 2)


def ifftshift(x, axes=None, name=None):
    """The inverse of `fftshift`."""
    return _shifted(x, axes, lambda size: -(size // 2))


def _shifted(x, axes, by):
    x = tensor(x)
    axes = range(len(x.dims)) if axes is None else np.atleast_1d(axes).tolist()
    sizes = [x.dims[a] for a in axes]
    if None in sizes:
        raise ValueError("fftshift needs known sizes of the axes that it shifts.")
    shifts = np.array([by(s) for s in sizes], np.int32)
    return TABLE["Roll"](x, shifts, np.array(list(axes), np.int32))


__all__ = [
    "dct", "fftshift", "idct", "ifftshift", "linear_to_mel_weight_matrix",
    "mfccs_from_log_mel_spectrograms",
]  # fmt: skip
