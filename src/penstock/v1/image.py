"""`tf.image` of 1.x: older names, and resizing with its own grid."""

from __future__ import annotations

from penstock.api import image_geometry as geometry
from penstock.api import image_resize as api
from penstock.ir.op import TABLE


class ResizeMethod:
    """How `resize_images` fills in pixels, by number."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


def resize(
    images, size, method=ResizeMethod.BILINEAR, align_corners=False,
    preserve_aspect_ratio=False, name=None,
):  # fmt: skip
    """`images` resized to `size` [height, width], pixel centres at whole numbers."""
    return api.resize_with(
        images, size, method, align_corners, False, preserve_aspect_ratio, name
    )


resize_images = resize


def _fixed(method: str):
    def resized(images, size, align_corners=False, name=None, half_pixel_centers=False):
        return TABLE[api.RESIZE_OPS[method]](
            images, size, align_corners=align_corners, name=name,
            **({} if method == "area" else {"half_pixel_centers": half_pixel_centers}),
        )  # fmt: skip

    return resized


resize_bilinear = _fixed("bilinear")
resize_nearest_neighbor = _fixed("nearest")
resize_bicubic = _fixed("bicubic")
resize_area = _fixed("area")
resize_image_with_crop_or_pad = geometry.resize_with_crop_or_pad
transpose_image = geometry.transpose


def crop_and_resize(
    image, boxes, box_ind=None, crop_size=None, method="bilinear",
    extrapolation_value=0, name=None, box_indices=None,
):  # fmt: skip
    which = box_indices if box_indices is not None else box_ind
    return geometry.crop_and_resize(
        image, boxes, which, crop_size, method, float(extrapolation_value), name
    )
