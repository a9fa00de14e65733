"""`tf.image`: differences of neighbouring pixels, and of pictures."""

from __future__ import annotations

import numpy as np

from penstock.api import array
from penstock.api.image_adjust import convert_image_dtype
from penstock.api.image_parts import batched, picture
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.ir.op import TABLE


def image_gradients(image):
    """(dy, dx): differences to the next row and column, 0 at the end."""
    if len(image.dims) != 4:
        raise ValueError("image_gradients expects a 4D tensor [batch, h, w, d].")
    down = array.pad(image[:, 1:] - image[:, :-1], [[0, 0], [0, 1], [0, 0], [0, 0]])
    right = array.pad(
        image[:, :, 1:] - image[:, :, :-1], [[0, 0], [0, 0], [0, 1], [0, 0]]
    )
    return down, right


def sobel_edges(image):
    """[batch, h, w, d, 2]: vertical and horizontal differences by Sobel's kernels."""
    x = array.pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")

    def smooth(t, axis):
        if axis == 1:
            return t[:, :-2] + 2.0 * t[:, 1:-1] + t[:, 2:]
        return t[:, :, :-2] + 2.0 * t[:, :, 1:-1] + t[:, :, 2:]

    dy = smooth(x, 2)
    dx = smooth(x, 1)
    return array.stack([dy[:, 2:] - dy[:, :-2], dx[:, :, 2:] - dx[:, :, :-2]], axis=-1)


def total_variation(images, name=None):
    """The sum of absolute differences of neighbouring pixels, per picture."""
    with scope(name, "total_variation"):
        x, alone = batched(picture(images, "images"))
        down = TABLE["Abs"](x[:, 1:] - x[:, :-1])
        right = TABLE["Abs"](x[:, :, 1:] - x[:, :, :-1])
        axes = np.array([1, 2, 3], np.int32)
        total = TABLE["AddV2"](TABLE["Sum"](down, axes), TABLE["Sum"](right, axes))
        return total[0] if alone else total


def psnr(a, b, max_val, name=None):
    """Peak signal-to-noise ratio in decibels, per picture."""
    with scope(name, "PSNR"):
        top = convert_image_dtype(
            TABLE["Cast"](max_val, DstT=tensor(a).dtype.base_dtype), dtypes.float32
        )
        a, b = (convert_image_dtype(v, dtypes.float32) for v in (a, b))
        axes = np.array([-3, -2, -1], np.int32)
        error = TABLE["Mean"](TABLE["SquaredDifference"](a, b), axes)
        ten = np.float32(10 / np.log(10))
        peak = TABLE["Mul"](np.float32(20 / np.log(10)), TABLE["Log"](top))
        return TABLE["Sub"](peak, TABLE["Mul"](ten, TABLE["Log"](error)))
