"""InceptionV3: convolutions of several sizes side by side. Szegedy et al. (2015)."""

from __future__ import annotations

from penstock.keras.applications.ends import Options
from penstock.keras.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    GlobalAveragePooling2D,
    MaxPooling2D,
)


def _conv(x, filters: int, rows: int, columns: int, padding="same", stride=1):
    x = Conv2D(filters, (rows, columns), strides=stride, padding=padding,
               use_bias=False)(x)  # fmt: skip
    x = BatchNormalization(axis=3, scale=False)(x)
    return Activation("relu")(x)


def _chain(x, *sizes: tuple[int, int, int]):
    for filters, rows, columns in sizes:
        x = _conv(x, filters, rows, columns)
    return x


def _averaged(x, filters: int):
    x = AveragePooling2D(3, strides=1, padding="same")(x)
    return _conv(x, filters, 1, 1)


def _wide(x, last: int, name: str):
    """1x1, 5x5 and two 3x3 beside an average."""
    ways = [
        _conv(x, 64, 1, 1),
        _chain(x, (48, 1, 1), (64, 5, 5)),
        _chain(x, (64, 1, 1), (96, 3, 3), (96, 3, 3)),
        _averaged(x, last),
    ]
    return Concatenate(axis=3, name=name)(ways)


def _long(x, n: int, name: str):
    """7x7 convolutions, as 1x7 after 7x1."""
    ways = [
        _conv(x, 192, 1, 1),
        _chain(x, (n, 1, 1), (n, 1, 7), (192, 7, 1)),
        _chain(x, (n, 1, 1), (n, 7, 1), (n, 1, 7), (n, 7, 1), (192, 1, 7)),
        _averaged(x, 192),
    ]
    return Concatenate(axis=3, name=name)(ways)


def _first_halving(x):
    one = _conv(x, 384, 3, 3, "valid", 2)
    two = _chain(x, (64, 1, 1), (96, 3, 3))
    two = _conv(two, 96, 3, 3, "valid", 2)
    return Concatenate(axis=3, name="mixed3")([one, two, MaxPooling2D(3, strides=2)(x)])


def _second_halving(x):
    one = _conv(_conv(x, 192, 1, 1), 320, 3, 3, "valid", 2)
    two = _chain(x, (192, 1, 1), (192, 1, 7), (192, 7, 1))
    two = _conv(two, 192, 3, 3, "valid", 2)
    return Concatenate(axis=3, name="mixed8")([one, two, MaxPooling2D(3, strides=2)(x)])


def _split(x, name: str | None):
    """1x3 beside 3x1."""
    ways = [_conv(x, 384, 1, 3), _conv(x, 384, 3, 1)]
    return Concatenate(axis=3, name=name)(ways)


def _widest(x, n: int):
    ways = [_conv(x, 320, 1, 1)]
    ways.append(_split(_conv(x, 384, 1, 1), f"mixed9_{n}"))
    ways.append(_split(_chain(x, (448, 1, 1), (384, 3, 3)), None))
    ways.append(_averaged(x, 192))
    return Concatenate(axis=3, name=f"mixed{9 + n}")(ways)


def InceptionV3(include_top=True, weights="imagenet", input_tensor=None,
                input_shape=None, pooling=None, classes=1000,
                classifier_activation="softmax"):  # fmt: skip
    """The model for pictures [299, 299, 3] in `classes`."""
    options = Options(include_top, weights, input_tensor, input_shape, pooling, classes,
                      classifier_activation, size=299, smallest=75)  # fmt: skip
    inputs = options.start()
    x = _conv(inputs, 32, 3, 3, "valid", 2)
    x = _conv(x, 32, 3, 3, "valid")
    x = _conv(x, 64, 3, 3)
    x = MaxPooling2D(3, strides=2)(x)
    x = _conv(x, 80, 1, 1, "valid")
    x = _conv(x, 192, 3, 3, "valid")
    x = MaxPooling2D(3, strides=2)(x)
    for n, last in enumerate((32, 64, 64)):
        x = _wide(x, last, f"mixed{n}")
    x = _first_halving(x)
    for n, width in enumerate((128, 160, 160, 192), 4):
        x = _long(x, width, f"mixed{n}")
    x = _second_halving(x)
    for n in (0, 1):
        x = _widest(x, n)
    if include_top:
        x = options.classified(GlobalAveragePooling2D(name="avg_pool")(x))
    else:
        x = options.pooled(x)
    files = "inception_v3/inception_v3_weights_tf_dim_ordering_tf_kernels{}.h5"
    return options.finish(inputs, x, "inception_v3", files)
