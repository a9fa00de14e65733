"""ResNets: layers that add to what they received.

He et al., Deep residual learning (2015); V2, with the activation before the
convolution: Identity mappings in deep residual networks (2016).
"""

from __future__ import annotations

from penstock.keras.applications.ends import Options
from penstock.keras.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ZeroPadding2D,
)

_DEPTHS = {"50": (3, 4, 6, 3), "101": (3, 4, 23, 3), "152": (3, 8, 36, 3)}
_EPSILON = 1.001e-5
_KERNELS = "tf_dim_ordering_tf_kernels{}.h5"


def _normal(x, name: str, relu: str | None = None):
    x = BatchNormalization(axis=3, epsilon=_EPSILON, name=name)(x)
    return x if relu is None else Activation("relu", name=relu)(x)


def _block(x, filters: int, stride: int, widens: bool, name: str):
    """1x1, 3x3, 1x1 convolutions beside a way that keeps or widens `x`."""
    short = x
    if widens:
        short = Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(x)
        short = _normal(short, f"{name}_0_bn")
    x = Conv2D(filters, 1, strides=stride, name=f"{name}_1_conv")(x)
    x = _normal(x, f"{name}_1_bn", f"{name}_1_relu")
    x = Conv2D(filters, 3, padding="same", name=f"{name}_2_conv")(x)
    x = _normal(x, f"{name}_2_bn", f"{name}_2_relu")
    x = Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    x = _normal(x, f"{name}_3_bn")
    x = Add(name=f"{name}_add")([short, x])
    return Activation("relu", name=f"{name}_out")(x)


def _block_v2(x, filters: int, stride: int, widens: bool, name: str):
    """As `_block`, normalised and activated first; the last of a stack halves."""
    ready = _normal(x, f"{name}_preact_bn", f"{name}_preact_relu")
    if widens:
        short = Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(ready)
    else:
        short = MaxPooling2D(1, strides=stride)(x) if stride > 1 else x
    x = Conv2D(filters, 1, use_bias=False, name=f"{name}_1_conv")(ready)
    x = _normal(x, f"{name}_1_bn", f"{name}_1_relu")
    x = ZeroPadding2D(1, name=f"{name}_2_pad")(x)
    x = Conv2D(filters, 3, strides=stride, use_bias=False, name=f"{name}_2_conv")(x)
    x = _normal(x, f"{name}_2_bn", f"{name}_2_relu")
    x = Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    return Add(name=f"{name}_out")([short, x])


def _stem(x, normalised: bool):
    x = ZeroPadding2D(3, name="conv1_pad")(x)
    x = Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    if normalised:
        x = _normal(x, "conv1_bn", "conv1_relu")
    x = ZeroPadding2D(1, name="pool1_pad")(x)
    return MaxPooling2D(3, strides=2, name="pool1_pool")(x)


def _resnet(depth: str, include_top=True, weights="imagenet", input_tensor=None,
            input_shape=None, pooling=None, classes=1000,
            classifier_activation="softmax"):  # fmt: skip
    options = Options(include_top, weights, input_tensor, input_shape, pooling, classes,
                      classifier_activation)  # fmt: skip
    inputs = options.start()
    x = _stem(inputs, normalised=True)
    for stack, blocks in enumerate(_DEPTHS[depth], 2):
        for block in range(1, blocks + 1):
            first = block == 1
            stride = 2 if first and stack > 2 else 1
            x = _block(x, 32 * 2 ** (stack - 1), stride, first,
                       f"conv{stack}_block{block}")  # fmt: skip
    name = f"resnet{depth}"
    return _topped(options, inputs, x, name,
                   f"resnet/{name}_weights_{_KERNELS}")  # fmt: skip


def _resnet_v2(depth: str, include_top=True, weights="imagenet", input_tensor=None,
               input_shape=None, pooling=None, classes=1000,
               classifier_activation="softmax"):  # fmt: skip
    options = Options(include_top, weights, input_tensor, input_shape, pooling, classes,
                      classifier_activation)  # fmt: skip
    inputs = options.start()
    x = _stem(inputs, normalised=False)
    for stack, blocks in enumerate(_DEPTHS[depth], 2):
        for block in range(1, blocks + 1):
            stride = 2 if block == blocks and stack < 5 else 1
            x = _block_v2(x, 32 * 2 ** (stack - 1), stride, block == 1,
                          f"conv{stack}_block{block}")  # fmt: skip
    x = _normal(x, "post_bn", "post_relu")
    name = f"resnet{depth}v2"
    return _topped(options, inputs, x, name,
                   f"resnet/{name}_weights_{_KERNELS}")  # fmt: skip


def _topped(options: Options, inputs, x, name: str, files: str):
    if options.include_top:
        x = options.classified(GlobalAveragePooling2D(name="avg_pool")(x))
    else:
        x = options.pooled(x, named=True)
    return options.finish(inputs, x, name, files)


def ResNet50(*args, **kwargs):
    """50 layers, for pictures [224, 224, 3].

    Takes include_top, weights, input_tensor, input_shape, pooling, classes,
    classifier_activation, in this order.
    """
    return _resnet("50", *args, **kwargs)


def ResNet101(*args, **kwargs):
    """101 layers; as `ResNet50`."""
    return _resnet("101", *args, **kwargs)


def ResNet152(*args, **kwargs):
    """152 layers; as `ResNet50`."""
    return _resnet("152", *args, **kwargs)


def ResNet50V2(*args, **kwargs):
    """50 layers, activated before each convolution; as `ResNet50`."""
    return _resnet_v2("50", *args, **kwargs)


def ResNet101V2(*args, **kwargs):
    """101 layers, activated before each convolution; as `ResNet50`."""
    return _resnet_v2("101", *args, **kwargs)


def ResNet152V2(*args, **kwargs):
    """152 layers, activated before each convolution; as `ResNet50`."""
    return _resnet_v2("152", *args, **kwargs)
