"""Which applications are recorded, and the weights and the picture they are given."""

import numpy as np

_SMALL = {"input_shape": (75, 75, 3), "classes": 10}
_TINY = {"input_shape": (32, 32, 3), "classes": 10}
_BARE = {"include_top": False, "pooling": "avg"}

MODELS = [
    ("VGG16", {}),
    ("VGG16", {**_TINY, **_BARE}),
    ("VGG19", {"include_top": False, "input_shape": (48, 32, 3)}),
    ("ResNet50", {}),
    ("ResNet50", _TINY),
    ("ResNet101", {"include_top": False, "pooling": "max"}),
    ("ResNet152", _TINY),
    ("ResNet50V2", _TINY),
    ("ResNet101V2", _TINY),
    ("ResNet152V2", _BARE),
    ("MobileNet", {}),
    ("MobileNet", {**_TINY, "alpha": 0.5}),
    ("MobileNetV2", {}),
    ("MobileNetV2", {**_TINY, "alpha": 0.35}),
    ("MobileNetV2", {**_BARE, "alpha": 1.3}),
    ("InceptionV3", {}),
    ("InceptionV3", _SMALL),
    ("Xception", {"include_top": False, "pooling": "max"}),
    ("Xception", _SMALL),
    ("DenseNet121", _TINY),
    ("DenseNet169", _BARE),
    ("DenseNet201", _TINY),
    ("EfficientNetB0", _TINY),
    ("EfficientNetB3", {}),
    ("EfficientNetB7", _BARE),
]

PREDICTED = ("VGG16", "ResNet50", "ResNet50V2", "MobileNet", "MobileNetV2",
             "InceptionV3", "Xception", "DenseNet121", "EfficientNetB0")  # fmt: skip


def key(name, arguments) -> str:
    return f"{name}({', '.join(f'{k}={v}' for k, v in arguments.items())})"


def fill(model) -> None:
    """Weights that keep values near one: kernels by fan-in, variances about one."""
    rng = np.random.default_rng(5)
    values = []
    for weight in model.weights:
        shape = tuple(weight.shape)
        if len(shape) > 1:
            fan = np.prod(shape[:-1]) if shape[-1] > 1 else np.prod(shape[:-2])
            value = rng.normal(0, (2 / fan) ** 0.5, shape)
        else:
            value = rng.uniform(0.5, 1.5, shape)
        values.append(value.astype(np.float32))
    model.set_weights(values)


def picture(shape):
    rng = np.random.default_rng(6)
    return rng.uniform(0, 1, (1, *shape)).astype(np.float32)


#: What the tests build: the recorder holds the larger ones too.
_LARGE = (
    "VGG16()", "VGG19", "ResNet50()", "ResNet101", "ResNet152", "DenseNet201",
    "InceptionV3()", "Xception(include", "EfficientNetB3", "EfficientNetB7",
)  # fmt: skip
CHEAP = [m for m in MODELS if not key(*m).startswith(_LARGE)]
