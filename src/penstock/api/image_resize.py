"""`tf.image`: pictures [height, width, channels], alone or in batches, resized."""

from __future__ import annotations

import numpy as np

from penstock.api import array
from penstock.api.image_parts import batched, picture, unbatched
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor


class ResizeMethod:
    """How `resize` fills in pixels."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


RESIZE_OPS = {
    "bilinear": "ResizeBilinear", "nearest": "ResizeNearestNeighbor",
    "bicubic": "ResizeBicubic", "area": "ResizeArea",
    0: "ResizeBilinear", 1: "ResizeNearestNeighbor", 2: "ResizeBicubic",
    3: "ResizeArea",
}  # fmt: skip


#: Kernels of methods that `ScaleAndTranslate` knows.
_KERNELS = {
    "bilinear": "triangle", "bicubic": "keyscubic", "lanczos3": "lanczos3",
    "lanczos5": "lanczos5", "gaussian": "gaussian", "mitchellcubic": "mitchellcubic",
}  # fmt: skip


def resize(
    images, size, method="bilinear", preserve_aspect_ratio=False, antialias=False,
    name=None,
):  # fmt: skip
    """`images` resized to `size` [height, width], pixel centres at halves."""
    kernel = _KERNELS.get(method)
    if kernel is not None and (antialias or method not in RESIZE_OPS):
        return _scaled(images, size, kernel, antialias, preserve_aspect_ratio, name)
    return resize_with(images, size, method, False, True, preserve_aspect_ratio, name)


def _scaled(images, size, kernel: str, antialias, keep_ratio, name):
    """Resize by a kernel, which is as wide as the picture shrinks."""
    with scope(name, "resize"):
        x, alone = batched(picture(images, "images"))
        if keep_ratio:
            size = _kept_ratio(x, size)
        size = tensor(size, dtypes.int32, "size")
        out = TABLE["ScaleAndTranslate"](
            x, size, _scale(x, size), np.zeros(2, np.float32), kernel_type=kernel,
            antialias=antialias,
        )  # fmt: skip
        return unbatched(out, alone)


def _scale(x: Tensor, size: Tensor):
    """Output pixels for each input pixel; divided by NumPy, which rounds once."""
    known = array.get_static_value(size)
    if known is not None and None not in x.dims[1:3]:
        return np.asarray(known, np.float32) / np.array(x.dims[1:3], np.float32)
    wanted = TABLE["Cast"](size, DstT=dtypes.float32)
    return TABLE["RealDiv"](
        wanted, TABLE["Cast"](array.shape(x)[1:3], DstT=dtypes.float32)
    )


def resize_with(images, size, method, align_corners, half_pixel, keep_ratio, name):
    """Resize with the conventions of either era."""
    if method not in RESIZE_OPS:
        raise ValueError(f"Resize method {method!r} is not implemented.")
    with scope(name, "resize"):
        x, alone = batched(picture(images, "images"))
        if keep_ratio:
            size = _kept_ratio(x, size)
        size = tensor(size, dtypes.int32, "size")
        attrs = {"align_corners": align_corners}
        op = RESIZE_OPS[method]
        if op != "ResizeArea":
            attrs["half_pixel_centers"] = half_pixel
        known = array.get_static_value(size)
        same = known is not None and tuple(map(int, known)) == x.dims[1:3]
        out = (
            x
            if same and op != "ResizeArea" and not half_pixel
            else TABLE[op](x, size, **attrs)
        )
        return unbatched(out, alone)


def _kept_ratio(x: Tensor, size):
    """The largest size of the picture's own shape that fits in `size`."""
    height, width = x.dims[1:3]
    known = array.get_static_value(tensor(size))
    if None in (height, width) or known is None:
        raise ValueError("preserve_aspect_ratio needs known sizes.")
    scale = min(int(known[0]) / height, int(known[1]) / width)
    return [round(height * scale), round(width * scale)]
