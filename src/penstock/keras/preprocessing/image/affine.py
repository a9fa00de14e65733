"""Pictures turned, shifted, sheared, zoomed, shifted in colour or brightness.

Angles are in degrees, shifts in pixels. The geometry is `scipy.ndimage`'s.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.keras.preprocessing.image.pictures import array_to_img, img_to_array


def _matrix(theta, tx, ty, shear, zx, zy) -> np.ndarray:
    """Where a pixel's value comes from, [3, 3], about the origin."""
    turn, lean = np.deg2rad(theta), np.deg2rad(shear)
    cos, sin = np.cos(turn), np.sin(turn)
    rotated = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    shifted = np.array([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
    sheared = np.array([[1, -np.sin(lean), 0], [0, np.cos(lean), 0], [0, 0, 1]])
    return rotated @ shifted @ sheared @ np.diag([zx, zy, 1.0])


def apply_affine_transform(
    x,
    theta=0,
    tx=0,
    ty=0,
    shear=0,
    zx=1,
    zy=1,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    order=1,
) -> np.ndarray:
    """`x` (rank 3) turned by `theta`, shifted, sheared and zoomed about its middle.

    Points outside are filled by `fill_mode`: "constant" (`cval`), "nearest",
    "reflect" or "wrap". `order` is the spline's: 0 takes the nearest pixel.
    """
    from scipy import ndimage  # JAX brings it; imported late because it is slow

    if sorted((row_axis, col_axis, channel_axis)) != [0, 1, 2]:
        raise ValueError(
            "Invalid axes: row_axis, col_axis and channel_axis must be 0, 1 and 2 in "
            f"some order, received {row_axis}, {col_axis} and {channel_axis}."
        )
    if x.ndim != 3:
        raise ValueError(f"Input arrays must be images of rank 3, received {x.shape}.")
    if (theta, tx, ty, shear, zx, zy) == (0, 0, 0, 0, 1, 1):
        return x
    # Keras' matrix is over (column, row), with the middle of (rows, columns) taken for
    # it: off the true middle where a picture is not square. Kept, for equal numbers.
    middle = (np.array([x.shape[row_axis], x.shape[col_axis]]) - 1) / 2
    matrix = _matrix(theta, tx, ty, shear, zx, zy)
    offset = middle + matrix[:2, 2] - matrix[:2, :2] @ middle
    linear = matrix[1::-1, 1::-1]
    swapped: Any = offset[::-1]
    planes = np.moveaxis(x, (channel_axis, row_axis, col_axis), (0, 1, 2))
    moved = [
        ndimage.affine_transform(
            plane, linear, swapped, order=order, mode=fill_mode, cval=cval
        )
        for plane in planes
    ]
    out = np.moveaxis(np.stack(moved), (0, 1, 2), (channel_axis, row_axis, col_axis))
    return np.ascontiguousarray(out)


def apply_channel_shift(x, intensity, channel_axis=0) -> np.ndarray:
    """`intensity` added everywhere, cut to the range that `x` had."""
    return np.clip(x + intensity, np.min(x), np.max(x))


def apply_brightness_shift(x, brightness, scale=True) -> np.ndarray:
    """`x` made brighter (above 1) or darker, by Pillow on its bytes."""
    from PIL import ImageEnhance

    low, high = np.min(x), np.max(x)
    stretched = bool(low < 0 or high > 255)
    img = array_to_img(x, scale=scale or stretched)
    out = img_to_array(ImageEnhance.Brightness(img).enhance(brightness))
    if not scale and stretched:
        out = out / 255 * (high - low) + low
    return out


def _two(value, name: str) -> tuple:
    if len(value) != 2:
        raise ValueError(
            f"`{name}` should be a tuple or list of two floats. Received: {value}"
        )
    return value[0], value[1]


def random_rotation(
    x,
    rg,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
) -> np.ndarray:
    """Turned by an angle in [-rg, rg]."""
    theta = np.random.uniform(-rg, rg)
    axes = row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order
    return apply_affine_transform(x, theta, 0, 0, 0, 1, 1, *axes)


def random_shift(
    x,
    wrg,
    hrg,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
) -> np.ndarray:
    """Shifted by up to `hrg` of the height and `wrg` of the width."""
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    axes = row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order
    return apply_affine_transform(x, 0, tx, ty, 0, 1, 1, *axes)


def random_shear(
    x,
    intensity,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
) -> np.ndarray:
    """Sheared by an angle in [-intensity, intensity]."""
    shear = np.random.uniform(-intensity, intensity)
    axes = row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order
    return apply_affine_transform(x, 0, 0, 0, shear, 1, 1, *axes)


def random_zoom(
    x,
    zoom_range,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
) -> np.ndarray:
    """Zoomed by two factors in `zoom_range`, one per axis; below 1 is nearer."""
    low, high = _two(zoom_range, "zoom_range")
    zx, zy = (1, 1) if low == high == 1 else np.random.uniform(low, high, 2)
    axes = row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order
    return apply_affine_transform(x, 0, 0, 0, 0, zx, zy, *axes)


def random_channel_shift(x, intensity_range, channel_axis=0) -> np.ndarray:
    intensity = np.random.uniform(-intensity_range, intensity_range)
    return apply_channel_shift(x, intensity, channel_axis)


def random_brightness(x, brightness_range, scale=True) -> np.ndarray:
    low, high = _two(brightness_range, "brightness_range")
    return apply_brightness_shift(x, np.random.uniform(low, high), scale)
