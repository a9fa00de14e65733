"""`keras.applications`: published architectures, with Keras' names of layers.

The architectures are from the papers that each module cites; names, order and options
of the layers are those that Keras' models report, so that its `.h5` files load.
"""

import sys

from penstock.api import namespace

_HERE = "penstock.keras.applications"


def _family(module: str, mode: str, names: str) -> tuple[dict[str, str], tuple]:
    return {
        **{n: f"{_HERE}.{module}:{n}" for n in names.split()},
        "preprocess_input": f"{_HERE}.imagenet:preprocess_{mode}",
        "decode_predictions": f"{_HERE}.imagenet:decode_predictions",
    }, ()


_RESNET = "ResNet50 ResNet101 ResNet152"
_RESNET_V2 = "ResNet50V2 ResNet101V2 ResNet152V2"
_DENSENET = "DenseNet121 DenseNet169 DenseNet201"
_EFFICIENT = " ".join(f"EfficientNetB{n}" for n in range(8))

_FAMILIES = {
    "vgg16": _family("vgg", "caffe", "VGG16"),
    "vgg19": _family("vgg", "caffe", "VGG19"),
    "resnet": _family("residual", "caffe", _RESNET),
    "resnet50": _family("residual", "caffe", "ResNet50"),
    "resnet_v2": _family("residual", "tf", _RESNET_V2),
    "mobilenet": _family("mobile", "tf", "MobileNet"),
    "mobilenet_v2": _family("mobile", "tf", "MobileNetV2"),
    "inception_v3": _family("inception", "tf", "InceptionV3"),
    "xception": _family("separable", "tf", "Xception"),
    "densenet": _family("dense_blocks", "torch", _DENSENET),
    "efficientnet": _family("efficient", "none", _EFFICIENT),
}
_IMAGENET = {
    n: f"{_HERE}.imagenet:{n}" for n in ("preprocess_input", "decode_predictions")
}
_MODELS = {
    name: place
    for names, _ in _FAMILIES.values()
    for name, place in names.items()
    if name not in _IMAGENET
}

namespace.grow(
    sys.modules[__name__],
    "tf.keras.applications",
    {"": (_MODELS, ()), **_FAMILIES, "imagenet_utils": (_IMAGENET, ())},
)
