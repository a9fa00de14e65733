"""Models and weights in files and configs: everything that saves or loads."""

# ruff: noqa: F401
from penstock.keras.archive_config import (
    clone_model,
    deserialize_keras_object,
    deserialize_layer,
    model_from_config,
    model_from_json,
    serialize_keras_object,
    serialize_layer,
    to_json,
)
from penstock.keras.archive_functional import (
    functional_config,
    functional_from_config,
)
from penstock.keras.archive_model import load_model, save_model
from penstock.keras.archive_weights import load_weights, save_weights
