"""DenseNets: each layer sees all before it in its block. Huang et al. (2016)."""

from __future__ import annotations

from typing import Any

from penstock.keras.applications.ends import Options
from penstock.keras.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ZeroPadding2D,
)

_DEPTHS = {
    "121": (6, 12, 24, 16), "169": (6, 12, 32, 32), "201": (6, 12, 48, 32),
}  # fmt: skip
_GROWTH = 32


def _active(x, normal: str, relu: str):
    x = BatchNormalization(axis=3, epsilon=1.001e-5, name=normal)(x)
    return Activation("relu", name=relu)(x)


def _grown(x, name: str):
    """`x` with `_GROWTH` more channels."""
    y = _active(x, f"{name}_0_bn", f"{name}_0_relu")
    y = Conv2D(4 * _GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(y)
    y = _active(y, f"{name}_1_bn", f"{name}_1_relu")
    y = Conv2D(_GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(y)
    return Concatenate(axis=3, name=f"{name}_concat")([x, y])


def _halved(x: Any, name: str):
    """Half the channels at half the size."""
    x = _active(x, f"{name}_bn", f"{name}_relu")
    x = Conv2D(x.shape[-1] // 2, 1, use_bias=False, name=f"{name}_conv")(x)
    return AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def _densenet(depth: str, include_top=True, weights="imagenet", input_tensor=None,
              input_shape=None, pooling=None, classes=1000,
              classifier_activation="softmax"):  # fmt: skip
    options = Options(include_top, weights, input_tensor, input_shape, pooling, classes,
                      classifier_activation)  # fmt: skip
    inputs = options.start()
    x = ZeroPadding2D(3)(inputs)
    x = Conv2D(64, 7, strides=2, use_bias=False, name="conv1/conv")(x)
    x = _active(x, "conv1/bn", "conv1/relu")
    x = MaxPooling2D(3, strides=2, name="pool1")(ZeroPadding2D(1)(x))
    for stack, blocks in enumerate(_DEPTHS[depth], 2):
        for block in range(1, blocks + 1):
            x = _grown(x, f"conv{stack}_block{block}")
        if stack < 5:
            x = _halved(x, f"pool{stack}")
    x = _active(x, "bn", "relu")
    if include_top:
        x = options.classified(GlobalAveragePooling2D(name="avg_pool")(x))
    else:
        x = options.pooled(x, named=True)
    name = f"densenet{depth}"
    files = f"densenet/{name}_weights_tf_dim_ordering_tf_kernels{{}}.h5"
    return options.finish(inputs, x, name, files)


def DenseNet121(*args, **kwargs):
    """121 layers, for pictures [224, 224, 3].

    Takes include_top, weights, input_tensor, input_shape, pooling, classes,
    classifier_activation, in this order.
    """
    return _densenet("121", *args, **kwargs)


def DenseNet169(*args, **kwargs):
    """169 layers; as `DenseNet121`."""
    return _densenet("169", *args, **kwargs)


def DenseNet201(*args, **kwargs):
    """201 layers; as `DenseNet121`."""
    return _densenet("201", *args, **kwargs)
