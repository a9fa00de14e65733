"""The two ends that all architectures share: the input, and what stands on top."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from penstock.keras import scratch
from penstock.keras.functional_model import Functional
from penstock.keras.input_layer import Input
from penstock.keras.layers import (
    Dense,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
)
from penstock.keras.utils.download import get_file

_ADDRESS = "https://storage.googleapis.com/tensorflow/keras-applications/"


@dataclass(frozen=True)
class Options:
    """What every architecture is asked for, checked.

    size: height and width of the pictures that the whole model takes.
    smallest: the least height and width that its layers can halve.
    """

    include_top: bool
    weights: str | None
    input_tensor: Any
    input_shape: tuple | None
    pooling: str | None
    classes: int
    classifier_activation: Any
    size: int = 224
    smallest: int = 32

    def __post_init__(self):
        weights = self.weights
        if weights not in (None, "imagenet") and not os.path.exists(weights):
            raise ValueError(
                "The `weights` argument should be either `None` (random "
                "initialization), `imagenet` (pre-training on ImageNet), or the path "
                f"to the weights file to be loaded.  Received: weights={weights}"
            )
        if weights == "imagenet" and self.include_top and self.classes != 1000:
            raise ValueError(
                'If using `weights` as `"imagenet"` with `include_top` as true, '
                f"`classes` should be 1000.  Received `classes={self.classes}`"
            )
        if self.pooling not in (None, "avg", "max"):
            raise ValueError(f"pooling is None, avg or max; received {self.pooling!r}.")

    @property
    def shape(self) -> tuple:
        """The shape of one picture."""
        shape = self.input_shape
        if shape is None:
            side = self.size if self.include_top else None
            return (side, side, 3)
        if len(shape) != 3:
            raise ValueError("`input_shape` must be a tuple of three integers.")
        if self.weights == "imagenet" and shape[-1] != 3:
            raise ValueError(
                f"The input must have 3 channels; Received `input_shape={tuple(shape)}`"
            )
        if any(n is not None and n < self.smallest for n in shape[:2]):
            raise ValueError(
                f"Input size must be at least {self.smallest}x{self.smallest}; "
                f"Received: input_shape={tuple(shape)}"
            )
        if self.include_top and None in shape:
            raise ValueError(
                "If `include_top` is True, you should specify a static `input_shape`. "
                f"Received: input_shape={tuple(shape)}"
            )
        return tuple(shape)

    def start(self):
        """The symbolic tensor that the first layer takes."""
        given = self.input_tensor
        if given is None:
            return Input(shape=self.shape)
        return given if scratch.is_symbolic(given) else Input(tensor=given)

    def pooled(self, x, named: bool = False):
        """`x` without a top: [batch, channels] where a pooling was asked for."""
        if self.pooling is None:
            return x
        kinds = {"avg": GlobalAveragePooling2D, "max": GlobalMaxPooling2D}
        name = f"{self.pooling}_pool" if named else None
        return kinds[self.pooling](name=name)(x)

    def classified(self, x, name: str = "predictions"):
        """[batch, classes] from [batch, features]."""
        return Dense(
            self.classes, activation=self.classifier_activation, name=name
        )(x)  # fmt: skip

    def finish(
        self, inputs, outputs, name: str, files: str | None = None
    ) -> Functional:
        """The model; its weights from `weights`.

        files: what Keras calls the file of ImageNet's weights, `{}` for the ending of
        the one without a top.
        """
        model = Functional(inputs, outputs, name=name)
        if self.weights == "imagenet":
            model.load_weights(self._downloaded(name, files))
        elif self.weights is not None:
            model.load_weights(self.weights)
        return model

    def _downloaded(self, name: str, files: str | None) -> str:
        if files is None:
            raise ValueError(
                f"Penstock does not know where ImageNet's weights of {name} are: pass "
                "the path of the file as `weights`."
            )
        folder, _, pattern = files.rpartition("/")
        file = pattern.format("" if self.include_top else "_notop")
        return get_file(file, f"{_ADDRESS}{folder}/{file}", cache_subdir="models")
