"""`Weights`: the part of a layer that makes, finds, reads and counts its weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from penstock.api.variable import Variable
from penstock.core.dtypes import as_dtype, float32
from penstock.core.shapes import as_dims
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.keras import constraints, initializers, regularizers, tracking
from penstock.keras.graph_weights import give, value_of
from penstock.keras.layer_variable import LayerVariable
from penstock.keras.running import running
from penstock.saving.object_graph import track

if TYPE_CHECKING:
    pass


class Weights(tracking.Open):
    """A layer's own weights, and those of the layers below it."""

    name: str
    built: bool
    variable_dtype: str
    _trainable: bool
    _tracked: dict[str, Any]
    _own_weights: list[Variable]
    _regularized: list[Variable]

    def add_weight(
        self, name=None, shape=None, dtype=None, initializer=None, regularizer=None,
        trainable=None, constraint=None, use_resource=None, synchronization=None,
        aggregation=None, experimental_autocast=True, autocast=True, partitioner=None,
        overlay=None, **kwargs,
    ):  # fmt: skip
        """A new weight of `shape`, initialised and tracked by this layer.

        The first argument may be the name (Keras 2) or the shape (Keras 3). Raises
        ValueError where no initialiser suits the dtype.
        """
        if name is not None and not isinstance(name, str):
            given_shape = name
            if isinstance(shape, str) or callable(shape):  # add_weight(shape, init)
                initializer = shape
            name, shape = kwargs.pop("name", None), given_shape
        dims = tuple(as_dims(() if shape is None else shape) or ())
        kind = as_dtype(dtype or self.variable_dtype or float32)
        first = initializers.get(
            initializer
            if initializer is not None
            else ("glorot_uniform" if kind.is_floating else "zeros")
        )
        if trainable is None:
            trainable = getattr(synchronization, "name", synchronization) != "ON_READ"
        full = "/".join([*running.scopes, name or "Variable"])
        value = _weight_value(first, dims, kind)
        variable: Any = LayerVariable(
            value, trainable=trainable, name=full, dtype=kind,
            constraint=constraints.get(constraint),
        )  # fmt: skip
        variable.autocast = bool(experimental_autocast and autocast)
        variable._keras_name = name or "variable"
        variable.regularizer = regularizers.get(regularizer)
        self._own_weights.append(variable)
        track(self, variable._keras_name, variable)
        if variable.regularizer is not None:
            self._regularized.append(variable)
        return variable

    add_variable = add_weight

    def _own(self) -> list[Variable]:
        """Weights made here, assigned to attributes, and held by modules."""
        held = tracking.attributes(self, tracking.is_variable)
        modules = tracking.attributes(self, tracking.is_module)
        theirs = [v for module in modules for v in module.variables]
        return tracking.unique(iter([*self._own_weights, *held, *theirs]))

    def _carriers(self) -> list[list[Any]]:
        """Sublayers in groups: those of one list together."""
        return tracking.carriers(self, tracking.is_layer)

    def _below(self, kind: str) -> list[Variable]:
        """The `kind` of weights of all sublayers."""
        return [
            w
            for group in self._carriers()
            for part in _parts_of(kind)
            for layer in group
            for w in getattr(layer, part)
        ]

    @property
    def trainable_weights(self) -> list[Variable]:
        if not self._trainable:
            return []
        own = [w for w in self._own() if w.trainable]
        return tracking.unique(iter([*own, *self._below("trainable_weights")]))

    @property
    def non_trainable_weights(self) -> list[Variable]:
        own = [w for w in self._own() if not w.trainable]
        if not self._trainable:
            own = [w for w in self._own() if w.trainable] + own
            return tracking.unique(iter([*own, *self._below("weights")]))
        return tracking.unique(iter([*own, *self._below("non_trainable_weights")]))

    @property
    def weights(self) -> list[Variable]:
        return tracking.unique(
            iter([*self.trainable_weights, *self.non_trainable_weights])
        )

    @property
    def variables(self) -> list[Variable]:
        return self.weights

    @property
    def trainable_variables(self) -> list[Variable]:
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        return self.non_trainable_weights

    def get_weights(self) -> list[np.ndarray]:
        """Every weight as a NumPy array, in the order of `weights`."""
        return [value_of(w) for w in self.weights]

    def set_weights(self, weights) -> None:
        """Take arrays as `get_weights` gives them. Raises ValueError on a mismatch."""
        mine = self.weights
        weights = list(weights)
        if len(mine) != len(weights):
            raise ValueError(
                f'You called `set_weights(weights)` on layer "{self.name}" with a '
                f"weight list of length {len(weights)}, but the layer was expecting "
                f"{len(mine)} weights."
            )
        for variable, value in zip(mine, weights, strict=True):
            if tuple(np.shape(value)) != tuple(variable.shape):
                raise ValueError(
                    f"Layer {self.name} weight shape {variable.shape} is not "
                    f"compatible with provided weight shape {np.shape(value)}."
                )
        for variable, value in zip(mine, weights, strict=True):
            give(variable, np.asarray(value, variable.dtype.np))

    def count_params(self) -> int:
        """The number of all weights' elements. Raises ValueError before `build`."""
        if not self.built and not self.weights:
            raise ValueError(
                f"You tried to call `count_params` on layer {self.name}, but the layer "
                "isn't built. You can build it manually via: "
                "`layer.build(input_shape)`."
            )
        sizes: Any = [w.shape.as_list() for w in self.weights]
        return int(sum(np.prod(s, dtype=np.int64) for s in sizes))


def _parts_of(kind: str) -> tuple[str, ...]:
    # A list's weights are its trained ones, then the rest.
    if kind == "weights":
        return ("trainable_weights", "non_trainable_weights")
    return (kind,)


def _weight_value(first, dims, kind):
    with context.entered(context.outermost()):
        if not callable(first):
            return as_tensor(context.landing(), first, kind, None)
        try:
            return first(dims, dtype=kind)
        except TypeError:
            return first(dims)
