"""`tf.image`: pictures read from and written to bytes; choosing boxes."""

from __future__ import annotations

import numpy as np

from penstock.api.scopes import scope
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE


def decode_jpeg(contents, channels=0, ratio=1, fancy_upscaling=True,
                try_recover_truncated=False, acceptable_fraction=1, dct_method="",
                name=None):  # fmt: skip
    """The uint8 pixels [height, width, channels] of a JPEG file's bytes."""
    return TABLE["DecodeJpeg"](contents, channels=channels or 0, name=name)


def decode_and_crop_jpeg(contents, crop_window, channels=0, ratio=1,
                         fancy_upscaling=True, try_recover_truncated=False,
                         acceptable_fraction=1, dct_method="", name=None):  # fmt: skip
    """The pixels of a window [y, x, height, width] of a JPEG file's bytes."""
    return TABLE["DecodeAndCropJpeg"](
        contents, crop_window, channels=channels or 0, name=name
    )


def is_jpeg(contents, name=None):
    """Whether bytes begin as a JPEG file's do."""
    with scope(name, "is_jpeg"):
        first = TABLE["Substr"](contents, np.int32(0), np.int32(3))
        return TABLE["Equal"](first, b"\xff\xd8\xff")


def decode_png(contents, channels=0, dtype=dtypes.uint8, name=None):
    """The pixels [height, width, channels] of a PNG file's bytes."""
    return TABLE["DecodePng"](
        contents, channels=channels or 0, dtype=as_dtype(dtype), name=name
    )


def decode_bmp(contents, channels=0, name=None):
    return TABLE["DecodeBmp"](contents, channels=channels or 0, name=name)


def decode_gif(contents, name=None):
    """The pixels [frames, height, width, 3] of a GIF file's bytes."""
    return TABLE["DecodeGif"](contents, name=name)


def decode_image(
    contents, channels=None, dtype=dtypes.uint8, name=None, expand_animations=True
):
    """The pixels of a JPEG, PNG, BMP or GIF file's bytes; floats range from 0 to 1."""
    return TABLE["DecodeImage"](
        contents, channels=channels or 0, dtype=as_dtype(dtype),
        expand_animations=expand_animations, name=name,
    )  # fmt: skip


def encode_png(image, compression=-1, name=None):
    return TABLE["EncodePng"](image, compression=compression, name=name)


def encode_jpeg(image, format="", quality=95, progressive=False, name=None, **_):
    """A JPEG file's bytes of uint8 pixels."""
    del format
    return TABLE["EncodeJpeg"](
        image, quality=quality, progressive=progressive, name=name
    )


def extract_jpeg_shape(contents, output_type=dtypes.int32, name=None):
    return TABLE["ExtractJpegShape"](
        contents, output_type=as_dtype(output_type), name=name
    )


def non_max_suppression(
    boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=float("-inf"),
    name=None,
):  # fmt: skip
    """Which boxes to keep, best first, so that none overlaps a better one too much."""
    with scope(name, "non_max_suppression"):
        return TABLE["NonMaxSuppressionV3"](
            boxes, scores, max_output_size, np.float32(iou_threshold),
            np.float32(score_threshold),
        )  # fmt: skip
