"""First values of weights. As `tf.keras.initializers`, with tf_keras' numbers."""

from __future__ import annotations

from penstock.keras.initializers.base import FAMILY, Initializer
from penstock.keras.initializers.drawn import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
)
from penstock.keras.initializers.filled import STFT, Constant, Identity, Ones, Zeros


def get(identifier):
    """An initializer from its name, config, class or itself; None stays None."""
    return FAMILY.get(identifier)


def serialize(initializer, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.serialize(initializer)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    del use_legacy_format
    return FAMILY.deserialize(config, custom_objects)


STFTInitializer, IdentityInitializer, OrthogonalInitializer = STFT, Identity, Orthogonal
constant, zeros, ones, identity = Constant, Zeros, Ones, Identity
random_normal, random_uniform = RandomNormal, RandomUniform
normal, uniform = RandomNormal, RandomUniform
truncated_normal, variance_scaling = TruncatedNormal, VarianceScaling
orthogonal = Orthogonal
glorot_uniform, glorot_normal = GlorotUniform, GlorotNormal
lecun_uniform, lecun_normal = LecunUniform, LecunNormal
he_uniform, he_normal = HeUniform, HeNormal

__all__ = ["Initializer", "deserialize", "get", "serialize"]
__all__ += sorted(n for n in FAMILY.named if n in globals())  # pyright: ignore
