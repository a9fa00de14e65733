"""`tf.image.ssim` and `ssim_multiscale`: how alike two pictures look."""

from __future__ import annotations

import numpy as np

from penstock.api import array
from penstock.api.image_adjust import convert_image_dtype
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.core.errors import InvalidArgumentError
from penstock.ir.op import TABLE

#: Weights of the five scales, the finest first (Wang and others, 2003).
_SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_AXES = np.array([-3, -2], np.int32)
_CHANNELS = np.array([-1], np.int32)


def _window(size: int, sigma: float) -> np.ndarray:
    """A Gaussian [size, size, 1, 1] that sums to one."""
    at = np.arange(size, dtype=np.float32) - (size - 1) / 2
    row = np.square(at) * (-0.5 / sigma**2)
    both = row[:, None] + row[None, :]
    whole = np.exp(both - both.max())
    return (whole / whole.sum()).astype(np.float32)[:, :, None, None]


def _means(x, window, depth: int):
    kernel = np.tile(window, (1, 1, depth, 1))
    flat = array.reshape(x, [-1, *x.dims[-3:]])
    out = TABLE["DepthwiseConv2dNative"](
        flat, kernel, strides=[1, 1, 1, 1], padding="VALID"
    )
    return array.reshape(out, [*x.dims[:-3], *out.dims[1:]])


def _local(a, b, top: float, window, k1: float, k2: float):
    """(luminance times contrast, contrast) of every place of two pictures."""
    depth = a.dims[-1]
    c1, c2 = (k1 * top) ** 2, (k2 * top) ** 2
    mean_a, mean_b = _means(a, window, depth), _means(b, window, depth)
    product = mean_a * mean_b * 2.0
    squares = TABLE["Square"](mean_a) + TABLE["Square"](mean_b)
    luminance = (product + c1) / (squares + c1)
    both = _means(a * b, window, depth) * 2.0
    own = _means(TABLE["Square"](a) + TABLE["Square"](b), window, depth)
    contrast = (both - product + c2) / (own - squares + c2)
    return luminance * contrast, contrast


def _pictures(img1, img2, max_val):
    a, b = tensor(img1, name="img1"), tensor(img2, name="img2")
    if a.dims is None or len(a.dims) < 3 or a.dims[-3:] != b.dims[-3:]:
        raise ValueError(
            f"Two pictures [..., height, width, channels] of one size are compared, "
            f"received {a.shape} and {b.shape}."
        )
    top = convert_image_dtype(
        TABLE["Cast"](tensor(max_val), DstT=a.dtype.base_dtype), dtypes.float32
    )
    a, b = (convert_image_dtype(v, dtypes.float32) for v in (a, b))
    return a, b, top


def _check(a, size: int) -> None:
    if any(n is not None and n < size for n in a.dims[-3:-1]):
        raise InvalidArgumentError(
            None, None, f"ssim: pictures {a.shape} are smaller than the filter of "
            f"{size}; pass a smaller filter_size.",
        )  # fmt: skip


def ssim(img1, img2, max_val, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03,
         return_index_map=False):  # fmt: skip
    """Structural similarity of each pair of pictures, 1 for equal ones.

    Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment" (2004).
    """
    with scope(None, "SSIM"):
        a, b, top = _pictures(img1, img2, max_val)
        _check(a, filter_size)
        whole, _ = _local(a, b, top, _window(filter_size, filter_sigma), k1, k2)
        if not return_index_map:
            whole = TABLE["Mean"](whole, _AXES)
        return TABLE["Mean"](whole, _CHANNELS)


def ssim_multiscale(img1, img2, max_val, power_factors=_SCALES, filter_size=11,
                    filter_sigma=1.5, k1=0.01, k2=0.03):  # fmt: skip
    """The same over several scales, each half as large as the one before.

    Wang, Simoncelli, Bovik, "Multiscale structural similarity" (2003).
    """
    with scope(None, "MS-SSIM"):
        a, b, top = _pictures(img1, img2, max_val)
        window = _window(filter_size, filter_sigma)
        parts = []
        for number in range(len(power_factors)):
            if number:
                a, b = _halved(a), _halved(b)
            _check(a, filter_size)
            whole, contrast = _local(a, b, top, window, k1, k2)
            last = number == len(power_factors) - 1
            mean = TABLE["Mean"](whole if last else contrast, _AXES)
            parts.append(TABLE["Relu"](mean))
        powers = np.array(power_factors, np.float32)
        stacked = TABLE["Pow"](array.stack(parts, -1), powers)
        return TABLE["Mean"](TABLE["Prod"](stacked, _CHANNELS), _CHANNELS)


def _halved(x):
    flat = array.reshape(x, [-1, *x.dims[-3:]])
    odd = [[0, 0], [0, x.dims[-3] % 2], [0, x.dims[-2] % 2], [0, 0]]
    flat = array.pad(flat, odd, mode="SYMMETRIC")
    out = TABLE["AvgPool"](
        flat, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID"
    )
    return array.reshape(out, [*x.dims[:-3], *out.dims[1:]])


__all__ = ["ssim", "ssim_multiscale"]
