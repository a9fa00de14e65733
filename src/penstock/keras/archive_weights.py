"""Weights of models in files: TensorFlow checkpoints, `.h5`, `.weights.h5`."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from penstock.api.variable import Variable
from penstock.formats import hdf5, keras_zip
from penstock.formats.errors import NotThisFormatError
from penstock.keras import names
from penstock.keras.archive_config import VERSION
from penstock.keras.layer import Layer
from penstock.saving import checkpoint
from penstock.saving.object_graph import Restoration, write_objects


def save_weights(model, filepath, overwrite=True, save_format=None) -> None:
    """Write the weights of `model`: a TensorFlow checkpoint unless the name says `.h5`.

    Raises ValueError before the model is built.
    """
    path = os.fspath(filepath)
    _must_be_built(model)
    kind = _kind(path, save_format)
    target = f"{path}.index" if kind == "tf" else path
    if not overwrite and os.path.exists(target):
        raise FileExistsError(f"{target} exists; pass overwrite=True to replace it.")
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    if kind == "tree":
        keras_zip.write_weights(path, weight_tree(model))
    elif kind == "h5":
        hdf5.write_h5(path, hdf5.H5Model(*h5_layers(model), keras_version=VERSION))
    else:
        write_objects(path, model)
        folder = os.path.dirname(os.path.abspath(path))
        checkpoint.update_checkpoint_state(folder, os.path.basename(path))


def _must_be_built(model) -> None:
    if not model.built or (not model.weights and model.layers and not model.built):
        raise ValueError(
            f"Weights for model '{model.name}' have not yet been created. Weights are "
            "created when the model is first called on inputs or `build()` is called "
            "with an `input_shape`."
        )


def _kind(path: str, save_format) -> str:
    if path.endswith((".weights.h5", ".weights.keras")):
        return "tree"
    h5 = path.endswith((".h5", ".keras", ".hdf5"))
    if save_format is None:
        return "h5" if h5 else "tf"
    word = str(save_format).lower().strip()
    if word in ("h5", "hdf5", "keras"):
        return "h5"
    if word in ("tf", "tensorflow"):
        if h5:
            raise ValueError(
                f'save_weights got save_format="tf"/"tensorflow", but the filepath '
                f"({path}) looks like an HDF5 file. Omit the extension."
            )
        return "tf"
    raise ValueError(
        f"Unknown format. Received: `save_format`={save_format}. Was expecting one of "
        '{"tf", "h5"}.'
    )


def load_weights(model, filepath, by_name=False, skip_mismatch=False):
    """Read weights into `model`; the status of the restoration for a checkpoint.

    Raises ValueError where the file does not fit, NotFoundError where there is none.
    """
    path = os.fspath(filepath)
    if os.path.exists(f"{path}.index") or not path.endswith((".h5", ".keras", ".hdf5")):
        if by_name:
            raise NotImplementedError(
                "Weights may only be loaded based on topology into Models when loading "
                "TensorFlow-formatted weights (got by_name=True to load_weights)."
            )
        return Restoration(path, model)
    _must_be_built(model)
    if path.endswith(".keras"):
        read_tree(model, keras_zip.read_keras(path).weights, skip_mismatch)
        return None
    try:
        stored = hdf5.read_h5(path)
    except NotThisFormatError:
        read_tree(model, keras_zip.read_weights(path), skip_mismatch)
        return None
    read_h5_layers(model, stored, by_name, skip_mismatch)
    return None


# --- Keras 2's .h5 --------------------------------------------------------------------


def _ordered(layer: Layer) -> list[Variable]:
    """A layer's weights as `.h5` files order them."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def h5_layers(model):
    """(layers with their weights, the model's own weights) for a `.h5` file."""
    layers = tuple(hdf5.LayerWeights(x.name, _named(_ordered(x))) for x in model.layers)
    return layers, _named(model._own())


def _named(variables) -> tuple:
    out, seen = [], set()
    for variable in variables:
        name = variable.name
        while name in seen:  # two weights of one name would overwrite each other
            name = f"{name.removesuffix(':0')}_1:0"
        seen.add(name)
        out.append((name, variable.numpy()))
    return tuple(out)


def read_h5_layers(model, stored: hdf5.H5Model, by_name: bool, skip: bool) -> None:
    """Take the weights of `stored`, layer by layer in order, or by their names."""
    mine = [x for x in model.layers if _ordered(x)]
    theirs = [x for x in stored.layers if x.weights]
    if by_name:
        given = {x.name: x for x in theirs}
        pairs = [(x, given[x.name]) for x in mine if x.name in given]
    else:
        if len(mine) != len(theirs):
            raise ValueError(
                "Layer count mismatch when loading weights from file. Model expected "
                f"{len(mine)} layers, found {len(theirs)} saved layers."
            )
        pairs = list(zip(mine, theirs, strict=True))
    todo: list[tuple[Variable, np.ndarray]] = []
    for number, (layer, saved) in enumerate(pairs):
        todo += _matched(layer, number, _ordered(layer), saved.weights, skip)
    own = model._own()
    if stored.top_level and len(own) == len(stored.top_level):
        todo += [(v, a) for v, (_, a) in zip(own, stored.top_level, strict=True)]
    for variable, array in todo:
        variable.assign(array)


def _matched(layer, number: int, variables, saved, skip: bool) -> list:
    if len(variables) != len(saved):
        text = (
            f"Weight count mismatch for layer #{number} (named {layer.name} in the "
            f"current model, {layer.name} in the save file). Layer expects "
            f"{len(variables)} weight(s). Received {len(saved)} saved weight(s)"
        )
        if skip:
            warnings.warn(
                f"Skipping loading of weights for layer: {text}", stacklevel=4
            )
            return []
        raise ValueError(text)
    for variable, (_, array) in zip(variables, saved, strict=True):
        if tuple(variable.shape) != array.shape:
            text = (
                f"Shape mismatch in layer #{number} (named {layer.name}) for weight "
                f"{variable.name}. Weight expects shape {tuple(variable.shape)}. "
                f"Received saved weight with shape {array.shape}"
            )
            if not skip:
                raise ValueError(text)
            warnings.warn(f"Skipping loading weights: {text}", stacklevel=4)
            return []
    return [(v, a) for v, (_, a) in zip(variables, saved, strict=True)]


# --- Keras 3's tree -------------------------------------------------------------------


def _placed(model) -> list[tuple[str, Any]]:
    """(path, layer) of each layer that keeps its own weights, from the model down."""
    out: list[tuple[str, Any]] = []
    seen: set[int] = set()

    def walk(path: str, thing: Any) -> None:
        if id(thing) in seen:
            return
        seen.add(id(thing))
        out.append((path, thing))
        below = f"{path}/" if path else ""
        layers = getattr(thing, "_all_layers", None)
        group = layers() if callable(layers) else getattr(thing, "_layers_list", None)
        if group is None and hasattr(thing, "get_layer"):
            group = thing.layers
        if group is not None:
            _walk_group(f"{below}layers", group)
        for name, value in thing._tracked.items():
            if isinstance(value, Layer):
                walk(f"{below}{name}", value)
            elif isinstance(value, list | tuple):
                _walk_group(
                    f"{below}{name}", [v for v in value if isinstance(v, Layer)]
                )
            elif isinstance(value, dict):
                _walk_group(
                    f"{below}{name}",
                    [v for v in value.values() if isinstance(v, Layer)],
                )

    def _walk_group(path: str, group) -> None:
        counts: dict[str, int] = {}
        for layer in group:
            base = names.snake_case(type(layer).__name__)
            n = counts.get(base, 0)
            counts[base] = n + 1
            walk(f"{path}/{base}_{n}" if n else f"{path}/{base}", layer)

    walk("", model)
    return out


def _own_in_order(layer) -> list[Variable]:
    return sorted(layer._own(), key=lambda w: not w.trainable)


def _vars(path: str) -> str:
    return f"{path}/vars" if path else "vars"


def weight_tree(model, optimizer: bool = True) -> keras_zip.WeightTree:
    """The weights of `model`, and its optimizer's state, by paths of objects."""
    arrays: dict[str, np.ndarray] = {}
    groups: dict[str, dict[str, Any]] = {}
    for path, layer in _placed(model):
        groups[_vars(path)] = {"name": layer.name}
        for i, variable in enumerate(_own_in_order(layer)):
            arrays[f"{_vars(path)}/{i}"] = variable.numpy()
    if optimizer and getattr(model, "optimizer", None) is not None:
        groups["optimizer/vars"] = {}
        for i, value in enumerate(_state_of_keras_3(model.optimizer)):
            arrays[f"optimizer/vars/{i}"] = value
    return keras_zip.WeightTree(arrays, groups)


def read_tree(model, tree: keras_zip.WeightTree, skip: bool = False) -> None:
    """Take the weights of `tree`. Raises ValueError where one is missing or differs."""
    todo = []
    for path, layer in _placed(model):
        variables = _own_in_order(layer)
        found = [
            (str(i), tree.arrays[f"{_vars(path)}/{i}"])
            for i in range(len(variables))
            if f"{_vars(path)}/{i}" in tree.arrays
        ]
        if variables:
            todo += _matched(layer, len(todo), variables, found, skip)
    for variable, array in todo:
        variable.assign(array)
    read_optimizer(model, _numbered(tree.arrays, "optimizer/vars"))


def _state_of_keras_3(optimizer) -> list[np.ndarray]:
    """The optimizer's state as Keras 3 orders it: the learning rate comes second.

    tf_keras, which has no place for the rate, starts anew from such a file; what it
    takes an optimizer's state from is `.h5`.
    """
    steps, *slots = [v.numpy() for v in optimizer.weights]
    if not _keeps_slots(optimizer):
        slots = []
    slots += [v.numpy() for v in optimizer._kept_besides().values()]
    rate = _rate_of(optimizer)
    return [steps, *slots] if rate is None else [steps, rate.numpy(), *slots]


def _rate_of(optimizer) -> Variable | None:
    """The variable of the learning rate; None where a schedule gives it."""
    rate = getattr(optimizer, "_inner", optimizer)._learning_rate
    return rate if isinstance(rate, Variable) else None


def _keeps_slots(optimizer) -> bool:
    """Keras 3's SGD has no velocities where it has no momentum."""
    return type(optimizer).__name__ != "SGD" or bool(optimizer.momentum)


def _numbered(arrays, path: str) -> list[np.ndarray]:
    out = []
    while f"{path}/{len(out)}" in arrays:
        out.append(arrays[f"{path}/{len(out)}"])
    return out


def read_optimizer(model, values: list[np.ndarray]) -> None:
    """The optimizer's state; Keras 3 keeps the learning rate as its second variable."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or not values:
        return
    if len(values) > 1 and hasattr(optimizer, "build"):
        optimizer.build(model.trainable_variables)
    mine = optimizer.weights
    if len(values) > 1 and np.ndim(values[1]) == 0:
        if _rate_of(optimizer) is not None:
            optimizer.learning_rate = values[1]
        values = [values[0], *values[2:]]
    if len(values) == 1 and not _keeps_slots(optimizer):
        mine = mine[:1]
    besides = list(optimizer._kept_besides().values())
    if len(values) == len(mine) + len(besides):
        mine = [*mine, *besides]
    if len(values) != len(mine) or any(
        tuple(v.shape) != np.shape(a) for v, a in zip(mine, values, strict=True)
    ):
        warnings.warn(
            f"The file's optimizer state has {len(values)} variables, this optimizer "
            f"{len(mine)}: it starts anew.",
            stacklevel=3,
        )
        return
    for variable, value in zip(mine, values, strict=True):
        variable.assign(value)
