"""Xception: separable convolutions in residual blocks. Chollet (2016)."""

from __future__ import annotations

from penstock.keras.applications.ends import Options
from penstock.keras.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    GlobalAveragePooling2D,
    MaxPooling2D,
    SeparableConv2D,
)


def _separable(x, filters: int, name: str):
    x = SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    return BatchNormalization(axis=-1, name=f"{name}_bn")(x)


def _relu(x, name: str):
    return Activation("relu", name=f"{name}_act")(x)


def _plain(x, filters: int, stride: int, name: str):
    x = Conv2D(filters, 3, strides=stride, use_bias=False, name=name)(x)
    return _relu(BatchNormalization(axis=-1, name=f"{name}_bn")(x), name)


def _halving(x, first: int, second: int, name: str, active: bool = True):
    """Two separable convolutions at half the size, beside a strided 1x1 one."""
    short = Conv2D(second, 1, strides=2, padding="same", use_bias=False)(x)
    short = BatchNormalization(axis=-1)(short)
    if active:
        x = _relu(x, f"{name}_sepconv1")
    x = _separable(x, first, f"{name}_sepconv1")
    x = _relu(x, f"{name}_sepconv2")
    x = _separable(x, second, f"{name}_sepconv2")
    x = MaxPooling2D(3, strides=2, padding="same", name=f"{name}_pool")(x)
    return Add()([x, short])


def _middle(x, name: str):
    before = x
    for i in (1, 2, 3):
        x = _separable(_relu(x, f"{name}_sepconv{i}"), 728, f"{name}_sepconv{i}")
    return Add()([x, before])


def Xception(include_top=True, weights="imagenet", input_tensor=None, input_shape=None,
             pooling=None, classes=1000, classifier_activation="softmax"):  # fmt: skip
    """The model for pictures [299, 299, 3] in `classes`."""
    options = Options(include_top, weights, input_tensor, input_shape, pooling, classes,
                      classifier_activation, size=299, smallest=71)  # fmt: skip
    inputs = options.start()
    x = _plain(inputs, 32, 2, "block1_conv1")
    x = _plain(x, 64, 1, "block1_conv2")
    x = _halving(x, 128, 128, "block2", active=False)
    x = _halving(x, 256, 256, "block3")
    x = _halving(x, 728, 728, "block4")
    for block in range(5, 13):
        x = _middle(x, f"block{block}")
    x = _halving(x, 728, 1024, "block13")
    for i, filters in ((1, 1536), (2, 2048)):
        name = f"block14_sepconv{i}"
        x = _relu(_separable(x, filters, name), name)
    if include_top:
        x = options.classified(GlobalAveragePooling2D(name="avg_pool")(x))
    else:
        x = options.pooled(x)
    files = "xception/xception_weights_tf_dim_ordering_tf_kernels{}.h5"
    return options.finish(inputs, x, "xception", files)
