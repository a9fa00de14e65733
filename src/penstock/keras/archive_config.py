"""Layers and models as configs, and back: what files hold beside weights."""

from __future__ import annotations

import copy
import inspect
import json
from typing import Any

import numpy as np

from penstock.core import nest
from penstock.core.errors import UnsupportedError
from penstock.keras import functional, registry
from penstock.keras.layer import Layer
from penstock.keras.scratch import LayerCall

#: What Keras 3 stores and Keras 2's constructors do not take.
_ONLY_KERAS_3 = ("quantization_config", "lora_rank", "lora_alpha", "registered_name")
_BY_CLASS = {
    "LSTM": ("seed",), "GRU": ("seed",), "SimpleRNN": ("seed",),
    "LSTMCell": ("seed",), "GRUCell": ("seed",), "SimpleRNNCell": ("seed",),
    "MultiHeadAttention": ("seed", "flash_attention", "use_gate"),
    "Attention": ("seed",), "AdditiveAttention": ("seed",),
    "InputLayer": ("optional", "ragged", "registered_name"),
    "BatchNormalization": ("renorm_clipping", "renorm_momentum"),
    "Softmax": (), "Flatten": (), "Embedding": ("sparse",),
}  # fmt: skip


def plain(value: Any) -> Any:
    """`value` as JSON takes it: shapes and tuples as lists, numbers as Python's."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if hasattr(value, "as_list"):
        return value.as_list()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if hasattr(value, "as_numpy_dtype"):
        return value.name
    if hasattr(value, "get_config") and not inspect.isclass(value):
        return serialize_layer(value)
    return value


def serialize_layer(layer: Any, legacy: bool = False) -> dict[str, Any]:
    """`layer` as `deserialize_layer` makes it again from, without weights."""
    cls = type(layer)
    own = cls.__module__.startswith("penstock.")
    config = plain(layer.get_config())
    if config.get("time_major") is False:
        del config["time_major"]  # Keras 3 has no such argument
    axis = config.get("axis")
    if cls.__name__ == "BatchNormalization" and own and len(axis) == 1:
        config["axis"] = axis[0]  # Keras 3 takes a number only
    if legacy:
        return {"class_name": registry.get_registered_name(cls), "config": config}
    from penstock.keras.functional_model import Functional
    from penstock.keras.model import Model

    module = "keras" if isinstance(layer, Model) else "keras.layers"
    # Keras 2 and Keras 3 both find a functional model under this public name.
    name = "Model" if cls is Functional else cls.__name__
    out = {
        "module": module if own else None, "class_name": name, "config": config,
        "registered_name": None if own else registry.get_registered_name(cls),
    }  # fmt: skip
    shape = getattr(layer, "_build_input_shape", None)
    if shape is not None:
        out["build_config"] = {"input_shape": plain(shape)}
    return out


def _find_class(name: str, registered: str | None, custom_objects) -> type:
    for key in (registered, name):
        found = registry.find_custom(key, custom_objects) if key else None
        if found is not None:
            return found
    from penstock.keras import layers
    from penstock.keras.added_terms import AddLoss, AddMetric
    from penstock.keras.functional_model import Functional
    from penstock.keras.model import Model
    from penstock.keras.operations import SlicingOpLambda, TFOpLambda
    from penstock.keras.sequential import Sequential

    named = {
        "Functional": Functional, "Model": Functional, "Sequential": Sequential,
        "TFOpLambda": TFOpLambda, "SlicingOpLambda": SlicingOpLambda,
        "AddLoss": AddLoss, "AddMetric": AddMetric,
    }  # fmt: skip
    found = named.get(name) or getattr(layers, name, None)
    if found is None or not (
        inspect.isclass(found) and issubclass(found, Layer | Model)
    ):
        raise ValueError(
            f"Unknown layer: {name!r}. Please ensure you are using a "
            "`keras.utils.custom_object_scope` and that this object is included in the "
            "scope, or pass `custom_objects`. See "
            "https://www.tensorflow.org/guide/keras/save_and_serialize"
            "#registering_the_custom_object for details."
        )
    return found


def deserialize_layer(config: dict[str, Any], custom_objects=None) -> Any:
    """The layer or model that `config` describes. Raises ValueError for an unknown."""
    if not isinstance(config, dict) or "class_name" not in config:
        raise ValueError(f"A layer's config has a class_name; received {config!r}.")
    if config["class_name"] == "__lambda__":
        raise ValueError("A stored lambda is code; load with safe_mode=False.")
    inner = copy.deepcopy(config.get("config") or {})
    if str(config.get("module")).startswith("keras.src.ops."):
        from penstock.keras.operations import KerasOperation

        kind, name = config["class_name"], inner.pop("name", None)
        return KerasOperation(kind, inner, name, config["module"])
    cls = _find_class(
        config["class_name"], config.get("registered_name"), custom_objects
    )
    if isinstance(inner, dict):
        inner = _fitting(config["class_name"], inner)
    with registry.custom_object_scope(custom_objects or {}):
        layer = cls.from_config(inner)
    return layer


def _fitting(name: str, config: dict[str, Any]) -> dict[str, Any]:
    """`config` without what only Keras 3 knows."""
    dropped = (*_ONLY_KERAS_3, *_BY_CLASS.get(name, ()))
    out = {k: v for k, v in config.items() if k not in dropped}
    return {k: _without_axes(v) for k, v in out.items()}


def _without_axes(value: Any) -> Any:
    """An initialiser's config without Keras 3's axes."""
    if isinstance(value, dict) and isinstance(value.get("config"), dict):
        inner = {
            k: v for k, v in value["config"].items()
            if k not in ("input_axes", "output_axes")
        }  # fmt: skip
        return {**value, "config": inner}
    return value


def serialize_keras_object(obj: Any) -> Any:
    """`obj` (a layer, loss, optimizer, ...) as `deserialize_keras_object` reads it."""
    if hasattr(obj, "get_config"):
        if isinstance(obj, Layer):
            return serialize_layer(obj)
        part = type(obj).__module__.split(".")
        module = f"keras.{part[2]}" if len(part) > 2 else "keras"
        return plain(registry.config_of(obj, module))
    if callable(obj):
        return {
            "class_name": "function", "config": registry.get_registered_name(obj),
            "registered_name": registry.get_registered_name(obj),
        }  # fmt: skip
    return plain(obj)


def deserialize_keras_object(config, custom_objects=None, safe_mode=True, **kwargs):
    """The object that `config` describes, of whichever kind it is.

    Raises ValueError for an unknown class.
    """
    import importlib

    from penstock.keras.layers.functions import code_is_allowed, loading_code

    if not isinstance(config, dict) or "class_name" not in config:
        return config
    allowed = not safe_mode or code_is_allowed()
    with registry.custom_object_scope(custom_objects or {}), loading_code(allowed):
        kind = str(config.get("module") or "keras.layers").rpartition(".")[2]
        name = config["class_name"]
        found = registry.find_custom(config.get("registered_name") or name)
        if found is not None:
            inner, kept = config.get("config"), inspect.isclass(found)
            return found.from_config(inner) if kept else found  # type: ignore[attr-defined]
        if kind in ("layers", "keras", "models"):
            return deserialize_layer(config, custom_objects)
        family = importlib.import_module(f"penstock.keras.{kind}")
        return family.deserialize(config)


# --- JSON and copies ------------------------------------------------------------------


def model_config(model: Any) -> dict[str, Any]:
    """`model` as the `model_config` of `.h5` files and JSON."""
    return {
        "class_name": registry.get_registered_name(type(model)),
        "config": plain(model.get_config()),
    }


def to_json(model: Any, **kwargs) -> str:
    """The architecture of `model` as JSON, in Keras 2's layout."""
    whole = {**model_config(model), "keras_version": VERSION, "backend": "tensorflow"}
    return json.dumps(whole, default=plain, **kwargs)


#: The version that files name: the last of Keras 2 whose layouts are these.
VERSION = "2.15.0"


def model_from_json(json_string: str, custom_objects=None):
    """The model whose architecture `to_json` gave, with new weights."""
    return model_from_config(json.loads(json_string), custom_objects)


def model_from_config(config, custom_objects=None):
    if isinstance(config, list):
        raise TypeError(
            "`model_from_config` expects a dictionary, not a list. Did you mean to use "
            "`Sequential.from_config(config)`?"
        )
    return deserialize_layer(config, custom_objects)


def clone_model(model, input_tensors=None, clone_function=None):
    """A model of the same layers with new weights. Raises ValueError for subclasses."""
    from penstock.keras.functional_model import Functional
    from penstock.keras.input_layer import Input, InputLayer
    from penstock.keras.model import Model
    from penstock.keras.sequential import Sequential

    def again(layer):
        if clone_function is not None and not isinstance(layer, InputLayer):
            return clone_function(layer)
        return type(layer).from_config(layer.get_config())

    if isinstance(model, Sequential):
        copied = Sequential([again(x) for x in model.layers], name=model.name)
        if model._graph is not None and not copied.built:
            copied.build(model.input_shape)
        return copied
    if not isinstance(model, Functional):
        raise ValueError(
            "Expected `model` argument to be a functional `Model` instance, but got a "
            f"subclassed model instead: {model}"
        )
    inputs = nest.flatten(input_tensors) if input_tensors is not None else [
        Input(batch_shape=tuple(t.dims), dtype=t.dtype.name, name=n)
        for t, n in zip(model.inputs, model._names_of_inputs, strict=True)
    ]  # fmt: skip
    layers: dict[int, Any] = {}
    values = {id(t): new for t, new in zip(model.inputs, inputs, strict=True)}
    for step in model._steps:
        if not isinstance(step, LayerCall):
            functional._run_operation(step, values)
            continue
        if id(step.layer) not in layers:
            layers[id(step.layer)] = again(step.layer)
        call = LayerCall(
            layers[id(step.layer)], step.args, step.kwargs, step.outputs, step.index
        )
        functional._run_layer(call, values, None)
    outputs = nest.map_structure(lambda t: values[id(t)], model._nested_outputs)
    own_start = type(model).__init__ not in (Functional.__init__, Model.__init__)
    kind: Any = Functional if own_start else type(model)
    return kind(nest.pack(model._nested_inputs, inputs), outputs, name=model.name)


def refuse(what: str) -> UnsupportedError:
    """The error for what cannot be stored."""
    return UnsupportedError(
        f"{what} cannot be stored in a config. Put it in a Lambda or a layer "
        "of its own."
    )
