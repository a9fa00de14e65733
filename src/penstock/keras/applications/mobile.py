"""MobileNets: depthwise convolutions, then pointwise ones.

Howard et al. (2017); V2, with inverted residuals: Sandler et al. (2018).
"""

from __future__ import annotations

from penstock.keras.applications.ends import Options
from penstock.keras.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePooling2D,
    ReLU,
    Reshape,
    ZeroPadding2D,
)

_EIGHT = 8  # channels come in eights


def _eights(channels: float) -> int:
    """`channels` to the nearest eight, never a tenth below."""
    near = max(_EIGHT, int(channels + _EIGHT / 2) // _EIGHT * _EIGHT)
    return near + _EIGHT if near < 0.9 * channels else near


def _bounded(x, momentum: float, normal: str, relu: str):
    x = BatchNormalization(axis=-1, momentum=momentum, name=normal)(x)
    return ReLU(6.0, name=relu)(x)


def _side(shape) -> str:
    rows = shape[0]
    return str(rows) if rows == shape[1] else "224"


#: Filters and stride of each depthwise-pointwise pair.
_PAIRS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2),
          *((512, 1),) * 5, (1024, 2), (1024, 1))  # fmt: skip


def MobileNet(input_shape=None, alpha=1.0, depth_multiplier=1, dropout=1e-3,
              include_top=True, weights="imagenet", input_tensor=None, pooling=None,
              classes=1000, classifier_activation="softmax"):  # fmt: skip
    """28 layers, `alpha` times as wide, for pictures [224, 224, 3] in `classes`."""
    options = Options(include_top, weights, input_tensor, input_shape, pooling, classes,
                      classifier_activation)  # fmt: skip
    inputs = options.start()
    x = Conv2D(int(32 * alpha), 3, strides=2, padding="same", use_bias=False,
               name="conv1")(inputs)  # fmt: skip
    x = _bounded(x, 0.99, "conv1_bn", "conv1_relu")
    for i, (filters, stride) in enumerate(_PAIRS, 1):
        if stride > 1:
            x = ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{i}")(x)
        x = DepthwiseConv2D(
            3, strides=stride, padding="same" if stride == 1 else "valid",
            depth_multiplier=depth_multiplier, use_bias=False, name=f"conv_dw_{i}",
        )(x)  # fmt: skip
        x = _bounded(x, 0.99, f"conv_dw_{i}_bn", f"conv_dw_{i}_relu")
        x = Conv2D(int(filters * alpha), 1, padding="same", use_bias=False,
                   name=f"conv_pw_{i}")(x)  # fmt: skip
        x = _bounded(x, 0.99, f"conv_pw_{i}_bn", f"conv_pw_{i}_relu")
    if include_top:
        x = GlobalAveragePooling2D(keepdims=True)(x)
        x = Dropout(dropout, name="dropout")(x)
        x = Conv2D(classes, 1, padding="same", name="conv_preds")(x)
        x = Reshape((classes,), name="reshape_2")(x)
        x = Activation(classifier_activation, name="predictions")(x)
    else:
        x = options.pooled(x)
    side = _side(options.shape)
    wide = {1.0: "1_0", 0.75: "7_5", 0.5: "5_0", 0.25: "2_5"}.get(alpha)
    files = f"mobilenet/mobilenet_{wide}_{side}_tf{_NO_TOP[include_top]}.h5"
    return options.finish(inputs, x, f"mobilenet_{alpha:0.2f}_{side}", files)


_NO_TOP = {True: "", False: "_no_top"}

#: Expansion, filters, blocks and first stride of each stack.
_STACKS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
           (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))  # fmt: skip
_SLOW = 0.999


def _inverted(x, expansion: int, filters: int, stride: int, block: int):
    """Widen, convolve each channel, narrow; added to `x` where the shapes agree."""
    name = f"block_{block}" if block else "expanded_conv"
    before = x
    if block:
        x = Conv2D(expansion * x.shape[-1], 1, padding="same", use_bias=False,
                   name=f"{name}_expand")(x)  # fmt: skip
        x = _bounded(x, _SLOW, f"{name}_expand_BN", f"{name}_expand_relu")
    if stride == 2:
        x = ZeroPadding2D(to_halve(x), name=f"{name}_pad")(x)
    x = DepthwiseConv2D(
        3, strides=stride, padding="same" if stride == 1 else "valid", use_bias=False,
        name=f"{name}_depthwise",
    )(x)  # fmt: skip
    x = _bounded(x, _SLOW, f"{name}_depthwise_BN", f"{name}_depthwise_relu")
    x = Conv2D(filters, 1, padding="same", use_bias=False, name=f"{name}_project")(x)
    x = BatchNormalization(axis=-1, momentum=_SLOW, name=f"{name}_project_BN")(x)
    if stride == 1 and before.shape[-1] == filters:
        x = Add(name=f"{name}_add")([before, x])
    return x


def to_halve(x, kernel: int = 3) -> tuple:
    """Padding with which a convolution of stride 2 meets every second point."""
    half = kernel // 2
    return tuple(
        (half - (1 if n is None or n % 2 == 0 else 0), half) for n in x.shape[1:3]
    )


def MobileNetV2(input_shape=None, alpha=1.0, include_top=True, weights="imagenet",
                input_tensor=None, pooling=None, classes=1000,
                classifier_activation="softmax"):  # fmt: skip
    """53 layers, `alpha` times as wide, for pictures [224, 224, 3] in `classes`."""
    options = Options(include_top, weights, input_tensor, input_shape, pooling, classes,
                      classifier_activation)  # fmt: skip
    inputs = options.start()
    x = Conv2D(_eights(32 * alpha), 3, strides=2, padding="same", use_bias=False,
               name="Conv1")(inputs)  # fmt: skip
    x = _bounded(x, _SLOW, "bn_Conv1", "Conv1_relu")
    block = 0
    for expansion, filters, blocks, first in _STACKS:
        for i in range(blocks):
            stride = first if i == 0 else 1
            x = _inverted(x, expansion, _eights(filters * alpha), stride, block)
            block += 1
    last = _eights(1280 * alpha) if alpha > 1.0 else 1280
    x = Conv2D(last, 1, use_bias=False, name="Conv_1")(x)
    x = _bounded(x, _SLOW, "Conv_1_bn", "out_relu")
    if include_top:
        x = options.classified(GlobalAveragePooling2D()(x))
    else:
        x = options.pooled(x)
    side = _side(options.shape)
    files = (
        "mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_"
        f"{float(alpha)}_{side}{_NO_TOP[include_top]}.h5"
    )
    return options.finish(inputs, x, f"mobilenetv2_{alpha:0.2f}_{side}", files)
