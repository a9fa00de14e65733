"""`keras.utils`: what needs no engine at once; the rest is found when asked for."""

import sys

from penstock.api import namespace
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
from penstock.keras.utils.numeric import (
    count_params,
    normalize,
    to_categorical,
    to_ordinal,
)
from penstock.keras.utils.progbar import Progbar
from penstock.keras.utils.seeding import register_seeder, set_random_seed

_LATER = {
    **dict.fromkeys(
        "array_to_img img_to_array load_img save_img".split(),
        "penstock.keras.preprocessing.image",
    ),
    **dict.fromkeys(
        "audio_dataset_from_directory image_dataset_from_directory"
        " text_dataset_from_directory timeseries_dataset_from_array".split(),
        "penstock.keras.preprocessing",
    ),
    **dict.fromkeys(
        "disable_interactive_logging enable_interactive_logging"
        " is_interactive_logging_enabled".split(),
        "penstock.keras.utils.interactive",
    ),
    **dict.fromkeys(
        "pack_x_y_sample_weight unpack_x_y_sample_weight".split(),
        "penstock.keras.utils.packing",
    ),
    **dict.fromkeys("clear_session is_keras_tensor".split(), "penstock.keras.backend"),
    **dict.fromkeys("model_to_dot plot_model".split(), "penstock.keras.plotting"),
    **dict.fromkeys(
        "deserialize_keras_object serialize_keras_object".split(),
        "penstock.keras.archive",
    ),
    "get_source_inputs": "penstock.keras.functional",
    "pad_sequences": "penstock.keras.preprocessing.sequence",
    "split_dataset": "penstock.keras.utils.split",
    "standardize_dtype": "penstock.keras.backend_config",
}
namespace.grow(
    sys.modules[__name__],
    "tf.keras.utils",
    {
        "": ({name: f"{place}:{name}" for name, place in _LATER.items()}, ()),
        "legacy": (
            {
                name: f"{_LATER[name]}:{name}"
                for name in ("deserialize_keras_object", "serialize_keras_object")
            },
            (),
        ),
    },
)

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
    "count_params",
    "get_file",
    "normalize",
    "register_seeder",
    "set_random_seed",
    "to_categorical",
    "to_ordinal",
]
