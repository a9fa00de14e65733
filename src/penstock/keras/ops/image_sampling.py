"""`keras.ops.image`: arrays read between their places, and scaled axis by axis."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from penstock.api import array, math
from penstock.api.scopes import tensor as as_tensor
from penstock.keras.ops.operands import floating, tensor


def _folded(place, size: int, fill_mode: str):
    """A whole `place` brought inside [0, size)."""
    if fill_mode == "nearest":
        return math.minimum(math.maximum(place, 0), size - 1)
    if fill_mode == "wrap":
        return math.floormod(place, size)
    if fill_mode == "mirror":
        turn = max(2 * size - 2, 1)
        place = math.floormod(place, turn)
        return math.minimum(place, turn - place)
    place = math.floormod(place, 2 * size)
    return math.minimum(place, 2 * size - 1 - place)


_FILLS = ("constant", "nearest", "wrap", "mirror", "reflect")


def map_coordinates(inputs, coordinates, order, fill_mode="constant", fill_value=0):
    """`inputs` at `coordinates` [rank, ...]: the nearest (order 0), or between (1)."""
    x, at = tensor(inputs), floating(coordinates)
    if at.dims[0] != len(x.dims):
        raise ValueError(
            "First dim of `coordinates` must be the same as the rank of `inputs`. "
            f"Received inputs with shape: {x.shape} and coordinates with shape: "
            f"{at.shape}"
        )
    if order not in (0, 1):
        raise ValueError(f"Invalid value for argument `order`. Received: order={order}")
    if fill_mode not in _FILLS:
        raise ValueError(
            f"Invalid value for argument `fill_mode`. Expected one of {_FILLS}. "
            f"Received: fill_mode={fill_mode}"
        )
    kind = x.dtype.base_dtype
    choices = []  # along each axis: (whole place, its share)
    for i in range(len(x.dims)):
        c = at[i]
        if fill_mode == "reflect":  # Keras turns about 0, then about the last edge
            c = math.abs(c)
        if order == 0:
            choices.append([(math.cast(math.round(c), "int32"), None)])
            continue
        low = math.floor(c)
        share, low = c - low, math.cast(low, "int32")
        choices.append([(low, 1.0 - share), (low + 1, share)])
    total = None
    for corner in itertools.product(*choices):
        part = _corner(x, corner, fill_mode, fill_value, at.dtype.base_dtype)
        total = part if total is None else total + part
    if order == 0 or not kind.is_floating:
        total = math.round(total) if not kind.is_floating else total
    return math.cast(total, kind)


def _corner(x, corner, fill_mode: str, fill_value, kind):
    """The values at whole places, times their shares."""
    places, inside = [], None
    for (place, _), size in zip(corner, x.dims, strict=True):
        if fill_mode == "constant":
            within = math.logical_and(place >= 0, place < size)
            inside = within if inside is None else math.logical_and(inside, within)
            place = math.minimum(math.maximum(place, 0), size - 1)
        else:
            place = _folded(place, size, fill_mode)
        places.append(place)
    values = math.cast(array.gather_nd(x, array.stack(places, axis=-1)), kind)
    if inside is not None:
        values = array.where(inside, values, as_tensor(fill_value, kind))
    for _, share in corner:
        values = values if share is None else values * share
    return values


def _cubic(x):
    """Keys' cubic, a = -1/2 (1981)."""
    near = ((1.5 * x - 2.5) * x) * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    out = array.where(x >= 1.0, far, near)
    return array.where(x >= 2.0, array.zeros_like(x), out)


def _lanczos(radius: float) -> Callable:
    def curve(x):
        y = radius * math.sin(np.pi * x) * math.sin(np.pi * x / radius)
        safe = array.where(math.equal(x, 0.0), array.ones_like(x), x)
        out = array.where(x > 1e-3, y / (np.pi**2 * safe**2), array.ones_like(x))
        return array.where(x > radius, array.zeros_like(x), out)

    return curve


def _triangle(x):
    return math.maximum(1.0 - x, 0.0)


#: How each method weighs an input by its distance.
CURVES: dict[str, Callable] = {
    **dict.fromkeys(("linear", "bilinear", "trilinear"), _triangle),
    **dict.fromkeys(("cubic", "bicubic", "tricubic"), _cubic),
    "lanczos3": _lanczos(3.0), "lanczos5": _lanczos(5.0),
}  # fmt: skip


def scale_and_translate(images, output_shape, scale, translation, spatial_dims, method,
                        antialias=True):  # fmt: skip
    """`images` scaled, then moved, along `spatial_dims`, in an array of output_shape.

    Each output place weighs the inputs around it by `method`'s curve, which
    `antialias` widens where the array shrinks.
    """
    if method not in CURVES:
        raise ValueError(
            "Invalid value for argument `method`. Expected of one "
            f"{set(CURVES)}. Received: method={method}"
        )
    x = floating(images)
    rank = len(x.dims)
    if len(output_shape) != rank:
        raise ValueError(
            f"output_shape={tuple(output_shape)} has another rank than the images of "
            f"shape {x.shape}."
        )
    scale, translation = tensor(scale, x.dtype), tensor(translation, x.dtype)
    for i, d in enumerate(spatial_dims):
        d %= rank
        weights = _weights(x.dims[d], int(output_shape[d]), scale[i], translation[i],
                           CURVES[method], antialias)  # fmt: skip
        order = [*range(d), *range(d + 1, rank), d]
        moved = array.transpose(x, order)
        made = math.tensordot(moved, weights, [[-1], [0]])
        x = array.transpose(made, [order.index(a) for a in range(rank)])
    return x


def _weights(size: int, wanted: int, scale, move, curve: Callable, antialias: bool):
    """[size, wanted]: how much each input is in each output, of sum 1."""
    kind = scale.dtype.base_dtype
    inverse = 1.0 / scale
    wide = math.maximum(inverse, 1.0) if antialias else array.ones_like(inverse)
    centre = (as_tensor(np.arange(wanted) + 0.5, kind) - move) * inverse - 0.5
    away = math.abs(centre[None] - as_tensor(np.arange(size)[:, None], kind)) / wide
    weights = curve(away)
    total = math.reduce_sum(weights, axis=0, keepdims=True)
    small = math.abs(total) > 1000.0 * float(np.finfo(np.float32).eps)
    safe = array.where(math.equal(total, 0.0), array.ones_like(total), total)
    weights = array.where(small, weights / safe, array.zeros_like(weights))
    inside = math.logical_and(centre >= -0.5, centre <= size - 0.5)
    return array.where(inside[None], weights, array.zeros_like(weights))
