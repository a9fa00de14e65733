"""`Functional`: a model given by its input and output tensors."""

from __future__ import annotations

import copy
import functools
from typing import Any

from penstock.core import nest
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.keras import functional, names, scratch
from penstock.keras.added_terms import AddLoss, AddMetric
from penstock.keras.input_layer import InputLayer
from penstock.keras.layer import Layer
from penstock.keras.masks import getattr_mask, set_mask
from penstock.keras.model import Model, split_arguments
from penstock.keras.running import weight_scope
from penstock.keras.symbolic import promoted


class Functional(Model):
    """A model given by its input and output tensors."""

    def __init__(self, *args, **kwargs):
        connect(self, *split_arguments(args, kwargs))

    def _numbered_layers(self) -> list[Layer]:
        return self._layers_list

    def _sublayers(self) -> list[Layer]:
        more = [x for x in super()._sublayers() if x not in self._layers_list]
        return [*self._layers_list, *more]

    def _carriers(self) -> list[list[Any]]:
        return [[x] for x in [*self._sublayers(), *self._own_metrics()]]

    def _naming(self):
        return weight_scope(None)  # the layers were named when the graph was made

    @property
    def input_names(self) -> list[str]:
        return self._names_of_inputs

    @property
    def output_names(self) -> list[str]:
        return self._names_of_outputs

    @property
    def input(self):
        return self._nested_inputs

    @property
    def output(self):
        return self._nested_outputs

    @property
    def input_shape(self):
        shapes = [tuple(t.shape.as_list()) for t in self.inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self):
        shapes = [tuple(t.shape.as_list()) for t in self.outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    def build(self, input_shape=None) -> None:
        self.built = True

    def add_loss(self, losses, **kwargs) -> None:
        """Add terms: tensors of the model's graph are computed in every call."""
        for loss in nest.flatten(losses):
            if scratch.is_symbolic(loss):
                self._add_term(AddLoss()(loss))
            else:
                super().add_loss(loss)

    def add_metric(self, value, name: Any = None, aggregation="mean", **kwargs) -> None:
        """Report the mean of `value`, a tensor of the model's graph, of every call."""
        if scratch.is_symbolic(value):
            self._add_term(AddMetric(aggregation, name)(value))
        else:
            super().add_metric(value, name, aggregation, **kwargs)

    def _add_term(self, tensor) -> None:
        """Compute `tensor`, which is no output, in every call."""
        terms = [*getattr(self, "_terms", ()), tensor]
        object.__setattr__(self, "_terms", terms)
        wanted = [*self.outputs, *terms]
        steps = promoted(functional.steps_between(self.inputs, wanted))
        object.__setattr__(self, "_steps", steps)
        known = {id(x) for x in self._layers_list}
        more = functional.layers_of(steps, wanted, self._layers_list)
        self._layers_list.extend(x for x in more if id(x) not in known)

    def call(self, inputs, training=None, mask=None):
        values: dict[int, Any] = {}
        given = self._in_order(inputs)
        masks = nest.flatten(mask) if mask is not None else [None] * len(given)
        for symbol, value, m in zip(self.inputs, given, masks, strict=False):
            value = self._fitted(symbol, value)
            set_mask(value, m)
            values[id(symbol)] = value
        functional.run(self._steps, values, training, mask)
        return nest.map_structure(lambda t: values[id(t)], self._nested_outputs)

    def compute_mask(self, inputs, mask=None):
        return None  # each output carries its own

    def _in_order(self, inputs) -> list:
        if isinstance(inputs, dict):
            if isinstance(self._nested_inputs, dict):
                return nest.flatten({k: inputs[k] for k in self._nested_inputs})
            missing = [n for n in self._names_of_inputs if n not in inputs]
            if missing:
                raise ValueError(
                    f"Missing data for input {missing[0]!r}. You passed a data "
                    f"dictionary with keys {list(inputs)}. Expected the following "
                    f"keys: {self._names_of_inputs}"
                )
            return [inputs[n] for n in self._names_of_inputs]
        flat = nest.flatten(inputs)
        if len(flat) != len(self.inputs):
            raise ValueError(
                f'Layer "{self.name}" expects {len(self.inputs)} input(s), but it '
                f"received {len(flat)} input tensors."
            )
        return flat

    def _fitted(self, symbol: Tensor, value):
        """An input in the dtype and rank that the model was made for."""
        mask = getattr_mask(value)
        value = as_tensor(context.landing(), value, None, None)
        wanted = symbol.dtype.base_dtype
        if value.dtype.base_dtype is not wanted:
            value = TABLE["Cast"](value, DstT=wanted)
        rank, given = len(symbol.dims or ()), len(value.dims or ())
        if value.dims is not None and symbol.dims is not None:
            if given == rank - 1 and symbol.dims[-1] == 1:
                value = TABLE["ExpandDims"](value, -1)
            elif given == rank + 1 and value.dims[-1] == 1:
                value = TABLE["Squeeze"](value, squeeze_dims=(-1,))
            elif not symbol.shape.is_compatible_with(value.shape):
                raise ValueError(
                    f'Input 0 of layer "{self.name}" is incompatible with the layer: '
                    f"expected shape={tuple(symbol.dims)}, found "
                    f"shape={tuple(value.dims)}"
                )
        set_mask(value, mask)
        return value

    def get_config(self) -> dict[str, Any]:
        from penstock.keras.archive import functional_config

        return functional_config(self)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        from penstock.keras.archive import functional_from_config

        return functional_from_config(cls, copy.deepcopy(config), custom_objects)


@functools.cache
def with_graph(cls: type) -> type:
    """`cls`, a subclass of Model made from inputs and outputs: its own methods, and
    behind them those of a functional model."""
    if issubclass(cls, Functional):
        return cls
    shown = {"__module__": cls.__module__, "__qualname__": cls.__qualname__}
    return type(cls.__name__, (cls, Functional), {**shown, "_written_as": cls})


def connect(self, inputs, outputs, kwargs: dict[str, Any]) -> None:
    """Make `self` the model between two structures of symbolic tensors."""
    if kwargs.get("name") is None and type(self) is Functional:
        kwargs = {**kwargs, "name": names.unique("model")}
    Layer.__init__(self, **kwargs)
    self._start_training()
    inputs, outputs = _without_list(inputs), _without_list(outputs)
    flat_in = nest.flatten(inputs)
    flat_out = nest.flatten(outputs)
    for tensor in [*flat_in, *flat_out]:
        if not scratch.is_symbolic(tensor):
            raise ValueError(
                "The inputs and outputs of a functional Model must come from "
                f"`tf.keras.Input`; received {tensor!r}."
            )
    object.__setattr__(self, "_nested_inputs", inputs)
    object.__setattr__(self, "_nested_outputs", outputs)
    object.__setattr__(self, "inputs", flat_in)
    object.__setattr__(self, "outputs", flat_out)
    steps = promoted(functional.steps_between(flat_in, flat_out))
    object.__setattr__(self, "_steps", steps)
    input_layers = [_input_layer(t) for t in flat_in]
    layers = functional.layers_of(steps, flat_out, input_layers)
    _unique_names(layers)
    object.__setattr__(self, "_layers_list", layers)
    self.built = True
    self._names_of_inputs = [x.name for x in input_layers]
    self._names_of_outputs = _output_names(flat_out)


def _without_list(tensors):
    """The tensor of a list of one, as Keras 2 takes it."""
    alone = isinstance(tensors, list) and len(nest.flatten(tensors)) == 1
    return tensors[0] if alone else tensors


def _unique_names(layers) -> None:
    seen: set[str] = set()
    for layer in layers:
        if layer.name in seen:
            raise ValueError(
                f'The name "{layer.name}" is used more than once in the model. All '
                "layer names should be unique."
            )
        seen.add(layer.name)


def _input_layer(tensor: Tensor) -> Layer:
    made = scratch.history(tensor)
    if made is not None and isinstance(made[0].layer, InputLayer):
        return made[0].layer
    # A model may start at a tensor in the middle of another.
    return InputLayer(input_tensor=tensor)


def _output_names(outputs) -> list[str]:
    out = []
    for tensor in outputs:
        made = scratch.history(tensor)
        base = made[0].layer.name if made is not None else tensor._node.name
        name, n = base, 0
        while name in out:
            n += 1
            name = f"{base}_{n}"
        out.append(name)
    return out
