"""Activation functions, by name or as functions. As `tf.keras.activations`."""

from penstock.keras.activations.classic import (
    FAMILY,
    elu,
    exponential,
    gelu,
    hard_sigmoid,
    leaky_relu,
    linear,
    log_softmax,
    mish,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    swish,
    tanh,
)
from penstock.keras.activations.newer import (
    celu,
    glu,
    hard_shrink,
    hard_silu,
    hard_swish,
    hard_tanh,
    log_sigmoid,
    soft_shrink,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh_shrink,
    threshold,
)


def get(identifier):
    """An activation from its name, config or itself; None is `linear`."""
    if identifier is None:
        return linear
    return FAMILY.get(identifier)


def serialize(activation, use_legacy_format=False):
    """The name of a function, the config of a layer."""
    del use_legacy_format
    return FAMILY.serialize(activation)


def deserialize(name, custom_objects=None, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.deserialize(name, custom_objects)


__all__ = [
    "celu", "deserialize", "elu", "exponential", "gelu", "get", "glu",
    "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh",
    "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6",
    "selu", "serialize", "sigmoid", "silu", "soft_shrink", "softmax", "softplus",
    "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "swish",
    "tanh", "tanh_shrink", "threshold",
]  # fmt: skip
