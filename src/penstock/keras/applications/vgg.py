"""VGG16 and VGG19: stacks of 3x3 convolutions. Simonyan and Zisserman (2014)."""

from __future__ import annotations

from penstock.keras.applications.ends import Options
from penstock.keras.layers import Conv2D, Dense, Flatten, MaxPooling2D

_FILTERS = (64, 128, 256, 512, 512)


def _vgg(options: Options, name: str, depths: tuple[int, ...]):
    inputs = x = options.start()
    for block, (depth, filters) in enumerate(zip(depths, _FILTERS, strict=True), 1):
        for i in range(1, depth + 1):
            x = Conv2D(
                filters, 3, padding="same", activation="relu",
                name=f"block{block}_conv{i}",
            )(x)  # fmt: skip
        x = MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
    if options.include_top:
        x = Flatten(name="flatten")(x)
        for i in (1, 2):
            x = Dense(4096, activation="relu", name=f"fc{i}")(x)
        x = options.classified(x)
    else:
        x = options.pooled(x)
    files = f"{name}/{name}_weights_tf_dim_ordering_tf_kernels{{}}.h5"
    return options.finish(inputs, x, name, files)


def VGG16(include_top=True, weights="imagenet", input_tensor=None, input_shape=None,
          pooling=None, classes=1000, classifier_activation="softmax"):  # fmt: skip
    """The 16-layer model for pictures [224, 224, 3] in `classes`."""
    options = Options(include_top, weights, input_tensor, input_shape, pooling, classes,
                      classifier_activation)  # fmt: skip
    return _vgg(options, "vgg16", (2, 2, 3, 3, 3))


def VGG19(include_top=True, weights="imagenet", input_tensor=None, input_shape=None,
          pooling=None, classes=1000, classifier_activation="softmax"):  # fmt: skip
    """The 19-layer model for pictures [224, 224, 3] in `classes`."""
    options = Options(include_top, weights, input_tensor, input_shape, pooling, classes,
                      classifier_activation)  # fmt: skip
    return _vgg(options, "vgg19", (2, 2, 4, 4, 4))
