"""`tf.image`: the types, colours and light of pictures."""

from __future__ import annotations

import numpy as np

from penstock.api import array
from penstock.api.image_parts import picture
from penstock.api.random import random_uniform
from penstock.api.scopes import scope, tensor
from penstock.core import dtypes
from penstock.core.dtypes import as_dtype
from penstock.ir.op import TABLE


def convert_image_dtype(image, dtype, saturate=False, name=None):
    """`image` in `dtype`, its range stretched: floats are 0 to 1, integers full."""
    x = tensor(image, name="image")
    kind, have = as_dtype(dtype), x.dtype.base_dtype
    if kind is have:
        return TABLE["Identity"](x, name=name)
    with scope(name, "convert_image") as full:
        if have.is_integer and kind.is_integer:
            return _between_integers(x, have, kind)
        if have.is_floating and kind.is_floating:
            return TABLE["Cast"](x, DstT=kind)
        if have.is_integer:
            scale = np.array(1.0 / have.max, kind.np)
            return TABLE["Mul"](TABLE["Cast"](x, DstT=kind), scale, name=full or None)
        scale = np.array(kind.max + 0.5, have.np)
        scaled = TABLE["Mul"](x, scale, name="Mul")
        if saturate:
            low, high = (np.array(v, have.np) for v in (kind.min, kind.max))
            scaled = TABLE["Minimum"](TABLE["Maximum"](scaled, low), high)
        return TABLE["Cast"](scaled, DstT=kind)


def _between_integers(x, have, kind):
    if have.max > kind.max:
        step = np.array((int(have.max) + 1) // (int(kind.max) + 1), have.np)
        return TABLE["Cast"](TABLE["FloorDiv"](x, step), DstT=kind)
    step = np.array((int(kind.max) + 1) // (int(have.max) + 1), kind.np)
    return TABLE["Mul"](TABLE["Cast"](x, DstT=kind), step)


def _in_floats(image, change, name, default):
    """`change` of the picture in float32, back in its own dtype."""
    with scope(name, default):
        x = TABLE["Identity"](tensor(image, name="image"), name="Identity")
        own = x.dtype.base_dtype
        floats = x if own.is_floating else convert_image_dtype(x, dtypes.float32)
        out = change(floats)
        return out if own.is_floating else convert_image_dtype(out, own, saturate=True)


def adjust_brightness(image, delta):
    """`image` with `delta` added to every pixel (of a range from 0 to 1)."""
    return _in_floats(
        image, lambda x: TABLE["AddV2"](x, TABLE["Cast"](delta, DstT=x.dtype)),
        None, "adjust_brightness",
    )  # fmt: skip


def adjust_contrast(images, contrast_factor):
    """Each pixel's distance from its channel's mean, times the factor."""
    return _in_floats(
        images, lambda x: TABLE["AdjustContrastv2"](x, contrast_factor),
        None, "adjust_contrast",
    )  # fmt: skip


def adjust_hue(image, delta, name=None):
    """The hue of RGB pictures turned by `delta` (1 is the whole circle)."""
    return _in_floats(image, lambda x: TABLE["AdjustHue"](x, delta), name, "adjust_hue")


def adjust_saturation(image, saturation_factor, name=None):
    """The saturation of RGB pictures times the factor."""
    return _in_floats(
        image, lambda x: TABLE["AdjustSaturation"](x, saturation_factor), name,
        "adjust_saturation",
    )  # fmt: skip


def adjust_gamma(image, gamma=1, gain=1):
    """`gain` times each pixel to the power `gamma`."""

    def change(x):
        kind = x.dtype.base_dtype.np
        return TABLE["Mul"](
            TABLE["Pow"](x, np.array(gamma, kind)), np.array(gain, kind)
        )

    return _in_floats(image, change, None, "adjust_gamma")


def random_brightness(image, max_delta, seed=None):
    """`adjust_brightness` by a number within ±`max_delta`."""

    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return adjust_brightness(
        image, random_uniform([], -max_delta, max_delta, seed=seed)
    )


def _random_factor(lower, upper, seed):

    if upper <= lower:
        raise ValueError("upper must be > lower.")
    return random_uniform([], lower, upper, seed=seed)


def random_contrast(image, lower, upper, seed=None):
    """`adjust_contrast` by a factor from [lower, upper)."""
    return adjust_contrast(image, _random_factor(lower, upper, seed))


def random_saturation(image, lower, upper, seed=None):
    """`adjust_saturation` by a factor from [lower, upper)."""
    return adjust_saturation(image, _random_factor(lower, upper, seed))


def random_hue(image, max_delta, seed=None):
    """`adjust_hue` by a number within ±`max_delta`."""
    return adjust_hue(image, _random_factor(-max_delta, max_delta, seed))


def rgb_to_grayscale(images, name=None):
    """0.2989 R + 0.587 G + 0.114 B, one channel."""

    def change(x):
        weights = np.array([0.2989, 0.587, 0.114], x.dtype.base_dtype.np)
        flat = array.reshape(x, [-1, 3])
        grey = TABLE["MatMul"](flat, weights[:, None])
        lead = array.shape(x)[:-1]
        out = array.reshape(grey, array.concat([lead, [1]], 0))
        out.set_shape((*x.dims[:-1], 1))
        return out

    return _in_floats(images, change, name, "rgb_to_grayscale")


def grayscale_to_rgb(images, name=None):
    """One channel copied to three."""
    with scope(name, "grayscale_to_rgb"):
        x = TABLE["Identity"](tensor(images, name="images"))
        return array.tile(x, [1] * (len(x.dims) - 1) + [3])


def rgb_to_hsv(images, name=None):
    return TABLE["RGBToHSV"](images, name=name)


def hsv_to_rgb(images, name=None):
    return TABLE["HSVToRGB"](images, name=name)


def _channels(x):
    return np.arange(len(x.dims) - 3, len(x.dims), dtype=np.int32)


def per_image_standardization(image):
    """Each picture less its mean, over its deviation (at least 1/√pixels)."""
    with scope(None, "per_image_standardization") as full:
        x = TABLE["Identity"](picture(image), name="control_dependency")
        own = x.dtype.base_dtype
        if not own.is_floating:
            x = TABLE["Cast"](x, DstT=dtypes.float32)
        count = TABLE["Prod"](array.shape(x)[-3:], [0])
        mean = TABLE["Mean"](x, _channels(x), keep_dims=True)
        off = TABLE["Sub"](x, mean, name="sub")
        variance = TABLE["Mean"](TABLE["Square"](off), _channels(x), keep_dims=True)
        least = TABLE["Rsqrt"](TABLE["Cast"](count, DstT=x.dtype.base_dtype))
        spread = TABLE["Maximum"](TABLE["Sqrt"](variance), least)
        return TABLE["RealDiv"](off, spread, name=full or None)
