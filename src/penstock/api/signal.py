"""Fourier transforms, as `tf.signal` spells them."""

from __future__ import annotations

import numpy as np

from penstock.api.operands import tensor_named
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.ir.op import TABLE
from penstock.ops import math_fft as ops


def fft(input, name=None):
    """The discrete Fourier transform along the last axis of complex numbers."""
    return ops.fft(input, name=name)


def ifft(input, name=None):
    """The inverse of `fft`."""
    return ops.ifft(input, name=name)


def fft2d(input, name=None):
    """The transform along the last two axes."""
    return ops.fft2d(input, name=name)


def ifft2d(input, name=None):
    """The inverse of `fft2d`."""
    return ops.ifft2d(input, name=name)


def fft3d(input, name=None):
    """The transform along the last three axes."""
    return ops.fft3d(input, name=name)


def ifft3d(input, name=None):
    """The inverse of `fft3d`."""
    return ops.ifft3d(input, name=name)


def rfft(input_tensor, fft_length=None, name=None):
    """The transform of real numbers along the last axis: n // 2 + 1 frequencies."""
    return _real(ops.rfft, "rfft", 1, input_tensor, fft_length, name, False)


def irfft(input_tensor, fft_length=None, name=None):
    """The inverse of `rfft`."""
    return _real(ops.irfft, "irfft", 1, input_tensor, fft_length, name, True)


def rfft2d(input_tensor, fft_length=None, name=None):
    """The transform of real numbers along the last two axes."""
    return _real(ops.rfft2d, "rfft2d", 2, input_tensor, fft_length, name, False)


def irfft2d(input_tensor, fft_length=None, name=None):
    """The inverse of `rfft2d`."""
    return _real(ops.irfft2d, "irfft2d", 2, input_tensor, fft_length, name, True)


def rfft3d(input_tensor, fft_length=None, name=None):
    """The transform of real numbers along the last three axes."""
    return _real(ops.rfft3d, "rfft3d", 3, input_tensor, fft_length, name, False)


def irfft3d(input_tensor, fft_length=None, name=None):
    """The inverse of `rfft3d`."""
    return _real(ops.irfft3d, "irfft3d", 3, input_tensor, fft_length, name, True)


def _real(op, default: str, rank: int, x, length, name, inverse: bool):
    with scope(name, default) as full:
        kind = None if inverse or isinstance(x, np.ndarray) else dtypes.float32
        x = tensor_named(x, kind, "input")
        if length is None:
            length = _default_length(x, rank, inverse)
        wide = x.dtype.base_dtype in (dtypes.float64, dtypes.complex128)
        if inverse:
            out = {"Treal": dtypes.float64 if wide else dtypes.float32}
        else:
            out = {"Tcomplex": dtypes.complex128 if wide else dtypes.complex64}
        return op(x, length, name=full or None, **out)


def _default_length(x, rank: int, inverse: bool):
    """The sizes of the last axes; of an inverse the even one that fits."""
    dims = None if x.dims is None else x.dims[len(x.dims) - rank :]
    if dims is not None and None not in dims:
        sizes = list(dims)
        if inverse:
            sizes[-1] = max(0, 2 * (sizes[-1] - 1))
        length = np.array(sizes, np.int32)
        tensor(length, name="Const")  # TensorFlow's node; the op makes its own
        return length
    shape = TABLE["Shape"](x, out_type=dtypes.int32)
    sizes = TABLE["StridedSlice"](shape, [-rank], [0], [1], end_mask=1)
    if not inverse:
        return sizes
    twice = np.array([1] * (rank - 1) + [2], np.int32)
    less = np.array([0] * (rank - 1) + [1], np.int32)
    return TABLE["Mul"](TABLE["Sub"](sizes, less), twice)
