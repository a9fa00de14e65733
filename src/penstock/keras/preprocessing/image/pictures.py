"""Picture files, PIL images and arrays, each from the others."""

from __future__ import annotations

import io
import os
from typing import Any

import numpy as np

from penstock.keras.preprocessing.image.resize import resize

SUFFIXES = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")
FORMATS = ("channels_first", "channels_last")


def chosen_format(data_format) -> str:
    """`data_format`, channels_last where not given. Raises ValueError."""
    if data_format is None:
        return "channels_last"
    if data_format not in FORMATS:
        raise ValueError(
            f"`data_format` must be one of {FORMATS}. Received: {data_format!r}."
        )
    return data_format


def _pil():
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "Reading and writing pictures needs Pillow: pip install pillow."
        ) from error
    return Image


def img_to_array(img, data_format=None, dtype=None) -> np.ndarray:
    """A PIL image (or an array of rank 2 or 3) as [height, width, channels]."""
    data_format = chosen_format(data_format)
    array = np.asarray(img, dtype=dtype or "float32")
    if array.ndim not in (2, 3):
        raise ValueError(f"Unsupported image shape: {array.shape}. Rank 2 or 3 is.")
    if array.ndim == 2:
        array = array[None] if data_format == "channels_first" else array[..., None]
    elif data_format == "channels_first":
        array = array.transpose(2, 0, 1)
    return array


def array_to_img(x, data_format=None, scale=True, dtype=None):
    """An array [height, width, 1, 3 or 4 channels] as a PIL image.

    `scale` stretches the values to 0..255; without it they are cut to bytes.
    """
    Image = _pil()
    x = np.asarray(x, dtype=dtype or "float32")
    if x.ndim != 3:
        raise ValueError(
            "Expected image array to have rank 3 (single image). Got array with shape: "
            f"{x.shape}"
        )
    if chosen_format(data_format) == "channels_first":
        x = x.transpose(1, 2, 0)
    if scale:
        x = x - np.min(x)
        largest = np.max(x)
        if largest != 0:
            x = x / largest
        x = x * 255
    channels = x.shape[2]
    if channels == 4:
        return Image.fromarray(x.astype("uint8"), "RGBA")
    if channels == 3:
        return Image.fromarray(x.astype("uint8"), "RGB")
    if channels == 1:
        if np.max(x) > 255:  # 32-bit grey
            return Image.fromarray(x[:, :, 0].astype("int32"), "I")
        return Image.fromarray(x[:, :, 0].astype("uint8"), "L")
    raise ValueError(f"Unsupported channel number: {channels}. 1, 3 and 4 are.")


def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs) -> None:
    """Write an array as a picture; `file_format` only where the name has no suffix."""
    img = array_to_img(x, data_format=data_format, scale=scale)
    if img.mode == "RGBA" and file_format in ("jpg", "jpeg"):
        img = img.convert("RGB")
    kind = "JPEG" if file_format == "jpg" else file_format
    if not isinstance(path, str | os.PathLike):
        img.save(path, format=kind, **kwargs)
        return
    if kind is None:
        suffix = os.path.splitext(path)[1].lower()
        kind = _pil().registered_extensions().get(suffix)
        if kind is None:
            raise ValueError(f"unknown file extension: {suffix!r} of {path}")
    part = f"{os.fspath(path)}.part"
    with open(part, "wb") as file:
        img.save(file, format=kind, **kwargs)
    os.replace(part, path)


def load_img(
    path,
    grayscale=False,
    color_mode="rgb",
    target_size=None,
    interpolation="nearest",
    keep_aspect_ratio=False,
):
    """A picture file (or its bytes) as a PIL image, of `target_size` (height, width).

    `color_mode`: "rgb", "rgba" or "grayscale". `interpolation`: "nearest",
    "bilinear", "bicubic", "hamming", "box" or "lanczos".
    """
    Image = _pil()
    if grayscale:
        color_mode = "grayscale"
    if isinstance(path, bytes):
        path = io.BytesIO(path)
    if isinstance(path, io.BytesIO):
        img = Image.open(path)
        img.load()
    else:
        with Image.open(path) as opened:
            opened.load()
            img = opened.copy()
    img = _in_mode(img, color_mode)
    if target_size is None:
        return img
    size = (target_size[1], target_size[0])
    if img.size == size:
        return img
    method = getattr(Image.Resampling, interpolation.upper(), None)
    if method is None:
        names = sorted(m.name.lower() for m in Image.Resampling)
        raise ValueError(
            f"Invalid interpolation method {interpolation} specified. Supported "
            f"methods are {', '.join(names)}"
        )
    if keep_aspect_ratio:
        return img.resize(size, method, box=_middle(img.size, size))
    return img.resize(size, method)


def _in_mode(img, color_mode: str):
    if color_mode == "grayscale":
        # 8, 16 and 32 bits of grey stay as they are
        return img if img.mode in ("L", "I;16", "I") else img.convert("L")
    if color_mode in ("rgb", "rgba"):
        mode = color_mode.upper()
        return img if img.mode == mode else img.convert(mode)
    raise ValueError('color_mode must be "grayscale", "rgb", or "rgba"')


def _middle(have: tuple[int, int], want: tuple[int, int]) -> Any:
    """The largest box of the wanted proportions in the middle (width, height)."""
    width, height = have
    crop_height = min(height, (width * want[1]) // want[0])
    crop_width = min(width, (height * want[0]) // want[1])
    left, top = (width - crop_width) // 2, (height - crop_height) // 2
    return left, top, left + crop_width, top + crop_height


def smart_resize(x, size, interpolation="bilinear") -> np.ndarray:
    """Images [..., height, width, channels] cut in the middle, then of `size`.

    The cut keeps the proportions of what is shown.
    """
    if len(size) != 2:
        raise ValueError(f"Expected `size` to be a tuple of 2 integers, got: {size}.")
    x = np.asarray(x)
    if x.ndim not in (3, 4):
        raise ValueError(
            "Expected an image array with shape `(height, width, channels)`, or "
            "`(batch_size, height, width, channels)`, but got input with incorrect "
            f"rank, of shape {x.shape}."
        )
    height, width = x.shape[-3:-1]
    left, top, right, bottom = _middle((width, height), (size[1], size[0]))
    return resize(x[..., top:bottom, left:right, :], size, interpolation)
