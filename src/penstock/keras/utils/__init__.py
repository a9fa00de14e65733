"""`keras.utils`: what needs no engine."""

from penstock.keras.registry import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from penstock.keras.utils.batches import PyDataset, Sequence
from penstock.keras.utils.download import get_file
from penstock.keras.utils.enqueuers import (
    GeneratorEnqueuer,
    OrderedEnqueuer,
    SequenceEnqueuer,
)
from penstock.keras.utils.numeric import normalize, to_categorical, to_ordinal
from penstock.keras.utils.progbar import Progbar
from penstock.keras.utils.seeding import register_seeder, set_random_seed

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "register_keras_serializable",
    "GeneratorEnqueuer",
    "OrderedEnqueuer",
    "Progbar",
    "PyDataset",
    "Sequence",
    "SequenceEnqueuer",
    "get_file",
    "normalize",
    "register_seeder",
    "set_random_seed",
    "to_categorical",
    "to_ordinal",
]
