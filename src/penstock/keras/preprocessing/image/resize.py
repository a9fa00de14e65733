"""Resizing as `tf.image.resize` does it without antialiasing: half-pixel centres."""

from __future__ import annotations

import numpy as np

from penstock.core.errors import UnsupportedError


def resize(images: np.ndarray, size, method: str = "bilinear") -> np.ndarray:
    """Images [..., height, width, channels] as float32 of `size` (height, width)."""
    if method not in ("bilinear", "nearest"):
        raise UnsupportedError(
            f"interpolation={method!r} is not in Penstock here. Use 'bilinear' or "
            "'nearest', or load_img(target_size=..., interpolation=...)."
        )
    height, width = (int(n) for n in size)
    images = np.asarray(images, np.float32)
    if images.shape[-3:-1] == (height, width):
        return images
    rows = _along(images, -3, height, method)
    return _along(rows, -2, width, method)


def _along(images: np.ndarray, axis: int, size: int, method: str) -> np.ndarray:
    have = images.shape[axis]
    place = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * np.float32(
        have / size
    )
    if method == "nearest":
        index = np.minimum(np.floor(place).astype(np.int64), have - 1)
        return images.take(index, axis)
    place = place - np.float32(0.5)
    low = np.floor(place)
    part = (place - low).reshape([-1] + [1] * (-axis - 1))
    first = np.clip(low, 0, have - 1).astype(np.int64)
    second = np.clip(low + 1, 0, have - 1).astype(np.int64)
    upper, lower = images.take(first, axis), images.take(second, axis)
    return upper + (lower - upper) * part
