"""Whole models as SavedModel folders, as Keras 2 wrote and read them.

Beside the SavedModel stands `keras_metadata.pb`: the configs of the model (and, where
Keras wrote it, of its layers) as JSON. Source: keras/protobuf/saved_metadata.proto.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from penstock.core.errors import UnsupportedError
from penstock.formats import messages
from penstock.formats.atomic import write_bytes
from penstock.keras.archive_config import deserialize_layer, model_config

METADATA = "keras_metadata.pb"


def save_folder(model, path: str, training: dict[str, Any] | None) -> None:
    """Write `model` as a SavedModel with what Keras needs to make it again."""
    from penstock.v2.saved_model_write import save

    save(model, path)
    stored = model_config(model)
    about = {
        "name": model.name, "trainable": model.trainable, "dtype": "float32",
        "class_name": stored["class_name"], "config": stored["config"],
        "model_config": stored, "training_config": training,
        "is_graph_network": True,
    }  # fmt: skip
    message = messages.KerasMetadata()
    message.nodes.add(
        node_path="root", identifier="_tf_keras_model", metadata=json.dumps(about)
    ).version.producer = 2
    write_bytes(os.path.join(path, METADATA), message.SerializeToString())


def load_folder(path: str, compile_from: Callable | None):
    """The model in the folder, with its weights; compiled by `compile_from`.

    Raises UnsupportedError where the folder has no config of a Keras model.
    """
    about = _about(path)
    config = about.get("model_config") or {
        name: about[name] for name in ("class_name", "config") if name in about
    }
    if not config.get("config"):
        raise UnsupportedError(
            f"load_model({path!r}): the folder has no config of the model. Use "
            "tf.saved_model.load, or make the model and load_weights "
            f"({os.path.join(path, 'variables', 'variables')!r})."
        )
    model = deserialize_layer(config)
    training = about.get("training_config")
    if compile_from is not None and training:
        compile_from(model, training)
    model.load_weights(os.path.join(path, "variables", "variables"))
    return model


def _about(path: str) -> dict[str, Any]:
    """What the metadata says of the root."""
    place = os.path.join(path, METADATA)
    if not os.path.exists(place):
        return {}
    with open(place, "rb") as file:
        found = messages.parse(messages.KerasMetadata, file.read(), place)
    root = [n.metadata for n in found.nodes if n.node_path == "root"]
    return json.loads(root[0], object_hook=_untupled) if root else {}


def _untupled(value: dict[str, Any]) -> Any:
    """Keras writes a tuple as an object of its own."""
    return tuple(value["items"]) if value.get("class_name") == "__tuple__" else value
