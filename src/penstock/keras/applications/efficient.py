"""EfficientNets: width, depth and size grown together. Tan and Le (2019)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from penstock.keras.applications.ends import Options
from penstock.keras.applications.mobile import to_halve
from penstock.keras.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePooling2D,
    Multiply,
    Normalization,
    Rescaling,
    Reshape,
    ZeroPadding2D,
)


@dataclass(frozen=True)
class _Stack:
    kernel: int
    blocks: int
    filters: int
    expansion: int
    stride: int


_STACKS = (
    _Stack(3, 1, 16, 1, 1), _Stack(3, 2, 24, 6, 2), _Stack(5, 2, 40, 6, 2),
    _Stack(3, 3, 80, 6, 2), _Stack(5, 3, 112, 6, 1), _Stack(5, 4, 192, 6, 2),
    _Stack(3, 1, 320, 6, 1),
)  # fmt: skip

#: Width, depth, size of pictures, dropout.
_SCALES = (
    (1.0, 1.0, 224, 0.2), (1.0, 1.1, 240, 0.2), (1.1, 1.2, 260, 0.3),
    (1.2, 1.4, 300, 0.3), (1.4, 1.8, 380, 0.4), (1.6, 2.2, 456, 0.4),
    (1.8, 2.6, 528, 0.5), (2.0, 3.1, 600, 0.5),
)  # fmt: skip
_DROP = 0.2  # of whole blocks, at the last one


def _eights(filters: float) -> int:
    """`filters` to the nearest eight, never a tenth below."""
    near = max(8, int(filters + 4) // 8 * 8)
    return near + 8 if near < 0.9 * filters else near


def _normal(x, name: str, active: str | None = None):
    x = BatchNormalization(axis=3, name=name)(x)
    return x if active is None else Activation("swish", name=active)(x)


def _excited(x, squeezed: int, name: str):
    """Each channel weighed by what all of them average to."""
    channels = x.shape[-1]
    y = GlobalAveragePooling2D(name=f"{name}_se_squeeze")(x)
    y = Reshape((1, 1, channels), name=f"{name}_se_reshape")(y)
    y = Conv2D(squeezed, 1, padding="same", activation="swish",
               name=f"{name}_se_reduce")(y)  # fmt: skip
    y = Conv2D(channels, 1, padding="same", activation="sigmoid",
               name=f"{name}_se_expand")(y)  # fmt: skip
    return Multiply(name=f"{name}_se_excite")([x, y])


def _block(x, stack: _Stack, filters: int, stride: int, drop: float, name: str):
    before, received = x, x.shape[-1]
    if stack.expansion != 1:
        x = Conv2D(received * stack.expansion, 1, padding="same", use_bias=False,
                   name=f"{name}_expand_conv")(x)  # fmt: skip
        x = _normal(x, f"{name}_expand_bn", f"{name}_expand_activation")
    if stride == 2:
        x = ZeroPadding2D(to_halve(x, stack.kernel), name=f"{name}_dwconv_pad")(x)
    x = DepthwiseConv2D(
        stack.kernel, strides=stride, padding="valid" if stride == 2 else "same",
        use_bias=False, name=f"{name}_dwconv",
    )(x)  # fmt: skip
    x = _normal(x, f"{name}_bn", f"{name}_activation")
    x = _excited(x, max(1, received // 4), name)
    x = Conv2D(filters, 1, padding="same", use_bias=False,
               name=f"{name}_project_conv")(x)  # fmt: skip
    x = _normal(x, f"{name}_project_bn")
    if stride == 1 and received == filters:
        if drop > 0:
            x = Dropout(drop, noise_shape=(None, 1, 1, 1), name=f"{name}_drop")(x)
        x = Add(name=f"{name}_add")([x, before])
    return x


def _efficientnet(n: int, include_top=True, weights="imagenet", input_tensor=None,
                  input_shape=None, pooling=None, classes=1000,
                  classifier_activation="softmax"):  # fmt: skip
    width, depth, size, dropout = _SCALES[n]
    options = Options(include_top, weights, input_tensor, input_shape, pooling, classes,
                      classifier_activation, size=size)  # fmt: skip
    inputs = options.start()
    x = Rescaling(1 / 255)(inputs)
    x = Normalization(axis=3)(x)
    x = ZeroPadding2D(to_halve(x), name="stem_conv_pad")(x)
    x = Conv2D(_eights(32 * width), 3, strides=2, use_bias=False, name="stem_conv")(x)
    x = _normal(x, "stem_bn", "stem_activation")
    counts = [math.ceil(stack.blocks * depth) for stack in _STACKS]
    done, total = 0, sum(counts)
    for at, (stack, count) in enumerate(zip(_STACKS, counts, strict=True), 1):
        for i in range(count):
            x = _block(
                x, stack, _eights(stack.filters * width), stack.stride if i == 0 else 1,
                _DROP * done / total, f"block{at}{chr(ord('a') + i)}",
            )  # fmt: skip
            done += 1
    x = Conv2D(_eights(1280 * width), 1, padding="same", use_bias=False,
               name="top_conv")(x)  # fmt: skip
    x = _normal(x, "top_bn", "top_activation")
    if include_top:
        x = GlobalAveragePooling2D(name="avg_pool")(x)
        x = options.classified(Dropout(dropout, name="top_dropout")(x))
    else:
        x = options.pooled(x, named=True)
    name = f"efficientnetb{n}"
    return options.finish(inputs, x, name)


def EfficientNetB0(*args, **kwargs):
    """The smallest, for pictures [224, 224, 3] from 0 to 255.

    Takes include_top, weights, input_tensor, input_shape, pooling, classes,
    classifier_activation, in this order.
    """
    return _efficientnet(0, *args, **kwargs)


def EfficientNetB1(*args, **kwargs):
    """For pictures [240, 240, 3]; as `EfficientNetB0`."""
    return _efficientnet(1, *args, **kwargs)


def EfficientNetB2(*args, **kwargs):
    """For pictures [260, 260, 3]; as `EfficientNetB0`."""
    return _efficientnet(2, *args, **kwargs)


def EfficientNetB3(*args, **kwargs):
    """For pictures [300, 300, 3]; as `EfficientNetB0`."""
    return _efficientnet(3, *args, **kwargs)


def EfficientNetB4(*args, **kwargs):
    """For pictures [380, 380, 3]; as `EfficientNetB0`."""
    return _efficientnet(4, *args, **kwargs)


def EfficientNetB5(*args, **kwargs):
    """For pictures [456, 456, 3]; as `EfficientNetB0`."""
    return _efficientnet(5, *args, **kwargs)


def EfficientNetB6(*args, **kwargs):
    """For pictures [528, 528, 3]; as `EfficientNetB0`."""
    return _efficientnet(6, *args, **kwargs)


def EfficientNetB7(*args, **kwargs):
    """For pictures [600, 600, 3]; as `EfficientNetB0`."""
    return _efficientnet(7, *args, **kwargs)
