"""`Layer`: weights and a `call`, the piece that models are made of."""

from __future__ import annotations

from typing import Any

from penstock.api.variable import Variable
from penstock.core import nest
from penstock.core.dtypes import as_dtype
from penstock.ir import context
from penstock.ir.op import TABLE
from penstock.keras import backend_config as config
from penstock.keras import names, regularizers, scratch, tracking
from penstock.keras.input_spec import InputSpec
from penstock.keras.layer_call import Calling
from penstock.keras.layer_history import History
from penstock.keras.layer_weights import Weights
from penstock.saving.object_graph import track
from penstock.v2.module import Module


class Layer(Weights, Calling, History, Module):
    """The base of all layers. As `tf.keras.layers.Layer`.

    A subclass makes its weights in `build(input_shape)`, which runs at the first call,
    and computes in `call(inputs, *args, training=None, mask=None)`.
    """

    _is_keras_layer = True

    def __init__(self, trainable=True, name=None, dtype=None, dynamic=False, **kwargs):
        self._start()
        shape = _input_shape_argument(kwargs)
        self._initial_weights = kwargs.pop("weights", None)
        self._autocast = kwargs.pop("autocast", True)
        self.activity_regularizer = regularizers.get(
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

    @property
    def updates(self) -> list:
        """None: what a call changes, it changes at once (Keras 2)."""
        return []

    # --- attributes are tracked -------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        self._start()
        prop = getattr(type(self), name, None)
        if isinstance(prop, property):
            object.__setattr__(self, name, value)
            return
        value = tracking.wrap(value)
        if isinstance(value, _TRACKED) or tracking.is_layer(value) or is_metric(value):
            self._tracked[name] = value
            track(self, name, value)
        else:
            self._tracked.pop(name, None)
        object.__setattr__(self, name, value)

    def _trackable_children(self) -> dict[str, Any]:
        """What a checkpoint keeps of this layer: weights by name, then attributes."""
        weights: list[Any] = self._own_weights
        out: dict[str, Any] = {w._keras_name: w for w in weights}
        for name, value in self._tracked.items():
            if not is_metric(value) and not isinstance(value, tuple):
                out.setdefault(name, value)
        return out

    def __delattr__(self, name: str) -> None:
        self._tracked.pop(name, None)
        object.__delattr__(self, name)

    def _sublayers(self) -> list[Layer]:
        """The layers held directly, in the order they were attached."""
        return tracking.attributes(self, tracking.is_layer)

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

    # --- losses and metrics -----------------------------------------------------------

    def add_loss(self, losses, **kwargs) -> None:
        """Add terms to the loss: tensors made in `call`, or functions of nothing."""
        shapes_only = isinstance(context.landing(), scratch.ScratchGraph)
        for loss in nest.flatten(losses):
            if callable(loss) or not shapes_only:
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
            weights: Any = layer._regularized
            for weight in weights:
                out.append(weight.regularizer(weight))
        return out

    def _clear_losses(self) -> None:
        for layer in self._flatten_layers():
            layer._losses[:] = [x for x in layer._losses if callable(x)]

    def add_metric(self, value, name: Any = None, aggregation="mean", **kwargs) -> None:
        """Report the mean of `value` under `name` (Keras 2).

        What a metric that is an attribute of the layer gave is reported already.
        """
        from penstock.keras.metrics import Mean

        if any(m._given is value for m in tracking.attributes(self, is_metric)):
            return
        if name is None:
            raise ValueError(
                "Please provide a name for your metric like "
                "`self.add_metric(tf.reduce_sum(inputs), name='mean_activation')`"
            )
        found: Any = next((m for m in self._metrics_added if m.name == name), None)
        if found is None:
            found = Mean(name=name)
            self._metrics_added.append(found)
        if not isinstance(context.landing(), scratch.ScratchGraph):
            found.update_state(value)

    @property
    def metrics(self) -> list:
        out = []
        for layer in self._flatten_layers():
            out += tracking.attributes(layer, is_metric)
            out += layer._metrics_added
        return tracking.unique(iter(out))

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


_TRACKED = (Variable, Module, tracking.TrackedList, tracking.TrackedDict, tuple)


def is_metric(value) -> bool:
    return getattr(value, "_is_keras_metric", False) is True


def _batch_size(tensor):
    shape = TABLE["Shape"](tensor, out_type=as_dtype("int32"))
    return TABLE["StridedSlice"](shape, [0], [1], [1], shrink_axis_mask=1)


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
