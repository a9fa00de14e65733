"""Keras' `.h5` files: a layer's weights by name, perhaps with the model around them.

A weights file has the attribute `layer_names`, for each a group with the
attribute `weight_names`, and under it an array of each such name. A model file
keeps that in the group `model_weights`, beside `model_config`,
`training_config` (both JSON) and the group `optimizer_weights`. An attribute
beyond HDF5's 64 kB is cut into `name0`, `name1`, ...
"""
# h5py carries no types.
# pyright: basic

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

from penstock.formats import h5_access
from penstock.formats.atomic import beside
from penstock.formats.errors import MalformedError, NotThisFormatError
from penstock.formats.h5_access import Array, Source
from penstock.formats.h5_probe import trust

# HDF5's object headers end at 64 kB; Keras leaves this much room for the rest.
LONGEST_ATTRIBUTE = 64_512
MOST_CHUNKS = 100_000

Named = tuple[str, Array]


@dataclass(frozen=True, slots=True)
class LayerWeights:
    """A layer and its weights in order; names such as `hidden/kernel:0`."""

    name: str
    weights: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class H5Model:
    """What a Keras `.h5` file holds; a weights file leaves the configs None."""

    layers: tuple[LayerWeights, ...]
    top_level: tuple[Named, ...] = ()
    model_config: dict[str, Any] | None = None
    training_config: dict[str, Any] | None = None
    optimizer: tuple[Named, ...] | None = None
    backend: str | None = "tensorflow"
    keras_version: str | None = None


def read_h5(path: str | os.PathLike[str]) -> H5Model:
    """The Keras model or weights in the `.h5` file at `path`.

    Raises NotThisFormatError where Keras' attributes are missing and a
    FormatError of the fitting kind for damaged files.
    """
    what = os.fspath(path)
    with h5_access.reading(path, what) as source:
        root = source.root
        weights = root
        if "layer_names" not in root.attrs and "model_weights" in root:
            weights = h5_access.child(source, root, "model_weights")
        names = _names(source, weights, "layer_names")
        if names is None:
            raise NotThisFormatError(
                f"{what} is an HDF5 file without Keras' layer_names. "
                "A .weights.h5 file of Keras 3 has another layout."
            )
        layers = tuple(
            LayerWeights(name, _named(source, h5_access.child(source, weights, name)))
            for name in names
        )
        top: tuple[Named, ...] = ()
        if "top_level_model_weights" in weights:
            group = h5_access.child(source, weights, "top_level_model_weights")
            top = _named(source, group)
        optimizer: tuple[Named, ...] | None = None
        if "optimizer_weights" in root:
            group = h5_access.child(source, root, "optimizer_weights")
            optimizer = _named(source, group)
        return H5Model(
            layers,
            top,
            _json(source, "model_config"),
            _json(source, "training_config"),
            optimizer,
            _text(source, weights, "backend"),
            _text(source, weights, "keras_version"),
        )


def write_h5(path: str | os.PathLike[str], model: H5Model) -> None:
    """Write `model` to `path`, whole or not at all.

    With a `model_config` the file is a model's, without one a weights file.
    """
    target = os.fspath(path)
    unfinished = beside(target)
    try:
        with h5py.File(unfinished, "w") as file:
            _write(file, model)
        os.replace(unfinished, target)
        trust(target)
    except BaseException:
        if os.path.exists(unfinished):
            os.unlink(unfinished)
        raise


def _write(file: Any, model: H5Model) -> None:
    weights = file
    if model.model_config is not None:
        _about(file, model)
        file.attrs["model_config"] = json.dumps(model.model_config)
        if model.training_config is not None:
            file.attrs["training_config"] = json.dumps(model.training_config)
        weights = file.create_group("model_weights")
        if model.optimizer is not None:
            _write_named(file.create_group("optimizer_weights"), model.optimizer)
    _about(weights, model)
    _put_names(weights, "layer_names", [layer.name for layer in model.layers])
    for layer in model.layers:
        _write_named(weights.create_group(layer.name), layer.weights)
    _write_named(weights.create_group("top_level_model_weights"), model.top_level)


def _about(holder: Any, model: H5Model) -> None:
    if model.backend is not None:
        holder.attrs["backend"] = model.backend
    if model.keras_version is not None:
        holder.attrs["keras_version"] = model.keras_version


def _write_named(group: Any, weights: Sequence[Named]) -> None:
    _put_names(group, "weight_names", [name for name, _ in weights])
    for name, array in weights:
        h5_access.put(group, name, array)


def _named(source: Source, group: Any) -> tuple[Named, ...]:
    names = _names(source, group, "weight_names")
    if names is None:
        raise MalformedError(f"{source.what}: '{group.name}' lists no weight_names")
    return tuple(
        (name, h5_access.values(source, h5_access.child(source, group, name)))
        for name in names
    )


def _names(source: Source, holder: Any, name: str) -> list[str] | None:
    """The list of names in attribute `name`, put together where it was cut."""
    found = h5_access.attribute(source, holder, name)
    if found is None:
        if f"{name}0" not in holder.attrs:
            return None
        found = []
        for number in range(MOST_CHUNKS):
            chunk = h5_access.attribute(source, holder, f"{name}{number}")
            if chunk is None:
                break
            found += chunk if isinstance(chunk, list) else [chunk]
    if not isinstance(found, list) or not all(isinstance(n, str) for n in found):
        raise MalformedError(f"{source.what}: {name} is no list of names")
    if any(not n.strip("/") or ".." in n.split("/") for n in found):
        raise MalformedError(f"{source.what}: {name} lists an empty or upward name")
    return found


def _put_names(holder: Any, name: str, names: Sequence[str]) -> None:
    longest = max((len(each.encode()) for each in names), default=0)
    if longest > LONGEST_ATTRIBUTE:
        raise ValueError(f"a name in {name} has {longest} bytes; HDF5 ends at 64 kB")
    # An empty list has Keras' type for it, float64.
    array = np.array(names, h5py.string_dtype() if names else np.float64)
    # The attribute holds references of 16 bytes; Keras counts the names' bytes.
    size = max(longest, 16)
    if size * len(names) <= LONGEST_ATTRIBUTE:
        holder.attrs[name] = array
        return
    rows = LONGEST_ATTRIBUTE // size
    for number, start in enumerate(range(0, len(array), rows)):
        holder.attrs[f"{name}{number}"] = array[start : start + rows]


def _text(source: Source, holder: Any, name: str) -> str | None:
    found = h5_access.attribute(source, holder, name)
    return found if found is None or isinstance(found, str) else str(found)


def _json(source: Source, name: str) -> dict[str, Any] | None:
    text = _text(source, source.root, name)
    if text is None:
        return None
    return json_object(text, f"{source.what}: {name}")


def json_object(text: str | bytes, what: str) -> dict[str, Any]:
    """The JSON object in `text`; MalformedError, naming `what`, otherwise."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"{what} is no JSON ({error})") from error
    if not isinstance(found, dict):
        raise MalformedError(f"{what} is {type(found).__name__}, not a JSON object")
    return found
