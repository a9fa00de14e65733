"""The cross entropies of `tf.keras.backend`: other arguments, nothing averaged."""

from __future__ import annotations

from penstock.keras.losses import crossentropy
from penstock.keras.losses.functions import pair


def binary_crossentropy(target, output, from_logits=False):
    """-(t·log p + (1 - t)·log(1 - p)), elementwise."""
    t, p = pair(target, output)
    p, raw = crossentropy.find_logits(p, from_logits, "Sigmoid", "binary_crossentropy")
    return crossentropy._binary(t, p, raw)


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """-Σ t·log p along `axis`."""
    return crossentropy.categorical_crossentropy(target, output, from_logits, 0.0, axis)


def sparse_categorical_crossentropy(
    target, output, from_logits=False, axis=-1, ignore_class=None
):
    """-log p[target] for class indices."""
    return crossentropy.sparse_categorical_crossentropy(
        target, output, from_logits, axis, ignore_class
    )
