"""Functional models as configs, and back: layers and how they are connected."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.core import nest
from penstock.core.dtypes import as_dtype
from penstock.keras import operations, scratch
from penstock.keras.added_terms import AddLoss, AddMetric
from penstock.keras.archive_config import (
    deserialize_layer,
    plain,
    refuse,
    serialize_layer,
)
from penstock.keras.layer import Layer
from penstock.keras.layer_call import parameters
from penstock.keras.scratch import LayerCall


def functional_config(model: Any, legacy: bool = False) -> dict[str, Any]:
    """The layers of a functional model and how they are connected."""
    unnamed = [s for s in model._steps if not isinstance(s, LayerCall)]
    for node in unnamed:
        if node.type != "Const":
            raise refuse(f"The operation {node.type} between layers of {model.name}")
    calls = [s for s in model._steps if isinstance(s, LayerCall)]
    index: dict[int, int] = {}
    counts: dict[int, int] = {}
    made: dict[int, list] = {}
    for call in calls:
        index[id(call)] = counts.get(id(call.layer), 0)
        counts[id(call.layer)] = index[id(call)] + 1
        for i, tensor in enumerate(call.outputs):
            made[id(tensor)] = [call.layer.name, index[id(call)], i]
    for tensor, name in zip(model.inputs, model._names_of_inputs, strict=True):
        made[id(tensor)] = [name, 0, 0]

    def reference(value):
        if scratch.is_symbolic(value):
            if id(value) not in made:
                raise refuse(f"A constant of a plain operation in {model.name}")
            return made[id(value)]
        return plain(value)

    layers = []
    for layer in model._layers_list:
        of_layer = [c for c in calls if c.layer is layer]
        if isinstance(layer, operations.Operation):
            layers.append(operations.entry(layer, of_layer, reference))
            continue
        nodes = [_inbound(call, reference) for call in of_layer if call.input_tensors]
        entry = serialize_layer(layer, legacy)
        layers.append({**entry, "name": layer.name, "inbound_nodes": nodes})
    return {
        "name": model.name, "trainable": model._trainable,
        "layers": layers,
        "input_layers": [[n, 0, 0] for n in model._names_of_inputs],
        "output_layers": nest.map_structure(
            lambda t: made[id(t)], _listed(model._nested_outputs)
        ),
    }  # fmt: skip


def _listed(structure):
    return structure if nest.is_nested(structure) else [structure]


def _inbound(call: LayerCall, reference) -> list:
    """One call as Keras 2 stores it: tensors of the first argument with kwargs."""
    names = parameters(call.layer)
    kwargs = dict(zip(names[1:], call.args[1:], strict=False))
    kwargs.update(call.kwargs)
    kwargs = {
        k: nest.map_structure(reference, v) for k, v in kwargs.items() if v is not None
    }
    return [[*reference(t), kwargs] for t in nest.flatten(call.args[0])]


def functional_from_config(cls, config: dict[str, Any], custom_objects=None):
    """The functional model of class `cls` that `config` describes."""
    made: dict[str, Layer] = {}
    tensors: dict[tuple[str, int, int], Any] = {}
    waiting: list[tuple[Layer, int, Any]] = []
    for entry in config["layers"]:
        layer = deserialize_layer(entry, custom_objects)
        name = entry.get("name") or layer.name
        made[name] = layer
        nodes = entry.get("inbound_nodes") or []
        waiting += [(layer, i, node) for i, node in enumerate(nodes)]
        if not nodes and layer._calls_made:
            for i, t in enumerate(layer._calls_made[0].outputs):
                tensors[name, 0, i] = t
        layer._entry_name = name
    while waiting:
        later = []
        for layer, i, node in waiting:
            try:
                args, kwargs = _arguments(layer, node, tensors)
            except KeyError:
                later.append((layer, i, node))
                continue
            for at, tensor in enumerate(nest.flatten(layer(*args, **kwargs))):
                tensors[layer._entry_name, i, at] = tensor
        if len(later) == len(waiting):
            raise ValueError(
                "The config's layers are not connected: no way to compute "
                f"{[layer.name for layer, _, _ in later][:5]}."
            )
        waiting = later
    inputs = _endpoints(config["input_layers"], tensors)
    outputs = _endpoints(config["output_layers"], tensors)
    kwargs = {"name": config.get("name")}
    if config.get("trainable") is False:
        kwargs["trainable"] = False
    model = cls(inputs=inputs, outputs=outputs, **kwargs)
    for name, layer in made.items():
        if isinstance(layer, AddLoss | AddMetric):
            model._add_term(tensors[name, 0, 0])
    return model


def _endpoints(structure, tensors):
    if _is_reference(structure):
        return tensors[_key(structure)]
    if isinstance(structure, dict):
        return {k: _endpoints(v, tensors) for k, v in structure.items()}
    found = [_endpoints(s, tensors) for s in structure]
    return found[0] if len(found) == 1 else found


def _is_reference(value) -> bool:
    return (
        isinstance(value, list | tuple) and len(value) in (3, 4)
        and isinstance(value[0], str) and isinstance(value[1], int)
        and isinstance(value[2], int)
    )  # fmt: skip


def _key(reference) -> tuple[str, int, int]:
    return reference[0], reference[1], reference[2]


def _arguments(layer, node, tensors):
    """(args, kwargs) of one call; KeyError where a tensor is not there yet."""
    if isinstance(node, dict):  # Keras 3
        args = _resolved_3(node["args"], tensors)
        kwargs = {
            k: _resolved_3(v, tensors) for k, v in node["kwargs"].items()
            if v is not None
        }  # fmt: skip
        return args, kwargs
    listed = not (isinstance(node, list) and node and isinstance(node[0], str))
    if not listed:
        node = [node]
    first = [
        item[2] if item[0] == "_CONSTANT_VALUE" else tensors[_key(item)]
        for item in node
    ]
    kwargs = dict(node[0][3]) if len(node[0]) > 3 else {}
    kwargs = {k: _resolved_2(v, tensors) for k, v in kwargs.items() if k != "name"}
    single = len(first) == 1 and not (
        (listed and isinstance(layer, operations.Operation))
        or getattr(layer, "_takes_list", False)
    )
    return [first[0] if single else first], kwargs


def _resolved_2(value, tensors):
    if _is_reference(value):
        return tensors[_key(value)]
    if isinstance(value, list):
        return [_resolved_2(v, tensors) for v in value]
    return value


def _resolved_3(value, tensors):
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            return tensors[_key(value["config"]["keras_history"])]
        if value.get("class_name") == "__tensor__":
            held = value["config"]
            return np.array(held["value"], as_dtype(held["dtype"]).np)
        if value.get("class_name") == "__slice__":
            return value["config"]
        return {k: _resolved_3(v, tensors) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_resolved_3(v, tensors) for v in value]
    return value
