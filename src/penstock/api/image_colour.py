"""`tf.image`: colour spaces of television, and quality lost by JPEG."""

from __future__ import annotations

import numpy as np

from penstock.api.image_adjust import convert_image_dtype
from penstock.api.image_files import decode_jpeg, encode_jpeg
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.ir.op import TABLE

_TO_YIQ = [
    [0.299, 0.59590059, 0.2115],
    [0.587, -0.27455667, -0.52273617],
    [0.114, -0.32134392, 0.31119955],
]
_FROM_YIQ = [
    [1, 1, 1],
    [0.95598634, -0.27201283, -1.10674021],
    [0.6208248, -0.64720424, 1.70423049],
]
_TO_YUV = [
    [0.299, -0.14714119, 0.61497538],
    [0.587, -0.28886916, -0.51496512],
    [0.114, 0.43601035, -0.10001026],
]
_FROM_YUV = [[1, 1, 1], [0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0]]


def _linear(images, matrix):
    x = tensor(images, name="images")
    kernel = np.array(matrix, x.dtype.base_dtype.np)
    from penstock.api.tensordot import tensordot

    return tensordot(x, kernel, axes=[[len(x.dims) - 1], [0]])


def rgb_to_yiq(images):
    """RGB in [0, 1] as luma and chroma of NTSC."""
    return _linear(images, _TO_YIQ)


def yiq_to_rgb(images):
    """The inverse of `rgb_to_yiq`."""
    return _linear(images, _FROM_YIQ)


def rgb_to_yuv(images):
    """RGB in [0, 1] as luma and chroma of PAL."""
    return _linear(images, _TO_YUV)


def yuv_to_rgb(images):
    """The inverse of `rgb_to_yuv`."""
    return _linear(images, _FROM_YUV)


def adjust_jpeg_quality(image, jpeg_quality, dct_method="", name=None):
    """`image` as it looks after writing it as JPEG of that quality (0 to 100)."""
    with scope(name, "adjust_jpeg_quality"):
        x = tensor(image, name="image")
        channels = x.dims[-1]
        own = x.dtype.base_dtype
        pixels = convert_image_dtype(x, dtypes.uint8, saturate=True)
        if isinstance(jpeg_quality, int):
            data = encode_jpeg(pixels, quality=jpeg_quality)
        else:
            data = TABLE["EncodeJpegVariableQuality"](pixels, jpeg_quality)
        return convert_image_dtype(decode_jpeg(data, channels=channels), own)


__all__ = [
    "adjust_jpeg_quality", "rgb_to_yiq", "rgb_to_yuv", "yiq_to_rgb", "yuv_to_rgb"
]  # fmt: skip
