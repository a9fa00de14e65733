"""`tf.layers.Layer`: variables made at the first call, shared by the later ones."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from penstock.api.scopes import tensor
from penstock.core import nest
from penstock.core.dtypes import as_dtype, float32
from penstock.core.shapes import TensorShape
from penstock.ir import context
from penstock.ir.tensor import Tensor
from penstock.v1.default_graph import get_default_graph, root
from penstock.v1.graph_keys import GraphKeys, add_to_collection, get_collection_ref
from penstock.v1.scopes import name_scope
from penstock.v1.variable_scope import get_variable, get_variable_scope, variable_scope


class InputSpec:
    """What a layer's input must be like: rank, sizes, dtype."""

    def __init__(
        self, dtype=None, shape=None, ndim=None, max_ndim=None, min_ndim=None, axes=None
    ):
        self.dtype = None if dtype is None else as_dtype(dtype).name
        self.shape, self.axes = shape, axes or {}
        self.ndim = len(shape) if shape is not None else ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim


class Layer:
    """The base of 1.x layers: `build` makes variables, `call` computes.

    Calling a layer builds it where it is not built, inside a variable scope named
    after `name` (or the class), and adds its losses and updates to the graph's
    collections. As `tf.layers.Layer`.
    """

    #: Where updates go: None leaves them to the caller.
    updates_collections: str | None = GraphKeys.UPDATE_OPS

    def __init__(
        self, trainable=True, name=None, dtype=None, _scope=None, _reuse=None,
        activity_regularizer=None, input_shape=None,
    ):  # fmt: skip
        del input_shape
        self.trainable = trainable
        self.built = False
        self.input_spec: InputSpec | None = None
        self._dtype: Any = None if dtype is None else as_dtype(dtype).base_dtype
        self._reuse = _reuse
        self._base_name = name or _snake(type(self).__name__)
        self._name = name or _numbered(self._base_name)
        self._activity_regularizer = activity_regularizer
        self._graph = None
        self._scope: Any = None
        self._current: Any = None
        self._trainable: list = []
        self._fixed: list = []
        self._losses: list = []
        self._updates: list = []
        self._calls: list[tuple[Any, Any]] = []
        if _scope is not None:
            with variable_scope(_scope, default_name=self._base_name) as captured:
                self._scope = captured

    # --- what subclasses define -------------------------------------------------

    def build(self, input_shape) -> None:
        """Make the variables for inputs of `input_shape`."""
        self.built = True

    def call(self, inputs, *args, **kwargs):
        """The outputs for `inputs`."""
        return inputs

    def compute_output_shape(self, input_shape) -> TensorShape:
        raise NotImplementedError(
            f"{type(self).__name__} does not say its output shape."
        )

    # --- calling -----------------------------------------------------------------

    def __call__(self, inputs, *args, **kwargs):
        with self._ready(inputs, kwargs.pop("scope", None)) as inputs:
            outputs = self.call(inputs, *args, **kwargs)
            self._calls.append((inputs, outputs))
            self._regularize_activity(outputs)
        for update in self._updates if self.updates_collections else ():
            _add_once(self.updates_collections, update)
        return outputs

    @contextmanager
    def _ready(self, inputs, scope=None) -> Generator[Any, None, None]:
        """The scopes of this layer, built for `inputs`; gives them as tensors."""
        self._enter(scope)
        reuse = self.built or self._reuse
        with variable_scope(
            self._scope, reuse=reuse, auxiliary_name_scope=False
        ) as entered:
            self._current = entered
            with name_scope(self._scope.original_name_scope):
                inputs = nest.map_structure(_tensor, inputs)
                first = nest.flatten(inputs)[0]
                if self._dtype is None:
                    self._dtype = first.dtype.base_dtype
                self._check(first)
                if not self.built:
                    self._graph = get_default_graph()
                    shapes = nest.map_structure(lambda t: t.shape, inputs)
                    self.build(shapes)
                    self.built = True
                yield inputs

    def apply(self, inputs, *args, **kwargs):
        """As calling the layer."""
        return self(inputs, *args, **kwargs)

    def _enter(self, scope) -> None:
        """Settle the variable scope of this layer, at its first call."""
        if self._scope is not None:
            return
        if self._reuse:
            manager = variable_scope(scope if scope is not None else self._base_name)
        else:
            manager = variable_scope(scope, default_name=self._base_name)
        with manager as captured:
            self._scope = captured

    def _check(self, tensor: Tensor) -> None:
        """Raises ValueError where the input is not as `input_spec` says."""
        spec = self.input_spec
        if spec is None or tensor.dims is None:
            return
        rank = len(tensor.dims)
        wrong = None
        if spec.ndim is not None and rank != spec.ndim:
            wrong = f"expected ndim={spec.ndim}, found ndim={rank}"
        elif spec.min_ndim is not None and rank < spec.min_ndim:
            wrong = f"expected min_ndim={spec.min_ndim}, found ndim={rank}"
        for axis, size in spec.axes.items():
            found = tensor.dims[axis] if wrong is None else None
            if found is not None and found != size:
                wrong = f"expected axis {axis} of input shape to have value {size}"
        if wrong is not None:
            raise ValueError(
                f"Input 0 of layer {self.name} is incompatible with the layer: "
                f"{wrong}. Full shape received: {tensor.shape.as_list()}"
            )

    def _regularize_activity(self, outputs) -> None:
        if self._activity_regularizer is None:
            return
        with name_scope("ActivityRegularizer"):
            for output in nest.flatten(outputs):
                self.add_loss(self._activity_regularizer(output))

    # --- variables ------------------------------------------------------------------

    def add_weight(
        self, name, shape, dtype=None, initializer=None, regularizer=None,
        trainable=None, constraint=None, use_resource=None, synchronization=None,
        aggregation=None, partitioner=None,
    ):  # fmt: skip
        """A variable of this layer: new, or the one of its scope where it is reused."""
        del synchronization, aggregation, partitioner
        trainable = True if trainable is None else trainable
        graph = root(get_default_graph())
        known = set(map(id, graph.get_collection(GraphKeys.GLOBAL_VARIABLES)))
        kind = as_dtype(dtype or self._dtype or float32)
        with variable_scope(
            self._current or get_variable_scope(), auxiliary_name_scope=False
        ):
            made = get_variable(
                name, shape=shape, dtype=kind, initializer=initializer,
                trainable=trainable and self.trainable, constraint=constraint,
                use_resource=use_resource,
            )  # fmt: skip
        if regularizer is not None and id(made) not in known:
            with name_scope(name + "/Regularizer"):
                self.add_loss(regularizer(made))
        (self._trainable if trainable else self._fixed).append(made)
        return made

    add_variable = add_weight

    def add_loss(self, losses, inputs=None) -> None:
        """Losses of this layer, also in the graph's REGULARIZATION_LOSSES."""
        del inputs
        for loss in nest.flatten(losses):
            if loss is None:
                continue
            self._losses.append(loss)
            add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)

    def add_update(self, updates, inputs=None) -> None:
        """Operations to run with each step, also in the graph's UPDATE_OPS."""
        del inputs
        flat = nest.flatten(updates)
        self._updates += [u.op if isinstance(u, Tensor) else u for u in flat]

    @property
    def trainable_variables(self) -> list:
        return list(self._trainable) if self.trainable else []

    @property
    def non_trainable_variables(self) -> list:
        return [*self._fixed] if self.trainable else [*self._trainable, *self._fixed]

    @property
    def variables(self) -> list:
        return [*self._trainable, *self._fixed]

    trainable_weights = trainable_variables
    non_trainable_weights = non_trainable_variables
    weights = variables

    def count_params(self) -> int:
        """How many numbers the layer's variables hold."""
        return sum(v.shape.num_elements() for v in self.variables)

    # --- what it is ------------------------------------------------------------------

    @property
    def losses(self) -> list:
        return list(self._losses)

    @property
    def updates(self) -> list:
        return list(self._updates)

    def get_losses_for(self, inputs) -> list:
        del inputs
        return self.losses

    def get_updates_for(self, inputs) -> list:
        del inputs
        return self.updates

    @property
    def name(self) -> str:
        return self._name

    @property
    def scope_name(self) -> str:
        """The variable scope. Raises ValueError before the first call."""
        if self._scope is None:
            raise ValueError(
                f'No name available for layer scope because the layer "{self._name}" '
                "has not been used yet. The scope name is determined the first time "
                "the layer instance is called."
            )
        return self._scope.name

    @property
    def dtype(self):
        return self._dtype

    @property
    def graph(self):
        return self._graph

    @property
    def input(self):
        return self._calls[-1][0]

    @property
    def output(self):
        return self._calls[-1][1]

    @property
    def input_shape(self):
        return nest.map_structure(lambda t: t.shape, self.input)

    @property
    def output_shape(self):
        return nest.map_structure(lambda t: t.shape, self.output)


def _tensor(value) -> Tensor:
    return value if isinstance(value, Tensor) else tensor(value)


def _add_once(key: str | None, item) -> None:
    collection = get_collection_ref(key)
    if not any(found is item for found in collection):
        collection.append(item)


def _snake(name: str) -> str:
    """ "BatchNormalization" -> "batch_normalization", "Conv2D" -> "conv2d"."""
    parted = re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", parted).lower()


def _numbered(base: str) -> str:
    """The name of a layer that was given none: "dense_1", "dense_2"."""
    counts = root(context.landing()).scratch.setdefault("layer names", {})
    key = (get_variable_scope().name, base)
    counts[key] = counts.get(key, 0) + 1
    return f"{base}_{counts[key]}"


def initializer(given):
    """An initialiser, from itself, a class, a name as Keras writes it, or None."""
    if not isinstance(given, str):
        return given() if isinstance(given, type) else given
    from penstock.v1 import initializers

    named = {
        "zeros": "Zeros", "ones": "Ones", "glorot_uniform": "GlorotUniform",
        "glorot_normal": "GlorotNormal", "random_normal": "RandomNormal",
        "random_uniform": "RandomUniform", "truncated_normal": "TruncatedNormal",
        "orthogonal": "Orthogonal", "he_normal": "he_normal",
        "he_uniform": "he_uniform", "lecun_normal": "lecun_normal",
        "lecun_uniform": "lecun_uniform",
    }  # fmt: skip
    if given not in named:
        raise ValueError(
            f"Unknown initializer {given!r}; known are {', '.join(sorted(named))}."
        )
    return getattr(initializers, named[given])()


def activation(given):
    """A function on tensors, from itself, a name such as "relu", or None."""
    if not isinstance(given, str):
        return given
    from penstock.api import nn

    if given == "linear":
        return None
    found = getattr(nn, given, None)
    if found is None or given.startswith("_"):
        raise ValueError(f"Unknown activation function {given!r}.")
    return found
