"""`tf.signal`: windows to weigh frames with."""

from __future__ import annotations

import numpy as np

from penstock.api.scopes import tensor
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE


def _raised_cosine(length, periodic, dtype, a: float, b: float):
    """a - b cos(2 pi n / N), N being even length in a periodic window."""
    kind = as_dtype(dtype)
    length = tensor(length, dtypes.int32)
    one = np.int32(1)
    even = TABLE["Sub"](one, TABLE["FloorMod"](length, np.int32(2)))
    size = TABLE["Sub"](TABLE["AddV2"](length, np.int32(bool(periodic)) * even), one)
    n = TABLE["Cast"](TABLE["Range"](np.int32(0), length, one), DstT=kind)
    span = TABLE["Cast"](TABLE["Maximum"](size, one), DstT=kind)
    angle = kind.np.type(2 * np.pi) * n / span
    window = kind.np.type(a) - kind.np.type(b) * TABLE["Cos"](angle)
    single = TABLE["Equal"](length, one)
    return TABLE["SelectV2"](single, TABLE["OnesLike"](window), window)


def hann_window(window_length, periodic=True, dtype=dtypes.float32, name=None):
    """0.5 - 0.5 cos(2 pi n / N)."""
    return _raised_cosine(window_length, periodic, dtype, 0.5, 0.5)


def hamming_window(window_length, periodic=True, dtype=dtypes.float32, name=None):
    """0.54 - 0.46 cos(2 pi n / N)."""
    return _raised_cosine(window_length, periodic, dtype, 0.54, 0.46)


def vorbis_window(window_length, dtype=dtypes.float32, name=None):
    """sin(pi / 2 sin^2(pi (n + 1/2) / N)): its squares overlap to one."""
    kind = as_dtype(dtype)
    n = np.arange(int(window_length), dtype=kind.np)
    inner = np.sin(np.pi / int(window_length) * (n + 0.5))
    return tensor(np.sin(np.pi / 2 * inner**2).astype(kind.np))


def kaiser_window(window_length, beta=12.0, dtype=dtypes.float32, name=None):
    """Kaiser and Schafer's window: I0(beta sqrt(1 - x^2)) / I0(beta), x in [-1, 1]."""
    kind = as_dtype(dtype)
    return tensor(np.kaiser(int(window_length), float(beta)).astype(kind.np))


def kaiser_bessel_derived_window(window_length, beta=12.0, dtype=dtypes.float32,
                                 name=None):  # fmt: skip
    """From running sums of a Kaiser window: its squares overlap to one."""
    kind = as_dtype(dtype)
    half = np.kaiser(int(window_length) // 2 + 1, float(beta))
    rising = np.sqrt(np.cumsum(half[:-1]) / half.sum())
    return tensor(np.concatenate([rising, rising[::-1]]).astype(kind.np))


__all__ = [
    "hamming_window", "hann_window", "kaiser_bessel_derived_window", "kaiser_window",
    "vorbis_window",
]  # fmt: skip
