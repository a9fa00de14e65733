"""`tf.keras.optimizers`, and how optimizers are found by name."""

from __future__ import annotations

import sys

from penstock.api import namespace
from penstock.keras import schedules
from penstock.keras.optimizers.base import Optimizer
from penstock.keras.optimizers.more_rules import Adafactor, Ftrl, Lion, Rprop
from penstock.keras.optimizers.rules import (
    FAMILY,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Nadam,
    RMSprop,
)


def get(identifier, **kwargs):
    """An optimizer from its name, config, class or itself.

    Raises ValueError for what names none; 1.x optimizers belong to `tf.train` loops.
    """
    del kwargs
    if isinstance(identifier, str):
        plain = identifier.lower()
        identifier = plain if plain in FAMILY.named else identifier
    if identifier is None:
        raise ValueError("The optimizer is missing: give its name or an object.")
    made = FAMILY.get(identifier)
    if not hasattr(made, "apply_gradients"):
        raise ValueError(
            f"Could not interpret optimizer identifier: {identifier!r}. Use a name "
            "such as 'adam' or an object of tf.keras.optimizers."
        )
    return made


def serialize(optimizer, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.serialize(optimizer)


def deserialize(config, custom_objects=None, use_legacy_format=False, **kwargs):
    del use_legacy_format, kwargs
    if isinstance(config, dict):
        name = config.get("class_name", "")
        if name.startswith("LossScaleOptimizer"):
            from penstock.keras.mixed_precision import LossScaleOptimizer

            return LossScaleOptimizer.from_config(config["config"], custom_objects)
        if name.lower() in FAMILY.named and name not in FAMILY.named:
            config = {**config, "class_name": name.lower()}
    return FAMILY.deserialize(config, custom_objects)


__all__ = [
    "SGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl",
    "Lion",
    "LossScaleOptimizer", "Nadam", "Optimizer", "RMSprop", "Rprop", "deserialize",  # pyright: ignore
    "get",
    "schedules", "serialize",
]  # fmt: skip

#: Keras 2's older optimizers and those that were on trial: the same updates.
_CLASSES = "Adadelta Adagrad Adam Adamax Ftrl Nadam Optimizer RMSprop SGD"
_SAME = {n: f"{__name__}:{n}" for n in _CLASSES.split()}
_NEWER = {n: f"{__name__}:{n}" for n in ("AdamW", "Adafactor", "Lion")}
namespace.grow(
    sys.modules[__name__],
    "tf.keras.optimizers",
    {
        "": (
            {"LossScaleOptimizer": "penstock.keras.mixed_precision:LossScaleOptimizer"},
            (),
        ),
        "legacy": (_SAME, ()),
        "experimental": ({**_SAME, **_NEWER}, ()),
    },
)
