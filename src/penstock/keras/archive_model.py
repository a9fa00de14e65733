"""Whole models in files: `.keras` and `.h5`."""

from __future__ import annotations

import datetime
import os
from typing import Any

from penstock.formats import hdf5, keras_zip
from penstock.keras import registry
from penstock.keras.archive_config import (
    VERSION,
    deserialize_layer,
    model_config,
    plain,
    serialize_layer,
)
from penstock.keras.archive_folder import load_folder, save_folder
from penstock.keras.archive_weights import (
    h5_layers,
    read_h5_layers,
    read_optimizer,
    read_tree,
    weight_tree,
)
from penstock.keras.graph_weights import eagerly
from penstock.keras.layers.functions import code_is_allowed, loading_code


def save_model(model, filepath, overwrite=True, include_optimizer=True,
               save_format=None) -> None:  # fmt: skip
    """Write `model` to `filepath`: `.keras`, `.h5`, or else a SavedModel folder.

    Raises ValueError before it is built.
    """
    path = os.fspath(filepath)
    h5 = path.endswith((".h5", ".hdf5")) or str(save_format).lower() in ("h5", "hdf5")
    folder = not h5 and not path.endswith(".keras")
    if not overwrite and os.path.exists(path):
        raise FileExistsError(f"{path} exists; pass overwrite=True to replace it.")
    if not model.built:
        raise ValueError(
            f"Model {model.name} cannot be saved before it is built: call it on data "
            "or give its input shape."
        )
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    if folder:
        keeps = include_optimizer and model.optimizer is not None
        save_folder(model, path, _training_config(model) if keeps else None)
        return
    (_save_h5 if h5 else _save_keras)(model, path, include_optimizer)


def _save_h5(model, path: str, include_optimizer: bool) -> None:
    layers, own = h5_layers(model)
    optimizer = training = None
    if include_optimizer and model.optimizer is not None:
        training = _training_config(model)
        optimizer = tuple(
            (v.name, v.numpy()) for v in _distinct(model.optimizer.weights)
        )
    hdf5.write_h5(
        path,
        hdf5.H5Model(
            layers, own, model_config(model), training, optimizer,
            keras_version=VERSION,
        ),
    )  # fmt: skip


def _distinct(variables) -> list:
    seen: set[str] = set()
    out = []
    for v in variables:
        if v.name not in seen:
            seen.add(v.name)
            out.append(v)
    return out


def _save_keras(model, path: str, include_optimizer: bool) -> None:
    config = _without_input_shapes(serialize_layer(model))
    if include_optimizer and model.optimizer is not None:
        config["compile_config"] = _compile_config(model)
    metadata = {
        "keras_version": VERSION,
        "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
    }
    tree = weight_tree(model, include_optimizer)
    keras_zip.write_keras(path, keras_zip.KerasArchive(metadata, config, tree))


def _without_input_shapes(config: Any) -> Any:
    """`config` with input shapes in input layers only: Keras 3 takes none elsewhere."""
    if isinstance(config, list):
        return [_without_input_shapes(v) for v in config]
    if not isinstance(config, dict):
        return config
    out = {k: _without_input_shapes(v) for k, v in config.items()}
    if "class_name" in out and out["class_name"] != "InputLayer":
        inner = out.get("config")
        if isinstance(inner, dict):
            inner.pop("batch_input_shape", None)
    return out


# --- how it was compiled --------------------------------------------------------------


def _stored(value: Any) -> Any:
    """A loss or metric, or a structure of them, as configs hold it."""
    if isinstance(value, dict):
        return {k: _stored(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_stored(v) for v in value]
    if hasattr(value, "get_config"):
        return plain(registry.config_of(value, _module_of(value)))
    if callable(value):
        return registry.get_registered_name(value)
    return value


def _module_of(value: Any) -> str:
    part = type(value).__module__.split(".")
    return f"keras.{part[2]}" if len(part) > 2 else "keras"


def _compile_config(model, legacy: bool = False) -> dict[str, Any]:
    from penstock.keras import optimizers

    optimizer = plain(optimizers.serialize(model.optimizer))
    if legacy:  # Keras 2 takes its older optimizers where a .h5 does not say
        optimizer["config"]["is_legacy_optimizer"] = False
    else:
        _for_keras_3(optimizer["config"])
    return {
        "optimizer": optimizer,
        "loss": _stored(model.loss),
        "metrics": _stored(model.compiled_metrics._given),
        "loss_weights": plain(getattr(model.compiled_loss, "_weights_given", None)),
        "weighted_metrics": _stored(model.compiled_metrics._weighted_given),
    }  # fmt: skip


def _for_keras_3(config: dict[str, Any]) -> None:
    """Leave out what Keras 3 does not take, and say the name that it asks for."""
    for name in ("jit_compile", "is_legacy_optimizer"):
        config.pop(name, None)
    schedule = config.get("learning_rate")
    if isinstance(schedule, dict) and schedule["config"].get("name", "") is None:
        schedule["config"]["name"] = schedule["class_name"]
    if isinstance(config.get("inner_optimizer"), dict):
        _for_keras_3(config["inner_optimizer"]["config"])


def _training_config(model) -> dict[str, Any]:
    config = _compile_config(model, legacy=True)
    optimizer = config.pop("optimizer")
    config["optimizer_config"] = {
        "class_name": optimizer["class_name"], "config": optimizer["config"],
    }  # fmt: skip
    return config


def _made(value: Any, module) -> Any:
    """The loss or metric that a config holds."""
    if isinstance(value, dict) and "class_name" in value:
        if value["class_name"] == "function":
            return module.get(value["config"])
        if value["class_name"] == "MeanMetricWrapper":
            return module.get(value["config"]["fn"])
        return module.deserialize(value)
    if isinstance(value, dict):
        return {k: _made(v, module) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_made(v, module) for v in value]
    if isinstance(value, str):
        return registry.find_custom(value) or value
    return value


def _compile_from(model, config: dict[str, Any]) -> None:
    from penstock.keras import losses, metrics, optimizers

    optimizer = config.get("optimizer") or config.get("optimizer_config")
    if isinstance(optimizer, dict):
        name = optimizer["class_name"].rpartition(">")[2]
        optimizer = {**optimizer, "class_name": name}
        optimizer = optimizers.deserialize(optimizer)
    given = _made(config.get("metrics"), metrics)
    if isinstance(given, list) and len(given) == 1 and isinstance(given[0], list):
        given = given[0]
    model.compile(
        optimizer=optimizer or "rmsprop", loss=_made(config.get("loss"), losses),
        metrics=given, loss_weights=config.get("loss_weights"),
        weighted_metrics=_made(config.get("weighted_metrics"), metrics),
    )  # fmt: skip


# --- reading --------------------------------------------------------------------------


@eagerly
def load_model(filepath, custom_objects=None, compile=True, safe_mode=True,
               options=None):  # fmt: skip
    """The model in `filepath` (`.keras`, `.h5`, a folder), compiled as it was stored.

    A stored lambda is code: it is refused unless `safe_mode=False`. Raises OSError
    where there is no file, ValueError for classes that `custom_objects` lack.
    """
    path = os.fspath(filepath)
    if not os.path.exists(path):
        raise OSError(f"No file or directory found at {path}")
    with (
        registry.custom_object_scope(custom_objects or {}),
        loading_code(not safe_mode or code_is_allowed()),
    ):
        if os.path.isdir(path):
            return load_folder(path, _compile_from if compile else None)
        if keras_zip.zipfile.is_zipfile(path):
            return _load_keras(path, compile)
        return _load_h5(path, compile)


def _load_keras(path: str, compile: bool):
    archive = keras_zip.read_keras(path)
    model = deserialize_layer(archive.config)
    shape = (archive.config.get("build_config") or {}).get("input_shape")
    if not model.built and shape is not None:
        model.build(shape)
    config = archive.config.get("compile_config")
    if compile and config:
        _compile_from(model, config)
    read_tree(model, archive.weights)
    return model


def _load_h5(path: str, compile: bool):
    stored = hdf5.read_h5(path)
    if stored.model_config is None:
        raise ValueError(
            f"No model config found in the file at {path}: it holds weights only. Make "
            "the model, then use load_weights."
        )
    model = deserialize_layer(stored.model_config)
    read_h5_layers(model, stored, False, False)
    if compile and stored.training_config:
        _compile_from(model, stored.training_config)
        read_optimizer(model, [a for _, a in stored.optimizer or ()])
    return model
