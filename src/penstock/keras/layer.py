"""`Layer`: weights and a `call`, the piece that models are made of."""

from __future__ import annotations

import inspect
import threading
import weakref
from contextlib import contextmanager
from typing import Any

import numpy as np

from penstock.api.variable import Variable
from penstock.core import nest
from penstock.core.dtypes import as_dtype, float32
from penstock.core.shapes import TensorShape, as_dims
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.keras import backend_config as config
from penstock.keras import names, scratch, tracking
from penstock.keras.input_spec import InputSpec, check
from penstock.keras.layer_variable import LayerVariable, casting
from penstock.saving.object_graph import track
from penstock.v2.scopes import name_scope


class _Calls(threading.local):
    """What is decided by the outermost call that is running: training, masks."""

    def __init__(self):
        self.training: list[Any] = []
        self.scopes: list[str] = []  # of the layers that are running: weights' names


_calls = _Calls()


@contextmanager
def weight_scope(name: str | None):
    """Prefix the names of weights made inside a `with`; None starts from nothing."""
    before = _calls.scopes
    _calls.scopes = [] if name is None else [*before, name]
    try:
        yield
    finally:
        _calls.scopes = before


class Layer:
    """The base of all layers. As `tf.keras.layers.Layer`.

    A subclass makes its weights in `build(input_shape)`, which runs at the first call,
    and computes in `call(inputs, *args, training=None, mask=None)`.
    """

    def __init__(self, trainable=True, name=None, dtype=None, dynamic=False, **kwargs):
        self._start()
        shape = _input_shape_argument(kwargs)
        self._initial_weights = kwargs.pop("weights", None)
        self._autocast = kwargs.pop("autocast", True)
        self.activity_regularizer = config.regularizer(
            kwargs.pop("activity_regularizer", None)
        )
        if kwargs:
            raise TypeError(
                f"{type(self).__name__} received keyword arguments it does not know: "
                f"{sorted(kwargs)}."
            )
        self._name = name if name is not None else names.unique(
            names.snake_case(type(self).__name__)
        )  # fmt: skip
        self._trainable = bool(trainable)
        self._policy = config.policy(dtype)
        self.stateful = False
        self.built = False
        self.supports_masking = getattr(self, "supports_masking", False)
        self.input_spec: Any = None
        if shape is not None:
            self._batch_input_shape = shape

    def _start(self) -> None:
        """The fields that must be there before any attribute is set."""
        if "_tracked" not in self.__dict__:
            object.__setattr__(self, "_tracked", {})
            object.__setattr__(self, "_own_weights", [])
            object.__setattr__(self, "_losses", [])
            object.__setattr__(self, "_regularized", [])
            object.__setattr__(self, "_calls_made", [])
            object.__setattr__(self, "_metrics_added", [])

    # --- names and dtypes -------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._name

    @property
    def dtype(self) -> str:
        """The dtype of weights, by name."""
        return self._policy.variable_dtype

    @property
    def compute_dtype(self) -> str:
        return self._policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        return self._policy.variable_dtype

    @property
    def dtype_policy(self):
        return self._policy

    _dtype_policy = dtype_policy
    _compute_dtype = compute_dtype

    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for layer in self._sublayers():
            layer.trainable = value

    @property
    def dynamic(self) -> bool:
        return False

    # --- attributes are tracked -------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        self._start()
        prop = getattr(type(self), name, None)
        if isinstance(prop, property):
            object.__setattr__(self, name, value)
            return
        value = tracking.wrap(value)
        kept = Variable | Layer | tracking.TrackedList | tracking.TrackedDict | tuple
        if isinstance(value, kept) or _is_metric(value):
            self._tracked[name] = value
            track(self, name, value)
        else:
            self._tracked.pop(name, None)
        object.__setattr__(self, name, value)

    def _trackable_children(self) -> dict[str, Any]:
        """What a checkpoint keeps of this layer: weights by name, then attributes."""
        out: dict[str, Any] = {
            w._keras_name: w
            for w in self._own_weights  # type: ignore[attr-defined]
        }
        for name, value in self._tracked.items():
            if not _is_metric(value) and not isinstance(value, tuple):
                out.setdefault(name, value)
        return out

    def __delattr__(self, name: str) -> None:
        self._tracked.pop(name, None)
        object.__delattr__(self, name)

    def _sublayers(self) -> list[Layer]:
        """The layers held directly, in the order they were attached."""
        return tracking.attributes(self, lambda v: isinstance(v, Layer))

    def _flatten_layers(self, recursive: bool = True, include_self: bool = True):
        """This layer and all below it, depth first."""
        seen: set[int] = set()

        def walk(layer):
            if id(layer) in seen:
                return
            seen.add(id(layer))
            yield layer
            if recursive or layer is self:
                for inner in layer._sublayers():
                    yield from walk(inner)

        return [x for x in walk(self) if include_self or x is not self]

    @property
    def submodules(self) -> tuple:
        return tuple(self._flatten_layers(include_self=False))

    # --- weights ----------------------------------------------------------------------

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
        first = config.initializer(
            initializer
            if initializer is not None
            else ("glorot_uniform" if kind.is_floating else "zeros")
        )
        if trainable is None:
            trainable = getattr(synchronization, "name", synchronization) != "ON_READ"
        full = "/".join([*_calls.scopes, name or "Variable"])
        value = _weight_value(first, dims, kind)
        variable = LayerVariable(
            value, trainable=trainable, name=full, dtype=kind,
            constraint=config.constraint(constraint),
        )  # fmt: skip
        variable.autocast = bool(experimental_autocast and autocast)
        variable._keras_name = name or "variable"  # type: ignore[attr-defined]
        variable.regularizer = config.regularizer(regularizer)  # type: ignore[attr-defined]
        self._own_weights.append(variable)
        track(self, variable._keras_name, variable)  # type: ignore[attr-defined]
        if variable.regularizer is not None:
            self._regularized.append(variable)
        return variable

    add_variable = add_weight

    def _own(self) -> list[Variable]:
        """Weights made here or assigned to attributes, in the order they came."""
        held = tracking.attributes(self, tracking.is_variable)
        return tracking.unique(iter([*self._own_weights, *held]))

    def _carriers(self) -> list[list[Layer]]:
        """Sublayers in groups: those of one list together."""
        return tracking.carriers(self, lambda v: isinstance(v, Layer))

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
        return [w.numpy() for w in self.weights]

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
            variable.assign(np.asarray(value, variable.dtype.np))

    def count_params(self) -> int:
        """The number of all weights' elements. Raises ValueError before `build`."""
        if not self.built and not self.weights:
            raise ValueError(
                f"You tried to call `count_params` on layer {self.name}, but the "
                "layer isn't built. You can build it manually via: "
                "`layer.build(input_shape)`."
            )
        return int(
            sum(np.prod(w.shape.as_list(), dtype=np.int64) for w in self.weights)
        )

    # --- calling ----------------------------------------------------------------------

    def build(self, input_shape) -> None:
        """Make the weights for inputs of `input_shape` (batch first, None unknown)."""
        self._build_input_shape = input_shape
        self.built = True

    def call(self, inputs, *args, **kwargs):
        """What the layer computes; to be defined by subclasses."""
        return inputs

    def __call__(self, *args, **kwargs):
        args, kwargs = self._named_inputs(args, kwargs)
        flat = nest.flatten((args, kwargs))
        symbolic = any(scratch.is_symbolic(t) for t in flat)
        if symbolic and not isinstance(context.landing(), scratch.ScratchGraph):
            return self._symbolic_call(args, kwargs)
        return self._compute(args, kwargs)

    def _named_inputs(self, args, kwargs):
        """The first argument may come by its name."""
        if args or not kwargs:
            return args, kwargs
        first = _parameters(self)[0] if _parameters(self) else "inputs"
        if first in kwargs:
            kwargs = dict(kwargs)
            return (kwargs.pop(first),), kwargs
        return args, kwargs

    def _symbolic_call(self, args, kwargs):
        """The functional API: compute in the scratch graph and remember the call."""
        where = scratch.graph()
        with context.entered(where):
            outputs = self._compute(args, kwargs)
            outputs = _fresh(outputs, nest.flatten((args, kwargs)))
        call = scratch.LayerCall(
            self,
            args,
            kwargs,
            [t for t in nest.flatten(outputs)],
            len(self._calls_made),
        )
        scratch.remember(call)
        self._calls_made.append(call)
        return outputs

    def _compute(self, args, kwargs):
        inputs = nest.map_structure(_as_input, args[0]) if args else None
        rest = args[1:]
        if self.input_spec is not None and args:
            check(self.input_spec, inputs, self.name)
        if self._autocast and args:
            inputs = nest.map_structure(self._cast, inputs)
        training = self._training(rest, kwargs)
        if not _calls.training:
            self._clear_losses()
        kwargs = self._with_context(dict(kwargs), rest, inputs, training)
        _calls.training.append(training)
        try:
            with (
                name_scope(self._scope_name()),
                self._naming(),
                casting(self._read_dtype()),
            ):
                if not self.built:
                    self._build_for(inputs)
                outputs = self.call(inputs, *rest, **kwargs) if args else self.call(
                    **kwargs
                )  # fmt: skip
                if self.activity_regularizer is not None:
                    self._regularize(outputs)
        finally:
            _calls.training.pop()
        self._set_mask(inputs, outputs, kwargs.get("mask"))
        return outputs

    def _read_dtype(self):
        """What floating weights are read as during `call`; None for what they are."""
        if not self._autocast or self.compute_dtype == self.variable_dtype:
            return None
        return as_dtype(self.compute_dtype)

    def _naming(self):
        """Weights made during the call carry this layer's name, unless a graph does."""
        return weight_scope(self._name)

    def _scope_name(self) -> str:
        return names.snake_case(self._name) if " " in self._name else self._name

    def _build_for(self, inputs) -> None:
        shapes = nest.map_structure(_shape_of, inputs)
        self._build_at(shapes)

    def _build_at(self, shapes) -> None:
        with context.entered(context.outermost()), casting(None):
            self.build(shapes)
        self._build_input_shape = shapes
        self.built = True
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None

    def _cast(self, value):
        if isinstance(value, Tensor) and value.dtype.base_dtype.is_floating:
            wanted = as_dtype(self.compute_dtype) if self.compute_dtype else value.dtype
            if value.dtype.base_dtype is not wanted:
                mask = getattr_mask(value)
                value = TABLE["Cast"](value, DstT=wanted)
                set_mask(value, mask)
        return value

    def _training(self, rest, kwargs):
        """This call's `training`: given, or the surrounding call's, or the phase."""
        given = kwargs.get("training")
        if given is None:
            parameters = _parameters(self)
            if "training" in parameters:
                at = parameters.index("training") - 1
                given = rest[at] if 0 <= at < len(rest) else None
        if given is not None:
            return given
        if _calls.training:
            return _calls.training[-1]
        return config.learning_phase()

    def _with_context(self, kwargs, rest, inputs, training):
        """`training` and `mask` for a `call` that takes them and was not given them."""
        parameters = _parameters(self)
        if "training" in parameters and kwargs.get("training") is None:
            if parameters.index("training") - 1 >= len(rest):
                kwargs["training"] = training
        elif "training" not in parameters and not _takes_any(self):
            kwargs.pop("training", None)
        if "mask" in parameters and kwargs.get("mask") is None:
            if parameters.index("mask") - 1 >= len(rest):
                masks = nest.map_structure(getattr_mask, inputs)
                if any(m is not None for m in nest.flatten(masks)):
                    kwargs["mask"] = masks
                elif "mask" in kwargs:
                    kwargs["mask"] = None
        return kwargs

    def _set_mask(self, inputs, outputs, mask) -> None:
        if mask is None:
            mask = nest.map_structure(getattr_mask, inputs)
            if all(m is None for m in nest.flatten(mask)):
                mask = None
        computed = self.compute_mask(inputs, mask)
        if computed is None:
            return
        flat = nest.flatten(outputs)
        masks = nest.flatten(computed)
        for tensor, m in zip(flat, masks, strict=False):
            if m is not None and getattr_mask(tensor) is None:
                set_mask(tensor, m)

    def compute_mask(self, inputs, mask=None):
        """The mask that goes on with the outputs: the inputs', where supported."""
        if not self.supports_masking:
            return None
        return mask

    def compute_output_shape(self, input_shape):
        """The output's shape for inputs of `input_shape`, found by a symbolic call."""
        shapes = _as_shapes(input_shape)
        inputs = nest.map_structure(
            lambda s: scratch.placeholder(s, self.compute_dtype or "float32", "shape"),
            shapes,
        )
        with context.entered(scratch.graph()):
            outputs = self._compute((inputs,), {})
        return nest.map_structure(lambda t: t.shape, outputs)

    # --- losses and metrics -----------------------------------------------------------

    def add_loss(self, losses, **kwargs) -> None:
        """Add terms to the loss: tensors made in `call`, or functions."""
        for loss in nest.flatten(losses):
            self._losses.append(loss)

    def _regularize(self, outputs) -> None:
        for tensor in nest.flatten(outputs):
            batch = TABLE["Cast"](_batch_size(tensor), DstT=tensor.dtype)
            self.add_loss(TABLE["RealDiv"](self.activity_regularizer(tensor), batch))

    @property
    def losses(self) -> list:
        """Regularisation of weights, and what `add_loss` collected in the last call."""
        out = []
        for layer in self._flatten_layers():
            for loss in layer._losses:
                out.append(loss() if callable(loss) else loss)
            for weight in layer._regularized:
                out.append(weight.regularizer(weight))
        return out

    def _clear_losses(self) -> None:
        for layer in self._flatten_layers():
            layer._losses[:] = [x for x in layer._losses if callable(x)]

    def add_metric(self, value, name=None, aggregation="mean", **kwargs) -> None:
        """Report the mean of `value` under `name` (Keras 2)."""
        from penstock.keras.metrics import Mean

        found = next((m for m in self._metrics_added if m.name == name), None)
        if found is None:
            found = Mean(name=name)
            self._metrics_added.append(found)
        if not isinstance(context.landing(), scratch.ScratchGraph):
            found.update_state(value)

    @property
    def metrics(self) -> list:
        out = []
        for layer in self._flatten_layers():
            out += layer._metrics_added
            out += tracking.attributes(layer, _is_metric)
        return tracking.unique(iter(out))

    # --- what the functional API tells ------------------------------------------------

    def _history(self, side: str):
        if not self._calls_made:
            raise AttributeError(
                f"Layer {self.name} is not connected, no {side} to return."
            )
        if len(self._calls_made) > 1:
            raise AttributeError(
                f"Layer {self.name} has multiple inbound nodes, hence the notion "
                f'of "layer {side}" is ill-defined. Use '
                f"`get_{side}_at(node_index)` instead."
            )
        return self._calls_made[0]

    @property
    def input(self):
        return _one(self._history("input").input_tensors)

    @property
    def output(self):
        return _one(self._history("output").outputs)

    def get_input_at(self, node_index: int):
        return _one(self._calls_made[node_index].input_tensors)

    def get_output_at(self, node_index: int):
        return _one(self._calls_made[node_index].outputs)

    @property
    def input_shape(self):
        return _one(
            [tuple(t.shape.as_list()) for t in self._history("input").input_tensors]
        )

    @property
    def output_shape(self):
        return _one([tuple(t.shape.as_list()) for t in self._history("output").outputs])

    # --- configuration ----------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs to make the layer again, without weights."""
        out: dict[str, Any] = {
            "name": self.name, "trainable": self._trainable,
            "dtype": config.serialize_policy(self._policy),
        }  # fmt: skip
        if hasattr(self, "_batch_input_shape"):
            out["batch_input_shape"] = tuple(self._batch_input_shape)
        return out

    @classmethod
    def from_config(cls, config: dict[str, Any]):
        return cls(**config)

    def __repr__(self):
        return f"<{type(self).__module__}.{type(self).__name__} object '{self.name}'>"


# --- masks travel beside their tensors ------------------------------------------------

_masks_by_id: dict[int, tuple[weakref.ref, Any]] = {}


def getattr_mask(tensor):
    """The mask that travels with `tensor`, or None."""
    found = _masks_by_id.get(id(tensor))
    if found is None or found[0]() is not tensor:
        return None
    return found[1]


def set_mask(tensor, mask) -> None:
    """Let `mask` travel with `tensor`."""
    if mask is None or not isinstance(tensor, Tensor):
        return
    key = id(tensor)
    _masks_by_id[key] = (
        weakref.ref(tensor, lambda _: _masks_by_id.pop(key, None)),
        mask,
    )


# --- small parts ----------------------------------------------------------------------


def _parts_of(kind: str) -> tuple[str, ...]:
    # A list's weights are its trained ones, then the rest.
    if kind == "weights":
        return ("trainable_weights", "non_trainable_weights")
    return (kind,)


def _is_metric(value) -> bool:
    return getattr(value, "_is_keras_metric", False) is True


def _parameters(layer: Layer) -> list[str]:
    """The names of `call`'s parameters, without self; found once for each class."""
    cls = type(layer)
    found = _signatures.get(cls)
    if found is None or layer.__dict__.get("call") is not None:
        parameters = list(inspect.signature(layer.call).parameters.values())
        names_ = [p.name for p in parameters if p.kind is not p.VAR_KEYWORD]
        any_ = any(p.kind is p.VAR_KEYWORD for p in parameters)
        found = _signatures[cls] = (names_, any_)
    return found[0]


_signatures: dict[type, tuple[list[str], bool]] = {}


def takes(layer: Layer, name: str) -> bool:
    """Whether the layer's `call` has a parameter `name`."""
    return name in _parameters(layer) or _takes_any(layer)


def _takes_any(layer: Layer) -> bool:
    _parameters(layer)
    return _signatures[type(layer)][1]


def _as_input(value):
    if isinstance(value, np.ndarray | np.generic | float | int | list) or hasattr(
        value, "_dense_tensor"
    ):
        return as_tensor(context.landing(), value, None, None)
    return value


def _shape_of(value):
    return value.shape if hasattr(value, "shape") else None


def _fresh(outputs, inputs):
    """Outputs that are inputs passed through, as tensors of their own."""
    held = {id(t) for t in inputs}

    def renew(tensor):
        if not isinstance(tensor, Tensor):
            return as_tensor(context.landing(), tensor, None, None)
        if id(tensor) in held or scratch.history(tensor) is not None:
            mask = getattr_mask(tensor)
            tensor = TABLE["Identity"](tensor)
            set_mask(tensor, mask)
        return tensor

    return nest.map_structure(renew, outputs)


def _weight_value(first, dims, kind):
    with context.entered(context.outermost()):
        if not callable(first):
            return as_tensor(context.landing(), first, kind, None)
        try:
            return first(dims, dtype=kind)
        except TypeError:
            return first(dims)


def _batch_size(tensor):
    shape = TABLE["Shape"](tensor, out_type=as_dtype("int32"))
    return TABLE["StridedSlice"](shape, [0], [1], [1], shrink_axis_mask=1)


def _one(items: list):
    return items[0] if len(items) == 1 else items


def _as_shapes(input_shape):
    if isinstance(input_shape, TensorShape):
        return input_shape
    if isinstance(input_shape, dict):
        return {k: _as_shapes(v) for k, v in input_shape.items()}
    if isinstance(input_shape, list | tuple) and any(
        isinstance(s, list | tuple | TensorShape) for s in input_shape
    ):
        return [_as_shapes(s) for s in input_shape]
    return TensorShape(input_shape)


def _input_shape_argument(kwargs: dict[str, Any]):
    """(batch, ...) from the old ways to say the first layer's input shape."""
    batch = kwargs.pop("batch_size", None)
    if "batch_input_shape" in kwargs:
        return tuple(kwargs.pop("batch_input_shape"))
    if "input_shape" in kwargs:
        shape = kwargs.pop("input_shape")
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        return (batch, *shape)
    if "input_dim" in kwargs:
        dim, length = kwargs.pop("input_dim"), kwargs.pop("input_length", None)
        return (batch, dim) if length is None else (batch, length, dim)
    return None


__all__ = ["InputSpec", "Layer"]
