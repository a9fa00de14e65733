"""Pictures as the models take them, and their answers as words."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from penstock.api import array, math
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.tensor import Tensor
from penstock.keras import backend_config
from penstock.keras.utils.download import get_file

_CAFFE_MEAN = (103.939, 116.779, 123.68)  # of ImageNet's blue, green, red
_TORCH_MEAN, _TORCH_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_CLASSES = "https://storage.googleapis.com/download.tensorflow.org/data/"


def preprocess_input(x, data_format=None, mode="caffe"):
    """Pictures [..., h, w, 3] in RGB from 0 to 255, scaled as the models were trained.

    mode: "tf" from -1 to 1; "torch" from 0 to 1, then ImageNet's mean and deviation
    taken out; "caffe" blue first, ImageNet's mean taken out. A NumPy array of floats is
    changed in place, as Keras does.
    """
    if mode not in ("caffe", "tf", "torch"):
        raise ValueError(
            "Expected mode to be one of `caffe`, `tf` or `torch`. Received: "
            f"mode={mode}"
        )
    data_format = data_format or backend_config.image_data_format()
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            "Expected data_format to be one of `channels_first` or `channels_last`. "
            f"Received: data_format={data_format}"
        )
    if isinstance(x, np.ndarray):
        return _of_array(x, data_format, mode)
    x = x if isinstance(x, Tensor) else as_tensor(context.landing(), x, None, None)
    if not x.dtype.is_floating:
        x = math.cast(x, backend_config.floatx())
    return _of_tensor(x, data_format, mode)


def _of_array(x: np.ndarray, data_format: str, mode: str) -> np.ndarray:
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(backend_config.floatx(), copy=False)
    if mode == "tf":
        x /= 127.5
        x -= 1.0
        return x
    axis = -1 if data_format == "channels_last" else -3
    if mode == "caffe":
        x = np.flip(x, axis)
        x -= _along(_CAFFE_MEAN, axis, x.dtype)
        return x
    x /= 255.0
    x -= _along(_TORCH_MEAN, axis, x.dtype)
    x /= _along(_TORCH_STD, axis, x.dtype)
    return x


def _along(values, axis: int, dtype) -> np.ndarray:
    return np.asarray(values, dtype).reshape([-1] + [1] * (-1 - axis))


def _of_tensor(x, data_format: str, mode: str):
    if mode == "tf":
        return x / 127.5 - 1.0
    axis = -1 if data_format == "channels_last" else -3
    kind = x.dtype.np
    if mode == "caffe":
        return array.reverse(x, [axis]) - _along(_CAFFE_MEAN, axis, kind)
    return (x / 255.0 - _along(_TORCH_MEAN, axis, kind)) / _along(
        _TORCH_STD, axis, kind
    )


def preprocess_caffe(x, data_format=None):
    """`preprocess_input` of the models that Caffe's weights were taken for."""
    return preprocess_input(x, data_format, "caffe")


def preprocess_tf(x, data_format=None):
    """`preprocess_input` of the models trained on pictures from -1 to 1."""
    return preprocess_input(x, data_format, "tf")


def preprocess_torch(x, data_format=None):
    """`preprocess_input` of the models trained on normalised pictures."""
    return preprocess_input(x, data_format, "torch")


def preprocess_none(x, data_format=None):
    """The pictures themselves: these models scale them in their first layers."""
    return x


def decode_predictions(preds, top=5):
    """For each row of `preds` [samples, 1000] its `top` (id, word, score), best first.

    The words are in KERAS_HOME/models/imagenet_class_index.json, else downloaded.
    Raises ValueError for another shape.
    """
    preds = np.asarray(preds)
    if preds.ndim != 2 or preds.shape[1] != 1000:
        raise ValueError(
            "`decode_predictions` expects a batch of predictions (i.e. a 2D array of "
            f"shape (samples, 1000)). Found array with shape: {preds.shape}"
        )
    words = _words()
    out = []
    for row in preds:
        best = row.argsort()[-top:][::-1]
        out.append([(*words[str(i)], row[i]) for i in best])
    return out


def _words() -> dict[str, Any]:
    name = "imagenet_class_index.json"
    path = get_file(name, _CLASSES + name, cache_subdir="models")
    with open(path, encoding="utf-8") as file:
        return {k: tuple(v) for k, v in json.load(file).items()}
